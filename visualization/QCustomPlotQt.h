// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/// QCustomPlot's header uses Qt's lower-case keywords, which our targets switch off (QT_NO_KEYWORDS). Sources include
/// this, and no header does.
#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit Q_EMIT
#define foreach(variable, container) for (variable : container)
#include <qcustomplot.h>
#undef foreach
#undef emit
#undef slots
#undef signals

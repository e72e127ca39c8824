// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spectune {

/// What the inspector shows while no cell is chosen: how to read one, and the ways to something else than the demo.
class FirstSteps : public QWidget {
    Q_OBJECT
public:
    explicit FirstSteps(QWidget* parent = nullptr);

Q_SIGNALS:
    void setupWanted();
    void openRunWanted();
};

} // namespace spectune

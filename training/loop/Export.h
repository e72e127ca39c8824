// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TrainingEngine.h"

namespace spectune {

/// Answers an ExportAdapter: reads the source, finds its base model where the format needs it, writes and checks.
/// @throws Error (Config, Io), Stopped
[[nodiscard]] ExportReport exportAdapter(const ExportAdapter& request, const RequestContext& context);

} // namespace spectune

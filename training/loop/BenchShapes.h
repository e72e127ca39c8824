// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/ModelSpec.h"

#include <string_view>
#include <vector>

namespace spectune {

/// The names that shapeNamed() knows.
[[nodiscard]] std::vector<std::string_view> shapeNames();
/// The form of a public model, from its config.json. @throws Error (Config) listing the names
[[nodiscard]] ModelSpec shapeNamed(std::string_view name);

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Marks what spectune-engine shows to the programs; everything else of the library is hidden.
#define SPECTUNE_ENGINE_API __attribute__((visibility("default")))

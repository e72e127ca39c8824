// SPDX-License-Identifier: GPL-3.0-or-later
// Precompiled for the tests that see the engine's insides.
#pragma once

#include "training/EnginePch.h"

#include <QtTest/QtTest>

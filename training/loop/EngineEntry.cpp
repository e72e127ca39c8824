// SPDX-License-Identifier: GPL-3.0-or-later
// The one symbol that a program looks up after opening libspectune-engine (see training/session/EngineLibrary.h).
#include "training/loop/Commands.h"

extern "C" SPECTUNE_ENGINE_API spectune::TrainingEngine* spectuneCreateEngine()
{
    return spectune::createEngine().release();
}

// SPDX-License-Identifier: GPL-3.0-or-later
// What libspectune-engine.so exports, around an engine that only throws. It has its own copy of spectune-core, so what
// it throws was made in another library than the one that catches it, as with the real engine.
#include "training/session/TrainingEngine.h"

namespace {

class ThrowingEngine final : public spectune::TrainingEngine {
public:
    spectune::RunOutcome run(const spectune::RunRequest& request, spectune::RunControl&) override
    {
        if (request.device == "stop")
            throw spectune::Stopped {};
        throw spectune::Error(spectune::FailureKind::Diverged, spectune::makeMessage("From the library."),
            spectune::Message::verbatim("detail"));
    }

    [[nodiscard]] spectune::Answer answer(const spectune::Request&, const spectune::RequestContext&) override
    {
        throw spectune::ioError("From the library.");
    }
};

} // namespace

extern "C" __attribute__((visibility("default"))) spectune::TrainingEngine* spectuneCreateEngine()
{
    return new ThrowingEngine;
}

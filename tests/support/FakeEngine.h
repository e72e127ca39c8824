// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/FakeScript.h"

#include <memory>

namespace spectune::test {

/// An engine without tensors that keeps to the contract of TrainingEngine, step for step.
class FakeEngine final : public TrainingEngine {
public:
    explicit FakeEngine(std::shared_ptr<FakeScript> script);
    ~FakeEngine() override;
    FakeEngine(const FakeEngine&) = delete;
    FakeEngine& operator=(const FakeEngine&) = delete;

    RunOutcome run(const RunRequest& request, RunControl& control) override;
    [[nodiscard]] Answer answer(const Request& request, const RequestContext& context) override;

private:
    void prepare(const RunRequest& request, RunControl& control);
    void report(std::int64_t step, RunControl& control);
    /// @returns false for a stop, after saving
    bool isToGoOn(std::int64_t step, RunControl& control);
    void evaluate(std::int64_t step, RunControl& control);
    /// Takes all but keys that no field has.
    static void edit(std::int64_t step, RunControl& control);
    /// As the loop writes what must not be lost: again and again, as long as the run is held for it.
    void write(std::int64_t step, RunControl& control);
    void save(std::int64_t step, RunControl& control);

    std::shared_ptr<FakeScript> m_script;
    std::shared_ptr<const ModuleLayout> m_layout;
};

[[nodiscard]] EngineFactory fakeFactory(std::shared_ptr<FakeScript> script);

} // namespace spectune::test

// SPDX-License-Identifier: GPL-3.0-or-later
// Short runs of the real engine on the bundled demo.
#pragma once

#include "tests/support/Files.h"
#include "tests/support/RunFiles.h"
#include "training/core/AtomicFile.h"
#include "training/loop/LibTorchEngine.h"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace spectune::testing {

/// Keeps what a run tells, and asks for what the test wants at its step borders.
class RecordingControl final : public RunControl {
public:
    std::int64_t stopAfter = -1; ///< steps done; −1: never
    std::set<std::int64_t> saveAt; ///< steps done
    std::multimap<std::int64_t, LiveEdit> editAt; ///< by steps done
    std::function<void(std::int64_t)> atBorder; ///< may be empty
    std::function<void(const RunEvent&)> onPost; ///< may be empty
    std::function<bool(const Failure&)> onHold; ///< may be empty: nobody is there
    StopToken token;
    std::vector<RunEvent> events;
    std::vector<std::shared_ptr<const RankSnapshot>> snapshots;
    bool wantsSnapshots = false;

    [[nodiscard]] const StopToken& stopToken() const override { return token; }
    void post(RunEvent event) override
    {
        if (onPost)
            onPost(event);
        events.push_back(std::move(event));
    }
    [[nodiscard]] bool holdFor(const Failure& failure) override { return onHold && onHold(failure); }
    [[nodiscard]] bool snapshotDue() override { return wantsSnapshots; }
    void publish(std::shared_ptr<const RankSnapshot> snapshot) override { snapshots.push_back(std::move(snapshot)); }
    [[nodiscard]] BorderAction nextAction(std::int64_t stepsDone) override
    {
        if (atBorder)
            atBorder(stepsDone);
        if (saveAt.erase(stepsDone) > 0)
            return BorderAction::Save;
        if (editAt.contains(m_border = stepsDone))
            return BorderAction::Edit;
        return stepsDone == stopAfter ? BorderAction::Stop : BorderAction::Continue;
    }
    [[nodiscard]] std::vector<LiveEdit> takeEdits() override
    {
        std::vector<LiveEdit> edits;
        for (; editAt.contains(m_border); editAt.erase(editAt.lower_bound(m_border)))
            edits.push_back(editAt.lower_bound(m_border)->second);
        return edits;
    }

    /// The first line of the log that begins so; empty where there is none.
    [[nodiscard]] std::string said(std::string_view beginning) const
    {
        for (const LogLine& line : all<LogLine>()) {
            if (line.text.english().starts_with(beginning))
                return line.text.english();
        }
        return {};
    }

    template <typename Event>
    [[nodiscard]] std::vector<Event> all() const
    {
        std::vector<Event> found;
        for (const RunEvent& event : events) {
            if (const auto* value = std::get_if<Event>(&event))
                found.push_back(*value);
        }
        return found;
    }

private:
    std::int64_t m_border = 0;
};

/// 12 steps of four samples on the demo, with masking events after steps 4, 6 and 8.
inline RunConfig demoConfig(Method method = Method::AdaLora)
{
    RunConfig config;
    config.model.path = sourcePath("resources/demo/model").string();
    config.data.path = sourcePath("resources/demo/train.jsonl").string();
    config.data.format = DataFormat::PromptCompletion;
    config.data.maxLength = 64;
    config.train = {.seed = 3, .steps = 12, .batchSize = 4, .threads = 1};
    config.optim.lr = 5e-3;
    config.optim.schedule = LrSchedule::Cosine;
    config.optim.warmup = 2;
    config.method = method;
    config.adalora.targetRank = 2;
    if (allocatesBudget(method))
        config.adalora.initRank = 4;
    config.adalora.alpha = 16.0;
    config.adalora.dropout = 0.1;
    if (allocatesBudget(method)) {
        config.adalora.ti = 2;
        config.adalora.tf = 4;
        config.adalora.deltaT = 2;
    }
    config.adalora.targets = {"q_proj", "v_proj", "down_proj"};
    return config;
}

inline RunOutcome runEngine(RunControl& control, const RunConfig& config, const std::filesystem::path& out,
    const std::filesystem::path& resume = {}, std::vector<AppliedEdit> edits = {})
{
    LibTorchEngine engine;
    return engine.run({.config = config,
                          .outFolder = out.string(),
                          .resumeFolder = resume.string(),
                          .device = "cpu",
                          .edits = std::move(edits)},
        control);
}

/// The first @p count lines of the demo's evaluation file.
inline std::string demoEvaluationLines(int count)
{
    std::istringstream text(readFile(sourcePath("resources/demo/eval.jsonl")));
    std::string some;
    std::string line;
    for (int i = 0; i < count && std::getline(text, line); ++i)
        some += line + "\n";
    return some;
}

} // namespace spectune::testing

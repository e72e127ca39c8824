// SPDX-License-Identifier: GPL-3.0-or-later
// That steps are not recorded is told, with its reason, whatever else there is to tell at that moment.
#include "tests/loop/RecordedRuns.h"
#include "training/loop/Notices.h"

#include <algorithm>

using namespace spectune;
using namespace spectune::testing;

class TestStepNotices : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theRefusalHasAReason()
    {
        QVERIFY(contains(whyUnrecorded(/*rewinds=*/true).english(), "train.gradient_checkpointing"));
        QVERIFY(whyUnrecorded(/*rewinds=*/false).empty());
    }

    /// A run that is resumed behind T − tf has two things to tell before anyone has asked for one.
    void aShrinkTakesNoNoticesPlace()
    {
        RunConfig config = configOf(0, 0.2);
        config.train.gradientCheckpointing = true; // not to be recorded
        config.adalora.shrink = true;
        const auto first = trainerOf(config, nullptr);
        for (std::int64_t t = 0; t <= lastEvent; ++t)
            (void)first->step(t, batchAt(t));
        const auto tensors = first->allocator().state();
        Log log;
        const auto second = trainerOf(config, std::make_unique<TestRecorder>(log));
        second->allocator().restore([&](const std::string& name, at::IntArrayRef) {
            return std::ranges::find(tensors, name, &std::pair<std::string, at::Tensor>::first)->second;
        });
        second->restore(first->state(), first->optimizer().steps());
        const std::string told = second->notice().english();
        QVERIFY2(contains(told, "not recorded") && contains(told, "The ranks are final"), told.c_str());
        QVERIFY(second->notice().empty());
    }

    /// The recording fails in the very step after which the arena shrinks and takes its graphs with it.
    void aFailureIsToldThoughItsGraphsAreGone()
    {
        RunConfig config = configOf();
        config.adalora.shrink = true;
        Log log {.failsAt = 0};
        const auto trainer = trainerOf(config, std::make_unique<TestRecorder>(log));
        for (std::int64_t t = 0; t <= lastEvent; ++t) {
            QCOMPARE(trainer->notice().english(), std::string());
            (void)trainer->step(t, batchOf(t, 5 + std::min(t, lastEvent - 1))); // the last form comes the second time
        }
        const std::string told = trainer->notice().english();
        QVERIFY2(contains(told, "not permitted") && contains(told, "The ranks are final"), told.c_str());
        QVERIFY(trainer->notice().empty());
    }
};

QTEST_GUILESS_MAIN(TestStepNotices)
#include "tst_stepnotices.moc"

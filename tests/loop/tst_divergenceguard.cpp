// SPDX-License-Identifier: GPL-3.0-or-later
// When a run counts as diverged, and how that is told.
#include "tests/support/Files.h"
#include "training/loop/DivergenceGuard.h"

#include <cmath>
#include <limits>

using namespace spectune;
using namespace spectune::testing;

class TestDivergenceGuard : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void guardTakesItsLimitFromTheFirstFiniteLoss()
    {
        DivergenceGuard fresh(1000, 0.0);
        const double nan = std::numeric_limits<double>::quiet_NaN();
        fresh.check(1, {.loss = nan, .skipped = makeMessage("the loss is not finite")});
        QCOMPARE(fresh.limit(), 0.0);
        fresh.check(2, {.loss = 30.0, .skipped = {}});
        fresh.check(3, {.loss = 50.0, .skipped = {}});
        QCOMPARE(fresh.limit(), 60.0);
        DivergenceGuard low(1000, 0.0);
        low.check(1, {.loss = 0.5, .skipped = {}});
        QCOMPARE(low.limit(), 2.0 * std::log(1000.0));
    }

    /// A translation gets the reason as a sentence of its own, not as part of a finished text.
    void divergenceIsToldInParts()
    {
        DivergenceGuard guard(1000, 0.0);
        const Message reason = makeMessage("the gradient is not finite");
        const auto check = [&guard, &reason](std::int64_t step) { guard.check(step, {.skipped = reason}); };
        for (std::int64_t step = 1; step <= 9; ++step)
            check(step);
        try {
            check(10);
            QFAIL("The guard let it pass.");
        } catch (const Error& error) {
            QVERIFY(contains(error.message().pattern(), "%1"));
            QVERIFY(error.message().values().at(0) == reason);
            const std::string text = error.what();
            QVERIFY2(text.starts_with("The run diverged: the gradient is not finite for 10 steps in a row, up to step "
                                      "10. Lower optim.lr"),
                text.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestDivergenceGuard)
#include "tst_divergenceguard.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Sensitivity, uncertainty and the triplets' scores held to section 3.2 of arXiv 2303.10512, number by number.
#include "tests/optim/Layouts.h"
#include "training/optim/Importance.h"

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr std::int64_t rank = 2;

struct Setup {
    ModuleLayout layout = mixedLayout(rank);
    TripletArena arena {layout, 1.0, at::kDouble};
    AdaLoraConfig config;
    Random random {41};

    Setup()
    {
        config.beta1 = 0.6;
        config.beta2 = 0.7;
        draw();
    }
    void draw()
    {
        arena.values.copy_(random.normal({arena.order.size()}));
        arena.gradients.copy_(random.normal({arena.order.size()}));
    }
};

} // namespace

class TestImportance : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void recursion()
    {
        Setup setup;
        Importance importance(setup.arena.order, setup.config, true, at::kDouble);
        const std::int64_t size = setup.arena.order.size();
        std::vector<double> sensitivity(static_cast<std::size_t>(size));
        std::vector<double> uncertainty(static_cast<std::size_t>(size));
        for (int step = 0; step < 4; ++step) {
            setup.draw();
            updateOf(importance, setup.arena.values, setup.arena.gradients);
            for (std::int64_t i = 0; i < size; ++i) {
                const auto at = static_cast<std::size_t>(i);
                const double now
                    = std::abs(setup.arena.values[i].item<double>() * setup.arena.gradients[i].item<double>());
                sensitivity[at] = 0.6 * sensitivity[at] + 0.4 * now;
                uncertainty[at] = 0.7 * uncertainty[at] + 0.3 * std::abs(now - sensitivity[at]);
            }
        }
        QVERIFY(relativeDifference(importance.sensitivity(), at::tensor(sensitivity, at::kDouble)) <= 1e-14);
        QVERIFY(relativeDifference(importance.uncertainty(), at::tensor(uncertainty, at::kDouble)) <= 1e-14);
    }

    void scores_data()
    {
        QTest::addColumn<int>("kindNumber");
        QTest::addColumn<bool>("hasLambda");
        QTest::newRow("product") << static_cast<int>(ScoreKind::SensitivityUncertainty) << true;
        QTest::newRow("sensitivity") << static_cast<int>(ScoreKind::Sensitivity) << true;
        QTest::newRow("magnitude") << static_cast<int>(ScoreKind::Magnitude) << true;
        QTest::newRow("product, doublets") << static_cast<int>(ScoreKind::SensitivityUncertainty) << false;
        QTest::newRow("sensitivity, doublets") << static_cast<int>(ScoreKind::Sensitivity) << false;
    }

    void scores()
    {
        QFETCH(const int, kindNumber);
        QFETCH(const bool, hasLambda);
        Setup setup;
        setup.config.score = static_cast<ScoreKind>(kindNumber);
        Importance importance(setup.arena.order, setup.config, hasLambda, at::kDouble);
        for (int step = 0; step < 3; ++step) {
            setup.draw();
            updateOf(importance, setup.arena.values, setup.arena.gradients);
        }
        const at::Tensor element = setup.config.score == ScoreKind::Sensitivity
            ? importance.sensitivity()
            : importance.sensitivity() * importance.uncertainty();
        const ArenaOrder& order = setup.arena.order;
        const TripletScores scores = importance.scores(setup.arena.values);
        QCOMPARE(scores.total.sizes(), (std::vector<std::int64_t> {3, rank}));
        QCOMPARE(scores.lambda.defined(), hasLambda);
        for (std::int32_t m = 0; m < 3; ++m) {
            for (std::int64_t i = 0; i < rank; ++i) {
                const double lambda = setup.config.score == ScoreKind::Magnitude
                    ? std::abs(order.lambda(setup.arena.values)[m][i].item<double>())
                    : order.lambda(element)[m][i].item<double>();
                const double q = order.q(element, {m})[i].mean().item<double>();
                const double p = order.pT(element, {m})[i].mean().item<double>();
                const double factors = setup.config.score == ScoreKind::Magnitude ? 0.0 : p + q;
                const double expected = (hasLambda ? lambda : 0.0) + factors;
                QVERIFY(std::abs(scores.total[m][i].item<double>() - expected) <= 1e-14 * std::abs(expected));
            }
        }
    }

    /// An event keeps the scores that decided over it while the EMAs go on.
    void scoresAreNoViews_data() { scores_data(); }
    void scoresAreNoViews()
    {
        QFETCH(const int, kindNumber);
        QFETCH(const bool, hasLambda);
        Setup setup;
        setup.config.score = static_cast<ScoreKind>(kindNumber);
        Importance importance(setup.arena.order, setup.config, hasLambda, at::kDouble);
        updateOf(importance, setup.arena.values, setup.arena.gradients);
        const TripletScores scores = importance.scores(setup.arena.values);
        std::vector<at::Tensor> before;
        const std::vector<at::Tensor> held {scores.total, scores.lambda, scores.meanP, scores.meanQ};
        for (const at::Tensor& score : held)
            before.push_back(score.defined() ? score.clone() : at::Tensor());
        setup.draw();
        updateOf(importance, setup.arena.values, setup.arena.gradients);
        for (std::size_t i = 0; i < held.size(); ++i)
            QVERIFY(!held[i].defined() || identical(held[i], before[i]));
    }

    void restoredCopies()
    {
        Setup setup;
        Importance first(setup.arena.order, setup.config, true, at::kDouble);
        updateOf(first, setup.arena.values, setup.arena.gradients);
        Importance second(setup.arena.order, setup.config, true, at::kDouble);
        second.restore(first.sensitivity(), first.uncertainty());
        const at::Tensor before = first.sensitivity().clone();
        updateOf(second, setup.arena.values, setup.arena.gradients);
        QVERIFY(identical(first.sensitivity(), before));
        updateOf(first, setup.arena.values, setup.arena.gradients);
        QVERIFY(identical(first.sensitivity(), second.sensitivity()));
        QVERIFY(identical(first.uncertainty(), second.uncertainty()));
    }
};

QTEST_GUILESS_MAIN(TestImportance)
#include "tst_importance.moc"

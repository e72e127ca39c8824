// SPDX-License-Identifier: GPL-3.0-or-later
// The schedules held to transformers' (tests/reference/schedules.py).
#include "tests/support/Files.h"
#include "training/core/AtomicFile.h"
#include "training/optim/LearningRate.h"

#include <nlohmann/json.hpp>

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

class TestLearningRate : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTransformers()
    {
        const auto reference = nlohmann::json::parse(readFile(sourcePath("tests/reference/schedules.json")));
        int compared = 0;
        for (const auto& test : reference.at("cases")) {
            OptimConfig config;
            config.lr = reference.at("lr").get<double>();
            config.warmup = test.at("warmup").get<std::int64_t>();
            const std::string name = test.at("schedule").get<std::string>();
            config.schedule = name == "constant" ? LrSchedule::Constant
                : name == "linear"               ? LrSchedule::Linear
                                                 : LrSchedule::Cosine;
            const auto steps = test.at("steps").get<std::int64_t>();
            std::int64_t t = 0;
            for (const auto& expected : test.at("rates")) {
                const double rate = learningRate(config, t, steps);
                const double difference = std::abs(rate - expected.get<double>());
                QVERIFY2(difference <= 1e-17,
                    qPrintable(
                        QString("%1, warmup %2, step %3: %4").arg(name.c_str()).arg(config.warmup).arg(t).arg(rate)));
                ++t;
                ++compared;
            }
            QCOMPARE(t, steps + 2);
        }
        QVERIFY(compared > 100);
    }
};

QTEST_GUILESS_MAIN(TestLearningRate)
#include "tst_learningrate.moc"

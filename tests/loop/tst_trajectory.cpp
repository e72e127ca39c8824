// SPDX-License-Identifier: GPL-3.0-or-later
// The engine held to PEFT 0.21, step by step, in float64 on stories260K: tests/reference/README.md says how the numbers
// were made. Nothing of Python is needed here.
#include "tests/loop/Reference.h"
#include "training/io/Safetensors.h"
#include "training/loop/SnapshotBuilder.h"
#include "training/monitor/SnapshotEvent.h"

#include <QtTest/QtTest>

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

using namespace spectune;
using namespace spectune::test;

namespace {

double relativeError(double value, double reference)
{
    return std::abs(value - reference) / std::max(std::abs(reference), 1e-300);
}

/// The largest error seen of one quantity, and where.
struct Worst {
    double error = 0.0;
    std::int64_t step = 0;

    void add(double value, double reference, std::int64_t at)
    {
        const double now = relativeError(value, reference);
        if (!(now <= error)) {
            error = now;
            step = at;
        }
    }
};

std::string pattern(const at::Tensor& kept, std::int64_t module)
{
    const at::Tensor row = kept[module].contiguous();
    const auto* values = row.const_data_ptr<bool>();
    std::string text;
    for (std::int64_t i = 0; i < row.numel(); ++i)
        text += values[i] ? '1' : '0';
    return text;
}

void compareEvent(const Trainer& trainer, const nlohmann::json& expected, std::int64_t budget)
{
    const MaskEvent event = maskEventOf(*buildSnapshot(trainer, expected.at("step").get<std::int64_t>(), budget));
    QCOMPARE(event.step, expected.at("step").get<std::int64_t>());
    QCOMPARE(event.budget, expected.at("budget").get<std::int64_t>());
    QCOMPARE(event.pruned, expected.at("pruned").get<std::int64_t>());
    QCOMPARE(event.revived, expected.at("revived").get<std::int64_t>());
    for (std::size_t m = 0; m < trainer.layout().modules.size(); ++m) {
        const std::string& name = trainer.layout().modules[m].name;
        QVERIFY2(event.ranks[m] == expected.at("ranks").at(name).get<int>(), name.c_str());
        QCOMPARE(pattern(trainer.allocator().kept(), static_cast<std::int64_t>(m)),
            expected.at("kept").at(name).get<std::string>());
    }
}

} // namespace

class TestTrajectory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (!std::filesystem::exists(storiesFolder()))
            QSKIP("../shared/data/models/stories260K is not there");
    }

    void follows_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("adapter");
        QTest::addColumn<QString>("final");
        QTest::addColumn<double>("tolerance");
        QTest::newRow("warm-up, cubic and final phase") << "mild.json"
                                                        << "initial-adalora"
                                                        << "mild_final.safetensors" << 1e-9;
        QTest::newRow("163 revivals") << "revivals.json"
                                      << "initial-adalora"
                                      << "revivals_final.safetensors" << 1e-9;
        QTest::newRow("lora") << "lora.json"
                              << "initial-lora"
                              << "lora_final.safetensors" << 1e-9;
        QTest::newRow("svd-lora") << "svd-lora.json"
                                  << "initial-adalora"
                                  << "" << 1e-9;
        for (const char* name : {"gamma-0", "squared-sum", "sensitivity", "magnitude", "pre-step", "total-budget"})
            QTest::newRow(name) << QString("variant-%1.json").arg(name) << "initial-adalora"
                                << "" << 1e-9;
    }

    void follows()
    {
        QFETCH(const QString, file);
        QFETCH(const QString, adapter);
        QFETCH(const QString, final);
        QFETCH(const double, tolerance);
        const nlohmann::json reference = readJson(trajectoryFolder() / file.toStdString());
        const auto trainer = referenceTrainer(referenceConfig(reference), adapter.toStdString());
        const std::vector<Batch> batches = referenceBatches();
        Worst loss;
        Worst orth;
        Worst norm;
        std::size_t event = 0;
        std::int64_t t = 0;
        for (const auto& expected : reference.at("steps")) {
            const StepResult result = trainer->step(t, batches[static_cast<std::size_t>(t) % batches.size()]);
            QVERIFY2(result.skipped.empty(), result.skipped.english().c_str());
            QCOMPARE(result.tokens, expected.at("tokens").get<std::int64_t>());
            QVERIFY(relativeError(result.lr, expected.at("lr").get<double>()) < 1e-14
                || result.lr == expected.at("lr").get<double>());
            loss.add(result.loss, expected.at("loss").get<double>(), t);
            norm.add(result.gradNorm, expected.at("grad_norm").get<double>(), t);
            if (expected.contains("orth"))
                orth.add(result.orth, expected.at("orth").get<double>(), t);
            if (result.masked) {
                QVERIFY(event < reference.at("events").size());
                compareEvent(*trainer, reference["events"][event++], expected.at("budget").get<std::int64_t>());
                if (QTest::currentTestFailed())
                    return;
            }
            ++t;
        }
        QCOMPARE(event, reference.at("events").size());
        qInfo("largest relative errors: loss %.2e (step %lld), R %.2e (step %lld), gradient norm %.2e (step %lld)",
            loss.error, static_cast<long long>(loss.step), orth.error, static_cast<long long>(orth.step), norm.error,
            static_cast<long long>(norm.step));
        QVERIFY(loss.error <= tolerance);
        QVERIFY(orth.error <= tolerance);
        QVERIFY(norm.error <= tolerance);
        if (!final.isEmpty())
            compareFinal(*trainer, final.toStdString());
    }

private:
    void compareFinal(const Trainer& trainer, const std::string& name)
    {
        const SafetensorsFile expected(trajectoryFolder() / name);
        const ArenaOrder& order = trainer.arena().order;
        const at::Tensor& values = trainer.arena().values;
        const auto close = [&](const at::Tensor& ours, const std::string& suffix, const std::string& module) {
            std::string key = "base_model.model." + module + suffix;
            if (!expected.contains(key))
                key += ".weight";
            const at::Tensor theirs = expected.tensor(key).reshape_as(ours);
            const double difference = (ours - theirs).abs().max().item<double>();
            QVERIFY2(difference <= 1e-9 * std::max(1.0, theirs.abs().max().item<double>()), key.c_str());
        };
        for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
            const std::string& module = trainer.layout().modules[static_cast<std::size_t>(i)].name;
            close(order.q(values, {i}), ".lora_A", module);
            close(order.pT(values, {i}).t(), ".lora_B", module);
            if (hasLambda(trainer.method()))
                close(order.lambda(values).select(0, i), ".lora_E", module);
        }
    }
};

QTEST_GUILESS_MAIN(TestTrajectory)
#include "tst_trajectory.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Errors.h"
#include "tests/support/FakeScript.h"
#include "training/core/AtomicFile.h"
#include "training/monitor/RunHistory.h"

#include <QtTest>

#include <QTemporaryDir>

#include <bit>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

using namespace spectune;
using spectune::testing::ioErrorOf;
namespace fs = std::filesystem;

namespace {

/// Steps of a long run; sanitizers are ten times slower and look for other faults.
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr std::int64_t longRun = 5'000;
#else
constexpr std::int64_t longRun = 100'000;
#endif
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

MetricPoint metricAt(std::int64_t step)
{
    return {.step = step,
        .loss = 2.5,
        .orth = 0.125,
        .lr = 1e-3,
        .budget = 64,
        .gradNorm = 0.75,
        .tokens = 321,
        .seconds = 0.5 * static_cast<double>(step),
        .skipped = {}};
}

bool sameDouble(double left, double right)
{
    return std::bit_cast<std::uint64_t>(left) == std::bit_cast<std::uint64_t>(right);
}

} // namespace

class TestRunHistory : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void linesHaveTheContractsKeys();
    void notFiniteIsNull();
    void doublesComeBackExactly();
    void eventsNeedALayoutOfTheirSize();
    void roundTrip();
    void missingFilesAreEmpty();
    void tornLastLineIsLeftOut_data();
    void tornLastLineIsLeftOut();
    void errorsNameFileAndLine_data();
    void errorsNameFileAndLine();
    void otherWritersLines();
    void longRunsLoadFast();
    void truncationKeepsWhatHadHappened();
    void truncationReadsEveryForm();
    void truncationMendsATornEnd();
    void truncationOfNothing();

private:
    void write(const char* name, const std::string& content) const { writeFileAtomically(m_folder / name, content); }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_folder;
};

void TestRunHistory::init()
{
    m_temporary = std::make_unique<QTemporaryDir>();
    QVERIFY(m_temporary->isValid());
    m_folder = m_temporary->path().toStdString();
}

void TestRunHistory::linesHaveTheContractsKeys()
{
    QCOMPARE(toJsonLine(metricAt(7)),
        std::string(R"({"step":7,"loss":2.5,"orth":0.125,"lr":0.001,"budget":64,"grad_norm":0.75,"tokens":321,)"
                    R"("seconds":3.5})"));
    QCOMPARE(toJsonLine(EvalPoint {.step = 5, .evalLoss = 1.5, .metrics = {{"perplexity", 4.5}, {"accuracy", 1.0}}}),
        std::string(R"({"step":5,"eval_loss":1.5,"accuracy":1.0,"perplexity":4.5})"));
    const MaskEvent event {.step = 9, .budget = 10, .ranks = {4, 0, 3, 3}, .pruned = 6, .revived = 0};
    QCOMPARE(toJsonLine(event, *test::fakeLayout(2, 4)),
        std::string(R"({"step":9,"budget":10,"ranks":{"model.layers.0.self_attn.q_proj":4,)"
                    R"("model.layers.0.self_attn.v_proj":0,"model.layers.1.self_attn.q_proj":3,)"
                    R"("model.layers.1.self_attn.v_proj":3},"pruned":6,"revived":0})"));
}

void TestRunHistory::notFiniteIsNull()
{
    MetricPoint point = metricAt(3);
    point.loss = notANumber;
    point.gradNorm = std::numeric_limits<double>::infinity();
    point.skipped = "the gradient's norm is not finite: \"inf\"\n";
    const auto object = nlohmann::json::parse(toJsonLine(point));
    QVERIFY(object["loss"].is_null());
    QVERIFY(object["grad_norm"].is_null());
    QCOMPARE(object["skipped"].get<std::string>(), point.skipped);
    QVERIFY(toJsonLine(point).find('\n') == std::string::npos);

    write("metrics.jsonl", toJsonLine(point) + "\n");
    const RunHistory history = loadHistory(m_folder);
    QVERIFY(std::isnan(history.metrics.at(0).loss));
    QVERIFY(std::isnan(history.metrics.at(0).gradNorm));
    QCOMPARE(history.metrics.at(0).orth, 0.125);
    QCOMPARE(history.metrics.at(0).skipped, point.skipped);

    point.skipped = "\xff broken UTF-8";
    QVERIFY(!nlohmann::json::parse(toJsonLine(point))["skipped"].get<std::string>().empty());
}

void TestRunHistory::doublesComeBackExactly()
{
    std::mt19937_64 random(1);
    std::vector<double> values {0.0, -0.0, 0.1, 1.0 / 3.0, 5e-324, 1.7976931348623157e308, 2.2250738585072014e-308,
        1e22, 123456789012345678.0, 0.30000000000000004};
    while (values.size() < 10'000) {
        const auto value = std::bit_cast<double>(random());
        if (std::isfinite(value))
            values.push_back(value);
    }
    std::string lines;
    for (std::size_t index = 0; index < values.size(); ++index) {
        MetricPoint point = metricAt(static_cast<std::int64_t>(index) + 1);
        point.loss = values[index];
        lines += toJsonLine(point) + "\n";
    }
    write("metrics.jsonl", lines);
    const RunHistory history = loadHistory(m_folder);
    for (std::size_t index = 0; index < values.size(); ++index)
        QVERIFY2(sameDouble(history.metrics.at(index).loss, values[index]), qPrintable(QString::number(values[index])));
}

void TestRunHistory::eventsNeedALayoutOfTheirSize()
{
    QVERIFY_EXCEPTION_THROWN(
        static_cast<void>(toJsonLine(MaskEvent {.step = 1, .budget = 1, .ranks = {1}}, *test::fakeLayout(2, 4))),
        Error);
}

void TestRunHistory::roundTrip()
{
    const auto layout = test::fakeLayout(2, 4);
    std::string metrics;
    std::string ranks;
    for (std::int64_t step = 1; step <= 30; ++step) {
        metrics += toJsonLine(metricAt(step)) + "\n";
        if (step % 10 == 0)
            metrics += toJsonLine(EvalPoint {.step = step, .evalLoss = 1.0, .metrics = {{"perplexity", 2.75}}}) + "\n";
        if (step % 5 == 0)
            ranks += toJsonLine(MaskEvent {.step = step,
                                    .budget = 16 - step / 5,
                                    .ranks = {4, 3, 2, static_cast<std::int32_t>(step % 4)},
                                    .pruned = 2,
                                    .revived = 1},
                         *layout)
                + "\n";
    }
    write("metrics.jsonl", metrics);
    write("ranks.jsonl", ranks);
    const RunHistory history = loadHistory(m_folder);
    QCOMPARE(history.metrics.size(), std::size_t(30));
    QCOMPARE(history.metrics[6].step, 7);
    QCOMPARE(history.metrics[6].tokens, 321);
    QCOMPARE(history.metrics[6].budget, 64);
    QCOMPARE(history.metrics[6].seconds, 3.5);
    QCOMPARE(history.evaluations.size(), std::size_t(3));
    QCOMPARE(history.evaluations[1].step, 20);
    QCOMPARE(history.evaluations[1].metrics.at("perplexity"), 2.75);
    QCOMPARE(history.evaluations[1].metrics.size(), std::size_t(1));
    QCOMPARE(history.events.size(), std::size_t(6));
    QCOMPARE(history.events[2].step, 15);
    QCOMPARE(history.events[2].budget, 13);
    QCOMPARE(history.events[2].ranks, (std::vector<std::int32_t> {4, 3, 2, 3}));
    QCOMPARE(history.events[2].pruned, 2);
    QCOMPARE(history.events[2].revived, 1);
    QCOMPARE(history.modules.size(), std::size_t(4));
    QCOMPARE(history.modules[3], std::string("model.layers.1.self_attn.v_proj"));
}

void TestRunHistory::missingFilesAreEmpty()
{
    const RunHistory history = loadHistory(m_folder);
    QVERIFY(
        history.metrics.empty() && history.evaluations.empty() && history.events.empty() && history.modules.empty());
    write("metrics.jsonl", "");
    QVERIFY(loadHistory(m_folder).metrics.empty());
}

void TestRunHistory::tornLastLineIsLeftOut_data()
{
    QTest::addColumn<QByteArray>("end");
    QTest::addColumn<int>("points");
    const QByteArray whole = QByteArray::fromStdString(toJsonLine(metricAt(3)));
    for (qsizetype length = 0; length < whole.size(); ++length)
        QTest::addRow("%lld characters", static_cast<long long>(length)) << whole.left(length) << 2;
    QTest::newRow("all but the newline") << whole << 3;
    QTest::newRow("zeros after a power cut") << QByteArray(512, '\0') << 2;
}

void TestRunHistory::tornLastLineIsLeftOut()
{
    QFETCH(QByteArray, end);
    QFETCH(int, points);
    write("metrics.jsonl", toJsonLine(metricAt(1)) + "\n" + toJsonLine(metricAt(2)) + "\n" + end.toStdString());
    QCOMPARE(loadHistory(m_folder).metrics.size(), std::size_t(points));
}

void TestRunHistory::errorsNameFileAndLine_data()
{
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QByteArray>("word");
    QTest::newRow("cut") << QByteArray("metrics.jsonl") << QByteArray("{\"step\":2,") << QByteArray("complete");
    QTest::newRow("a number") << QByteArray("metrics.jsonl") << QByteArray("12") << QByteArray("no JSON object");
    QTest::newRow("a list") << QByteArray("metrics.jsonl") << QByteArray("[1]") << QByteArray("list");
    QTest::newRow("no step") << QByteArray("metrics.jsonl") << QByteArray("{\"loss\":1}") << QByteArray("\"step\"");
    QTest::newRow("text for a number") << QByteArray("metrics.jsonl") << QByteArray("{\"step\":2,\"eval_loss\":\"1\"}")
                                       << QByteArray("\"eval_loss\"");
    QTest::newRow("half a step") << QByteArray("metrics.jsonl") << QByteArray("{\"step\":2.5,\"eval_loss\":1}")
                                 << QByteArray("whole number");
    QTest::newRow("step again") << QByteArray("metrics.jsonl") << QByteArray::fromStdString(toJsonLine(metricAt(1)))
                                << QByteArray("comes after");
    QTest::newRow("nested") << QByteArray("metrics.jsonl") << QByteArray("{\"step\":{\"a\":1}}")
                            << QByteArray("\"step\" is an object");
    QTest::newRow("two objects") << QByteArray("metrics.jsonl") << QByteArray("{\"step\":2}{\"step\":3}")
                                 << QByteArray("complete");
    QTest::newRow("other modules") << QByteArray("ranks.jsonl")
                                   << QByteArray(R"({"step":2,"budget":1,"ranks":{"b":1},"pruned":0,"revived":0})")
                                   << QByteArray("\"b\"");
    QTest::newRow("more modules") << QByteArray("ranks.jsonl")
                                  << QByteArray(R"({"step":2,"budget":1,"ranks":{"a":1,"b":1},"pruned":0,"revived":0})")
                                  << QByteArray("2 modules");
    QTest::newRow("negative rank") << QByteArray("ranks.jsonl")
                                   << QByteArray(R"({"step":2,"budget":1,"ranks":{"a":-1},"pruned":0,"revived":0})")
                                   << QByteArray("rank of \"a\"");
    QTest::newRow("no ranks") << QByteArray("ranks.jsonl")
                              << QByteArray(R"({"step":2,"budget":1,"pruned":0,"revived":0})")
                              << QByteArray("\"ranks\"");
}

void TestRunHistory::errorsNameFileAndLine()
{
    QFETCH(QByteArray, file);
    QFETCH(QByteArray, line);
    QFETCH(QByteArray, word);
    const std::string first = file == "ranks.jsonl" ? R"({"step":1,"budget":1,"ranks":{"a":1},"pruned":0,"revived":0})"
                                                    : toJsonLine(metricAt(1));
    write(file.constData(), first + "\n" + line.toStdString() + "\n");
    const std::string message = ioErrorOf([&] { static_cast<void>(loadHistory(m_folder)); });
    QVERIFY2(message.find((m_folder / file.toStdString()).string() + ":2: ") == 0, message.c_str());
    QVERIFY2(message.find(word.constData()) != std::string::npos, message.c_str());
}

void TestRunHistory::otherWritersLines()
{
    // Spaces, another order of keys, unknown keys, empty lines and \r\n are all JSON lines.
    write("metrics.jsonl",
        "{ \"seconds\": 1, \"loss\": 1, \"orth\": 0, \"lr\": 1e-3, \"budget\": 4, \"grad_norm\": 2, \"tokens\": 3, "
        "\"step\": 1, \"note\": \"x\", \"good\": true }\r\n\r\n"
        "{\"eval_loss\": 2, \"step\": 1, \"note\": \"x\", \"perplexity\": 7}\r\n");
    const RunHistory history = loadHistory(m_folder);
    QCOMPARE(history.metrics.at(0).step, 1);
    QCOMPARE(history.metrics.at(0).loss, 1.0);
    QCOMPARE(history.evaluations.at(0).metrics.size(), std::size_t(1));
}

void TestRunHistory::longRunsLoadFast()
{
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> uniform;
    std::string lines;
    for (std::int64_t step = 1; step <= longRun; ++step) {
        MetricPoint point = metricAt(step);
        point.loss = uniform(random);
        point.orth = uniform(random);
        point.gradNorm = uniform(random);
        lines += toJsonLine(point) + "\n";
    }
    write("metrics.jsonl", lines);
    std::string ranks;
    const auto layout = test::fakeLayout(88, 12);
    MaskEvent event {.step = 0, .budget = 1000, .ranks = std::vector<std::int32_t>(176, 8), .pruned = 1, .revived = 0};
    for (event.step = 100; event.step <= longRun; event.step += 100)
        ranks += toJsonLine(event, *layout) + "\n";
    write("ranks.jsonl", ranks);

    QElapsedTimer timer;
    timer.start();
    const RunHistory history = loadHistory(m_folder);
    const qint64 elapsed = timer.elapsed();
    QCOMPARE(history.metrics.size(), std::size_t(longRun));
    QCOMPARE(history.events.size(), std::size_t(longRun / 100));
    qInfo("%lld ms for %.1f MB", static_cast<long long>(elapsed), double(lines.size() + ranks.size()) / 1e6);
    // A second on an idle machine; sanitizers and busy machines get more, a slip to O(n^2) does not pass.
    QVERIFY(elapsed < 20'000);
}

void TestRunHistory::truncationKeepsWhatHadHappened()
{
    const auto layout = test::fakeLayout(2, 4);
    std::string metrics;
    std::string ranks;
    std::string keptMetrics;
    std::string keptRanks;
    for (std::int64_t step = 1; step <= 10; ++step) {
        metrics += toJsonLine(metricAt(step)) + "\n";
        metrics += toJsonLine(EvalPoint {.step = step, .evalLoss = 1.0, .metrics = {}}) + "\n";
        ranks += toJsonLine(MaskEvent {.step = step, .budget = 9, .ranks = {1, 2, 3, 3}}, *layout) + "\n";
        if (step == 6) {
            keptMetrics = metrics;
            keptRanks = ranks;
        }
    }
    write("metrics.jsonl", metrics);
    write("ranks.jsonl", ranks);
    truncateHistory(m_folder, 10);
    QCOMPARE(readFile(m_folder / "metrics.jsonl"), metrics);
    const HistoryEnd end = truncateHistory(m_folder, 6);
    QCOMPARE(end.metric, 6);
    QCOMPARE(end.seconds, 3.0);
    QCOMPARE(end.evaluation, 6);
    QCOMPARE(readFile(m_folder / "metrics.jsonl"), keptMetrics);
    QCOMPARE(readFile(m_folder / "ranks.jsonl"), keptRanks);
    const RunHistory history = loadHistory(m_folder);
    QCOMPARE(history.metrics.back().step, 6);
    QCOMPARE(history.evaluations.back().step, 6); // at exactly the checkpoint's step
    QCOMPARE(history.events.back().step, 6);
    truncateHistory(m_folder, 0);
    QCOMPARE(readFile(m_folder / "metrics.jsonl"), std::string());
}

/// Lines of the known form are not parsed; all others are, and what is in either must be the same.
void TestRunHistory::truncationReadsEveryForm()
{
    const auto layout = test::fakeLayout(1, 3);
    const auto event = [&layout](std::int64_t step) {
        return toJsonLine(MaskEvent {.step = step, .budget = 9, .ranks = {1, 2}}, *layout);
    };
    const std::string spaced = "{ " + event(4).substr(1);
    const std::string kept = event(2) + "\n" + spaced + "\n" + event(6) + "\n";
    write("ranks.jsonl", kept + event(8) + "\n{ " + event(9).substr(1) + "\n" + event(10).substr(0, 40));
    truncateHistory(m_folder, 7);
    QCOMPARE(readFile(m_folder / "ranks.jsonl"), kept);
    write("ranks.jsonl", event(2) + "\n" + event(6)); // whole, but for its newline
    truncateHistory(m_folder, 7);
    QCOMPARE(readFile(m_folder / "ranks.jsonl"), event(2) + "\n" + event(6) + "\n");
    write("ranks.jsonl", event(2) + "\n" + event(6) + "\n" + event(4) + "\n");
    const std::string order = ioErrorOf([&] { truncateHistory(m_folder, 7); });
    QVERIFY2(
        order.find("ranks.jsonl:3: ") != std::string::npos && order.find("step 4") != std::string::npos, order.c_str());
    write("metrics.jsonl", toJsonLine(metricAt(2)) + "\n{\"step\":3}\n");
    const std::string lacks = ioErrorOf([&] { truncateHistory(m_folder, 7); });
    QVERIFY2(lacks.find("metrics.jsonl:2: ") != std::string::npos, lacks.c_str());
}

void TestRunHistory::truncationMendsATornEnd()
{
    // What the resumed run appends must begin on a line of its own.
    write("metrics.jsonl", toJsonLine(metricAt(1)) + "\n" + toJsonLine(metricAt(2)).substr(0, 30));
    truncateHistory(m_folder, 5);
    QCOMPARE(readFile(m_folder / "metrics.jsonl"), toJsonLine(metricAt(1)) + "\n");
    write("metrics.jsonl", toJsonLine(metricAt(1)) + "\n" + toJsonLine(metricAt(2)));
    truncateHistory(m_folder, 5);
    QCOMPARE(readFile(m_folder / "metrics.jsonl"), toJsonLine(metricAt(1)) + "\n" + toJsonLine(metricAt(2)) + "\n");

    write("metrics.jsonl", "{\"step\":1,\n" + toJsonLine(metricAt(2)) + "\n");
    const std::string message = ioErrorOf([&] { truncateHistory(m_folder, 5); });
    QVERIFY2(message.find("metrics.jsonl:1: ") != std::string::npos, message.c_str());
}

void TestRunHistory::truncationOfNothing()
{
    const HistoryEnd end = truncateHistory(m_folder, 3);
    QCOMPARE(end.metric, -1);
    QCOMPARE(end.seconds, 0.0);
    QCOMPARE(end.evaluation, -1);
    QVERIFY(fs::is_empty(m_folder));
}

QTEST_GUILESS_MAIN(TestRunHistory)
#include "tst_runhistory.moc"

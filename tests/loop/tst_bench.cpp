// SPDX-License-Identifier: GPL-3.0-or-later
// What the bench tells of its steps: rates, operations, parameters and memory, each counted here a second time.
#include "tests/support/Files.h"
#include "training/core/AtomicFile.h"
#include "training/loop/Bench.h"
#include "training/loop/BenchShapes.h"
#include "training/loop/StepRecorder.h"

#include <ATen/record_function.h>
#include <c10/util/Exception.h>
#include <nlohmann/json.hpp>

#include <QtTest/QtTest>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

using namespace spectune;
using namespace spectune::testing;

Q_DECLARE_METATYPE(BenchCommand)

namespace {

BenchCommand command(const char* shape, const char* method, std::int64_t batch, std::int64_t sequence)
{
    BenchCommand command;
    command.shape = shape;
    command.method = method;
    command.batch = batch;
    command.sequence = sequence;
    command.steps = 4;
    command.warmUp = 1;
    command.threads = 1;
    return command;
}

/// [in, out] of a block's seven matrices, as config.json's numbers say.
std::vector<std::array<std::int64_t, 2>> matricesOf(const ModelSpec& spec)
{
    const std::int64_t query = spec.heads * spec.headDim;
    const std::int64_t key = spec.kvHeads * spec.headDim;
    return {{spec.width, query}, {spec.width, key}, {spec.width, key}, {query, spec.width},
        {spec.width, spec.feedForward}, {spec.width, spec.feedForward}, {spec.feedForward, spec.width}};
}

/// Product by product, two operations a multiplication. Forward and the gradient of its input, each once, whether or
/// not a block is computed again; attention's scores and values forward, and five such products backward, over the keys
/// that a query sees. A sample's last token is no row.
double operationsOf(const ModelSpec& spec, const BenchCommand& command)
{
    const std::int64_t length = command.sequence - 1;
    std::int64_t ofRow = 2 * 2 * spec.width * spec.vocabulary;
    for (std::int64_t layer = 0; layer < spec.layers; ++layer) {
        for (const auto& [in, out] : matricesOf(spec))
            ofRow += 2 * 2 * in * out;
    }
    std::int64_t ofSample = 0;
    for (std::int64_t query = 0; query < length; ++query) {
        const std::int64_t keys = query + 1;
        ofSample += ofRow + (2 + 5) * 2 * keys * spec.headDim * spec.heads * spec.layers;
    }
    return static_cast<double>(command.batch * ofSample);
}

/// Of a model whose head is its embedding.
std::int64_t frozenOf(const ModelSpec& spec)
{
    std::int64_t ofBlock = 2 * spec.width;
    for (const auto& [in, out] : matricesOf(spec))
        ofBlock += in * out;
    return spec.layers * ofBlock + spec.width + spec.vocabulary * spec.width;
}

std::int64_t trainedOf(const ModelSpec& spec, const BenchCommand& command)
{
    std::int64_t ofRank = 0;
    for (const auto& [in, out] : matricesOf(spec))
        ofRank += in + out + (command.method == "adalora" ? 1 : 0);
    return command.method == "frozen" ? 0 : spec.layers * command.initRank * ofRank;
}

bool isNear(double actual, double expected)
{
    return std::abs(actual - expected) <= 1e-12 * std::abs(expected);
}

/// Stands in for CUDA graphs: does again what it was told, and says in a trace which of both it does.
class NamedRecorder final : public StepRecorder {
public:
    explicit NamedRecorder(bool fails = false)
        : m_fails(fails)
    {
    }
    std::unique_ptr<StepRecording> record(const std::function<void()>& body) override
    {
        RECORD_USER_SCOPE("recording");
        TORCH_CHECK(!m_fails, "this recorder records nothing");
        return std::make_unique<Recording>(body);
    }

private:
    class Recording final : public StepRecording {
    public:
        explicit Recording(std::function<void()> body)
            : m_body(std::move(body))
        {
        }
        void play() override
        {
            RECORD_USER_SCOPE("playing");
            m_body();
        }

    private:
        std::function<void()> m_body;
    };

    bool m_fails;
};

struct Span {
    double begin = 0.0; ///< µs
    double end = 0.0;
    std::string kind;
    std::int64_t thread = 0;
};

/// What a trace tells, by name.
std::multimap<std::string, Span> spansOf(const std::filesystem::path& trace)
{
    std::multimap<std::string, Span> spans;
    const nlohmann::json whole = nlohmann::json::parse(readFile(trace));
    for (const nlohmann::json& event : whole.at("traceEvents")) {
        if (event.value("ph", "") != "X" || !event.at("tid").is_number())
            continue;
        const double begin = event.at("ts").get<double>();
        spans.emplace(event.at("name").get<std::string>(),
            Span {begin, begin + event.at("dur").get<double>(), event.value("cat", ""),
                event.at("tid").get<std::int64_t>()});
    }
    return spans;
}

/// The part of the steps that one operation or another fills, on the thread of the steps.
double filledPart(const std::multimap<std::string, Span>& spans)
{
    std::vector<Span> operations;
    for (const auto& [name, span] : spans) {
        if (span.kind == "cpu_op")
            operations.push_back(span);
    }
    std::ranges::sort(operations, {}, &Span::begin);
    double filled = 0.0;
    double whole = 0.0;
    for (auto [step, end] = spans.equal_range("step"); step != end; ++step) {
        whole += step->second.end - step->second.begin;
        double done = step->second.begin;
        for (const Span& operation : operations) {
            const double until = std::min(operation.end, step->second.end);
            if (operation.thread != step->second.thread || until <= done)
                continue;
            filled += std::max(0.0, until - std::max(done, operation.begin));
            done = until;
        }
    }
    return filled / whole;
}

} // namespace

class TestBench : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsItsSteps_data()
    {
        QTest::addColumn<BenchCommand>("command");
        QTest::newRow("adalora") << command("stories260k", "adalora", 2, 33);
        QTest::newRow("lora") << command("stories260k", "lora", 2, 33);
        QTest::newRow("frozen") << command("stories260k", "frozen", 2, 33);
        QTest::newRow("another shape") << command("demo", "adalora", 1, 17);
        QTest::newRow("the shortest sample") << command("stories260k", "adalora", 3, 2);
        BenchCommand changed = command("stories260k", "adalora", 2, 33);
        changed.recomputes = true;
        QTest::newRow("recomputed") << changed;
        changed = command("stories260k", "adalora", 4, 33);
        changed.microBatch = 1;
        changed.threads = 2;
        QTest::newRow("micro-batches") << changed;
        changed = command("stories260k", "lora", 2, 33);
        changed.dtype = ElementType::BFloat16;
        changed.initRank = 5;
        QTest::newRow("bfloat16") << changed;
    }

    void countsItsSteps()
    {
        QFETCH(const BenchCommand, command);
        const ModelSpec spec = shapeNamed(command.shape);
        QVERIFY(spec.tiedHead);
        const BenchReport report = bench(command);
        QVERIFY(report.p10 > 0.0);
        QVERIFY(report.p10 <= report.median && report.median <= report.p90);
        QVERIFY(report.mean > 0.0);
        const double seconds = report.median / 1e3;
        QVERIFY(isNear(report.tokensPerSecond, static_cast<double>(report.rows) / seconds));
        QVERIFY(isNear(report.teraflops, operationsOf(spec, command) / seconds / 1e12));
        QCOMPARE(report.rows, command.batch * (command.sequence - 1));
        QCOMPARE(report.frozenParameters, frozenOf(spec));
        QCOMPARE(report.trainedParameters, trainedOf(spec, command));
        // Weights, and of each trained number itself, its gradient and two moments, which are float32.
        const std::int64_t bytes = command.dtype == ElementType::BFloat16 ? 2 : 4;
        QVERIFY(report.peakBytes >= bytes * report.frozenParameters + 4 * 4 * report.trainedParameters);
        QVERIFY(!report.phases.empty());
        double sum = 0.0;
        for (const auto& [name, ms] : report.phases) {
            QVERIFY2(ms >= 0.0 && !name.empty(), name.c_str());
            sum += ms;
        }
        QVERIFY(isNear(report.phaseSum(), sum));
        QVERIFY(!report.phasesLaunchedSingly && report.notice.empty()); // on a CPU steps are as they are timed
        QCOMPARE(report.threads, command.threads);
        QVERIFY(!report.deviceName.empty() && !report.instructionSet.empty());
    }

    /// All of one step is that step. Between two, quantiles lie on a line and their middle is the mean.
    void quantilesOfFewSteps()
    {
        BenchCommand few = command("stories260k", "adalora", 1, 9);
        few.steps = 1;
        const BenchReport one = bench(few);
        QCOMPARE(one.p10, one.median);
        QCOMPARE(one.p90, one.median);
        QCOMPARE(one.mean, one.median);
        few.steps = 2;
        const BenchReport two = bench(few);
        QVERIFY(isNear(two.mean, two.median));
        QVERIFY(isNear(two.p10 + two.p90, 2.0 * two.median));
        QVERIFY(two.p10 <= two.median && two.median <= two.p90);
    }

    /// Our own kernels are in it by name, and little of a step is not told.
    void theTraceTellsTheStep()
    {
        const Folder folder;
        BenchCommand traced = command("stories260k", "adalora", 4, 129);
        traced.profile = (folder.path() / "trace.json").string();
        (void)bench(traced);
        const auto spans = spansOf(traced.profile);
        QCOMPARE(spans.count("step"), std::size_t {3});
        for (const char* kernel : {"rmsNorm", "rmsNormBackward", "rotate", "attention", "attentionBackward", "swiGlu",
                 "swiGluBackward", "crossEntropy", "join", "collect", "gram", "sweep", "score", "select"})
            QVERIFY2(spans.contains(std::string("spectune::") + kernel), kernel);
        const auto blocks = static_cast<std::size_t>(shapeNamed(traced.shape).layers);
        QCOMPARE(spans.count("spectune::attention"), 3 * blocks);
        QCOMPARE(spans.count("spectune::sweep"), std::size_t {3});
        const double filled = filledPart(spans);
        qInfo("%.0f %% of the steps", 100.0 * filled);
        QVERIFY(filled > 0.75);
    }

    /// As are nearly all steps of a run that is recorded; the phases are of other steps, and it is said so.
    void theTracedStepsArePlayed_data()
    {
        QTest::addColumn<QString>("method");
        for (const char* method : {"adalora", "frozen"})
            QTest::newRow(method) << method;
    }

    void theTracedStepsArePlayed()
    {
        QFETCH(const QString, method);
        const Folder folder;
        BenchCommand traced = command("stories260k", qPrintable(method), 2, 17);
        traced.profile = (folder.path() / "trace.json").string();
        const BenchReport report = bench(traced, std::make_unique<NamedRecorder>());
        QVERIFY(report.phasesLaunchedSingly && report.notice.empty());
        const auto spans = spansOf(traced.profile);
        QCOMPARE(spans.count("step"), std::size_t {3});
        QCOMPARE(spans.count("playing"), std::size_t {3});
        QCOMPARE(spans.count("recording"), std::size_t {0});

        const BenchReport unrecorded = bench(traced, std::make_unique<NamedRecorder>(/*fails=*/true));
        QVERIFY(!unrecorded.phasesLaunchedSingly);
        QVERIFY2(contains(unrecorded.notice, "records nothing"), unrecorded.notice.c_str());
        QCOMPARE(spansOf(traced.profile).count("playing"), std::size_t {0});
    }

    /// At least by gate and up, the largest of what all blocks but one then do not keep.
    void recomputingNeedsLessMemory_data()
    {
        QTest::addColumn<QString>("method");
        for (const char* method : {"adalora", "lora", "frozen"})
            QTest::newRow(method) << method;
    }

    void recomputingNeedsLessMemory()
    {
        QFETCH(const QString, method);
        BenchCommand kept = command("stories260k", qPrintable(method), 4, 129);
        kept.steps = 1;
        BenchCommand recomputed = kept;
        recomputed.recomputes = true;
        const BenchReport more = bench(kept);
        const BenchReport less = bench(recomputed);
        const ModelSpec spec = shapeNamed(kept.shape);
        const std::int64_t gateUp = 4 * more.rows * 2 * spec.feedForward; // bytes of a block's
        qInfo("%lld and %lld bytes", static_cast<long long>(more.peakBytes), static_cast<long long>(less.peakBytes));
        QVERIFY(less.peakBytes + (spec.layers - 1) * gateUp <= more.peakBytes);
        QVERIFY(isNear(less.teraflops * less.median, more.teraflops * more.median)); // as useful as before
    }
};

QTEST_GUILESS_MAIN(TestBench)
#include "tst_bench.moc"

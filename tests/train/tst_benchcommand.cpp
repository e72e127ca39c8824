// SPDX-License-Identifier: GPL-3.0-or-later
// What `spectune-train bench` prints, for people and as JSON:
// that the figures of one answer hold together, and that both tell the same.
#include "tests/support/Files.h"
#include "tests/train/Program.h"

#include <QtCore/QRegularExpression>

#include <cmath>
#include <set>
#include <sys/resource.h>

using namespace spectune;
using namespace spectune::testing;

namespace {

// stories260k: width 64, gate 172, 5 blocks, 8 heads of 8, 4 key heads, 512 ids, the head tied to the embedding.
constexpr std::int64_t ofBlock = 64 * 64 + 2 * 64 * 32 + 64 * 64 + 3 * 64 * 172;
constexpr std::int64_t weights = 5 * ofBlock + 64 * 512; // that tokens are multiplied with
constexpr std::int64_t frozen = weights + 5 * 2 * 64 + 64; // and norms
constexpr std::int64_t sidesOfBlock = 2 * (64 + 64) + 2 * (64 + 32) + 3 * (64 + 172);

constexpr std::int64_t batch = 2;
constexpr std::int64_t sequence = 65;
constexpr std::int64_t rows = batch * (sequence - 1);
/// Forward and the gradient of the input with every weight; scores and values of each pair of a query and a key that it
/// sees, and five such products backward.
constexpr std::int64_t operations
    = 2 * 2 * weights * rows + batch * 7 * 2 * ((sequence - 1) * sequence / 2) * 5 * 8 * 8;

QStringList arguments(const QStringList& further)
{
    return QStringList {"bench", "--shape", "stories260k", "--batch", "2", "--seq", "65", "--steps", "3", "--warmup",
               "1", "--threads", "1"}
    + further;
}

bool isNear(double actual, double expected, double tolerance)
{
    return std::abs(actual - expected) <= tolerance;
}

} // namespace

class TestBenchCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void figuresOfTheObject_data()
    {
        QTest::addColumn<QStringList>("further");
        QTest::addColumn<int>("trained");
        QTest::newRow("adalora") << QStringList {} << static_cast<int>(5 * 12 * (sidesOfBlock + 7));
        QTest::newRow("micro-batches, snapshots") << QStringList {"--micro-batch", "1", "--snapshots", "--delta-t", "2"}
                                                  << static_cast<int>(5 * 12 * (sidesOfBlock + 7));
        QTest::newRow("lora") << QStringList {"--method", "lora", "--init-rank", "4"}
                              << static_cast<int>(5 * 4 * sidesOfBlock);
        QTest::newRow("frozen, recomputed") << QStringList {"--method", "frozen", "--recompute"} << 0;
    }

    void figuresOfTheObject()
    {
        QFETCH(const QStringList, further);
        QFETCH(const int, trained);
        const Outcome outcome = call(arguments(further + QStringList {"--json"}));
        QVERIFY2(outcome.code == 0 && outcome.err.empty(), outcome.err.c_str());
        const nlohmann::json object = outcome.object();
        QVERIFY2(object.is_object(), outcome.out.c_str());
        std::set<std::string> names;
        for (const auto& [name, value] : object.items())
            names.insert(name);
        QVERIFY((names
            == std::set<std::string> {"shape", "batch", "seq", "method", "dtype", "init_rank", "target_rank", "delta_t",
                "micro_batch", "recompute", "snapshots", "threads", "warmup", "steps", "rows", "ms_median", "ms_p10",
                "ms_p90", "ms_mean", "tokens_per_second", "tflops", "peak_bytes", "frozen", "trainable", "device",
                "instruction_set", "phases_ms", "phases_ms_sum", "phases_launched_singly", "notice"}));
        QCOMPARE(object.at("shape"), "stories260k");
        QCOMPARE(object.at("batch"), batch);
        QCOMPARE(object.at("seq"), sequence);
        QCOMPARE(object.at("dtype"), "float32");
        QCOMPARE(object.at("steps"), 3);
        QCOMPARE(object.at("warmup"), 1);
        QCOMPARE(object.at("threads"), 1);
        QCOMPARE(object.at("init_rank"), further.contains("--init-rank") ? 4 : 12);
        QCOMPARE(object.at("target_rank"), 8);
        QCOMPARE(object.at("delta_t"), further.contains("--delta-t") ? 2 : 1);
        QCOMPARE(object.at("micro_batch"), further.contains("--micro-batch") ? 1 : 0);
        QCOMPARE(object.at("recompute"), further.contains("--recompute"));
        QCOMPARE(object.at("snapshots"), further.contains("--snapshots"));
        QCOMPARE(object.at("rows"), rows);
        QCOMPARE(object.at("notice"), "");
        QCOMPARE(object.at("phases_launched_singly"), false);
        QCOMPARE(object.at("frozen"), frozen);
        QCOMPARE(object.at("trainable"), trained);
        const auto number = [&object](const char* name) { return object.at(name).get<double>(); };
        const double median = number("ms_median");
        QVERIFY(0.0 < number("ms_p10") && number("ms_p10") <= median && median <= number("ms_p90"));
        const double tokens = 1e3 * static_cast<double>(rows) / median;
        QVERIFY(isNear(number("tokens_per_second"), tokens, 1e-12 * tokens));
        const double teraflops = static_cast<double>(operations) / median / 1e9;
        QVERIFY(isNear(number("tflops"), teraflops, 1e-12 * teraflops));
        QVERIFY(number("peak_bytes") >= 4.0 * static_cast<double>(frozen));
        double sum = 0.0;
        for (const auto& [name, ms] : object.at("phases_ms").items()) {
            QVERIFY2(ms.get<double>() >= 0.0, name.c_str());
            sum += ms.get<double>();
        }
        QVERIFY(isNear(number("phases_ms_sum"), sum, 1e-12 * sum));
    }

    void recomputingTellsLessMemory()
    {
        const auto kept = call(arguments({"--json"})).object();
        const auto recomputed = call(arguments({"--json", "--recompute"})).object();
        QVERIFY(kept.is_object() && recomputed.is_object());
        QVERIFY(recomputed.at("peak_bytes").get<std::int64_t>() < kept.at("peak_bytes").get<std::int64_t>());
    }

    /// Here no file may be as long as a trace is.
    void aTraceThatCannotBeWritten()
    {
        const Folder folder;
        const auto trace = folder.path() / "trace.json";
        for (const rlim_t room : {rlim_t {0}, rlim_t {5000}}) {
            QProcess process;
            process.setChildProcessModifier([room] {
                const rlimit limit {.rlim_cur = room, .rlim_max = room};
                ::setrlimit(RLIMIT_FSIZE, &limit);
            });
            startProgram(process, arguments({"--profile", text(trace)}));
            const Outcome outcome = finish(process);
            QCOMPARE(outcome.code, 2);
            QVERIFY2(contains(outcome.err, "--profile " + trace.string() + " could not be written to its end."),
                outcome.err.c_str());
        }
    }

    /// Each figure is printed to its last digit: what follows from a rounded median lies as far apart as that allows.
    void theTextTellsTheSame()
    {
        const auto object = call(arguments({"--json"})).object();
        QVERIFY(object.is_object());
        const Outcome outcome = call(arguments({}));
        QVERIFY2(outcome.code == 0 && outcome.err.empty(), outcome.err.c_str());
        const auto word = [&object](const char* name) { return object.at(name).get<std::string>(); };
        const std::string first = "stories260k, 2 x 65, float32, adalora, on " + word("device")
            + " (CPU kernels: " + word("instruction_set") + ")\n260,032 frozen parameters, 69,780 trained\n";
        QVERIFY2(outcome.out.starts_with(first), outcome.out.c_str());
        static const QRegularExpression line(
            "^([0-9.]+) ms a step \\(median of 3; p10 ([0-9.]+), p90 ([0-9.]+), mean ([0-9.]+)\\), ([0-9,]+) tokens/s, "
            "([0-9.]+) TFLOP/s, peak ([0-9.]+) GiB in tensors$",
            QRegularExpression::MultilineOption);
        const QRegularExpressionMatch match = line.match(QString::fromStdString(outcome.out));
        QVERIFY2(match.hasMatch(), outcome.out.c_str());
        const auto number = [&match](int group) { return match.captured(group).remove(',').toDouble(); };
        const double median = number(1);
        QVERIFY(0.0 < median && number(2) <= median && median <= number(3) && number(4) > 0.0);
        constexpr double half = 0.005 + 1e-9; // of a last digit
        const double tokens = 1e3 * static_cast<double>(rows) / median;
        QVERIFY(isNear(number(5), tokens, 1.0 + tokens * half / (median - half)));
        const double teraflops = static_cast<double>(operations) / median / 1e9;
        QVERIFY(isNear(number(6), teraflops, half + teraflops * half / (median - half)));
        QVERIFY(isNear(number(7), object.at("peak_bytes").get<double>() / (1024.0 * 1024.0 * 1024.0), half));
        QVERIFY2(contains(outcome.out, "\nPhases of one worker, each waited for, "), outcome.out.c_str());
        for (const auto& [name, ms] : object.at("phases_ms").items())
            QVERIFY2(contains(outcome.out, "\n  " + name + " "), name.c_str());
    }
};

QTEST_GUILESS_MAIN(TestBenchCommand)
#include "tst_benchcommand.moc"

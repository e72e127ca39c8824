// SPDX-License-Identifier: GPL-3.0-or-later
// The speed table's two sides, the bench and tests/bench/peft_step.py, time the same models and the same steps; the
// folder of start.py is one of those models.
#include "tests/support/Files.h"
#include "training/core/AtomicFile.h"
#include "training/loop/Bench.h"
#include "training/loop/BenchShapes.h"

#include <QtCore/QRegularExpression>

#include <algorithm>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// The one place in @p text that @p pattern captures; empty where there is none, or more.
QString onlyMatch(const QString& text, const QString& pattern)
{
    const QRegularExpression expression(
        pattern, QRegularExpression::MultilineOption | QRegularExpression::DotMatchesEverythingOption);
    const QRegularExpressionMatch match = expression.match(text);
    return match.hasMatch() && !expression.match(text, match.capturedEnd()).hasMatch() ? match.captured(1) : QString();
}

/// "128, 352, …, True": a row of SHAPES as it would be for @p spec.
QString rowOf(const ModelSpec& spec)
{
    QString row;
    for (const std::int64_t number : {spec.width, spec.feedForward, spec.layers, spec.heads, spec.kvHeads, spec.headDim,
             spec.vocabulary, spec.maxPositions})
        row += QString::number(number) + ", ";
    return row + (spec.tiedHead ? "True" : "False");
}

} // namespace

class TestBenchShapes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_script = QString::fromStdString(readFile(sourcePath("tests/bench/peft_step.py"))); }

    /// Name by name in one order, and number by number.
    void shapesAreThePeers()
    {
        const QString dictionary = onlyMatch(m_script, "^SHAPES = \\{\\n(.*?)^\\}$");
        QVERIFY2(!dictionary.isEmpty(), "peft_step.py has no SHAPES = {...}, or several");
        const QStringList lines = dictionary.split('\n', Qt::SkipEmptyParts);
        static const QRegularExpression entry("^    \"([^\"]+)\": \\(([0-9, ]+(?:True|False))\\),$");
        QStringList names;
        for (const QString& line : lines) {
            const QRegularExpressionMatch match = entry.match(line);
            QVERIFY2(match.hasMatch(), qPrintable(line));
            names += match.captured(1);
            const ModelSpec spec = shapeNamed(names.last().toStdString());
            QCOMPARE(match.captured(2), rowOf(spec));
            QVERIFY(!spec.slidingWindow && !spec.attentionBias && !spec.mlpBias); // as LlamaConfig has none by itself
        }
        QStringList known;
        for (const std::string_view name : shapeNames())
            known += QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        QCOMPARE(names, known);
    }

    /// The folder of which start.py times the start is the shape of that name.
    void theStartsFolderIsTheShape()
    {
        const QString script = QString::fromStdString(readFile(sourcePath("tests/bench/start.py")));
        const ModelSpec spec = shapeNamed("llama2-7b");
        for (const auto& [key, number] : {std::pair("hidden_size", spec.width),
                 std::pair("intermediate_size", spec.feedForward), std::pair("num_hidden_layers", spec.layers),
                 std::pair("num_attention_heads", spec.heads), std::pair("num_key_value_heads", spec.kvHeads),
                 std::pair("vocab_size", spec.vocabulary), std::pair("max_position_embeddings", spec.maxPositions)})
            QCOMPARE(onlyMatch(script, QString("\"%1\": ([0-9]+)").arg(key)), QString::number(number));
        QCOMPARE(spec.headDim * spec.heads, spec.width); // which the folder's config.json leaves out
        QVERIFY(!spec.tiedHead);
    }

    /// What the numbers of a row mean to the peer.
    void theirOrderIsThePeers()
    {
        QCOMPARE(onlyMatch(m_script, "^    ([a-z_, ]+) = SHAPES\\[args\\.model\\]$"),
            QString("width, feed_forward, layers, heads, kv_heads, head_dim, vocabulary, positions, tied"));
        for (const auto& [key, value] : {std::pair("hidden_size", "width"),
                 std::pair("intermediate_size", "feed_forward"), std::pair("num_hidden_layers", "layers"),
                 std::pair("num_attention_heads", "heads"), std::pair("num_key_value_heads", "kv_heads"),
                 std::pair("head_dim", "head_dim"), std::pair("vocab_size", "vocabulary"),
                 std::pair("max_position_embeddings", "positions"), std::pair("tie_word_embeddings", "tied")})
            QCOMPARE(onlyMatch(m_script, QString("\\b%1=([a-z_]+)[,)]").arg(key)), QString(value));
    }

    /// compare.py leaves some of them to each side.
    void stepsAreThePeers_data()
    {
        const BenchCommand command;
        QTest::addColumn<QString>("option");
        QTest::addColumn<int>("number");
        const auto row = [](const char* option, std::int64_t number) {
            QTest::newRow(option) << option << static_cast<int>(number);
        };
        row("batch", command.batch);
        row("seq", command.sequence);
        row("init", command.initRank);
        row("target", command.targetRank);
        row("delta-t", command.deltaT);
        row("steps", command.steps);
        row("warmup", command.warmUp);
    }

    void stepsAreThePeers()
    {
        QFETCH(const QString, option);
        QFETCH(const int, number);
        QCOMPARE(
            onlyMatch(m_script, QString("\"--%1\", type=int, default=([0-9]+)").arg(option)), QString::number(number));
    }

private:
    QString m_script;
};

QTEST_GUILESS_MAIN(TestBenchShapes)
#include "tst_benchshapes.moc"

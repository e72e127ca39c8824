// SPDX-License-Identifier: GPL-3.0-or-later
// How long a dataset's samples are, in words, and when the engine is asked for it.
#include "tests/ui/SceneAnswers.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/DataPanel.h"
#include "ui/LengthsSection.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/SetupPage.h"
#include "visualization/LengthHistogram.h"
#include "visualization/TokenView.h"

#include <QFile>
#include <QLabel>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <limits>

using namespace spectune;
using spectune::test::patience;

class TestSampleLengths : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QCoreApplication::setApplicationName("spectune-test"); }
    void whatIsCutIsToldInWords_data();
    void whatIsCutIsToldInWords();
    void theSectionShowsWhatIsKnown();
    void theLimitMovesWithoutAQuestion();
    void aRunDoesNotWaitForThem();
    void aFileThatIsNotThereHasNoSample();
    void aBrokenLineFurtherOnIsAnIssue_data();
    void aBrokenLineFurtherOnIsAnIssue();
    void whatSaysNothingOfTheFileIsNoIssue();
};

void TestSampleLengths::whatIsCutIsToldInWords_data()
{
    using Lengths = std::vector<std::int32_t>;
    constexpr auto never = std::numeric_limits<std::int32_t>::max();
    QTest::addColumn<SampleLengths>("lengths");
    QTest::addColumn<qint64>("limit");
    QTest::addColumn<QString>("words");
    const auto of = [](std::int64_t samples, Lengths tokens, Lengths first, std::int64_t estimated = 0) {
        return SampleLengths {"train.jsonl", samples, std::move(tokens), std::move(first), estimated};
    };
    QTest::newRow("none") << of(3, {5, 6, 256}, {1, 1, 1}) << qint64 {256}
                          << "None of 3 samples is cut at 256 tokens; the longest has 256.";
    QTest::newRow("one") << of(3, {5, 6, 257}, {1, 1, 1}) << qint64 {256} << "1 of 3 samples is cut at 256 tokens.";
    QTest::newRow("some") << of(4, {5, 300, 300, 4000}, {1, 1, 1, 1}) << qint64 {256}
                          << "3 of 4 samples are cut at 256 tokens.";
    QTest::newRow("one left out")
        << of(2, {5, 300}, {1, 256}) << qint64 {256}
        << "1 of 2 samples is cut at 256 tokens. 1 is left out: nothing to learn is left in it.";
    QTest::newRow("two left out")
        << of(2, {5, 300}, {256, never}) << qint64 {256}
        << "1 of 2 samples is cut at 256 tokens. 2 are left out: nothing to learn is left in them.";
    QTest::newRow("a part was read") << of(100'000, Lengths(8000, 300), Lengths(8000, 1)) << qint64 {256}
                                     << "8,000 of 8,000 samples (evenly spaced, of 100,000) are cut at 256 tokens.";
    QTest::newRow("a long one") << of(1, {90'000}, {1}, 1) << qint64 {256}
                                << "1 of 1 sample is cut at 256 tokens. 1 is so long that its length is estimated.";
}

void TestSampleLengths::whatIsCutIsToldInWords()
{
    QFETCH(SampleLengths, lengths);
    QFETCH(qint64, limit);
    QFETCH(QString, words);
    QCOMPARE(LengthsSection::inWords(lengths, limit), words);
}

void TestSampleLengths::theSectionShowsWhatIsKnown()
{
    ConfigForm form;
    LengthsSection section(form);
    QVERIFY(section.isHidden()); // without a file there is nothing to say
    DataPreview preview;
    preview.samples = 1500;
    form.setPreview(preview, false);
    QVERIFY(!section.isHidden() && section.histogram().isHidden());
    const Answer lengths = test::sceneLengths({});
    section.setAnswer(&lengths);
    QVERIFY(!section.histogram().isHidden());
    QVERIFY2(section.sentence().contains("of 1,500 samples are cut at"), qPrintable(section.sentence()));
    const Answer failure = Failure {FailureKind::Io, makeMessage("%1: is no JSON.", "train.jsonl:17"), {}, -1};
    section.setAnswer(&failure);
    QVERIFY(section.histogram().isHidden());
    QCOMPARE(section.sentence(), QStringLiteral("train.jsonl:17: is no JSON."));
    section.setAnswer(nullptr);
    preview.samples = 4;
    preview.documentTokens = 1000;
    form.setText("data.max_length", "256");
    form.setPreview(preview, false);
    QCOMPARE(
        section.sentence(), QStringLiteral("One document of 1,000 tokens, cut into 4 blocks of up to 256 tokens."));
}

void TestSampleLengths::theLimitMovesWithoutAQuestion()
{
    test::StudioBench bench;
    QVERIFY(bench.open());
    LengthsSection& section = bench.window->setup().data().lengths();
    QTRY_VERIFY_WITH_TIMEOUT(section.sentence().contains("of 1,500 samples"), patience);
    QSignalSpy answers(&bench.window->facts(), &SetupFacts::lengthsAnswered);
    bench.window->form().setText("data.max_length", "100");
    const SampleLengths lengths = test::sceneLengths({});
    const auto cut
        = std::count_if(lengths.tokens.begin(), lengths.tokens.end(), [](std::int32_t tokens) { return tokens > 100; });
    const QString words = QStringLiteral("%1 of 1,500 samples are cut at 100 tokens.").arg(cut);
    QVERIFY2(section.sentence().startsWith(words), qPrintable(section.sentence()));
    QCOMPARE(answers.count(), 0);
    bench.window->form().setText("data.format", "text"); // other texts, other lengths
    QVERIFY(answers.count() >= 1);
    QTRY_VERIFY_WITH_TIMEOUT(section.sentence().contains("of 1,500 samples"), patience);
    QVERIFY(bench.close());
}

void TestSampleLengths::aRunDoesNotWaitForThem()
{
    test::StudioBench bench;
    bench.pauseAt(20);
    bench.window->form().setText("data.format", "text");
    QSignalSpy answers(&bench.window->facts(), &SetupFacts::lengthsAnswered);
    QTRY_VERIFY_WITH_TIMEOUT(!bench.window->facts().isBusy(), patience);
    QVERIFY(!bench.window->facts().isMeasuring()); // the preview has come, and nothing more is asked within a run
    QCOMPARE(answers.count(), 0);
    QVERIFY(bench.window->session().resume());
    QTRY_COMPARE_WITH_TIMEOUT(bench.window->run().state(), SessionState::Finished, patience);
    LengthsSection& section = bench.window->setup().data().lengths();
    QTRY_VERIFY_WITH_TIMEOUT(section.sentence().contains("of 1,500 samples"), patience);
    QVERIFY(bench.close());
}

void TestSampleLengths::aFileThatIsNotThereHasNoSample()
{
    test::StudioBench bench;
    QVERIFY(bench.open());
    ConfigForm& form = bench.window->form();
    DataPanel& panel = bench.window->setup().data();
    const auto says = [&panel](const QString& part) {
        const auto labels = panel.findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&part](const QLabel* label) { return label->text().contains(part); });
    };
    form.setText("data.eval_path", ""); // whose answer would bring the panel up to date as well
    QTRY_VERIFY_WITH_TIMEOUT(!form.preview(true) && !bench.window->facts().isBusy(), patience);
    QVERIFY(says("sample 1 of 1,500"));
    form.setText("data.path", "nowhere.jsonl");
    QTRY_VERIFY_WITH_TIMEOUT(!form.preview(false), patience);
    QVERIFY(!says("sample 1 of"));
    QCOMPARE(panel.findChild<TokenView*>()->count(), 0);
    QCOMPARE(form.facts().samples, 0);
    form.setText("data.path", "train.jsonl");
    QTRY_VERIFY_WITH_TIMEOUT(says("sample 1 of 1,500"), patience);
    QVERIFY(bench.close());
}

void TestSampleLengths::aBrokenLineFurtherOnIsAnIssue_data()
{
    QTest::addColumn<QString>("key");
    QTest::newRow("training file") << "data.path";
    QTest::newRow("evaluation file") << "data.eval_path";
}

/// The preview reads the first sample alone: what is wrong behind it must not let a run start either.
void TestSampleLengths::aBrokenLineFurtherOnIsAnIssue()
{
    QFETCH(QString, key);
    test::StudioBench bench;
    QVERIFY(bench.open());
    bench.window->showWorkspace(Workspace::Setup);
    ConfigForm& form = bench.window->form();
    QCOMPARE(form.errorCount(), 0);
    const auto write = [&bench](const QByteArray& text) {
        QFile file(bench.path("mended.jsonl"));
        return file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    };
    QVERIFY(write("{}\n{torn\n"));
    form.setText(key, bench.path("mended.jsonl"));
    QTRY_COMPARE_WITH_TIMEOUT(form.errorCount(), 1, patience);
    QCOMPARE(QString::fromStdString(form.issues().front().key), key);
    QVERIFY2(form.issues().front().text.english().find("mended.jsonl:2: is not valid JSON") != std::string::npos,
        form.issues().front().text.english().c_str());
    QVERIFY(!bench.window->startRun());
    bench.window->facts().refreshDevice(); // nothing has been mended
    QVERIFY(!bench.window->facts().isBusy());
    QVERIFY(write("{}\n{}\n"));
    bench.window->facts().refreshDevice(); // the window comes to the front again
    QTRY_VERIFY_WITH_TIMEOUT(form.errorCount() == 0 && !bench.window->facts().isBusy(), patience);
    QVERIFY(write("{}\n{torn again\n"));
    form.setText(key, bench.path("mended.jsonl"));
    QTRY_COMPARE_WITH_TIMEOUT(form.errorCount(), 1, patience);
    form.setText(key, "train.jsonl"); // another file
    QCOMPARE(form.errorCount(), 0);
    QVERIFY(bench.close());
}

void TestSampleLengths::whatSaysNothingOfTheFileIsNoIssue()
{
    ConfigForm form;
    const int before = form.errorCount();
    const Answer cancelled = Failure::cancelled();
    form.setLengths(&cancelled, false);
    const Answer full = Failure {FailureKind::OutOfMemory, makeMessage("The memory was full."), {}, -1};
    form.setLengths(&full, false);
    QCOMPARE(form.errorCount(), before);
    QVERIFY(!form.isUnreadable(false));
}

QTEST_MAIN(TestSampleLengths)
#include "tst_samplelengths.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The Try workspace: both sides on held-out samples, verdicts and their numbers, labels, and what a running run allows.
#include "tests/ui/StudioBench.h"
#include "ui/AdapterChoice.h"
#include "ui/AnswerReading.h"
#include "ui/BeforeAfter.h"
#include "ui/LabelChances.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SampleJudge.h"
#include "ui/SampleList.h"
#include "ui/SessionController.h"
#include "ui/TryPage.h"
#include "ui/TryScores.h"
#include "visualization/TokenView.h"

#include <QAction>
#include <QDir>
#include <QPushButton>
#include <QScrollBar>
#include <QTest>
#include <QTextBrowser>

#include <algorithm>
#include <cmath>

using namespace spectune;
using spectune::test::patience;

namespace {

SampleVerdict verdict(bool base, bool tuned, double baseLoss = 4.0, double tunedLoss = 2.0)
{
    SampleVerdict made;
    made.expected = "x";
    made.tokens = 2;
    made.sides[0] = {"", base, baseLoss};
    made.sides[1] = {"", tuned, tunedLoss};
    return made;
}

} // namespace

class TestTry : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void answersAreCompared_data();
    void answersAreCompared();
    void scoresAndTheirIntervals();
    void labelsAreTold();
    void marksAndWordsStayInside();
    void samplesAreChecked();
    void evaluateOfAFinishedRunChecksTheSamples();
    void theExpectedAnswerIsReadByBoth();
    void anotherPromptForgetsTheAnswerInFlight();
    void answersAreShownLetterForLetter();
    void aRunningRunIsNotDisturbed();
    void aPausedRunAnswers();
    void adaptersOfCheckpoints();
    void pictures_data();
    void pictures();

private:
    [[nodiscard]] TryPage& page() { return window().tryPage(); }
    void finishRun()
    {
        m_bench->runTo(SessionState::Finished);
        QDir(window().run().folder()).mkpath("checkpoints/step-300");
        QDir(window().run().folder()).mkpath("checkpoints/step-800");
        window().showWorkspace(Workspace::Try);
    }
};

void TestTry::answersAreCompared_data()
{
    QTest::addColumn<QString>("answer");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<bool>("right");
    QTest::newRow("to the letter") << " Paul | wolf"
                                   << "Paul | wolf\n"
                                   << true;
    QTest::newRow("another") << "Paul | dog"
                             << "Paul | wolf" << false;
    QTest::newRow("marked") << "90 books, so 12.\n#### 1,050"
                            << "thus\n#### 1050" << true;
    QTest::newRow("goes on behind its answer") << "#### 12\nAnother question"
                                               << "#### 12" << true;
    QTest::newRow("no mark") << "12"
                             << "#### 12" << false;
    QTest::newRow("the last mark counts") << "#### 3 no, #### 4"
                                          << "#### 4" << true;
}

void TestTry::answersAreCompared()
{
    QFETCH(const QString, answer);
    QFETCH(const QString, expected);
    QTEST(sameAnswer(answer.toStdString(), expected.toStdString()), "right");
}

void TestTry::scoresAndTheirIntervals()
{
    std::vector<SampleVerdict> verdicts {verdict(true, true), verdict(true, false), verdict(false, true, 6.0, 1.0),
        verdict(false, false, 2.0, 3.0), verdict(false, true)};
    verdicts.push_back(verdict(false, false));
    verdicts.back().expected.clear(); // counts for the loss alone
    const TryScores scores = scoresOf(verdicts);
    QCOMPARE(scores.samples, 6);
    QCOMPARE(scores.answered, 5);
    QCOMPARE(scores.bothRight, 1);
    QCOMPARE(scores.broken, 1);
    QCOMPARE(scores.fixed, 2);
    QCOMPARE(scores.bothWrong, 1);
    QCOMPARE(scores.loss[0].value, 24.0 / 12.0);
    QCOMPARE(scores.loss[1].value, 12.0 / 12.0);
    // Base: residuals 0, 0, 2, −2, 0, 0 over 2 tokens each: 1.96 · √(8 / 30) / 2.
    QVERIFY(std::abs(scores.loss[0].half - 1.959963984540054 * std::sqrt(8.0 / 30.0) / 2.0) < 1e-12);
    QCOMPARE(scores.exact[0].value, 0.4);
    QCOMPARE(scores.exact[1].value, 0.6);
    QVERIFY(std::abs(scores.exact[0].half - 1.959963984540054 * std::sqrt(4.0 / 9.0 * 5.0 / 9.0 / 9.0)) < 1e-12);
    QVERIFY(scoresOf({}).exact[0].half == 0.0);
    QVERIFY(passes(verdicts[2], SampleFilter::Fixed) && !passes(verdicts[0], SampleFilter::Fixed));
    QVERIFY(passes(verdicts[1], SampleFilter::Broken) && passes(verdicts[3], SampleFilter::Wrong));
    QVERIFY(!passes(verdicts[5], SampleFilter::Wrong) && passes(verdicts[5], SampleFilter::All));
}

void TestTry::labelsAreTold()
{
    QVERIFY(labelsAmong({"yes", "no", "yes", "no", "yes", "no"}) == (std::vector<std::string> {"no", "yes"}));
    QVERIFY(labelsAmong({"yes", "no", "maybe"}).empty()); // each once: answers, no labels
    QVERIFY(labelsAmong({"yes", "yes", "yes"}).empty());
    QVERIFY(labelsAmong({std::string(40, 'a'), "b", "b", "b", "b", "b"}).empty());
    const std::vector<double> losses {0.0, std::log(3.0)};
    const auto chances = labelChances(losses);
    QVERIFY(std::abs(chances[0] - 0.75) < 1e-12 && std::abs(chances[1] - 0.25) < 1e-12);
    const std::vector<double> far {2000.0, 2001.0}; // no underflow
    QVERIFY(std::abs(labelChances(far)[0] - 1.0 / (1.0 + std::exp(-1.0))) < 1e-12);
}

void TestTry::marksAndWordsStayInside()
{
    BeforeAfter view;
    for (const auto& [base, tuned] : {std::pair(0.0, 1.0), std::pair(0.5, 0.5), std::pair(1.0, 0.0)}) {
        TryScores scores;
        scores.answered = scores.samples = 20;
        scores.exact[0] = {base, 0.1};
        scores.exact[1] = {tuned, 0.1};
        const auto rows = beforeAfterRows(scores);
        QCOMPARE(rows.size(), std::size_t {1});
        const auto place = view.placeOf(rows[0], 0.0, 260.0, 0.0);
        QCOMPARE(place.x[0] < place.x[1], base < tuned);
        QVERIFY(!place.labels[0].intersects(place.labels[1]));
        for (const QRectF& label : place.labels)
            QVERIFY(label.left() >= 0.0 && label.right() <= 260.0);
        for (int side = 0; side < 2; ++side)
            QVERIFY(place.from[side] <= place.x[side] && place.x[side] <= place.to[side]);
    }
}

void TestTry::samplesAreChecked()
{
    finishRun();
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
    SampleJudge& judge = page().judge();
    judge.start();
    judge.start(); // a double click asks once
    QTRY_VERIFY_WITH_TIMEOUT(judge.isDone(), patience);
    QCOMPARE(judge.verdicts().size(), std::size_t {60});
    QCOMPARE(page().samples().shownCount(), 60);
    const TryScores scores = scoresOf(judge.verdicts());
    page().samples().setFilter(SampleFilter::Fixed);
    QCOMPARE(page().samples().shownCount(), static_cast<int>(scores.fixed));
    page().samples().setFilter(SampleFilter::Broken);
    QCOMPARE(page().samples().shownCount(), static_cast<int>(scores.broken));
    page().samples().setFilter(SampleFilter::All);
    QCOMPARE(page().samples().shownCount(), 60);
    // Another adapter: other answers, so the verdicts of this one go.
    page().adapters().setCurrentIndex(1);
    QVERIFY(judge.verdicts().empty());
    judge.start();
    judge.stop();
    QVERIFY(!judge.isJudging());
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
}

void TestTry::evaluateOfAFinishedRunChecksTheSamples()
{
    m_bench->runTo(SessionState::Finished);
    QVERIFY(QDir(window().run().folder()).mkpath("checkpoints/step-800"));
    const auto actions = window().findChildren<QAction*>();
    const auto entry = std::ranges::find_if(
        actions, [](const QAction* action) { return action->shortcut() == QKeySequence("Ctrl+E"); });
    QVERIFY(entry != actions.end() && (*entry)->isEnabled());
    QCOMPARE((*entry)->text(), "Check sampl&es"); // what it does of a run that has ended
    window().runBar().findChild<QPushButton*>("EvaluateButton")->click();
    QCOMPARE(window().workspace(), Workspace::Try);
    QTRY_VERIFY_WITH_TIMEOUT(window().tryPage().judge().isDone(), patience);
    QVERIFY(!window().tryPage().judge().verdicts().empty());
    QCOMPARE(window().tryPage().judge().step(), std::int64_t {800});
    window().showWorkspace(Workspace::Live);
    (*entry)->trigger(); // all of it is known: it is shown
    QCOMPARE(window().workspace(), Workspace::Try);
    QVERIFY(!window().tryPage().judge().isJudging());
    window().showWorkspace(Workspace::Setup); // where a new start is offered
    QVERIFY(!(*entry)->isEnabled());
    QCOMPARE((*entry)->text(), "&Evaluate now");
}

void TestTry::theExpectedAnswerIsReadByBoth()
{
    finishRun();
    page().setPrompt("Card:", " Paul | wolf | mammal");
    QTRY_VERIFY_WITH_TIMEOUT(page().reading().meanLoss(1) >= 0.0, patience);
    QVERIFY(page().reading().meanLoss(1) < page().reading().meanLoss(0));
    QCOMPARE(page().reading().tokens(0).count(), 6); // five words and the end
    page().setPrompt("My own question");
    QVERIFY(page().reading().meanLoss(0) < 0.0); // there is no expected answer
    AnswerReading reading(window().session());
    ScoreAnswers request;
    request.prompt = "Is it good?";
    reading.read(request, "yes", {"no", "yes"}, true);
    QTRY_VERIFY_WITH_TIMEOUT(reading.meanLoss(1) >= 0.0, patience);
    QTRY_COMPARE(reading.chances().labels().size(), std::size_t {2});
    QVERIFY(reading.chances().labels()[1].expected);
    QVERIFY(std::abs(reading.chances().labels()[0].chances[1] - 0.5) < 1e-9); // the scene knows no difference
}

void TestTry::anotherPromptForgetsTheAnswerInFlight()
{
    finishRun();
    page().setPrompt("Card:", " Paul | wolf | mammal | brown | meadow");
    m_bench->scene->answerWaits = true;
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().text(0).isEmpty(), patience);
    page().setPrompt("Another card:", " Ada | fox");
    QVERIFY(!page().isGenerating());
    QVERIFY(page().text(0).isEmpty());
    m_bench->release();
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
    QVERIFY2(page().text(0).isEmpty() && page().text(1).isEmpty(), qPrintable(page().text(0)));
}

void TestTry::answersAreShownLetterForLetter()
{
    QString lines = "def f(x):\n    if  x < 1:\n        return <b>";
    for (int line = 0; line < 200; ++line)
        lines += QStringLiteral("\n  %1").arg(line);
    m_bench->scene->answer = lines.toStdString();
    finishRun();
    page().setPrompt("Write f");
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    const QList<QTextBrowser*> views = page().findChildren<QTextBrowser*>();
    const auto base = std::ranges::find_if(views, [](const auto* view) { return view->accessibleName() == "Base"; });
    QVERIFY(base != views.end());
    QCOMPARE((*base)->toPlainText(), lines);
    QScrollBar* bar = (*base)->verticalScrollBar();
    QVERIFY(bar->maximum() > 100);
    QCOMPARE(bar->value(), bar->maximum()); // it followed the text
    bar->setValue(60);
    window().showWorkspace(Workspace::Live);
    window().showWorkspace(Workspace::Try); // writes both sides anew
    QCOMPARE(bar->value(), 60);
}

void TestTry::aRunningRunIsNotDisturbed()
{
    m_bench->scene->waitAt = 100;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 100, patience);
    window().showWorkspace(Workspace::Try);
    page().setPrompt("Card:", " Paul");
    for (QPushButton* button : page().findChildren<QPushButton*>()) {
        if (button->text() == "Generate")
            QVERIFY(!button->isEnabled());
        if (button->text() == "Pause to try")
            QVERIFY(button->isVisible());
    }
    page().generate();
    QVERIFY(!page().isGenerating());
}

void TestTry::aPausedRunAnswers()
{
    m_bench->pauseAt(100);
    window().showWorkspace(Workspace::Try);
    QCOMPARE(page().adapters().currentText(), QStringLiteral("step %1, paused").arg(window().run().step()));
    page().setPrompt("Card:", " Paul | wolf | mammal | brown | meadow");
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    QVERIFY(page().text(1).contains("mammal"));
    page().judge().start();
    QTRY_VERIFY_WITH_TIMEOUT(page().judge().isDone(), patience);
    // One step further they are other weights.
    QVERIFY(window().session().step());
    QTRY_VERIFY_WITH_TIMEOUT(page().judge().verdicts().empty(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Paused, patience);
    // Let go on in the middle of a check: it ends, and nothing of it waits for the next pause.
    page().judge().start();
    QVERIFY(window().session().resume());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!page().judge().isJudging() || page().judge().step() == 800);
}

void TestTry::adaptersOfCheckpoints()
{
    finishRun();
    QCOMPARE(page().adapters().count(), 2);
    QCOMPARE(page().adapters().currentText(), QStringLiteral("step 800, the last"));
    QVERIFY(page().adapters().folder().endsWith("checkpoints/step-800"));
    page().adapters().setCurrentIndex(1);
    QCOMPARE(page().adapters().step(), 300);
    // Without checkpoints the adapter that the run left is enough.
    const QString run = window().run().folder();
    QVERIFY(QDir(run + "/checkpoints").removeRecursively());
    QDir(run).mkpath("adapter");
    page().adapters().refresh(window().run(), false);
    QCOMPARE(page().adapters().count(), 1);
    QVERIFY(page().adapters().folder().endsWith("/adapter"));
}

void TestTry::pictures_data()
{
    test::StudioBench::addLooks();
}

void TestTry::pictures()
{
    if (!test::StudioBench::paints())
        QSKIP("SPECTUNE_PICTURES names no folder");
    m_bench->takeLook();
    finishRun();
    page().judge().start();
    QTRY_VERIFY_WITH_TIMEOUT(page().judge().isDone(), patience);
    page().samples().selectNext();
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
    m_bench->look("try-checked");
    page().samples().setFilter(SampleFilter::Broken);
    page().samples().selectNext();
    ScoreAnswers request;
    request.prompt = "Is it good?";
    page().reading().read(request, " yes", {" maybe", " no", " yes"}, true);
    QTRY_VERIFY_WITH_TIMEOUT(page().reading().meanLoss(1) >= 0.0, patience);
    m_bench->look("try-labels");
}

QTEST_MAIN(TestTry)
#include "tst_try.moc"

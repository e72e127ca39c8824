// SPDX-License-Identifier: GPL-3.0-or-later
// Whose samples and answers the Try workspace shows: those of another file, model or run do not outlive it.
#include "tests/ui/StudioBench.h"
#include "training/config/FieldTable.h"
#include "ui/AdapterChoice.h"
#include "ui/ConfigForm.h"
#include "ui/RunModel.h"
#include "ui/SampleJudge.h"
#include "ui/SampleList.h"
#include "ui/TryPage.h"

#include <QDir>
#include <QFile>
#include <QLabel>
#include <QTest>
#include <QTextBrowser>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

class TestTrySubject : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void otherSamplesAreForgotten_data();
    void otherSamplesAreForgotten();
    void samplesThatFailedAreReadOnceMore();
    void answersGoWithTheirModel();
    void whatIsStoppedIsNoError();

private:
    [[nodiscard]] TryPage& page() { return window().tryPage(); }
    [[nodiscard]] QString shownText(const QString& side)
    {
        for (const QTextBrowser* view : page().findChildren<QTextBrowser*>())
            if (view->accessibleName() == side)
                return view->toPlainText();
        return {};
    }
    void finishRun()
    {
        m_bench->runTo(SessionState::Finished);
        QDir(window().run().folder()).mkpath("checkpoints/step-300");
        QDir(window().run().folder()).mkpath("checkpoints/step-800");
        window().showWorkspace(Workspace::Try);
    }
};

void TestTrySubject::otherSamplesAreForgotten_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::newRow("file") << "data.eval_path"
                          << "other.jsonl";
    QTest::newRow("format") << "data.format"
                            << "text";
    QTest::newRow("template") << "data.template"
                              << "{prompt}: {completion}";
    QTest::newRow("length") << "data.max_length"
                            << "64";
    QTest::newRow("model") << "model.path"
                           << "another";
}

void TestTrySubject::otherSamplesAreForgotten()
{
    QFETCH(const QString, key);
    QFETCH(const QString, value);
    QVERIFY(m_bench->open());
    RunConfig config = window().form().config();
    SampleJudge judge(window().session());
    SampleList list(window().session(), judge);
    judge.setSubject(config, "adapter", 1);
    list.setConfig(config);
    list.load(true);
    judge.start();
    QTRY_VERIFY_WITH_TIMEOUT(judge.isDone() && list.shownCount() == 60, patience);
    config.train.steps += 1; // makes no other samples
    judge.setSubject(config, "adapter", 1);
    list.setConfig(config);
    QVERIFY(judge.isDone() && list.shownCount() == 60);
    setFieldFromText(config, key.toStdString(), value.toStdString());
    list.setConfig(config);
    QCOMPARE(list.shownCount(), 0);
    judge.setSubject(config, "adapter", 1);
    QVERIFY(judge.verdicts().empty());
}

void TestTrySubject::samplesThatFailedAreReadOnceMore()
{
    QVERIFY(m_bench->open());
    RunConfig config = window().form().config();
    config.data.evalPath = m_bench->path("broken.jsonl").toStdString();
    SampleJudge judge(window().session());
    SampleList list(window().session(), judge);
    const auto says = [&list](const QString& part) {
        const auto labels = list.findChildren<QLabel*>();
        return std::ranges::any_of(labels, [&part](const QLabel* label) { return label->text().contains(part); });
    };
    list.setConfig(config);
    list.load(true);
    QTRY_VERIFY_WITH_TIMEOUT(says("there is no such file"), patience);
    QVERIFY(QFile(m_bench->path("broken.jsonl")).open(QIODevice::WriteOnly));
    list.retry();
    list.load(true);
    QVERIFY(!says("there is no such file"));
    QTRY_COMPARE_WITH_TIMEOUT(list.shownCount(), 1, patience);
}

void TestTrySubject::answersGoWithTheirModel()
{
    finishRun();
    page().setPrompt("Card:");
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    QVERIFY(!page().text(0).isEmpty() && page().text(1).contains("mammal"));
    page().adapters().setCurrentIndex(1);
    QVERIFY2(page().text(1).isEmpty() && page().text(0).isEmpty(), qPrintable(page().text(1)));
    QVERIFY(!shownText("Tuned").contains("mammal"));
    // Another model of the set-up, where there is no adapter that could tell it apart.
    window().newConfig();
    QVERIFY(!window().run().hasRun());
    window().form().setText("model.path", "demo-llama");
    window().showWorkspace(Workspace::Try);
    page().setPrompt("Card:");
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    QVERIFY(!page().text(0).isEmpty());
    window().showWorkspace(Workspace::Setup);
    window().form().setText("model.path", "another");
    window().showWorkspace(Workspace::Try);
    QVERIFY2(page().text(0).isEmpty(), qPrintable(page().text(0)));
}

void TestTrySubject::whatIsStoppedIsNoError()
{
    finishRun();
    page().setPrompt("Card:");
    m_bench->scene->answerWaits = true;
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().text(0).isEmpty(), patience);
    page().cancel();
    m_bench->release();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    QVERIFY2(!shownText("Base").contains("ancelled"), qPrintable(shownText("Base")));
    QCOMPARE(shownText("Base"), page().text(0));
}

QTEST_MAIN(TestTrySubject)
#include "tst_trysubject.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The export window: five profiles, what each promises, its progress and cancel, a failed check, what is copied.
#include "tests/ui/StudioBench.h"
#include "ui/ExportFacts.h"
#include "ui/ExportRow.h"
#include "ui/ExportTexts.h"
#include "ui/ExportWindow.h"
#include "ui/RunModel.h"
#include "ui/Segmented.h"
#include "ui/SessionController.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;
using Stage = ExportRow::Stage;

class TestExportWindow : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void promisesNothingThatWasNotTried();
    void allFiveAreWrittenAndChecked();
    void aProfileCanBeLeftOut();
    void aLargeModelIsNotWrittenUnasked();
    void progressAndCancelArePerProfile();
    void aRowSaysWhatItWaitsFor();
    void aFailedCheckIsMarked();
    void aFullDiskIsToldInTheRow();
    void whatIsLeftIsWritten();
    void theExportedCheckpointIsNamed();
    void aSavedStepIsTakenUp();
    void aFailureSaysWhatToDo_data();
    void aFailureSaysWhatToDo();
    void theFolderCanBeChosen();
    void aBaseOf16BitsOffersFloat32();
    void whatIsCopiedRuns();
    void ranksAboveVllmsLargest();

private:
    [[nodiscard]] ExportWindow& exports() { return *window().exportWindow(); }
    /// Opens the studio, ends a run, shows the window.
    [[nodiscard]] bool reach();
    [[nodiscard]] ExportRow* row(const QString& format);
    [[nodiscard]] bool says(const QWidget* widget, const QString& part);
    [[nodiscard]] QPushButton* button(const QString& text);
};

void TestExportWindow::initTestCase()
{
    StudioTest::initTestCase();
    QCoreApplication::setOrganizationName(QStringLiteral("spectune-tests"));
}

void TestExportWindow::init()
{
    StudioTest::init();
    m_bench->scene->exportOpen = true;
}

void TestExportWindow::cleanup()
{
    m_bench->scene->exportOpen = true; // a test that failed half-way must still end
    m_bench->scene->exportOpen.notify_all();
    StudioTest::cleanup();
}

bool TestExportWindow::reach()
{
    if (!m_bench->open())
        return false;
    window().startRun();
    if (!QTest::qWaitFor([this] { return window().run().state() == SessionState::Finished; }, patience))
        return false;
    window().showExport();
    return QTest::qWaitFor([this] { return !window().session().isPolling(); }, patience);
}

ExportRow* TestExportWindow::row(const QString& format)
{
    const auto rows = exports().findChildren<ExportRow*>();
    const auto found = std::find_if(rows.begin(), rows.end(), [&](ExportRow* one) { return one->format() == format; });
    return found == rows.end() ? nullptr : *found;
}

bool TestExportWindow::says(const QWidget* widget, const QString& part)
{
    const auto labels = widget->findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(),
        [&](const QLabel* label) { return label->isVisibleTo(widget) && label->text().contains(part); });
}

QPushButton* TestExportWindow::button(const QString& text)
{
    const auto buttons = exports().findChildren<QPushButton*>();
    const auto found = std::find_if(buttons.begin(), buttons.end(),
        [&](const QPushButton* one) { return one->text() == text && one->isVisibleTo(&exports()); });
    return found == buttons.end() ? nullptr : *found;
}

void TestExportWindow::promisesNothingThatWasNotTried()
{
    QVERIFY(reach());
    for (const char* program : {"vLLM", "Ollama", "SGLang"}) {
        for (const std::string_view format : exportFormats) {
            const QString text
                = ExportTexts::readBy(QString::fromUtf8(format.data(), static_cast<int>(format.size())), {});
            const auto at = text.indexOf(QLatin1String(program));
            QVERIFY2(at < 0 || (text.indexOf("Made for") >= 0 && text.indexOf("Made for") < at), qPrintable(text));
        }
    }
    QVERIFY(says(row("gguf-lora"), "llama.cpp. Made for Ollama."));
    for (const char* format : {"peft-lora", "peft-lora-padded"}) {
        const auto* option = row(format)->findChild<QLabel*>("VllmOption");
        QVERIFY(option && option->isVisibleTo(row(format)));
        QCOMPARE(option->text(), QString("--max-lora-rank 8")); // as it is typed into a shell
        QVERIFY(option->textInteractionFlags().testFlag(Qt::TextSelectableByMouse));
    }
    QVERIFY(!says(row("gguf-lora"), "--max-lora-rank"));
    // The bench's base: 1,216,640 numbers of float32.
    QVERIFY(says(row("merged"), "about 4.9 MB"));
    QVERIFY(says(row("merged"), "float32"));
    QVERIFY(!row("merged")->findChild<Segmented*>()->isVisibleTo(row("merged")));
}

void TestExportWindow::allFiveAreWrittenAndChecked()
{
    QVERIFY(reach());
    QVERIFY(button("Export") && !button("Open folder"));
    exports().write();
    QVERIFY(exports().isBusy());
    QTRY_COMPARE_WITH_TIMEOUT(exports().written().size(), 5U, patience);
    QVERIFY(!exports().isBusy());
    QStringList formats;
    for (const ExportReport& report : exports().written()) {
        formats << QString::fromStdString(report.format);
        QVERIFY(QString::fromStdString(report.path).endsWith("exports/" + formats.back()));
        QCOMPARE(row(formats.back())->stage(), Stage::Done);
        QVERIFY(says(row(formats.back()), "Read back"));
    }
    QCOMPARE(formats, (QStringList {"peft-adalora", "peft-lora-padded", "peft-lora", "gguf-lora", "merged"}));
    QVERIFY(says(row("peft-adalora"), "equal bit for bit"));
    QVERIFY(says(row("peft-lora"), "2.4e−9"));
    QVERIFY(says(row("merged"), "rounding to float32: relative change of ΔW 2.0e−8"));
    QVERIFY(says(&exports(), "5 of 5 written and checked"));
    QVERIFY(says(&exports(), "The largest |ΔW| is 0.018"));
    QVERIFY(button("Open folder") && button("Copy commands") && button("Close"));
}

void TestExportWindow::aProfileCanBeLeftOut()
{
    QVERIFY(reach());
    for (const char* format : {"merged", "peft-lora"})
        row(format)->findChild<QCheckBox*>()->click();
    QVERIFY(says(&exports(), "3 profiles chosen"));
    exports().write();
    QTRY_COMPARE_WITH_TIMEOUT(exports().written().size(), 3U, patience);
    QCOMPARE(row("merged")->stage(), Stage::Ready);
    QVERIFY(says(&exports(), "3 of 3 written and checked"));
    for (const char* format : {"peft-adalora", "peft-lora-padded", "gguf-lora"})
        row(format)->findChild<QCheckBox*>()->click();
    QVERIFY(!button("Export again")->isEnabled());
}

void TestExportWindow::aLargeModelIsNotWrittenUnasked()
{
    ExportRow merged("merged");
    QVERIFY(merged.isChosen());
    ExportFacts facts;
    facts.modelBytes = 15'000'000'000;
    merged.setFacts(facts);
    QVERIFY(!merged.isChosen());
    merged.findChild<QCheckBox*>()->click();
    merged.setFacts(facts);
    QVERIFY(merged.isChosen()); // as a person wants it
    ExportRow adapter("peft-lora");
    adapter.setFacts(facts);
    QVERIFY(adapter.isChosen());
    QVERIFY(ExportTexts::shortOfSpace(15'000'000'000, 20'000'000'000).isEmpty());
    QVERIFY(ExportTexts::shortOfSpace(15'000'000'000, -1).isEmpty());
    QVERIFY(ExportTexts::shortOfSpace(15'000'000'000, 4'200'000'000).contains("15.0 GB would be written; 4.2 GB"));
}

void TestExportWindow::progressAndCancelArePerProfile()
{
    m_bench->scene->exportOpen = false;
    m_bench->scene->exportWaits = "peft-lora";
    QVERIFY(reach());
    exports().write();
    QTRY_COMPARE_WITH_TIMEOUT(row("peft-lora-padded")->stage(), Stage::Done, patience);
    QTRY_VERIFY_WITH_TIMEOUT(says(row("peft-lora"), "Reading back, 27 of 40"), patience);
    const auto* bar = row("peft-lora")->findChild<QProgressBar*>();
    QVERIFY(bar->isVisibleTo(row("peft-lora")));
    QCOMPARE(bar->value(), 27);
    QCOMPARE(bar->maximum(), 40);
    QCOMPARE(row("gguf-lora")->stage(), Stage::Queued);
    QVERIFY(says(&exports(), "2 of 5 written and checked"));
    m_bench->picture("export-working", &exports());
    // One that waits goes at once; the one at work as soon as it looks up.
    row("merged")->findChild<QPushButton*>()->click();
    QTRY_COMPARE_WITH_TIMEOUT(row("merged")->stage(), Stage::Cancelled, patience);
    row("peft-lora")->findChild<QPushButton*>()->click();
    m_bench->scene->exportOpen = true;
    m_bench->scene->exportOpen.notify_all();
    QTRY_COMPARE_WITH_TIMEOUT(row("gguf-lora")->stage(), Stage::Done, patience);
    QCOMPARE(row("peft-lora")->stage(), Stage::Cancelled);
    QVERIFY(says(row("peft-lora"), "nothing was kept"));
    QVERIFY(!bar->isVisibleTo(row("peft-lora")));
    QCOMPARE(exports().written().size(), 3U);
    QVERIFY(!exports().isBusy());
}

void TestExportWindow::aRowSaysWhatItWaitsFor()
{
    QVERIFY(reach());
    m_bench->scene->answerWaits = true;
    window().session().ask( // as Try's check does
        JudgeSamples {.config = window().run().config(), .adapterPath = {}, .count = 4, .device = {}});
    exports().write();
    for (const char* format : {"peft-adalora", "merged"}) {
        QCOMPARE(row(format)->stage(), Stage::Queued);
        QVERIFY(says(row(format), "Waits for Try, which checks samples"));
    }
    m_bench->scene->exportOpen = false;
    m_bench->scene->exportWaits = "peft-adalora"; // the first
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(row("peft-adalora")->stage(), Stage::Working, patience);
    QVERIFY(says(row("merged"), "Waits for the export before it"));
    m_bench->scene->exportOpen = true;
    m_bench->scene->exportOpen.notify_all();
    QTRY_COMPARE_WITH_TIMEOUT(exports().written().size(), 5U, patience);
}

void TestExportWindow::aFailedCheckIsMarked()
{
    m_bench->scene->exportDiffers = "gguf-lora";
    QVERIFY(reach());
    exports().write();
    QTRY_COMPARE_WITH_TIMEOUT(exports().written().size(), 5U, patience);
    QCOMPARE(row("gguf-lora")->stage(), Stage::Differs);
    QVERIFY(says(row("gguf-lora"), "Differs from what was trained"));
    QVERIFY(says(row("gguf-lora"), "3.1e−4"));
    QVERIFY(says(&exports(), "4 of 5 written and checked"));
    QVERIFY(says(&exports(), "GGUF LoRA differs"));
    QVERIFY(says(&exports(), "press “Export the failed again”"));
    QCOMPARE(button("Export the failed again")->property("role").toString(), QString("primary"));
    QVERIFY(button("Close")->property("role").toString() != "primary");
    m_bench->picture("export-differs", &exports());
    button("Copy commands")->click();
    QVERIFY(!QGuiApplication::clipboard()->text().contains("llama-cli"));
}

void TestExportWindow::aFullDiskIsToldInTheRow()
{
    m_bench->scene->exportFails = "merged";
    QVERIFY(reach());
    exports().write();
    QTRY_COMPARE_WITH_TIMEOUT(row("merged")->stage(), Stage::Failed, patience);
    QVERIFY(says(row("merged"), "1.2 MB free"));
    // The foot names it and says what to do, and forgets it once it is written.
    QVERIFY(says(&exports(), "Not written: Merged model. Free space or choose another folder"));
    QVERIFY(row("merged")->height() >= row("merged")->minimumSizeHint().height());
    m_bench->picture("export-failed", &exports());
    QCOMPARE(exports().written().size(), 4U);
    QVERIFY(button("Export the failed again")->isEnabled());
    QVERIFY(says(&exports(), "press “Export the failed again”"));
    QCOMPARE(button("Export the failed again")->property("role").toString(), QString("primary"));
    m_bench->scene->exportFails.clear();
    exports().write();
    QTRY_COMPARE_WITH_TIMEOUT(row("merged")->stage(), Stage::Done, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!exports().isBusy(), patience);
    QCOMPARE(exports().written().size(), 5U); // the four others were not written a second time
    QVERIFY(button("Export again")->isEnabled());
    QVERIFY(!says(&exports(), "Not written"));
    QCOMPARE(button("Close")->property("role").toString(), QString("primary")); // nothing is left to do
    QVERIFY(says(&exports(), "5 of 5 written and checked"));
}

void TestExportWindow::whatIsLeftIsWritten()
{
    m_bench->scene->exportFails = "merged";
    QVERIFY(reach());
    for (const char* format : {"gguf-lora", "peft-lora"})
        row(format)->findChild<QCheckBox*>()->click();
    exports().write();
    QTRY_COMPARE_WITH_TIMEOUT(row("merged")->stage(), Stage::Failed, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!exports().isBusy(), patience);
    QCOMPARE(exports().written().size(), 2U);
    QVERIFY(button("Export the failed again"));
    row("gguf-lora")->findChild<QCheckBox*>()->click(); // never written: left as the failed one is
    QVERIFY(button("Export the rest") && button("Export the rest")->isEnabled());
    m_bench->scene->exportFails.clear();
    exports().write();
    QTRY_VERIFY_WITH_TIMEOUT(!exports().isBusy(), patience);
    QCOMPARE(row("merged")->stage(), Stage::Done);
    QCOMPARE(row("gguf-lora")->stage(), Stage::Done);
    QCOMPARE(row("peft-lora")->stage(), Stage::Ready);
    QCOMPARE(exports().written().size(), 4U);
    QVERIFY(button("Export again"));
}

void TestExportWindow::theExportedCheckpointIsNamed()
{
    m_bench->scene->failAt = 350; // behind the checkpoint of step 300
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    window().showExport();
    QVERIFY(says(&exports(), "checkpoint of step 300 · the run ended at 350, which is not saved"));
}

void TestExportWindow::aSavedStepIsTakenUp()
{
    m_bench->pauseAt(320);
    window().showExport();
    const QString step = QString::number(window().run().step());
    QVERIFY(says(&exports(), "checkpoint of step 300 · the run stands at " + step + ": save it first"));
    QVERIFY(window().session().saveNow());
    QTRY_VERIFY_WITH_TIMEOUT(says(&exports(), "checkpoint of step " + step + " · "), patience);
    QVERIFY(!says(&exports(), "save it first"));
}

void TestExportWindow::aFailureSaysWhatToDo_data()
{
    QTest::addColumn<FailureKind>("kind");
    QTest::addColumn<QString>("advice");
    QTest::addRow("disk") << FailureKind::Io << "another folder";
    QTest::addRow("memory") << FailureKind::OutOfMemory << "hold memory";
    QTest::addRow("input") << FailureKind::Config << "Its line says why";
    QTest::addRow("fault") << FailureKind::Internal << "Its line says why";
}

void TestExportWindow::aFailureSaysWhatToDo()
{
    QFETCH(FailureKind, kind);
    QFETCH(QString, advice);
    const QString text = ExportTexts::failed({"GGUF LoRA", "Merged model"}, kind, "Export the rest");
    QVERIFY2(text.contains("GGUF LoRA, Merged model") && text.contains(advice), qPrintable(text));
    QVERIFY2(text.contains("“Export the rest”"), qPrintable(text));
}

void TestExportWindow::theFolderCanBeChosen()
{
    QVERIFY(reach());
    const QPushButton* choose = button("Choose…");
    QVERIFY(choose && !choose->icon().isNull() && choose->isEnabled());
}

void TestExportWindow::aBaseOf16BitsOffersFloat32()
{
    m_bench->scene->dtype = "bfloat16";
    QVERIFY(reach());
    auto* type = row("merged")->findChild<Segmented*>();
    QVERIFY(type->isVisibleTo(row("merged")));
    QVERIFY(says(row("merged"), "bfloat16"));
    Q_EMIT type->chosen(1);
    QVERIFY(says(row("merged"), "about 4.9 MB")); // 4 bytes a number
    m_bench->picture("export-float32", &exports());
    exports().write();
    QTRY_COMPARE_WITH_TIMEOUT(exports().written().size(), 5U, patience);
    QCOMPARE(exports().written().back().dtype, std::string("float32"));
}

void TestExportWindow::whatIsCopiedRuns()
{
    const ExportReport gguf {.format = "gguf-lora", .path = "/tmp/it's here"};
    const QString text = ExportTexts::commands(gguf, "/models/base");
    QVERIFY2(text.contains("--lora '/tmp/it'\\''s here/adapter.gguf'"), qPrintable(text));
    QVERIFY(text.contains("convert_hf_to_gguf.py '/models/base'"));
    ExportReport lora {.format = "peft-lora", .path = "/tmp/a"};
    lora.vllmMaxRank = 16;
    QVERIFY(ExportTexts::commands(lora, "b").contains("--max-lora-rank 16 --lora-modules 'tuned=/tmp/a'"));
    const ExportReport merged {.format = "merged", .path = "/tmp/m"};
    QVERIFY(!ExportTexts::commands(merged, "b").contains("peft"));
}

void TestExportWindow::ranksAboveVllmsLargest()
{
    ExportFacts facts;
    facts.largestRank = 600;
    QCOMPARE(facts.vllmMaxRank(), 0);
    QVERIFY(ExportTexts::readBy("peft-lora", facts).contains("600 is above the 512"));
    facts.largestRank = 257;
    QCOMPARE(facts.vllmMaxRank(), 320);
}

QTEST_MAIN(TestExportWindow)
#include "tst_exportwindow.moc"

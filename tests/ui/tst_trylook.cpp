// SPDX-License-Identifier: GPL-3.0-or-later
// How Try looks: widths, heights, the key of its bars, and what is disabled.
#include "tests/ui/StudioBench.h"
#include "ui/AdapterChoice.h"
#include "ui/ElidedLabel.h"
#include "ui/FieldLine.h"
#include "ui/Glossary.h"
#include "ui/GlossaryPage.h"
#include "ui/HelpKey.h"
#include "ui/LabelChances.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/RunModel.h"
#include "ui/SampleDelegate.h"
#include "ui/SampleJudge.h"
#include "ui/SampleList.h"
#include "ui/SamplingPanel.h"
#include "ui/StudioIcons.h"
#include "ui/StudioStyle.h"
#include "ui/TryPage.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QDir>
#include <QImage>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRegularExpression>
#include <QScrollBar>
#include <QSlider>
#include <QTest>
#include <QTextBrowser>

#include <algorithm>
#include <set>
#include <vector>

using namespace spectune;
using spectune::test::patience;

class TestTryLook : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void questionsUseTheFreeWidth();
    void labelBarsHaveAKey();
    void disabledSlidersLookDisabled();
    void bothSidesBeginAtOneHeight();
    void headingsStandOnOneLine();
    void emptyPartsTakeNoRoom();
    void numbersOfWhoIsRightAreWhole();
    void theShownSampleIsMarked();
    void verdictsStandInAStrip();
    void verdictsAreWhole_data();
    void verdictsAreWhole();
    void checkSaysWhyItIsOff();
    void everySettingHasATerm();
    void rowsOfSamplesAreWhole_data();
    void rowsOfSamplesAreWhole();
    void aButtonThatStopsLooksSo();

private:
    [[nodiscard]] TryPage& page() { return m_bench->window->tryPage(); }
    void finishRun()
    {
        m_bench->runTo(SessionState::Finished);
        QDir(m_bench->window->run().folder()).mkpath("checkpoints/step-800");
        m_bench->window->showWorkspace(Workspace::Try);
    }
};

void TestTryLook::questionsUseTheFreeWidth()
{
    SampleDelegate delegate;
    const QRectF row(0, 0, 300, SampleDelegate::rowHeight);
    QCOMPARE(delegate.questionRect(row).width(), 276.0); // nothing was judged: both margins alone
    delegate.setShowsSides(true);
    const double besideMarks = delegate.questionRect(row).width();
    QVERIFY(besideMarks < 276.0 && delegate.questionRect(row).right() <= 300.0 - 12.0 - 2.0 * delegate.sideWidth());
    delegate.setShowsAnswers(true);
    QVERIFY(delegate.questionRect(row).width() < besideMarks);
}

void TestTryLook::labelBarsHaveAKey()
{
    applyTheme(*qApp, ThemeChoice::Dark);
    LabelChances view;
    QCOMPARE(view.sizeHint().height(), 0);
    view.setLabels({{"no", {-1.0, -1.0}, false}, {"yes", {-1.0, -1.0}, true}});
    view.resize(400, view.sizeHint().height());
    const QImage image = view.grab().toImage();
    const auto firstRowOf = [&image](const QColor& color) {
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (image.pixelColor(x, y).rgb() == color.rgb())
                    return y;
        return -1;
    };
    // Nothing was read yet, so no bar has these colours: the key has, above the first label.
    for (const QColor& color : {Theme::current().loss, Theme::current().text3}) {
        const int y = firstRowOf(color);
        QVERIFY2(y >= 0 && y < 18, qPrintable(QString::number(y)));
    }
}

void TestTryLook::disabledSlidersLookDisabled()
{
    for (const ThemeChoice theme : {ThemeChoice::Dark, ThemeChoice::Light}) {
        applyTheme(*qApp, theme);
        QSlider slider(Qt::Horizontal);
        slider.resize(120, 24);
        slider.setRange(0, 10);
        slider.setValue(10);
        const QImage enabled = slider.grab().toImage();
        slider.setEnabled(false);
        QVERIFY(slider.grab().toImage() != enabled);
    }
    // And they are disabled where they change nothing.
    finishRun();
    const auto rows = page().findChildren<QSlider*>();
    QVERIFY(rows.size() >= 4);
    for (const QSlider* slider : rows) {
        const QString name = slider->accessibleName();
        QCOMPARE(slider->isEnabled(), name != "Top-p" && name != "Top-k");
    }
}

void TestTryLook::bothSidesBeginAtOneHeight()
{
    finishRun();
    QVERIFY(page().findChild<AdapterChoice*>()->isVisible());
    std::vector<int> tops;
    for (const QTextBrowser* view : page().findChildren<QTextBrowser*>())
        if (view->accessibleName() == "Base" || view->accessibleName() == "Tuned")
            tops.push_back(view->mapTo(&page(), QPoint(0, 0)).y());
    QCOMPARE(tops.size(), std::size_t {2});
    QCOMPARE(tops[0], tops[1]);
}

void TestTryLook::headingsStandOnOneLine()
{
    finishRun();
    std::vector<int> middles;
    for (const QLabel* label : page().findChildren<QLabel*>())
        if (label->text() == "Prompt" || label->text() == "Held-out samples" || label->text() == "Sampling")
            middles.push_back(label->mapTo(&page(), label->rect().center()).y());
    QCOMPARE(middles.size(), std::size_t {3});
    QCOMPARE(middles, std::vector<int>(3, middles.front()));
}

void TestTryLook::emptyPartsTakeNoRoom()
{
    QVERIFY(m_bench->open());
    m_bench->window->showWorkspace(Workspace::Try);
    const auto below = [this](const QString& heading, const QString& words) {
        int end = -1;
        int begin = -1;
        for (const QLabel* label : page().findChildren<QLabel*>()) {
            if (label->text() == heading)
                end = label->mapTo(&page(), QPoint(0, label->height())).y();
            if (label->text().startsWith(words))
                begin = label->mapTo(&page(), QPoint(0, 0)).y();
        }
        return begin - end;
    };
    QTRY_COMPARE(below("Evaluations of this run", "None"), below("Before and after", "Check the held-out"));
    const auto buttons = page().findChildren<QPushButton*>();
    const auto clear = std::ranges::find(buttons, QStringLiteral("Clear"), &QPushButton::text);
    QVERIFY(clear != buttons.end() && !(*clear)->isEnabled());
    page().setPrompt("Where is the wolf?");
    QVERIFY((*clear)->isEnabled());
    (*clear)->click();
    QVERIFY(!(*clear)->isEnabled());
}

void TestTryLook::numbersOfWhoIsRightAreWhole()
{
    finishRun();
    window().resize(1280, 800);
    page().judge().start();
    QTRY_VERIFY_WITH_TIMEOUT(page().judge().isDone(), patience);
    int fields = 0;
    for (QPushButton* field : page().findChildren<QPushButton*>()) {
        if (!field->property("word").isValid())
            continue;
        ++fields;
        for (const bool focused : {false, true}) {
            if (focused)
                field->setFocus();
            QTRY_VERIFY2(field->height() >= 44 && field->height() <= 52, qPrintable(QString::number(field->height())));
        }
        for (const QLabel* line : field->findChildren<QLabel*>()) {
            QVERIFY2(line->height() >= line->sizeHint().height(), qPrintable(line->text()));
            QVERIFY2(field->rect().contains(line->geometry()), qPrintable(line->text()));
        }
    }
    QCOMPARE(fields, 4);
}

void TestTryLook::theShownSampleIsMarked()
{
    finishRun();
    QTRY_VERIFY_WITH_TIMEOUT(page().samples().shownCount() > 1, patience);
    auto* list = page().samples().findChild<QListWidget*>();
    auto* prompt = page().findChild<QPlainTextEdit*>();
    list->setFocus(); // makes a row current, and chooses none
    QVERIFY(list->selectedItems().isEmpty() && prompt->toPlainText().isEmpty());
    page().samples().selectNext();
    QCOMPARE(list->selectedItems().size(), 1);
    QVERIFY(prompt->toPlainText().startsWith("Tom"));
    prompt->setFocus(); // without the keyboard's frame
    // Its ground and its bar tell it from the others, in either theme.
    for (const ThemeChoice theme : {ThemeChoice::Dark, ThemeChoice::Light}) {
        applyTheme(*qApp, theme);
        const QRect row = list->visualItemRect(list->selectedItems().front());
        const QImage image = list->viewport()->grab(row).toImage();
        QCOMPARE(image.pixelColor(1, 4).rgb(), Theme::current().text.rgb());
        QVERIFY(Theme::contrast(image.pixelColor(image.width() / 2, 3), Theme::current().panel) > 1.05);
    }
    prompt->insertPlainText("!"); // a prompt of one's own is no sample's
    QVERIFY(list->selectedItems().isEmpty());
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(list->currentItem()).center());
    QCOMPARE(list->selectedItems().size(), 1); // and a click brings it back
    QVERIFY(prompt->toPlainText().endsWith("Card:"));
}

void TestTryLook::verdictsStandInAStrip()
{
    finishRun();
    page().setPrompt("Card:", " Paul | wolf | mammal | brown | meadow");
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    std::vector<QRect> strips;
    for (const ElidedLabel* verdict : page().findChildren<ElidedLabel*>()) {
        if (!verdict->text().contains("expected"))
            continue;
        const QWidget* strip = verdict->parentWidget();
        strips.emplace_back(strip->mapTo(&page(), QPoint(0, 0)), strip->size());
        QVERIFY(!verdict->toolTip().isEmpty());
        for (const QLabel* label : strip->findChildren<QLabel*>())
            if (label->text().contains("tok/s")) // an elided verdict does not run into it
                QTRY_VERIFY(label->x() - verdict->geometry().right() > 8);
    }
    QCOMPARE(strips.size(), std::size_t {2});
    QCOMPARE(strips[0].top(), strips[1].top());
    QVERIFY2(strips[0].height() <= 34, qPrintable(QString::number(strips[0].height())));
    page().setPrompt({});
    for (const ElidedLabel* verdict : page().findChildren<ElidedLabel*>())
        QVERIFY(!verdict->text().contains("expected"));
}

void TestTryLook::verdictsAreWhole_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QString>("expected");
    QTest::newRow("least") << QSize(1180, 720) << " Paul | wolf | mammal | brown | meadow";
    QTest::newRow("1280") << QSize(1280, 800) << " Paul | wolf | mammal | brown | meadow";
    QTest::newRow("1920") << QSize(1920, 1080) << " Paul | wolf | mammal | brown | meadow";
    QTest::newRow("long") << QSize(1920, 1080) << QString(" Paul | wolf |").repeated(40);
    QTest::newRow("a number") << QSize(1280, 800) << " They pay 3 times 12.\n#### 36";
}

void TestTryLook::verdictsAreWhole()
{
    QFETCH(const QSize, size);
    QFETCH(const QString, expected);
    m_bench->size = size;
    finishRun();
    page().setPrompt("Card:", expected);
    page().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!page().isGenerating(), patience);
    QCoreApplication::processEvents(); // the strips lay themselves out
    QStringList shown;
    for (const ElidedLabel* verdict : page().findChildren<ElidedLabel*>())
        if (verdict->text().contains("expected")) {
            QVERIFY2(!verdict->shownText().contains(QChar(0x2026)), qPrintable(verdict->shownText()));
            QVERIFY(verdict->toolTip().contains(QLatin1String("Paul")) || verdict->toolTip().contains("36"));
            shown << verdict->shownText();
        }
    QCOMPARE(shown.size(), 2);
    const QStringList wrong = shown.filter(QRegularExpression(QStringLiteral("^\u2715")));
    QCOMPARE(wrong.size(), expected.endsWith("meadow") ? 1 : 2); // the base's always
    for (const QString& verdict : wrong) // what it lacks is said where it fits
        QCOMPARE(verdict.contains("36"), expected.contains("####"));
}

void TestTryLook::checkSaysWhyItIsOff()
{
    QVERIFY(m_bench->open());
    m_bench->window->showWorkspace(Workspace::Try);
    QTRY_VERIFY_WITH_TIMEOUT(page().samples().shownCount() > 1, patience);
    const auto buttons = page().samples().findChildren<QPushButton*>();
    const auto check = std::ranges::find_if(
        buttons, [](const QPushButton* button) { return button->text() == QLatin1String("Check samples"); });
    QVERIFY(check != buttons.end() && !(*check)->isEnabled());
    QVERIFY2((*check)->toolTip().contains("no adapter"), qPrintable((*check)->toolTip()));
}

void TestTryLook::rowsOfSamplesAreWhole_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(1180, 720), QSize(1280, 800), QSize(1920, 1080)})
        QTest::addRow("%d", size.width()) << size;
}

void TestTryLook::rowsOfSamplesAreWhole()
{
    QFETCH(const QSize, size);
    m_bench->size = size;
    QVERIFY(m_bench->open());
    m_bench->window->showWorkspace(Workspace::Try);
    QTRY_COMPARE_WITH_TIMEOUT(page().samples().shownCount(), 40, patience);
    const auto* list = page().samples().findChild<QListWidget*>();
    QTRY_COMPARE(list->viewport()->height() % SampleDelegate::rowHeight, 0);
    for (const int place : {0, 3, list->verticalScrollBar()->maximum()}) {
        list->verticalScrollBar()->setValue(place);
        const QListWidgetItem* first = list->itemAt(5, 5);
        QVERIFY(first != nullptr);
        QCOMPARE(list->visualItemRect(first).top(), 0);
        QCOMPARE(list->visualItemRect(first).height(), int {SampleDelegate::rowHeight});
    }
    QVERIFY(list->viewport()->rect().contains(list->visualItemRect(list->item(39)))); // the end is reached
}

void TestTryLook::aButtonThatStopsLooksSo()
{
    const auto looksLike = [](const QPushButton* button, const char* name) {
        const QSize size(12, 12);
        return button->icon().pixmap(size).toImage() == studioIcon(QLatin1String(name)).pixmap(size).toImage();
    };
    finishRun();
    QTRY_VERIFY_WITH_TIMEOUT(page().samples().shownCount() > 1, patience);
    const auto buttons = page().samples().findChildren<QPushButton*>();
    const auto check = std::ranges::find_if(
        buttons, [](const QPushButton* button) { return button->text() == QLatin1String("Check samples"); });
    QVERIFY(check != buttons.end());
    QVERIFY(looksLike(*check, "evaluate"));
    m_bench->scene->answerWaits = true;
    page().judge().start();
    QCOMPARE((*check)->text(), QString("Stop"));
    QVERIFY(looksLike(*check, "stop"));
    m_bench->release();
    page().judge().stop();
    QCOMPARE((*check)->text(), QString("Check samples"));
    QVERIFY(looksLike(*check, "evaluate"));
}

/// As every field of Set up: a tip, and a way to its term by "What is this?" and by F1.
void TestTryLook::everySettingHasATerm()
{
    finishRun();
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    const auto* panel = page().findChild<SamplingPanel*>();
    QList<QWidget*> parts;
    for (QSlider* slider : panel->findChildren<QSlider*>()) {
        if (slider->accessibleName() == "Temperature")
            slider->setValue(slider->maximum()); // else top-p and top-k change nothing
        parts << slider;
    }
    for (FieldLine* field : panel->findChildren<FieldLine*>())
        parts << field;
    QCOMPARE(parts.size(), 10); // four with a slider beside the field, seed, and stop text
    const Glossary glossary;
    std::set<QString> terms;
    for (QWidget* part : parts) {
        const QString name = part->accessibleName();
        const QString key = helpKeyOf(part);
        const GlossaryTerm* term = glossary.ofField(key);
        QVERIFY2(term, qPrintable(name));
        terms.insert(term->id);
        QVERIFY2(part->toolTip().contains("Press F1") && !part->accessibleDescription().isEmpty(), qPrintable(name));
        QVERIFY2(part->whatsThis().contains("href='glossary:" + key + "'"), qPrintable(name));
        window().showWorkspace(Workspace::Try);
        part->setFocus();
        QVERIFY2(part->hasFocus(), qPrintable(name));
        window().learn().showHelp();
        QCOMPARE(window().workspace(), Workspace::Learn);
        QCOMPARE(window().learn().page().glossary().term(), term->id);
    }
    QCOMPARE(terms, std::set<QString>({"answer-seed", "new-tokens", "stop-text", "temperature", "top-k", "top-p"}));
    for (const char* drawn : {"temperature", "top-p", "top-k"})
        QVERIFY2(!glossary.find(QLatin1String(drawn))->formula.isEmpty(), drawn);
}

QTEST_MAIN(TestTryLook)
#include "tst_trylook.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// The inspector beside the heatmap: words that are never cut, marks whose key is in sight, exact values of a run that
// goes on.
#include "tests/support/OneMatrix.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/FormulaView.h"
#include "ui/GeometrySection.h"
#include "ui/GridPanel.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/OrthogonalityBars.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"
#include "visualization/SpectrumBars.h"
#include "visualization/TripletList.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

class TestInspector : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aVerdictIsNeverCut_data();
    void aVerdictIsNeverCut();
    void aLongNoteHasItsOwnLine();
    void theMarksHaveTheirKey_data();
    void theMarksHaveTheirKey();
    void withoutScoresThereIsNoKey();
    void whatHasEndedIsNotToldToTrain();
    void fixedRanksHaveLambdaWithoutScores();
    void modesAreSpelledOutWhereTheyFit();
    void exactValuesComeWhileItRuns();
};

static FormulaLines linesBeforeTheFirstEvent()
{
    return FormulaLines::of(test::snapshotOfOneMatrix(), ModuleIndex {0}, 0, ScoreKind::SensitivityUncertainty);
}

void TestInspector::whatHasEndedIsNotToldToTrain()
{
    m_bench->runTo(SessionState::Finished);
    window().live().inspector().setModule(ModuleIndex {0});
    window().run().showStep(50); // before the first event: nothing was kept of it
    QStringList told;
    for (const QLabel* label : window().live().inspector().findChildren<QLabel*>())
        if (!label->isHidden() && label->text().startsWith("No scores"))
            told << label->text();
    QCOMPARE(told.size(), 1);
    QVERIFY2(told[0].contains("no replay.bin") && told[0].contains("saw those of step 501."), qPrintable(told[0]));
}

void TestInspector::aVerdictIsNeverCut_data()
{
    QTest::addColumn<int>("width");
    for (const int width : {200, 272, 294, 336, 700})
        QTest::addRow("%d", width) << width;
}

void TestInspector::aVerdictIsNeverCut()
{
    QFETCH(int, width);
    const FormulaLines lines = linesBeforeTheFirstEvent();
    QVERIFY2(lines.rows.back().second.contains("all are kept"), qPrintable(lines.rows.back().second));
    QWidget page;
    auto* column = new QVBoxLayout(&page);
    column->setContentsMargins(0, 0, 0, 0);
    auto* view = new FormulaView;
    view->setLines(lines);
    column->addWidget(view);
    column->addStretch();
    page.resize(width, 600);
    page.show();
    QVERIFY(column->hasHeightForWidth());
    QCOMPARE(view->width(), std::max(width, view->minimumSizeHint().width()));
    const int oneLineEach = view->sizeHint().height();
    QVERIFY(view->heightForWidth(view->width()) >= oneLineEach);
    if (width < 280) // the verdict needs a second line there
        QVERIFY(view->heightForWidth(view->width()) > oneLineEach);
    if (width == 700)
        QCOMPARE(view->heightForWidth(width), oneLineEach);
    QCOMPARE(view->height(), view->heightForWidth(view->width())); // and the layout gives what is needed
}

void TestInspector::aLongNoteHasItsOwnLine()
{
    FormulaLines lines = linesBeforeTheFirstEvent();
    FormulaView view;
    lines.note = QStringLiteral("never pruned");
    view.setLines(lines);
    const int together = view.heightForWidth(700);
    lines.note = QStringLiteral("pruned at 1,234,567, back at 1,234,667");
    view.setLines(lines);
    QCOMPARE(view.heightForWidth(700), together); // both fit beside each other
    lines.rows.clear();
    view.setLines(lines);
    QVERIFY(view.heightForWidth(230) > view.heightForWidth(700));
}

void TestInspector::theMarksHaveTheirKey_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)})
        QTest::addRow("%d", size.width()) << size;
}

void TestInspector::theMarksHaveTheirKey()
{
    QFETCH(QSize, size);
    m_bench->size = size;
    m_bench->runTo(SessionState::Finished);
    auto* panel = window().findChild<GridPanel*>();
    QVERIFY(panel != nullptr);
    QTRY_VERIFY(panel->isVisible());
    const auto keys = panel->findChildren<QWidget*>("flagKey");
    QWidget* shown = nullptr;
    for (QWidget* key : keys) {
        if (!key->isVisible())
            continue;
        QVERIFY(shown == nullptr); // once is enough
        shown = key;
    }
    QVERIFY(shown != nullptr);
    QVERIFY(!shown->toolTip().isEmpty());
    QTRY_VERIFY(shown->width() >= shown->sizeHint().width()); // no word of it is cut
    const QRect place(shown->mapTo(panel, QPoint()), shown->size());
    QVERIFY(panel->rect().contains(place));
    const auto words = shown->findChildren<QLabel*>();
    QVERIFY(std::any_of(words.begin(), words.end(), [](const QLabel* word) { return word->text() == "lost"; }));
    QVERIFY(std::any_of(words.begin(), words.end(), [](const QLabel* word) { return word->text() == "back"; }));
}

/// The key of marks that no cell has goes, the grid stays where it is, and the way to a step with scores is offered.
void TestInspector::withoutScoresThereIsNoKey()
{
    m_bench->size = {1280, 800};
    m_bench->runTo(SessionState::Finished);
    auto* panel = window().findChild<GridPanel*>();
    QTRY_VERIFY(panel->isVisible());
    const auto keys = [panel] {
        int count = 0;
        for (const QWidget* key : panel->findChildren<QWidget*>("flagKey"))
            count += key->isVisible() ? 1 : 0;
        return count;
    };
    panel->setMode(1);
    QTRY_COMPARE(keys(), 1);
    QCoreApplication::processEvents();
    const QRect place = panel->grid().geometry();
    window().run().showStep(40); // before the first event: no picture was kept of it
    QVERIFY(!window().run().shownSnapshot()->hasScores);
    QCOMPARE(keys(), 0);
    QCoreApplication::processEvents();
    QCOMPARE(panel->grid().geometry(), place);
    auto* nearest = panel->findChild<QPushButton*>("NearestScores");
    QVERIFY(nearest != nullptr);
    QSignalSpy wanted(panel, &GridPanel::stepWanted);
    panel->setNearestScores(200);
    QVERIFY(nearest->isVisible());
    QVERIFY(panel->grid().rect().contains(nearest->geometry()));
    QVERIFY2(nearest->text().contains("200"), qPrintable(nearest->text()));
    nearest->click();
    QCOMPARE(wanted.value(0).value(0).toLongLong(), 200);
    QCOMPARE(window().run().shownStep(), std::int64_t {200});
    window().run().showStep(-1);
    QCOMPARE(keys(), 1);
    QVERIFY(!nearest->isVisible());
}

/// SVD-LoRA: λ, errors and exact values are there; scores, threshold and formula are not, and the page says why.
void TestInspector::fixedRanksHaveLambdaWithoutScores()
{
    QVERIFY(m_bench->open());
    window().form().setText("method.name", "svd-lora");
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    const auto snapshot = window().run().shownSnapshot();
    QVERIFY(snapshot && snapshot->hasLambda && !snapshot->hasScores);
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {17});
    const auto* list = inspector.findChild<TripletList*>();
    const auto* bars = inspector.findChild<OrthogonalityBars*>();
    const auto* formula = inspector.findChild<FormulaView*>();
    QVERIFY(list->isVisible() && bars->isVisible() && !formula->isVisible());
    QCOMPARE(static_cast<std::int64_t>(list->rows().size()), snapshot->layout->initRank);
    QVERIFY(inspector.geometrySection().isVisible());
    const auto says = [&inspector](const char* words) {
        const auto labels = inspector.findChildren<QLabel*>();
        return std::any_of(labels.begin(), labels.end(), [words](const QLabel* label) {
            return label->isVisible() && label->text().contains(QLatin1String(words));
        });
    };
    QVERIFY(says("this method keeps the ranks it starts with"));
    QVERIFY(!says("This run's folder has no"));
    const auto buttons = inspector.findChildren<QToolButton*>();
    const auto byScore = std::find_if(
        buttons.begin(), buttons.end(), [](const QToolButton* button) { return button->text() == QLatin1String("S"); });
    QVERIFY(byScore != buttons.end() && !(*byScore)->isEnabled());
    RankGrid& grid = window().live().grid();
    for (const int mode : {2, 3}) {
        window().live().setHeatMode(mode);
        QCOMPARE(grid.missingText(), QString());
    }
    window().live().setHeatMode(1);
    QVERIFY(!grid.missingText().isEmpty());
    window().run().showStep(40); // no λ was kept of it
    QVERIFY(!list->isVisible() && !bars->isVisible());
    QVERIFY(says("This run's folder has no"));
}

void TestInspector::modesAreSpelledOutWhereTheyFit()
{
    GridPanel panel;
    const auto has = [&panel](const char* word) {
        const auto buttons = panel.findChildren<QToolButton*>();
        return std::any_of(buttons.begin(), buttons.end(),
            [word](const QToolButton* button) { return button->text() == QLatin1String(word); });
    };
    panel.resize(420, 600);
    panel.show();
    QVERIFY(has("Orth.") && !has("Orthogonality"));
    panel.resize(900, 600);
    QTRY_VERIFY(has("Orthogonality") && !has("Orth."));
}

void TestInspector::exactValuesComeWhileItRuns()
{
    m_bench->scene->waitAt = 520;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), std::int64_t {520}, patience);
    QSignalSpy states(&window().run(), &RunModel::stateChanged);
    bool paused = false;
    connect(&window().run(), &RunModel::stateChanged, this,
        [this, &paused] { paused = paused || window().run().state() == SessionState::Paused; });
    window().live().inspector().setModule(ModuleIndex {17});
    GeometrySection& section = window().live().inspector().geometrySection();
    auto* ask = section.findChild<QPushButton*>("computeGeometry");
    auto* when = section.findChild<QLabel*>("geometryStep");
    QVERIFY(ask != nullptr && when != nullptr);
    QVERIFY(!ask->isHidden());
    ask->click();
    QVERIFY(ask->isHidden()); // asked: once is enough
    QVERIFY(section.spectrum().singular().empty()); // the engine is within a step, and nobody waits for it
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(section.spectrum().singular().size(), std::size_t {8}, patience);
    QVERIFY(when->text().startsWith(QLatin1String("at step 521"))); // and no more while the run goes on
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!paused);
    QVERIFY(states.count() > 0);
    // The run has gone on: the values stay, say of which step they are, and newer ones can be had.
    const QString ended = QStringLiteral("at step 521, not %1").arg(formatCount(window().run().step()));
    QCOMPARE(when->text(), ended);
    QVERIFY(!section.spectrum().isHidden());
    QVERIFY(!ask->isHidden());
    window().run().showStep(200); // nor are they of a moment in the past
    QCOMPARE(when->text(), QStringLiteral("at step 521, not 200"));
    QCoreApplication::processEvents(); // the column lays itself out
    const auto* column = window().live().inspector().findChild<QScrollArea*>();
    QVERIFY(column->widget()->width() <= column->viewport()->width()); // so that nothing is cut off on the right
    window().run().showStep(-1);
    QCOMPARE(when->text(), ended);
    // Another run has a matrix of the same name.
    QVERIFY(window().startRun());
    QVERIFY(section.spectrum().isHidden());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
}

QTEST_MAIN(TestInspector)
#include "tst_inspector.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// Words in the budget's plots: no line runs through them, they do not meet, and they keep their side.
#include "tests/visualization/Ink.h"
#include "tests/visualization/SampleRun.h"
#include "visualization/BudgetCurve.h"
#include "visualization/LabelPlace.h"
#include "visualization/RunPlots.h"
#include "visualization/Theme.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <tuple>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

SampleRun runOf(std::int64_t ti, std::int64_t finalStart)
{
    SampleRun run;
    run.ti = ti;
    run.finalSteps = run.totalSteps - finalStart;
    return run;
}

void show(BudgetCurve& curve, const SampleRun& run)
{
    const PlotPlan plan = run.plan();
    curve.setCurve(plan, BudgetValues::of(plan));
}

/// Where the init rank's label stands, or an empty place.
QRectF initPlace(const BudgetCurve& curve)
{
    for (const BudgetCurve::HandleLabel& label : curve.plotLabels())
        if (label.handle == BudgetHandle::InitRank)
            return label.place;
    return {};
}

/// −1: before ti's line, 0: between the two lines, 1: behind that of T − tf.
int partOf(const QRectF& label, double ti, double end)
{
    return label.right() < ti ? -1 : label.left() > end ? 1 : 0;
}

bool isOfPlan(const PlacedWords& label)
{
    return label.text.startsWith(QStringLiteral("init")) || label.text.startsWith(QStringLiteral("target"));
}

/// The whole of @p run in a plot as wide as in a window of 1280, with two marks.
void showWhole(RunPlots& plots, const SampleRun& run)
{
    plots.resize(428, 668);
    plots.setPlan(run.plan());
    plots.setHistory(run.history());
    plots.setMarks({{100, "first"}, {1900, "second"}});
    plots.setRange(PlotRange::WholeRun);
    std::ignore = plots.grab(); // a plot that was never shown has no places yet
    plots.replotNow();
}

} // namespace

class TestBudgetLabels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void noLineRunsThroughTheEditorsWords_data();
    void noLineRunsThroughTheEditorsWords();
    void theUsualEditorSaysAll();
    void ofLittleRoomTheFirstGoLast();
    void theInitLabelKeepsItsSide();
    void noLineRunsThroughThePlotsWords();
    void noPhaseLineRunsBesideWhatIsKept();
    void thePlotsInitLabelKeepsItsSide();
    void theInitLabelStandsAtItsLevel();
    void aReachedTargetIsToldOnce();
    void theEndsWordsStopNoLine();
    void noStubIsLeftAboveThePhases();

private:
    static void verifyClear(const BudgetCurve& curve, const PlotPlan& plan);
    static void verifyClear(const RunPlots& plots, const SampleRun& run);
};

void TestBudgetLabels::verifyClear(const BudgetCurve& curve, const PlotPlan& plan)
{
    const BudgetGeometry geometry = curve.budgetGeometry();
    const std::vector<BudgetCurve::HandleLabel> labels = curve.plotLabels();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const QRectF& place = labels[i].place;
        const QByteArray where = QStringLiteral("%1, ti %2, T − tf %3, %4 px")
                                     .arg(labels[i].text)
                                     .arg(plan.ti)
                                     .arg(plan.finalStart)
                                     .arg(curve.width())
                                     .toUtf8();
        QVERIFY2(geometry.ground.adjusted(0.0, -6.0, 0.0, 0.0).contains(place), where);
        for (const std::int64_t border : {plan.ti, plan.finalStart}) {
            const double x = geometry.xOf(static_cast<double>(border));
            QVERIFY2(x < place.left() - 2.0 || x > place.right() + 2.0, where);
        }
        for (std::size_t other = i + 1; other < labels.size(); ++other)
            QVERIFY2(!place.intersects(labels[other].place), where);
        for (const BudgetHandle handle : {BudgetHandle::InitRank, BudgetHandle::TargetRank, BudgetHandle::Interval})
            QVERIFY2(!place.intersects(QRectF(geometry.handle(handle) - QPointF(6.5, 6.5), QSizeF(13.0, 13.0))), where);
        const CurveBand band = bandOf(place.left(), place.right(),
            [&](double x) { return geometry.yOfBudget(plan.budgetAt(geometry.stepAt(x))); });
        QVERIFY2(place.bottom() <= band.top || place.top() >= band.bottom, where);
    }
}

void TestBudgetLabels::noLineRunsThroughTheEditorsWords_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<double>("target");
    for (const QSize size : {QSize(300, 190), QSize(345, 400), QSize(416, 420), QSize(900, 300)})
        for (const double target : {1.0, 6.0, 11.0})
            QTest::addRow("%d x %d, target %g", size.width(), size.height(), target) << size << target;
}

void TestBudgetLabels::noLineRunsThroughTheEditorsWords()
{
    QFETCH(QSize, size);
    QFETCH(double, target);
    BudgetCurve curve;
    curve.resize(size);
    for (std::int64_t ti = 0; ti < 1999; ti += 97) {
        for (std::int64_t end = ti + 1; end < 2000; end += 53) { // the two lines come near at the begin of each turn
            SampleRun run = runOf(ti, end);
            run.targetRank = target;
            show(curve, run);
            verifyClear(curve, run.plan());
            if (QTest::currentTestFailed())
                return;
        }
    }
}

void TestBudgetLabels::theUsualEditorSaysAll()
{
    BudgetCurve curve;
    curve.resize(416, 420);
    show(curve, SampleRun {});
    QStringList words;
    for (const BudgetCurve::HandleLabel& label : curve.plotLabels())
        words << label.text;
    QCOMPARE(words,
        (QStringList {QStringLiteral("target 6 per matrix, 924 in all"), QStringLiteral("init 12 per matrix"),
            QStringLiteral("ΔT 20")}));
    const QImage image = curve.grab().toImage(); // and they are written
    for (const BudgetCurve::HandleLabel& label : curve.plotLabels())
        QVERIFY2(test::hasInk(image, label.place), qPrintable(label.text));
}

/// ti is right before T − tf: the target is still told, off both lines.
void TestBudgetLabels::ofLittleRoomTheFirstGoLast()
{
    BudgetCurve curve;
    curve.resize(300, 300);
    for (std::int64_t ti = 1500; ti < 1690; ti += 10) {
        show(curve, runOf(ti, 1700));
        const std::vector<BudgetCurve::HandleLabel> labels = curve.plotLabels();
        QVERIFY(!labels.empty());
        QCOMPARE(labels.front().handle, BudgetHandle::TargetRank);
        QVERIFY2(labels.front().text.startsWith(QStringLiteral("target 6")), qPrintable(labels.front().text));
    }
}

void TestBudgetLabels::theInitLabelKeepsItsSide()
{
    BudgetCurve curve;
    curve.resize(416, 420);
    int changes = 0;
    int last = 0; // right of ti's line, for as long as it fits there
    for (std::int64_t ti = 0; ti < 1650; ti += 3) { // beyond, T − tf takes the room of its words
        show(curve, runOf(ti, 1700));
        const BudgetGeometry geometry = curve.budgetGeometry();
        const QRectF place = initPlace(curve);
        QVERIFY2(!place.isEmpty(), qPrintable(QString::number(ti)));
        const int part = partOf(place, geometry.xOf(static_cast<double>(ti)), geometry.xOf(1700.0));
        changes += part != last ? 1 : 0;
        last = part;
    }
    QCOMPARE(changes, 1);
    QCOMPARE(last, -1);
    QRectF before;
    for (int rank = 7; rank < 65; ++rank) { // neighbouring ranks: neither up nor down, nor aside
        SampleRun run;
        run.initRank = rank;
        show(curve, run);
        const QRectF place = initPlace(curve);
        QVERIFY(before.isEmpty()
            || (std::abs(place.left() - before.left()) < 1e-6 && std::abs(place.top() - before.top()) < 1e-6));
        before = place;
    }
}

void TestBudgetLabels::verifyClear(const RunPlots& plots, const SampleRun& run)
{
    const std::vector<PlacedMark> marks = plots.placedMarks(); // they tell where steps are
    QCOMPARE(marks.size(), 2U);
    const auto xOf = [&marks](std::int64_t step) {
        const double share
            = static_cast<double>(step - marks[0].step) / static_cast<double>(marks[1].step - marks[0].step);
        return marks[0].x + share * (marks[1].x - marks[0].x);
    };
    const std::vector<PlacedWords> labels = plots.budgetLabels();
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const QRectF& place = labels[i].place;
        const QByteArray where = QStringLiteral("%1 at %2").arg(labels[i].text).arg(run.now).toUtf8();
        std::vector<std::int64_t> lines {run.now};
        if (isOfPlan(labels[i])) // what is kept stands at its step, on ground of its own
            lines.insert(lines.end(), {run.ti, run.totalSteps - run.finalSteps});
        for (const std::int64_t line : lines)
            QVERIFY2(xOf(line) < place.left() - 2.0 || xOf(line) > place.right() + 2.0, where);
        const CurveBand band = bandOf(place.left(), place.right(), [&plots](double x) { return plots.budgetY(x); });
        QVERIFY2(!band.isEmpty(), where);
        QVERIFY2(place.bottom() <= band.top || place.top() >= band.bottom, where);
        for (std::size_t other = i + 1; other < labels.size(); ++other)
            QVERIFY2(!place.intersects(labels[other].place), where);
    }
}

void TestBudgetLabels::noLineRunsThroughThePlotsWords()
{
    for (const std::int64_t end : {400, 900, 1700}) {
        int moments = 0;
        std::ptrdiff_t ofPlan = 0;
        for (std::int64_t now = 20; now <= 2000; now += 60) {
            SampleRun run = runOf(300, end);
            run.now = now;
            RunPlots plots;
            showWhole(plots, run);
            verifyClear(plots, run);
            if (QTest::currentTestFailed())
                return;
            const std::vector<PlacedWords> labels = plots.budgetLabels();
            const std::ptrdiff_t words = std::ranges::count_if(labels, isOfPlan);
            QVERIFY(std::ssize(labels) > words); // what is kept now is always told
            ofPlan += words;
            ++moments;
        }
        QVERIFY2(2 * ofPlan >= moments, qPrintable(QString::number(ofPlan))); // where there is room at their own level
    }
}

/// What is kept stands at its step, wherever the phase ends: its ground hides the line, between the two words, too.
void TestBudgetLabels::noPhaseLineRunsBesideWhatIsKept()
{
    const QRgb line = Theme::current().lineStrong.rgb();
    int between = 0;
    for (std::int64_t end = 640; end < 1400; end += 6) { // about a pixel a turn
        SampleRun run = runOf(300, end);
        run.now = 600;
        RunPlots plots;
        showWhole(plots, run);
        const QImage image = plots.grab().toImage();
        const double ratio = image.devicePixelRatio();
        std::vector<QRectF> words;
        for (const PlacedWords& label : plots.budgetLabels())
            if (!isOfPlan(label))
                words.push_back(label.place);
        QCOMPARE(words.size(), 2U); // the figure, and the mean rank
        const std::vector<PlacedMark> marks = plots.placedMarks();
        const double x = marks[0].x + (static_cast<double>(end) - 100.0) / 1800.0 * (marks[1].x - marks[0].x);
        between += x > words[0].right() && x < words[1].left() ? 1 : 0;
        for (const QRectF& place : words)
            for (const double at : {place.left() - 1.9, place.left() - 0.9, place.right() + 0.9, place.right() + 1.9})
                for (double y = place.top() + 1.0; y < place.bottom() - 1.0; y += 1.0)
                    QVERIFY2(image.pixel((QPointF(at, y) * ratio).toPoint()) != line,
                        qPrintable(QStringLiteral("T - tf %1, x %2").arg(end).arg(at)));
    }
    QVERIFY(between > 0);
}

void TestBudgetLabels::thePlotsInitLabelKeepsItsSide()
{
    RunPlots plots;
    plots.resize(428, 668);
    QRectF before;
    for (int rank = 7; rank < 40; ++rank) {
        SampleRun run;
        run.initRank = rank;
        plots.setPlan(run.plan());
        std::ignore = plots.grab();
        plots.replotNow();
        const QString words = QStringLiteral("init %1 × 154").arg(rank);
        const std::vector<PlacedWords> labels = plots.budgetLabels();
        const auto init = std::find_if(
            labels.begin(), labels.end(), [&words](const PlacedWords& label) { return label.text == words; });
        QVERIFY2(init != labels.end(), qPrintable(words));
        // The axis' figures may become wider, and the plot with them narrower.
        QVERIFY(before.isEmpty() || std::abs(init->place.top() - before.top()) < 2.0);
        QVERIFY(before.isEmpty() || std::abs(init->place.left() - before.left()) < 12.0);
        before = init->place;
    }
}

/// Above the level that it names, or not at all: far from it, it would name another.
void TestBudgetLabels::theInitLabelStandsAtItsLevel()
{
    int told = 0;
    for (std::int64_t now = 20; now <= 2000; now += 60) {
        SampleRun run = runOf(200, 1250);
        run.now = now;
        RunPlots plots;
        showWhole(plots, run);
        const std::vector<PlacedMark> marks = plots.placedMarks();
        const double end = marks[0].x + (1250.0 - 100.0) / 1800.0 * (marks[1].x - marks[0].x);
        for (const PlacedWords& label : plots.budgetLabels())
            if (label.text.startsWith(QStringLiteral("init"))) {
                QVERIFY2(label.place.right() < end, qPrintable(QString::number(now)));
                ++told;
            }
    }
    QVERIFY2(told >= 17, qPrintable(QString::number(told))); // in most of the moments
}

void TestBudgetLabels::aReachedTargetIsToldOnce()
{
    const auto tellsTarget = [](std::int64_t now) {
        SampleRun run = runOf(200, 1250);
        run.now = now;
        RunPlots plots;
        showWhole(plots, run);
        const std::vector<PlacedWords> labels = plots.budgetLabels();
        return std::ranges::any_of(
            labels, [](const PlacedWords& label) { return label.text.startsWith(QStringLiteral("target")); });
    };
    QVERIFY(tellsTarget(1000));
    QVERIFY(!tellsTarget(2000)); // what is kept stands there, with the mean rank
}

/// Beside the last step the mean rank is left out where the line of a shown step or of a phase would end at it.
void TestBudgetLabels::theEndsWordsStopNoLine()
{
    SampleRun run = runOf(200, 1250);
    run.now = run.totalSteps;
    RunPlots plots;
    showWhole(plots, run);
    const std::vector<PlacedMark> marks = plots.placedMarks();
    QCOMPARE(marks.size(), 2U);
    const double perStep = (marks[1].x - marks[0].x) / 1800.0;
    int left = 0;
    for (std::int64_t shown = 1000; shown < 1900; shown += 10) {
        plots.setShownStep(shown);
        const double x = marks[0].x + static_cast<double>(shown - 100) * perStep;
        const std::vector<PlacedWords> labels = plots.budgetLabels();
        const bool tellsMean = std::ranges::any_of(
            labels, [](const PlacedWords& label) { return label.text.startsWith(QStringLiteral("mean rank")); });
        for (const PlacedWords& label : labels)
            if (tellsMean && !isOfPlan(label) && !label.text.endsWith(QStringLiteral("kept")))
                QVERIFY2(x < label.place.left() - 3.0 || x > label.place.right() + 3.0, qPrintable(label.text));
        left += tellsMean ? 0 : 1;
    }
    QVERIFY2(left > 10 && left < 60, qPrintable(QString::number(left)));
}

/// The line of the last step stops at the plot's title and at the phase's name, and has no ground between the two.
void TestBudgetLabels::noStubIsLeftAboveThePhases()
{
    SampleRun run = runOf(600, 1250);
    run.now = 100; // behind "warm-up"
    RunPlots plots;
    showWhole(plots, run);
    const std::vector<PlacedMark> marks = plots.placedMarks();
    QVERIFY(!marks.empty() && marks[0].step == 100);
    const std::vector<QRectF> words = plots.words();
    const auto phases = std::ranges::find_if(words, [&words](const QRectF& place) { // right below a title
        return place.height() == 14.0 && std::ranges::any_of(words, [&place](const QRectF& title) {
            return title.height() == 14.0 && title.left() == place.left() && place.top() - title.top() == 18.0;
        });
    });
    QVERIFY(phases != words.end());
    const QImage image = plots.grab().toImage();
    const double ratio = image.devicePixelRatio();
    for (double y = phases->top() - 3.0; y < phases->top(); y += 1.0)
        for (double x = marks[0].x - 2.0; x <= marks[0].x + 2.0; x += 1.0)
            QCOMPARE(image.pixel((QPointF(x, y) * ratio).toPoint()), Theme::current().panel.rgb());
}

QTEST_MAIN(TestBudgetLabels)
#include "tst_budgetlabels.moc"

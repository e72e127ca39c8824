// SPDX-License-Identifier: GPL-3.0-or-later
// The rank-bound lab: its numbers, its curve, the run's ranks beside them, and its trial on the page.
#include "tests/ui/StudioBench.h"
#include "tests/visualization/Ink.h"
#include "training/config/RankBound.h"
#include "ui/ConfigForm.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/RankBoundLesson.h"
#include "ui/RankBoundPanel.h"
#include "ui/RankTrial.h"
#include "ui/RunModel.h"
#include "ui/SetupPage.h"
#include "ui/TrialCourses.h"
#include "visualization/BoundCurve.h"
#include "visualization/Fonts.h"
#include "visualization/LossCourses.h"
#include "visualization/StartsPlot.h"

#include <QFontMetrics>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace spectune;
using spectune::test::patience;

class TestRankBound : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void numbersFollowTheSliders_data();
    void numbersFollowTheSliders();
    void curveHoldsThePoint_data();
    void curveHoldsThePoint();
    void theCurveIsAStaircase_data();
    void theCurveIsAStaircase();
    void theAxisIsNamedAfterTheRanks();
    void theRunsRanksStandBeside();
    void aRunsTotalBudgetIsItsTarget();
    void theTrialRunsOnThePage();
    void coursesNeedRoom();
    void aTotalBudgetIsWhatTheBoundIsHeldAgainst();

private:
    [[nodiscard]] RankBoundLesson& lesson() { return window().learn().page().bound(); }
    void showLesson()
    {
        window().showWorkspace(Workspace::Learn);
        window().learn().page().showLesson(LearnPage::Lesson::Bound);
    }
    /// The run that is set up, to its end, and the lesson beside it.
    void runAndShow()
    {
        QVERIFY(window().startRun());
        QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
        showLesson();
    }
};

void TestRankBound::numbersFollowTheSliders_data()
{
    QTest::addColumn<int>("outputs");
    QTest::addColumn<int>("samples");
    QTest::addColumn<int>("rank");
    QTest::addColumn<QString>("detail"); // of the headline
    QTest::addRow("as it opens") << 1 << 32 << 8 << "K·N = 32, so r ≥ 8";
    QTest::addRow("double") << 1 << 64 << 11 << "K·N = 64, so r ≥ 11";
    QTest::addRow("one") << 1 << 1 << 2 << "K·N = 1, so r ≥ 2";
    QTest::addRow("classes") << 10 << 100 << 45 << "K·N = 1,000, so r ≥ 45";
    QTest::addRow("most") << RankBoundLesson::mostOutputs << RankBoundLesson::mostSamples << 44'721
                          << "K·N = 1,000,000,000, so r ≥ 44,721";
}

void TestRankBound::numbersFollowTheSliders()
{
    QFETCH(int, outputs);
    QFETCH(int, samples);
    QFETCH(int, rank);
    QFETCH(QString, detail);
    QVERIFY(m_bench->open());
    QCOMPARE(lesson().product(), 32);
    lesson().setOutputs(outputs);
    lesson().setSamples(samples);
    QCOMPARE(lesson().product(), std::int64_t {outputs} * samples);
    QCOMPARE(lesson().bound(), rank);
    QCOMPARE(lesson().bound(), rankWithoutSpuriousMinima(outputs, samples));
    QVERIFY2(lesson().headline().contains(detail), qPrintable(lesson().headline()));
}

void TestRankBound::curveHoldsThePoint_data()
{
    QTest::addColumn<int>("samples");
    for (const int samples : {1, 7, 32, 999, 1'000, 4'321, 1'000'000})
        QTest::addRow("%d", samples) << samples;
}

void TestRankBound::curveHoldsThePoint()
{
    QFETCH(int, samples);
    QVERIFY(m_bench->open());
    lesson().setSamples(samples);
    const BoundCurve& curve = lesson().curve();
    QCOMPARE(curve.point(), QPointF(samples, static_cast<double>(lesson().bound())));
    const std::vector<QPointF>& points = curve.curve();
    QVERIFY(points.front().x() <= samples && points.back().x() >= samples);
    for (std::size_t i = 1; i < points.size(); ++i)
        QVERIFY(points[i].x() > points[i - 1].x() && points[i].y() >= points[i - 1].y());
    const auto next = std::lower_bound(points.begin(), points.end(), static_cast<double>(samples),
        [](const QPointF& point, double x) { return point.x() < x; });
    QVERIFY(next != points.end() && next->y() >= curve.point().y());
    QVERIFY(next == points.begin() || (next - 1)->y() <= curve.point().y());
    // The level that holds the point is the exact bound, and begins where r(r − 1)/2 is reached.
    const auto above = std::upper_bound(points.begin(), points.end(), static_cast<double>(samples),
        [](double x, const QPointF& point) { return x < point.x(); });
    QVERIFY(above != points.begin());
    QCOMPARE((above - 1)->y(), curve.point().y());
    for (std::size_t i = 0; i + 1 < points.size(); ++i)
        QCOMPARE(points[i].x(), points[i].y() * (points[i].y() - 1.0) / 2.0);
    QVERIFY(curve.xOf(1.0) < curve.xOf(1'000.0) && curve.yOf(1.0) > curve.yOf(points.back().y()));
}

void TestRankBound::theCurveIsAStaircase_data()
{
    QTest::addColumn<std::vector<QPointF>>("points");
    QTest::addRow("a few ranks") << std::vector<QPointF> {{1, 2}, {3, 3}, {6, 4}, {10, 4}};
    std::vector<QPointF> many;
    for (int rank = 2; rank <= 40'000; ++rank)
        many.emplace_back(0.5 * rank * (rank - 1.0), rank);
    QTest::addRow("more than pixels") << many;
}

void TestRankBound::theCurveIsAStaircase()
{
    QFETCH(std::vector<QPointF>, points);
    BoundCurve curve;
    curve.resize(500, 220);
    curve.setCurve(points, "x", "y");
    const QPolygonF line = curve.staircase();
    QCOMPARE(line.front(), QPointF(curve.xOf(points.front().x()), curve.yOf(points.front().y())));
    QCOMPARE(line.back(), QPointF(curve.xOf(points.back().x()), curve.yOf(points.back().y())));
    for (qsizetype i = 1; i < line.size(); ++i) {
        const QPointF step = line[i] - line[i - 1];
        QVERIFY(i % 2 == 1 ? step.y() == 0.0 && step.x() > 0.0 : step.x() == 0.0 && step.y() <= 0.0);
    }
    QVERIFY2(line.size() <= 4 * curve.width() + 3, qPrintable(QString::number(line.size())));
    QCOMPARE(line[1], QPointF(curve.xOf(points[1].x()), curve.yOf(points[0].y()))); // the first level's end
    QVERIFY(test::hasInk(curve.grab().toImage(), (line[0] + line[1]) / 2.0, 4.0));
}

void TestRankBound::theAxisIsNamedAfterTheRanks()
{
    const auto namedBy = [](const QString& note) {
        BoundCurve curve;
        curve.resize(500, 220);
        curve.setCurve({{1, 2}, {3, 3}, {10, 4}}, "x", "Rank", note);
        return curve.grab().toImage();
    };
    const double name = tabularWidth(Fonts::captionBold(), "Rank");
    const QRectF behind(44.0 + name + 3.0, 0.0, 80.0, 16.0); // what kind of axis it is stands behind its name
    QVERIFY(test::hasInk(namedBy("log axis"), behind));
    QVERIFY(!test::hasInk(namedBy({}), behind));
}

void TestRankBound::theRunsRanksStandBeside()
{
    QVERIFY(m_bench->open());
    QVERIFY(lesson().comparison().isEmpty());
    QVERIFY(lesson().curve().levels().empty());
    runAndShow();
    // Ranks 8 and 3: 8 · 9 / 2 = 36 and 3 · 4 / 2 = 6 must be above K·N.
    QVERIFY2(
        lesson().comparison().contains("rank 8 is beyond the bound up to K·N = 35"), qPrintable(lesson().comparison()));
    QVERIFY(lesson().comparison().contains("rank 3 is beyond the bound up to K·N = 5"));
    QCOMPARE(lesson().curve().levels().size(), std::size_t {2});
    QCOMPARE(lesson().curve().levels().front().value, 8.0);
}

void TestRankBound::aRunsTotalBudgetIsItsTarget()
{
    QVERIFY(m_bench->open());
    QCOMPARE(window().form().facts().matrices, 42);
    window().form().setValue("adalora.total_budget", FieldValue {std::int64_t {300}});
    runAndShow();
    // 300 / 42 = 7.14, and 7 · 8 / 2 = 28 must be above K·N; the target rank 3 is overruled.
    const QString text = lesson().comparison();
    QVERIFY2(text.contains("target rank 7.14 is beyond the bound up to K·N = 27"), qPrintable(text));
    QVERIFY2(!text.contains("target rank 3 "), qPrintable(text));
    QCOMPARE(lesson().curve().levels().size(), std::size_t {2});
    QCOMPARE(lesson().curve().levels().back().value, 300.0 / 42.0);
    QCOMPARE(lesson().curve().levels().back().text, QString("target rank 7.14"));
}

void TestRankBound::theTrialRunsOnThePage()
{
    QVERIFY(m_bench->open());
    showLesson();
    lesson().setSamples(65);
    QVERIFY(!lesson().trainButton().isEnabled()); // more than a page's trial takes
    lesson().setSamples(16);
    QVERIFY(lesson().trainButton().isEnabled());
    const QImage train = lesson().trainButton().icon().pixmap(12).toImage();
    lesson().trainButton().click();
    QCOMPARE(lesson().trainButton().text(), QString("Stop"));
    QVERIFY(lesson().trainButton().icon().pixmap(12).toImage() != train);
    const int all = RankTrial::ranks * RankTrial::starts;
    QTRY_COMPARE_WITH_TIMEOUT(lesson().starts().count(), all, patience);
    QTRY_COMPARE_WITH_TIMEOUT(lesson().trainButton().text(), QString("Train again"), patience);
    QVERIFY(lesson().trainButton().icon().pixmap(12).toImage() == train);
    QVERIFY2(lesson().outcome().contains("the bound asks for 6"), qPrintable(lesson().outcome()));
    for (const QString& line : lesson().outcome().split('\n')) { // two sentences, each in a line of its own
        const auto labels = lesson().findChildren<QLabel*>();
        const auto label = std::ranges::find(labels, lesson().outcome(), &QLabel::text);
        QVERIFY(label != labels.end());
        QTRY_VERIFY2(QFontMetrics((*label)->font()).horizontalAdvance(line) <= (*label)->width(), qPrintable(line));
        QVERIFY(line.endsWith('.') && !line.contains('('));
    }
    // Another problem: what was shown is not its result.
    lesson().setSamples(24);
    QCOMPARE(lesson().starts().count(), 0);
    QVERIFY(lesson().outcome().isEmpty());
    lesson().trainButton().click();
    QTRY_VERIFY_WITH_TIMEOUT(lesson().starts().count() > 0, patience);
    window().showWorkspace(Workspace::Live); // nobody looks
    QVERIFY(lesson().trainButton().text() != "Stop");
    const int then = lesson().starts().count();
    QCoreApplication::processEvents();
    QCOMPARE(lesson().starts().count(), then);
}

void TestRankBound::coursesNeedRoom()
{
    m_bench->size = {1920, 1080};
    QVERIFY(m_bench->open());
    showLesson();
    lesson().setSamples(3);
    QVERIFY(!lesson().courses().isVisible()); // nothing has trained
    lesson().trainButton().click();
    QTRY_VERIFY_WITH_TIMEOUT(!lesson().outcome().isEmpty(), patience);
    QTRY_VERIFY(lesson().courses().isVisible());
    QCOMPARE(lesson().courses().plot(1).rank(), static_cast<int>(lesson().bound()));
    QCOMPARE(lesson().courses().plot(0).valueCount(), RankTrial::starts);
    QTRY_VERIFY(lesson().starts().height() > lesson().courses().height()); // what it is about keeps most of the column
    window().resize(1280, 800);
    QTRY_VERIFY(!lesson().courses().isVisible());
}

void TestRankBound::aTotalBudgetIsWhatTheBoundIsHeldAgainst()
{
    QVERIFY(m_bench->open());
    ConfigForm& form = window().form();
    QCOMPARE(form.facts().matrices, 42);
    const auto* panel = window().setup().findChild<RankBoundPanel*>();
    panel->findChild<QLineEdit*>()->setText("1"); // its samples are text
    form.setValue("adalora.target_rank", FieldValue {std::int64_t {6}});
    QVERIFY2(panel->comparison().contains("target 6 are below"), qPrintable(panel->comparison()));
    form.setValue("adalora.total_budget", FieldValue {std::int64_t {300}});
    QVERIFY2(panel->comparison().contains("target 7.14 are below"), qPrintable(panel->comparison()));
    DataPreview few;
    few.samples = 27; // 7 · 8 / 2 = 28: the bound lies between the two
    form.setPreview(few, false);
    QCOMPARE(panel->bound(), QString("r ≥ 7"));
    QVERIFY2(panel->comparison().contains("target 7.14 are above"), qPrintable(panel->comparison()));
    form.setValue("adalora.total_budget", FieldValue {});
    QVERIFY2(panel->comparison().contains("target 6 below"), qPrintable(panel->comparison()));
}

QTEST_MAIN(TestRankBound)
#include "tst_rankbound.moc"

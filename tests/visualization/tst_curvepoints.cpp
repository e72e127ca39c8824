// SPDX-License-Identifier: GPL-3.0-or-later
// The corners that a curve is drawn with: out of sight at the edges, apart where there is a gap, two a column at most.
#include "visualization/ColumnBands.h"
#include "visualization/CurvePoints.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace spectune;

class TestCurvePoints : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fewValuesLeadOutOfSight();
    void atTheEndsThereIsNothingBehind();
    void manyValuesCostTheirColumns();
    void aColumnIsEnteredAtItsNearerEnd();
    void gapsAreReal_data();
    void gapsAreReal();
    void missingStepsAreNoGap();
    void aCurveIsABandAColumn();
    void pixelsAskForNoMoreShapes_data();
    void pixelsAskForNoMoreShapes();
};

namespace {

/// Steps 1 to @p count of value 2, 3, 2, 3 …
CurveSeries zigzag(int count)
{
    CurveSeries series;
    for (int step = 1; step <= count; ++step)
        series.append(step, step % 2 == 0 ? 3.0 : 2.0);
    return series;
}

int gapsOf(const CurvePoints& points)
{
    return static_cast<int>(
        std::count_if(points.y.begin(), points.y.end(), [](double value) { return std::isnan(value); }));
}

} // namespace

void TestCurvePoints::fewValuesLeadOutOfSight()
{
    const CurveSeries series = zigzag(1000);
    for (const ColumnDetail detail : {ColumnDetail::Extremes, ColumnDetail::Last}) {
        const CurvePoints points = curvePoints(series, 400.25, 410.75, 300, detail, 10.0);
        QCOMPARE(points.x.size(), 12);
        QCOMPARE(points.x.first(), 400.0); // before the first that is in sight
        QCOMPARE(points.x.last(), 411.0);
        QCOMPARE(points.y.first(), 30.0);
        QCOMPARE(points.y.last(), 20.0);
    }
    const CurvePoints between = curvePoints(series, 400.25, 400.75, 300, ColumnDetail::Extremes);
    QCOMPARE(between.x, (QVector<double> {400.0, 401.0})); // no value is in sight, and yet the line crosses
}

void TestCurvePoints::atTheEndsThereIsNothingBehind()
{
    const CurveSeries series = zigzag(20);
    const CurvePoints whole = curvePoints(series, 0.0, 2000.0, 300, ColumnDetail::Extremes);
    QCOMPARE(whole.x.size(), 20); // each by itself, though a column is as wide as seven steps
    QCOMPARE(whole.x.first(), 1.0);
    QCOMPARE(whole.x.last(), 20.0);
    QVERIFY(curvePoints(CurveSeries(), 0.0, 10.0, 300, ColumnDetail::Last).x.isEmpty());
}

void TestCurvePoints::manyValuesCostTheirColumns()
{
    const CurveSeries series = zigzag(100000);
    const CurvePoints extremes = curvePoints(series, 20000.0, 80000.0, 300, ColumnDetail::Extremes);
    QCOMPARE(extremes.x.size(), 2 * 302);
    QVERIFY(extremes.x.first() < 20000.0 && extremes.x.last() > 80000.0);
    QVERIFY(std::is_sorted(extremes.x.begin(), extremes.x.end()));
    QCOMPARE(gapsOf(extremes), 0);
    QCOMPARE(curvePoints(series, 20000.0, 80000.0, 300, ColumnDetail::Last).x.size(), 302);
}

void TestCurvePoints::aColumnIsEnteredAtItsNearerEnd()
{
    CurveSeries series; // a noisy fall
    for (int step = 0; step < 10000; ++step)
        series.append(step, 100.0 - step * 0.01 + (step % 2 == 0 ? 0.05 : 0.0));
    const CurvePoints points = curvePoints(series, 0.0, 10000.0, 100, ColumnDetail::Extremes);
    for (qsizetype i = 2; i + 1 < points.y.size(); i += 2) {
        const double entered = std::abs(points.y[i] - points.y[i - 1]);
        QVERIFY(entered <= std::abs(points.y[i + 1] - points.y[i - 1]));
    }
}

void TestCurvePoints::gapsAreReal_data()
{
    QTest::addColumn<int>("steps"); // of the axis, from 0 on
    QTest::addColumn<double>("value"); // of the fifth and sixth tenth
    QTest::newRow("each value drawn") << 1000 << std::nan("");
    QTest::newRow("two a column") << 10000 << std::nan("");
    QTest::newRow("infinite") << 10000 << std::numeric_limits<double>::infinity();
}

void TestCurvePoints::gapsAreReal()
{
    QFETCH(int, steps);
    QFETCH(double, value);
    CurveSeries series;
    const int from = steps * 4 / 10;
    const int to = steps * 6 / 10;
    for (int step = 0; step < steps; ++step)
        series.append(step, step >= from && step < to ? value : 1.0);
    const CurvePoints points = curvePoints(series, 0.0, steps, 1000, ColumnDetail::Extremes);
    QVERIFY(gapsOf(points) >= 1);
    for (qsizetype i = 1; i < points.x.size(); ++i) // no line leads over the gap
        QVERIFY(points.x[i] - points.x[i - 1] < steps * 0.1 || std::isnan(points.y[i]) || std::isnan(points.y[i - 1]));
    QVERIFY(std::none_of(points.y.begin(), points.y.end(), [](double y) { return std::isinf(y); }));
}

void TestCurvePoints::missingStepsAreNoGap()
{
    CurveSeries series; // as metrics that were thinned, or a run resumed without its past
    for (int step = 0; step < 10000; ++step)
        if (step < 4000 || step >= 6000)
            series.append(step, 1.0);
    QCOMPARE(gapsOf(curvePoints(series, 0.0, 10000.0, 1000, ColumnDetail::Extremes)), 0);
}

void TestCurvePoints::aCurveIsABandAColumn()
{
    const double nan = std::nan("");
    const std::vector<QPointF> line {{-1e9, 5.0}, {0.5, 10.0}, {0.5, 30.0}, {2.5, 10.0}, {3.5, nan}, {5.5, 7.0}};
    const std::vector<ColumnBand> bands = columnBands(line, 0, 100);
    std::vector<int> columns;
    for (const ColumnBand& band : bands)
        columns.push_back(band.column);
    QCOMPARE(columns, (std::vector<int> {0, 1, 2, 5})); // column 3 is a gap
    QCOMPARE(bands[0].bottom, 30.0);
    QVERIFY(bands[0].top <= 10.0);
    QCOMPARE(bands[1].top, 15.0); // as far as the line falls inside the column
    QCOMPARE(bands[1].bottom, 25.0);
    QCOMPARE(bands[2].top, 10.0);
    QCOMPARE(bands[3].top, bands[3].bottom);
    QVERIFY(columnBands({}, 0, 10).empty());
}

void TestCurvePoints::pixelsAskForNoMoreShapes_data()
{
    QTest::addColumn<double>("ratio");
    for (const double ratio : {1.0, 1.5, 2.0})
        QTest::addRow("%g", ratio) << ratio;
}

/// What is handed to the painter hangs on the width alone, whatever the points and the screen's pixels.
void TestCurvePoints::pixelsAskForNoMoreShapes()
{
    QFETCH(double, ratio);
    constexpr int width = 900;
    QTransform device = QTransform::fromScale(ratio, ratio);
    device.translate(0.5, 0.5); // as QCustomPlot does for smooth edges
    for (const int points : {2 * width, 100'000}) {
        std::vector<QPointF> line;
        for (int i = 0; i < points; ++i)
            line.emplace_back(
                width * (i + 0.5) / points, 100.0 + (i % 2 == 0 ? 60.0 : -60.0) - 9.0 * std::sin(i * 0.7));
        const std::vector<ColumnBand> bands = columnBands(line, 0, width);
        QCOMPARE(bands.size(), std::size_t {width});
        const std::vector<QRectF> rects = bandRects(bands, 0.5, device);
        QVERIFY2(rects.size() <= 2 * width + width / 32 + 1, qPrintable(QString::number(rects.size())));
        double wanted = 0.0;
        double painted = 0.0;
        for (const ColumnBand& band : bands)
            wanted += band.bottom - band.top + 1.0;
        std::size_t shared = 0;
        for (const QRectF& rect : rects) {
            painted += rect.width() * rect.height();
            const QRectF pixels = device.mapRect(rect);
            QVERIFY(std::abs(pixels.left() - std::round(pixels.left())) < 1e-6); // neighbours neither overlap nor part
            shared += rect.width() > 2.0 ? 1 : 0;
        }
        QVERIFY2(std::abs(painted / wanted - 1.0) < 0.01, qPrintable(QString::number(painted / wanted)));
        QCOMPARE(shared, std::size_t {(width + 31) / 32});
    }
}

QTEST_GUILESS_MAIN(TestCurvePoints)
#include "tst_curvepoints.moc"

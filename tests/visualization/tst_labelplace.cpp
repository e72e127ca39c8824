// SPDX-License-Identifier: GPL-3.0-or-later
// Labels beside a curve stand where the curve is not, and inside their plot.
#include "visualization/LabelPlace.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <cmath>

using namespace spectune;

namespace {

const QRectF room(0.0, 0.0, 400.0, 100.0);

/// b(t) on screen: level at 10, falling between x = 50 and 250, level at 80.
double falling(double x)
{
    const double left = std::clamp((250.0 - x) / 200.0, 0.0, 1.0);
    return 80.0 - 70.0 * left * left * left;
}

} // namespace

class TestLabelPlace : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aBandHoldsTheCurve()
    {
        const CurveBand band = bandOf(100.0, 151.0, falling);
        QVERIFY(std::abs(band.top - falling(100.0)) < 1e-9);
        QVERIFY(std::abs(band.bottom - falling(151.0)) < 1e-9);
        QVERIFY(bandOf(0.0, 50.0, [](double) { return std::nan(""); }).isEmpty());
    }

    void labelsClearTheCurve_data()
    {
        QTest::addColumn<QRectF>("wanted");
        QTest::addColumn<double>("top"); // NaN: only clear of the curve
        QTest::newRow("free already") << QRectF(300.0, 40.0, 80.0, 14.0) << 40.0;
        QTest::newRow("on the level part: nearer above") << QRectF(300.0, 70.0, 80.0, 14.0) << 80.0 - 3.0 - 14.0;
        QTest::newRow("on the level part: nearer below") << QRectF(300.0, 78.0, 80.0, 14.0) << 83.0;
        QTest::newRow("no room above") << QRectF(5.0, 3.0, 40.0, 14.0) << 13.0;
        QTest::newRow("on the steep part") << QRectF(80.0, 40.0, 60.0, 14.0) << std::nan("");
        QTest::newRow("left of a point, where the curve is higher") << QRectF(60.0, 50.0, 90.0, 14.0) << std::nan("");
    }

    void labelsClearTheCurve()
    {
        QFETCH(QRectF, wanted);
        QFETCH(double, top);
        const CurveBand band = bandOf(wanted.left(), wanted.right(), falling);
        const double found = clearOfCurve(wanted, band, room);
        if (std::isfinite(top))
            QVERIFY2(std::abs(found - top) < 1e-6, qPrintable(QString::number(found)));
        for (double x = wanted.left(); x <= wanted.right(); x += 0.5)
            QVERIFY(falling(x) < found - 1.0 || falling(x) > found + wanted.height() + 1.0);
        QVERIFY(found >= room.top() && found + wanted.height() <= room.bottom());
    }

    void labelsStandAside()
    {
        const std::array taken {QRectF(310.0, 60.0, 60.0, 14.0)};
        const QRectF wanted(300.0, 64.0, 80.0, 14.0);
        const double found = clearOfCurve(wanted, bandOf(300.0, 380.0, falling), room, taken);
        QVERIFY(!QRectF(300.0, found, 80.0, 14.0).intersects(taken.front()));
        QVERIFY(found + 14.0 < 80.0 || found > 80.0);
    }

    void withoutRoomALabelStaysInside()
    {
        CurveBand whole;
        whole.include(0.0);
        whole.include(100.0);
        QCOMPARE(clearOfCurve({0.0, 95.0, 50.0, 14.0}, whole, room), 86.0);
        QCOMPARE(clearOfCurve({0.0, -20.0, 50.0, 14.0}, CurveBand {}, room), 0.0);
    }
};

QTEST_GUILESS_MAIN(TestLabelPlace)
#include "tst_labelplace.moc"

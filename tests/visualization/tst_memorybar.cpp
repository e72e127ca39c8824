// SPDX-License-Identifier: GPL-3.0-or-later
// The memory bar's places, as data.
#include "visualization/MemoryBar.h"
#include "visualization/Theme.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace spectune;

namespace {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

std::vector<MemoryPart> parts()
{
    return {{MemoryColor::Weights, QStringLiteral("Weights"), 2.0 * gibibyte},
        {MemoryColor::Activations, QStringLiteral("Activations"), 5.0 * gibibyte},
        {MemoryColor::Moments, QStringLiteral("Moments"), 0.001 * gibibyte},
        {MemoryColor::Workspace, QStringLiteral("Workspace"), 0.0}};
}

} // namespace

class TestMemoryBar : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void partsStandEndToEnd()
    {
        const MemoryBarLayout layout = MemoryBarLayout::compute(300.0, parts(), 12.0 * gibibyte, 11.0 * gibibyte);
        QCOMPARE(layout.segments.size(), 4U);
        QCOMPARE(layout.segments[0].left(), 0.0);
        for (std::size_t i = 1; i < 4; ++i)
            QCOMPARE(layout.segments[i].left(), layout.segments[i - 1].right());
        QVERIFY(std::abs(layout.segments[1].width() / layout.segments[0].width() - 2.5) < 1e-9);
        QVERIFY(layout.segments[2].width() >= 1.5); // what there is can be seen
        QCOMPARE(layout.segments[3].width(), 0.0);
        QVERIFY(*layout.totalX < 300.0 && *layout.freeX<*layout.totalX&& * layout.freeX> layout.segments[2].right());
        QVERIFY(layout.ticks.size() >= 3 && layout.ticks.back() <= layout.end);
    }

    void moreThanThereIsStaysInside()
    {
        const MemoryBarLayout layout = MemoryBarLayout::compute(300.0, parts(), 4.0 * gibibyte, 3.0 * gibibyte);
        QVERIFY(layout.segments[1].right() <= 300.0);
        QVERIFY(*layout.totalX < layout.segments[1].right());
    }

    void aSmallNeedHasAnAxisOfItsOwn()
    {
        const MemoryBarLayout layout = MemoryBarLayout::compute(300.0, parts(), 400.0 * gibibyte, 390.0 * gibibyte);
        QVERIFY(!layout.totalX && !layout.freeX);
        QVERIFY(layout.segments[1].right() > 200.0);
    }

    void nothingIsKnown()
    {
        const MemoryBarLayout layout = MemoryBarLayout::compute(300.0, {}, 0.0, 0.0);
        QVERIFY(layout.segments.empty() && !layout.totalX && std::isfinite(layout.end));
        MemoryBar bar;
        bar.resize(200, 48);
        QVERIFY(!bar.grab().isNull());
        bar.setMemory(parts(), 0.0, 0.0);
        QVERIFY(!bar.grab().isNull());
        QVERIFY(bar.accessibleDescription().contains(QStringLiteral("Activations 5.0 GiB")));
    }

    void namesWithQuotesStayOneCell()
    {
        MemoryBar bar; // a translated name may have them
        bar.setMemory({{MemoryColor::Weights, QStringLiteral("\"base\" weights, frozen"), 2048.0}}, 0.0, 0.0);
        QCOMPARE(bar.toCsv(), QStringLiteral("part,bytes\n\"\"\"base\"\" weights, frozen\",2048\n"));
    }

    void theAxisTellsItsUnit_data()
    {
        QTest::addColumn<double>("need"); // GiB
        QTest::addColumn<double>("total");
        QTest::addColumn<QString>("unit");
        QTest::newRow("a device's gigabytes") << 7.0 << 12.0 << QStringLiteral("GiB");
        QTest::newRow("no device") << 7.0 << 0.0 << QStringLiteral("GiB");
        QTest::newRow("a small need on a large device") << 0.2 << 400.0 << QStringLiteral("MiB");
        QTest::newRow("nothing") << 0.0 << 0.0 << QStringLiteral("MiB");
    }

    void theAxisTellsItsUnit()
    {
        QFETCH(double, need);
        QFETCH(double, total);
        QFETCH(QString, unit);
        for (const int width : {180, 240, 400}) {
            MemoryBar bar;
            bar.resize(width, 48);
            bar.setMemory({{MemoryColor::Weights, QStringLiteral("Weights"), need * gibibyte}}, total * gibibyte,
                total * gibibyte / 2.0);
            const std::vector<MemoryAxisLabel> labels = bar.axisLabels();
            QVERIFY(!labels.empty());
            int units = 0;
            double free = 0.0;
            for (const MemoryAxisLabel& label : labels) {
                units += label.text.endsWith(unit) ? 1 : 0;
                QVERIFY2(label.left >= free, qPrintable(label.text)); // none over another
                free = label.left + label.width;
            }
            QCOMPARE(units, 1);
            QVERIFY(labels.back().text.endsWith(unit) && free <= width + 1e-6);
        }
    }

    void theTotalsMarkEndsAboveItsFigure()
    {
        MemoryBar bar;
        bar.resize(252, 48);
        bar.setMemory(parts(), 12.0 * gibibyte, 11.0 * gibibyte);
        const QImage image = bar.grab().toImage();
        const double x = *bar.barLayout().totalX;
        const auto isMark = [&](double y) {
            const QColor at = image.pixelColor((QPointF(x, y) * image.devicePixelRatio()).toPoint());
            return at == Theme::current().text;
        };
        const QRectF place = bar.barLayout().bar;
        QVERIFY(isMark(place.center().y()));
        for (double y = place.bottom() + 1.0; y < place.bottom() + 5.0; y += 1.0)
            QVERIFY2(!isMark(y), qPrintable(QString::number(y)));
    }

    void partsTellThemselvesApart()
    {
        for (const bool dark : {false, true}) {
            Theme::setCurrent(dark);
            std::set<QRgb> colors;
            for (int part = 0; part <= static_cast<int>(MemoryColor::Workspace); ++part)
                colors.insert(memoryColor(static_cast<MemoryColor>(part)).rgb());
            QCOMPARE(colors.size(), 8U);
        }
    }

    void sizesAreWrittenInTheirUnit_data()
    {
        QTest::addColumn<double>("bytes");
        QTest::addColumn<QString>("words");
        QTest::newRow("gigabytes") << 8.876 * gibibyte << QStringLiteral("8.9 GiB");
        QTest::newRow("whole ones") << 11.0 * gibibyte << QStringLiteral("11.0 GiB");
        QTest::newRow("the first one") << gibibyte << QStringLiteral("1.0 GiB");
        QTest::newRow("megabytes") << gibibyte / 16.0 << QStringLiteral("64.0 MiB");
        QTest::newRow("nothing") << 0.0 << QStringLiteral("0.0 MiB");
    }

    void sizesAreWrittenInTheirUnit()
    {
        QFETCH(double, bytes);
        QFETCH(QString, words);
        QCOMPARE(formatMemory(bytes), words);
    }
};

QTEST_MAIN(TestMemoryBar)
#include "tst_memorybar.moc"

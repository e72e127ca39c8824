// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid of many layers, looked at from nearer: whole layers alone, labels and sums beside their own cells, and
// the chosen cell in view.
#include "tests/visualization/GridStates.h"
#include "tests/visualization/Ink.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridPainter.h"

#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

RankGridRequest request(int layers, int kinds, QSize size, bool transposed, double ratio = 1.0)
{
    return {.size = size,
        .layers = layers,
        .kinds = kinds,
        .attentionKinds = kinds / 2,
        .devicePixelRatio = ratio,
        .transposed = transposed};
}

void wheel(QWidget& widget, QPointF at, int notches, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    QWheelEvent event(
        at, widget.mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&widget, &event);
}

/// From where to where, along the layers.
std::pair<double, double> along(const RankGridGeometry& g, const QRectF& rect)
{
    return g.request.transposed ? std::pair(rect.left(), rect.right()) : std::pair(rect.top(), rect.bottom());
}

double middleOf(const RankGridGeometry& g, const QRectF& rect)
{
    const auto [from, to] = along(g, rect);
    return (from + to) / 2.0;
}

bool isWhole(const RankGridGeometry& g, const QRectF& cell)
{
    return g.cells().adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(cell);
}

/// "" or what is wrong with the layers of @p g: cut ones, labels and sums that stand elsewhere than their cells.
QString faultOf(const RankGridGeometry& g)
{
    const auto [start, end] = along(g, g.cells());
    int whole = 0;
    for (int layer = 0; layer < g.request.layers; ++layer) {
        const QRectF cell = g.cell(layer, 0);
        const auto [from, to] = along(g, cell);
        if (to <= start + 1e-6 || from >= end - 1e-6)
            continue;
        if (!isWhole(g, cell))
            return QStringLiteral("layer %1 is cut").arg(layer);
        ++whole;
        const double middle = (from + to) / 2.0;
        if (std::abs(middleOf(g, g.layerBar(layer)) - middle) > 0.51
            || std::abs(middleOf(g, g.layerSum(layer)) - middle) > 0.51)
            return QStringLiteral("the sum of layer %1 stands elsewhere").arg(layer);
        if (g.hasLabel(layer, {}) && std::abs(middleOf(g, g.rowLabel(layer)) - middle) > 0.51)
            return QStringLiteral("the label of layer %1 stands elsewhere").arg(layer);
    }
    if (std::abs(whole * g.layerPitch() - (end - start)) > 1e-6)
        return QStringLiteral("%1 layers of %2 px in %3 px").arg(whole).arg(g.layerPitch()).arg(end - start);
    for (int kind = 0; kind < g.request.kinds; ++kind) {
        const QRectF cell = g.cell(static_cast<int>(g.request.firstLayer), kind);
        for (const QRectF& sum : {g.kindBar(0, kind), g.kindSum(0, kind)}) {
            const QPointF off = sum.center() - cell.center();
            if (std::abs(g.request.transposed ? off.y() : off.x()) > 0.51)
                return QStringLiteral("the sum of matrix %1 stands elsewhere").arg(kind);
        }
    }
    return {};
}

} // namespace

class TestGridZoom : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void layersAreWholeInEveryZoom_data();
    void layersAreWholeInEveryZoom();
    void matricesAcrossUseTheHeight();
    void lowGridsKeepTheirSums();
    void fractionsOfALayerAddUp();
    void nearIsNeverTooNear();
    void aZoomThatEndsByItselfIsTold();
    void theChosenCellComesIntoView_data();
    void theChosenCellComesIntoView();
    void theFirstArrowStartsInView();
    void sumsStandBesideTheirLabels();
    void meansAndTotalsAreToldApart();
    void theScrollMarkStandsClear();
};

void TestGridZoom::layersAreWholeInEveryZoom_data()
{
    QTest::addColumn<int>("layers");
    QTest::addColumn<int>("kinds");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("transposed");
    QTest::addColumn<double>("ratio");
    for (const int layers : {80, 126})
        for (const int kinds : {7, 16})
            for (const QSize size : {QSize(404, 560), QSize(470, 634), QSize(656, 900)})
                for (const bool transposed : {false, true})
                    for (const double ratio : {1.0, 1.5, 2.0})
                        QTest::addRow("%dx%d in %dx%d %s at %g", layers, kinds, size.width(), size.height(),
                            transposed ? "across" : "down", ratio)
                            << layers << kinds << size << transposed << ratio;
}

void TestGridZoom::layersAreWholeInEveryZoom()
{
    QFETCH(int, layers);
    QFETCH(int, kinds);
    QFETCH(QSize, size);
    QFETCH(bool, transposed);
    QFETCH(double, ratio);
    RankGridRequest asked = request(layers, kinds, size, transposed, ratio);
    const double most = RankGridGeometry::mostZoom(asked);
    QVERIFY(most > 2.0);
    for (asked.zoom = 1.1; asked.zoom < most * 1.13; asked.zoom *= 1.13) {
        for (const double first : {0.0, layers * 0.37, layers * 1.0}) {
            asked.firstLayer = first;
            const RankGridGeometry g = RankGridGeometry::compute(asked);
            const QString where = QStringLiteral("zoom %1 from %2: ").arg(asked.zoom).arg(first);
            const QString fault = faultOf(g);
            QVERIFY2(fault.isEmpty(), qPrintable(where + fault));
            QVERIFY2(first > 0.0 || isWhole(g, g.cell(0, 0)), qPrintable(where));
            QVERIFY2(first < layers || isWhole(g, g.cell(layers - 1, kinds - 1)), qPrintable(where));
            QVERIFY(g.numberPixels >= 11); // as all type is
            // Nothing is pushed out of the widget.
            QVERIFY2(g.kindSum(0, kinds - 1).bottom() <= size.height(), qPrintable(where));
            QVERIFY2(g.right(0) + g.marginWidth <= size.width(), qPrintable(where));
            QVERIFY2(!transposed || g.layerSum(0).bottom() <= size.height(), qPrintable(where));
        }
    }
}

/// Of the smallest window 126 rows of 3 px and the gaps between their groups are higher than the grid.
void TestGridZoom::matricesAcrossUseTheHeight()
{
    const RankGridGeometry g = RankGridGeometry::compute(request(80, 7, {486, 668}, true)); // of a window of 1440 × 900
    QVERIFY(g.pitchY > 60.0);
    QVERIFY(g.layerBar(0).bottom() <= 668.0);
}

void TestGridZoom::lowGridsKeepTheirSums()
{
    const RankGridGeometry g = RankGridGeometry::compute(request(126, 7, {404, 488}, false));
    QVERIFY2(g.kindSum(0, 6).bottom() <= 488.0, qPrintable(QString::number(g.kindSum(0, 6).bottom())));
    QVERIFY(g.cell(125, 0).bottom() <= g.kindBar(0, 0).top());
    QVERIFY(RankGridGeometry::compute(request(126, 7, {486, 668}, false)).layerGap > 0.0);
}

/// Whole layers are shown, but what a touchpad asks for in small ways is not lost, and what is under it stays there.
void TestGridZoom::fractionsOfALayerAddUp()
{
    const SampleRun run {.layers = 126};
    for (const bool transposed : {false, true}) {
        RankGrid grid;
        grid.resize(486, 668);
        grid.setSnapshot(run.snapshot(1106));
        grid.setTransposed(transposed);
        const QPointF at = grid.gridGeometry().cell(61, 3).center();
        for (int notch = 0; notch < 7; ++notch) {
            wheel(grid, at, 1);
            const auto under = grid.gridGeometry().cellAt(at);
            QVERIFY(under);
            QVERIFY2(std::abs(under->layer - 61) <= 1, qPrintable(QString::number(under->layer)));
        }
        const double first = grid.gridGeometry().request.firstLayer;
        const QPoint from = grid.gridGeometry().cells().center().toPoint();
        const int way = static_cast<int>(std::round(3.0 * grid.gridGeometry().layerPitch()));
        QTest::mousePress(&grid, Qt::LeftButton, {}, from);
        for (int pixel = 1; pixel <= way; ++pixel) // a pixel at a time is as far as all at once
            QTest::mouseMove(&grid, from + (transposed ? QPoint(pixel, 0) : QPoint(0, pixel)));
        QTest::mouseRelease(&grid, Qt::LeftButton, {}, from + (transposed ? QPoint(way, 0) : QPoint(0, way)));
        QCOMPARE(grid.gridGeometry().request.firstLayer, first - 3.0);
    }
}

void TestGridZoom::nearIsNeverTooNear()
{
    const SampleRun run {.layers = 126};
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    grid.setTransposed(true);
    grid.zoomBy(1000.0, 60.0);
    QCOMPARE(grid.gridGeometry().layerPitch(), 32.0);
    grid.setTransposed(false); // there the layers have more room to begin with
    QCOMPARE(grid.gridGeometry().layerPitch(), 32.0);
    grid.resize(656, 900);
    grid.grab(); // which lays it out anew
    QCOMPARE(grid.gridGeometry().layerPitch(), 32.0);
}

/// More room, the other way round or another run can show all layers; who follows the zoom hears of it.
void TestGridZoom::aZoomThatEndsByItselfIsTold()
{
    const SampleRun run {.layers = 20};
    const SampleRun other {.layers = 24};
    RankGrid grid;
    grid.resize(486, 900);
    grid.setSnapshot(run.snapshot(1106));
    QSignalSpy changed(&grid, &RankGrid::zoomChanged);
    const auto zoomIn = [&] {
        grid.resize(486, 900);
        grid.grab(); // which lays it out anew
        grid.setTransposed(true);
        grid.zoomBy(1000.0, 10.0);
        changed.clear();
        return grid.isZoomed();
    };
    const auto wasToldOnce = [&] { return changed.count() == 1 && !changed.front().front().toBool(); };
    QVERIFY(zoomIn());
    grid.setTransposed(false);
    QVERIFY(!grid.isZoomed() && wasToldOnce());
    QVERIFY(zoomIn());
    grid.resize(1400, 900);
    grid.grab();
    QVERIFY(!grid.isZoomed() && wasToldOnce());
    QVERIFY(zoomIn());
    grid.setSnapshot(other.snapshot(1106));
    QVERIFY(!grid.isZoomed() && wasToldOnce());
}

void TestGridZoom::theChosenCellComesIntoView_data()
{
    QTest::addColumn<int>("layers");
    QTest::addColumn<bool>("transposed");
    for (const int layers : {80, 126})
        for (const bool transposed : {false, true})
            QTest::addRow("%d %s", layers, transposed ? "across" : "down") << layers << transposed;
}

void TestGridZoom::theChosenCellComesIntoView()
{
    QFETCH(int, layers);
    QFETCH(bool, transposed);
    const SampleRun run {.layers = layers};
    RankGrid grid;
    grid.resize(404, 560);
    grid.setSnapshot(run.snapshot(1106));
    grid.setTransposed(transposed);
    const RankGridGeometry& g = grid.gridGeometry();
    const auto isSeen = [&](int layer) { return isWhole(g, g.cell(layer, 2)); };
    const auto module = [](int layer) { return ModuleIndex {layer * 7 + 2}; };
    grid.zoomBy(6.0, 10.0);
    QVERIFY(grid.isZoomed() && !isSeen(layers - 3));
    grid.setSelected(module(layers - 3)); // as the tour does
    QVERIFY(isSeen(layers - 3));
    wheel(grid, g.cells().center(), 100, Qt::ShiftModifier); // back to the first layers
    QVERIFY(isSeen(0) && !isSeen(layers - 3));
    QTest::keyClick(&grid, Qt::Key_Minus); // a key zooms around the chosen cell
    QVERIFY(isSeen(layers - 3));
    for (int i = 0; i < 12; ++i) {
        QTest::keyClick(&grid, Qt::Key_Plus);
        QVERIFY(isSeen(layers - 3));
    }
    for (int layer = layers - 4; layer >= 0; --layer) {
        QTest::keyClick(&grid, transposed ? Qt::Key_Left : Qt::Key_Up);
        QCOMPARE(grid.selected(), module(layer));
        QVERIFY2(isSeen(layer), qPrintable(QString::number(layer)));
    }
    grid.setTransposed(!transposed);
    QVERIFY(isSeen(0));
}

void TestGridZoom::theFirstArrowStartsInView()
{
    const SampleRun run {.layers = 126};
    RankGrid grid;
    grid.resize(404, 560);
    grid.setSnapshot(run.snapshot(1106));
    grid.zoomBy(6.0, 100.0);
    const int first = static_cast<int>(grid.gridGeometry().request.firstLayer);
    QVERIFY(first > 0);
    QTest::keyClick(&grid, Qt::Key_Down);
    QCOMPARE(grid.selected(), ModuleIndex {first * 7});
    QCOMPARE(static_cast<int>(grid.gridGeometry().request.firstLayer), first);
}

/// The chosen layer's label makes its neighbours' give way; so does its sum.
void TestGridZoom::sumsStandBesideTheirLabels()
{
    const SampleRun run {.layers = 126};
    RankGrid grid;
    grid.setReducedMotion(true);
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    const RankGridGeometry& g = grid.gridGeometry();
    const auto hasSum = [&](const QImage& image, int layer) {
        const QRectF sum = g.layerSum(layer);
        return test::hasInk(image, QRectF(sum.right() - 18.0, sum.center().y() - 3.0, 18.0, 4.0));
    };
    QVERIFY(g.hasLabel(0, {}) && !g.hasLabel(0, 2) && g.hasLabel(2, 2));
    QVERIFY(hasSum(grid.grab().toImage(), 0));
    grid.setSelected(ModuleIndex {2 * 7 + 3});
    const QImage image = grid.grab().toImage();
    QVERIFY(hasSum(image, 2));
    QVERIFY(!hasSum(image, 0));
}

/// Below two blocks stand means, to a decimal, and in a line of its own the block's sum.
void TestGridZoom::meansAndTotalsAreToldApart()
{
    const SampleRun run {.layers = 80};
    RankGrid grid;
    grid.setReducedMotion(true);
    grid.resize(560, 634); // where "10.1" has room
    grid.setSnapshot(run.snapshot(1106));
    const RankGridGeometry& g = grid.gridGeometry();
    QCOMPARE(g.blocks, 2);
    const QImage image = grid.grab().toImage();
    for (int block = 0; block < 2; ++block) {
        const QRectF mean = g.kindSum(block, 0);
        const double middle = mean.center().x();
        QVERIFY(test::hasInk(image, QRectF(middle - 8.0, mean.top() + 3.0, 6.0, 11.0))); // wider than one figure
        QVERIFY(test::hasInk(image, QRectF(middle + 3.0, mean.top() + 3.0, 5.0, 11.0)));
        const QRectF beside(g.right(block) + 2.0, mean.top(), g.marginWidth - 2.0, mean.height() - 3.0);
        QVERIFY(!test::hasInk(image, beside));
        QVERIFY(test::hasInk(image, beside.translated(0.0, 17.0)));
        QVERIFY(beside.translated(0.0, 17.0).bottom() <= grid.height());
        // The axis has its name above both.
        QVERIFY(test::hasInk(image, QRectF(g.columnX(block, 0) - 34.0, g.top - 16.0, 28.0, 12.0)));
    }
}

void TestGridZoom::theScrollMarkStandsClear()
{
    const SampleRun run {.layers = 126};
    QImage image(8, 8, QImage::Format_RGB32);
    QPainter painter(&image);
    const QRegion region;
    for (const bool transposed : {false, true}) {
        RankGridRequest asked = request(126, 7, {486, 668}, transposed);
        RankGridState state = test::stateOf(run, GridMode::Rank, RankGridGeometry::compute(asked));
        QVERIFY(RankGridPainter(painter, state, region).scrollMark().way.isEmpty()); // all of them are shown
        for (const double zoom : {2.0, 5.0, 10.0}) {
            asked.zoom = zoom;
            for (const double first : {0.0, 50.0, 126.0}) {
                asked.firstLayer = first;
                state.geometry = RankGridGeometry::compute(asked);
                const RankGridGeometry& g = state.geometry;
                const auto [way, thumb] = RankGridPainter(painter, state, region).scrollMark();
                QVERIFY(QRectF({}, QSizeF(asked.size)).contains(way));
                QVERIFY(way.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(thumb));
                QVERIFY(first > 0.0 || along(g, thumb).first <= along(g, way).first + 1e-6);
                QVERIFY(first < 126.0 || along(g, thumb).second >= along(g, way).second - 1e-6);
                QVERIFY(!way.intersects(g.cells()));
                for (int layer = 0; layer < 126; ++layer) {
                    QVERIFY(!way.intersects(g.layerBar(layer)));
                    QVERIFY(!way.intersects(g.rowLabel(layer)) || !g.hasLabel(layer, {}) || !transposed);
                    QVERIFY(!g.layerSums || !way.intersects(g.layerSum(layer)));
                }
            }
        }
    }
}

QTEST_MAIN(TestGridZoom)
#include "tst_gridzoom.moc"

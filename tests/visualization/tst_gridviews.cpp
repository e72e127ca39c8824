// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid turned round and zoomed, its revivals, and what it gives away: CSV, PNG, SVG, PDF.
#include "tests/visualization/SampleRun.h"
#include "training/core/Error.h"
#include "visualization/PictureFile.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridState.h"
#include "visualization/Theme.h"

#include <QFile>
#include <QImage>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

void wheel(QWidget& widget, QPointF at, int notches, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
{
    QWheelEvent event(
        at, widget.mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton, modifiers, Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&widget, &event);
}

RankGridGeometry geometry(int layers, int kinds, QSize size, bool transposed, double zoom = 1.0, double first = 0.0)
{
    return RankGridGeometry::compute({.size = size,
        .layers = layers,
        .kinds = kinds,
        .attentionKinds = kinds / 2,
        .transposed = transposed,
        .zoom = zoom,
        .firstLayer = first});
}

} // namespace

class TestGridViews : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyCellHasItsPlace_data();
    void everyCellHasItsPlace();
    void closerLayersHaveNumbers();
    void theWheelZoomsAroundThePointer();
    void dragsPanAndDoubleClicksShowAll();
    void keysZoomAndKeepTheCellInSight();
    void foldedGridsUnfold();
    void targetsAndWheelsThatDoNothing();
    void arrowsFollowTheWayRound();
    void revivalsAreTripletsThatCameBack();
    void unknownValuesStayUnknown();
    void missingScoresArePlain();
    void lambdaIsThereWithoutScores();
    void csvHasALinePerMatrix();
    void filesAreWhatTheirNamesSay_data();
    void filesAreWhatTheirNamesSay();
    void aPictureThatCannotBeEncodedIsTold();
};

void TestGridViews::everyCellHasItsPlace_data()
{
    QTest::addColumn<int>("layers");
    QTest::addColumn<int>("kinds");
    QTest::addColumn<bool>("transposed");
    QTest::addColumn<double>("zoom");
    for (const int layers : {6, 22, 80, 126})
        for (const int kinds : {7, 16})
            for (const bool transposed : {false, true})
                for (const double zoom : {1.0, 3.0})
                    QTest::addRow("%dx%d %s %g", layers, kinds, transposed ? "across" : "down", zoom)
                        << layers << kinds << transposed << zoom;
}

void TestGridViews::everyCellHasItsPlace()
{
    QFETCH(int, layers);
    QFETCH(int, kinds);
    QFETCH(bool, transposed);
    QFETCH(double, zoom);
    const QSize size(486, 668);
    const RankGridGeometry g = geometry(layers, kinds, size, transposed, zoom, zoom > 1.0 ? layers / 3.0 : 0.0);
    QVERIFY(QRectF(QPointF(), QSizeF(size)).contains(g.cells()));
    int shown = 0;
    for (int layer = 0; layer < layers; ++layer) {
        for (int kind = 0; kind < kinds; ++kind) {
            const QRectF cell = g.cell(layer, kind);
            QVERIFY(cell.width() > 0.0 && cell.height() > 0.0);
            if (!g.cells().contains(cell))
                continue;
            ++shown;
            const auto found = g.cellAt(cell.center());
            QVERIFY(found);
            QCOMPARE(found->layer, layer);
            QCOMPARE(found->kind, kind);
        }
    }
    if (zoom == 1.0)
        QCOMPARE(shown, layers * kinds);
    else
        QVERIFY(shown > 0 && (layers == 6 || shown < layers * kinds)); // six have room when they are larger, too
}

void TestGridViews::closerLayersHaveNumbers()
{
    QVERIFY(!geometry(126, 16, {486, 668}, false).numbers);
    const RankGridGeometry near = geometry(126, 16, {486, 668}, false, 6.0, 40.0);
    QVERIFY(near.numbers);
    QCOMPARE(near.labelEvery, 1);
    QCOMPARE(near.layerGapEvery, 0);
    QVERIFY(near.visibleLayers() > 15.0 && near.visibleLayers() < 25.0);
    QVERIFY(geometry(126, 7, {486, 668}, true, 8.0).numbers);
    QVERIFY(geometry(126, 7, {486, 668}, true).labelEvery > 1);
}

void TestGridViews::theWheelZoomsAroundThePointer()
{
    const SampleRun run {.layers = 126};
    for (const bool transposed : {false, true}) {
        RankGrid grid;
        grid.resize(486, 668);
        grid.setSnapshot(run.snapshot(1106));
        grid.setTransposed(transposed);
        QSignalSpy changed(&grid, &RankGrid::zoomChanged);
        const QPointF at = grid.gridGeometry().cell(60, 3).center();
        wheel(grid, at, 5);
        QVERIFY(grid.isZoomed());
        QCOMPARE(changed.count(), 1);
        const auto under = grid.gridGeometry().cellAt(at);
        QVERIFY(under);
        QVERIFY2(std::abs(under->layer - 60) <= 1, qPrintable(QString::number(under->layer)));
        wheel(grid, at, 100); // as near as it goes
        QVERIFY2(
            grid.gridGeometry().layerPitch() <= 32.5, qPrintable(QString::number(grid.gridGeometry().layerPitch())));
        wheel(grid, at, -100);
        QVERIFY(!grid.isZoomed());
        QCOMPARE(changed.last().first().toBool(), false);
    }
}

void TestGridViews::dragsPanAndDoubleClicksShowAll()
{
    const SampleRun run {.layers = 126};
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    QSignalSpy chosen(&grid, &RankGrid::cellActivated);
    const QPoint at = grid.gridGeometry().cells().center().toPoint();
    wheel(grid, at, 6);
    const double first = grid.gridGeometry().request.firstLayer;
    const double pitch = grid.gridGeometry().layerPitch();
    QTest::mousePress(&grid, Qt::LeftButton, {}, at);
    QTest::mouseMove(&grid, at + QPoint(0, 1));
    QTest::mouseMove(&grid, at + QPoint(0, 100));
    QTest::mouseRelease(&grid, Qt::LeftButton, {}, at + QPoint(0, 100));
    QVERIFY(std::abs(first - grid.gridGeometry().request.firstLayer - 100.0 / pitch) <= 1.0); // whole layers
    QCOMPARE(chosen.count(), 0); // that was no click
    QTest::mouseClick(&grid, Qt::LeftButton, {}, at);
    QCOMPARE(chosen.count(), 1);
    QTest::mouseDClick(&grid, Qt::LeftButton, {}, at);
    QVERIFY(!grid.isZoomed());
}

void TestGridViews::keysZoomAndKeepTheCellInSight()
{
    const SampleRun run {.layers = 126};
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    grid.setSelected(ModuleIndex {50 * 7});
    for (int i = 0; i < 8; ++i)
        QTest::keyClick(&grid, Qt::Key_Plus);
    QVERIFY(grid.isZoomed());
    for (int i = 0; i < 60; ++i)
        QTest::keyClick(&grid, Qt::Key_Down);
    QCOMPARE(grid.selected(), ModuleIndex {110 * 7});
    const RankGridGeometry& g = grid.gridGeometry();
    QVERIFY(g.cells().adjusted(-1, -1, 1, 1).contains(g.cell(110, 0)));
    QTest::keyClick(&grid, Qt::Key_0);
    QVERIFY(!grid.isZoomed());
}

void TestGridViews::foldedGridsUnfold()
{
    const SampleRun run {.layers = 80, .initRank = 32};
    RankGrid grid;
    grid.resize(530, 668);
    grid.setSnapshot(run.snapshot(1106));
    QCOMPARE(grid.gridGeometry().blocks, 2);
    const double folded = grid.gridGeometry().pitchY;
    const QPointF at = grid.gridGeometry().cell(55, 2).center(); // in the second block
    wheel(grid, at, 1);
    QCOMPARE(grid.gridGeometry().blocks, 1);
    QVERIFY(grid.gridGeometry().pitchY >= folded); // nearer, never further
    const RankGridGeometry& g = grid.gridGeometry();
    QVERIFY(g.cells().contains(g.cell(55, 2).center()));
    wheel(grid, at, -8);
    QCOMPARE(grid.gridGeometry().blocks, 2);
}

void TestGridViews::targetsAndWheelsThatDoNothing()
{
    RankGrid grid;
    grid.resize(296, 668);
    wheel(grid, {50, 50}, 3); // nothing is shown
    QVERIFY(!grid.isZoomed());
    grid.setTargets({"q_proj", "v_proj"}, 4, std::vector<bool>(8, false));
    wheel(grid, {100, 100}, 3);
    QVERIFY(!grid.isZoomed());
    grid.setTransposed(true);
    QVERIFY(!grid.gridGeometry().request.transposed);
}

void TestGridViews::arrowsFollowTheWayRound()
{
    const SampleRun run;
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    grid.setTransposed(true);
    grid.setSelected(ModuleIndex {0});
    QTest::keyClick(&grid, Qt::Key_Right); // the next layer stands to the right
    QCOMPARE(grid.selected(), ModuleIndex {7});
    QTest::keyClick(&grid, Qt::Key_Down);
    QCOMPARE(grid.selected(), ModuleIndex {8});
}

void TestGridViews::revivalsAreTripletsThatCameBack()
{
    const SampleRun run;
    const auto snapshot = run.snapshot(1106);
    RankGridState state;
    state.view = GridView::Ranks;
    state.mode = GridMode::Revivals;
    state.setLayout(snapshot->layout);
    state.snapshot = snapshot;
    state.updateScale();
    int cells = 0;
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(snapshot->modules.size()); ++i) {
        const ModuleIndex module {i};
        int came = 0;
        for (int k = 0; k < run.initRank; ++k)
            came += snapshot->tripletsOf(module)[k].revivedAt >= 0 ? 1 : 0;
        QCOMPARE(state.valueOf(module), static_cast<double>(came));
        cells += came > 0 ? 1 : 0;
    }
    QVERIFY(cells > 0);
    QVERIFY(state.hasValues());
    QCOMPARE(state.scale.low, 0.0);
}

void TestGridViews::unknownValuesStayUnknown()
{
    const SampleRun run;
    auto ranks = std::make_shared<RankSnapshot>(*run.snapshot(1106));
    ranks->hasLambda = ranks->hasScores = false;
    ranks->hasTriplets = false;
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(ranks);
    grid.setMode(GridMode::Revivals);
    const QStringList line = grid.toCsv().split('\n').at(1).split(',');
    QCOMPARE(line.size(), 13);
    QVERIFY(!line.at(4).isEmpty()); // the rank is known
    for (const int column : {8, 9, 10, 11, 12})
        QVERIFY(line.at(column).isEmpty());
    QVERIFY(!grid.cellDetails(ModuleIndex {0}).contains("came back"));
}

/// A step without scores does not look like a run that has not begun.
void TestGridViews::missingScoresArePlain()
{
    const SampleRun run;
    auto ranks = std::make_shared<RankSnapshot>(*run.snapshot(1106));
    ranks->hasLambda = ranks->hasScores = false;
    RankGridState state;
    state.view = GridView::Ranks;
    state.mode = GridMode::Importance;
    state.setLayout(run.layout());
    QVERIFY(!state.lookOf({3, 2}).hatched);
    QVERIFY(!state.isMissing());
    state.snapshot = ranks;
    QVERIFY(state.isMissing());
    const CellLook look = state.lookOf({3, 2});
    QVERIFY(look.exists && !look.hatched && look.text.isEmpty() && !look.lost && !look.back); // hatched is rank 0
    QCOMPARE(look.fill, Theme::current().sunken);
    RankGrid grid;
    grid.resize(486, 668);
    QSignalSpy told(&grid, &RankGrid::missingTextChanged);
    grid.setSnapshot(ranks);
    QVERIFY(grid.missingText().isEmpty()); // the ranks are known
    QCOMPARE(told.count(), 0);
    grid.setMode(GridMode::Importance);
    QCOMPARE(grid.missingText(), QStringLiteral("No scores were kept for this step."));
    QCOMPARE(told.count(), 1);
    QVERIFY(!grid.grab().isNull());
    grid.setSnapshot(run.snapshot(1106));
    QVERIFY(grid.missingText().isEmpty());
    QVERIFY(told.count() > 1);
}

/// As of SVD-LoRA, which has λ and prunes nothing by it.
void TestGridViews::lambdaIsThereWithoutScores()
{
    const SampleRun run;
    auto lambdas = std::make_shared<RankSnapshot>(*run.snapshot(1106));
    lambdas->hasScores = false;
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(lambdas);
    for (const GridMode mode : {GridMode::LambdaSum, GridMode::Orthogonality}) {
        grid.setMode(mode);
        QCOMPARE(grid.missingText(), QString());
    }
    grid.setMode(GridMode::Importance);
    QCOMPARE(grid.missingText(), QStringLiteral("This method has fixed ranks, and no scores."));
    const QStringList line = grid.toCsv().split('\n').at(1).split(',');
    QVERIFY(line.at(9).isEmpty());
    for (const int column : {10, 11, 12})
        QVERIFY(!line.at(column).isEmpty());
    const QString details = grid.cellDetails(ModuleIndex {0});
    QVERIFY2(details.contains("\nΣ |λ| ") && !details.contains("Σ S"), qPrintable(details));
}

void TestGridViews::csvHasALinePerMatrix()
{
    const SampleRun run;
    RankGrid grid;
    grid.resize(486, 668);
    const auto snapshot = run.snapshot(1106);
    grid.setSnapshot(snapshot);
    const QStringList lines = grid.toCsv().split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 1 + 22 * 7);
    QCOMPARE(lines.first().split(',').size(), lines.last().split(',').size());
    const QStringList values = lines.at(1 + 9 * 7 + 6).split(',');
    QCOMPARE(values.at(1), QStringLiteral("9"));
    QCOMPARE(values.at(2), QStringLiteral("down_proj"));
    QCOMPARE(values.at(4).toInt(), snapshot->modules[9 * 7 + 6].rank);
    for (std::size_t i = 0; i < snapshot->modules.size(); ++i) // not a digit less than reads back as the same
        QVERIFY(lines.at(1 + static_cast<qsizetype>(i)).split(',').at(10).toFloat() == snapshot->modules[i].lambdaSum);
    QVERIFY(grid.cellDetails(ModuleIndex {69}).contains(QStringLiteral("Σ |λ|")));
    std::vector<std::int32_t> difference(22 * 7, 0);
    difference[3] = -2;
    grid.setDifference(run.layout(), difference);
    const QString line = grid.toCsv().split('\n').at(4);
    QVERIFY2(line.startsWith("0,o_proj,") && line.endsWith(",-2"), qPrintable(line));
}

void TestGridViews::filesAreWhatTheirNamesSay_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QByteArray>("begins");
    QTest::newRow("png") << "a.png" << QByteArray("\x89PNG");
    QTest::newRow("svg") << "a.svg" << QByteArray("<?xml");
    QTest::newRow("pdf") << "a.PDF" << QByteArray("%PDF");
    QTest::newRow("other") << "a.txt" << QByteArray();
}

void TestGridViews::filesAreWhatTheirNamesSay()
{
    QFETCH(QString, name);
    QFETCH(QByteArray, begins);
    const QTemporaryDir folder;
    const SampleRun run;
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    const PaintPicture paint = [&](QPaintDevice& device, QSize size) { grid.paintOn(device, size); };
    const QString path = folder.filePath(name);
    if (begins.isEmpty()) {
        QVERIFY_EXCEPTION_THROWN(savePicture(path, grid.size(), paint), Error);
        QVERIFY(!QFile::exists(path));
        return;
    }
    savePicture(path, grid.size(), paint);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.read(16).startsWith(begins));
    if (name.endsWith("png"))
        QCOMPARE(QImage(path).size(), grid.size() * 2);
    QVERIFY_EXCEPTION_THROWN(savePicture(folder.filePath("none/a.png"), grid.size(), paint), Error);
}

void TestGridViews::aPictureThatCannotBeEncodedIsTold()
{
    const QTemporaryDir folder;
    const PaintPicture nothing = [](QPaintDevice&, QSize) {};
    QVERIFY_EXCEPTION_THROWN(savePicture(folder.filePath("a.png"), QSize(), nothing), Error);
    QVERIFY(!QFile::exists(folder.filePath("a.png")));
}

QTEST_MAIN(TestGridViews)
#include "tst_gridviews.moc"

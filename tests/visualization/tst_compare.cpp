// SPDX-License-Identifier: GPL-3.0-or-later
// The comparison of runs: its curves, its crosshair, its keys and its labels.
#include "visualization/ComparePlot.h"
#include "visualization/PictureFile.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace spectune;

namespace {

std::shared_ptr<RunHistory> history(std::int64_t steps, double loss, double secondsPerStep)
{
    auto shared = std::make_shared<RunHistory>();
    RunHistory& run = *shared;
    for (std::int64_t step = 1; step <= steps; ++step)
        run.metrics.push_back({step, loss + 1.0 / static_cast<double>(step), 0.0, 1e-3, 10, 1.0, 50 + step % 2,
            secondsPerStep * static_cast<double>(step), {}});
    for (std::int64_t step = 10; step <= steps; step += 10)
        run.evaluations.push_back({step, loss + 0.1, {}});
    return shared;
}

CompareCurves twoRuns()
{
    CompareCurves curves;
    curves.add("first", history(100, 1.0, 0.5));
    curves.add("second", history(60, 0.8, 1.0));
    return curves;
}

QImage pictureOf(ComparePlot& plot)
{
    QImage image(600, 300, QImage::Format_RGB32);
    plot.paintOn(image, image.size());
    return image;
}

} // namespace

class TestCompare : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void curvesLieOverTheChosenAxis();
    void boundsHoldAllRuns();
    void theCrosshairReadsEveryRun();
    void theCrosshairSpeaks();
    void labelsKeepApart_data();
    void labelsKeepApart();
    void numbersAreWrittenWhole();
    void zoomAndReset();
    void theLossAxisCanBeLogarithmic();
    void partsCanBeLeftOut();
    void runsCanBeLeftOut();
    void aDrawingHasLines();
    void arrowsMoveTheCrosshair();
    void keysZoomAndPan();
    void anEmptyPlotIsItsTextAlone();
    void smoothingIsChosen();
};

void TestCompare::curvesLieOverTheChosenAxis()
{
    CompareCurves curves = twoRuns();
    QCOMPARE(curves.curves()[0].raw.x()[9], 10.0);
    QCOMPARE(curves.curves()[0].evaluations.front().x(), 10.0);
    curves.setAxis(CompareAxis::Tokens);
    QCOMPARE(curves.curves()[0].raw.x()[9], 505.0); // 50 or 51 a step
    QCOMPARE(curves.curves()[0].evaluations.front().x(), 505.0);
    curves.setAxis(CompareAxis::Time);
    QCOMPARE(curves.curves()[0].end(), 50.0);
    QCOMPARE(curves.curves()[1].end(), 60.0);
    QCOMPARE(curves.curves()[1].evaluations.front().x(), 10.0);
    QCOMPARE(curves.curves()[0].raw.y()[9], 1.1);
}

void TestCompare::boundsHoldAllRuns()
{
    const CompareCurves curves = twoRuns();
    QCOMPARE(curves.xBounds().high, 100.0);
    const AxisBounds loss = curves.lossBounds(0.0, 101.0, 500);
    QVERIFY(loss.low < 0.82 && loss.low > 0.7);
    QVERIFY(loss.high >= 2.0); // the smoothed curve begins there
    const AxisBounds late = curves.lossBounds(50.0, 101.0, 500);
    QVERIFY(late.high < 1.3);
    QCOMPARE(CompareCurves().lossBounds(0.0, 1.0, 100).high, 1.0);
    CompareCurves broken; // what is not finite has no say
    const auto run = history(20, 1.0, 1.0);
    run->metrics[4].loss = std::nan("");
    broken.add("broken", run);
    QVERIFY(std::isfinite(broken.lossBounds(0.0, 21.0, 100).high));
}

void TestCompare::theCrosshairReadsEveryRun()
{
    const CompareCurves curves = twoRuns();
    std::vector<CrosshairValue> values = curves.valuesAt(25.0);
    QCOMPARE(values.size(), 2U);
    QCOMPARE(values[0].raw, 1.0 + 1.0 / 25.0);
    QCOMPARE(values[0].eval, 1.1);
    QCOMPARE(values[1].raw, 0.8 + 1.0 / 25.0);
    QCOMPARE(values[0].smooth, curves.curves()[0].smooth.y()[24]);
    values = curves.valuesAt(80.0); // the second run has ended before
    QVERIFY(std::isfinite(values[0].smooth));
    QVERIFY(std::isnan(values[1].smooth));
    QVERIFY(std::isnan(curves.valuesAt(5.0)[0].eval)); // not yet evaluated
}

void TestCompare::theCrosshairSpeaks()
{
    const CompareCurves curves = twoRuns();
    CrosshairText text = crosshairText(curves, 40.0);
    QCOMPARE(text.place, "step 40");
    QCOMPARE(text.lines.size(), 2U);
    QCOMPARE(text.lines[0].eval, "1.100");
    QCOMPARE(text.difference, "B − A −0.200");
    text = crosshairText(curves, 80.0);
    QCOMPARE(text.lines[1].smooth, "ended");
    QCOMPARE(text.difference, QString());
}

void TestCompare::labelsKeepApart_data()
{
    QTest::addColumn<std::vector<double>>("wanted");
    QTest::addColumn<std::vector<double>>("placed");
    using Values = std::vector<double>;
    QTest::newRow("free") << Values {20, 60} << Values {20, 60};
    QTest::newRow("close") << Values {50, 52} << Values {50, 60};
    QTest::newRow("order is kept") << Values {52, 50} << Values {60, 50};
    QTest::newRow("above the top") << Values {1, 2} << Values {5, 15};
    QTest::newRow("below the bottom") << Values {98, 99, 99} << Values {75, 85, 95};
    QTest::newRow("none") << Values {} << Values {};
}

void TestCompare::labelsKeepApart()
{
    QFETCH(std::vector<double>, wanted);
    QFETCH(std::vector<double>, placed);
    QCOMPARE(spreadLabels(wanted, 10.0, 0.0, 100.0), placed);
}

void TestCompare::numbersAreWrittenWhole()
{
    CompareCurves curves;
    curves.add("a \"quoted\" name", history(10, 0.1, 0.5));
    const QStringList lines = curves.csv().split('\n');
    QCOMPARE(lines.at(0), "run,step,tokens,seconds,loss,loss_smoothed,eval_loss");
    QCOMPARE(lines.size(), 12);
    QVERIFY(lines.at(3).startsWith("\"a \"\"quoted\"\" name\",3,152,1.5,"));
    const QStringList last = lines.at(10).split(',');
    QCOMPARE(last.at(4).toDouble(), 0.1 + 1.0 / 10.0);
    QCOMPARE(last.at(6), "0.2"); // as few digits as read back as the same
    QCOMPARE(lines.at(9).split(',').at(6), QString());
}

void TestCompare::zoomAndReset()
{
    ComparePlot plot;
    plot.resize(700, 300);
    plot.setCurves(twoRuns());
    plot.show();
    QTRY_COMPARE(plot.shownX().high, 100.0);
    auto* canvas = plot.findChildren<QWidget*>().front();
    const QPointF middle(300, 150);
    const auto turn = [&](QPointF place, int delta, Qt::KeyboardModifiers held) {
        QWheelEvent wheel(place, plot.mapToGlobal(place), {}, {0, delta}, Qt::NoButton, held, Qt::NoScrollPhase, false);
        QApplication::sendEvent(canvas, &wheel);
    };
    const AxisBounds loss = plot.shownLoss();
    turn(middle, 240, Qt::NoModifier);
    QTRY_VERIFY(plot.shownX().high < 99.0);
    const AxisBounds zoomed = plot.shownX();
    turn(middle, -2400, Qt::NoModifier);
    QCOMPARE(plot.shownX().high, 100.0); // never beyond the runs
    QCOMPARE(plot.shownX().low, 0.0);
    for (const auto& [place, held] : {std::pair(QPointF(10, 150), Qt::NoModifier), {middle, Qt::ControlModifier}}) {
        const AxisBounds before = plot.shownLoss();
        turn(place, 120, held);
        QVERIFY(plot.shownLoss().high < before.high && plot.shownLoss().low > before.low);
        QCOMPARE(plot.shownX().high, 100.0);
    }
    plot.showAll();
    QTRY_COMPARE(plot.shownLoss().high, loss.high);
    turn(middle, 240, Qt::NoModifier);
    QCOMPARE(plot.shownX().high, zoomed.high);
    plot.setPartShown(ComparePart::Raw, false); // a range that the user chose stays
    QCoreApplication::processEvents();
    QCOMPARE(plot.shownX().high, zoomed.high);
    QTest::mouseDClick(canvas, Qt::LeftButton, {}, middle.toPoint());
    QTRY_COMPARE(plot.shownX().high, 100.0);
    plot.setAxis(CompareAxis::Time);
    QTRY_COMPARE(plot.shownX().high, 60.0);
}

void TestCompare::theLossAxisCanBeLogarithmic()
{
    ComparePlot plot;
    plot.resize(600, 300);
    plot.setCurves(twoRuns());
    plot.show();
    plot.setLogarithmic(true);
    QTRY_VERIFY(plot.shownLoss().high > 2.1); // as much room above 2.0 as below 0.8
    QVERIFY(plot.shownLoss().low > 0.0 && plot.shownLoss().low < 0.8);
    plot.setLogarithmic(false);
    QTRY_VERIFY(plot.shownLoss().high < 2.1);
    CompareCurves odd;
    odd.add("none", std::make_shared<RunHistory>());
    QCOMPARE(odd.lossLogBounds(0.0, 1.0, 100).high, 1.0);
}

void TestCompare::partsCanBeLeftOut()
{
    ComparePlot plot;
    plot.resize(600, 300);
    plot.setCurves(twoRuns());
    const QImage whole = pictureOf(plot);
    for (const ComparePart part : {ComparePart::Raw, ComparePart::Smooth, ComparePart::Evaluation}) {
        plot.setPartShown(part, false);
        QVERIFY(!plot.isPartShown(part));
        QVERIFY(pictureOf(plot) != whole);
        plot.setPartShown(part, true);
        QCOMPARE(pictureOf(plot), whole);
    }
}

void TestCompare::runsCanBeLeftOut()
{
    ComparePlot plot;
    plot.resize(600, 300);
    plot.setCurves(twoRuns());
    const QImage whole = pictureOf(plot);
    const AxisBounds loss = plot.shownLoss();
    plot.setRunShown(0, false);
    QVERIFY(!plot.isRunShown(0) && plot.isRunShown(1));
    const QImage second = pictureOf(plot);
    QVERIFY(second != whole);
    QCOMPARE(plot.shownLoss().high, loss.high); // the other stays where it was
    QVERIFY2(plot.accessibleDescription().startsWith("B"), qPrintable(plot.accessibleDescription()));
    plot.setCrosshair(40.0);
    QVERIFY2(!plot.accessibleDescription().contains("A "), qPrintable(plot.accessibleDescription()));
    plot.setCrosshair({});
    plot.setRunShown(1, false);
    plot.setRunShown(0, true);
    QVERIFY(pictureOf(plot) != second);
    plot.setCurves(twoRuns()); // others are all shown
    QVERIFY(plot.isRunShown(1));
    QCOMPARE(pictureOf(plot), whole);
}

void TestCompare::aDrawingHasLines()
{
    const QTemporaryDir folder;
    ComparePlot plot;
    plot.resize(600, 300);
    plot.setCurves(twoRuns());
    savePicture(folder.filePath("a.svg"), plot.size(),
        [&plot](QPaintDevice& device, QSize size) { plot.paintOn(device, size); });
    QFile file(folder.filePath("a.svg"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray drawing = file.readAll();
    QVERIFY(drawing.contains("<polyline") || drawing.contains("<path"));
    QVERIFY(!drawing.contains("<image")); // not a picture of the screen
}

void TestCompare::arrowsMoveTheCrosshair()
{
    ComparePlot plot;
    plot.resize(700, 300);
    plot.setCurves(twoRuns());
    plot.show();
    QTRY_COMPARE(plot.shownX().high, 100.0);
    QTest::keyClick(&plot, Qt::Key_Right);
    QCOMPARE(plot.crosshair(), std::optional(1.0));
    QTest::keyClick(&plot, Qt::Key_Right, Qt::ShiftModifier);
    QCOMPARE(plot.crosshair(), std::optional(6.0));
    QVERIFY(plot.accessibleDescription().startsWith("step 6"));
    QTest::keyClick(&plot, Qt::Key_Left);
    QCOMPARE(plot.crosshair(), std::optional(5.0));
}

void TestCompare::keysZoomAndPan()
{
    ComparePlot plot;
    plot.resize(700, 300);
    QTest::keyClick(&plot, Qt::Key_Plus); // nothing is there
    plot.setCurves(twoRuns());
    plot.show();
    QTRY_COMPARE(plot.shownX().high, 100.0);
    const AxisBounds loss = plot.shownLoss();
    QTest::keyClick(&plot, Qt::Key_Plus);
    QCOMPARE(plot.shownX().low, 10.0); // four fifths, around the middle
    QCOMPARE(plot.shownX().high, 90.0);
    QTest::keyClick(&plot, Qt::Key_PageUp);
    QCOMPARE(plot.shownX().low, 20.0); // as far as the longest run goes
    QCOMPARE(plot.shownX().high, 100.0);
    QTest::keyClick(&plot, Qt::Key_PageDown);
    QTest::keyClick(&plot, Qt::Key_PageDown);
    QCOMPARE(plot.shownX().low, 0.0);
    QCOMPARE(plot.shownX().high, 80.0);
    QTest::keyClick(&plot, Qt::Key_Minus);
    QCOMPARE(plot.shownX().high, 100.0);
    plot.setCrosshair(50.0);
    for (int i = 0; i < 30; ++i)
        QTest::keyClick(&plot, Qt::Key_Equal, Qt::ShiftModifier); // + of many keyboards
    QVERIFY(std::abs(plot.shownX().high - plot.shownX().low - 5.0) < 1e-9);
    QVERIFY(plot.shownX().low < 50.0 && plot.shownX().high > 50.0);
    const AxisBounds near = plot.shownLoss();
    QTest::keyClick(&plot, Qt::Key_Plus, Qt::ControlModifier);
    QVERIFY(std::abs(plot.shownLoss().high - plot.shownLoss().low - 0.8 * (near.high - near.low)) < 1e-6);
    QTest::keyClick(&plot, Qt::Key_Minus, Qt::ControlModifier);
    QVERIFY(std::abs(plot.shownLoss().high - near.high) < 1e-6);
    QTest::keyClick(&plot, Qt::Key_Plus, Qt::ControlModifier);
    QTest::keyClick(&plot, Qt::Key_0);
    QTRY_COMPARE(plot.shownX().high, 100.0);
    QCOMPARE(plot.shownLoss().high, loss.high);
    QTest::keyClick(&plot, Qt::Key_Plus);
    QVERIFY(plot.shownX().high < 100.0);
    QTest::keyClick(&plot, Qt::Key_Home);
    QTRY_COMPARE(plot.shownX().high, 100.0);
}

void TestCompare::anEmptyPlotIsItsTextAlone()
{
    CompareCurves unread; // as a run that is being read, or cannot be
    unread.add("unread", nullptr);
    QVERIFY(unread.isEmpty());
    QCOMPARE(unread.xBounds().high, 100.0);
    QVERIFY(!twoRuns().isEmpty());
    ComparePlot plot;
    plot.resize(600, 300);
    const auto drawn = [&plot] {
        QImage image(600, 300, QImage::Format_RGB32);
        plot.paintOn(image, image.size());
        QRect place;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                if (image.pixel(x, y) != image.pixel(0, 0))
                    place |= QRect(x, y, 1, 1);
        return place;
    };
    plot.setCurves(unread);
    QVERIFY(drawn().isEmpty());
    plot.setEmptyText("metrics.jsonl cannot be read");
    QVERIFY(!drawn().isEmpty());
    QVERIFY((drawn().center() - QPoint(300, 150)).manhattanLength() <= 6); // of the whole plot, not of its ground
    plot.setEmptyText({});
    plot.setCurves(twoRuns());
    QVERIFY(drawn().height() > 200);
}

void TestCompare::smoothingIsChosen()
{
    const auto uneven = history(100, 1.0, 0.5);
    uneven->metrics[49].loss += 0.5;
    CompareCurves curves;
    curves.add("first", uneven);
    const double usual = curves.curves()[0].smooth.y()[49];
    curves.setSmoothing(0.0);
    for (std::size_t i = 0; i < 100; ++i)
        QCOMPARE(curves.curves()[0].smooth.y()[i], curves.curves()[0].raw.y()[i]);
    QVERIFY(curves.curves()[0].smooth.y()[49] != usual);
    const QStringList cells = curves.csv().split('\n').at(50).split(',');
    QCOMPARE(cells.at(5), cells.at(4)); // what is saved is what is drawn
    ComparePlot plot;
    plot.resize(700, 300);
    plot.setCurves(twoRuns());
    plot.setSmoothing(0.0);
    plot.setCurves(twoRuns()); // other runs, as smooth as those before
    QCOMPARE(plot.curves().smoothing(), 0.0);
    QCOMPARE(plot.curves().curves()[1].smooth.y()[9], plot.curves().curves()[1].raw.y()[9]);
}

QTEST_MAIN(TestCompare)
#include "tst_compare.moc"

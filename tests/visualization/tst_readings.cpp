// SPDX-License-Identifier: GPL-3.0-or-later
// Small plots tell their values: under the pointer, and one by one with the keyboard.
#include "visualization/BoundCurve.h"
#include "visualization/LengthHistogram.h"
#include "visualization/SpectrumBars.h"
#include "visualization/SpectrumPlot.h"
#include "visualization/StartsPlot.h"

#include <QHelpEvent>
#include <QImage>
#include <QTest>
#include <QToolTip>

#include <algorithm>
#include <memory>
#include <numeric>

using namespace spectune;

namespace {

struct Starts : StartsPlot {
    Starts()
    {
        resize(500, 300);
        clear(3, 2);
        add(1, 0.5);
        add(1, 0.2);
        add(2, 0.2);
    }
};

/// Where each rank becomes the smallest one with r(r + 1)/2 above K·N, to K·N = 1,000.
struct Bound : BoundCurve {
    Bound()
    {
        resize(500, 220);
        std::vector<QPointF> points;
        for (int rank = 2; rank * (rank - 1) / 2 <= 1000; ++rank)
            points.emplace_back(rank * (rank - 1) / 2, rank);
        points.emplace_back(1000.0, points.back().y());
        setCurve(std::move(points), "x", "y");
        setPoint({32.0, 8.0}, "K·N = 32, r ≥ 8");
    }
};

struct Lengths : LengthHistogram {
    Lengths()
    {
        resize(296, 96);
        std::vector<std::int32_t> lengths(600);
        std::iota(lengths.begin(), lengths.end(), 1);
        setLengths(std::move(lengths), 512);
    }
};

struct Spectrum : SpectrumPlot {
    explicit Spectrum(Kind kind)
        : SpectrumPlot(kind)
    {
        resize(420, 240);
        std::vector<double> values(64);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = 1.0 / (1.0 + static_cast<double>(i));
        setValues(std::move(values));
        setRank(8, "8");
    }
};

struct Pairs : SpectrumBars {
    Pairs()
    {
        resize(220, 104);
        setValues({-0.5, 2.0, 1.0}, {1.5, 1.25, 0.25});
    }
};

} // namespace

class TestReadings : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsTellTheirLosses();
    void theBoundTellsItsRanks();
    void lengthsTellTheirCounts();
    void aSpectrumTellsItsValues();
    void aNearerSpectrumTellsWhatIsInSight();
    void pairsTellBoth();
    void theToolTipIsWhatIsUnderThePointer();
    void keysReadEachValue_data();
    void keysReadEachValue();
    void whatIsReadComesIntoSight();
    void fewerValuesAreReadToo();
    void aPictureHasNoRing();
};

void TestReadings::startsTellTheirLosses()
{
    const Starts plot;
    QCOMPARE(plot.textAt(plot.marks(1)[0]), QString("Rank 1, start 1: loss 0.50, stuck"));
    QCOMPARE(plot.textAt(plot.marks(1)[1]), QString("Rank 1, start 2: loss 0.20"));
    const QPointF beside(20.0, 0.0);
    const QString all("Rank 1: losses from 0.20 to 0.50, 1 of 2 starts stuck");
    QCOMPARE(plot.textAt(plot.marks(1)[0] + beside), all);
    QCOMPARE(plot.textAt(plot.marks(2)[0] + beside), QString("Rank 2, start 1: loss 0.20"));
    QCOMPARE(plot.textAt({plot.xOf(3), 100.0}), QString()); // no start yet
    QCOMPARE(plot.textAt({4.0, 100.0}), QString()); // the axis
    QCOMPARE(plot.valueCount(), 2);
    QCOMPARE(plot.valueText(0), all);
    QCOMPARE(plot.valuePlace(0), plot.marks(1)[1]); // the best
}

void TestReadings::theBoundTellsItsRanks()
{
    const Bound plot;
    for (int product = 1; product <= 1000; ++product) {
        int rank = 1;
        while (rank * (rank + 1) / 2 <= product)
            ++rank;
        const QString words = plot.textAt({plot.xOf(product), 100.0});
        QVERIFY2(words.endsWith(QStringLiteral("r ≥ %1").arg(rank)), qPrintable(words));
    }
    QCOMPARE(plot.textAt({plot.xOf(32.0), 100.0}), QString("K·N from 28 to 35: r ≥ 8"));
    QCOMPARE(plot.textAt({plot.xOf(1000.0), 100.0}), QString("K·N from 990 to 1,000: r ≥ 45"));
    QCOMPARE(plot.textAt({4.0, 100.0}), QString());
    QCOMPARE(plot.valuePlace(0), QPointF(plot.xOf(1.0), plot.yOf(2.0)));
    QCOMPARE(plot.valueCount(), 44); // ranks 2 to 45
    const BoundCurve empty;
    QCOMPARE(empty.textAt({100.0, 60.0}), QString());
    QCOMPARE(empty.valueCount(), 0);
}

void TestReadings::lengthsTellTheirCounts()
{
    LengthHistogram few;
    few.resize(296, 96);
    few.setLengths({3, 3, 4}, 3);
    QCOMPARE(few.textAt({few.xOf(2.5, few.size()), 50.0}), QString("Samples of length 3: 2"));
    QCOMPARE(few.textAt({few.xOf(3.5, few.size()), 50.0}), QString("Samples of length 4, cut: 1"));
    QCOMPARE(few.textAt({few.xOf(0.5, few.size()), 50.0}), QString()); // no sample is so short
    const Lengths many;
    const auto bars = many.bars(many.size());
    QCOMPARE(many.valueCount(), static_cast<int>(bars.size()));
    for (std::size_t i = 0; i < bars.size(); ++i) {
        const QString words = many.textAt({bars[i].rect.center().x(), 5.0});
        QCOMPARE(words, many.valueText(static_cast<int>(i)));
        QVERIFY2(words.startsWith(QStringLiteral("Samples of length %1 to %2").arg(bars[i].from).arg(bars[i].to)),
            qPrintable(words));
        QCOMPARE(words.contains("cut"), bars[i].from > 512);
        QVERIFY(words.endsWith(QStringLiteral(": %1").arg(bars[i].count)));
    }
}

void TestReadings::aSpectrumTellsItsValues()
{
    const Spectrum curve(SpectrumPlot::Kind::ErrorCurve);
    const Spectrum bars(SpectrumPlot::Kind::SingularValues);
    for (int rank = 1; rank <= 64; ++rank) {
        const QString error = curve.textAt({curve.xOf(rank), 30.0});
        QVERIFY2(error.startsWith(QStringLiteral("k = %1: ").arg(rank)), qPrintable(error));
        const QString sigma = bars.textAt({bars.xOf(rank), 30.0});
        QVERIFY2(sigma.startsWith(QStringLiteral("i = %1: ").arg(rank)), qPrintable(sigma));
        QCOMPARE(sigma.endsWith("left out"), rank > 8);
    }
    QCOMPARE(curve.textAt({curve.xOf(4), 30.0}), QString("k = 4: error 25.0 %"));
    QCOMPARE(bars.textAt({bars.xOf(9), 30.0}), QString("i = 9: σ = 0.11, left out"));
    QCOMPARE(curve.textAt({4.0, 30.0}), QString());
    const SpectrumPlot empty(SpectrumPlot::Kind::ErrorCurve);
    QCOMPARE(empty.textAt({100.0, 30.0}), QString());
}

void TestReadings::aNearerSpectrumTellsWhatIsInSight()
{
    for (const auto kind : {SpectrumPlot::Kind::ErrorCurve, SpectrumPlot::Kind::SingularValues}) {
        Spectrum plot(kind);
        for (int i = 0; i < 4; ++i)
            QTest::keyClick(&plot, Qt::Key_Plus);
        QVERIFY(plot.isZoomed());
        int inSight = 0;
        for (int rank = 1; rank <= 64; ++rank) {
            if (plot.xOf(rank) < 50.0 || plot.xOf(rank) > plot.width() - 10.0)
                continue;
            QCOMPARE(plot.textAt({plot.xOf(rank), 30.0}), plot.valueText(rank - 1));
            ++inSight;
        }
        QVERIFY(inSight > 4 && inSight < 64);
    }
}

void TestReadings::pairsTellBoth()
{
    const Pairs plot;
    QCOMPARE(plot.textAt(plot.valuePlace(0)), QString("i = 1: |λ| = 2.00, σ(ΔW) / s = 1.50"));
    QCOMPARE(plot.textAt(plot.valuePlace(2)), QString("i = 3: |λ| = 0.50, σ(ΔW) / s = 0.25"));
    QCOMPARE(plot.textAt({4.0, 50.0}), QString());
    SpectrumBars empty;
    empty.setValues({0.5}, {});
    QCOMPARE(empty.textAt({100.0, 50.0}), QString());
    QCOMPARE(empty.valueCount(), 0);
}

void TestReadings::theToolTipIsWhatIsUnderThePointer()
{
    Pairs plot;
    const QPoint place = plot.valuePlace(1).toPoint();
    QHelpEvent help(QEvent::ToolTip, place, plot.mapToGlobal(place));
    QCoreApplication::sendEvent(&plot, &help);
    QCOMPARE(QToolTip::text(), plot.valueText(1));
    QToolTip::hideText();
}

void TestReadings::keysReadEachValue_data()
{
    QTest::addColumn<std::shared_ptr<ReadablePlot>>("plot");
    QTest::addColumn<int>("first");
    const auto add = [](const char* name, std::shared_ptr<ReadablePlot> plot, int first) {
        QTest::newRow(name) << std::move(plot) << first;
    };
    add("starts", std::make_shared<Starts>(), 0);
    add("bound", std::make_shared<Bound>(), 6); // rank 8, the chosen one
    add("lengths", std::make_shared<Lengths>(), 0);
    add("error", std::make_shared<Spectrum>(SpectrumPlot::Kind::ErrorCurve), 7);
    add("singular values", std::make_shared<Spectrum>(SpectrumPlot::Kind::SingularValues), 7);
    add("pairs", std::make_shared<Pairs>(), 0);
}

void TestReadings::keysReadEachValue()
{
    QFETCH(std::shared_ptr<ReadablePlot>, plot);
    QFETCH(int, first);
    plot->show();
    plot->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(plot.get()));
    plot->setFocus();
    QVERIFY(plot->focusPolicy() & Qt::TabFocus);
    QVERIFY(!plot->read());
    const QImage before = plot->grab().toImage();
    const auto press = [&plot](Qt::Key key, int value, Qt::KeyboardModifiers held = Qt::NoModifier) {
        QTest::keyClick(plot.get(), key, held);
        QCOMPARE(plot->read(), std::optional(value));
        QCOMPARE(plot->accessibleDescription(), plot->valueText(value));
        QCOMPARE(QToolTip::text(), plot->valueText(value));
        QVERIFY(QRectF(plot->rect()).contains(plot->valuePlace(value)));
        QVERIFY(!plot->textAt(plot->valuePlace(value)).isEmpty());
    };
    const int last = plot->valueCount() - 1;
    press(Qt::Key_Right, first);
    QVERIFY(plot->grab().toImage() != before); // its ring
    press(Qt::Key_Right, first + 1);
    press(Qt::Key_Left, first);
    press(Qt::Key_Right, std::min(first + 10, last), Qt::ShiftModifier);
    press(Qt::Key_Left, std::max(std::min(first + 10, last) - 10, 0), Qt::ShiftModifier);
    QToolTip::hideText();
    plot->hide();
}

void TestReadings::whatIsReadComesIntoSight()
{
    Spectrum plot(SpectrumPlot::Kind::SingularValues);
    for (int i = 0; i < 8; ++i)
        QTest::keyClick(&plot, Qt::Key_Plus); // around the middle: rank 8 is out of sight
    QVERIFY(plot.xOf(8) < 0.0);
    const double apart = plot.xOf(9) - plot.xOf(8);
    QTest::keyClick(&plot, Qt::Key_Right);
    QVERIFY(plot.xOf(8) > 44.0 && plot.xOf(8) < plot.width() - 8.0);
    QVERIFY(std::abs(plot.xOf(9) - plot.xOf(8) - apart) < 1e-6); // as near as before
    const double stays = plot.xOf(9);
    QTest::keyClick(&plot, Qt::Key_Right);
    QCOMPARE(plot.xOf(9), stays);
    QToolTip::hideText();
}

void TestReadings::fewerValuesAreReadToo()
{
    Spectrum plot(SpectrumPlot::Kind::ErrorCurve);
    QTest::keyClick(&plot, Qt::Key_Right);
    QCOMPARE(plot.read(), std::optional(7));
    plot.setValues({0.5, 0.25});
    QCOMPARE(plot.read(), std::optional(1));
    plot.setValues({});
    QVERIFY(!plot.read());
    QTest::keyClick(&plot, Qt::Key_Right);
    QVERIFY(!plot.read());
    QVERIFY(!plot.grab().isNull());
    QToolTip::hideText();
}

void TestReadings::aPictureHasNoRing()
{
    Lengths plot;
    const auto picture = [&plot] {
        QImage image(plot.size(), QImage::Format_RGB32);
        plot.paintOn(image, plot.size());
        return image;
    };
    const QImage before = picture();
    QTest::keyClick(&plot, Qt::Key_Right);
    QVERIFY(plot.read());
    QCOMPARE(picture(), before);
    QToolTip::hideText();
}

QTEST_MAIN(TestReadings)
#include "tst_readings.moc"

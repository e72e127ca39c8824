// SPDX-License-Identifier: GPL-3.0-or-later
// The SVD lens' arithmetic: decompositions against what they must be, and the sample picture's facts.
#include "training/core/Error.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankSlider.h"
#include "visualization/SampleImage.h"
#include "visualization/SignLegend.h"
#include "visualization/SpectralParts.h"
#include "visualization/SpectrumPlot.h"
#include "visualization/Theme.h"

#include <QImage>
#include <QImageWriter>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace spectune;

class TestSpectral : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void layersAddUp_data();
    void layersAddUp();
    void layersAreOrthonormalAndSorted();
    void errorIsTheDistance();
    void factorsGiveTheSameParts();
    void rankNothing();
    void blockMeansOfSumsAreSumsOfBlockMeans();
    void sampleImageIsAPicture();
    void imagesAreReadAndShrunk();
    void photosAreDecodedSmall();
    void sliderIsLogarithmic();
    void figuresOfTheSliderNeverMeet_data();
    void figuresOfTheSliderNeverMeet();
    void theSliderKeepsItsPowersOfTen();
    void theSlidersFiguresAreEven();
    void plotPlacesItsValues();
    void fewBarsHaveAFigureEach_data();
    void fewBarsHaveAFigureEach();
    void signsHaveTheirColours();
};

namespace {

MatrixValues randomMatrix(int rows, int columns, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    MatrixValues matrix {rows, columns, {}};
    for (int i = 0; i < rows * columns; ++i)
        matrix.values.push_back(normal(random));
    return matrix;
}

double distance(const MatrixValues& a, const MatrixValues& b)
{
    double sum = 0.0;
    for (std::size_t i = 0; i < a.values.size(); ++i)
        sum += std::pow(static_cast<double>(a.values[i]) - b.values[i], 2);
    return std::sqrt(sum);
}

double norm(const MatrixValues& a)
{
    return distance(a, {a.rows, a.columns, std::vector<float>(a.values.size())});
}

} // namespace

void TestSpectral::layersAddUp_data()
{
    QTest::addColumn<int>("rows");
    QTest::addColumn<int>("columns");
    QTest::addRow("square") << 24 << 24;
    QTest::addRow("tall") << 40 << 7;
    QTest::addRow("wide") << 5 << 33;
    QTest::addRow("one row") << 1 << 9;
}

void TestSpectral::layersAddUp()
{
    QFETCH(int, rows);
    QFETCH(int, columns);
    const MatrixValues matrix = randomMatrix(rows, columns, 7);
    const SpectralParts parts = SpectralParts::of(matrix);
    QCOMPARE(parts.count(), std::min(rows, columns));
    QVERIFY(distance(parts.sum(0, parts.count()), matrix) < 1e-5 * norm(matrix));
    const int half = parts.count() / 2;
    const MatrixValues kept = parts.sum(0, half);
    const MatrixValues lost = parts.sum(half, parts.count());
    MatrixValues both = kept;
    std::transform(kept.values.begin(), kept.values.end(), lost.values.begin(), both.values.begin(), std::plus<>());
    QVERIFY(distance(both, matrix) < 1e-5 * norm(matrix));
}

void TestSpectral::layersAreOrthonormalAndSorted()
{
    const SpectralParts parts = SpectralParts::of(randomMatrix(20, 12, 3));
    QVERIFY(std::is_sorted(parts.sigma.rbegin(), parts.sigma.rend()));
    for (int i = 0; i < parts.count(); ++i)
        for (int j = 0; j < parts.count(); ++j) {
            const double product = std::inner_product(
                parts.left.begin() + i * 20, parts.left.begin() + (i + 1) * 20, parts.left.begin() + j * 20, 0.0);
            QVERIFY(std::abs(product - (i == j ? 1.0 : 0.0)) < 1e-5);
        }
}

void TestSpectral::errorIsTheDistance()
{
    const MatrixValues matrix = randomMatrix(18, 15, 11);
    const SpectralParts parts = SpectralParts::of(matrix);
    for (const int k : {0, 1, 4, 14, 15}) {
        const double measured = distance(parts.sum(0, k), matrix) / norm(matrix);
        QVERIFY(std::abs(parts.errorAt(k) - measured) < 1e-5);
    }
    QCOMPARE(parts.errorAt(0), 1.0);
    QCOMPARE(parts.errorAt(15), 0.0);
}

void TestSpectral::factorsGiveTheSameParts()
{
    const int rows = 30;
    const int columns = 22;
    const int rank = 5;
    const MatrixValues p = randomMatrix(rows, rank, 21);
    const MatrixValues q = randomMatrix(rank, columns, 22);
    const std::vector<double> weights {0.5, -2.0, 0.01, 0.0, 1.25};
    MatrixValues product {rows, columns, {}};
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            double sum = 0.0;
            for (int i = 0; i < rank; ++i)
                sum += static_cast<double>(p.values[static_cast<std::size_t>(row * rank + i)])
                    * weights[static_cast<std::size_t>(i)] * q.values[static_cast<std::size_t>(i * columns + column)];
            product.values.push_back(static_cast<float>(sum));
        }
    const SpectralParts whole = SpectralParts::of(product);
    const SpectralParts parts = SpectralParts::ofFactors(p.values, weights, q.values, rows, columns);
    QCOMPARE(parts.count(), rank);
    for (int i = 0; i < rank; ++i)
        QVERIFY(std::abs(parts.sigma[static_cast<std::size_t>(i)] - whole.sigma[static_cast<std::size_t>(i)])
            < 1e-5 * whole.sigma.front());
    QVERIFY(distance(parts.sum(0, rank), product) < 1e-5 * norm(product));
    QVERIFY(distance(parts.sum(0, 2), whole.sum(0, 2)) < 1e-4 * norm(product));
    QCOMPARE(parts.exactRank(), 4); // one weight is 0
    QCOMPARE(whole.exactRank(), 4);
}

void TestSpectral::rankNothing()
{
    const SpectralParts parts = SpectralParts::ofFactors({}, {}, {}, 6, 4);
    QCOMPARE(parts.count(), 0);
    QCOMPARE(parts.errorAt(1), 0.0);
    QCOMPARE(parts.exactRank(), 0);
    QCOMPARE(parts.sum(0, 3).values, std::vector<float>(24));
}

void TestSpectral::blockMeansOfSumsAreSumsOfBlockMeans()
{
    const SpectralParts parts = SpectralParts::of(randomMatrix(12, 9, 5));
    const SpectralParts small = parts.reduced(4, 3);
    QCOMPARE(small.rows, 4);
    QCOMPARE(small.columns, 3);
    const MatrixValues whole = parts.sum(1, 6);
    const MatrixValues means = small.sum(1, 6);
    for (int row = 0; row < 4; ++row)
        for (int column = 0; column < 3; ++column) {
            double sum = 0.0;
            for (int y = 0; y < 3; ++y)
                for (int x = 0; x < 3; ++x)
                    sum += whole.values[static_cast<std::size_t>((row * 3 + y) * 9 + column * 3 + x)];
            QVERIFY(std::abs(sum / 9 - means.values[static_cast<std::size_t>(row * 3 + column)]) < 1e-5);
        }
    QCOMPARE(parts.reduced(100, 100).rows, 12);
}

void TestSpectral::sampleImageIsAPicture()
{
    const MatrixValues image = sampleImage(64);
    QCOMPARE(image.values.size(), 64U * 64U);
    const auto [low, high] = std::minmax_element(image.values.begin(), image.values.end());
    QVERIFY(*low >= 0.0F && *high <= 1.0F);
    QVERIFY(*high - *low > 0.6F);
    QCOMPARE(sampleImage(64).values, image.values);
    // Smooth enough that a few layers say most of it, and not so flat that one does.
    const SpectralParts parts = SpectralParts::of(image);
    QVERIFY(parts.errorAt(1) > 0.1);
    QVERIFY(parts.errorAt(20) < 0.1);
}

void TestSpectral::imagesAreReadAndShrunk()
{
    const QTemporaryDir folder;
    QImage image(1000, 500, QImage::Format_RGB32);
    image.fill(QColor(255, 0, 0));
    const QString file = folder.filePath("red.png");
    QVERIFY(image.save(file));
    const MatrixValues values = loadGreyImage(file, 512);
    QCOMPARE(values.columns, 512);
    QCOMPARE(values.rows, 256);
    QVERIFY(std::abs(values.values.front() - 0.299F) < 1e-3F);
    try {
        (void)loadGreyImage(folder.filePath("none.png"), 512);
        QFAIL("a missing file was read");
    } catch (const Error& error) { // one whose sentence can be translated
        QCOMPARE(error.message().pattern(), std::string("%1 cannot be read as an image: %2."));
        QVERIFY(QString::fromUtf8(error.what()).contains("none.png cannot be read as an image: "));
    }
}

/// Decoded whole, this one would be more than an image reader allows.
void TestSpectral::photosAreDecodedSmall()
{
    if (!QImageWriter::supportedImageFormats().contains("jpeg"))
        QSKIP("Qt has no JPEG here");
    const QTemporaryDir folder;
    const QString file = folder.filePath("photo.jpg");
    {
        QImage image(7000, 6000, QImage::Format_RGB32);
        image.fill(QColor(0, 255, 0));
        QVERIFY(image.save(file));
    }
    const MatrixValues values = loadGreyImage(file, 512);
    QCOMPARE(values.columns, 512);
    QVERIFY(std::abs(values.rows - 439) <= 1);
    QVERIFY(std::abs(values.values.front() - 0.587F) < 0.02F);
}

void TestSpectral::sliderIsLogarithmic()
{
    RankSlider slider;
    slider.resize(400, 46);
    slider.setRange(1, 256);
    QVERIFY(std::abs(slider.xOf(16) - (slider.xOf(1) + slider.xOf(256)) / 2) < 0.5);
    for (const int rank : {1, 2, 5, 17, 100, 256})
        QCOMPARE(slider.rankAt(slider.xOf(rank)), rank);
    QCOMPARE(slider.rankAt(-50), 1);
    QCOMPARE(slider.rankAt(5000), 256);
    QCOMPARE(slider.ticks().front(), 1);
    QCOMPARE(slider.ticks().back(), 256);
    QSignalSpy changed(&slider, &QAbstractSlider::valueChanged);
    slider.setValue(6);
    QTest::keyClick(&slider, Qt::Key_Right);
    QCOMPARE(slider.value(), 7);
    QTest::keyClick(&slider, Qt::Key_End);
    QCOMPARE(slider.value(), 256);
    QTest::mouseClick(&slider, Qt::LeftButton, {}, QPoint(static_cast<int>(slider.xOf(20)), 20));
    QVERIFY(std::abs(slider.value() - 20) <= 1);
}

void TestSpectral::figuresOfTheSliderNeverMeet_data()
{
    QTest::addColumn<int>("most");
    QTest::addColumn<int>("width");
    for (const int most : {1, 2, 64, 1'000, 1'000'000})
        for (const int width : {120, 400, 865})
            QTest::addRow("%d in %d", most, width) << most << width;
}

void TestSpectral::figuresOfTheSliderNeverMeet()
{
    QFETCH(int, most);
    QFETCH(int, width);
    RankSlider slider;
    slider.resize(width, 46);
    slider.setRange(1, most);
    const std::vector<int> ticks = slider.ticks();
    QCOMPARE(ticks.back(), most);
    double end = -1e9;
    for (const int rank : ticks) { // as wide as they are painted, and at most so: the chosen one is bold
        const double wide = tabularWidth(Fonts::captionBold(), formatCount(rank));
        const double left = centredInside(slider.xOf(rank), wide, 0.0, width);
        QVERIFY2(left >= end + 6.0 - 1e-6, qPrintable(QString::number(rank)));
        end = left + wide;
    }
}

void TestSpectral::theSliderKeepsItsPowersOfTen()
{
    RankSlider slider;
    slider.resize(865, 46);
    slider.setRange(1, 1'000'000);
    const std::vector<int> ticks = slider.ticks();
    for (int decade = 1; decade <= 1'000'000; decade *= 10)
        QVERIFY2(std::find(ticks.begin(), ticks.end(), decade) != ticks.end(), qPrintable(QString::number(decade)));
    QVERIFY(std::is_sorted(ticks.begin(), ticks.end()));
    slider.setRange(1, 1'000);
    QVERIFY(slider.ticks().size() > 8); // what has room between them is there, too
}

void TestSpectral::theSlidersFiguresAreEven()
{
    RankSlider slider;
    const auto has = [](const std::vector<int>& ranks, int rank) { return std::ranges::binary_search(ranks, rank); };
    for (const int most : {1'000, 1'000'000})
        for (const int width : {200, 463, 865, 1'400}) {
            slider.resize(width, 46);
            slider.setRange(1, most);
            const std::vector<int> ticks = slider.ticks();
            const std::vector<int> marks = slider.marks();
            for (const int factor : {2, 3, 5}) // in each decade or in none; the last one's may touch the end's figure
                for (int decade = 10; factor * decade < most / 10; decade *= 10)
                    QCOMPARE(has(ticks, factor * decade), has(ticks, factor));
            for (int decade = 1; decade < most; decade *= 10)
                for (const int factor : {1, 2, 5})
                    QVERIFY(has(marks, factor * decade)); // a line has room wherever there is no figure
            QVERIFY(std::ranges::includes(marks, ticks));
        }
}

void TestSpectral::plotPlacesItsValues()
{
    SpectrumPlot bars(SpectrumPlot::Kind::SingularValues);
    bars.resize(300, 200);
    bars.setValues({0.28, 0.2, 0.1});
    QCOMPARE(bars.top(), 0.3);
    bars.setValues({2.0, 1.0});
    QVERIFY(std::abs(bars.top() - 2.5) < 1e-9); // the longest bar does not end at the plot's edge
    bars.setValues({0.28, 0.2, 0.1});
    QVERIFY(bars.yOf(0.28) < bars.yOf(0.2));
    QVERIFY(std::abs((bars.xOf(2) - bars.xOf(1)) - (bars.xOf(3) - bars.xOf(2))) < 1e-9);
    SpectrumPlot curve(SpectrumPlot::Kind::ErrorCurve);
    curve.resize(300, 200);
    curve.setValues(std::vector<double>(100, 0.5));
    QVERIFY(std::abs(curve.xOf(10) - (curve.xOf(1) + curve.xOf(100)) / 2) < 0.5);
}

void TestSpectral::fewBarsHaveAFigureEach_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("count");
    QTest::addColumn<std::vector<int>>("ticks");
    using Ticks = std::vector<int>;
    const int bars = static_cast<int>(SpectrumPlot::Kind::SingularValues);
    const int curve = static_cast<int>(SpectrumPlot::Kind::ErrorCurve);
    QTest::newRow("none") << bars << 0 << Ticks {};
    QTest::newRow("8 bars") << bars << 8 << Ticks {1, 2, 3, 4, 5, 6, 7, 8};
    QTest::newRow("12 bars") << bars << 12 << Ticks {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    QTest::newRow("13 bars") << bars << 13 << Ticks {1, 2, 3, 5, 10};
    QTest::newRow("a curve") << curve << 8 << Ticks {1, 2, 3, 5};
}

void TestSpectral::fewBarsHaveAFigureEach()
{
    QFETCH(int, kind);
    QFETCH(int, count);
    QFETCH(std::vector<int>, ticks);
    SpectrumPlot plot(static_cast<SpectrumPlot::Kind>(kind));
    plot.resize(400, 200);
    plot.setValues(std::vector<double>(static_cast<std::size_t>(count), 0.5));
    QCOMPARE(plot.ticks(), ticks);
    QVERIFY(!plot.grab().isNull());
}

void TestSpectral::signsHaveTheirColours()
{
    SignLegend legend;
    QVERIFY(legend.bar().isEmpty()); // nothing to explain
    legend.setReach(0.42);
    QVERIFY(legend.accessibleDescription().contains("0.42"));
    for (const int width : {164, 250, 130}) {
        legend.resize(width, 16);
        const QRectF bar = legend.bar();
        QVERIFY2(bar.left() > 0.0 && bar.right() < width && bar.width() >= 8.0, qPrintable(QString::number(width)));
        const QImage image = legend.grab().toImage();
        const int y = static_cast<int>(bar.center().y());
        const auto colourAt = [&image, y](double x) { return image.pixelColor(static_cast<int>(x), y); };
        const Theme& theme = Theme::current();
        const auto near = [](const QColor& a, const QColor& b) {
            return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue()) < 60;
        };
        QVERIFY(near(colourAt(bar.left() + 1.0), theme.differenceColor(-1.0)));
        QVERIFY(near(colourAt(bar.right() - 1.0), theme.differenceColor(1.0)));
    }
    legend.resize(20, 16); // narrower than its two numbers
    QVERIFY(legend.bar().isEmpty());
    legend.setReach(0.42, true); // larger values have the same colours
    QVERIFY(legend.accessibleDescription().contains(QStringLiteral("≤ −0.42")));
    QVERIFY(legend.toolTip().contains(QStringLiteral("≥ +0.42")));
    legend.resize(legend.minimumSizeHint());
    QVERIFY(legend.bar().width() >= 8.0);
}

QTEST_MAIN(TestSpectral)
#include "tst_spectral.moc"

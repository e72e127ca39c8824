// SPDX-License-Identifier: GPL-3.0-or-later
// Runs of a million steps: smoothing, another axis and a saved picture leave the GUI thread free. What counts is the
// processor time of that thread alone, which a busy machine does not lengthen.
#include "tests/visualization/Ink.h"
#include "visualization/ComparePlot.h"
#include "visualization/LatestWork.h"
#include "visualization/PictureFile.h"
#include "visualization/RunPlots.h"

#include <QDeadlineTimer>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <semaphore>
#include <thread>

using namespace spectune;

namespace {

constexpr std::int64_t million = 1'000'000;
constexpr double mostMilliseconds = 50.0; ///< that anything may keep the GUI thread
constexpr int patience = 30'000; ///< ms, for the worker on a busy machine

/// Processor time of this thread so far, ms.
double threadTime()
{
    timespec time {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

template <typename Call>
double timeOf(Call call)
{
    const double before = threadTime();
    call();
    return threadTime() - before;
}

/// The longest turn of the event loop until @p ready, ms; more than any bound: it never was.
template <typename Ready>
double longestTurn(Ready ready)
{
    QTimer awake; // so that the loop comes back to look at the clock
    awake.start(20);
    const QDeadlineTimer end(patience);
    double longest = 0.0;
    while (!ready()) {
        if (end.hasExpired())
            return 1e9;
        longest = std::max(longest, timeOf([] { QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents); }));
    }
    return longest;
}

std::vector<MetricPoint> metrics(std::int64_t from, std::int64_t count)
{
    std::vector<MetricPoint> points(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i].step = from + static_cast<std::int64_t>(i);
        points[i].loss = 1.0 + std::exp(-static_cast<double>(i) * 1e-5) + 0.2 * std::sin(static_cast<double>(i) * 0.7);
        points[i].orth = 0.1;
        points[i].tokens = 50;
        points[i].seconds = 0.5 * static_cast<double>(points[i].step);
    }
    return points;
}

CompareCurves twoLongRuns()
{
    CompareCurves curves;
    for (const char* name : {"first", "second"}) {
        auto history = std::make_shared<RunHistory>();
        history->metrics = metrics(1, million);
        history->evaluations.push_back({million / 2, 1.1, {}});
        curves.add(name, history);
    }
    return curves;
}

bool same(std::span<const double> a, std::span<const double> b)
{
    return std::ranges::equal(a, b);
}

} // namespace

#define VERIFY_SHORT(milliseconds)                                                                                     \
    do {                                                                                                               \
        const double taken = milliseconds;                                                                             \
        QVERIFY2(taken < mostMilliseconds, qPrintable(QString::number(taken)));                                        \
    } while (false)

class TestMillionPoints : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theLatestWorkWins();
    void smoothingARun();
    void pointsThatComeMeanwhile();
    void pointsThatAreTakenBackMeanwhile();
    void anotherRunMeanwhile();
    void smoothingACopyIsSmoothing();
    void anotherRunIsShownAtOnce();
    void otherRunsAreComparedAtOnce();
    void comparedRuns();
    void otherRunsKeepTheAxisAskedFor();
    void otherRunsStandUnderNoOtherValue();
    void pictures_data();
    void pictures();
};

void TestMillionPoints::theLatestWorkWins()
{
    std::binary_semaphore free(0);
    std::vector<int> done;
    std::thread::id thread;
    LatestWork work;
    const auto ask = [&](int number) {
        work.ask([&, number]() -> LatestWork::Work {
            return [&, number]() -> LatestWork::Done {
                thread = std::this_thread::get_id();
                if (number == 1)
                    free.acquire();
                if (number == 4)
                    throw std::runtime_error("no memory");
                return [&done, number] { done.push_back(number); };
            };
        });
    };
    ask(1);
    ask(2); // never begun
    ask(3);
    QVERIFY(work.isBusy());
    QVERIFY(done.empty());
    free.release();
    QTRY_COMPARE_WITH_TIMEOUT(done, (std::vector<int> {1, 3}), patience);
    QVERIFY(thread != std::this_thread::get_id());
    QVERIFY(!work.isBusy());
    ask(4); // nothing is done, and it goes on
    QTRY_VERIFY_WITH_TIMEOUT(!work.isBusy(), patience);
    ask(5);
    QTRY_COMPARE_WITH_TIMEOUT(done, (std::vector<int> {1, 3, 5}), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!work.isBusy(), patience);
    work.ask([]() -> LatestWork::Work { throw std::runtime_error("no memory for what it needs"); });
    QVERIFY(!work.isBusy());
    ask(6);
    QTRY_COMPARE_WITH_TIMEOUT(done, (std::vector<int> {1, 3, 5, 6}), patience);
}

void TestMillionPoints::smoothingARun()
{
    RunPlots plots;
    plots.append(metrics(1, million));
    const double before = plots.curves().smooth().y()[million / 2];
    for (const double weight : {0.9, 0.999, 0.5}) // a slider that moves
        VERIFY_SHORT(timeOf([&] { plots.setSmoothing(weight); }));
    QCOMPARE(plots.curves().smooth().y()[million / 2], before); // it stays until the new one is there
    VERIFY_SHORT(longestTurn([&] { return plots.curves().smoothing() == 0.5; }));
    RunCurves expected;
    expected.append(metrics(1, million));
    expected.setSmoothing(0.5);
    QVERIFY(same(plots.curves().smooth().y(), expected.smooth().y()));
    QVERIFY(same(plots.curves().smooth().x(), expected.loss().x()));
}

void TestMillionPoints::pointsThatComeMeanwhile()
{
    RunPlots plots;
    plots.append(metrics(1, million));
    plots.setSmoothing(0.9);
    plots.append(metrics(million + 1, 100));
    VERIFY_SHORT(longestTurn([&] { return plots.curves().smoothing() == 0.9; }));
    plots.append(metrics(million + 101, 100));
    RunCurves expected;
    expected.setSmoothing(0.9);
    expected.append(metrics(1, million));
    expected.append(metrics(million + 1, 100));
    expected.append(metrics(million + 101, 100));
    QCOMPARE(plots.curves().smooth().size(), std::size_t {million + 200});
    QVERIFY(same(plots.curves().smooth().y(), expected.smooth().y()));
}

void TestMillionPoints::pointsThatAreTakenBackMeanwhile()
{
    RunPlots plots;
    plots.append(metrics(1, million));
    plots.setSmoothing(0.9);
    plots.append(metrics(million - 9, 5)); // resumed
    QTRY_COMPARE_WITH_TIMEOUT(plots.curves().smoothing(), 0.9, patience);
    QCOMPARE(plots.curves().smooth().size(), std::size_t {million - 5});
    RunCurves expected;
    expected.setSmoothing(0.9);
    expected.append(metrics(1, million));
    expected.append(metrics(million - 9, 5));
    QVERIFY(same(plots.curves().smooth().y(), expected.smooth().y()));
}

void TestMillionPoints::anotherRunMeanwhile()
{
    RunPlots plots;
    plots.append(metrics(1, million));
    plots.setSmoothing(0.0);
    plots.clear();
    plots.append(metrics(1, 1000));
    QCOMPARE(plots.curves().smoothing(), 0.0); // as was asked for
    QVERIFY(same(plots.curves().smooth().y(), plots.curves().loss().y()));
    plots.setSmoothing(0.9); // few points: at once
    QCOMPARE(plots.curves().smoothing(), 0.9);
    QTest::qWait(0); // what the worker made of the run before may come
    QCOMPARE(plots.curves().smooth().size(), std::size_t {1000});
    QVERIFY(!same(plots.curves().smooth().y(), plots.curves().loss().y()));
}

void TestMillionPoints::smoothingACopyIsSmoothing()
{
    RunCurves curves;
    curves.append(metrics(1, 1000));
    RunCurves expected = curves;
    expected.setSmoothing(0.7);
    SmoothedLosses losses = smoothed(curves.lossesToSmooth(0.7));
    RunCurves shorter = curves;
    shorter.append(metrics(500, 1)); // its past is another one
    QVERIFY(!shorter.take(SmoothedLosses(losses)));
    QCOMPARE(shorter.smoothing(), Smoother::usualWeight);
    QVERIFY(curves.take(std::move(losses)));
    QCOMPARE(curves.smoothing(), 0.7);
    QVERIFY(same(curves.smooth().y(), expected.smooth().y()));
}

/// What a worker made of a recorded run costs the GUI thread nothing, whatever the slider says.
void TestMillionPoints::anotherRunIsShownAtOnce()
{
    RunHistory history;
    history.metrics = metrics(1, million);
    history.evaluations.push_back({million, 1.1, {}});
    RunCurves made;
    made.setHistory(history);
    RunPlots plots;
    plots.resize(800, 600);
    plots.show();
    plots.append(metrics(1, 100));
    plots.setSmoothing(0.9);
    VERIFY_SHORT(timeOf([&] { plots.setHistory(history, &made); }));
    QCOMPARE(plots.curves().loss().y().data(), made.loss().y().data());
    QCOMPARE(plots.readoutsAt(million).size(), 3);
    VERIFY_SHORT(longestTurn([&] { return plots.curves().smoothing() == 0.9; }));
    plots.append(metrics(million - 9, 5)); // resumed
    QCOMPARE(plots.curves().lastStep(), million - 5);
    QCOMPARE(made.lastStep(), million);
    RunCurves expected;
    expected.setSmoothing(0.9);
    expected.setHistory(history);
    expected.append(metrics(million - 9, 5));
    QVERIFY(same(plots.curves().smooth().y(), expected.smooth().y()));
}

void TestMillionPoints::otherRunsAreComparedAtOnce()
{
    const CompareCurves made = twoLongRuns();
    auto history = std::make_shared<RunHistory>();
    history->metrics = metrics(1, million);
    const ComparedCurve curve = comparedCurve(*history);
    ComparePlot plot;
    plot.resize(800, 300);
    plot.show();
    VERIFY_SHORT(timeOf([&] {
        CompareCurves curves = made;
        curves.add("third", history, curve);
        plot.setCurves(std::move(curves));
    }));
    VERIFY_SHORT(longestTurn([&] { return plot.shownX().high == static_cast<double>(million); }));
    QCOMPARE(made.curves().size(), 2U);
    QCOMPARE(plot.curves().nameOf(2), "third");
    QVERIFY(same(plot.curves().curves()[2].smooth.y(), made.curves()[0].smooth.y()));
}

void TestMillionPoints::comparedRuns()
{
    ComparePlot plot;
    plot.resize(800, 300);
    plot.setCurves(twoLongRuns());
    plot.show();
    QTRY_COMPARE_WITH_TIMEOUT(plot.shownX().high, static_cast<double>(million), patience);
    for (const CompareAxis axis : {CompareAxis::Tokens, CompareAxis::Step, CompareAxis::Time})
        VERIFY_SHORT(timeOf([&] { plot.setAxis(axis); }));
    for (const double weight : {0.9, 0.99})
        VERIFY_SHORT(timeOf([&] { plot.setSmoothing(weight); }));
    QCOMPARE(plot.curves().axis(), CompareAxis::Step); // the earlier curves, until the others are there
    VERIFY_SHORT(
        longestTurn([&] { return plot.curves().axis() == CompareAxis::Time && plot.curves().smoothing() == 0.99; }));
    VERIFY_SHORT(longestTurn([&] { return plot.shownX().high == 0.5 * million; }));
    const ComparedCurve& curve = plot.curves().curves()[1];
    QCOMPARE(curve.raw.x()[99], 50.0);
    QCOMPARE(curve.evaluations.front().x(), 0.25 * million);
    CompareCurves expected = twoLongRuns();
    expected.setSmoothing(0.99);
    QVERIFY(same(curve.smooth.y(), expected.curves()[1].smooth.y()));
    QVERIFY(same(curve.smooth.x(), curve.raw.x()));
    VERIFY_SHORT(timeOf([&] { plot.setValue(CompareValue::GradientNorm); }));
    QCOMPARE(plot.curves().value(), CompareValue::TaskLoss); // until the others are there
    VERIFY_SHORT(longestTurn([&] { return plot.curves().value() == CompareValue::GradientNorm; }));
    VERIFY_SHORT(timeOf([&] { // what copying and saving the values take along
        const CompareCurves copy = plot.curves();
        QVERIFY(copy.curves()[1].raw.y().data() == plot.curves().curves()[1].raw.y().data());
    }));
}

void TestMillionPoints::otherRunsKeepTheAxisAskedFor()
{
    ComparePlot plot;
    plot.setCurves(twoLongRuns());
    plot.setAxis(CompareAxis::Tokens);
    CompareCurves few;
    auto history = std::make_shared<RunHistory>();
    history->metrics = metrics(1, 100);
    few.add("few", history);
    plot.setCurves(few); // before the worker has answered
    QCOMPARE(plot.curves().axis(), CompareAxis::Tokens);
    QCOMPARE(plot.curves().curves()[0].end(), 5000.0);
    QTRY_COMPARE_WITH_TIMEOUT(plot.shownX().high, 5000.0, patience);
    QCOMPARE(plot.curves().curves().size(), 1U);
}

/// Before a worker has made them, what there is are losses.
void TestMillionPoints::otherRunsStandUnderNoOtherValue()
{
    ComparePlot plot;
    plot.resize(800, 300);
    plot.setValue(CompareValue::LearningRate);
    plot.setCurves(twoLongRuns());
    const auto inks = [&plot] {
        QImage image(plot.size(), QImage::Format_RGB32);
        plot.paintOn(image, plot.size());
        return test::hasInk(image, QRectF(QPointF(), plot.size()).adjusted(2, 2, -2, -2));
    };
    QVERIFY(!inks());
    QCOMPARE(plot.accessibleDescription(), QString());
    QTRY_COMPARE_WITH_TIMEOUT(plot.curves().value(), CompareValue::LearningRate, patience);
    QVERIFY(inks());
    QVERIFY(!plot.accessibleDescription().isEmpty());
    plot.setCurves(twoLongRuns()); // once more, over the axis as well
    plot.setAxis(CompareAxis::Tokens);
    QVERIFY(!inks());
    QTRY_COMPARE_WITH_TIMEOUT(plot.curves().axis(), CompareAxis::Tokens, patience);
    QVERIFY(inks());
}

void TestMillionPoints::pictures_data()
{
    QTest::addColumn<QString>("ending");
    for (const char* ending : {"png", "svg", "pdf"})
        QTest::newRow(ending) << ending;
}

/// Painting is the GUI thread's; to encode and to write is whoever's.
void TestMillionPoints::pictures()
{
    QFETCH(QString, ending);
    const QTemporaryDir folder;
    ComparePlot plot;
    plot.resize(800, 300);
    plot.setCurves(twoLongRuns());
    const QString path = folder.filePath("losses." + ending);
    const PaintPicture paint = [&plot](QPaintDevice& device, QSize size) { plot.paintOn(device, size); };
    (void)pictureOf(plot.size(), 2.0, paint); // fonts are read once in a program
    std::function<void()> work;
    const double painted = timeOf([&] { work = pictureWork(path, plot.size(), paint); });
    QVERIFY(!QFile::exists(path));
    std::thread writer([&work] { work(); });
    writer.join();
    QVERIFY(QFile(path).size() > 1000);
    VERIFY_SHORT(painted);
    if (ending == "png")
        QCOMPARE(QImage(path).size(), 2 * plot.size());
    QVERIFY_EXCEPTION_THROWN(pictureWork(folder.filePath("losses.txt"), plot.size(), paint), std::exception);
}

QTEST_MAIN(TestMillionPoints)
#include "tst_millionpoints.moc"

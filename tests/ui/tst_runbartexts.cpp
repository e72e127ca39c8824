// SPDX-License-Identifier: GPL-3.0-or-later
// What the run bar tells of a run: before it, in figures that keep their places, and when it has ended.
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/FigureLabel.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/TrainingSpeed.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"

#include <QFile>
#include <QLabel>
#include <QTest>
#include <QTranslator>

#include <algorithm>
#include <cmath>

using namespace spectune;
using spectune::test::patience;

class TestRunBarTexts : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void figuresKeepTheirPlaces();
    void figuresStandWhereTheLanguageBegins();
    void theBarsFiguresAreSuch();
    void aStepsSentenceIsOneText();
    void epochsAreToldBeforeARun_data();
    void epochsAreToldBeforeARun();
    void epochsFollowTheData();
    void aFinishedRunTellsItsLoss();
    void aPauseIsNoSlowness();
    void aThinnedRunIsAsFast();
    void withoutAnEvaluationTheTimeIsTold();

private:
    /// Steps of 100 tokens in half a second each.
    [[nodiscard]] static std::vector<MetricPoint> evenSteps(std::int64_t steps);
    [[nodiscard]] static QString subtitle(const RunBar& bar)
    {
        return bar.findChild<QLabel*>(QStringLiteral("RunSubtitle"))->text();
    }
};

void TestRunBarTexts::figuresKeepTheirPlaces()
{
    const auto picture = [](const QString& number, const QString& rest) {
        FigureLabel label;
        label.setFont(Fonts::heading());
        label.setRestLook(Fonts::body(), &Theme::text);
        label.setFigures(number, rest);
        label.resize(label.sizeHint());
        return label.grab().toImage();
    };
    const QImage narrow = picture("Step 111", " of 2,000");
    const QImage wide = picture("Step 888", " of 2,000");
    QCOMPARE(narrow.size(), wide.size());
    const int rest = static_cast<int>(std::ceil(tabularWidth(Fonts::heading(), "Step 888")));
    const QRect end(rest, 0, wide.width() - rest, wide.height());
    QVERIFY(end.width() > 40);
    QCOMPARE(narrow.copy(end), wide.copy(end)); // " of 2,000" stands where it stood
    QVERIFY(narrow != wide);
}

void TestRunBarTexts::figuresStandWhereTheLanguageBegins()
{
    const auto isBlank = [](const QImage& picture) {
        QImage one(picture.size(), picture.format());
        one.fill(picture.pixelColor(0, 0));
        return picture == one;
    };
    for (const bool leftwards : {false, true}) {
        FigureLabel label;
        label.setFont(Fonts::heading());
        label.setRestLook(Fonts::body(), &Theme::text);
        label.setFigures("Step 111", " of 2,000");
        label.setLayoutDirection(leftwards ? Qt::RightToLeft : Qt::LeftToRight);
        const int wide = label.sizeHint().width();
        label.resize(3 * wide, label.sizeHint().height());
        const QImage picture = label.grab().toImage().convertToFormat(QImage::Format_RGB32);
        QCOMPARE(isBlank(picture.copy(0, 0, wide, picture.height())), leftwards);
        QCOMPARE(isBlank(picture.copy(2 * wide, 0, wide, picture.height())), !leftwards);
    }
}

void TestRunBarTexts::theBarsFiguresAreSuch()
{
    m_bench->pauseAt(200);
    for (const char* name : {"task loss", "tok/s", "learning rate", "memory"}) {
        const auto labels = window().runBar().findChildren<FigureLabel*>();
        QVERIFY2(std::ranges::any_of(labels,
                     [name](const FigureLabel* label) { return label->accessibleName() == QLatin1String(name); }),
            name);
    }
}

/// A language may put its words in another order than English: pieces of a sentence could not be.
void TestRunBarTexts::aStepsSentenceIsOneText()
{
    class Reverses : public QTranslator {
    public:
        [[nodiscard]] bool isEmpty() const override { return false; }
        QString translate(const char*, const char* source, const char*, int) const override
        {
            return qstrcmp(source, "Step %1 of %2") == 0 ? QStringLiteral("of %2 the %1th") : QString();
        }
    };
    Reverses reverses;
    QVERIFY(QCoreApplication::installTranslator(&reverses));
    m_bench->pauseAt(200);
    const QString sentence = QStringLiteral("of 800 the %1th").arg(window().run().step());
    const auto labels = window().runBar().findChildren<FigureLabel*>();
    QVERIFY(std::ranges::any_of(labels, [&](const FigureLabel* label) { return label->text() == sentence; }));
    QCoreApplication::removeTranslator(&reverses);
}

void TestRunBarTexts::epochsAreToldBeforeARun_data()
{
    QTest::addColumn<std::int64_t>("steps");
    QTest::addColumn<double>("epochs");
    QTest::addColumn<QString>("text");
    QTest::newRow("whole") << std::int64_t {2000} << 3.0 << "2,000 steps, 3 epochs";
    QTest::newRow("nearly whole") << std::int64_t {2000} << 3.02 << "2,000 steps, about 3 epochs";
    QTest::newRow("part") << std::int64_t {800} << 1.52 << "800 steps, about 1.5 epochs";
    QTest::newRow("one") << std::int64_t {94} << 1.0 << "94 steps, 1 epoch";
    QTest::newRow("about one") << std::int64_t {95} << 1.01 << "95 steps, about 1 epoch";
    QTest::newRow("one and a half") << std::int64_t {141} << 1.5 << "141 steps, 1.5 epochs";
    QTest::newRow("many") << std::int64_t {800} << 12.6 << "800 steps, about 13 epochs";
    QTest::newRow("not known") << std::int64_t {1} << 0.0 << "1 step";
    QTest::newRow("next to none") << std::int64_t {10} << 0.01 << "10 steps";
    QTest::newRow("steps not known") << std::int64_t {0} << 0.0 << "the number of steps follows from the data";
}

void TestRunBarTexts::epochsAreToldBeforeARun()
{
    QFETCH(const std::int64_t, steps);
    QFETCH(const double, epochs);
    RunModel run;
    RunBar bar(run);
    bar.setContext({.nextChoice = {}, .steps = steps, .epochs = epochs, .summary = {}});
    QTEST(subtitle(bar), "text");
}

void TestRunBarTexts::epochsFollowTheData()
{
    ConfigForm form;
    form.setText("train.steps", "21");
    form.setText("train.batch_size", "16");
    QCOMPARE(form.epochs(), 0.0); // no data yet
    DataPreview preview;
    preview.samples = 100; // seven batches, the last of four
    form.setPreview(preview, false);
    QCOMPARE(form.epochs(), 3.0);
}

void TestRunBarTexts::aFinishedRunTellsItsLoss()
{
    m_bench->runTo(SessionState::Finished);
    const RunHistory& history = window().run().history();
    QCOMPARE(history.evaluations.back().step, std::int64_t {800});
    QCOMPARE(subtitle(window().runBar()),
        QStringLiteral("step 800, evaluation loss %1 (first %2)")
            .arg(formatLoss(history.evaluations.back().evalLoss), formatLoss(history.evaluations.front().evalLoss)));
    const auto labels = window().runBar().findChildren<QLabel*>();
    const auto texts = [&labels](const QString& wanted) {
        return std::ranges::any_of(
            labels, [&wanted](const QLabel* label) { return label->isVisible() && label->text() == wanted; });
    };
    QVERIFY(texts(QStringLiteral("· ") + formatDuration(history.metrics.back().seconds)));
    const double speed = trainingSpeed(history.metrics, history.evaluations);
    QVERIFY(speed > 0.0 && texts(formatCount(std::llround(speed)))); // of the run, not of its end
    const auto figure = std::ranges::find_if(
        labels, [](const QLabel* label) { return label->accessibleName() == QLatin1String("tok/s"); });
    QVERIFY((*figure)->parentWidget()->toolTip().contains("over the whole run"));
}

std::vector<MetricPoint> TestRunBarTexts::evenSteps(std::int64_t steps)
{
    std::vector<MetricPoint> points;
    for (std::int64_t step = 1; step <= steps; ++step)
        points.push_back({.step = step, .tokens = 100, .seconds = 0.5 * static_cast<double>(step), .skipped = {}});
    return points;
}

void TestRunBarTexts::aPauseIsNoSlowness()
{
    std::vector<MetricPoint> points = evenSteps(60);
    QCOMPARE(trainingSpeed(points, {}), 200.0);
    const std::vector<EvalPoint> evaluations {{.step = 20, .evalLoss = 1.0, .metrics = {}}};
    for (MetricPoint& point : points) {
        point.seconds += point.step > 20 ? 3.0 : 0.0; // shorter than ten steps, and known
        point.seconds += point.step > 30 ? 3600.0 : 0.0; // a pause
    }
    QCOMPARE(trainingSpeed(points, evaluations), 200.0);
    QCOMPARE(trainingSpeed({}, {}), 0.0);
    QCOMPARE(trainingSpeed(evenSteps(1), {}), 200.0);
    std::vector<EvalPoint> everyStep;
    for (std::int64_t step = 1; step <= 60; ++step)
        everyStep.push_back({.step = step, .evalLoss = 1.0, .metrics = {}});
    QCOMPARE(trainingSpeed(evenSteps(60), everyStep), 200.0);
}

void TestRunBarTexts::aThinnedRunIsAsFast()
{
    std::vector<MetricPoint> points = evenSteps(60);
    std::erase_if(points, [](const MetricPoint& point) { return point.step > 10 && point.step % 4 != 0; });
    QCOMPARE(trainingSpeed(points, {}), 200.0);
}

void TestRunBarTexts::withoutAnEvaluationTheTimeIsTold()
{
    const QString folder = test::writeRun(m_bench->path("run"), test::written(0, 1.0));
    QFile metrics(folder + "/metrics.jsonl");
    QVERIFY(metrics.open(QIODevice::ReadOnly));
    QByteArray kept;
    while (!metrics.atEnd())
        if (const QByteArray line = metrics.readLine(); !line.contains("eval_loss"))
            kept += line;
    metrics.close();
    QVERIFY(metrics.open(QIODevice::WriteOnly | QIODevice::Truncate));
    metrics.write(kept);
    metrics.close();
    QVERIFY(m_bench->open());
    window().openRun(folder);
    QCOMPARE(subtitle(window().runBar()),
        QStringLiteral("step 40, %1").arg(formatDuration(window().run().history().metrics.back().seconds)));
}

QTEST_MAIN(TestRunBarTexts)
#include "tst_runbartexts.moc"

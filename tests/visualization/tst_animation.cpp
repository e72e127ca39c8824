// SPDX-License-Identifier: GPL-3.0-or-later
// Animations read back, the Gram and spectrum views' data, a matrix over time.
#include "training/core/Error.h"
#include "visualization/AnimationFile.h"
#include "visualization/EventTimeline.h"
#include "visualization/GramView.h"
#include "visualization/SpectrumBars.h"
#include "visualization/TripletHistory.h"

#include <QDir>
#include <QFile>
#include <QHelpEvent>
#include <QImageReader>
#include <QPainter>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QToolTip>

using namespace spectune;

namespace {

QImage frame(int k)
{
    QImage image(120, 80, QImage::Format_RGB32);
    image.fill(QColor(20, 30, 40));
    QPainter painter(&image);
    painter.fillRect(QRect(10 * k, 20, 10, 10), QColor(250, 160, 20));
    return image;
}

void write(AnimationFormat format, const QString& path, int frames, bool finish)
{
    const auto file = makeAnimation(format, path, {120, 80}, 200);
    for (int k = 0; k < frames; ++k)
        file->add(frame(k));
    if (finish)
        file->finish();
}

} // namespace

class TestAnimation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aGifReadsBack();
    void aWebpHasItsFrames();
    void aFolderHasItsPictures();
    void aFolderThatCameMeanwhileIsLeftAlone();
    void unfinishedFilesLeaveNothing();
    void aMissingFolderIsNamed();
    void whatChanged();
    void gramsShowTheWayFromTheIdentity();
    void theFarEdgeOfAGramIsItsLastValue();
    void theLargestGap();
    void aTripletOverTime();
    void aTripletOverTimeByKeys();
    void barsStandForPixels();
};

void TestAnimation::aGifReadsBack()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath("a.gif");
    write(AnimationFormat::Gif, path, 5, true);
    QImageReader reader(path);
    if (!reader.supportsAnimation())
        QSKIP("Qt has no GIF reader here");
    for (int k = 0; k < 5; ++k) {
        const QImage image = reader.read().convertToFormat(QImage::Format_RGB32);
        QCOMPARE(image.size(), QSize(120, 80));
        const QColor inside = image.pixelColor(10 * k + 5, 25);
        QVERIFY2(inside.red() > 200 && inside.blue() < 80, qPrintable(inside.name()));
        if (k > 0)
            QVERIFY(image.pixelColor(10 * (k - 1) + 4, 25).red() < 80); // what it was is painted over
        QCOMPARE(reader.nextImageDelay(), 200);
    }
    QVERIFY(reader.read().isNull());
}

void TestAnimation::aWebpHasItsFrames()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath("a.webp");
    write(AnimationFormat::WebP, path, 5, true);
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray bytes = file.readAll();
    QVERIFY(bytes.startsWith("RIFF"));
    QCOMPARE(bytes.mid(8, 4), QByteArray("WEBP"));
    QCOMPARE(bytes.count("ANMF"), 5);
}

void TestAnimation::aFolderHasItsPictures()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath("frames");
    write(AnimationFormat::PngFolder, path, 3, true);
    QCOMPARE(QDir(path).entryList(QDir::Files), QStringList({"frame-0001.png", "frame-0002.png", "frame-0003.png"}));
    QCOMPARE(QImage(path + "/frame-0002.png").convertToFormat(QImage::Format_RGB32), frame(1));
}

void TestAnimation::aFolderThatCameMeanwhileIsLeftAlone()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath("frames");
    auto file = makeAnimation(AnimationFormat::PngFolder, path, {120, 80}, 200);
    file->add(frame(0));
    QVERIFY(QDir().mkpath(path)); // another program's
    QFile other(path + "/mine.txt");
    QVERIFY(other.open(QIODevice::WriteOnly));
    other.close();
    try {
        file->finish();
        QFAIL("it was replaced");
    } catch (const Error& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(path), error.what());
    }
    file.reset();
    QCOMPARE(QDir(path).entryList(QDir::Files), QStringList {"mine.txt"});
    QCOMPARE(QDir(folder.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList {"frames"});
}

void TestAnimation::unfinishedFilesLeaveNothing()
{
    for (const AnimationFormat format : {AnimationFormat::Gif, AnimationFormat::WebP, AnimationFormat::PngFolder}) {
        const QTemporaryDir folder;
        write(format, folder.filePath("a.x"), 2, false);
        QVERIFY(QDir(folder.path()).isEmpty());
    }
}

void TestAnimation::aMissingFolderIsNamed()
{
    const QTemporaryDir folder;
    for (const AnimationFormat format : {AnimationFormat::Gif, AnimationFormat::WebP}) {
        try {
            write(format, folder.filePath("none/a.x"), 1, true);
            QFAIL("it was written");
        } catch (const Error& error) {
            QVERIFY(QString::fromUtf8(error.what()).contains("none/a.x"));
        }
    }
}

void TestAnimation::whatChanged()
{
    QVERIFY(changedRect(frame(1), frame(1)).isEmpty());
    QCOMPARE(changedRect(frame(1), frame(3)), QRect(10, 20, 30, 10));
    QCOMPARE(changedRect(QImage(5, 5, QImage::Format_RGB32), frame(0)), QRect(0, 0, 120, 80));
}

void TestAnimation::gramsShowTheWayFromTheIdentity()
{
    GramView view("PᵀP − I");
    view.setGram({1.1, -0.2, -0.2, 1.0}, 2);
    QVERIFY(std::abs(view.largest() - 0.2) < 1e-12);
    QVERIFY(std::abs(view.shareAt(0, 0) - 0.5) < 1e-9);
    QVERIFY(std::abs(view.shareAt(0, 1) + 1.0) < 1e-9);
    QCOMPARE(view.shareAt(1, 1), 0.0);
    view.setGram({1.0}, 2); // not a matrix
    QCOMPARE(view.largest(), 0.0);
}

void TestAnimation::theFarEdgeOfAGramIsItsLastValue()
{
    GramView view("PᵀP − I");
    view.resize(200, 116); // its square is 100 pixels wide
    view.setGram({1.0, 0.0, 0.0, 1.5}, 2);
    const QPoint edge(100, 116);
    QHelpEvent help(QEvent::ToolTip, edge, view.mapToGlobal(edge));
    QCoreApplication::sendEvent(&view, &help);
    QCOMPARE(QToolTip::text(), QStringLiteral("PᵀP − I at 1, 1: 0.5000"));
    QToolTip::hideText();
}

void TestAnimation::theLargestGap()
{
    SpectrumBars bars;
    QCOMPARE(bars.largestGap(), 0.0);
    bars.setValues({-0.2, 0.5, 0.1}, {0.52, 0.19, 0.05});
    QCOMPARE(bars.lambdas(), (std::vector<double> {0.5, 0.2, 0.1}));
    QVERIFY(std::abs(bars.largestGap() - 0.1) < 1e-9);
}

void TestAnimation::aTripletOverTime()
{
    TripletHistory view;
    std::vector<TripletMoment> moments(4 * 2);
    moments[1 * 2] = {.kept = false, .changed = true};
    moments[2 * 2] = {.kept = false};
    moments[3 * 2] = {.kept = true, .changed = true};
    view.setHistory(moments, {20, 40, 60, 80}, {0.1F, 0.1F, 0.1F, 0.1F}, 2, 100);
    const auto marks = view.marksOf(0, 100);
    using Mark = TripletHistory::Mark;
    QCOMPARE(marks[5], Mark::Kept); // before the first event
    QCOMPARE(marks[40], Mark::Fell);
    QCOMPARE(marks[50], Mark::Pruned);
    QCOMPARE(marks[80], Mark::CameBack);
    QCOMPARE(marks[95], Mark::Nothing); // not there yet
    const auto narrow = view.marksOf(0, 2); // a change is seen however narrow
    QCOMPARE(narrow[0], Mark::Fell);
    QCOMPARE(narrow[1], Mark::CameBack);
    for (const Mark mark : view.marksOf(1, 100))
        QVERIFY(mark == Mark::Kept || mark == Mark::Nothing);
    view.setSelected(1);
    view.setHistory(std::vector<TripletMoment>(4), {20, 40, 60, 80}, {0.1F, 0.1F, 0.1F, 0.1F}, 1, 100);
    QCOMPARE(view.selected(), -1); // another run's triplet
    QVERIFY(view.momentText(1, 0).isEmpty() && view.momentText(0, 4).isEmpty());
}

void TestAnimation::aTripletOverTimeByKeys()
{
    TripletHistory view;
    QCOMPARE(view.focusPolicy(), Qt::StrongFocus);
    view.setHistory(std::vector<TripletMoment>(3 * 2), {20, 40, 60}, {0.1F, 0.1F, 0.1F}, 2, 100);
    QSignalSpy steps(&view, &TripletHistory::stepActivated);
    QSignalSpy triplets(&view, &TripletHistory::tripletActivated);
    const auto follow = [&](int key) {
        QTest::keyClick(&view, static_cast<Qt::Key>(key));
        return key == Qt::Key_Up || key == Qt::Key_Down ? triplets.last().first().toLongLong()
                                                        : steps.last().first().toLongLong();
    };
    QCOMPARE(follow(Qt::Key_Left), 60); // live: the last event first
    view.setShownStep(60);
    QCOMPARE(follow(Qt::Key_Left), 40);
    view.setShownStep(40);
    QCOMPARE(follow(Qt::Key_Right), 60);
    QCOMPARE(follow(Qt::Key_Down), 0);
    view.setSelected(0);
    QCOMPARE(follow(Qt::Key_Down), 1);
    view.setSelected(1);
    QCOMPARE(follow(Qt::Key_Down), 1); // there is no further one
    QVERIFY2(view.accessibleDescription().contains("#1 at step 40"), qPrintable(view.accessibleDescription()));
}

void TestAnimation::barsStandForPixels()
{
    EventTimeline timeline;
    timeline.resize(900, 86);
    PlotPlan plan;
    plan.totalSteps = 100'000;
    plan.initialBudget = 6720;
    plan.targetBudget = 3360;
    plan.interval = 10;
    timeline.setPlan(plan);
    std::vector<MaskEvent> events;
    for (std::int64_t k = 1; k <= 10'000; ++k)
        events.push_back({10 * k, 0, {}, k == 5000 ? 77 : 1, k == 7000 ? 55 : 0});
    timeline.setEvents(events);
    const std::vector<EventBar> bars = timeline.bars();
    QVERIFY(bars.size() <= 900);
    std::int64_t pruned = 0;
    std::int64_t revived = 0;
    for (const EventBar& bar : bars) {
        pruned = std::max(pruned, bar.pruned);
        revived = std::max(revived, bar.revived);
    }
    QCOMPARE(pruned, 77); // the largest is never lost
    QCOMPARE(revived, 55);
    QCOMPARE(timeline.eventBefore(501), 500);
    QCOMPARE(timeline.eventBefore(10), -1);
    QCOMPARE(timeline.eventAfter(500), 510);
    QCOMPARE(timeline.eventAfter(100'000), -1);
}

QTEST_MAIN(TestAnimation)
#include "tst_animation.moc"

// SPDX-License-Identifier: GPL-3.0-or-later
// A dense screen: at 200 % every page has the room and the words of 100 %, and is painted with all of its pixels.
#include "tests/support/CpuTime.h"
#include "tests/ui/CutOff.h"
#include "tests/ui/RunsTest.h"
#include "tests/ui/Screen.h"
#include "tests/ui/ThemeSwitch.h"
#include "ui/CompareTable.h"
#include "ui/ExportWindow.h"
#include "ui/HistorySection.h"
#include "ui/Inspector.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/TryPage.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"
#include "visualization/Theme.h"
#include "visualization/TripletHistory.h"

#include <QAbstractButton>
#include <QApplication>
#include <QDir>
#include <QIcon>
#include <QImage>
#include <QPixmap>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace spectune;
using spectune::test::cutOff;
using spectune::test::patience;

namespace {

constexpr QSize logical(1280, 800);

/// Of the squares of two by two pixels that make one logical pixel, those that are not of one colour. What was painted
/// for 100 % and blown up has none.
int mixedPixels(const QImage& picture)
{
    int mixed = 0;
    for (int y = 0; y + 1 < picture.height(); y += 2) {
        for (int x = 0; x + 1 < picture.width(); x += 2) {
            const QRgb first = picture.pixel(x, y);
            const bool one = first == picture.pixel(x + 1, y) && first == picture.pixel(x, y + 1)
                && first == picture.pixel(x + 1, y + 1);
            mixed += one ? 0 : 1;
        }
    }
    return mixed;
}

} // namespace

class TestDoubleScale : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void blownUpPicturesAreFound();
    void everyPageIsPaintedSharp();
    void iconsAreSharp();
    void aSavedPictureHasAllPixels();
    void bothThemesAreLookedAt();
    void heatmapAndHistoryAreSharp();
    void wordsFitBeforeARun();
    void wordsFitDuringARun();
    void wordsFitAfterARun();
    void wordsFitAfterAFailure();
    void wordsFitInRuns();
    void wordsFitInLearn();
    void aSwitchOfColoursIsShort();

private:
    /// Nothing is cut off, and the window did not have to grow for it.
    void check(const char* state);
    void finishRun();
};

void TestDoubleScale::init()
{
    RunsTest::init();
    m_bench->size = logical;
}

void TestDoubleScale::check(const char* state)
{
    // Samples may still arrive, and a layout follows its words with the next events.
    QTRY_VERIFY2(cutOff(window()).isEmpty(), qPrintable(QLatin1String(state) + ":\n" + cutOff(window())));
    QCOMPARE(window().size(), logical);
}

void TestDoubleScale::finishRun()
{
    m_bench->scene->writesFiles = true;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
}

void TestDoubleScale::blownUpPicturesAreFound()
{
    QImage small(3, 1, QImage::Format_RGB32);
    for (int x = 0; x < 3; ++x)
        small.setPixelColor(x, 0, QColor(80 * x, 0, 0));
    QImage large = small.scaled(6, 2);
    QCOMPARE(mixedPixels(large), 0);
    large.setPixelColor(3, 1, Qt::white);
    QCOMPARE(mixedPixels(large), 1);
}

void TestDoubleScale::everyPageIsPaintedSharp()
{
    finishRun();
    QCOMPARE(window().devicePixelRatioF(), 2.0);
    for (const Workspace place :
        {Workspace::Setup, Workspace::Live, Workspace::Try, Workspace::Runs, Workspace::Learn}) {
        window().showWorkspace(place);
        window().live().plots().replotNow();
        const QImage picture = window().grab().toImage();
        QCOMPARE(picture.devicePixelRatio(), 2.0);
        QCOMPARE(picture.size(), 2 * logical);
        QVERIFY2(mixedPixels(picture) > 1000, qPrintable(QString::number(static_cast<int>(place))));
    }
}

void TestDoubleScale::iconsAreSharp()
{
    finishRun();
    int icons = 0;
    const auto buttons = window().findChildren<QAbstractButton*>();
    for (const QAbstractButton* button : buttons) {
        const bool ofQt = button->inherits("QLineEditIconButton") || button->objectName().startsWith("qt_");
        if (ofQt || button->icon().isNull())
            continue;
        const QPixmap pixmap = button->icon().pixmap(button->iconSize(), button->devicePixelRatioF());
        QVERIFY2(pixmap.devicePixelRatio() == 2.0, qPrintable(button->text() + button->toolTip()));
        QCOMPARE(pixmap.size(), 2 * button->iconSize());
        ++icons;
    }
    QVERIFY2(icons >= 5, qPrintable(QString::number(icons)));
}

/// Those for a person's eye: tests whose names end in _200 make them.
void TestDoubleScale::aSavedPictureHasAllPixels()
{
    const QByteArray before = qgetenv("SPECTUNE_PICTURES");
    qputenv("SPECTUNE_PICTURES", QFile::encodeName(m_bench->path({})));
    QVERIFY(m_bench->open());
    m_bench->picture("setup");
    if (before.isNull())
        qunsetenv("SPECTUNE_PICTURES");
    else
        qputenv("SPECTUNE_PICTURES", before);
    QCOMPARE(QImage(m_bench->path("setup-200.png")).size(), 2 * logical);
}

/// Each with all sizes that a person looks at with one pixel a point; with more of them one of each theme, narrow too.
void TestDoubleScale::bothThemesAreLookedAt()
{
    const auto has = [](double ratio, ThemeChoice theme, int width) {
        return std::ranges::any_of(test::StudioBench::looks(ratio),
            [=](const test::StudioBench::Look& look) { return look.theme == theme && look.size.width() == width; });
    };
    QVERIFY(has(2.0, ThemeChoice::Light, 1440));
    QVERIFY(has(2.0, ThemeChoice::Dark, 1280));
    QCOMPARE(test::StudioBench::looks(2.0).size(), std::size_t {2});
    for (const int width : {1280, 1440, 1920})
        QVERIFY(has(1.0, ThemeChoice::Light, width) && has(1.0, ThemeChoice::Dark, width));
}

/// The grid lays its cells on the screen's own pixels; the picture of a matrix over time is kept for many paintings.
void TestDoubleScale::heatmapAndHistoryAreSharp()
{
    finishRun();
    RankGrid& grid = window().live().grid();
    const QImage cells = grid.grab().toImage();
    QCOMPARE(cells.size(), 2 * grid.size());
    QCOMPARE(grid.gridGeometry().request.devicePixelRatio, 2.0);
    QVERIFY(mixedPixels(cells) > 100); // figures
    for (int layer = 0; layer < grid.layers(); ++layer) {
        const QRectF cell = grid.gridGeometry().cell(layer, 0);
        for (const double edge : {cell.left(), cell.top(), cell.width(), cell.height()})
            QVERIFY(std::abs(2.0 * edge - std::round(2.0 * edge)) < 1e-6);
    }
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {17});
    TripletHistory& history = inspector.historySection().history();
    QVERIFY(!history.isEmpty());
    history.resize(280, history.sizeHint().height());
    const QImage picture = history.grab().toImage();
    QCOMPARE(picture.size(), 2 * history.size());
    const int legend = 24; // pixels at the bottom: its words, which are in the kept picture
    QVERIFY(mixedPixels(picture.copy(0, picture.height() - legend, picture.width(), legend)) > 0);
    QCOMPARE(history.grab().toImage(), picture); // from the kept one now
}

void TestDoubleScale::wordsFitBeforeARun()
{
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Setup);
    check("set-up");
    window().showWorkspace(Workspace::Live);
    check("ready");
    window().showWorkspace(Workspace::Try);
    check("try");
}

void TestDoubleScale::wordsFitDuringARun()
{
    m_bench->scene->waitAt = 520;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 520, patience);
    window().live().inspector().setModule(ModuleIndex {17});
    check("running");
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    check("paused");
}

void TestDoubleScale::wordsFitAfterARun()
{
    finishRun();
    QTRY_VERIFY(window().run().matricesAtZero() > 0); // the rail's longest line
    check("finished");
    QVERIFY(QDir(window().run().folder()).mkpath("adapter"));
    window().showWorkspace(Workspace::Try);
    window().tryPage().setPrompt("Card:", " Paul | wolf");
    window().tryPage().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!window().tryPage().isGenerating(), patience);
    check("try");
    window().showExport();
    QTRY_VERIFY2(cutOff(*window().exportWindow()).isEmpty(), qPrintable(cutOff(*window().exportWindow())));
    QCOMPARE(window().exportWindow()->devicePixelRatioF(), 2.0);
    window().exportWindow()->close();
}

void TestDoubleScale::wordsFitAfterAFailure()
{
    m_bench->scene->failAt = 420;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    check("failed");
}

void TestDoubleScale::wordsFitInRuns()
{
    write("a", test::written(0, 1.0));
    write("b", test::written(1, 0.5));
    write("dead", test::written(2, 0.8, {}));
    openRuns(3);
    check("none chosen");
    choose({"dead"});
    check("one");
    choose({"a", "b"});
    QTRY_VERIFY_WITH_TIMEOUT(!page().table().results().empty(), patience);
    check("two");
}

void TestDoubleScale::wordsFitInLearn()
{
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Learn);
    using Lesson = LearnPage::Lesson;
    for (const Lesson lesson : {Lesson::Tour, Lesson::Lens, Lesson::Bound, Lesson::Glossary}) {
        window().learn().page().showLesson(lesson);
        QCOMPARE(window().learn().page().lesson(), lesson);
        check(qPrintable(QStringLiteral("lesson %1").arg(static_cast<int>(lesson))));
    }
}

/// As tst_themechange's, with four times as many pixels to paint.
void TestDoubleScale::aSwitchOfColoursIsShort()
{
    constexpr double most = 50.0; // ms of the processor
    finishRun();
    for (const Workspace place : {Workspace::Live, Workspace::Setup}) {
        window().showWorkspace(place);
        const auto once = [this] {
            const bool dark = Theme::current().dark;
            return test::costOfSwitch(window(), dark ? ThemeChoice::Light : ThemeChoice::Dark);
        };
        QVERIFY(once() < 1e9); // paints what was never painted
        const double taken = testing::quickest(3, most, once);
        QVERIFY2(taken < most, qPrintable(QString::number(taken)));
    }
}

int main(int argc, char** argv)
{
    const QTemporaryDir folder;
    test::makeScreen(folder, 2 * logical);
    qputenv("QT_SCALE_FACTOR", "2"); // before the application, which reads it
    const QApplication application(argc, argv);
    TestDoubleScale scale;
    return QTest::qExec(&scale, argc, argv);
}

#include "tst_doublescale.moc"

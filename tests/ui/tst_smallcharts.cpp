// SPDX-License-Identifier: GPL-3.0-or-later
// Each small chart of the window has a menu that copies and saves it, by a right click, the menu key and Shift+F10.
#include "tests/ui/StudioBench.h"
#include "ui/DataPanel.h"
#include "ui/GeometrySection.h"
#include "ui/HistorySection.h"
#include "ui/Inspector.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LengthsSection.h"
#include "ui/LensRow.h"
#include "ui/LivePage.h"
#include "ui/OrthogonalityBars.h"
#include "ui/PictureActions.h"
#include "ui/RankBoundLesson.h"
#include "ui/RunModel.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"
#include "ui/SvdLens.h"
#include "ui/TimelineStrip.h"
#include "visualization/BoundCurve.h"
#include "visualization/EventTimeline.h"
#include "visualization/GramView.h"
#include "visualization/LengthHistogram.h"
#include "visualization/MemoryBar.h"
#include "visualization/PictureFile.h"
#include "visualization/SpectrumBars.h"
#include "visualization/SpectrumPlot.h"
#include "visualization/StartsPlot.h"
#include "visualization/TripletHistory.h"
#include "visualization/TripletList.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFileInfo>
#include <QMenu>
#include <QPushButton>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestSmallCharts : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void thoseOfLive();
    void thoseOfLearn();
    void thoseOfSetUp();
    void theLensShowsTheWholeAgain();
    void picturesHaveNoFrame();
    void aRightClickChoosesNoTriplet();

private:
    struct Chart {
        QWidget* view;
        const char* head; ///< of its table
    };
    [[nodiscard]] static QAction* entry(const QMenu& menu, const char* text)
    {
        for (QAction* action : menu.actions())
            if (action->text() == QString::fromUtf8(text))
                return action;
        return nullptr;
    }
    /// The menu that is open, closed again.
    [[nodiscard]] static QMenu* opened()
    {
        auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
        if (menu)
            menu->close();
        return menu;
    }
    [[nodiscard]] static QMenu* menuOf(QWidget* view, QContextMenuEvent::Reason reason)
    {
        const QPoint place = view->rect().center();
        QContextMenuEvent wanted(reason, place, view->mapToGlobal(place));
        QCoreApplication::sendEvent(view, &wanted);
        return opened();
    }
    void look(const Chart& chart);
    void take(const Chart& chart, const QMenu& menu);
};

void TestSmallCharts::look(const Chart& chart)
{
    QVERIFY2(chart.view && chart.view->isVisible(), chart.head);
    QVERIFY2(chart.view->focusPolicy() & Qt::TabFocus, chart.head);
    QVERIFY2(!chart.view->accessibleName().isEmpty(), chart.head);
    QMenu* menu = menuOf(chart.view, QContextMenuEvent::Keyboard);
    QVERIFY2(menu, chart.head);
    QCoreApplication::processEvents();
    QApplication::setActiveWindow(&window()); // offscreen the closed menu is still it
    chart.view->clearFocus();
    const QImage without = chart.view->grab().toImage();
    chart.view->setFocus();
    QVERIFY2(chart.view->grab().toImage() != without, chart.head); // the keyboard's place is seen
    QTest::keyClick(chart.view, Qt::Key_F10, Qt::ShiftModifier);
    QCOMPARE(opened(), menu);
    take(chart, *menu);
}

void TestSmallCharts::take(const Chart& chart, const QMenu& menu)
{
    for (const char* text : {"&Copy picture", "Copy &values", "&Save picture…", "Save v&alues…"})
        QVERIFY2(entry(menu, text), text);
    StatusLine& status = window().status();
    entry(menu, "&Copy picture")->trigger();
    QCOMPARE(QGuiApplication::clipboard()->image().size(), chart.view->size() * 2);
    QCOMPARE(status.message(), QString("The picture is in the clipboard."));
    status.setMessage({}, {});
    entry(menu, "Copy &values")->trigger();
    QTRY_COMPARE_WITH_TIMEOUT(status.message(), QString("The values are in the clipboard, as CSV."), patience);
    const QStringList lines = QGuiApplication::clipboard()->text().split('\n', Qt::SkipEmptyParts);
    QVERIFY2(lines.size() >= 2, chart.head);
    QCOMPARE(lines.front(), QLatin1String(chart.head));
}

void TestSmallCharts::thoseOfLive()
{
    m_bench->scene->writesFiles = true; // replay.bin tells the past of the triplets
    m_bench->pauseAt(520);
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {17});
    QTRY_VERIFY_WITH_TIMEOUT(inspector.geometrySection().spectrum().isVisible(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(inspector.historySection().history().isVisible(), patience);
    look({window().live().timeline().findChild<EventTimeline*>(), "step,budget,pruned,revived"});
    look({inspector.findChild<TripletList*>(), "triplet,lambda,score,kept,pruned_at,revived_at"});
    look({&inspector.geometrySection().spectrum(), "index,abs_lambda,sigma"});
    look({&inspector.historySection().history(), "step,triplet,kept,changed,lambda,score,threshold"});
    look({&inspector.geometrySection().gram(0), "row,column,difference"});
    look({&inspector.geometrySection().gram(1), "row,column,difference"});
    look({inspector.findChild<OrthogonalityBars*>(), "factor,norm,median"});
}

void TestSmallCharts::thoseOfLearn()
{
    QVERIFY(m_bench->open());
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    LearnPage& page = window().learn().page();
    window().showWorkspace(Workspace::Learn);
    page.showLesson(LearnPage::Lesson::Lens);
    QTRY_VERIFY_WITH_TIMEOUT(page.lens().imageRow().parts() != nullptr, patience);
    look({page.lens().findChild<SpectrumPlot*>(), "rank,error"});
    for (MatrixView* view : page.lens().imageRow().findChildren<MatrixView*>())
        look({view, "row,column,value"});
    page.showLesson(LearnPage::Lesson::Bound);
    page.bound().setSamples(3);
    page.bound().trainButton().click();
    QTRY_VERIFY_WITH_TIMEOUT(page.bound().starts().count() > 0, patience);
    look({page.bound().findChild<BoundCurve*>(), "kn,rank"});
    look({page.bound().findChild<StartsPlot*>(), "rank,start,loss,stuck"});
}

void TestSmallCharts::thoseOfSetUp()
{
    QVERIFY(m_bench->open());
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    window().showWorkspace(Workspace::Setup);
    LengthHistogram& lengths = window().setup().data().lengths().histogram();
    QTRY_VERIFY_WITH_TIMEOUT(lengths.isVisible(), patience);
    look({&lengths, "from,to,samples"});
    look({window().setup().findChild<MemoryBar*>(), "part,bytes"});
}

void TestSmallCharts::theLensShowsTheWholeAgain()
{
    LensRow row(
        MatrixView::Colors::Signed, SpectrumPlot::Kind::SingularValues, QStringLiteral("A"), QStringLiteral("σ"));
    row.resize(900, 240);
    row.show();
    SpectrumPlot& plot = row.plot();
    QMenu* menu = menuOf(&plot, QContextMenuEvent::Mouse);
    QVERIFY(menu);
    QAction* back = entry(*menu, "&Whole range again");
    QVERIFY(back && !back->isEnabled()); // it is whole
    plot.setValues({5.0, 4.0, 3.0, 2.0, 1.0});
    QTest::keyClick(&plot, Qt::Key_Plus);
    QVERIFY(plot.isZoomed());
    QCOMPARE(menuOf(&plot, QContextMenuEvent::Mouse), menu);
    QVERIFY(back->isEnabled());
    back->trigger();
    QVERIFY(!plot.isZoomed());
}

void TestSmallCharts::picturesHaveNoFrame()
{
    StartsPlot plot;
    plot.resize(300, 200);
    plot.clear(3, 2);
    plot.add(1, 0.5);
    plot.show();
    plot.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&plot));
    const PaintPicture paint = paintOf(plot);
    plot.clearFocus();
    const QImage without = plot.grab().toImage();
    const QImage before = pictureOf(plot.size(), 1.0, paint);
    plot.setFocus();
    QVERIFY(plot.grab().toImage() != without); // the keyboard's place is seen
    QCOMPARE(pictureOf(plot.size(), 1.0, paint), before);
    QVERIFY(plot.hasFocus());
    for (const char* ending : {"png", "svg", "pdf"}) {
        const QString path = m_bench->path(QStringLiteral("starts.") + QLatin1String(ending));
        savePicture(path, plot.size(), paint);
        QVERIFY2(QFileInfo(path).size() > 500, ending);
    }
}

void TestSmallCharts::aRightClickChoosesNoTriplet()
{
    m_bench->pauseAt(520);
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {17});
    auto* list = inspector.findChild<TripletList*>();
    QVERIFY(list->rows().size() >= 3);
    const int other = list->selected() == list->rows()[1] ? 2 : 1;
    const QPoint place(40, 18 + other * 20 + 10);
    const int before = list->selected();
    QTest::mouseClick(list->viewport(), Qt::RightButton, {}, place);
    QCOMPARE(list->selected(), before);
    QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, place);
    QCOMPARE(list->selected(), list->rows()[static_cast<std::size_t>(other)]);
}

QTEST_MAIN(TestSmallCharts)
#include "tst_smallcharts.moc"

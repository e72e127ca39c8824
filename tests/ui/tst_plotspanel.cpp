// SPDX-License-Identifier: GPL-3.0-or-later
// The plots' controls are legible at every width that the panel can have.
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/LegendToggle.h"
#include "ui/LivePage.h"
#include "ui/PlotsPanel.h"
#include "ui/RecordedRun.h"
#include "ui/RunModel.h"
#include "ui/Segmented.h"
#include "ui/SmoothingSlider.h"
#include "visualization/Fonts.h"
#include "visualization/RunPlots.h"

#include <QAction>
#include <QLabel>
#include <QMenu>
#include <QTest>
#include <QToolButton>

using namespace spectune;

class TestPlotsPanel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QCoreApplication::setApplicationName("spectune-test"); }
    void inTheWindow_data();
    void inTheWindow();
    void atEveryWidth_data();
    void atEveryWidth();
    void whatIsFoldedIsInTheMenu();
    void everyCurveHasItsEntry();
    void anotherRunBeginsWithTheWholeView();

private:
    /// What is cut off, overlaps or lies outside, a line each.
    [[nodiscard]] static QString faults(const PlotsPanel& panel);
};

// Widgets that are drawn with words, or are taken hold of, above the plots.
static std::vector<const QWidget*> controls(const PlotsPanel& panel)
{
    std::vector<const QWidget*> found;
    for (const QWidget* widget : panel.findChildren<QWidget*>())
        if (widget->isVisible()
            && (qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const SmoothingSlider*>(widget)
                || (qobject_cast<const QLabel*>(widget) && widget->parentWidget() == &panel)))
            found.push_back(widget);
    return found;
}

static int needs(const QWidget* widget)
{
    if (const auto* toggle = qobject_cast<const LegendToggle*>(widget)) // its mark and a gap before the words
        return 17 + QFontMetrics(Fonts::caption()).horizontalAdvance(toggle->text());
    if (const auto* label = qobject_cast<const QLabel*>(widget))
        return QFontMetrics(Fonts::heading()).horizontalAdvance(label->text());
    if (const auto* button = qobject_cast<const QToolButton*>(widget); button && !button->text().isEmpty())
        return 18 + QFontMetrics(Fonts::captionBold()).horizontalAdvance(button->text()); // studio.qss pads 9 and 9
    return qobject_cast<const SmoothingSlider*>(widget) ? 40 : 0;
}

QString TestPlotsPanel::faults(const PlotsPanel& panel)
{
    QString text;
    const auto nameOf = [](const QWidget* widget) {
        const auto* button = qobject_cast<const QAbstractButton*>(widget);
        const auto* label = qobject_cast<const QLabel*>(widget);
        return button ? button->text() : label ? label->text() : QString("slider");
    };
    const std::vector<const QWidget*> all = controls(panel);
    if (all.size() < 8)
        text += QStringLiteral("only %1 controls\n").arg(all.size());
    std::vector<QRect> places;
    for (const QWidget* widget : all) {
        const QRect place(widget->mapTo(&panel, QPoint()), widget->size());
        if (needs(widget) > place.width())
            text += QStringLiteral("%1 needs %2, has %3\n").arg(nameOf(widget)).arg(needs(widget)).arg(place.width());
        if (!panel.rect().contains(place))
            text += nameOf(widget) + " lies outside\n";
        for (std::size_t i = 0; i < places.size(); ++i)
            if (places[i].intersects(place))
                text += nameOf(widget) + " lies on " + nameOf(all[i]) + '\n';
        places.push_back(place);
    }
    return text;
}

void TestPlotsPanel::inTheWindow_data()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("least") << leastWindowSize;
    QTest::newRow("small screen") << QSize(1180, 800);
    QTest::newRow("1280") << QSize(1280, 800);
    QTest::newRow("1440") << QSize(1440, 900);
}

void TestPlotsPanel::inTheWindow()
{
    QFETCH(QSize, size);
    test::StudioBench bench;
    bench.size = size;
    QVERIFY(bench.open());
    bench.window->showWorkspace(Workspace::Live);
    const auto* panel = bench.window->findChild<PlotsPanel*>();
    QVERIFY(panel);
    QTRY_VERIFY2(panel->isVisible() && faults(*panel).isEmpty(), qPrintable(faults(*panel)));
    QVERIFY(bench.close());
}

void TestPlotsPanel::atEveryWidth_data()
{
    QTest::addColumn<int>("width");
    for (const int width : {300, 310, 325, 340, 355, 370, 400, 600})
        QTest::addRow("%d", width) << width;
}

void TestPlotsPanel::atEveryWidth()
{
    QFETCH(int, width);
    applyTheme(*qApp, ThemeChoice::Light);
    PlotsPanel panel;
    panel.setMinimumWidth(300); // its column's
    panel.resize(900, 500);
    panel.show();
    panel.resize(width, 500);
    QTRY_VERIFY2(faults(panel).isEmpty(), qPrintable(faults(panel)));
    QCOMPARE(panel.width(), width);
    panel.resize(900, 500); // and all comes back
    QTRY_COMPARE(panel.findChild<Segmented*>()->findChild<QToolButton*>()->text(), "Whole run");
    QTRY_VERIFY(panel.findChild<SmoothingSlider*>()->width() == 70);
    for (const LegendToggle* toggle : panel.findChildren<LegendToggle*>())
        QVERIFY(toggle->isVisible());
}

void TestPlotsPanel::whatIsFoldedIsInTheMenu()
{
    PlotsPanel panel;
    const auto action = [&panel](const QString& text) -> QAction* {
        for (QAction* each : panel.findChildren<QAction*>())
            if (each->text() == text)
                return each;
        return nullptr;
    };
    QAction* log = action("&Logarithmic loss");
    QVERIFY(log && log->isCheckable());
    log->trigger();
    QVERIFY(panel.plots().isLogarithmic());
    LegendToggle* toggle = nullptr;
    for (LegendToggle* each : panel.findChildren<LegendToggle*>())
        if (each->text() == "log")
            toggle = each;
    QVERIFY(toggle && toggle->isChecked()); // both say the same
    toggle->click();
    QVERIFY(!log->isChecked());
    QVERIFY(!panel.plots().isLogarithmic());
    QAction* mean = action("A mean over about 100 steps");
    QVERIFY(mean);
    mean->trigger();
    QVERIFY(std::abs(panel.plots().curves().smoothing() - 0.99) < 1e-6);
    QVERIFY(std::abs(panel.findChild<SmoothingSlider*>()->weight() - 0.99) < 1e-6);
}

void TestPlotsPanel::everyCurveHasItsEntry()
{
    PlotsPanel panel;
    panel.resize(900, 500);
    std::vector<MetricPoint> points(100);
    for (std::size_t i = 0; i < points.size(); ++i)
        points[i] = {.step = static_cast<std::int64_t>(i) + 1, .loss = 1.0, .orth = 0.1, .budget = 80, .skipped = {}};
    panel.plots().setPlan(
        {.totalSteps = 100, .gamma = 0.1, .initialBudget = 80, .targetBudget = 40, .budgetCurve = {}});
    panel.plots().append(points);
    const auto picture = [&panel] {
        QImage image(600, 500, QImage::Format_RGB32);
        panel.plots().paintOn(image, image.size());
        return image;
    };
    const QImage whole = picture();
    const std::pair<QString, PlotCurve> entries[] {{"γR", PlotCurve::Orthogonality}, {"kept", PlotCurve::Kept}};
    for (const auto& [name, curve] : entries) {
        LegendToggle* entry = nullptr;
        for (LegendToggle* each : panel.findChildren<LegendToggle*>())
            if (each->text() == name)
                entry = each;
        QVERIFY2(entry, qPrintable(name));
        entry->click();
        QVERIFY(!panel.plots().isCurveShown(curve));
        QVERIFY(picture() != whole);
        entry->click();
        QVERIFY(panel.plots().isCurveShown(curve));
        QCOMPARE(picture(), whole);
    }
    for (QAction* action : panel.findChildren<QAction*>()) // where the legend has no room for it
        if (action->text() == "&Kept triplets")
            action->trigger();
    QVERIFY(!panel.plots().isCurveShown(PlotCurve::Kept));
}

void TestPlotsPanel::anotherRunBeginsWithTheWholeView()
{
    RunModel run;
    const ConfigForm form;
    LivePage page(run, form);
    const auto show = [&run](const QString& folder) {
        RecordedRun recorded;
        recorded.folder = folder;
        recorded.state = RecordState::Finished;
        for (std::int64_t step = 1; step <= 800; ++step)
            recorded.history.metrics.push_back({.step = step, .loss = 1.0, .skipped = {}});
        recorded.curves.setHistory(recorded.history);
        run.showRecorded(std::move(recorded));
    };
    show("/runs/a");
    page.plots().showSteps(100.0, 200.0);
    QCOMPARE(page.plots().effectiveRange(), PlotRange::Custom);
    show("/runs/a"); // as when it goes on from a checkpoint
    QCOMPARE(page.plots().effectiveRange(), PlotRange::Custom);
    show("/runs/b");
    QVERIFY(page.plots().effectiveRange() != PlotRange::Custom);
}

QTEST_MAIN(TestPlotsPanel)
#include "tst_plotspanel.moc"

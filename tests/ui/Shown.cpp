// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/Shown.h"

#include "ui/FormulaView.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/OrthogonalityBars.h"
#include "ui/RunModel.h"
#include "ui/TimelineStrip.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"
#include "visualization/TripletList.h"

#include <QLabel>
#include <QPixmap>
#include <QTest>

namespace spectune::test {

namespace {

QStringList textsOf(const QWidget& parent)
{
    QStringList texts;
    for (const QLabel* label : parent.findChildren<QLabel*>())
        if (label->isVisibleTo(&parent))
            texts << label->text();
    return texts;
}

} // namespace

Shown shownIn(MainWindow& window, ModuleIndex module)
{
    Shown now;
    const auto snapshot = window.run().shownSnapshot();
    const RankGrid& grid = window.live().grid();
    now.grid = grid.toCsv();
    for (std::size_t i = 0; i < snapshot->modules.size(); ++i)
        now.cells << grid.cellDetails(ModuleIndex {static_cast<std::int32_t>(i)});
    now.plots = window.live().plots().readoutsAt(snapshot->step);
    Inspector& inspector = window.live().inspector();
    inspector.setModule(module);
    auto* list = inspector.findChild<TripletList*>();
    const QSize size = list->size(); // a scroll bar beside it comes and goes
    list->resize(280, list->fullHeight());
    now.triplets = list->grab().toImage();
    list->resize(size);
    for (const int row : list->rows())
        now.inspector << QString::number(row);
    now.inspector << inspector.findChild<FormulaView*>()->accessibleName()
                  << inspector.findChild<OrthogonalityBars*>()->accessibleDescription();
    now.timeline = textsOf(*window.findChild<TimelineStrip*>());
    return now;
}

void verifySame(const Shown& is, const Shown& was)
{
    QCOMPARE(is.grid, was.grid);
    QCOMPARE(is.cells, was.cells);
    QCOMPARE(is.plots, was.plots);
    QCOMPARE(is.inspector, was.inspector);
    QCOMPARE(is.triplets, was.triplets);
    QCOMPARE(is.timeline, was.timeline);
}

} // namespace spectune::test

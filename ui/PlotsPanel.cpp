// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PlotsPanel.h"

#include "ui/LegendToggle.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/Segmented.h"
#include "ui/SmoothingSlider.h"
#include "visualization/RunPlots.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace spectune {

PlotsPanel::PlotsPanel(QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = makePanelHeader();
    header->addWidget(makeHeading(tr("Loss and budget")));
    header->addStretch();
    m_ranges = new Segmented({tr("Whole run"), tr("So far"), tr("Last 200")});
    header->addWidget(m_ranges);
    m_plots = new RunPlots;
    header->addWidget(makeMenuButton(makeMenu(), tr("Plots: whole range, copy, save")));
    column->addLayout(header);
    column->addLayout(makeLegend());
    auto* body = new QHBoxLayout;
    body->setContentsMargins(4, 0, 8, 8);
    body->addWidget(m_plots);
    column->addLayout(body, 1);
    const auto showRange = [this](PlotRange range) {
        m_ranges->setCurrent(range == PlotRange::Custom ? -1
                : range == PlotRange::SoFar             ? 1
                : range == PlotRange::Last200           ? 2
                                                        : 0);
    };
    connect(m_ranges, &Segmented::chosen, this, [this](int index) {
        m_plots->setRange(index == 0 ? PlotRange::WholeRun : index == 1 ? PlotRange::SoFar : PlotRange::Last200);
    });
    connect(m_plots, &RunPlots::effectiveRangeChanged, this, showRange);
    showRange(m_plots->effectiveRange());
}

QHBoxLayout* PlotsPanel::makeLegend()
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 0, 12, 2);
    row->setSpacing(5);
    const auto toggle = [&](const QString& name, LegendMark mark, PlotCurve curve, const QString& tip) {
        auto* entry = new LegendToggle(name, mark);
        entry->setToolTip(tip);
        connect(entry, &QAbstractButton::toggled, m_plots,
            [this, curve](bool shown) { m_plots->setCurveShown(curve, shown); });
        row->addWidget(entry);
    };
    toggle(tr("raw"), LegendMark::Band, PlotCurve::Raw, tr("The loss of every step; lowest to highest in a column"));
    toggle(tr("smooth"), LegendMark::Line, PlotCurve::Smooth, tr("The smoothed loss"));
    auto* smoothing = new SmoothingSlider(m_plots->curves().smoothing());
    connect(smoothing, &SmoothingSlider::weightChanged, m_plots, &RunPlots::setSmoothing);
    row->addWidget(smoothing);
    toggle(tr("eval"), LegendMark::Diamond, PlotCurve::Evaluation, tr("Evaluation loss"));
    toggle(tr("plan"), LegendMark::Dashes, PlotCurve::Plan, tr("The planned budget"));
    row->addStretch();
    auto* log = new LegendToggle(tr("log"), LegendMark::Box);
    log->setChecked(false);
    log->setToolTip(tr("Logarithmic loss axis"));
    connect(log, &QAbstractButton::toggled, m_plots, &RunPlots::setLogarithmic);
    row->addWidget(log);
    return row;
}

QMenu* PlotsPanel::makeMenu()
{
    auto* menu = new QMenu(this);
    QAction* back = menu->addAction(tr("&Whole range again"), m_plots, &RunPlots::resetView);
    menu->addSeparator();
    addPictureActions(*menu, *this,
        {.name = [this] { return m_name.isEmpty() ? tr("curves") : m_name + tr("-curves"); },
            .size = [this] { return m_plots->size(); },
            .paint = [this](QPaintDevice& device, QSize size) { m_plots->paintOn(device, size); },
            .csv = [this] { return [curves = m_plots->curves()] { return curves.toCsv(); }; }},
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    connect(menu, &QMenu::aboutToShow, this,
        [this, back] { back->setEnabled(m_plots->effectiveRange() == PlotRange::Custom); });
    m_plots->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_plots, &QWidget::customContextMenuRequested, menu,
        [this, menu](const QPoint& place) { menu->popup(m_plots->mapToGlobal(place)); });
    return menu;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PlotsPanel.h"

#include "ui/LegendToggle.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/Segmented.h"
#include "visualization/RunPlots.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QToolButton>

#include <cmath>

namespace spectune {

namespace {

constexpr int sliderSteps = 60;
constexpr double slowest = 1000.0; ///< steps that the strongest smoothing averages over

/// The slider is even in log of the steps that a value is averaged over: w = 1 − 1 / steps.
double weightAt(int place)
{
    return place == 0 ? 0.0 : 1.0 - std::pow(slowest, -static_cast<double>(place) / sliderSteps);
}

int placeOf(double weight)
{
    return static_cast<int>(std::lround(-std::log(1.0 - weight) / std::log(slowest) * sliderSteps));
}

} // namespace

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
    m_smoothing = new QSlider(Qt::Horizontal);
    m_smoothing->setRange(0, sliderSteps);
    m_smoothing->setValue(placeOf(m_plots->curves().smoothing()));
    m_smoothing->setFixedWidth(70);
    m_smoothing->setAccessibleName(tr("Smoothing"));
    const auto describe = [this] {
        const double weight = weightAt(m_smoothing->value());
        m_smoothing->setToolTip(weight > 0.0
                ? tr("Smoothing: a mean over about %1 steps").arg(std::lround(1.0 / (1.0 - weight)))
                : tr("Smoothing: none"));
    };
    describe();
    connect(m_smoothing, &QSlider::valueChanged, this, [this, describe](int place) {
        m_plots->setSmoothing(weightAt(place));
        describe();
    });
    row->addWidget(m_smoothing);
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

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PlotsPanel.h"

#include "ui/LegendToggle.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/Segmented.h"
#include "ui/SmoothingSlider.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RunPlots.h"
#include "visualization/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>

namespace spectune {

namespace {

constexpr int edge = 12; ///< left and right of header and legend, see makePanelHeader()
constexpr int headerGap = 8;
constexpr int legendGap = 5;
constexpr int shortestSlider = 40;

} // namespace

PlotsPanel::PlotsPanel(QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = makePanelHeader();
    m_heading = makeHeading(QString());
    header->addWidget(m_heading);
    header->addStretch();
    m_ranges = new Segmented({tr("Whole run"), tr("So far"), tr("Last 200")});
    m_ranges->setToolTips(
        {tr("All steps that the run will have"), tr("The steps until now"), tr("The last 200 steps")});
    header->addWidget(m_ranges);
    m_plots = new RunPlots;
    QHBoxLayout* legend = makeLegend();
    m_menu = makeMenuButton(makeMenu(), tr("Plots: range, smoothing, axis, copy, save"));
    header->addWidget(m_menu);
    column->addLayout(header);
    column->addLayout(legend);
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
    fitHeader();
}

void PlotsPanel::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitHeader();
    fitLegend();
}

void PlotsPanel::fitHeader()
{
    const QString whole = tr("Loss and budget");
    const QString narrow = tr("Curves");
    const QStringList labels {tr("Whole run"), tr("So far"), tr("Last 200")};
    const QStringList shorter {tr("Whole", "the whole run, where there is little room"), labels[1], labels[2]};
    const int room = width() - 2 * edge - 2 * headerGap - m_menu->minimumWidth() - 2; // a label rounds up
    const auto fits = [room](const QString& heading, const QStringList& ranges) {
        return QFontMetrics(Fonts::heading()).horizontalAdvance(heading) + Segmented::leastWidth(ranges) <= room;
    };
    const bool longLabels = fits(whole, labels);
    const bool longHeading = longLabels || fits(whole, shorter);
    m_ranges->setLabel(0, longLabels ? labels[0] : shorter[0]);
    m_heading->setText(longHeading ? whole : narrow);
    m_heading->setToolTip(longHeading ? QString() : whole);
}

void PlotsPanel::fitLegend()
{
    int needs = 2 * edge;
    for (const LegendToggle* curve : m_curves)
        needs += curve->sizeHint().width() + legendGap;
    needs += shortestSlider;
    const bool slider = needs <= width();
    m_smoothing->setVisible(slider);
    needs += legendGap + m_log->sizeHint().width();
    m_log->setVisible(slider && needs <= width());
    for (const LegendToggle* curve : m_folded)
        needs += curve->sizeHint().width() + legendGap;
    for (LegendToggle* curve : m_folded)
        curve->setVisible(needs <= width());
}

QHBoxLayout* PlotsPanel::makeLegend()
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(edge, 0, edge, 2);
    row->setSpacing(legendGap);
    const auto toggle = [&](const QString& name, LegendMark mark, PlotCurve curve, const QString& tip) {
        auto* entry = new LegendToggle(name, mark);
        entry->setToolTip(tip);
        connect(entry, &QAbstractButton::toggled, m_plots,
            [this, curve](bool shown) { m_plots->setCurveShown(curve, shown); });
        row->addWidget(entry);
        return entry;
    };
    const auto keep = [this](LegendToggle* entry) { m_curves.push_back(entry); };
    const auto fold = [this](LegendToggle* entry, QColor Theme::*color) {
        entry->setColor([color] { return Theme::current().*color; });
        m_folded.push_back(entry);
    };
    keep(toggle(
        tr("raw"), LegendMark::Band, PlotCurve::Raw, tr("The loss of every step; lowest to highest in a column")));
    keep(toggle(tr("smooth"), LegendMark::Line, PlotCurve::Smooth, tr("The smoothed loss")));
    m_smoothing = new SmoothingSlider(m_plots->curves().smoothing());
    m_smoothing->setMinimumWidth(shortestSlider);
    connect(m_smoothing, &SmoothingSlider::weightChanged, m_plots, &RunPlots::setSmoothing);
    row->addWidget(m_smoothing);
    keep(toggle(tr("eval"), LegendMark::Diamond, PlotCurve::Evaluation, tr("Evaluation loss")));
    fold(toggle(tr("γR"), LegendMark::Line, PlotCurve::Orthogonality, tr("The orthogonality term")), &Theme::orth);
    fold(toggle(tr("kept"), LegendMark::Line, PlotCurve::Kept, tr("The kept triplets")), &Theme::text);
    keep(toggle(tr("plan"), LegendMark::Dashes, PlotCurve::Plan, tr("The planned budget")));
    row->addStretch();
    m_log = new LegendToggle(tr("log"), LegendMark::Box);
    m_log->setChecked(false);
    m_log->setToolTip(tr("Logarithmic loss axis"));
    connect(m_log, &QAbstractButton::toggled, m_plots, &RunPlots::setLogarithmic);
    row->addWidget(m_log);
    return row;
}

// The slider's ways in few steps, for a panel that has no room for it.
void PlotsPanel::addSmoothing(QMenu& menu)
{
    QMenu* choices = menu.addMenu(tr("&Smoothing"));
    for (const int steps : {1, 10, 100, 1000}) {
        const double weight = 1.0 - 1.0 / steps;
        QAction* choice
            = choices->addAction(steps == 1 ? tr("None") : tr("A mean over about %1 steps").arg(formatCount(steps)),
                m_smoothing, [slider = m_smoothing, weight] { slider->setWeight(weight); });
        choice->setCheckable(true);
        connect(choices, &QMenu::aboutToShow, choice, [slider = m_smoothing, choice, weight] {
            choice->setChecked(qFuzzyCompare(1.0 - slider->weight(), 1.0 - weight));
        });
    }
}

void PlotsPanel::addToggle(QMenu& menu, const QString& text, LegendToggle* toggle)
{
    QAction* action = menu.addAction(text);
    action->setCheckable(true);
    action->setChecked(toggle->isChecked());
    connect(action, &QAction::toggled, toggle, &QAbstractButton::setChecked);
    connect(toggle, &QAbstractButton::toggled, action, &QAction::setChecked);
}

QMenu* PlotsPanel::makeMenu()
{
    auto* menu = new QMenu(this);
    QAction* back = menu->addAction(tr("&Whole range again"), m_plots, &RunPlots::resetView);
    addSmoothing(*menu);
    addToggle(*menu, tr("&Logarithmic loss"), m_log);
    addToggle(*menu, tr("&Orthogonality term"), m_folded[0]);
    addToggle(*menu, tr("&Kept triplets"), m_folded[1]);
    menu->addSeparator();
    addPictureActions(*menu, *this,
        {.name = [this] { return m_name.isEmpty() ? tr("curves") : m_name + tr("-curves"); },
            .size = [this] { return m_plots->size(); },
            .paint = [this](QPaintDevice& device, QSize size) { m_plots->paintOn(device, size); },
            .csv = [this] { return [curves = m_plots->curves()] { return curves.toCsv(); }; }},
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    connect(menu, &QMenu::aboutToShow, this,
        [this, back] { back->setEnabled(m_plots->effectiveRange() == PlotRange::Custom); });
    openByRightClick(*m_plots, *menu);
    return menu;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunsCurves.h"

#include "ui/ElidedLabel.h"
#include "ui/LegendToggle.h"
#include "ui/PageParts.h"
#include "ui/Segmented.h"
#include "ui/ShareButton.h"
#include "ui/SmoothingSlider.h"
#include "visualization/ComparePlot.h"
#include "visualization/Fonts.h"
#include "visualization/RunTags.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace spectune {

namespace {

constexpr int leastNote = 24; // px: an ellipsis

} // namespace

RunsCurves::RunsCurves(QWidget* parent)
    : QWidget(parent)
    , m_plot(new ComparePlot)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(makeHead());
    column->addWidget(m_legend = makeLegend());
    column->addLayout(makeRunsLegend());
    column->addWidget(m_plot, 1);
    showValue(CompareValue::TaskLoss);
    offerControls(false);
}

QLayout* RunsCurves::makeHead()
{
    auto* head = makePanelHeader();
    QMargins margins = head->contentsMargins(); // a field is 2 px higher than what stands in other headers
    margins.setTop(margins.top() - 1);
    margins.setBottom(margins.bottom() - 1);
    head->setContentsMargins(margins);
    m_choice = new QComboBox;
    for (const CompareValue value : allCompareValues)
        m_choice->addItem(compareName(value));
    m_choice->setFont(Fonts::heading());
    m_choice->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    m_choice->setAccessibleName(tr("Compared value"));
    m_choice->setToolTip(tr("What is compared: one value of every step"));
    m_note = new ElidedLabel;
    m_note->setFont(Fonts::body());
    m_note->setMinimumWidth(leastNote);
    m_note->setSizePolicy(QSizePolicy::Maximum, QSizePolicy::Preferred); // it gives way, the choices do not
    setTone(m_note, "second");
    auto* axis = new Segmented({tr("Step"), tr("Tokens"), tr("Time")});
    axis->setCurrent(0);
    // The value that is chosen, also where the plot still waits for its curves.
    auto* share = new ShareButton({}, m_plot, [this]() -> std::function<QString()> {
        return [curves = m_plot->curves(), value = chosenValue()] {
            CompareCurves chosen = curves;
            chosen.setValue(value);
            return chosen.csv();
        };
    });
    share->setName([this] { return compareKey(chosenValue()); });
    share->setPaint([this](QPaintDevice& device, QSize size) { m_plot->paintOn(device, size); });
    QLabel* of = makeText(tr("Curves of"), "second");
    of->setBuddy(m_choice);
    head->addWidget(of);
    head->addWidget(m_choice);
    head->addWidget(m_note);
    head->addStretch();
    head->addWidget(m_axis = axis);
    head->addWidget(m_share = share);
    connect(m_choice, &QComboBox::currentIndexChanged, this,
        [this](int index) { showValue(allCompareValues.at(static_cast<std::size_t>(index))); });
    connect(axis, &Segmented::chosen, this, [this](int index) { m_plot->setAxis(static_cast<CompareAxis>(index)); });
    connect(share, &ShareButton::told, this, &RunsCurves::told);
    return head;
}

QWidget* RunsCurves::makeLegend()
{
    auto* legend = new QWidget;
    auto* row = new QHBoxLayout(legend);
    row->setContentsMargins(12, 0, 12, 2);
    row->setSpacing(5);
    const auto toggle = [&](const QString& name, LegendMark mark, ComparePart part, const QString& tip) {
        auto* entry = new LegendToggle(name, mark);
        entry->setToolTip(tip);
        entry->setNeutral(true); // each run has a colour of its own
        connect(
            entry, &QAbstractButton::toggled, m_plot, [this, part](bool shown) { m_plot->setPartShown(part, shown); });
        row->addWidget(entry);
        return entry;
    };
    auto* raw
        = toggle(tr("raw"), LegendMark::Band, ComparePart::Raw, tr("The value of every step behind the smoothed line"));
    auto* smooth = toggle(tr("smooth"), LegendMark::Line, ComparePart::Smooth, tr("The smoothed values"));
    auto* smoothing = new SmoothingSlider(m_plot->curves().smoothing());
    connect(smoothing, &SmoothingSlider::weightChanged, m_plot, &ComparePlot::setSmoothing);
    QSizePolicy policy = smoothing->sizePolicy();
    policy.setRetainSizeWhenHidden(true); // else the plot would jump where it goes
    smoothing->setSizePolicy(policy);
    row->addWidget(smoothing);
    m_ofNoisy = {raw, smooth, smoothing};
    m_evaluations = toggle(tr("eval"), LegendMark::Diamond, ComparePart::Evaluation, tr("Evaluation loss"));
    row->addStretch();
    auto* log = new LegendToggle(tr("log"), LegendMark::Box);
    log->setChecked(false);
    log->setToolTip(tr("Logarithmic axis of the values"));
    connect(log, &QAbstractButton::toggled, m_plot, &ComparePlot::setLogarithmic);
    row->addWidget(log);
    return legend;
}

// A row of its own: six entries more have no room beside the others.
QLayout* RunsCurves::makeRunsLegend()
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(5);
    for (int run = 0; run < mostComparedRuns; ++run) {
        auto* entry = new LegendToggle(RunTag::letter(run), LegendMark::Line);
        entry->setPen([run] { return RunTag::pen(run, comparedLineWidth); });
        entry->setVisible(false);
        connect(entry, &QAbstractButton::toggled, m_plot, [this, run](bool shown) { m_plot->setRunShown(run, shown); });
        row->addWidget(entry);
        m_runToggles.push_back(entry);
    }
    row->addStretch();
    return row;
}

void RunsCurves::showValue(CompareValue value)
{
    const bool noisy = isNoisy(value);
    for (QWidget* part : m_ofNoisy)
        part->setVisible(noisy);
    m_evaluations->setVisible(value == CompareValue::TaskLoss);
    m_plot->setValue(value);
    refreshNote();
}

CompareValue RunsCurves::chosenValue() const
{
    return allCompareValues.at(static_cast<std::size_t>(m_choice->currentIndex()));
}

void RunsCurves::refreshNote()
{
    const CompareValue value = chosenValue();
    QString words = isNoisy(value) ? tr("smoothed") : QString();
    if (value == CompareValue::TaskLoss)
        words = m_evaluated ? tr("smoothed, with evaluations") : tr("smoothed, without evaluations");
    m_note->setText(words);
    m_note->setShorter(isNoisy(value) ? tr("smoothed") : QString());
    m_note->setVisible(!m_plot->curves().isEmpty());
}

void RunsCurves::offerControls(bool any)
{
    m_axis->setEnabled(any);
    m_share->setEnabled(any);
    m_legend->setVisible(any);
}

void RunsCurves::setCurves(CompareCurves curves, const QStringList& names)
{
    const auto count = static_cast<std::size_t>(names.size());
    m_evaluated
        = std::ranges::any_of(curves.curves(), [](const ComparedCurve& curve) { return !curve.evaluations.empty(); });
    offerControls(!curves.isEmpty());
    m_plot->setCurves(std::move(curves));
    refreshNote();
    for (std::size_t i = 0; i < m_runToggles.size(); ++i) {
        m_runToggles[i]->setChecked(true);
        m_runToggles[i]->setVisible(count > 1 && i < count);
        m_runToggles[i]->setToolTip(names.value(static_cast<qsizetype>(i)));
    }
}

} // namespace spectune

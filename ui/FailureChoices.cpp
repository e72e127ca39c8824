// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FailureChoices.h"

#include "ui/ConfigForm.h"
#include "ui/MemoryFacts.h"
#include "ui/PageParts.h"
#include "ui/WholeWordsArea.h"
#include "visualization/Fonts.h"
#include "visualization/MemoryBar.h"

#include <QButtonGroup>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

constexpr std::size_t mostChoices = 4;

/// Where model and device are not known there is no estimate; these need less in any case.
std::vector<MemoryChange> plainChanges(const RunConfig& run)
{
    using Kind = MemoryChange::Kind;
    std::vector<MemoryChange> changes;
    const auto add = [&changes](Kind kind, const char* key, const FieldValue& value, std::int64_t number, bool same) {
        changes.push_back({.kind = kind,
            .values = {{key, value}},
            .number = number,
            .estimate = {},
            .fits = false,
            .sameSteps = same});
    };
    const TrainConfig& train = run.train;
    const std::int64_t samples = samplesOfForward(train);
    if (samples > 1)
        add(Kind::MicroBatch, "train.micro_batch_size", samples / 2, samples / 2, true);
    if (!train.gradientCheckpointing)
        add(Kind::Recompute, "train.gradient_checkpointing", true, 0, true);
    if (train.dtype != ElementType::BFloat16)
        add(Kind::BFloat16, "train.dtype", std::string(toString(ElementType::BFloat16)), 0, false);
    constexpr std::int64_t shortest = 64; // tokens
    if (run.data.maxLength >= 2 * shortest)
        add(Kind::MaxLength, "data.max_length", run.data.maxLength / 2, run.data.maxLength / 2, false);
    return changes;
}

} // namespace

MemoryWays MemoryWays::of(const RunConfig& run, const ConfigForm& form)
{
    MemoryWays ways;
    std::optional<MemoryFacts> facts = MemoryFacts::of(form);
    if (facts && facts->config.model.path == run.model.path) {
        const DataFormat format = facts->config.data.format; // as it was decided
        const bool sameData = facts->config.data.path == run.data.path;
        facts->config = run;
        if (sameData)
            facts->config.data.format = format;
        ways.need = estimateOf(facts->shape, facts->config, facts->facts, facts->place).total();
        // It ran out: the estimate was too low, or others took what was free. A fifth less than it is what to try.
        std::int64_t limit = ways.need / 5 * 4;
        ways.free = facts->free;
        if (facts->isDeviceKnown())
            limit = std::min(limit, facts->free);
        ways.changes = memoryChanges(facts->shape, facts->config, facts->facts, facts->place, limit);
    }
    if (ways.changes.empty()) {
        ways.need = ways.free = 0;
        ways.changes = plainChanges(run);
    }
    std::ranges::stable_sort(ways.changes, [](const MemoryChange& a, const MemoryChange& b) {
        return a.sameSteps && !b.sameSteps; // none of them is sure to fit now
    });
    if (ways.changes.size() > mostChoices)
        ways.changes.erase(ways.changes.begin() + mostChoices, ways.changes.end());
    return ways;
}

FailureChoices::FailureChoices(QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    m_rows = new QVBoxLayout;
    m_rows->setSpacing(2);
    column->addLayout(m_rows);
    m_group = new QButtonGroup(this);
    m_setup = makeSmallButton(QString());
    m_setup->setObjectName(QStringLiteral("SetUpWithChange"));
    m_setup->setMinimumWidth(1); // its words follow the panel's width, not the other way round
    column->addWidget(m_setup, 0, Qt::AlignLeft);
    connect(m_group, &QButtonGroup::idClicked, this, &FailureChoices::refreshButtons);
    connect(m_setup, &QPushButton::clicked, this,
        [this] { Q_EMIT setupWanted(withChange(m_run, chosen()), changeText(chosen())); });
}

void FailureChoices::offer(const MemoryWays& ways, const RunConfig& run, std::optional<std::int64_t> checkpoint)
{
    // What is free now comes in later, and leaves alone what was chosen meanwhile.
    const auto before = isEmpty() ? std::nullopt : std::optional(chosen().kind);
    const auto same
        = std::ranges::find_if(ways.changes, [before](const MemoryChange& change) { return change.kind == before; });
    const auto first = same == ways.changes.end() ? ways.changes.begin() : same;
    m_ways = ways;
    m_run = run;
    m_checkpoint = checkpoint;
    QString words;
    for (const MemoryChange& change : ways.changes)
        words += changeText(change) + needText(change) + costText(change) + QLatin1Char('\n');
    if (words != m_shown) {
        m_shown = words;
        rebuild(static_cast<int>(first - ways.changes.begin()));
    }
    setVisible(!isEmpty());
    refreshButtons();
    Q_EMIT offered(!isEmpty());
}

void FailureChoices::rebuild(int chosen)
{
    for (QAbstractButton* button : m_group->buttons())
        m_group->removeButton(button);
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    if (m_ways.need > 0 && !isEmpty()) {
        QLabel* needs = makeCaption(tr("needs, estimated"), "third");
        WholeWordsArea::keepWithNext(*needs);
        m_rows->addWidget(needs, 0, Qt::AlignRight);
    }
    for (int i = 0; i < static_cast<int>(m_ways.changes.size()); ++i)
        addChoice(i, i == chosen);
}

QString FailureChoices::needText(const MemoryChange& change) const
{
    return m_ways.need > 0 ? formatMemory(static_cast<double>(change.estimate.total())) : QString();
}

bool FailureChoices::isTooMuch(const MemoryChange& change) const
{
    return m_ways.need > 0 && m_ways.free > 0 && change.estimate.total() > m_ways.free;
}

QString FailureChoices::costText(const MemoryChange& change) const
{
    const QString cost = changeCost(change);
    return isTooMuch(change) ? tr("More than is free now. %1").arg(cost) : cost;
}

void FailureChoices::addChoice(int index, bool isChosen)
{
    const MemoryChange& change = m_ways.changes[static_cast<std::size_t>(index)];
    auto* row = new QWidget;
    auto* grid = new QGridLayout(row);
    grid->setContentsMargins(0, 0, 0, 4);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(0);
    auto* choice = new QRadioButton(changeText(change));
    choice->setChecked(isChosen);
    m_group->addButton(choice, index);
    grid->addWidget(choice, 0, 0);
    const QString cost = costText(change);
    const QString need = needText(change);
    if (!need.isEmpty())
        grid->addWidget(
            makeCaption(need, isTooMuch(change) ? "warn" : "second"), 0, 1, Qt::AlignRight | Qt::AlignVCenter);
    choice->setAccessibleDescription(need.isEmpty() ? cost : tr("Needs %1. %2").arg(need, cost));
    QLabel* caption = makeCaption(cost, "third", true);
    caption->setIndent(0);
    caption->setContentsMargins(22, 0, 0, 0); // below the name, not below the circle
    grid->addWidget(caption, 1, 0, 1, 2);
    grid->setColumnStretch(0, 1);
    m_rows->addWidget(row);
}

const MemoryChange& FailureChoices::chosen() const
{
    const auto at = static_cast<std::size_t>(std::max(0, m_group->checkedId()));
    return m_ways.changes.at(std::min(at, m_ways.changes.size() - 1));
}

std::optional<RunConfig> FailureChoices::resumeConfig() const
{
    return goesOn() ? std::optional(withChange(m_run, chosen())) : std::nullopt;
}

void FailureChoices::name(QPushButton* button, const QString& text, const QString& phrase)
{
    constexpr int padding = 20; // both sides and the frame, see studio.qss
    const QString whole = text.arg(phrase);
    const bool fits = QFontMetrics(Fonts::captionBold()).horizontalAdvance(whole) + padding <= width();
    button->setText(fits ? whole : text.arg(tr("it")));
    button->setToolTip(whole);
    button->setAccessibleName(whole);
}

void FailureChoices::refreshButtons()
{
    const QString named = goesOn() ? changePhrase(chosen()) : QString();
    if (!isEmpty()) {
        name(m_setup, tr("Set up with %1"), changePhrase(chosen()));
        m_setup->setToolTip(tr("%1: a new set-up with this run's configuration and the chosen change")
                                .arg(m_setup->accessibleName())); // the button itself may say "it"
        setRole(m_setup, goesOn() ? "" : "primary"); // the run bar's Resume names the change, and is the main button
    }
    if (named != m_named) {
        m_named = named;
        Q_EMIT resumeNamed(named);
    }
}

void FailureChoices::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    refreshButtons();
}

} // namespace spectune

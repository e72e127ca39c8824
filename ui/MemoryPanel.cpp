// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/MemoryPanel.h"

#include "ui/ConfigForm.h"
#include "ui/MemoryFacts.h"
#include "ui/MemoryLegend.h"
#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "visualization/Fonts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

MemoryPanel::MemoryPanel(ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
{
    auto* column = makeSection();
    setLayout(column);
    auto* head = new QHBoxLayout;
    m_headline = makeText(QString(), "second");
    m_headline->setTextFormat(Qt::RichText);
    head->addWidget(makeHeading(tr("Memory")));
    head->addStretch();
    head->addWidget(m_headline);
    column->addLayout(head);
    m_bar = new MemoryBar;
    column->addWidget(m_bar);
    addPictureMenu(
        *m_bar, [] { return tr("memory"); }, [this] { return [csv = m_bar->toCsv()] { return csv; }; },
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    m_legend = new MemoryLegend;
    column->addWidget(m_legend);
    m_verdict = makeText(QString(), "second", true);
    column->addWidget(m_verdict);
    m_changes = new QVBoxLayout;
    m_changes->setSpacing(4);
    column->addLayout(m_changes);
    connect(&form, &ConfigForm::checked, this, &MemoryPanel::refresh);
    refresh();
}

void MemoryPanel::refresh()
{
    const auto facts = MemoryFacts::of(m_form);
    m_bar->setVisible(facts.has_value());
    m_legend->setVisible(facts.has_value());
    if (!facts) {
        m_headline->clear();
        setTone(m_verdict, "third");
        m_verdict->setText(tr("The need follows from the model and its targets."));
        showChanges({});
        return;
    }
    const std::vector<MemoryPart> parts = facts->parts();
    m_bar->setMemory(parts, static_cast<double>(facts->total), static_cast<double>(facts->free));
    m_legend->setParts(parts);
    const QString need = formatMemory(static_cast<double>(facts->estimate.total()));
    m_headline->setText(facts->isDeviceKnown()
            ? tr("<b>%1</b> of %2 free").arg(need, formatMemory(static_cast<double>(facts->free)))
            : tr("<b>%1</b>, estimated").arg(need));
    setTone(m_verdict, facts->isDeviceKnown() && !facts->fits() ? "error" : "second");
    m_verdict->setText(verdict(*facts));
    showChanges(*facts);
}

QString MemoryPanel::verdict(const MemoryFacts& facts) const
{
    if (!facts.isDeviceKnown())
        return tr("Estimated for samples at full length. What the device has is not known.");
    const auto free = static_cast<double>(facts.free - facts.estimate.total());
    if (!facts.fits())
        return tr("Does not fit: it needs %1 more than is free.").arg(formatMemory(-free));
    if (!allocatesBudget(facts.config.method))
        return tr("Fits. Estimated for samples at full length.");
    return facts.config.adalora.shrink
        ? tr("Fits. Estimated for samples at full length; what was pruned is freed in the final phase, not before.")
        : tr("Fits. Estimated for samples at full length; pruning frees none of it during the run.");
}

void MemoryPanel::showChanges(const MemoryFacts& facts)
{
    const std::vector<MemoryChange> changes = facts.changes();
    QString words;
    for (const MemoryChange& change : changes)
        words += changeText(change) + formatMemory(static_cast<double>(change.estimate.total())) + QLatin1Char('\n');
    if (words == m_shownChanges)
        return;
    m_shownChanges = words;
    while (QLayoutItem* item = m_changes->takeAt(0)) {
        if (item->widget()) {
            item->widget()->hide();
            item->widget()->deleteLater();
        }
        delete item;
    }
    if (!changes.empty())
        m_changes->addWidget(makeCaption(tr("What would make it fit, and the need with it:"), "third", true));
    for (const MemoryChange& change : changes) {
        auto* row = new QWidget;
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(6);
        auto* button = makeSmallButton(changeText(change));
        button->setToolTip(changeCost(change));
        button->setAccessibleDescription(changeCost(change));
        connect(button, &QPushButton::clicked, this, [this, change] { apply(change); });
        line->addWidget(button);
        line->addStretch();
        const QString need = formatMemory(static_cast<double>(change.estimate.total()));
        line->addWidget(makeCaption(change.fits ? tr("%1, fits").arg(need) : need, change.fits ? "ok" : "third"));
        m_changes->addWidget(row);
    }
}

void MemoryPanel::apply(const MemoryChange& change)
{
    for (const auto& [key, value] : change.values)
        m_form.setValue(QString::fromStdString(key), value);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RankBoundPanel.h"

#include "training/config/RankBound.h"
#include "ui/ConfigForm.h"
#include "ui/PageParts.h"
#include "ui/RunPlotPlan.h"
#include "visualization/NumberFormat.h"

#include <QHBoxLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

namespace spectune {

RankBoundPanel::RankBoundPanel(ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
{
    auto* column = makeSection();
    setLayout(column);
    auto* head = new QHBoxLayout;
    head->setSpacing(6);
    head->addWidget(makeHeading(tr("Rank bound")));
    head->addStretch();
    auto* label = makeCaption(tr("outputs K"), "second");
    m_outputs = new QLineEdit;
    m_outputs->setValidator(new QIntValidator(1, 1'000'000, m_outputs));
    m_outputs->setFixedWidth(64);
    m_outputs->setAlignment(Qt::AlignRight);
    m_outputs->setAccessibleName(tr("Outputs K of the rank bound"));
    m_outputs->setToolTip(tr("1 for a yes or no, k for k classes; empty for generated text. Not part of the run."));
    label->setBuddy(m_outputs);
    head->addWidget(label);
    head->addWidget(m_outputs);
    column->addLayout(head);
    m_comparison = makeText(QString(), "second", true);
    column->addWidget(m_comparison);
    m_meaning = makeCaption(QString(), "third", true);
    column->addWidget(m_meaning);
    connect(m_outputs, &QLineEdit::textChanged, this, &RankBoundPanel::refresh);
    connect(&form, &ConfigForm::checked, this, &RankBoundPanel::refresh);
    refresh();
}

bool RankBoundPanel::learnsLabels() const
{
    const auto& preview = m_form.preview(false);
    return preview && preview->format == DataFormat::Table && !m_form.config().data.columns.label.empty();
}

std::int64_t RankBoundPanel::outputs() const
{
    const QString given = m_outputs->text();
    return given.isEmpty() ? (learnsLabels() ? 1 : 0) : given.toLongLong();
}

QString RankBoundPanel::bound() const
{
    const std::int64_t samples = m_form.facts().samples;
    if (samples < 1 || outputs() < 1)
        return {};
    return tr("r ≥ %1").arg(formatCount(rankWithoutSpuriousMinima(outputs(), samples)));
}

QString RankBoundPanel::comparison() const
{
    const std::int64_t samples = m_form.facts().samples;
    if (samples < 1)
        return tr("r(r + 1)/2 > K·N: told once the training file's samples N are counted.");
    if (outputs() < 1)
        return tr("Does not bind this run: it learns to write text, and its outputs are the whole vocabulary.");
    const std::int64_t rank = rankWithoutSpuriousMinima(outputs(), samples);
    const ResolvedRun run = m_form.resolved();
    const std::int64_t init = run.initRank;
    const QString product = counted(
        samples, tr("%2, where r(r + 1)/2 > K·N = %3 × %1 sample"), tr("%2, where r(r + 1)/2 > K·N = %3 × %1 samples"))
                                .arg(bound(), formatCount(outputs()));
    if (!allocatesBudget(m_form.config().method))
        return init >= rank ? tr("%1: rank %2 is above it.").arg(product, formatCount(init))
                            : tr("%1: rank %2 is below it.").arg(product, formatCount(init));
    const double target = targetRankOf(m_form.config(), run, m_form.facts().matrices);
    if (target >= static_cast<double>(rank))
        return tr("%1: init %2 and target %3 are above it.").arg(product, formatCount(init), formatRank(target));
    if (init >= rank)
        return tr("%1: init %2 is above it, target %3 below.").arg(product, formatCount(init), formatRank(target));
    return tr("%1: init %2 and target %3 are below it.").arg(product, formatCount(init), formatRank(target));
}

void RankBoundPanel::refresh()
{
    m_outputs->setPlaceholderText(learnsLabels() ? QStringLiteral("1") : tr("many"));
    m_comparison->setText(comparison());
    m_meaning->setText(m_form.facts().samples > 0 && outputs() < 1
            ? tr("The bound is for few outputs. Where the answers are classes, give their number as K.")
            : tr("No limit: from there on LoRA has no spurious local minima in the linearised regime (Jang, Lee, Ryu "
                 "2024). Far smaller ranks usually suffice."));
}

} // namespace spectune

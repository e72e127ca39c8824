// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TargetsPanel.h"

#include "training/monitor/ModuleLayout.h"
#include "ui/ConfigForm.h"
#include "ui/PageParts.h"
#include "ui/Segmented.h"
#include "ui/SetupFields.h"
#include "visualization/RankGrid.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <set>

namespace spectune {

TargetChoice TargetChoice::fromTicks(
    const std::vector<bool>& before, const std::vector<bool>& after, const std::vector<std::string>& kinds, int layers)
{
    const std::size_t columns = kinds.size();
    std::set<std::size_t> rowsOn;
    std::set<std::size_t> columnsOn;
    std::set<std::size_t> lostRows;
    std::set<std::size_t> lostColumns;
    for (std::size_t i = 0; i < after.size(); ++i) {
        const std::size_t row = i / columns;
        const std::size_t column = i % columns;
        if (after[i]) {
            rowsOn.insert(row);
            columnsOn.insert(column);
        } else if (i < before.size() && before[i]) {
            lostRows.insert(row);
            lostColumns.insert(column);
        }
    }
    if (lostRows.size() == 1)
        rowsOn.erase(*lostRows.begin());
    else if (!lostRows.empty())
        for (const std::size_t column : lostColumns)
            columnsOn.erase(column);
    TargetChoice choice;
    if (rowsOn.size() < static_cast<std::size_t>(layers))
        choice.layers.assign(rowsOn.begin(), rowsOn.end());
    if (columnsOn.size() < columns)
        for (const std::size_t column : columnsOn)
            choice.kinds.push_back(kinds[column]);
    return choice;
}

TargetsPanel::TargetsPanel(ConfigForm& form, SetupFields& fields, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = makePanelHeader();
    header->addWidget(makeHeading(tr("Targets")));
    m_count = makeText(QString(), "second");
    header->addWidget(m_count);
    header->addStretch();
    m_presets = new Segmented({tr("All"), QStringLiteral("q, v"), QStringLiteral("MLP")});
    header->addWidget(m_presets);
    column->addLayout(header);
    m_grid = new RankGrid;
    m_grid->setAccessibleName(tr("Targets by layer and matrix"));
    auto* body = new QHBoxLayout;
    body->setContentsMargins(8, 0, 8, 0);
    body->addWidget(m_grid);
    column->addLayout(body, 1);
    auto* foot = makeSection(6, 10);
    foot->addWidget(makeCaption(tr("Layers × matrices: a header or a cell switches its whole row or column. In the run "
                                   "this grid shows the ranks."),
        "third", true));
    column->addLayout(foot);
    fields.markShown(QStringLiteral("adalora.targets"), m_grid);
    fields.markShown(QStringLiteral("adalora.layers"), m_grid);
    connect(m_grid, &RankGrid::targetsChanged, this, &TargetsPanel::applyTicks);
    connect(m_presets, &Segmented::chosen, this, [this](int index) {
        std::vector<std::string> kinds;
        if (index == 1)
            kinds = {"q_proj", "v_proj"};
        if (index == 2 && m_form.model())
            for (const MatrixShape& matrix : m_form.model()->matrices)
                if (!isAttentionKind(matrix.kind))
                    kinds.push_back(matrix.kind);
        applyKinds(kinds);
    });
    connect(&form, &ConfigForm::checked, this, &TargetsPanel::refresh);
    refresh();
}

void TargetsPanel::refresh()
{
    const auto& model = m_form.model();
    m_presets->setEnabled(model.has_value());
    if (!model) {
        m_count->clear();
        m_grid->setModuleLayout(nullptr);
        m_grid->setLoading(m_form.config().model.path.empty() || m_form.failure(QStringLiteral("model.path"))
                ? tr("The grid appears once the model can be read")
                : tr("Reading the model folder"));
        return;
    }
    m_grid->setLoading({});
    std::vector<std::string> kinds;
    for (const MatrixShape& matrix : model->matrices)
        kinds.push_back(matrix.kind);
    const std::vector<bool> ticked = m_form.targets();
    m_grid->setTargets(kinds, static_cast<int>(model->layers), ticked);
    m_count->setText(tr("%1 of %2").arg(std::count(ticked.begin(), ticked.end(), true)).arg(ticked.size()));
    const auto& chosen = m_form.config().adalora.targets;
    const bool mlp = chosen.size() == 3
        && std::none_of(chosen.begin(), chosen.end(), [](const std::string& kind) { return isAttentionKind(kind); });
    const bool qv = chosen == std::vector<std::string> {"q_proj", "v_proj"};
    m_presets->setCurrent(chosen.empty() && m_form.config().adalora.layers.empty() ? 0 : qv ? 1 : mlp ? 2 : -1);
}

void TargetsPanel::applyTicks(const std::vector<bool>& ticked)
{
    if (!m_form.model())
        return;
    std::vector<std::string> kinds;
    for (const MatrixShape& matrix : m_form.model()->matrices)
        kinds.push_back(matrix.kind);
    TargetChoice choice
        = TargetChoice::fromTicks(m_form.targets(), ticked, kinds, static_cast<int>(m_form.model()->layers));
    const bool nothing = std::none_of(ticked.begin(), ticked.end(), [](bool on) { return on; });
    if (nothing) { // an empty list means all: the last tick stays
        refresh();
        return;
    }
    m_form.setValue(QStringLiteral("adalora.layers"), FieldValue {choice.layers});
    m_form.setValue(QStringLiteral("adalora.targets"), FieldValue {choice.kinds});
}

void TargetsPanel::applyKinds(const std::vector<std::string>& kinds)
{
    m_form.setValue(QStringLiteral("adalora.layers"), FieldValue {std::vector<std::int64_t> {}});
    m_form.setValue(QStringLiteral("adalora.targets"), FieldValue {kinds});
}

} // namespace spectune

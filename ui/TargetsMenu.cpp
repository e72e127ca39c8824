// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TargetsMenu.h"

#include "ui/PictureActions.h"
#include "visualization/RankGrid.h"

#include <optional>

namespace spectune {

TargetsMenu::TargetsMenu(RankGrid& grid)
    : QMenu(&grid)
    , m_grid(grid)
{
    m_layer = addAction(QString(), this, [this] { tick(TargetDrag::Extent::Rows); });
    m_kind = addAction(QString(), this, [this] { tick(TargetDrag::Extent::Columns); });
    m_layer->setCheckable(true);
    m_kind->setCheckable(true);
    addSeparator();
    addAction(tr("&All"), this, [this] { Q_EMIT wanted(std::vector<bool>(m_grid.targets().size(), true)); });
    m_only = addAction(QString(), this, [this] { // none at all would mean every matrix
        if (!stands())
            return;
        std::vector<bool> ticked(m_grid.targets().size(), false);
        ticked[static_cast<std::size_t>(m_cell.layer) * m_grid.kinds().size() + static_cast<std::size_t>(m_cell.kind)]
            = true;
        Q_EMIT wanted(ticked);
    });
    addSeparator();
    addPictureActions(*this, grid,
        {.name = [] { return tr("targets"); },
            .size = [&grid] { return grid.size(); },
            .paint = [&grid](QPaintDevice& device, QSize size) { grid.paintOn(device, size); },
            .csv = [this] { return [values = csv()] { return values; }; }},
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    openByRightClick(grid, *this, [this](QPoint place) { openAt(place); });
}

TargetDrag TargetsMenu::line(TargetDrag::Extent extent) const
{
    return {m_grid.targets(), {}, static_cast<int>(m_grid.kinds().size()), m_cell, extent};
}

bool TargetsMenu::stands() const
{
    return m_cell.layer < m_grid.layers() && static_cast<std::size_t>(m_cell.kind) < m_grid.kinds().size();
}

void TargetsMenu::tick(TargetDrag::Extent extent)
{
    if (stands())
        Q_EMIT wanted(line(extent).after());
}

void TargetsMenu::openAt(QPoint place)
{
    if (m_grid.layers() == 0 || m_grid.kinds().empty())
        return;
    const RankGridGeometry& geometry = m_grid.gridGeometry();
    const std::optional<GridCell> cell = geometry.cellAt(place);
    const std::optional<int> layer = cell ? std::optional(cell->layer) : geometry.rowHeaderAt(place);
    const std::optional<int> kind = cell ? std::optional(cell->kind) : geometry.columnHeaderAt(place);
    m_cell = {layer.value_or(0), kind.value_or(0)};
    m_layer->setVisible(layer.has_value());
    m_kind->setVisible(kind.has_value());
    m_only->setVisible(cell.has_value());
    m_layer->setChecked(!line(TargetDrag::Extent::Rows).ticks());
    m_kind->setChecked(!line(TargetDrag::Extent::Columns).ticks());
    const QString matrix = QString::fromStdString(m_grid.kinds()[static_cast<std::size_t>(m_cell.kind)]);
    m_layer->setText(tr("The whole of &layer %1").arg(m_cell.layer));
    m_kind->setText(tr("%1 of &every layer").arg(matrix));
    m_only->setText(tr("&Only %1 of layer %2").arg(matrix).arg(m_cell.layer));
    popup(m_grid.mapToGlobal(place));
}

QString TargetsMenu::csv() const
{
    QString text = QStringLiteral("layer,matrix,adapted\n");
    const std::vector<bool>& ticked = m_grid.targets();
    const std::vector<std::string>& kinds = m_grid.kinds();
    for (std::size_t i = 0; i < ticked.size(); ++i)
        text += QStringLiteral("%1,%2,%3\n")
                    .arg(QString::number(i / kinds.size()), QString::fromStdString(kinds[i % kinds.size()]),
                        QString::number(ticked[i] ? 1 : 0));
    return text;
}

} // namespace spectune

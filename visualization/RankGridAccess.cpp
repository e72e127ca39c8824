// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridAccess.h"

#include "visualization/RankGrid.h"

namespace spectune {

namespace {

QAccessibleInterface* makeAccess(const QString&, QObject* object)
{
    auto* grid = qobject_cast<RankGrid*>(object);
    return grid ? new RankGridAccess(grid) : nullptr;
}

} // namespace

RankGridAccess::RankGridAccess(RankGrid* grid)
    : QAccessibleWidget(grid, QAccessible::Chart)
{
}

void RankGridAccess::install()
{
    static const bool once = [] {
        QAccessible::installFactory(makeAccess);
        return true;
    }();
    Q_UNUSED(once)
}

QString RankGridAccess::text(QAccessible::Text text) const
{
    const auto* grid = static_cast<const RankGrid*>(widget());
    switch (text) {
    case QAccessible::Value: return grid->spokenCell();
    case QAccessible::Description: {
        const QString cell = grid->spokenCell();
        return cell.isEmpty() ? grid->spokenSummary() : cell + QStringLiteral(". ") + grid->spokenSummary();
    }
    default: return QAccessibleWidget::text(text);
    }
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace spectune {

/// Paints a run's row, 44 px: tick or letter, name, a line of words, the small curve, the loss.
class RunListDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    /// The tick: a click there adds the run to the comparison, one beside it chooses the run alone.
    [[nodiscard]] static QRect tickArea(const QRect& row);
};

} // namespace spectune

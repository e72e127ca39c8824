// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace spectune {

/// Rows of a list with a title, a quiet second line (detailRole) and a mark before it (markRole); where rows have a
/// number (numberRole), it has a column of its own between the mark and both lines. What is open beside the chosen row
/// (openRole) has the chosen row's ground.
class LessonDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum Role { detailRole = Qt::UserRole + 1, markRole, numberRole, openRole };
    enum class Mark { None, Open, Now, Done };

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    /// Where both lines of a row begin, in pixels from its left edge: the same for all rows of a list.
    [[nodiscard]] static int linesLeft(const QModelIndex& index);
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace spectune

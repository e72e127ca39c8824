// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace spectune {

/// Rows of a list with a title, a quiet second line (detailRole) and a mark before it (markRole); where rows have a
/// number (numberRole), it has a column of its own between the mark and both lines. Where a row is wide enough, a text
/// (textRole) beside them says what it is about, and where it is wider still its lines of formula (formulaRole, a list
/// of pairs with a tab between left and right side). What is open beside the chosen row (openRole) has the chosen row's
/// ground.
class LessonDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum Role { detailRole = Qt::UserRole + 1, markRole, numberRole, openRole, textRole, formulaRole };
    enum class Mark { None, Open, Now, Done };

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    /// Where both lines of a row begin, in pixels from its left edge: the same for all rows of a list.
    [[nodiscard]] static int linesLeft(const QModelIndex& index);
    /// Where a row that is @p row writes its text; empty: it has none, or no room for it.
    [[nodiscard]] static QRect textRect(const QModelIndex& index, const QRect& row);
    /// Beside the text, likewise; empty: there is no room for both.
    [[nodiscard]] static QRect formulaRect(const QModelIndex& index, const QRect& row);
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace spectune {

/// Rows of a list with a title, a quiet second line (detailRole) and a mark before it (markRole).
class LessonDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum Role { detailRole = Qt::UserRole + 1, markRole };
    enum class Mark { None, Open, Now, Done };

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace spectune {

/// A row of the models in the cache: name and size; below, revision, date, and whether it can be read.
class CachedModelDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum Role { SizeRole = Qt::UserRole, LineRole, ProblemRole, ChosenRole };
    static constexpr int rowHeight = 40;

    using QStyledItemDelegate::QStyledItemDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

} // namespace spectune

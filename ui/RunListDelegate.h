// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRect>
#include <QStyledItemDelegate>

namespace spectune {

struct RunRowLook;

/// Paints a run's row, 44 px: tick or letter, name, a line of words, the small curve, the loss.
class RunListDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    /// Where a row's parts stand, in pixels of the list. The number is whole, and the curve as wide in every row, as
    /// its length is the share of the steps that were done; name and line have the rest.
    struct Places {
        QRect tick; ///< of a chosen run its letter, 1 px larger on each side
        QRect number;
        QRect curve;
        QRect words; ///< name; the line is below, and is elided
    };
    [[nodiscard]] static Places placesOf(const QRect& row, const RunRowLook& look);
    /// The name at @p width: elided in the middle, since names of runs differ at their ends.
    [[nodiscard]] static QString shownName(const RunRowLook& look, int width);
    /// The first line: the name, and right of it the folder that tells it from others of that name; `x` from the line's
    /// left. The folder has half the width at most where the name needs the other half.
    struct Title {
        QString name;
        QString folder;
        int x = 0;
    };
    [[nodiscard]] static Title titleOf(const RunRowLook& look, int width);
    /// The tick: a click there adds the run to the comparison, one beside it chooses the run alone.
    [[nodiscard]] static QRect tickArea(const QRect& row);
};

} // namespace spectune

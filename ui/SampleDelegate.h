// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStyledItemDelegate>

namespace spectune {

/// A held-out sample as a row: two lines of its question, the expected answer, and what base and tuned made of it.
class SampleDelegate : public QStyledItemDelegate {
    Q_OBJECT
public:
    enum Role {
        QuestionRole = Qt::DisplayRole,
        ExpectedRole = Qt::UserRole, ///< the part that is compared
        AnswersRole, ///< QStringList: base, tuned; absent: not judged
        RightRole ///< QVariantList of bool: base, tuned
    };
    static constexpr int rowHeight = 43;

    using QStyledItemDelegate::QStyledItemDelegate;

    /// Answers are short enough to stand in columns; else marks alone do.
    void setShowsAnswers(bool shows) { m_showsAnswers = shows; }
    [[nodiscard]] bool showsAnswers() const { return m_showsAnswers; }
    /// Some sample was judged: the columns of base and tuned have something to show.
    void setShowsSides(bool shows) { m_showsSides = shows; }
    /// Widths of the columns expected, base and tuned; 0: not shown.
    [[nodiscard]] int expectedWidth() const { return m_showsAnswers ? 58 : 0; }
    [[nodiscard]] int sideWidth() const { return m_showsAnswers ? 56 : m_showsSides ? 38 : 0; }
    /// Where the question's two lines stand in a row: all that the columns leave.
    [[nodiscard]] QRectF questionRect(const QRectF& row) const;

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    bool m_showsAnswers = false;
    bool m_showsSides = false;
};

} // namespace spectune

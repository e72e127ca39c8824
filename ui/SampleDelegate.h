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
    /// Widths of the columns expected, base and tuned; 0: not shown.
    [[nodiscard]] int expectedWidth() const { return m_showsAnswers ? 58 : 0; }
    [[nodiscard]] int sideWidth() const { return m_showsAnswers ? 56 : 38; }

    void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

private:
    bool m_showsAnswers = false;
};

} // namespace spectune

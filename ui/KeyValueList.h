// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

namespace spectune {

/// Rows of a quiet name on the left and its value on the right, 17 px each. A value that does not fit is elided in its
/// middle and shown whole in a tooltip. Where it is told to, it folds into two columns: no value is far from its name.
class KeyValueList : public QWidget {
    Q_OBJECT
public:
    using Rows = std::vector<std::pair<QString, QString>>;
    static constexpr int rowHeight = 17; ///< px

    explicit KeyValueList(QWidget* parent = nullptr);
    void setRows(Rows rows);
    [[nodiscard]] const Rows& rows() const { return m_rows; }
    /// From @p width pixels on two rows stand beside each other where half of it holds each.
    void setFoldsFrom(int width);
    /// Where each row stands at that width.
    [[nodiscard]] std::vector<QRect> places(int width) const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] int heightForWidth(int width) const override; ///< −1: it does not fold

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    Rows m_rows;
    int m_foldsFrom = 0; ///< 0: never
};

} // namespace spectune

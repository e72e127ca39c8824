// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <utility>
#include <vector>

namespace spectune {

/// Rows of a quiet name on the left and its value on the right, 17 px each. A value that does not fit is elided in its
/// middle and shown whole in a tooltip.
class KeyValueList : public QWidget {
    Q_OBJECT
public:
    using Rows = std::vector<std::pair<QString, QString>>;
    static constexpr int rowHeight = 17; ///< px

    explicit KeyValueList(QWidget* parent = nullptr);
    void setRows(Rows rows);
    [[nodiscard]] const Rows& rows() const { return m_rows; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    Rows m_rows;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

#include <functional>

namespace spectune {

class CompareTable;

/// A scroll area that ends with a whole row of what it shows, wherever it is scrolled to. What is below is told by the
/// scroll bar, not by a row that is cut off.
class WholeRowsArea : public QScrollArea {
    Q_OBJECT
public:
    /// Height from @p top on to the last row of the body that ends within @p height pixels from there; @p height itself
    /// where the last row of all does, or none.
    using WholeRows = std::function<int(int top, int height)>;

    /// Owns @p body.  @param step px that a turn of the wheel takes three of: a row
    WholeRowsArea(QWidget* body, WholeRows wholeRows, int step, QWidget* parent = nullptr);
    /// Owns @p table.
    explicit WholeRowsArea(CompareTable* table, QWidget* parent = nullptr);

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void fit();

    QWidget* m_body;
    WholeRows m_wholeRows;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

namespace spectune {

class CompareTable;

/// The scroll area of a table: it ends with a whole row, wherever it is scrolled to. What is below is told by the
/// scroll bar, not by a row that is cut off.
class WholeRowsArea : public QScrollArea {
    Q_OBJECT
public:
    /// Owns @p table. @param name what a screen reader calls the area, at which the keyboard stops
    WholeRowsArea(CompareTable* table, const QString& name, QWidget* parent = nullptr);

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;

private:
    void fit();

    CompareTable* m_table;
};

} // namespace spectune

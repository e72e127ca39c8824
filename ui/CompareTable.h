// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunComparison.h"

#include <QWidget>

namespace spectune {

/// Two groups of rows, configuration and results, one column per run, 22 px a row. A column is as wide as its widest value
/// where there is room. Texts that do not fit are elided so that what differs stays in sight (numbers never are), and are
/// whole in a tooltip.
class CompareTable : public QWidget {
    Q_OBJECT
public:
    explicit CompareTable(QWidget* parent = nullptr);

    void setRows(int runs, std::vector<CompareRow> configuration, std::vector<CompareRow> results);
    [[nodiscard]] const std::vector<CompareRow>& configuration() const { return m_configuration; }
    [[nodiscard]] const std::vector<CompareRow>& results() const { return m_results; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Width that all columns need so that no number is cut and some letters of every text are there.
    [[nodiscard]] int neededWidth() const;
    /// What row @p index of the configuration reads in each run, as painted at the present width.
    [[nodiscard]] QStringList shownValues(std::size_t index) const;
    /// That row's key, as painted at the present width.
    [[nodiscard]] QString shownKey(std::size_t index) const;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Column {
        int least = 0; ///< its numbers whole
        int natural = 0; ///< all of it whole, as far as that is worth the room
    };
    void measure();
    /// Widths of the runs' columns at the present width.
    [[nodiscard]] std::vector<int> columnWidths() const;
    [[nodiscard]] int keyRoom(const std::vector<int>& widths) const;
    void paintRow(QPainter& painter, const CompareRow& row, int y, const std::vector<int>& widths) const;
    [[nodiscard]] QStringList elided(const CompareRow& row, const std::vector<int>& widths) const;
    [[nodiscard]] const CompareRow* rowAt(int y) const;

    int m_runs = 0;
    int m_keyWidth = 0; ///< of the longest name
    std::vector<Column> m_columns; ///< one per run
    std::vector<CompareRow> m_configuration;
    std::vector<CompareRow> m_results;
};

} // namespace spectune

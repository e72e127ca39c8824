// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunComparison.h"

#include <QWidget>

namespace spectune {

/// Two groups of rows, configuration and results, one column per run, 22 px a row. Texts that do not fit are elided in
/// their middle (numbers never are) and whole in a tooltip.
class CompareTable : public QWidget {
    Q_OBJECT
public:
    explicit CompareTable(QWidget* parent = nullptr);

    void setRows(int runs, std::vector<CompareRow> configuration, std::vector<CompareRow> results);
    [[nodiscard]] const std::vector<CompareRow>& configuration() const { return m_configuration; }
    [[nodiscard]] const std::vector<CompareRow>& results() const { return m_results; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    /// Width that all columns need so that no number is cut.
    [[nodiscard]] int neededWidth() const;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void paintRow(QPainter& painter, const CompareRow& row, int y) const;
    [[nodiscard]] int keyWidth() const;
    [[nodiscard]] int columnWidth() const;
    [[nodiscard]] int widestValue(bool numbersAlone) const;
    [[nodiscard]] QString shown(const CompareRow& row, int run) const;
    [[nodiscard]] const CompareRow* rowAt(int y) const;

    int m_runs = 0;
    std::vector<CompareRow> m_configuration;
    std::vector<CompareRow> m_results;
};

} // namespace spectune

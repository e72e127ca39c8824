// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunComparison.h"

#include <QWidget>

#include <utility>

namespace spectune {

/// Two groups of rows, configuration and results, one column per run, 22 px a row. A column is as wide as its widest
/// value where there is room. Texts that do not fit are elided so that what differs stays in sight (numbers never are),
/// and are whole in a tooltip. Of a path the name is shown, with the folder below it where the name does not tell it
/// apart. Where one key does not fit, none is written out: the groups stand above their keys.
class CompareTable : public QWidget {
    Q_OBJECT
public:
    static constexpr int rowHeight = 22;

    explicit CompareTable(QWidget* parent = nullptr);

    void setRows(int runs, std::vector<CompareRow> configuration, std::vector<CompareRow> results);
    [[nodiscard]] const std::vector<CompareRow>& configuration() const { return m_configuration; }
    [[nodiscard]] const std::vector<CompareRow>& results() const { return m_results; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    /// Height from @p top on to the last line that ends within @p height pixels from there, at the present width;
    /// @p height itself where the last line of all does, or none.
    [[nodiscard]] int wholeRows(int top, int height) const;
    /// Width that all columns need so that no number is cut and some letters of every text are there.
    [[nodiscard]] int neededWidth() const;
    /// What row @p index of the configuration reads in each run, as painted at the present width.
    [[nodiscard]] QStringList shownValues(std::size_t index) const;
    /// What stands below them: the folders of paths that share a name; empty for all other rows.
    [[nodiscard]] QStringList shownFolders(std::size_t index) const;
    /// Left and right edge of run @p run's values at the present width, px. Room that keys and values leave is shared
    /// out between them, so that no value is far from its key.
    [[nodiscard]] std::pair<int, int> columnAt(int run) const;
    /// That row's key, as painted at the present width.
    [[nodiscard]] QString shownKey(std::size_t index) const;
    /// The headings above the keys at the present width: "adalora"; none where the keys are whole.
    [[nodiscard]] QStringList shownGroups() const;

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    struct Column {
        int least = 0; ///< its numbers whole
        int natural = 0; ///< all of it whole, as far as that is worth the room
    };
    struct Line {
        const CompareRow* row = nullptr; ///< null: a heading
        QString heading;
        bool isGroup = false; ///< the heading is a group's of keys
        int y = 0;
        int height = 0;
    };
    /// How all is laid out at one width.
    struct Layout {
        std::vector<int> columns; ///< widths, one per run
        int keyRoom = 0;
        bool grouped = false;
        std::vector<Line> lines;
        int height = 0;
    };
    void measure();
    [[nodiscard]] Layout layoutAt(int width) const;
    /// @param names width that the names are to have where the columns leave it
    [[nodiscard]] std::vector<int> columnWidths(int width, int names) const;
    void paintLine(QPainter& painter, const Line& line, const Layout& layout) const;
    void paintValues(QPainter& painter, const CompareRow& row, int y, const Layout& layout) const;
    [[nodiscard]] QStringList elided(const CompareRow& row, const Layout& layout) const;
    [[nodiscard]] QStringList elidedFolders(const CompareRow& row, const Layout& layout) const;

    int m_runs = 0;
    int m_keyWidth = 0; ///< of the longest name
    int m_shortKeyWidth = 0; ///< of the longest name without its group
    std::vector<Column> m_columns; ///< one per run
    std::vector<CompareRow> m_configuration;
    std::vector<CompareRow> m_results;
};

} // namespace spectune

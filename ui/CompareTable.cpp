// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CompareTable.h"

#include "training/config/FieldTable.h"
#include "ui/ElidedApart.h"
#include "ui/FieldTexts.h"
#include "visualization/Fonts.h"
#include "visualization/RunTags.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace spectune {

namespace {

constexpr int rowHeight = CompareTable::rowHeight;
constexpr int pathHeight = 36; ///< of a row with folders below its values
constexpr int headHeight = 26;
constexpr int headingHeight = 20;
constexpr int padding = 12;
constexpr int gap = 10;
constexpr int mostOfAValue = 132; ///< longer texts are elided
constexpr int narrowestValue = 36;
constexpr int narrowestKey = 60;
constexpr int manyRuns = 4; ///< more share what little room there is

/// Where there is no room longer keys and texts are elided; further where many runs ask for a column.
constexpr int leastOfAText(int runs)
{
    return runs > manyRuns ? 44 : runs > 2 ? 72 : 62;
}

constexpr int leastKey(int runs)
{
    return runs > 2 ? 88 : 110;
}

QString groupOf(const CompareRow& row)
{
    return row.isKey ? row.name.section(QLatin1Char('.'), 0, 0) : QString();
}

/// The name as it stands below its group's heading.
QString shortName(const CompareRow& row)
{
    const QString rest = row.isKey ? row.name.section(QLatin1Char('.'), 1) : QString();
    return rest.isEmpty() ? row.name : rest;
}

/// Its 0 as Set up tells it where it is no amount, "at the end"; the values that are copied and saved stay numbers.
/// "none" would read as a value that is not known, beside other runs' numbers: such a 0 stays what it is.
CompareRow told(CompareRow row)
{
    const FieldInfo* field = row.isKey ? findField(row.name.toStdString()) : nullptr;
    if (field && !field->zero.empty() && field->zero != "none")
        std::ranges::replace(row.values, QStringLiteral("0"), fieldWords(field->zero));
    return row;
}

QFont keyFont(const CompareRow& row)
{
    return row.isKey ? Fonts::mono() : Fonts::body();
}

bool isNumber(const QString& text)
{
    return !text.isEmpty()
        && (text.front().isDigit() || text.front() == QChar(u'−') || text.front() == QLatin1Char('-'));
}

bool hasFolders(const CompareRow& row)
{
    return row.isPath && !toldApart(row.values).folders.isEmpty();
}

/// A row's values as far as they are worth showing, before any is elided.
QStringList shownTexts(const CompareRow& row)
{
    QStringList texts = row.isPath ? toldApart(row.values).names : told(row).values;
    for (qsizetype run = 0; run < texts.size(); ++run) {
        if (row.isKey && texts.at(run).isEmpty())
            texts[run] = QStringLiteral("–");
        if (!row.edited.value(run).isEmpty())
            texts[run] += QLatin1Char('*');
    }
    return texts;
}

} // namespace

CompareTable::CompareTable(QWidget* parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Configurations and results of the compared runs"));
}

void CompareTable::setRows(int runs, std::vector<CompareRow> configuration, std::vector<CompareRow> results)
{
    m_runs = runs;
    m_configuration = std::move(configuration);
    m_results = std::move(results);
    QStringList spoken;
    for (const auto* rows : {&m_configuration, &m_results})
        for (const CompareRow& row : *rows) {
            const CompareRow words = told(row);
            QStringList values;
            for (qsizetype run = 0; run < words.values.size(); ++run)
                values << valueText(words, run);
            spoken << row.name + QStringLiteral(": ") + values.join(QStringLiteral(", "));
        }
    setAccessibleDescription(spoken.join(QStringLiteral("; ")));
    measure();
    setMinimumWidth(neededWidth());
    updateGeometry();
    update();
}

QSize CompareTable::sizeHint() const
{
    return {neededWidth(), heightForWidth(neededWidth())};
}

QSize CompareTable::minimumSizeHint() const
{
    return {neededWidth(), headHeight};
}

int CompareTable::heightForWidth(int width) const
{
    return layoutAt(width).height;
}

int CompareTable::wholeRows(int top, int height) const
{
    const Layout layout = layoutAt(width());
    int end = top;
    for (const Line& line : layout.lines)
        if (line.row && line.y + line.height <= top + height) // no heading stands last, without what it is of
            end = std::max(end, line.y + line.height);
    return end == top || layout.height <= top + height ? height : end - top;
}

void CompareTable::measure()
{
    m_keyWidth = narrowestKey;
    m_shortKeyWidth = narrowestKey;
    m_columns.assign(static_cast<std::size_t>(m_runs), {narrowestValue, narrowestValue});
    for (const auto* rows : {&m_configuration, &m_results})
        for (const CompareRow& row : *rows) {
            const QFontMetrics metrics(keyFont(row));
            m_keyWidth = std::max(m_keyWidth, metrics.horizontalAdvance(row.name) + 2);
            m_shortKeyWidth = std::max(m_shortKeyWidth, metrics.horizontalAdvance(shortName(row)) + 2);
            const QStringList values = shownTexts(row);
            for (std::size_t run = 0; run < m_columns.size(); ++run) {
                const QString value = values.value(static_cast<qsizetype>(run));
                const int width = static_cast<int>(std::ceil(tabularWidth(Fonts::heading(), value))) + 2;
                Column& column = m_columns[run];
                column.natural = std::max(column.natural, std::min(width, mostOfAValue));
                column.least = std::max(column.least, isNumber(value) ? width : std::min(width, leastOfAText(m_runs)));
            }
        }
    for (Column& column : m_columns)
        column.natural = std::max(column.natural, column.least);
}

std::vector<int> CompareTable::columnWidths(int width, int names) const
{
    int wish = 0; // beyond the least
    int room = width - 2 * padding - names;
    for (const Column& column : m_columns) {
        wish += column.natural - column.least;
        room -= column.least + gap;
    }
    std::vector<int> widths;
    for (const Column& column : m_columns) {
        const int more = column.natural - column.least;
        widths.push_back(column.least + (room >= wish ? more : room > 0 ? more * room / wish : 0));
    }
    return widths;
}

int CompareTable::neededWidth() const
{
    int needed = 2 * padding + std::min(m_shortKeyWidth, leastKey(m_runs));
    for (const Column& column : m_columns)
        needed += column.least + gap;
    return needed;
}

CompareTable::Layout CompareTable::layoutAt(int width) const
{
    Layout layout;
    const auto divide = [this, &layout, width](int names) {
        layout.columns = columnWidths(width, names);
        layout.keyRoom = std::accumulate(
            layout.columns.begin(), layout.columns.end(), width - 2 * padding - m_runs * gap, std::minus<>());
    };
    divide(m_keyWidth);
    layout.grouped = std::ranges::any_of(m_configuration, [&layout](const CompareRow& row) {
        return QFontMetrics(keyFont(row)).horizontalAdvance(row.name) > layout.keyRoom;
    });
    if (layout.grouped)
        divide(m_shortKeyWidth);
    const int share = (layout.keyRoom - (layout.grouped ? m_shortKeyWidth : m_keyWidth)) / (m_runs + 1);
    if (share > 0)
        for (int& column : layout.columns) {
            column += share;
            layout.keyRoom -= share;
        }
    int y = headHeight;
    const auto add = [&layout, &y](const Line& line) {
        layout.lines.push_back(line);
        layout.lines.back().y = y;
        y += line.height;
    };
    QString group;
    for (const CompareRow& row : m_configuration) {
        if (layout.grouped && groupOf(row) != group)
            add({nullptr, groupOf(row), true, 0, headingHeight});
        group = groupOf(row);
        add({&row, {}, false, 0, hasFolders(row) ? pathHeight : rowHeight});
    }
    if (!m_results.empty())
        add({nullptr, tr("Results"), false, 0, rowHeight});
    for (const CompareRow& row : m_results)
        add({&row, {}, false, 0, rowHeight});
    layout.height = y + 6;
    return layout;
}

QStringList CompareTable::elided(const CompareRow& row, const Layout& layout) const
{
    const QStringList whole = shownTexts(row);
    const QFontMetrics metrics(row.isKey && row.differs ? Fonts::heading() : Fonts::body());
    QStringList shown;
    for (qsizetype run = 0; run < m_runs; ++run) { // as if all columns were as wide as this one
        const int width = layout.columns[static_cast<std::size_t>(run)] + 2;
        const QString text = whole.value(run);
        const bool fits = isNumber(text) || metrics.horizontalAdvance(text) <= width;
        shown << (fits ? text : elidedApart(whole, metrics, width).value(run));
    }
    return shown;
}

QStringList CompareTable::elidedFolders(const CompareRow& row, const Layout& layout) const
{
    if (!hasFolders(row))
        return {};
    const QStringList whole = toldApart(row.values).folders;
    const QFontMetrics metrics(Fonts::caption());
    QStringList shown;
    for (qsizetype run = 0; run < m_runs; ++run)
        shown << elidedApart(whole, metrics, layout.columns[static_cast<std::size_t>(run)] + 2).value(run);
    return shown;
}

QStringList CompareTable::shownValues(std::size_t index) const
{
    return elided(m_configuration.at(index), layoutAt(width()));
}

QStringList CompareTable::shownFolders(std::size_t index) const
{
    return elidedFolders(m_configuration.at(index), layoutAt(width()));
}

std::pair<int, int> CompareTable::columnAt(int run) const
{
    const Layout layout = layoutAt(width());
    int left = padding + layout.keyRoom + gap;
    for (int before = 0; before < run; ++before)
        left += layout.columns[static_cast<std::size_t>(before)] + gap;
    return {left, left + layout.columns.at(static_cast<std::size_t>(run))};
}

QString CompareTable::shownKey(std::size_t index) const
{
    const CompareRow& row = m_configuration.at(index);
    return layoutAt(width()).grouped ? shortName(row) : row.name;
}

QStringList CompareTable::shownGroups() const
{
    QStringList groups;
    const Layout layout = layoutAt(width());
    for (const Line& line : layout.lines)
        if (line.isGroup)
            groups << line.heading;
    return groups;
}

bool CompareTable::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const Layout layout = layoutAt(width());
    const auto line = std::ranges::find_if(layout.lines, [help](const Line& candidate) {
        return help->pos().y() >= candidate.y && help->pos().y() < candidate.y + candidate.height;
    });
    if (line == layout.lines.end() || !line->row) {
        QToolTip::hideText();
        return true;
    }
    const CompareRow row = told(*line->row);
    QStringList words {row.name.trimmed(), row.help};
    for (int run = 0; run < m_runs; ++run)
        words << QStringLiteral("%1  %2").arg(RunTag::letter(run), valueText(row, run));
    QToolTip::showText(help->globalPos(), words.join(QLatin1Char('\n')), this);
    return true;
}

void CompareTable::paintValues(QPainter& painter, const CompareRow& row, int y, const Layout& layout) const
{
    const Theme& theme = Theme::current();
    const QStringList values = elided(row, layout);
    const QStringList folders = elidedFolders(row, layout);
    const bool marked = row.isKey && row.differs;
    int left = padding + layout.keyRoom;
    for (int run = 0; run < m_runs; ++run) {
        const int column = layout.columns[static_cast<std::size_t>(run)];
        const QRectF cell(left + gap, y, column, rowHeight);
        painter.setFont(marked ? Fonts::heading() : Fonts::body());
        painter.setPen(marked ? RunTag::color(run) : theme.text);
        drawTabular(painter, cell, Qt::AlignRight | Qt::AlignVCenter, values.at(run));
        if (!folders.isEmpty()) {
            painter.setFont(Fonts::caption());
            painter.setPen(theme.text2);
            drawTabular(painter, cell.translated(0, pathHeight - rowHeight), Qt::AlignRight | Qt::AlignVCenter,
                folders.at(run));
        }
        left += gap + column;
    }
}

void CompareTable::paintLine(QPainter& painter, const Line& line, const Layout& layout) const
{
    const Theme& theme = Theme::current();
    if (!line.row) {
        painter.fillRect(QRect(0, line.y, width(), 1), theme.line);
        painter.setFont(line.isGroup ? Fonts::caption() : Fonts::body());
        painter.setPen(theme.text3);
        painter.drawText(QRect(padding, line.y, width(), line.height), Qt::AlignLeft | Qt::AlignVCenter, line.heading);
        return;
    }
    const CompareRow& row = *line.row;
    if (row.isKey && !layout.grouped)
        painter.fillRect(QRect(0, line.y, width(), 1), theme.line);
    painter.setFont(keyFont(row));
    painter.setPen(theme.text2);
    // A key that is too long below its heading, too, is told by its end, a result by its beginning.
    const QString name = layout.grouped ? shortName(row) : row.name;
    painter.drawText(QRect(padding, line.y, layout.keyRoom, rowHeight), Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(name, row.isKey ? Qt::ElideLeft : Qt::ElideRight, layout.keyRoom));
    paintValues(painter, row, line.y, layout);
}

void CompareTable::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Layout layout = layoutAt(width());
    int right = width() - padding;
    for (int run = m_runs - 1; run >= 0; --run) {
        RunTag::paint(painter, {right - 16.0, 4.0}, run);
        right -= layout.columns[static_cast<std::size_t>(run)] + gap;
    }
    for (const Line& line : layout.lines)
        paintLine(painter, line, layout);
}

} // namespace spectune

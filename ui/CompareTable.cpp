// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CompareTable.h"

#include "ui/ElidedApart.h"
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

constexpr int rowHeight = 22;
constexpr int headHeight = 26;
constexpr int padding = 12;
constexpr int gap = 10;
constexpr int mostOfAValue = 132; ///< longer texts are elided
constexpr int narrowestValue = 36;
constexpr int narrowestKey = 60;

/// Where there is no room longer keys and texts are elided; further where more than two runs ask for a column.
constexpr int leastOfAText(int runs)
{
    return runs > 2 ? 44 : 62;
}

constexpr int leastKey(int runs)
{
    return runs > 2 ? 88 : 112;
}

/// A key without its group, "target_rank", where the whole does not fit; elided only where that does not, either.
QString keyWithin(const CompareRow& row, const QFontMetrics& metrics, int room)
{
    if (metrics.horizontalAdvance(row.name) <= room)
        return row.name;
    if (!row.isKey)
        return metrics.elidedText(row.name, Qt::ElideRight, room);
    return metrics.elidedText(row.name.section(QLatin1Char('.'), -1), Qt::ElideLeft, room);
}

bool isNumber(const QString& text)
{
    return !text.isEmpty()
        && (text.front().isDigit() || text.front() == QChar(u'−') || text.front() == QLatin1Char('-'));
}

/// A row's values as far as they are worth showing, before any is elided.
QStringList shownTexts(const CompareRow& row)
{
    QStringList texts = row.isKey ? foldedPaths(row.values) : row.values;
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
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
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
            QStringList values;
            for (qsizetype run = 0; run < row.values.size(); ++run)
                values << valueText(row, run);
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
    const auto rows = static_cast<int>(m_configuration.size() + m_results.size());
    return {neededWidth(), headHeight + rowHeight * (rows + (m_results.empty() ? 0 : 1)) + 6};
}

QSize CompareTable::minimumSizeHint() const
{
    return sizeHint();
}

void CompareTable::measure()
{
    const QFontMetrics mono(Fonts::mono());
    const QFontMetrics body(Fonts::body());
    m_keyWidth = narrowestKey;
    m_columns.assign(static_cast<std::size_t>(m_runs), {narrowestValue, narrowestValue});
    for (const auto* rows : {&m_configuration, &m_results})
        for (const CompareRow& row : *rows) {
            m_keyWidth = std::max(m_keyWidth, (row.isKey ? mono : body).horizontalAdvance(row.name) + 2);
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

std::vector<int> CompareTable::columnWidths() const
{
    int wish = 0; // beyond the least
    int room = width() - 2 * padding - m_keyWidth;
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
    int needed = 2 * padding + std::min(m_keyWidth, leastKey(m_runs));
    for (const Column& column : m_columns)
        needed += column.least + gap;
    return needed;
}

QStringList CompareTable::elided(const CompareRow& row, const std::vector<int>& widths) const
{
    const QStringList whole = shownTexts(row);
    const QFontMetrics metrics(row.isKey && row.differs ? Fonts::heading() : Fonts::body());
    QStringList shown;
    for (qsizetype run = 0; run < m_runs; ++run) { // as if all columns were as wide as this one
        const int width = widths[static_cast<std::size_t>(run)] + 2;
        const QString text = whole.value(run);
        const bool fits = isNumber(text) || metrics.horizontalAdvance(text) <= width;
        shown << (fits ? text : elidedApart(whole, metrics, width).value(run));
    }
    return shown;
}

QStringList CompareTable::shownValues(std::size_t index) const
{
    return elided(m_configuration.at(index), columnWidths());
}

int CompareTable::keyRoom(const std::vector<int>& widths) const
{
    return std::accumulate(widths.begin(), widths.end(), width() - 2 * padding - m_runs * gap, std::minus<>());
}

QString CompareTable::shownKey(std::size_t index) const
{
    const CompareRow& row = m_configuration.at(index);
    return keyWithin(row, QFontMetrics(row.isKey ? Fonts::mono() : Fonts::body()), keyRoom(columnWidths()));
}

const CompareRow* CompareTable::rowAt(int y) const
{
    int index = (y - headHeight) / rowHeight;
    if (y < headHeight)
        return nullptr;
    if (index < static_cast<int>(m_configuration.size()))
        return &m_configuration[static_cast<std::size_t>(index)];
    index -= static_cast<int>(m_configuration.size()) + 1;
    return index >= 0 && index < static_cast<int>(m_results.size()) ? &m_results[static_cast<std::size_t>(index)]
                                                                    : nullptr;
}

bool CompareTable::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const CompareRow* row = rowAt(help->pos().y())) {
        QStringList lines {row->name.trimmed(), row->help};
        for (int run = 0; run < m_runs; ++run)
            lines << QStringLiteral("%1  %2").arg(RunTag::letter(run), valueText(*row, run));
        QToolTip::showText(help->globalPos(), lines.join(QLatin1Char('\n')), this);
    }
    return true;
}

void CompareTable::paintRow(QPainter& painter, const CompareRow& row, int y, const std::vector<int>& widths) const
{
    const Theme& theme = Theme::current();
    const int room = keyRoom(widths);
    painter.setFont(row.isKey ? Fonts::mono() : Fonts::body());
    painter.setPen(theme.text2);
    painter.drawText(QRect(padding, y, room, rowHeight), Qt::AlignLeft | Qt::AlignVCenter,
        keyWithin(row, painter.fontMetrics(), room));
    const QStringList values = elided(row, widths);
    const bool marked = row.isKey && row.differs;
    painter.setFont(marked ? Fonts::heading() : Fonts::body());
    int left = padding + room;
    for (int run = 0; run < m_runs; ++run) {
        const int column = widths[static_cast<std::size_t>(run)];
        painter.setPen(marked ? RunTag::color(run) : theme.text);
        drawTabular(
            painter, QRectF(left + gap, y, column, rowHeight), Qt::AlignRight | Qt::AlignVCenter, values.at(run));
        left += gap + column;
    }
}

void CompareTable::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const std::vector<int> widths = columnWidths();
    int right = width() - padding;
    for (int run = m_runs - 1; run >= 0; --run) {
        RunTag::paint(painter, {right - 16.0, 4.0}, run);
        right -= widths[static_cast<std::size_t>(run)] + gap;
    }
    int y = headHeight;
    for (const CompareRow& row : m_configuration) {
        painter.fillRect(QRect(0, y, width(), 1), theme.line);
        paintRow(painter, row, y, widths);
        y += rowHeight;
    }
    if (m_results.empty())
        return;
    painter.fillRect(QRect(0, y, width(), 1), theme.line);
    painter.setFont(Fonts::body());
    painter.setPen(theme.text3);
    painter.drawText(QRect(padding, y, width(), rowHeight), Qt::AlignLeft | Qt::AlignVCenter, tr("Results"));
    y += rowHeight;
    for (const CompareRow& row : m_results) {
        paintRow(painter, row, y, widths);
        y += rowHeight;
    }
}

} // namespace spectune

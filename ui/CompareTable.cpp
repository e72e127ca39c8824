// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CompareTable.h"

#include "visualization/Fonts.h"
#include "visualization/RunTags.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace spectune {

namespace {

constexpr int rowHeight = 22;
constexpr int headHeight = 26;
constexpr int padding = 12;
constexpr int gap = 10;
constexpr int mostOfAValue = 132; ///< longer texts are elided
constexpr int narrowestValue = 36;
constexpr int leastKey = 112; ///< longer keys are elided where there is no room

bool isNumber(const QString& text)
{
    return !text.isEmpty()
        && (text.front().isDigit() || text.front() == QChar(u'−') || text.front() == QLatin1Char('-'));
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

QString CompareTable::shown(const CompareRow& row, int run) const
{
    QString value = row.values.value(run);
    if (row.isKey && value.isEmpty())
        value = QStringLiteral("–");
    if (row.isKey && value.contains(QLatin1Char('/')))
        return value.section(QLatin1Char('/'), -1);
    return row.edited.value(run).isEmpty() ? value : value + QLatin1Char('*');
}

int CompareTable::keyWidth() const
{
    int natural = 60;
    const QFontMetrics mono(Fonts::mono());
    const QFontMetrics body(Fonts::body());
    for (const CompareRow& row : m_configuration)
        natural = std::max(natural, mono.horizontalAdvance(row.name) + 2);
    for (const CompareRow& row : m_results)
        natural = std::max(natural, body.horizontalAdvance(row.name) + 2);
    return natural;
}

int CompareTable::widestValue(bool numbersAlone) const
{
    double widest = narrowestValue;
    for (const auto* rows : {&m_configuration, &m_results})
        for (const CompareRow& row : *rows)
            for (int run = 0; run < m_runs; ++run)
                if (const QString value = shown(row, run); !numbersAlone || isNumber(value))
                    widest = std::max(widest, tabularWidth(Fonts::heading(), value) + 2.0);
    return static_cast<int>(std::min<double>(widest, mostOfAValue));
}

int CompareTable::columnWidth() const
{
    const int room = m_runs > 0 ? (width() - 2 * padding - keyWidth()) / m_runs - gap : 0;
    const int least = widestValue(true);
    return std::clamp(room, least, std::max(least, widestValue(false)));
}

int CompareTable::neededWidth() const
{
    return 2 * padding + std::min(keyWidth(), leastKey) + m_runs * (widestValue(true) + gap);
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

void CompareTable::paintRow(QPainter& painter, const CompareRow& row, int y) const
{
    const Theme& theme = Theme::current();
    const int column = columnWidth();
    painter.setFont(row.isKey ? Fonts::mono() : Fonts::body());
    painter.setPen(theme.text2);
    const int room = width() - 2 * padding - m_runs * (column + gap);
    painter.drawText(QRect(padding, y, room, rowHeight), Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(row.name, row.isKey ? Qt::ElideLeft : Qt::ElideRight, room));
    for (int run = 0; run < m_runs; ++run) {
        const QRectF place(width() - padding - (m_runs - run) * (column + gap) + gap, y, column, rowHeight);
        const bool marked = row.isKey && row.differs;
        painter.setFont(marked ? Fonts::heading() : Fonts::body());
        painter.setPen(marked ? RunTag::color(run) : theme.text);
        drawTabular(painter, place, Qt::AlignRight | Qt::AlignVCenter,
            painter.fontMetrics().elidedText(shown(row, run), Qt::ElideMiddle, column + 2));
    }
}

void CompareTable::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const int column = columnWidth();
    for (int run = 0; run < m_runs; ++run)
        RunTag::paint(painter, {width() - padding - (m_runs - 1 - run) * (column + gap) - 16.0, 4.0}, run);
    int y = headHeight;
    for (const CompareRow& row : m_configuration) {
        painter.fillRect(QRect(0, y, width(), 1), theme.line);
        paintRow(painter, row, y);
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
        paintRow(painter, row, y);
        y += rowHeight;
    }
}

} // namespace spectune

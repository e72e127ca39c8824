// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ShortcutList.h"

#include "ui/PageParts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

QWidget* makeRow(const ShortcutEntry& entry)
{
    auto* row = new QWidget;
    row->setFixedHeight(24);
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    line->addWidget(makeText(entry.action, "second"));
    line->addStretch();
    for (const QString& key : entry.keys.split(QStringLiteral("  "), Qt::SkipEmptyParts)) {
        QLabel* cap = makeCaption(key, "");
        cap->setObjectName(QStringLiteral("KeyCap"));
        cap->setAlignment(Qt::AlignCenter);
        cap->setFixedHeight(18);
        line->addWidget(cap);
    }
    return row;
}

} // namespace

ShortcutList::ShortcutList(QWidget* parent)
    : QWidget(parent)
{
    m_column = new QVBoxLayout(this);
    m_column->setContentsMargins(18, 0, 18, 12);
    m_column->setSpacing(0);
    m_column->addStretch();
}

ShortcutList::Section& ShortcutList::sectionOf(const QString& place)
{
    const auto found = std::ranges::find(m_sections, place, &Section::place);
    if (found != m_sections.end())
        return *found;
    auto* widget = new QWidget;
    auto* lines = new QVBoxLayout(widget);
    lines->setContentsMargins(0, 12, 0, 0);
    lines->setSpacing(0);
    lines->addWidget(makeHeading(place));
    lines->addSpacing(2);
    m_column->insertWidget(static_cast<int>(m_sections.size()), widget);
    m_sections.push_back({.place = place, .widget = widget, .lines = lines, .rows = {}});
    return m_sections.back();
}

void ShortcutList::setEntries(const std::vector<ShortcutEntry>& entries)
{
    for (const Section& section : m_sections)
        delete section.widget;
    m_sections.clear();
    for (const ShortcutEntry& entry : entries) {
        if (entry.keys.isEmpty())
            continue;
        Section& section = sectionOf(entry.place);
        QWidget* row = makeRow(entry);
        section.lines->addWidget(row);
        section.rows.push_back({row, QStringList {entry.place, entry.action, entry.keys}.join(QLatin1Char(' '))});
    }
}

void ShortcutList::filter(const QStringList& words)
{
    for (Section& section : m_sections) {
        bool any = false;
        for (Row& row : section.rows) {
            row.shown = std::ranges::all_of(
                words, [&row](const QString& word) { return row.words.contains(word, Qt::CaseInsensitive); });
            row.widget->setVisible(row.shown);
            any = any || row.shown;
        }
        section.widget->setVisible(any);
    }
}

int ShortcutList::shownRows() const
{
    int rows = 0;
    for (const Section& section : m_sections)
        rows += static_cast<int>(std::ranges::count_if(section.rows, &Row::shown));
    return rows;
}

} // namespace spectune

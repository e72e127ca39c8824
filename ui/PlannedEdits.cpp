// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PlannedEdits.h"

#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "training/core/Error.h"

#include <QSettings>

#include <algorithm>
#include <utility>

namespace spectune {

namespace {

constexpr std::size_t mostKept = 20;
const QString arrayKey = QStringLiteral("planned-edits");
const QString folderKey = QStringLiteral("folder");
const QString configKey = QStringLiteral("configuration");
const QString editsKey = QStringLiteral("edits");
const QString runKey = QStringLiteral("run");

} // namespace

std::vector<PlannedEdits::Entry> PlannedEdits::all() const
{
    std::vector<Entry> entries = m_entries;
    if (!m_remembers)
        return entries;
    QSettings settings;
    const int count = settings.beginReadArray(arrayKey);
    for (int i = 0; i < count; ++i) {
        settings.setArrayIndex(i);
        Entry entry {settings.value(folderKey).toString(), settings.value(configKey).toString(),
            settings.value(editsKey).toString(), settings.value(runKey).toString()};
        if (std::ranges::find(entries, entry.folder, &Entry::folder) == entries.end())
            entries.push_back(std::move(entry));
    }
    return entries;
}

void PlannedEdits::write(const std::vector<Entry>& entries)
{
    QSettings settings;
    settings.remove(arrayKey);
    if (entries.empty())
        return;
    settings.beginWriteArray(arrayKey, static_cast<int>(entries.size()));
    for (int i = 0; const Entry& entry : entries) {
        settings.setArrayIndex(i++);
        settings.setValue(folderKey, entry.folder);
        settings.setValue(configKey, entry.configuration);
        settings.setValue(editsKey, entry.edits);
        settings.setValue(runKey, entry.run);
    }
    settings.endArray();
}

void PlannedEdits::keep(const QString& folder, const Start& start)
{
    std::vector<Entry> entries = all();
    const bool replaces = std::erase_if(entries, [&](const Entry& entry) { return entry.folder == folder; }) > 0;
    if (!replaces && start.edits.isEmpty())
        return;
    if (!start.edits.isEmpty()) {
        std::string lines;
        for (const AppliedEdit& edit : start.edits.edits)
            lines += toJsonLine(edit) + '\n';
        entries.insert(entries.begin(),
            {folder, QString::fromStdString(toJson(start.config)), QString::fromStdString(lines), start.edits.run});
    }
    if (entries.size() > mostKept)
        entries.resize(mostKept);
    if (m_remembers)
        write(entries);
    m_entries = std::move(entries);
}

std::optional<PlannedEdits::Start> PlannedEdits::of(const QString& folder) const
{
    const std::vector<Entry> entries = all();
    const auto entry = std::ranges::find(entries, folder, &Entry::folder);
    if (entry == entries.end())
        return std::nullopt;
    try {
        Start start {configFromJson(entry->configuration.toStdString(), "the planned changes"),
            {.edits = parseEdits(entry->edits.toStdString(), "the planned changes"), .run = entry->run}};
        for (AppliedEdit& edit : start.edits.edits)
            edit.line = 0; // of no file that the person has in hand
        return start;
    } catch (const Error&) {
        return std::nullopt; // of another version
    }
}

} // namespace spectune

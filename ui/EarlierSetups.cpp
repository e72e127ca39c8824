// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/EarlierSetups.h"

#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "training/core/Error.h"

#include <QSettings>

#include <utility>

namespace spectune {

namespace {

constexpr std::size_t mostKept = 20;
const QString configKey = QStringLiteral("draft/configuration");
const QString nameKey = QStringLiteral("draft/name");
const QString editsKey = QStringLiteral("draft/edits"); // as edits.jsonl has them
const QString editedRunKey = QStringLiteral("draft/edited-run");

} // namespace

void EarlierSetups::showRecorded(const RunConfig& run)
{
    m_recorded = toJson(run);
}

bool EarlierSetups::isUnowned(const RunConfig& config) const
{
    const std::string text = toJson(config);
    return text == m_recorded || text == toJson(RunConfig {});
}

void EarlierSetups::keep(Setup setup, const RunConfig& now)
{
    if (toJson(setup.config) == toJson(now) || isUnowned(setup.config))
        return;
    m_setups.push_back(std::move(setup));
    if (m_setups.size() > mostKept)
        m_setups.erase(m_setups.begin());
}

EarlierSetups::Setup EarlierSetups::exchange(Setup now)
{
    Setup latest = std::move(m_setups.back());
    m_setups.pop_back();
    if (!isUnowned(now.config))
        m_setups.insert(m_setups.begin(), std::move(now));
    return latest;
}

void EarlierSetups::writeDraft(const std::optional<Setup>& draft)
{
    QSettings settings;
    settings.remove(QStringLiteral("draft"));
    if (!draft)
        return;
    settings.setValue(configKey, QString::fromStdString(toJson(draft->config)));
    settings.setValue(nameKey, draft->name);
    if (draft->edits.isEmpty())
        return;
    std::string lines;
    for (const AppliedEdit& edit : draft->edits.edits)
        lines += toJsonLine(edit) + '\n';
    settings.setValue(editsKey, QString::fromStdString(lines));
    settings.setValue(editedRunKey, draft->edits.run);
}

std::optional<EarlierSetups::Setup> EarlierSetups::readDraft()
{
    const QSettings settings;
    const QString text = settings.value(configKey).toString();
    if (text.isEmpty())
        return std::nullopt;
    try {
        return Setup {configFromJson(text.toStdString(), "the draft"),
            settings.value(nameKey, QStringLiteral("run")).toString(),
            {.edits = parseEdits(settings.value(editsKey).toString().toStdString(), "the draft"),
                .run = settings.value(editedRunKey).toString()}};
    } catch (const Error&) {
        return std::nullopt; // of another version
    }
}

} // namespace spectune

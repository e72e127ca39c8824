// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/EarlierSetups.h"

#include "training/config/ConfigFile.h"
#include "training/core/Error.h"

#include <QSettings>

#include <utility>

namespace spectune {

namespace {

constexpr std::size_t mostKept = 20;
const QString configKey = QStringLiteral("draft/configuration");
const QString nameKey = QStringLiteral("draft/name");

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

void EarlierSetups::keep(const RunConfig& config, const QString& name, const RunConfig& now)
{
    if (toJson(config) == toJson(now) || isUnowned(config))
        return;
    m_setups.push_back({config, name});
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
    if (!draft) {
        settings.remove(QStringLiteral("draft"));
        return;
    }
    settings.setValue(configKey, QString::fromStdString(toJson(draft->config)));
    settings.setValue(nameKey, draft->name);
}

std::optional<EarlierSetups::Setup> EarlierSetups::readDraft()
{
    const QSettings settings;
    const QString text = settings.value(configKey).toString();
    if (text.isEmpty())
        return std::nullopt;
    try {
        return Setup {
            configFromJson(text.toStdString(), "the draft"), settings.value(nameKey, QStringLiteral("run")).toString()};
    } catch (const Error&) {
        return std::nullopt; // of another version
    }
}

} // namespace spectune

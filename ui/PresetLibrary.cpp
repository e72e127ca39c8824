// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PresetLibrary.h"

#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "ui/MessageWords.h"
#include "ui/RunFolders.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>

namespace spectune {

namespace {

const QString shippedFolder = QStringLiteral(":/presets");

QByteArray contentOf(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw ioError("%1 could not be read: %2.", path.toStdString(), file.errorString().toStdString());
    return file.readAll();
}

} // namespace

PresetLibrary::PresetLibrary(QString folder)
    : m_folder(std::move(folder))
{
    reload();
}

QString PresetLibrary::usualFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/spectune/presets");
}

void PresetLibrary::read(const QString& file, bool own)
{
    try {
        Preset preset = presetFromJson(contentOf(file), file);
        preset.file = file;
        preset.own = own;
        m_presets.push_back(std::move(preset));
    } catch (const Error& error) {
        m_problems << messageWords(error.message());
    }
}

void PresetLibrary::reload()
{
    m_presets.clear();
    m_problems.clear();
    const QStringList pattern {QStringLiteral("*.json")};
    const QFileInfoList shipped = QDir(shippedFolder).entryInfoList(pattern, QDir::Files, QDir::Name);
    for (const QFileInfo& file : shipped)
        read(file.filePath(), false);
    if (m_folder.isEmpty())
        return;
    const auto first = static_cast<std::ptrdiff_t>(m_presets.size());
    const QFileInfoList own = QDir(m_folder).entryInfoList(pattern, QDir::Files, QDir::Name);
    for (const QFileInfo& file : own)
        read(file.filePath(), true);
    std::stable_sort(m_presets.begin() + first, m_presets.end(),
        [](const Preset& a, const Preset& b) { return a.name.localeAwareCompare(b.name) < 0; });
}

const Preset* PresetLibrary::named(const QString& name) const
{
    const auto found = std::find_if(m_presets.begin(), m_presets.end(),
        [&name](const Preset& preset) { return preset.name.compare(name, Qt::CaseInsensitive) == 0; });
    return found == m_presets.end() ? nullptr : &*found;
}

QString PresetLibrary::freeFile(const QString& name) const
{
    const QString base = m_folder + QLatin1Char('/') + fileNameFrom(name, QStringLiteral("preset"));
    QString file = base + QStringLiteral(".json");
    for (int number = 2; QFileInfo::exists(file); ++number) // "a b" and "a/b" would be one file
        file = QStringLiteral("%1-%2.json").arg(base).arg(number);
    return file;
}

QString PresetLibrary::save(Preset preset)
{
    if (m_folder.isEmpty() || !QDir().mkpath(m_folder))
        throw ioError("The preset could not be stored: the folder %1 could not be made.", m_folder.toStdString());
    const QString wanted = preset.name;
    for (int number = 2; const Preset* other = named(preset.name); ++number) {
        if (other->own && other->values == preset.values)
            return other->name;
        preset.name = QStringLiteral("%1 %2").arg(wanted).arg(number);
    }
    exportTo(preset, freeFile(preset.name));
    reload();
    return preset.name;
}

QString PresetLibrary::import(const QString& file)
{
    return save(presetFromJson(contentOf(file), file));
}

void PresetLibrary::exportTo(const Preset& preset, const QString& file)
{
    writeFileAtomically(file.toStdString(), toJson(preset).toStdString());
}

void PresetLibrary::remove(const Preset& preset)
{
    if (!preset.own || !QFile::moveToTrash(preset.file))
        throw ioError("%1 could not be moved to the trash. Nothing was deleted.", preset.file.toStdString());
    reload();
}

} // namespace spectune

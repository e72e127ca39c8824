// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/Preset.h"

#include <QStringList>

namespace spectune {

/// The presets that Spectune ships and those that a person has saved or been given, one JSON file each.
class PresetLibrary {
public:
    /// @param folder of the person's own; empty: none are kept
    explicit PresetLibrary(QString folder);

    /// `presets` in the user's data folder.
    [[nodiscard]] static QString usualFolder();

    /// Reads all files anew: the shipped ones first, then the person's own by name.
    void reload();
    [[nodiscard]] const std::vector<Preset>& presets() const { return m_presets; }
    /// Files of the folder that cannot be used, each with why; the others work.
    [[nodiscard]] const QStringList& problems() const { return m_problems; }

    /// Stores one of the person's own beside the others: where its name is taken it gets a number, unless it says the
    /// same as the one that has it. @returns the name that it has now. @throws Error (Io)
    QString save(Preset preset);
    /// Copies a file in. @returns as save(). @throws Error (Config, Io)
    QString import(const QString& file);
    /// @throws Error (Io)
    static void exportTo(const Preset& preset, const QString& file);
    /// Moves the file of one of the person's own to the trash. @throws Error (Io)
    void remove(const Preset& preset);

private:
    void read(const QString& file, bool own);
    [[nodiscard]] const Preset* named(const QString& name) const;
    [[nodiscard]] QString freeFile(const QString& name) const;

    QString m_folder;
    std::vector<Preset> m_presets;
    QStringList m_problems;
};

} // namespace spectune

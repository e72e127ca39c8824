// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/FieldTable.h"

#include <QByteArray>
#include <QString>

#include <utility>
#include <vector>

namespace spectune {

/// A named part of a configuration, with words on where its numbers come from. What it does not name stays as it is.
struct Preset {
    QString name;
    QString group; ///< heading in the picker; empty for a person's own
    QString about; ///< what it is for
    QString source; ///< where its numbers come from
    QString aboutShort, sourceShort; ///< the same in a few words each; may be empty
    QString file; ///< that it was read from; empty: not stored
    bool own = false; ///< of this person, not shipped
    std::vector<std::pair<std::string, FieldValue>> values; ///< key and value, in the field table's order
};

/// Reads `{"spectune_preset": 1, "name", "group", "about_short", "about", "source_short", "source", "config": {…}}`;
/// the configuration's part is read by the configuration's own reader. @param origin names the text in errors
/// @throws Error (Config) for broken JSON, a missing name or source, unknown keys, wrong types, values out of range
[[nodiscard]] Preset presetFromJson(const QByteArray& text, const QString& origin);
[[nodiscard]] QByteArray toJson(const Preset& preset);

/// @p text of @p preset as it is shown: a shipped one's in the desktop's language, a person's own as it was written.
/// `ninja translations` collects the shipped ones' (cmake/PresetWords.cmake).
[[nodiscard]] QString presetWords(const Preset& preset, const QString& text);

[[nodiscard]] RunConfig withPreset(RunConfig config, const Preset& preset);
/// Fields that no longer have the preset's value.
[[nodiscard]] int changedSince(const RunConfig& config, const Preset& preset);
/// The whole configuration but for what belongs to one model, one file or one machine.
[[nodiscard]] Preset presetOf(const RunConfig& config, const QString& name, const QString& source);

} // namespace spectune

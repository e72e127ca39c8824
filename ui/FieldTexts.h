// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/FieldTable.h"

#include <QString>

#include <string_view>

namespace spectune {

// How values of the table are written for a person to read, and how what a person writes becomes a value's text.
// Typed and stored texts keep the plain forms "8000" and "1e-8"; what is only shown reads "8,000" and "1e−8".

/// A label, help, unit or `zero` of the table in the desktop's language; `ninja translations` collects them.
[[nodiscard]] QString fieldWords(std::string_view words);
/// What a field is called in the studio: the table's label, or the short form of one that no column of the set-up has
/// room for. The form, the issues' buttons and the live changes all take it from here.
[[nodiscard]] QString fieldLabel(const FieldInfo& info);
/// A sentence with each key of the table that stands in it, "adalora.ti", replaced by fieldLabel(), "Warm-up end (ti)".
[[nodiscard]] QString withFieldLabels(const QString& sentence);
/// The table's help in the desktop's language, with fields called what the studio calls them.
[[nodiscard]] QString fieldHelp(const FieldInfo& info);
/// One value: "8,000", "5e−4", "LoRA"; empty for a derived one.
[[nodiscard]] QString shownValue(const FieldInfo& info, const FieldValue& value);
/// A value of a run, as it is read: "5.00e−3" for a learning rate, and 0 in words where it is no amount.
[[nodiscard]] QString toldValue(std::string_view key, const FieldValue& value);
/// The words for a Choice's name: "SVD-LoRA" for "svd-lora".
[[nodiscard]] QString choiceWords(std::string_view key, const QString& name);
/// A number as typed, "8000" or "1e-8", in its shown form; any other text as it is.
[[nodiscard]] QString shownNumber(const QString& typed);
/// The reverse for what a person types or pastes: "8,000" and "1e−8" become "8000" and "1e-8".
[[nodiscard]] QString plainNumberText(const QString& shown);
/// A sentence with plain numbers in it: those that stand alone get their shown form; paths and quoted text keep theirs.
[[nodiscard]] QString withShownNumbers(const QString& sentence);
/// Words longer than @p longest letters get places to break at, after their separators where they have some: an
/// invisible U+200B each.
[[nodiscard]] QString breakable(const QString& text, int longest);

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/MessageWords.h"

#include "training/core/Error.h"
#include "ui/FieldTexts.h"

#include <QCoreApplication>

namespace spectune {

namespace {

struct Messages {
    Q_DECLARE_TR_FUNCTIONS(Messages)
};

enum class Manner { AsWritten, Labelled, Told };

QString words(const Message& message, Manner manner);

/// The number at @p place of a message's values, as its field's are told, where one of the values before it is the
/// field's key; any other value in its words.
QString valueWords(const std::vector<Message>& values, std::size_t place, Manner manner)
{
    const Message& value = values[place];
    if (manner != Manner::Told || !value.pattern().empty())
        return words(value, manner);
    for (std::size_t before = place; before-- > 0;) {
        const FieldInfo* info = values[before].pattern().empty() ? findField(values[before].english()) : nullptr;
        if (!info)
            continue;
        const QString text = QString::fromStdString(value.english());
        bool readable = false;
        if (info->type == FieldType::Real)
            if (const double number = text.toDouble(&readable); readable)
                return toldValue(info->key, number);
        if (info->type == FieldType::Integer)
            if (const qint64 number = text.toLongLong(&readable); readable)
                return toldValue(info->key, std::int64_t {number});
        break;
    }
    return words(value, manner);
}

/// Keys stand in patterns, and as values that are nothing else.
QString words(const Message& message, Manner manner)
{
    const auto shown
        = [manner](const QString& text) { return manner == Manner::AsWritten ? text : withFieldLabels(text); };
    if (message.pattern().empty()) {
        const QString text = QString::fromStdString(message.english());
        return findField(message.english()) ? shown(text) : text;
    }
    QString pattern = Messages::tr(message.pattern().c_str());
    if (message.values().empty() && pattern == QString::fromStdString(message.pattern()))
        pattern = fieldWords(message.pattern()); // a field's label has a context of its own
    pattern = shown(pattern);
    QString filled;
    // In one pass: QString::arg() would take a "%1" that stands in a value, a path say, for a place.
    for (qsizetype i = 0; i < pattern.size(); ++i) {
        const int place = pattern[i] == QLatin1Char('%') && i + 1 < pattern.size() ? pattern[i + 1].digitValue() : 0;
        if (place < 1 || static_cast<std::size_t>(place) > message.values().size()) {
            filled += pattern[i];
            continue;
        }
        filled += valueWords(message.values(), static_cast<std::size_t>(place) - 1, manner);
        ++i;
    }
    return filled;
}

} // namespace

QString messageWords(const Message& message)
{
    return words(message, Manner::AsWritten);
}

QString labelledWords(const Message& message)
{
    return words(message, Manner::Labelled);
}

QString toldWords(const Message& message)
{
    return withShownNumbers(words(message, Manner::Told));
}

QString caughtWords()
{
    return messageWords(Failure::fromCurrentException().message);
}

} // namespace spectune

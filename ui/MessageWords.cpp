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

/// Keys stand in patterns, and as values that are nothing else.
QString words(const Message& message, bool labelled)
{
    const auto shown = [labelled](const QString& text) { return labelled ? withFieldLabels(text) : text; };
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
        filled += words(message.values()[static_cast<std::size_t>(place) - 1], labelled);
        ++i;
    }
    return filled;
}

} // namespace

QString messageWords(const Message& message)
{
    return words(message, false);
}

QString labelledWords(const Message& message)
{
    return words(message, true);
}

QString caughtWords()
{
    return messageWords(Failure::fromCurrentException().message);
}

} // namespace spectune

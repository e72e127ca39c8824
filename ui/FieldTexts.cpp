// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FieldTexts.h"

#include "ui/PageParts.h"
#include "ui/RunRecord.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <array>

namespace spectune {

namespace {

struct FieldTexts {
    Q_DECLARE_TR_FUNCTIONS(FieldTexts)
};

struct ChoiceWords {
    std::string_view key;
    const char* name;
    const char* words; ///< marked for translation
};

// What is called the same in every language, a number type or another program's format, is not here.
constexpr std::array choices {
    ChoiceWords {
        "adalora.score", "sensitivity_uncertainty", QT_TRANSLATE_NOOP("FieldTexts", "sensitivity × uncertainty")},
    ChoiceWords {"adalora.score", "sensitivity", QT_TRANSLATE_NOOP("FieldTexts", "sensitivity alone")},
    ChoiceWords {"adalora.score", "magnitude", QT_TRANSLATE_NOOP("FieldTexts", "magnitude |λ|")},
    ChoiceWords {"adalora.sensitivity_step", "post", QT_TRANSLATE_NOOP("FieldTexts", "after the step")},
    ChoiceWords {"adalora.sensitivity_step", "pre", QT_TRANSLATE_NOOP("FieldTexts", "before the step")},
    ChoiceWords {"adalora.regularizer", "norm", QT_TRANSLATE_NOOP("FieldTexts", "norms")},
    ChoiceWords {"adalora.regularizer", "squared_sum", QT_TRANSLATE_NOOP("FieldTexts", "squared norms")},
    ChoiceWords {"data.format", "auto", QT_TRANSLATE_NOOP("FieldTexts", "automatic")},
    ChoiceWords {"data.format", "text", QT_TRANSLATE_NOOP("FieldTexts", "text")},
    ChoiceWords {"data.format", "prompt-completion", QT_TRANSLATE_NOOP("FieldTexts", "prompt, completion")},
    ChoiceWords {"data.format", "chat", QT_TRANSLATE_NOOP("FieldTexts", "chat")},
    ChoiceWords {"data.format", "table", QT_TRANSLATE_NOOP("FieldTexts", "table")},
    ChoiceWords {"optim.schedule", "constant", QT_TRANSLATE_NOOP("FieldTexts", "constant")},
    ChoiceWords {"optim.schedule", "linear", QT_TRANSLATE_NOOP("FieldTexts", "linear")},
    ChoiceWords {"optim.schedule", "cosine", QT_TRANSLATE_NOOP("FieldTexts", "cosine")},
};

struct ShortLabel {
    std::string_view key;
    const char* words; ///< marked for translation
};

// A third of the narrowest budget column holds about 18 letters.
constexpr std::array shortLabels {
    ShortLabel {"adalora.delta_t", QT_TRANSLATE_NOOP("FieldTexts", "Interval (ΔT)")},
    ShortLabel {"adalora.gamma", QT_TRANSLATE_NOOP("FieldTexts", "Orthogonality (γ)")},
    ShortLabel {"adalora.beta1", QT_TRANSLATE_NOOP("FieldTexts", "β1 of Ī")},
    ShortLabel {"adalora.beta2", QT_TRANSLATE_NOOP("FieldTexts", "β2 of Ū")},
    ShortLabel {"optim.schedule", QT_TRANSLATE_NOOP("FieldTexts", "LR schedule")},
    ShortLabel {"optim.warmup", QT_TRANSLATE_NOOP("FieldTexts", "LR warm-up")},
};

constexpr QChar trueMinus(0x2212);
constexpr QChar breakPlace(0x200B);

QString grouped(QString digits)
{
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, QLatin1Char(','));
    return digits;
}

} // namespace

QString fieldWords(std::string_view words)
{
    return words.empty() ? QString() : FieldTexts::tr(std::string(words).c_str());
}

QString fieldLabel(const FieldInfo& info)
{
    for (const ShortLabel& label : shortLabels)
        if (label.key == info.key)
            return FieldTexts::tr(label.words);
    return fieldWords(info.label);
}

QString withFieldLabels(const QString& sentence)
{
    static const QRegularExpression dotted(QStringLiteral(R"([a-z]+(?:\.\w+)+)")); // a full stop ends before its blank
    QString labelled;
    qsizetype from = 0;
    for (auto it = dotted.globalMatch(sentence); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const FieldInfo* field = findField(match.captured().toStdString());
        labelled += sentence.mid(from, match.capturedStart() - from) + (field ? fieldLabel(*field) : match.captured());
        from = match.capturedEnd();
    }
    return labelled + sentence.mid(from);
}

QString fieldHelp(const FieldInfo& info)
{
    return withFieldLabels(fieldWords(info.help));
}

QString choiceWords(std::string_view key, const QString& name)
{
    if (key == "method.name")
        return methodName(name);
    for (const ChoiceWords& choice : choices)
        if (choice.key == key && name == QLatin1String(choice.name))
            return FieldTexts::tr(choice.words);
    return QString(name).replace(QLatin1Char('_'), QLatin1Char(' '));
}

QString shownNumber(const QString& typed)
{
    static const QRegularExpression number(QStringLiteral(R"(^([-+]?)(\d+)(\.\d+)?(?:[eE]([-+]?)0*(\d+))?$)"));
    const QRegularExpressionMatch match = number.match(typed);
    if (!match.hasMatch())
        return typed;
    QString shown = match.captured(1) + grouped(match.captured(2)) + match.captured(3);
    if (!match.captured(5).isEmpty())
        shown += QLatin1Char('e') + match.captured(4) + match.captured(5);
    return shown.replace(QLatin1Char('-'), trueMinus);
}

QString plainNumberText(const QString& shown)
{
    static const QRegularExpression groups(QStringLiteral(R"(^[-+]?\d{1,3}(,\d{3})+(\.\d*)?$)"));
    QString plain = shown.trimmed();
    plain.replace(trueMinus, QLatin1Char('-'));
    if (groups.match(plain).hasMatch())
        plain.remove(QLatin1Char(','));
    return plain;
}

QString shownValue(const FieldInfo& info, const FieldValue& value)
{
    const QString typed = QString::fromStdString(toText(value));
    switch (info.type) {
    case FieldType::Integer:
    case FieldType::Real: return shownNumber(typed);
    case FieldType::Choice: return choiceWords(info.key, typed);
    default: return typed;
    }
}

QString toldValue(std::string_view key, const FieldValue& value)
{
    const FieldInfo* info = findField(key);
    const auto* real = std::get_if<double>(&value);
    const auto* whole = std::get_if<std::int64_t>(&value);
    const bool zero = (real && *real == 0.0) || (whole && *whole == 0);
    if (zero && info && !info->zero.empty())
        return fieldWords(info->zero);
    if (real)
        return key == "optim.lr" ? formatScientific(*real) : plainNumber(*real);
    return QString::fromStdString(toText(value));
}

QString withShownNumbers(const QString& sentence)
{
    if (sentence.contains(QLatin1Char('/'))) // a path may have numbers as words of its own
        return sentence;
    // Digits inside a path, a name, a version or quotes have a letter, a slash, a dot or a quote beside them.
    static const QRegularExpression number(
        QStringLiteral(R"((?<![\w./\\"'’-])(?:\d{4,}|\d+(?:\.\d+)?e-?\d+)(?![\w/\\"'’-]|[.,]\w))"));
    QString shown;
    qsizetype from = 0;
    for (auto it = number.globalMatch(sentence); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        shown += sentence.mid(from, match.capturedStart() - from) + shownNumber(match.captured());
        from = match.capturedEnd();
    }
    return shown + sentence.mid(from);
}

QString breakable(const QString& text, int longest)
{
    constexpr QStringView separators = u"/._-=:\\";
    QString result;
    int run = 0; // letters since the last place to break at
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar letter = text.at(i);
        result += letter;
        run = letter.isSpace() ? 0 : run + 1;
        const bool pair = letter.isHighSurrogate() || (i + 1 < text.size() && text.at(i + 1).isMark());
        const bool last = i + 1 == text.size() || text.at(i + 1).isSpace();
        const bool wanted = run >= longest || (run > longest / 2 && separators.contains(letter));
        if (wanted && !pair && !last) {
            result += breakPlace;
            run = 0;
        }
    }
    return result;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QTranslator>

namespace spectune::test {

/// A language, spoken as long as it lives, in which every sentence begins with "§": what does not was never translated.
/// @p context: only its sentences; null: all
class MarkingTranslator final : public QTranslator {
public:
    explicit MarkingTranslator(const char* context = nullptr)
        : m_context(context)
    {
        QCoreApplication::installTranslator(this);
    }
    ~MarkingTranslator() override { QCoreApplication::removeTranslator(this); }

    [[nodiscard]] bool isEmpty() const override { return false; }
    [[nodiscard]] QString translate(
        const char* context, const char* text, const char* /*which*/, int /*number*/) const override
    {
        if (m_context != nullptr && qstrcmp(context, m_context) != 0)
            return {};
        return QStringLiteral("§") + QString::fromUtf8(text);
    }

private:
    const char* m_context;
};

} // namespace spectune::test

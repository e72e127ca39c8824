// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FieldEditor.h"

#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/FieldTexts.h"
#include "ui/HelpKey.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"

#include <QLabel>
#include <QLineEdit>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {

constexpr int longestWord = 12; ///< letters that the narrowest field has room for

const FieldInfo& requireField(const QString& key)
{
    if (const FieldInfo* info = findField(key.toStdString()))
        return *info;
    throw configError("There is no field %1.", key.toStdString());
}

/// What stands in a field whose value counts for nothing, as the others are; empty: it counts.
QString unusedWords(const ConfigForm& form, const QString& key)
{
    const bool unused = key == QLatin1String("train.epochs") && form.config().train.steps > 0;
    return unused ? FieldEditor::tr("by steps") : QString();
}

} // namespace

FieldEditor::FieldEditor(ConfigForm& form, const QString& key, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
    , m_key(key)
    , m_info(requireField(key))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(3);
    m_control = FieldControl::create(m_info, this);
    column->addWidget(m_control);
    m_message = makeCaption(QString(), "error", true);
    m_message->hide();
    column->addWidget(m_message);
    column->addStretch();
    setFocusProxy(m_control);
    setToolTip(helpEndingIn(tr("Press F1 in this field for the glossary")));
    setWhatsThis(help());
    setObjectName(key);
    setHelpKey(*this, key);

    connect(m_control, &FieldControl::edited, this, [this](const FieldValue& value) { m_form.setValue(m_key, value); });
    connect(m_control, &FieldControl::typed, this, [this](const QString& text) { m_form.setText(m_key, text); });
    connect(
        m_control, &FieldControl::entered, this, [this] { Q_EMIT helpWanted(fieldLabel(m_info), fieldHelp(m_info)); });
    connect(&m_form, &ConfigForm::changed, this, &FieldEditor::showValue);
    connect(&m_form, &ConfigForm::checked, this, &FieldEditor::showIssues);
    showValue({});
    showIssues();
}

QString FieldEditor::message() const
{
    return m_text;
}

QString FieldEditor::help() const
{
    return helpEndingIn(QStringLiteral("<a href='glossary:%1'>%2</a>").arg(m_key, tr("In the glossary")));
}

QString FieldEditor::helpEndingIn(const QString& line) const
{
    QString text = QStringLiteral("<p>%1</p><p><code>%2</code>").arg(fieldHelp(m_info).toHtmlEscaped(), m_key);
    const QString usual = shownValue(m_info, defaultValue(m_info.key));
    if (!usual.isEmpty() && !m_info.optional)
        text += tr(", default %1").arg(usual.toHtmlEscaped());
    if (m_info.optional)
        text += tr(", derived when empty");
    return text + QStringLiteral("</p><p>%1</p>").arg(line);
}

void FieldEditor::showValue(const QString& key)
{
    // A field that is being typed into keeps its text: "1e-" is on its way to 1e-3.
    const auto* line = qobject_cast<const QLineEdit*>(m_control->focusProxy());
    const bool typing = key == m_key && line && line->hasFocus();
    if ((key.isEmpty() || key == m_key) && !typing)
        m_control->setValue(m_form.value(m_key));
    m_control->setUnused(unusedWords(m_form, m_key));
    if (m_info.optional || m_info.type == FieldType::Text || m_info.type == FieldType::TextList
        || m_info.type == FieldType::IntegerList)
        m_control->setDerived(m_form.derivedText(m_key));
}

void FieldEditor::showIssues()
{
    m_mark = FieldMark::None;
    QString text;
    const auto& issues = m_form.issues(); // the gravest first
    const auto found = std::ranges::find(issues, m_key.toStdString(), &Issue::key);
    if (found != issues.end()) {
        if (found->severity != Severity::Note)
            m_mark = found->severity == Severity::Error ? FieldMark::Error : FieldMark::Warning;
        text = withShownNumbers(labelledWords(found->title)); // "Issues" has the sentence
    }
    m_control->setMark(m_mark);
    if (m_text != text) {
        m_text = text;
        m_message->setText(breakable(text, longestWord));
        setTone(m_message, m_mark == FieldMark::Error ? "error" : m_mark == FieldMark::Warning ? "warn" : "second");
    }
    m_message->setVisible(!text.isEmpty());
    if (m_info.optional)
        m_control->setDerived(m_form.derivedText(m_key));
}

} // namespace spectune

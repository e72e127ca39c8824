// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/FieldControls.h"

#include "ui/FieldLine.h"
#include "ui/FieldTexts.h"
#include "ui/HomePath.h"
#include "ui/PageParts.h"
#include "ui/QuietCombo.h"
#include "ui/Segmented.h"
#include "ui/StudioIcons.h"

#include <QAction>
#include <QCheckBox>
#include <QFileDialog>
#include <QLabel>
#include <QStyle>
#include <QVBoxLayout>

namespace spectune {

namespace {

constexpr std::size_t fewChoices = 4;
constexpr int labelGap = 3; ///< px, to the field below

void setMarkProperty(QWidget* widget, FieldMark mark)
{
    const char* name = mark == FieldMark::Error ? "error" : mark == FieldMark::Warning ? "warn" : "";
    if (widget->property("mark").toString() == QLatin1String(name))
        return;
    widget->setProperty("mark", QString::fromLatin1(name));
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

/// Everything that is typed: numbers, text, paths, lists.
class LineControl : public FieldControl {
public:
    LineControl(const FieldInfo& info, QWidget* parent)
        : FieldControl(parent)
        , m_type(info.type)
        , m_optional(info.optional)
        , m_line(new FieldLine)
    {
        hold(info, m_line);
        m_unit = fieldWords(info.unit);
        m_line->setSuffix(m_unit);
        const bool number = m_type == FieldType::Integer || m_type == FieldType::Real;
        if (number) {
            m_line->setAlignment(Qt::AlignRight);
            m_zero = fieldWords(info.zero);
            connect(m_line, &QLineEdit::textChanged, this, &LineControl::showResting);
        }
        if (m_type == FieldType::Integer)
            m_line->setStepping(info.minimum, info.maximum);
        if (m_type == FieldType::File || m_type == FieldType::Folder)
            addBrowse();
        connect(m_line, &QLineEdit::textEdited, this, &LineControl::read);
        connect(m_line, &FieldLine::entered, this, &FieldControl::entered);
    }

    void setValue(const FieldValue& value) override
    {
        QString shown;
        if (!std::holds_alternative<std::monostate>(value))
            shown = QString::fromStdString(toText(value));
        if (std::holds_alternative<double>(value)) // 1e-08 as a person types it
            shown.replace(QLatin1String("e-0"), QLatin1String("e-"));
        if (m_line->text() != shown) {
            m_line->setText(shown);
            m_line->setCursorPosition(0);
        }
    }

    void setDerived(const QString& text) override
    {
        m_line->setPlaceholderText(text);
        // A placeholder names its own unit where it needs one.
        m_line->setSuffix(text.isEmpty() || !m_line->text().isEmpty() ? m_unit : QString());
    }

    void setUnused(const QString& words) override
    {
        if (words == m_unused)
            return;
        m_unused = words;
        showResting(m_line->text());
    }

    void setNote(const QString& text) override { m_line->setSuffix(text.isEmpty() ? m_unit : text); }
    void setMark(FieldMark mark) override { setMarkProperty(m_line, mark); }

private:
    void addBrowse()
    {
        auto* action
            = m_line->addAction(studioIcon(QStringLiteral("folder"), IconTone::Second), QLineEdit::TrailingPosition);
        action->setText(FieldControl::tr("Choose…")); // not shown, but spoken
        action->setToolTip(action->text());
        connect(action, &QAction::triggered, this, [this] {
            auto* dialog = new QFileDialog(this, FieldControl::tr("Choose"), m_line->text());
            dialog->setAttribute(Qt::WA_DeleteOnClose);
            dialog->setFileMode(m_type == FieldType::Folder ? QFileDialog::Directory : QFileDialog::ExistingFile);
            connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& path) {
                m_line->setText(path);
                read();
            });
            dialog->open();
        });
    }

    /// A number that is not being typed reads as numbers do elsewhere, and a 0 that is no amount says what it means.
    void showResting(const QString& text)
    {
        const bool zero = text == QLatin1String("0") && !m_zero.isEmpty();
        const bool words = zero || !m_unused.isEmpty();
        const QString shown = !m_unused.isEmpty() ? m_unused : zero ? m_zero : shownNumber(text);
        m_line->setRestingText(shown == text ? QString() : shown, words);
    }

    void read()
    {
        const bool number = m_type == FieldType::Integer || m_type == FieldType::Real;
        const QString text = number ? plainNumberText(m_line->text()) : m_line->text().trimmed();
        if (m_optional && text.isEmpty()) {
            Q_EMIT edited(FieldValue {});
            return;
        }
        const bool path = m_type == FieldType::File || m_type == FieldType::Folder;
        if (m_type == FieldType::Text || path) {
            Q_EMIT edited(FieldValue {(path ? withHome(text) : text).toStdString()});
            return;
        }
        Q_EMIT typed(text);
    }

    FieldType m_type;
    bool m_optional;
    FieldLine* m_line;
    QString m_unit;
    QString m_zero; ///< in words
    QString m_unused;
};

class ChoiceControl : public FieldControl {
public:
    ChoiceControl(const FieldInfo& info, QWidget* parent)
        : FieldControl(parent)
        , m_combo(new QuietCombo)
    {
        hold(info, m_combo);
        m_combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        m_combo->setMinimumContentsLength(4);
        for (const std::string_view choice : info.choices) {
            const QString name = QString::fromUtf8(choice);
            m_combo->addItem(choiceWords(info.key, name), name);
        }
        connect(m_combo, &QComboBox::activated, this,
            [this] { Q_EMIT edited(FieldValue {m_combo->currentData().toString().toStdString()}); });
        connect(m_combo, &QComboBox::highlighted, this, &FieldControl::entered);
    }

    void setValue(const FieldValue& value) override
    {
        const auto* name = std::get_if<std::string>(&value);
        m_combo->setCurrentIndex(name ? m_combo->findData(QString::fromStdString(*name)) : -1);
    }

    void setMark(FieldMark mark) override { setMarkProperty(m_combo, mark); }

private:
    QComboBox* m_combo;
};

/// A few short choices, all in sight.
class SegmentControl : public FieldControl {
public:
    SegmentControl(const FieldInfo& info, QWidget* parent)
        : FieldControl(parent)
    {
        QStringList labels;
        for (const std::string_view choice : info.choices) {
            m_names << QString::fromUtf8(choice);
            labels << choiceWords(info.key, m_names.back());
        }
        m_row = new Segmented(labels);
        m_row->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        hold(info, m_row);
        m_row->setName(fieldLabel(info), fieldHelp(info));
        connect(m_row, &Segmented::chosen, this, [this](int index) {
            Q_EMIT entered();
            Q_EMIT edited(FieldValue {m_names.at(index).toStdString()});
        });
    }

    void setValue(const FieldValue& value) override
    {
        const auto* name = std::get_if<std::string>(&value);
        m_row->setCurrent(name ? static_cast<int>(m_names.indexOf(QString::fromStdString(*name))) : -1);
    }

private:
    Segmented* m_row;
    QStringList m_names;
};

class CheckControl : public FieldControl {
public:
    CheckControl(const FieldInfo& info, QWidget* parent)
        : FieldControl(parent)
        , m_box(new QCheckBox(fieldLabel(info)))
    {
        hold(info, m_box);
        connect(m_box, &QCheckBox::clicked, this, [this](bool on) {
            Q_EMIT entered();
            Q_EMIT edited(FieldValue {on});
        });
    }

    void setValue(const FieldValue& value) override
    {
        const auto* on = std::get_if<bool>(&value);
        m_box->setChecked(on && *on);
    }

private:
    QCheckBox* m_box;
};

} // namespace

FieldControl* FieldControl::create(const FieldInfo& info, QWidget* parent)
{
    FieldControl* control = nullptr;
    switch (info.type) {
    case FieldType::Choice:
        if (info.level == FieldLevel::Basic && info.choices.size() <= fewChoices)
            control = new SegmentControl(info, parent);
        else
            control = new ChoiceControl(info, parent);
        break;
    case FieldType::Boolean: control = new CheckControl(info, parent); break;
    case FieldType::Integer:
    case FieldType::Real:
    case FieldType::Text:
    case FieldType::File:
    case FieldType::Folder:
    case FieldType::TextList:
    case FieldType::IntegerList:
    case FieldType::IntegerMap: control = new LineControl(info, parent); break;
    }
    return control;
}

void FieldControl::hold(const FieldInfo& info, QWidget* widget)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(labelGap);
    const QString name = fieldLabel(info);
    if (info.type != FieldType::Boolean) {
        QLabel* label = makeCaption(name, "second");
        label->setBuddy(widget);
        label->setMinimumWidth(10);
        column->addWidget(label);
    }
    column->addWidget(widget);
    setFocusProxy(widget);
    widget->setAccessibleName(name);
    widget->setAccessibleDescription(fieldHelp(info));
}

} // namespace spectune

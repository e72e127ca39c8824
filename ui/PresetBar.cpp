// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PresetBar.h"

#include "ui/ConfigForm.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/QuietCombo.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>

#include <algorithm>

namespace spectune {

namespace {
constexpr int sourceLines = 2; ///< what a preset is for may take more

/// Height of @p text in @p label, px.
int heightOf(const QLabel& label, const QString& text)
{
    const QRect room(0, 0, label.contentsRect().width(), 0);
    return label.fontMetrics().boundingRect(room, Qt::TextWordWrap, text).height();
}

/// @p about whole, and of @p source the words that end within sourceLines, or within one more line than @p about has.
/// By room, not by sentences: a full stop may belong to "cf." as well.
QString elidedNote(const QLabel& label, const QString& about, const QString& source)
{
    const int line = label.fontMetrics().lineSpacing();
    const int most = std::max(sourceLines * line, heightOf(label, about) + line);
    QString note = QStringLiteral("%1  ·  %2").arg(about, source);
    for (qsizetype end = note.size(); end > about.size() && heightOf(label, note) > most;) {
        end = note.lastIndexOf(QLatin1Char(' '), end - 1);
        note = note.left(end) + QChar(u'…');
    }
    return note;
}

/// What it is for and where its numbers come from, whole.
QString tipOf(const Preset& preset)
{
    return presetWords(preset, preset.about) + QStringLiteral("\n\n") + presetWords(preset, preset.source);
}
} // namespace

PresetBar::PresetBar(ConfigForm& form, QString folder, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
    , m_library(std::move(folder))
{
    setObjectName(QStringLiteral("Panel"));
    setAttribute(Qt::WA_StyledBackground);
    setMinimumHeight(40);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 5, 12, 5);
    row->setSpacing(10);
    m_picker = new QuietCombo;
    m_picker->setObjectName(QStringLiteral("Presets"));
    m_picker->setAccessibleName(tr("Preset"));
    m_picker->setMinimumWidth(220);
    m_picker->setMaxVisibleItems(24);
    m_note = makeCaption(QString(), "second", true);
    m_note->setTextFormat(Qt::PlainText);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_name = new QLineEdit;
    m_name->setPlaceholderText(tr("Name of the preset"));
    m_name->setAccessibleName(tr("Name of the preset"));
    m_name->setFixedWidth(200);
    m_save = makeSmallButton(tr("Save"));
    m_more = makeSmallButton(tr("Manage"));
    auto* menu = new QMenu(this);
    menu->addAction(tr("Save these fields as a preset…"), this, [this] { showNaming(true); });
    menu->addAction(tr("Import a preset…"), this, [this] { askFile(false); });
    m_export = menu->addAction(tr("Export the chosen preset…"), this, [this] { askFile(true); });
    m_remove = menu->addAction(tr("Move the chosen preset to the trash"), this, &PresetBar::removeChosen);
    m_more->setMenu(menu);
    m_more->setProperty("hasMenu", true); // room for the arrow, see studio.qss
    QLabel* label = makeText(tr("Preset"));
    label->setBuddy(m_picker); // a combo box is named by its label alone on Linux
    row->addWidget(label);
    row->addWidget(m_picker);
    row->addWidget(m_note, 1);
    row->addWidget(m_name);
    row->addWidget(m_save);
    row->addWidget(m_more);
    connect(m_picker, &QComboBox::activated, this, [this] {
        const QVariant index = m_picker->currentData();
        if (index.isValid())
            choose(index.toInt());
    });
    m_picker->installEventFilter(this);
    m_note->installEventFilter(this);
    connect(m_name, &QLineEdit::returnPressed, m_save, &QPushButton::click);
    connect(m_save, &QPushButton::clicked, this, [this] { saveAs(m_name->text().simplified()); });
    connect(&form, &ConfigForm::replaced, this, [this] {
        if (m_fills)
            return;
        m_chosen = -1;
        m_picker->setCurrentIndex(0);
    });
    connect(&form, &ConfigForm::changed, this, &PresetBar::refresh);
    showNaming(false);
    fillPicker({});
}

// A closed box would choose one preset after another as keys and wheel go over them, and each fills the whole set-up.
bool PresetBar::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_note) {
        if (event->type() == QEvent::Resize)
            refresh();
        return false;
    }
    if (event->type() == QEvent::Wheel) {
        event->ignore();
        return true;
    }
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool moves = key->key() == Qt::Key_Up || key->key() == Qt::Key_Down || key->key() == Qt::Key_PageUp
            || key->key() == Qt::Key_PageDown || key->key() == Qt::Key_Home || key->key() == Qt::Key_End;
        const bool types = !key->text().isEmpty() && key->text().front().isPrint() && key->key() != Qt::Key_Space;
        if (moves || types) {
            m_picker->showPopup();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

const Preset* PresetBar::chosen() const
{
    const auto index = static_cast<std::size_t>(m_chosen);
    return m_chosen >= 0 && index < m_library.presets().size() ? &m_library.presets()[index] : nullptr;
}

void PresetBar::fillPicker(const QString& chosenName)
{
    m_picker->clear();
    m_picker->addItem(tr("Choose a preset"));
    QString group = QStringLiteral("\n"); // none has this name
    m_chosen = -1;
    for (std::size_t i = 0; i < m_library.presets().size(); ++i) {
        const Preset& preset = m_library.presets()[i];
        const QString itsGroup = preset.own ? tr("Your own") : presetWords(preset, preset.group);
        if (itsGroup != group)
            m_picker->insertSeparator(m_picker->count());
        group = itsGroup;
        m_picker->addItem(presetWords(preset, preset.name), static_cast<int>(i));
        m_picker->setItemData(m_picker->count() - 1, tipOf(preset), Qt::ToolTipRole);
        if (!chosenName.isEmpty() && preset.name == chosenName)
            m_chosen = static_cast<int>(i);
    }
    m_picker->setCurrentIndex(std::max(0, m_picker->findData(m_chosen)));
    refresh();
}

void PresetBar::choose(int index)
{
    m_chosen = index;
    const Preset* preset = chosen();
    if (!preset)
        return;
    m_picker->setCurrentIndex(std::max(0, m_picker->findData(index)));
    const QScopedValueRollback fills(m_fills, true);
    m_form.setConfig(withPreset(m_form.config(), *preset));
    Q_EMIT told({}, tr("The set-up has the values of “%1”.").arg(presetWords(*preset, preset->name)));
    refresh();
}

QString PresetBar::note() const
{
    return m_note->text();
}

void PresetBar::refresh()
{
    const Preset* preset = chosen();
    m_export->setEnabled(preset != nullptr);
    m_remove->setEnabled(preset && preset->own);
    if (!preset) {
        m_note->setText(m_library.problems().isEmpty()
                ? tr("The paper's recipes, a quick try, teaching, small memory, and your own")
                : tr("Not all presets can be read. %1").arg(m_library.problems().front()));
        m_note->setToolTip(m_library.problems().join(QLatin1Char('\n')));
        m_picker->setAccessibleDescription({});
        return;
    }
    const int changed = changedSince(m_form.config(), *preset);
    const QString since = changed == 0
        ? tr("unchanged")
        : counted(changed, tr("%1 field changed from the preset"), tr("%1 fields changed from the preset"));
    const QString about
        = preset->about.isEmpty() ? since : QStringLiteral("%1  ·  %2").arg(since, presetWords(*preset, preset->about));
    m_note->setText(elidedNote(*m_note, about, presetWords(*preset, preset->source))); // the tool tip has the whole
    m_note->setToolTip(tipOf(*preset));
    m_picker->setAccessibleDescription(tipOf(*preset));
}

void PresetBar::showNaming(bool shown)
{
    m_name->setVisible(shown);
    m_save->setVisible(shown);
    if (shown) {
        m_name->clear();
        m_name->setFocus(Qt::OtherFocusReason);
    }
}

void PresetBar::tryTo(const std::function<void()>& work)
{
    try {
        work();
    } catch (const std::exception&) {
        Q_EMIT told(tr("Not done"), caughtWords());
    }
}

void PresetBar::saveAs(const QString& name)
{
    if (name.isEmpty())
        return;
    tryTo([&] {
        const Preset* from = chosen();
        const QString source = from ? tr("Saved from the set-up; began as \"%1\": %2")
                                          .arg(presetWords(*from, from->name), presetWords(*from, from->source))
                                    : tr("Saved from the set-up");
        const QString given = m_library.save(presetOf(m_form.config(), name, source));
        showNaming(false);
        fillPicker(given);
        Q_EMIT told({},
            given == name ? tr("Saved as the preset %1.").arg(given)
                          : tr("Saved as the preset %1: there is another %2 already.").arg(given, name));
    });
}

void PresetBar::importFile(const QString& file)
{
    tryTo([&] {
        const QString name = m_library.import(file);
        fillPicker(name);
        choose(m_chosen);
    });
}

void PresetBar::exportFile(const QString& file)
{
    if (const Preset* preset = chosen())
        tryTo([&] {
            PresetLibrary::exportTo(*preset, file);
            Q_EMIT told({}, tr("Saved as %1.").arg(file));
        });
}

void PresetBar::removeChosen()
{
    if (const Preset* preset = chosen())
        tryTo([&] {
            const QString name = preset->name;
            m_library.remove(*preset);
            fillPicker({});
            Q_EMIT told({}, tr("The preset %1 is in the trash.").arg(name));
        });
}

void PresetBar::askFile(bool forExport)
{
    auto* dialog = new QFileDialog(this, forExport ? tr("Export a preset") : tr("Import a preset"),
        forExport ? chosen()->name + QStringLiteral(".json") : QString(), tr("Presets (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(forExport ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
    dialog->setFileMode(forExport ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    connect(dialog, &QFileDialog::fileSelected, this, forExport ? &PresetBar::exportFile : &PresetBar::importFile);
    dialog->open();
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PresetBar.h"

#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/QuietCombo.h"
#include "visualization/Fonts.h"

#include <QFileDialog>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScopedValueRollback>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {
/// What it is for and where its numbers come from, whole.
QString wholeOf(const Preset& preset)
{
    const QString about = presetWords(preset, preset.about);
    const QString source = presetWords(preset, preset.source);
    return about.isEmpty() ? source : about + QStringLiteral("\n\n") + source;
}

/// As markup, which a tool tip wraps; plain text would be one line as wide as the screen.
QString tipOf(const QString& whole)
{
    QString tip;
    for (const QString& paragraph : whole.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        tip += QStringLiteral("<p>%1</p>").arg(paragraph.toHtmlEscaped());
    return tip;
}
} // namespace

PresetBar::PresetBar(ConfigForm& form, QString folder, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
    , m_library(std::move(folder))
{
    build();
    connect(m_picker, &QComboBox::activated, this, [this] {
        const QVariant index = m_picker->currentData();
        if (index.isValid())
            choose(index.toInt());
    });
    m_picker->installEventFilter(this);
    connect(m_more, &QPushButton::clicked, this, [this] { unfold(m_details->isHidden()); });
    connect(m_name, &QLineEdit::returnPressed, m_save, &QPushButton::click);
    connect(m_save, &QPushButton::clicked, this, [this] { saveAs(m_name->text().simplified()); });
    connect(&form, &ConfigForm::replaced, this, [this] {
        if (m_fills)
            return;
        m_chosen = -1;
        m_picker->setCurrentIndex(0);
    });
    connect(&form, &ConfigForm::changed, this, &PresetBar::refresh);
    unfold(false);
    showNaming(false);
    fillPicker({});
}

void PresetBar::build()
{
    setObjectName(QStringLiteral("Panel"));
    setAttribute(Qt::WA_StyledBackground);
    setMinimumHeight(40);
    m_picker = new QuietCombo;
    m_picker->setObjectName(QStringLiteral("Presets"));
    m_picker->setAccessibleName(tr("Preset"));
    m_picker->setMinimumWidth(220);
    m_picker->setMaxVisibleItems(24);
    m_about = new ElidedLabel;
    m_source = new ElidedLabel;
    for (ElidedLabel* line : {m_about, m_source})
        line->setFont(Fonts::caption());
    setTone(m_about, "second");
    setTone(m_source, "third");
    m_since = makeCaption(QString(), "third");
    m_more = makeSmallButton(tr("More"));
    setRole(m_more, "ghost");
    m_details = makeCaption(QString(), "second", true);
    m_details->setTextFormat(Qt::PlainText);
    m_name = new QLineEdit;
    m_name->setPlaceholderText(tr("Name of the preset"));
    m_name->setAccessibleName(tr("Name of the preset"));
    m_name->setFixedWidth(200);
    m_save = makeSmallButton(tr("Save"));
    m_manage = makeSmallButton(tr("Manage"));
    m_manage->setMenu(makeMenu());
    m_manage->setProperty("hasMenu", true); // room for the arrow, see studio.qss
    QLabel* label = makeText(tr("Preset"));
    label->setBuddy(m_picker); // a combo box is named by its label alone on Linux
    auto* lines = new QVBoxLayout;
    lines->setSpacing(0);
    lines->addWidget(m_about);
    lines->addWidget(m_source);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(12, 5, 12, 5);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(4);
    grid->addWidget(label, 0, 0);
    grid->addWidget(m_picker, 0, 1);
    grid->addLayout(lines, 0, 2);
    int column = 3;
    for (QWidget* part : std::initializer_list<QWidget*> {m_since, m_more, m_name, m_save, m_manage})
        grid->addWidget(part, 0, column++);
    grid->addWidget(m_details, 1, 2);
    grid->setColumnStretch(2, 1);
}

QMenu* PresetBar::makeMenu()
{
    auto* menu = new QMenu(this);
    menu->addAction(tr("Save these fields as a preset…"), this, [this] { showNaming(true); });
    menu->addAction(tr("Import a preset…"), this, [this] { askFile(false); });
    m_export = menu->addAction(tr("Export the chosen preset…"), this, [this] { askFile(true); });
    m_remove = menu->addAction(tr("Move the chosen preset to the trash"), this, &PresetBar::removeChosen);
    return menu;
}

// A closed box would choose one preset after another as keys and wheel go over them, and each fills the whole set-up.
bool PresetBar::eventFilter(QObject* watched, QEvent* event)
{
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
        m_picker->setItemData(m_picker->count() - 1, tipOf(wholeOf(preset)), Qt::ToolTipRole);
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
    QStringList lines {m_about->text(), m_source->text()};
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

QString PresetBar::state() const
{
    return m_since->text();
}

void PresetBar::refresh()
{
    const Preset* preset = chosen();
    m_export->setEnabled(preset != nullptr);
    m_remove->setEnabled(preset && preset->own);
    m_since->setVisible(preset != nullptr);
    if (!preset) {
        const QStringList& problems = m_library.problems();
        m_since->clear();
        showNote(problems.isEmpty() ? tr("The paper's recipes, a quick try, teaching, small memory, and your own")
                                    : tr("Not all presets can be read. %1").arg(problems.front()),
            {}, problems.join(QStringLiteral("\n\n")));
        m_picker->setAccessibleDescription({});
        return;
    }
    const int changed = changedSince(m_form.config(), *preset);
    m_since->setText(
        changed == 0 ? tr("unchanged") : counted(changed, tr("%1 field changed"), tr("%1 fields changed")));
    const auto briefly = [preset](const QString& brief, const QString& whole) {
        return presetWords(*preset, brief.isEmpty() ? whole : brief);
    };
    showNote(
        briefly(preset->aboutShort, preset->about), briefly(preset->sourceShort, preset->source), wholeOf(*preset));
    m_picker->setAccessibleDescription(wholeOf(*preset));
}

void PresetBar::showNote(const QString& about, const QString& source, const QString& whole)
{
    m_about->setText(about);
    m_about->setVisible(!about.isEmpty());
    m_source->setText(source);
    m_source->setVisible(!source.isEmpty());
    const QString tip = tipOf(whole);
    for (ElidedLabel* line : {m_about, m_source})
        line->setToolTip(tip);
    m_details->setText(whole);
    m_more->setVisible(!whole.isEmpty());
    if (whole.isEmpty())
        unfold(false);
}

void PresetBar::unfold(bool open)
{
    m_details->setVisible(open);
    m_more->setText(open ? tr("Less") : tr("More"));
    m_more->setToolTip(open ? tr("Folds the preset's notes in again")
                            : tr("What the preset is for and where its numbers come from, in full"));
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
        Preset preset = presetOf(m_form.config(), name, source);
        if (from)
            preset.sourceShort = tr("Saved from the set-up; began as \"%1\"").arg(presetWords(*from, from->name));
        const QString given = m_library.save(std::move(preset));
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

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/PresetLibrary.h"

#include <QWidget>

#include <functional>

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;

namespace spectune {

class ConfigForm;
class ElidedLabel;

/// The row above the set-up: presets to choose from, in two short lines what the chosen one is for and where its
/// numbers come from, and how many fields have been changed since. All that there is to say of it unfolds below. A
/// set-up that comes from elsewhere is no preset's.
class PresetBar : public QWidget {
    Q_OBJECT
public:
    /// @param folder of the person's own presets; empty: none are kept
    PresetBar(ConfigForm& form, QString folder, QWidget* parent = nullptr);

    /// Fills the form. @p index of presets()
    void choose(int index);
    [[nodiscard]] PresetLibrary& library() { return m_library; }
    [[nodiscard]] QComboBox* picker() const { return m_picker; }
    /// The short lines, one below the other.
    [[nodiscard]] QString note() const;
    /// "unchanged", "1 field changed"; empty without a preset.
    [[nodiscard]] QString state() const;
    /// Folds in and out what the chosen preset is for and where its numbers come from, in full.
    [[nodiscard]] QPushButton* moreButton() const { return m_more; }
    /// That text; shown or not.
    [[nodiscard]] QLabel* details() const { return m_details; }
    void saveAs(const QString& name);
    void importFile(const QString& file);
    void exportFile(const QString& file);

Q_SIGNALS:
    void told(const QString& title, const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void build();
    [[nodiscard]] QMenu* makeMenu();
    void fillPicker(const QString& chosenName);
    void refresh();
    void showNote(const QString& about, const QString& source, const QString& whole);
    void unfold(bool open);
    void showNaming(bool shown);
    void removeChosen();
    void askFile(bool forExport);
    void tryTo(const std::function<void()>& work);
    [[nodiscard]] const Preset* chosen() const;

    ConfigForm& m_form;
    PresetLibrary m_library;
    int m_chosen = -1; ///< of the library; −1: none
    bool m_fills = false; ///< the form, with the chosen one
    QComboBox* m_picker = nullptr;
    ElidedLabel* m_about = nullptr;
    ElidedLabel* m_source = nullptr;
    QLabel* m_since = nullptr;
    QPushButton* m_more = nullptr;
    QLabel* m_details = nullptr;
    QLineEdit* m_name = nullptr;
    QPushButton* m_save = nullptr;
    QPushButton* m_manage = nullptr;
    QAction* m_export = nullptr;
    QAction* m_remove = nullptr;
};

} // namespace spectune

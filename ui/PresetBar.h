// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/PresetLibrary.h"

#include <QWidget>

#include <functional>

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace spectune {

class ConfigForm;

/// The row above the set-up: presets to choose from, how many fields have been changed since, what the chosen one is
/// for, and where its numbers come from, elided where there is no room for all of it. As high as these words need. A
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
    [[nodiscard]] QString note() const;
    void saveAs(const QString& name);
    void importFile(const QString& file);
    void exportFile(const QString& file);

Q_SIGNALS:
    void told(const QString& title, const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void fillPicker(const QString& chosenName);
    void refresh();
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
    QLabel* m_note = nullptr;
    QLineEdit* m_name = nullptr;
    QPushButton* m_save = nullptr;
    QPushButton* m_more = nullptr;
    QAction* m_export = nullptr;
    QAction* m_remove = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QSplitter;

namespace spectune {

class ConfigForm;
class DataPanel;
class PresetBar;
class ScaleGauge;
class SetupEdits;
class SetupFields;

/// The Set up workspace: four columns of fields, all of them from the one field table.
class SetupPage : public QWidget {
    Q_OBJECT
public:
    /// @param presets folder of the person's own; empty: none are kept
    explicit SetupPage(ConfigForm& form, const QString& presets = {}, QWidget* parent = nullptr);

    [[nodiscard]] QSplitter& splitter() { return *m_splitter; }
    [[nodiscard]] SetupFields& fields() { return *m_fields; }
    [[nodiscard]] DataPanel& data() { return *m_data; }
    [[nodiscard]] PresetBar& presets() { return *m_presets; }
    [[nodiscard]] SetupEdits& edits() { return *m_edits; }
    /// Goes to the field of the next issue.
    void nextIssue();
    void applyDefaultWidths(int width);

Q_SIGNALS:
    void helpWanted(const QString& label, const QString& help);
    void sampleWanted(qint64 sample);

private:
    [[nodiscard]] QWidget* makeChecks();
    [[nodiscard]] QLayout* makeOthers(); ///< all fields without an editor so far, by what they are of
    void refreshScale();

    ConfigForm& m_form;
    SetupFields* m_fields = nullptr;
    QSplitter* m_splitter = nullptr;
    DataPanel* m_data = nullptr;
    PresetBar* m_presets = nullptr;
    SetupEdits* m_edits = nullptr;
    QLabel* m_scaleText = nullptr;
    QLabel* m_scaleNote = nullptr; ///< how a narrow model comes by its number
    ScaleGauge* m_scale = nullptr;
    std::size_t m_issue = 0; ///< the next one that F8 goes to
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace spectune {

struct DataPreview;
class ConfigForm;
class KeyValueList;
class LengthsSection;
class ModelSources;
class SetupFields;
class TokenView;

/// Set up's first column: the model, the files, and one sample as the training will see it.
class DataPanel : public QWidget {
    Q_OBJECT
public:
    DataPanel(ConfigForm& form, SetupFields& fields, QWidget* parent = nullptr);

    [[nodiscard]] ModelSources& sources() const { return *m_sources; }
    [[nodiscard]] LengthsSection& lengths() const { return *m_lengths; }

Q_SIGNALS:
    /// Another sample of the training file, 0-based.
    void sampleWanted(qint64 sample);
    /// For the status line.
    void told(const QString& lead, const QString& text);

private:
    [[nodiscard]] QWidget* makeModelSection(SetupFields& fields);
    [[nodiscard]] QWidget* makeDataSection(SetupFields& fields);
    [[nodiscard]] QWidget* makePreviewSection();
    void refreshModel();
    void refreshPreview();
    /// Below the tokens: how many of them bear loss, and what is not shown.
    [[nodiscard]] QString countsText(const DataPreview& preview, int loss, int all) const;

    ConfigForm& m_form;
    ModelSources* m_sources = nullptr;
    KeyValueList* m_summary = nullptr;
    QLabel* m_decision = nullptr;
    QLabel* m_columns = nullptr;
    QLabel* m_sampleText = nullptr;
    QPushButton* m_previous = nullptr;
    QPushButton* m_next = nullptr;
    TokenView* m_tokens = nullptr;
    QLabel* m_counts = nullptr;
    LengthsSection* m_lengths = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace spectune {

class ConfigForm;
class KeyValueList;
class Segmented;
class SetupFields;
class TokenView;

/// Set up's first column: the model, the files, and one sample as the training will see it.
class DataPanel : public QWidget {
    Q_OBJECT
public:
    DataPanel(ConfigForm& form, SetupFields& fields, QWidget* parent = nullptr);

    /// Folder of the bundled model; without it the choice "Bundled" is left out.
    void setBundledModel(const QString& folder);

Q_SIGNALS:
    /// Another sample of the training file, 0-based.
    void sampleWanted(qint64 sample);

private:
    [[nodiscard]] QWidget* makeModelSection(SetupFields& fields);
    [[nodiscard]] QWidget* makeDataSection(SetupFields& fields);
    [[nodiscard]] QWidget* makePreviewSection();
    void refreshModel();
    void refreshPreview();

    ConfigForm& m_form;
    QString m_bundled;
    Segmented* m_source = nullptr;
    KeyValueList* m_summary = nullptr;
    QLabel* m_decision = nullptr;
    QLabel* m_columns = nullptr;
    QLabel* m_sampleText = nullptr;
    QPushButton* m_previous = nullptr;
    QPushButton* m_next = nullptr;
    TokenView* m_tokens = nullptr;
    QLabel* m_counts = nullptr;
};

} // namespace spectune

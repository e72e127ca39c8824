// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QVBoxLayout;

namespace spectune {

class ConfigForm;
class FailureChoices;
class RunModel;

/// "Out of memory" and the like.
[[nodiscard]] QString failureTitle(FailureKind kind);

/// "What happened": the cause in words, what may help, what is kept, and the ways to the full text.
class FailurePanel : public QWidget {
    Q_OBJECT
public:
    explicit FailurePanel(RunModel& run, QWidget* parent = nullptr);

    /// What knows the model and the device: after too little memory it tells which changes need less.
    void setForm(const ConfigForm& form);
    [[nodiscard]] FailureChoices& choices() { return *m_choices; }

Q_SIGNALS:
    void openLogWanted();

private:
    [[nodiscard]] QWidget* makeBody();
    void refresh();
    void refreshChoices();
    void addKept(const char* icon, const QString& title, const QString& detail);

    RunModel& m_run;
    const ConfigForm* m_form = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_message = nullptr;
    QLabel* m_advice = nullptr;
    FailureChoices* m_choices = nullptr;
    QPlainTextEdit* m_detail = nullptr;
    QVBoxLayout* m_kept = nullptr;
    QPushButton* m_log = nullptr;
};

} // namespace spectune

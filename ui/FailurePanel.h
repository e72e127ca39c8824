// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/DiskQuestion.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QVBoxLayout;

namespace spectune {

class ConfigForm;
class FailureChoices;
struct FailureStory;
class KeyValueList;
class RunModel;

/// "What happened" to a run that failed or that waits until it can write: the cause and its figures, what may help,
/// what is kept, and the ways to the full text. GUI thread.
class FailurePanel : public QWidget {
    Q_OBJECT
public:
    explicit FailurePanel(RunModel& run, QWidget* parent = nullptr);

    /// What knows the model and the device: after too little memory it tells which changes need less.
    void setForm(const ConfigForm& form);
    [[nodiscard]] FailureChoices& choices() { return *m_choices; }
    [[nodiscard]] const KeyValueList& facts() const { return *m_facts; }

Q_SIGNALS:
    void openLogWanted();
    void openFolderWanted(); ///< of a run whose disk needs room

protected:
    void showEvent(QShowEvent* event) override;

private:
    [[nodiscard]] QWidget* makeBody();
    [[nodiscard]] QWidget* makeDetails();
    [[nodiscard]] QWidget* makeFoot();
    void refresh();
    void refreshFacts(const FailureStory& story);
    void refreshChoices();
    void refreshKept(const FailureStory& story);
    void refreshMemory();
    void askDisk();
    void takeDisk(const QString& folder, const DiskAnswer& answer);
    [[nodiscard]] QString adviceOnMemory() const;

    RunModel& m_run;
    const ConfigForm* m_form = nullptr;
    QString m_advice; ///< where there is nothing to choose from
    DiskQuestion m_disk;
    QString m_known; ///< the folder that m_told speaks of
    DiskAnswer m_told; ///< its disk's last answer
    qint64 m_memory = 0; ///< the most that the facts tell of
    QLabel* m_title = nullptr;
    QLabel* m_message = nullptr;
    KeyValueList* m_facts = nullptr;
    QLabel* m_adviceHeading = nullptr;
    QLabel* m_adviceText = nullptr;
    FailureChoices* m_choices = nullptr;
    QVBoxLayout* m_kept = nullptr;
    QWidget* m_details = nullptr;
    QPlainTextEdit* m_detail = nullptr;
    QPushButton* m_folder = nullptr;
    QPushButton* m_log = nullptr;
    QTimer m_roomPause; ///< a person makes room meanwhile
};

} // namespace spectune

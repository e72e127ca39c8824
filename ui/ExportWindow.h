// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"
#include "ui/DiskQuestion.h"
#include "ui/ExportFacts.h"

#include <QTimer>
#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace spectune {

class ExportRow;
class FieldLine;
class RunModel;
class SessionController;

/// The result for other programs: what each format is read by, its size, and whether it was read back right.
/// A window of its own, not modal: it may stay open while another run trains.
class ExportWindow : public QWidget {
    Q_OBJECT
public:
    ExportWindow(SessionController& session, RunModel& run, QWidget* parent = nullptr);

    /// Takes over the shown run: its folder, its ranks. While exports are at work it stays with theirs.
    void showRun();
    /// Every chosen format that is not written and checked yet, each into a folder of its own; once all are, all again.
    void write();
    /// The reports of this run's exports, those included whose check failed.
    [[nodiscard]] const std::vector<ExportReport>& written() const { return m_written; }
    [[nodiscard]] bool isBusy() const;

Q_SIGNALS:
    void ended(); ///< none is at work any more

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the rows

private:
    struct Profile {
        ExportRow* row = nullptr;
        std::int64_t request = -1;
    };

    [[nodiscard]] QScrollArea* makeProfiles();
    void addProfiles(QVBoxLayout* column);
    void growToFit();
    [[nodiscard]] QWidget* makeHead();
    [[nodiscard]] QWidget* makeColumnNames();
    [[nodiscard]] QWidget* makeFoot();
    void chooseFolder();
    void listen();
    void takeRun();
    /// What there is to export may have changed: the run went on, was saved, or ended.
    void renew();
    void takeRanks();
    [[nodiscard]] std::int64_t exportedStep() const;
    void take(Profile& profile, const Answer& answer);
    void takeModel(const Answer& answer);
    void refreshFacts();
    void refreshFoot();
    void askRoom() { m_disk.ask(folder()); } ///< takeRoom() answers: no click and no key waits for a disk
    void takeRoom(const QString& folder, const DiskAnswer& answer);
    void refreshQueue(); ///< what the rows wait for
    [[nodiscard]] static bool isLeft(const Profile& profile); ///< chosen, and not written and checked
    [[nodiscard]] bool hasLeft() const;
    [[nodiscard]] QString writeText() const; ///< of the button
    [[nodiscard]] QString waitsFor(const Profile& profile) const;
    [[nodiscard]] QString subtitle() const;
    [[nodiscard]] QString footText() const;
    /// What failed and what to do; empty: nothing did.
    [[nodiscard]] QString problemText() const;
    [[nodiscard]] QString folder() const; ///< to export into, absolute
    [[nodiscard]] QString freeTarget(const QString& format) const;

    SessionController& m_session;
    RunModel& m_run;
    std::vector<Profile> m_profiles;
    std::vector<ExportReport> m_written;
    ExportFacts m_facts;
    std::int64_t m_modelRequest = -1;
    QString m_source;
    QString m_model;
    DiskQuestion m_disk {DiskQuestion::roomFor, this};
    QTimer m_roomPause; ///< a person types
    QString m_roomOf; ///< the folder that the disk has answered for
    qint64 m_room = -1; ///< bytes, there
    int m_ownHeight = 548; ///< px, which the window gave itself
    QScrollArea* m_area = nullptr; ///< of the rows
    QLabel* m_title = nullptr;
    QLabel* m_subtitle = nullptr;
    FieldLine* m_folder = nullptr;
    QLabel* m_method = nullptr;
    QLabel* m_state = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_write = nullptr;
    QPushButton* m_close = nullptr;
};

} // namespace spectune

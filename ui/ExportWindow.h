// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

#include <vector>

class QCheckBox;
class QGridLayout;
class QLabel;
class QPushButton;

namespace spectune {

class FieldLine;
class RunModel;
class SessionController;

/// The adapter for other programs: what each format is read by, its size, and whether it was read back right.
/// A window of its own, not modal: it may stay open while another run trains.
class ExportWindow : public QWidget {
    Q_OBJECT
public:
    ExportWindow(SessionController& session, RunModel& run, QWidget* parent = nullptr);

    /// Takes over the shown run: its folder, its ranks.
    void showRun();
    void write();
    [[nodiscard]] const std::vector<ExportReport>& written() const { return m_written; }

private:
    enum class Progress { Waiting, Working, Done, Wrong };
    struct Profile {
        QString format;
        QCheckBox* box = nullptr;
        QLabel* name = nullptr;
        QLabel* readBy = nullptr;
        QLabel* size = nullptr;
        QLabel* check = nullptr;
        QLabel* detail = nullptr;
        std::int64_t request = -1;
        Progress progress = Progress::Waiting;
    };

    void addProfile(QGridLayout* grid, const QString& format, const QString& name);
    [[nodiscard]] QWidget* makeHead();
    [[nodiscard]] QWidget* makeFoot();
    void take(Profile& profile, const Answer& answer);
    void refreshTexts();
    void refreshFoot();
    [[nodiscard]] QString commands() const;
    [[nodiscard]] QString freeTarget(const QString& format) const;

    SessionController& m_session;
    RunModel& m_run;
    std::vector<Profile> m_profiles;
    std::vector<ExportReport> m_written;
    QString m_source;
    QString m_model;
    QLabel* m_title = nullptr;
    QLabel* m_subtitle = nullptr;
    FieldLine* m_folder = nullptr;
    QLabel* m_state = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_copy = nullptr;
    QPushButton* m_write = nullptr;
};

} // namespace spectune

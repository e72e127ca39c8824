// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstddef>

class QLabel;
class QListWidget;
class QPushButton;

namespace spectune {

class RunModel;
class Tour;
struct TourFacts;

/// Learn's page of the guided tour: its stops with where they stand in the shown run, and the ways into it.
class TourLesson : public QWidget {
    Q_OBJECT
public:
    TourLesson(Tour& tour, RunModel& run, QWidget* parent = nullptr);
    [[nodiscard]] QPushButton* mainButton() const { return m_main; }
    [[nodiscard]] QPushButton* demoButton() const { return m_demo; }

Q_SIGNALS:
    void startWanted(); ///< on the shown run, which is started where there is none yet
    void demoWanted(); ///< the bundled demo, from its first step

protected:
    void showEvent(QShowEvent* event) override;

private:
    void refresh();
    [[nodiscard]] TourFacts factsOf(std::size_t stop, const TourFacts& now) const;

    Tour& m_tour;
    RunModel& m_run;
    QLabel* m_about = nullptr;
    QListWidget* m_stops = nullptr;
    QPushButton* m_main = nullptr;
    QPushButton* m_demo = nullptr;
};

} // namespace spectune

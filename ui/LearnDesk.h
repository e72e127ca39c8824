// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

namespace spectune {

class LearnPage;
class MainWindow;
class Tour;
class TourGuide;

/// All that teaches, put together for one window: the Learn page, the tour and its guide, and help by F1.
class LearnDesk : public QObject {
    Q_OBJECT
public:
    /// @pre the window has its session, run, Set up and Live
    explicit LearnDesk(MainWindow& window);

    [[nodiscard]] LearnPage& page() { return *m_page; }
    [[nodiscard]] Tour& tour() { return *m_tour; }
    [[nodiscard]] TourGuide& guide() { return *m_guide; }

    /// The tour on the shown run, which is started where there is none yet.
    void startTour();
    /// The glossary's entry of the field or part that has the keyboard, else the glossary.
    void showHelp();
    void showGlossaryField(const QString& key);

Q_SIGNALS:
    /// "4 of 10" while the tour goes on; empty: it does not.
    void tourPlaceChanged(const QString& place);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void connectFirstSteps();
    void connectPage();
    void tellPlace();

    MainWindow& m_window;
    Tour* m_tour = nullptr;
    LearnPage* m_page = nullptr;
    TourGuide* m_guide = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QListWidget;
class QStackedWidget;

namespace spectune {

class GlossaryPage;
class RunModel;
class SessionController;
class SvdLens;
class Tour;
class TourLesson;

/// The Learn workspace: the lessons on the left, the chosen one beside them.
class LearnPage : public QWidget {
    Q_OBJECT
public:
    enum class Lesson { Tour, Lens, Glossary };

    LearnPage(SessionController& session, RunModel& run, Tour& tour, QWidget* parent = nullptr);

    void showLesson(Lesson lesson);
    [[nodiscard]] Lesson lesson() const;
    [[nodiscard]] GlossaryPage& glossary() { return *m_glossary; }
    [[nodiscard]] TourLesson& tourLesson() { return *m_tourLesson; }
    [[nodiscard]] SvdLens& lens() { return *m_lens; }

private:
    void refreshLessons();

    Tour& m_tour;
    QListWidget* m_lessons = nullptr;
    QStackedWidget* m_pages = nullptr;
    TourLesson* m_tourLesson = nullptr;
    SvdLens* m_lens = nullptr;
    GlossaryPage* m_glossary = nullptr;
};

} // namespace spectune

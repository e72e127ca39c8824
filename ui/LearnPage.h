// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

class QLabel;
class QListWidget;
class QSplitter;

namespace spectune {

class GlossaryPage;
class RankBoundLesson;
class RunModel;
class SessionController;
class SvdLens;
class Tour;
class TourLesson;

/// The Learn workspace: the lessons on the left, the chosen one beside them; where there is room, a second one as well.
/// Each lesson keeps the mark of having been opened; the tour, which has an end, that of having been finished.
class LearnPage : public QWidget {
    Q_OBJECT
public:
    enum class Lesson { Tour, Lens, Bound, Glossary };

    LearnPage(SessionController& session, RunModel& run, Tour& tour, QWidget* parent = nullptr);

    void showLesson(Lesson lesson);
    [[nodiscard]] Lesson lesson() const;
    /// The one before stays beside it. @returns false where the page is too narrow for two
    bool showBeside(Lesson lesson);
    [[nodiscard]] bool isShown(Lesson lesson) const;
    /// The lessons that a person has had before them, by names for the settings.
    [[nodiscard]] QStringList opened() const { return m_opened; }
    void setOpened(const QStringList& lessons);
    [[nodiscard]] GlossaryPage& glossary() { return *m_glossary; }
    [[nodiscard]] TourLesson& tourLesson() { return *m_tourLesson; }
    [[nodiscard]] SvdLens& lens() { return *m_lens; }
    [[nodiscard]] RankBoundLesson& bound() { return *m_bound; }

Q_SIGNALS:
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);
    void openedChanged();

protected:
    void showEvent(QShowEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void refreshLessons();
    void showRow(int row);
    void placePages();
    void keepOpened(); ///< of what is before a person now
    [[nodiscard]] QWidget* pageOf(int row) const;

    Tour& m_tour;
    int m_row = -1;
    int m_beside = -1; ///< the second lesson's row; −1: none
    QStringList m_opened;
    QListWidget* m_lessons = nullptr;
    QLabel* m_hint = nullptr;
    QSplitter* m_pages = nullptr;
    TourLesson* m_tourLesson = nullptr;
    SvdLens* m_lens = nullptr;
    RankBoundLesson* m_bound = nullptr;
    GlossaryPage* m_glossary = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LearnPage.h"

#include "ui/GlossaryPage.h"
#include "ui/LessonDelegate.h"
#include "ui/PageParts.h"
#include "ui/SvdLens.h"
#include "ui/Tour.h"
#include "ui/TourLesson.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace spectune {

LearnPage::LearnPage(SessionController& session, RunModel& run, Tour& tour, QWidget* parent)
    : QWidget(parent)
    , m_tour(tour)
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    QVBoxLayout* left = nullptr;
    QWidget* panel = makePanel(left);
    panel->setFixedWidth(208);
    auto* header = makePanelHeader();
    header->addWidget(makeHeading(tr("Lessons")));
    left->addLayout(header);
    left->addWidget(makeRule());
    m_lessons = new QListWidget;
    m_lessons->setItemDelegate(new LessonDelegate(m_lessons));
    m_lessons->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_lessons->setAccessibleName(tr("Lessons"));
    left->addWidget(m_lessons, 1);
    row->addWidget(panel);
    auto* rule = new QFrame;
    rule->setObjectName(QStringLiteral("Rule"));
    rule->setFixedWidth(1);
    row->addWidget(rule);
    m_pages = new QStackedWidget;
    m_tourLesson = new TourLesson(tour, run);
    m_lens = new SvdLens(session, run);
    m_glossary = new GlossaryPage;
    for (QWidget* page : std::initializer_list<QWidget*> {m_tourLesson, m_lens, m_glossary})
        m_pages->addWidget(page);
    row->addWidget(m_pages, 1);
    for (const QString& title : {tr("Guided tour"), tr("SVD lens"), tr("Glossary")})
        m_lessons->addItem(title);
    connect(m_lessons, &QListWidget::currentRowChanged, m_pages, &QStackedWidget::setCurrentIndex);
    connect(&tour, &Tour::entered, this, &LearnPage::refreshLessons);
    connect(&tour, &Tour::ended, this, &LearnPage::refreshLessons);
    refreshLessons();
    showLesson(Lesson::Tour);
}

void LearnPage::showLesson(Lesson lesson)
{
    m_lessons->setCurrentRow(static_cast<int>(lesson));
}

LearnPage::Lesson LearnPage::lesson() const
{
    return static_cast<Lesson>(m_lessons->currentRow());
}

void LearnPage::refreshLessons()
{
    using Mark = LessonDelegate::Mark;
    const bool begun = m_tour.isActive() || m_tour.place() > 0;
    const std::pair<QString, Mark> rows[] {
        {m_tour.isFinished() ? tr("%1 stops on a run, finished").arg(Tour::count())
                : begun      ? tr("%1 of %2 stops on a run").arg(m_tour.place() + 1).arg(Tour::count())
                             : tr("%1 stops on a live run").arg(Tour::count()),
            m_tour.isFinished() ? Mark::Done
                : begun         ? Mark::Now
                                : Mark::Open},
        {tr("what rank k keeps, of an image and of ΔW"), Mark::Open},
        {tr("every field and word, its formula and where it comes from"), Mark::Open}};
    for (int i = 0; i < m_lessons->count(); ++i) {
        m_lessons->item(i)->setData(LessonDelegate::detailRole, rows[i].first);
        m_lessons->item(i)->setData(LessonDelegate::markRole, static_cast<int>(rows[i].second));
    }
}

} // namespace spectune

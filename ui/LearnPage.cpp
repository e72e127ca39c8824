// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LearnPage.h"

#include "ui/GlossaryPage.h"
#include "ui/LessonDelegate.h"
#include "ui/LessonParts.h"
#include "ui/PageParts.h"
#include "ui/RankBoundLesson.h"
#include "ui/SvdLens.h"
#include "ui/Tour.h"
#include "ui/TourLesson.h"

#include <QFrame>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QSplitter>
#include <QVBoxLayout>

namespace spectune {

namespace {

constexpr int widthForTwo = 1400;
const QStringList lessonNames {
    QStringLiteral("tour"), QStringLiteral("lens"), QStringLiteral("bound"), QStringLiteral("glossary")};

} // namespace

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
    left->addLayout(makeLessonHead(tr("Lessons"), {}));
    left->addWidget(makeRule());
    m_lessons = new QListWidget;
    m_lessons->setItemDelegate(new LessonDelegate(m_lessons));
    m_lessons->setResizeMode(QListView::Adjust);
    m_lessons->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_lessons->setAccessibleName(tr("Lessons"));
    left->addWidget(m_lessons, 1);
    m_hint
        = makeCaption(tr("A click opens one lesson, Ctrl+click or Ctrl with ↑ ↓ sets it beside the one that is open."),
            "third", true);
    m_hint->setContentsMargins(12, 0, 12, 12);
    left->addWidget(m_hint);
    row->addWidget(panel);
    auto* rule = new QFrame;
    rule->setObjectName(QStringLiteral("Rule"));
    rule->setFixedWidth(1);
    row->addWidget(rule);
    m_pages = makeColumns();
    m_tourLesson = new TourLesson(tour, run);
    m_lens = new SvdLens(session, run);
    m_bound = new RankBoundLesson(run);
    m_glossary = new GlossaryPage;
    for (QWidget* page : std::initializer_list<QWidget*> {m_tourLesson, m_lens, m_bound, m_glossary})
        addColumn(m_pages, page, 420, true);
    row->addWidget(m_pages, 1);
    for (const QString& title : {tr("Guided tour"), tr("SVD lens"), tr("Rank bound"), tr("Glossary")})
        m_lessons->addItem(title);
    connect(m_lessons, &QListWidget::currentRowChanged, this, &LearnPage::showRow);
    connect(m_lens, &SvdLens::told, this, &LearnPage::told);
    connect(m_bound, &RankBoundLesson::told, this, &LearnPage::told);
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

bool LearnPage::showBeside(Lesson lesson)
{
    const int before = m_row;
    showLesson(lesson);
    m_beside = before;
    placePages();
    return isShown(static_cast<Lesson>(before)) && before != m_row;
}

bool LearnPage::isShown(Lesson lesson) const
{
    return !pageOf(static_cast<int>(lesson))->isHidden();
}

QWidget* LearnPage::pageOf(int row) const
{
    return m_pages->widget(row);
}

void LearnPage::showRow(int row)
{
    const bool beside = QGuiApplication::keyboardModifiers().testFlag(Qt::ControlModifier);
    m_beside = beside ? m_row : -1;
    m_row = row;
    placePages();
}

void LearnPage::placePages()
{
    const bool wide = width() >= widthForTwo;
    m_hint->setVisible(wide);
    for (int row = 0; row < m_pages->count(); ++row)
        pageOf(row)->setVisible(row == m_row || (wide && row == m_beside));
    keepOpened();
    refreshLessons();
}

void LearnPage::setOpened(const QStringList& lessons)
{
    m_opened = lessons;
    refreshLessons();
}

void LearnPage::keepOpened()
{
    if (!isVisible())
        return;
    const qsizetype before = m_opened.size();
    for (int row = 0; row < m_pages->count(); ++row)
        if (!pageOf(row)->isHidden() && !m_opened.contains(lessonNames[row]))
            m_opened << lessonNames[row];
    if (m_opened.size() != before)
        Q_EMIT openedChanged();
}

void LearnPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    keepOpened();
    refreshLessons();
}

void LearnPage::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    placePages();
}

void LearnPage::refreshLessons()
{
    using Mark = LessonDelegate::Mark;
    const bool begun = m_tour.isActive() || m_tour.place() > 0;
    const QString details[] {m_tour.isFinished() ? tr("%1 stops on a run, finished").arg(Tour::count())
            : begun ? tr("%1 of %2 stops on a run").arg(m_tour.place() + 1).arg(Tour::count())
                    : tr("%1 stops on a live run").arg(Tour::count()),
        tr("what rank k keeps, of an image and of ΔW"), tr("from which rank on no random start can get stuck"),
        tr("every field and word, with its formula and its source")};
    for (int row = 0; row < m_lessons->count(); ++row) {
        const bool tour = row == static_cast<int>(Lesson::Tour);
        const bool done = tour ? m_tour.isFinished() : m_opened.contains(lessonNames[row]);
        QListWidgetItem* item = m_lessons->item(row);
        item->setData(LessonDelegate::detailRole, details[row]);
        item->setData(LessonDelegate::markRole,
            static_cast<int>(done   ? Mark::Done
                    : tour && begun ? Mark::Now
                                    : Mark::Open));
        item->setData(LessonDelegate::openRole, !pageOf(row)->isHidden());
        item->setData(Qt::AccessibleTextRole, done && !tour ? tr("%1, opened").arg(item->text()) : item->text());
        item->setData(Qt::AccessibleDescriptionRole, details[row]);
    }
}

} // namespace spectune

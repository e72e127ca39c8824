// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LearnDesk.h"

#include "ui/FirstSteps.h"
#include "ui/GlossaryPage.h"
#include "ui/HelpKey.h"
#include "ui/Inspector.h"
#include "ui/LearnPage.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/TimelineStrip.h"
#include "ui/Tour.h"
#include "ui/TourGuide.h"
#include "ui/TourLesson.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QApplication>
#include <QPushButton>
#include <QSettings>
#include <QWhatsThisClickedEvent>

#include <utility>

namespace spectune {

namespace {
const QString placeKey = QStringLiteral("tour/place");
const QString finishedKey = QStringLiteral("tour/finished");
const QString offeredKey = QStringLiteral("tour/offered");
const QString openedKey = QStringLiteral("learn/opened");
} // namespace

LearnDesk::LearnDesk(MainWindow& window)
    : QObject(&window)
    , m_window(window)
    , m_tour(new Tour(window.run(), this))
    , m_page(new LearnPage(window.session(), window.run(), *m_tour))
    , m_guide(new TourGuide(window, window.live(), *m_tour, [&window] {
        if (window.workspace() != Workspace::Live)
            window.showWorkspace(Workspace::Live);
    }))
{
    if (window.options().remembers) {
        const QSettings settings;
        m_tour->restore(settings.value(placeKey, 0).toUInt(), settings.value(finishedKey, false).toBool());
        m_page->setOpened(settings.value(openedKey).toStringList());
    }
    connectFirstSteps();
    connectPage();
    connect(m_tour, &Tour::entered, this, &LearnDesk::tellPlace);
    connect(m_tour, &Tour::ended, this, &LearnDesk::tellPlace);
    window.installEventFilter(this);
}

void LearnDesk::connectFirstSteps()
{
    FirstSteps& first = m_window.live().inspector().firstSteps();
    if (m_window.options().remembers)
        first.setTourOffered(QSettings().value(offeredKey, true).toBool());
    connect(&first, &FirstSteps::tourWanted, this, &LearnDesk::startTour);
    connect(&first, &FirstSteps::tourDeclined, this, [this, &first] {
        first.setTourOffered(false);
        if (m_window.options().remembers)
            QSettings().setValue(offeredKey, false);
    });
}

void LearnDesk::connectPage()
{
    connect(m_page, &LearnPage::openedChanged, this, [this] {
        if (m_window.options().remembers)
            QSettings().setValue(openedKey, m_page->opened());
    });
    TourLesson& lesson = m_page->tourLesson();
    connect(&lesson, &TourLesson::startWanted, this, &LearnDesk::startTour);
    lesson.demoButton()->setEnabled(!m_window.options().demoConfig.isEmpty());
    connect(&lesson, &TourLesson::demoWanted, this, [this] {
        m_window.tryTo([this] {
            m_window.requireIdle();
            m_window.openDemo();
            m_tour->goTo(0);
            m_window.startRun();
        });
    });
    connect(&m_page->glossary(), &GlossaryPage::fieldWanted, this, [this](const QString& key) {
        m_window.showWorkspace(Workspace::Setup);
        m_window.setup().fields().focus(key);
    });
}

void LearnDesk::startTour()
{
    if (!m_window.run().hasRun() && !m_window.startRun())
        return; // Set up shows what is wrong
    m_tour->start();
}

void LearnDesk::tellPlace()
{
    Q_EMIT tourPlaceChanged(
        m_tour->isActive() ? tr("%1 of %2").arg(m_tour->place() + 1).arg(Tour::count()) : QString());
    if (!m_window.options().remembers)
        return;
    QSettings settings;
    settings.setValue(placeKey, static_cast<uint>(m_tour->place()));
    settings.setValue(finishedKey, m_tour->isFinished());
}

void LearnDesk::showGlossaryField(const QString& key)
{
    m_page->glossary().showField(key);
    m_page->showLesson(LearnPage::Lesson::Glossary);
    m_window.showWorkspace(Workspace::Learn);
}

void LearnDesk::showHelp()
{
    const QWidget* focused = QApplication::focusWidget();
    if (const QString key = helpKeyOf(focused); !key.isEmpty()) {
        showGlossaryField(key);
        return;
    }
    LivePage& live = m_window.live();
    const std::pair<const QWidget*, const char*> parts[] {{&live.grid(), "rank"}, {&live.inspector(), "importance"},
        {&live.plots(), "loss"}, {&live.timeline(), "event"}};
    for (const auto& [part, term] : parts)
        if (focused && (part == focused || part->isAncestorOf(focused)))
            m_page->glossary().showTerm(QLatin1String(term));
    m_page->showLesson(LearnPage::Lesson::Glossary);
    m_window.showWorkspace(Workspace::Learn);
    m_page->glossary().focusSearch();
}

// "glossary:adalora.alpha" in a field's "What is this?".
bool LearnDesk::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() != QEvent::WhatsThisClicked)
        return QObject::eventFilter(watched, event);
    showGlossaryField(static_cast<QWhatsThisClickedEvent*>(event)->href().section(QLatin1Char(':'), 1));
    return true;
}

} // namespace spectune

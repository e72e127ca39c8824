// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does with the tour, the glossary and help.
#include "ui/FieldEditor.h"
#include "ui/FirstSteps.h"
#include "ui/GlossaryPage.h"
#include "ui/Inspector.h"
#include "ui/LearnPage.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/TimelineStrip.h"
#include "ui/TopBar.h"
#include "ui/Tour.h"
#include "ui/TourGuide.h"
#include "ui/TourLesson.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QApplication>
#include <QPushButton>
#include <QSettings>
#include <QStackedWidget>

#include <utility>

namespace spectune {

namespace {
const QString placeKey = QStringLiteral("tour/place");
const QString finishedKey = QStringLiteral("tour/finished");
const QString offeredKey = QStringLiteral("tour/offered");
} // namespace

void MainWindow::buildLearn()
{
    m_tour = new Tour(*m_run, this);
    m_learn = new LearnPage(*m_session, *m_run, *m_tour);
    m_pages->addWidget(m_learn);
    m_guide = new TourGuide(*this, *m_live, *m_tour, [this] {
        if (workspace() != Workspace::Live)
            showWorkspace(Workspace::Live);
    });
    FirstSteps& first = m_live->inspector().firstSteps();
    if (m_options.remembers) {
        const QSettings settings;
        m_tour->restore(settings.value(placeKey, 0).toUInt(), settings.value(finishedKey, false).toBool());
        first.setTourOffered(settings.value(offeredKey, true).toBool());
    }
    connect(&first, &FirstSteps::tourWanted, this, &MainWindow::startTour);
    connect(&first, &FirstSteps::tourDeclined, this, [this, &first] {
        first.setTourOffered(false);
        if (m_options.remembers)
            QSettings().setValue(offeredKey, false);
    });
    connect(m_tour, &Tour::entered, this, &MainWindow::showTourPlace);
    connect(m_tour, &Tour::ended, this, &MainWindow::showTourPlace);
    connect(&m_learn->tourLesson(), &TourLesson::startWanted, this, &MainWindow::startTour);
    connect(&m_learn->tourLesson(), &TourLesson::demoWanted, this, [this] {
        tryTo([this] {
            openDemo();
            m_tour->goTo(0);
            startRun();
        });
    });
    m_learn->tourLesson().demoButton()->setEnabled(!m_options.demoConfig.isEmpty());
    connect(&m_learn->glossary(), &GlossaryPage::fieldWanted, this, [this](const QString& key) {
        showWorkspace(Workspace::Setup);
        m_setup->fields().focus(key);
    });
}

void MainWindow::startTour()
{
    if (!m_run->hasRun())
        startRun();
    m_tour->start();
}

void MainWindow::showTourPlace()
{
    m_top->setTourPlace(
        m_tour->isActive() ? tr("%1 of %2").arg(m_tour->place() + 1).arg(Tour::count()) : QString());
    if (!m_options.remembers)
        return;
    QSettings settings;
    settings.setValue(placeKey, static_cast<uint>(m_tour->place()));
    settings.setValue(finishedKey, m_tour->isFinished());
}

void MainWindow::showGlossaryField(const QString& key)
{
    m_learn->glossary().showField(key);
    m_learn->showLesson(LearnPage::Lesson::Glossary);
    showWorkspace(Workspace::Learn);
}

void MainWindow::showHelp()
{
    const QWidget* focused = QApplication::focusWidget();
    for (const QWidget* widget = focused; widget; widget = widget->parentWidget())
        if (const auto* editor = qobject_cast<const FieldEditor*>(widget)) {
            showGlossaryField(editor->key());
            return;
        }
    const std::pair<const QWidget*, const char*> parts[] {{&m_live->grid(), "rank"}, {&m_live->inspector(), "importance"},
        {&m_live->plots(), "loss"}, {&m_live->timeline(), "event"}};
    for (const auto& [part, term] : parts)
        if (focused && (part == focused || part->isAncestorOf(focused)))
            m_learn->glossary().showTerm(QLatin1String(term));
    m_learn->showLesson(LearnPage::Lesson::Glossary);
    showWorkspace(Workspace::Learn);
    m_learn->glossary().focusSearch();
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ShortcutsWindow.h"

#include "ui/PageParts.h"
#include "ui/WholeWordsArea.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QScrollBar>
#include <QVBoxLayout>

namespace spectune {

namespace {

QString plain(QString text)
{
    return text.section(QLatin1Char('\t'), 0, 0).remove(QLatin1Char('&')).remove(QChar(0x2026));
}

// "Pause or resume\tSpace": keys that are not the action's own stand behind a tab.
QString keysOf(const QAction& action)
{
    const QString own = action.shortcut().toString(QKeySequence::NativeText);
    return own.isEmpty() ? action.text().section(QLatin1Char('\t'), 1) : own;
}

void addMenu(std::vector<ShortcutEntry>& entries, const QMenu& menu, const QString& place)
{
    for (const QAction* action : menu.actions()) {
        if (action->isSeparator())
            continue;
        if (const QMenu* inner = action->menu())
            entries.push_back({place, plain(inner->title()), QString()});
        else
            entries.push_back({place, plain(action->text()), keysOf(*action)});
    }
}

/// The keys of the parts of Live; without a menu.
void addLive(std::vector<ShortcutEntry>& entries)
{
    const QString timeline = ShortcutsWindow::tr("Timeline");
    const QString grid = ShortcutsWindow::tr("Heatmap");
    const QString plots = ShortcutsWindow::tr("Curves");
    const QString triplets = ShortcutsWindow::tr("Triplets");
    const QString history = ShortcutsWindow::tr("Over the run");
    const QString sideways = QStringLiteral("←  →");
    entries.insert(entries.end(),
        {{timeline, ShortcutsWindow::tr("Previous, next masking event"), QStringLiteral("[  ]")},
            {timeline, ShortcutsWindow::tr("One step back, on"), QStringLiteral("Shift+←  Shift+→")},
            {timeline, ShortcutsWindow::tr("One step back, on, on the track itself"), sideways},
            {timeline, ShortcutsWindow::tr("A twentieth of the run on, back"), QStringLiteral("PageUp  PageDown")},
            {timeline, ShortcutsWindow::tr("To the first step"), QStringLiteral("Home")},
            {timeline, ShortcutsWindow::tr("Back to live"), QStringLiteral("End  L")},
            {timeline, ShortcutsWindow::tr("Replay, stop the replay"), QStringLiteral("P")},
            {grid, ShortcutsWindow::tr("Choose a cell"), QStringLiteral("←  →  ↑  ↓")},
            {grid, ShortcutsWindow::tr("Show its triplets"), QStringLiteral("Return")},
            {grid, ShortcutsWindow::tr("Rank, importance, |λ|, orthogonality, revivals"),
                QStringLiteral("1  2  3  4  5")},
            {grid, ShortcutsWindow::tr("Closer, further, all layers"), QStringLiteral("+  −  0")},
            {plots, ShortcutsWindow::tr("Move the crosshair"), sideways},
            {plots, ShortcutsWindow::tr("Show its step"), QStringLiteral("Return")},
            {plots, ShortcutsWindow::tr("Half a view on, back"), QStringLiteral("PageUp  PageDown")},
            {plots, ShortcutsWindow::tr("Closer, further"), QStringLiteral("+  −")},
            {plots, ShortcutsWindow::tr("Closer, further along the loss"), QStringLiteral("Ctrl++  Ctrl+−")},
            {plots, ShortcutsWindow::tr("The whole range again"), QStringLiteral("0  Home")},
            {triplets, ShortcutsWindow::tr("Choose a triplet"), QStringLiteral("↑  ↓")},
            {history, ShortcutsWindow::tr("Choose a triplet"), QStringLiteral("↑  ↓")},
            {history, ShortcutsWindow::tr("Previous, next masking event"), sideways}});
}

/// Those of a border that View > Move a border has come to.
void addBorders(std::vector<ShortcutEntry>& entries)
{
    const QString borders = ShortcutsWindow::tr("Borders between columns");
    entries.insert(entries.end(),
        {{borders, ShortcutsWindow::tr("Move the border"), QStringLiteral("←  →  ↑  ↓")},
            {borders, ShortcutsWindow::tr("As far as it goes"), QStringLiteral("Home  End")},
            {borders, ShortcutsWindow::tr("Back to where the keyboard was"), QStringLiteral("Esc")}});
}

void addOthers(std::vector<ShortcutEntry>& entries)
{
    const QString targets = ShortcutsWindow::tr("Targets");
    const QString budget = ShortcutsWindow::tr("Budget");
    const QString runs = ShortcutsWindow::tr("Runs");
    const QString tour = ShortcutsWindow::tr("Guided tour");
    const QString lessons = ShortcutsWindow::tr("Lessons");
    const QString ranks = ShortcutsWindow::tr("Sliders of Learn");
    const QString lens = ShortcutsWindow::tr("Plots of the SVD lens");
    const QString small = ShortcutsWindow::tr("Small plots");
    const QString pictures = ShortcutsWindow::tr("Plots and heatmaps");
    const QString fields = ShortcutsWindow::tr("Fields");
    entries.insert(entries.end(),
        {{targets, ShortcutsWindow::tr("Choose a matrix"), QStringLiteral("←  →  ↑  ↓")},
            {targets, ShortcutsWindow::tr("Choose a range of matrices"),
                QStringLiteral("Shift+←  Shift+→  Shift+↑  Shift+↓")},
            {targets, ShortcutsWindow::tr("Tick the chosen matrix or range"), QStringLiteral("Space")},
            {targets, ShortcutsWindow::tr("Tick its layers, its matrices of all layers"),
                QStringLiteral("Shift+Space  Ctrl+Space")},
            {targets, ShortcutsWindow::tr("Give the range up"), QStringLiteral("Esc")},
            {budget, ShortcutsWindow::tr("Move the handle, by ten"), QStringLiteral("↑  ↓  Shift+↑  Shift+↓")},
            {budget, ShortcutsWindow::tr("Next, previous handle"), QStringLiteral("Tab  Shift+Tab")},
            {runs, ShortcutsWindow::tr("Compare the run, or no longer"), QStringLiteral("Space")},
            {runs, ShortcutsWindow::tr("Show the run alone"), QStringLiteral("Return")},
            {runs, ShortcutsWindow::tr("Delete the run, once asked"), QStringLiteral("Delete")},
            {runs, ShortcutsWindow::tr("Move the crosshair of the curves, faster"),
                QStringLiteral("←  →  Shift+←  Shift+→")},
            {runs, ShortcutsWindow::tr("Half a view of the curves on, back"), QStringLiteral("PageUp  PageDown")},
            {runs, ShortcutsWindow::tr("Closer to the curves, further"), QStringLiteral("+  −")},
            {runs, ShortcutsWindow::tr("Closer, further along the values"), QStringLiteral("Ctrl++  Ctrl+−")},
            {runs, ShortcutsWindow::tr("All steps of the curves again"), QStringLiteral("0  Home")},
            {runs, ShortcutsWindow::tr("Leave a question as it was"), QStringLiteral("Esc")},
            {tour, ShortcutsWindow::tr("Stop before, next stop"), QStringLiteral("Alt+←  Alt+→")},
            {tour, ShortcutsWindow::tr("Go to the chosen stop of the list"), QStringLiteral("Return")},
            {tour, ShortcutsWindow::tr("Leave, and keep the place"), QStringLiteral("Esc")},
            {lessons, ShortcutsWindow::tr("Open the lesson before, the next one"), QStringLiteral("↑  ↓")},
            {lessons, ShortcutsWindow::tr("Set it beside the one that is open"), QStringLiteral("Ctrl+↑  Ctrl+↓")},
            {ranks, ShortcutsWindow::tr("One less, one more"), QStringLiteral("←  →")},
            {ranks, ShortcutsWindow::tr("Eight more, less"), QStringLiteral("PageUp  PageDown")},
            {ranks, ShortcutsWindow::tr("The least, the most"), QStringLiteral("Home  End")},
            {lens, ShortcutsWindow::tr("Closer, further"), QStringLiteral("+  −")},
            {lens, ShortcutsWindow::tr("Closer, further along the values"), QStringLiteral("Ctrl++  Ctrl+−")},
            {lens, ShortcutsWindow::tr("Half a view on, back"), QStringLiteral("PageUp  PageDown")},
            {lens, ShortcutsWindow::tr("The whole range again"), QStringLiteral("0  Home")},
            {small, ShortcutsWindow::tr("Read the next value, in larger steps"),
                QStringLiteral("←  →  Shift+←  Shift+→")},
            {pictures, ShortcutsWindow::tr("Copy or save the one that has the keyboard"),
                QStringLiteral("Menu  Shift+F10")},
            {fields, ShortcutsWindow::tr("Count up or down, by ten"), QStringLiteral("↑  ↓  Shift+↑  Shift+↓")},
            {fields, ShortcutsWindow::tr("Next, previous part of the window"), QStringLiteral("Tab  Shift+Tab")}});
}

} // namespace

std::vector<ShortcutEntry> shortcutEntries(const QMenuBar& menus)
{
    std::vector<ShortcutEntry> entries;
    for (const QAction* action : menus.actions())
        if (const QMenu* menu = action->menu())
            addMenu(entries, *menu, plain(menu->title()));
    addLive(entries);
    addOthers(entries);
    addBorders(entries);
    return entries;
}

ShortcutsWindow::ShortcutsWindow(const QMenuBar& menus, QWidget* parent)
    : QWidget(parent, Qt::Window)
    , m_menus(menus)
{
    setWindowTitle(tr("Keys"));
    setObjectName(QStringLiteral("Panel"));
    setAttribute(Qt::WA_StyledBackground);
    resize(520, 640);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(18, 12, 18, 12);
    head->addWidget(makeTitle(tr("Keys")));
    head->addStretch();
    m_search = new QLineEdit;
    m_search->setPlaceholderText(tr("Search by what it does, or by key"));
    m_search->setAccessibleName(tr("Search the keys"));
    addClearButton(*m_search);
    m_search->setFixedWidth(270);
    head->addWidget(m_search);
    column->addLayout(head);
    column->addWidget(makeRule());
    m_list = new ShortcutList;
    m_list->setAccessibleName(tr("Keys"));
    m_scroll = new WholeWordsArea(m_list, tr("Keys and what they do")); // no cap stands on the window's edge
    m_scroll->setFocusPolicy(Qt::StrongFocus);
    column->addWidget(m_scroll, 1);
    connect(m_search, &QLineEdit::textChanged, this, &ShortcutsWindow::filter);
}

void ShortcutsWindow::showList()
{
    m_list->setEntries(shortcutEntries(m_menus));
    filter();
    show();
    raise();
    activateWindow();
    m_search->setFocus(Qt::OtherFocusReason);
    m_search->selectAll();
}

int ShortcutsWindow::shownRows() const
{
    return m_list->shownRows();
}

void ShortcutsWindow::filter()
{
    m_list->filter(m_search->text().split(QLatin1Char(' '), Qt::SkipEmptyParts));
}

// The search field has no use for these: they move the list while one types.
void ShortcutsWindow::keyPressEvent(QKeyEvent* event)
{
    QScrollBar* bar = m_scroll->verticalScrollBar();
    switch (event->key()) {
    case Qt::Key_Escape: close(); return;
    case Qt::Key_Up: bar->triggerAction(QAbstractSlider::SliderSingleStepSub); return;
    case Qt::Key_Down: bar->triggerAction(QAbstractSlider::SliderSingleStepAdd); return;
    case Qt::Key_PageUp: bar->triggerAction(QAbstractSlider::SliderPageStepSub); return;
    case Qt::Key_PageDown: bar->triggerAction(QAbstractSlider::SliderPageStepAdd); return;
    default: QWidget::keyPressEvent(event);
    }
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunsBar.h"

#include "ui/ElidedLabel.h"
#include "ui/PageParts.h"
#include "ui/RunTagView.h"
#include "ui/RunsQuestion.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RunTags.h"

#include <QAction>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QResizeEvent>
#include <QStackedLayout>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace spectune {

namespace {
constexpr int usualHeight = 52;
constexpr int askingHeight = 68; ///< four lines of 11 px

QStringList titles(const std::vector<RunRecord>& runs)
{
    QStringList names;
    for (const RunRecord& run : runs)
        names << run.title();
    return names;
}

/// A button that says what an action does, for the run that it does it with.
void showAction(QPushButton& button, const QAction& action)
{
    button.setText(action.text());
    button.setEnabled(action.isEnabled());
    button.setToolTip(action.toolTip());
    button.setAccessibleDescription(action.toolTip());
}

} // namespace

RunsBar::RunsBar(QWidget* parent)
    : QWidget(parent)
    , m_actions(new RunActions(this))
    , m_stack(new QStackedLayout(this))
    , m_question(new RunsQuestion)
{
    setObjectName(QStringLiteral("RunBar"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(usualHeight);
    auto* usual = new QWidget;
    auto* row = new QHBoxLayout(usual);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(10);
    auto* names = new QWidget;
    m_names = new QHBoxLayout(names);
    m_names->setContentsMargins(0, 0, 0, 0);
    m_names->setSpacing(10);
    row->addWidget(names, 1);
    m_swap = makeSmallButton(tr("Swap"));
    m_verdict = new QWidget;
    auto* verdict = new QVBoxLayout(m_verdict);
    verdict->setContentsMargins(4, 8, 0, 8);
    verdict->setSpacing(0);
    auto* line = new QHBoxLayout;
    line->setSpacing(5);
    m_number = makeText(QString());
    m_number->setFont(Fonts::state());
    line->addWidget(m_number);
    line->addWidget(m_words = makeText(QString(), "second"), 1);
    verdict->addLayout(line);
    verdict->addWidget(m_note = makeCaption(QString()));
    row->addWidget(m_swap);
    row->addWidget(m_verdict);
    row->addStretch(); // what belongs together stands together: no name stretches over a wide window
    row->addWidget(m_open = new QPushButton(tr("Open")));
    row->addWidget(m_again = new QPushButton(tr("Start again")));
    row->addWidget(m_fixed = new QPushButton(tr("Use rank map")));
    row->addWidget(m_more = new QPushButton(tr("More")));
    row->addWidget(m_main = new QPushButton);
    setRole(m_main, "primary");
    m_stack->addWidget(usual);
    m_stack->addWidget(m_question);
    makeMenu();
    m_open->setMinimumWidth(QFontMetrics(Fonts::heading()).horizontalAdvance(tr("Opening…")) + 26); // no jump
    connect(m_swap, &QPushButton::clicked, this, &RunsBar::swapWanted);
    const RunActions& offered = *m_actions;
    connect(m_open, &QPushButton::clicked, offered[RunAction::Open], &QAction::trigger);
    connect(m_again, &QPushButton::clicked, offered[RunAction::StartAgain], &QAction::trigger);
    connect(m_fixed, &QPushButton::clicked, offered[RunAction::FixedRanks], &QAction::trigger);
    // As the button was named, whatever A's folder holds by now.
    connect(m_main, &QPushButton::clicked, this, [this] { (*m_actions)[m_actions->next()]->trigger(); });
    connect(m_question, &RunsQuestion::closed, this, [this] { showQuestion(false); });
    refresh();
}

void RunsBar::makeMenu()
{
    auto* menu = new QMenu(this);
    const RunActions& offered = *m_actions;
    menu->addActions({offered[RunAction::Resume], offered[RunAction::Continue], offered[RunAction::ShowFolder]});
    menu->addSeparator();
    menu->addAction(offered[RunAction::Delete]);
    menu->setToolTipsVisible(true);
    m_more->setMenu(menu);
    m_more->setProperty("hasMenu", true); // room for the arrow, see studio.qss
}

void RunsBar::showQuestion(bool shown)
{
    m_stack->setCurrentIndex(shown ? 1 : 0);
    fitHeight();
}

// A question that is short enough keeps the page below in its place.
void RunsBar::fitHeight()
{
    int height = usualHeight;
    if (asks()) {
        m_question->layout()->activate(); // its texts have just changed
        if (m_question->layout()->heightForWidth(width()) > usualHeight)
            height = askingHeight;
    }
    setFixedHeight(height);
}

bool RunsBar::event(QEvent* event)
{
    const bool taken = QWidget::event(event);
    // What a typed number would do may need more lines; with fewer the bar does not shrink under the typing.
    if (event->type() == QEvent::LayoutRequest && asks() && height() < askingHeight)
        fitHeight();
    return taken;
}

void RunsBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        fitHeight();
}

bool RunsBar::asks() const
{
    return m_stack->currentIndex() == 1;
}

QWidget* RunsBar::makeName(int index, bool narrow)
{
    const RunRecord& record = m_content.runs[static_cast<std::size_t>(index)];
    auto* place = new QWidget;
    auto* row = new QHBoxLayout(place);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(10);
    row->addWidget(new RunTagView(index));
    auto* words = new QVBoxLayout;
    words->setSpacing(0);
    words->setContentsMargins(0, 8, 0, 8);
    auto* name = new ElidedLabel;
    name->setFont(Fonts::state());
    name->setText(record.title());
    name->setAmong(titles(m_content.runs));
    name->setToolTip(record.title());
    auto* line = new ElidedLabel;
    line->setFont(Fonts::caption());
    line->setProperty("tone", "third");
    line->setText(narrow || record.method.isEmpty() // which a configuration that cannot be read does not tell
            ? record.stateText()
            : QStringLiteral("%1, %2").arg(methodName(record.method), record.stateText()));
    line->setToolTip(record.problem.isEmpty() ? line->text() : record.problemText());
    words->addWidget(name);
    words->addWidget(line);
    row->addLayout(words, 1);
    const int whole = std::max(name->sizeHint().width(), line->sizeHint().width()) + 1;
    place->setMaximumWidth(RunTagView::side + row->spacing() + whole);
    return place;
}

void RunsBar::rebuildNames()
{
    while (QLayoutItem* item = m_names->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto count = static_cast<int>(m_content.runs.size());
    QWidget* names = m_names->parentWidget();
    names->setMaximumWidth(QWIDGETSIZE_MAX);
    if (count == 0) {
        const QString choose = tr("Choose a run, or tick 2 to %1 to compare them.").arg(formatCount(mostComparedRuns));
        m_names->addWidget(makeText(m_content.noneListed.isEmpty() ? choose : m_content.noneListed, "second"));
        return;
    }
    m_names->setSpacing(count > 4 ? 10 : count > 2 ? 20 : 14); // what little room many have is their names'
    int whole = 0; // by hand: the layout does not count what is shown a moment later only
    const auto add = [this, &whole](QWidget* part, int width, int stretch) {
        whole += width + (m_names->count() > 0 ? m_names->spacing() : 0);
        m_names->addWidget(part, stretch);
    };
    for (int index = 0; index < count; ++index) {
        if (index == 1 && count == 2) {
            QLabel* against = makeText(tr("against"), "third");
            against->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Preferred);
            add(against, against->sizeHint().width(), 0);
        }
        QWidget* name = makeName(index, count > 2);
        add(name, name->maximumWidth(), 1);
    }
    names->setMaximumWidth(whole);
}

bool RunsBar::Content::showsTheSame(const Content& other) const
{
    const auto sameRun = [](const RunRecord& a, const RunRecord& b) {
        return a.id == b.id && a.title() == b.title() && a.stateText() == b.stateText()
            && a.fingerprint == b.fingerprint && a.problem == b.problem;
    };
    return busy == other.busy && opening == other.opening && noneListed == other.noneListed && verdict == other.verdict
        && std::ranges::equal(runs, other.runs, sameRun);
}

void RunsBar::setContent(Content content)
{
    if (content.showsTheSame(m_content))
        return;
    m_content = std::move(content);
    refresh();
}

void RunsBar::refresh()
{
    rebuildNames();
    const bool two = m_content.runs.size() == 2;
    m_swap->setVisible(two);
    if (two)
        m_swap->setToolTip(
            tr("“%1” becomes A, “%2” becomes B").arg(m_content.runs.back().title(), m_content.runs.front().title()));
    m_verdict->setVisible(two && !m_content.verdict.number.isEmpty());
    m_number->setText(m_content.verdict.number);
    m_words->setText(m_content.verdict.words);
    m_note->setText(m_content.verdict.note);
    refreshActions();
}

void RunsBar::refreshActions()
{
    const bool any = !m_content.runs.empty();
    for (QPushButton* button : {m_open, m_again, m_fixed, m_more, m_main})
        button->setVisible(any);
    if (!any)
        return;
    const RunRecord& a = m_content.runs.front();
    m_actions->setRun(a, {.busy = m_content.busy, .opening = m_content.opening});
    const RunActions& offered = *m_actions;
    const RunAction next = offered.next();
    showAction(*m_open, *offered[RunAction::Open]);
    showAction(*m_again, *offered[RunAction::StartAgain]);
    m_again->setVisible(next != RunAction::StartAgain); // it is the main one then
    showAction(*m_fixed, *offered[RunAction::FixedRanks]);
    m_more->setToolTip(tr("What else can be done with “%1”").arg(a.title()));
    m_more->setAccessibleDescription(m_more->toolTip());
    showAction(*m_main, *offered[next]);
    const bool several = m_content.runs.size() > 1;
    if (several && !m_content.opening)
        m_open->setText(tr("Open A"));
    if (several)
        m_again->setText(tr("Start A again"));
    if (several)
        m_fixed->setText(tr("Use A’s ranks"));
    const QString letter = several ? QStringLiteral(" A") : QString();
    m_main->setText(next == RunAction::StartAgain ? tr("Start%1 again").arg(letter)
            : next == RunAction::Resume           ? tr("Resume%1").arg(letter)
                                                  : tr("Export%1…").arg(letter));
}

} // namespace spectune

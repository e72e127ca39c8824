// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunsBar.h"

#include "ui/ElidedLabel.h"
#include "ui/PageParts.h"
#include "ui/RunPlans.h"
#include "ui/RunTagView.h"
#include "ui/RunsQuestion.h"
#include "visualization/Fonts.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QResizeEvent>
#include <QStackedLayout>
#include <QVBoxLayout>

namespace spectune {

namespace {
constexpr int usualHeight = 52;
constexpr int askingHeight = 68; ///< four lines of 11 px
} // namespace

RunsBar::RunsBar(QWidget* parent)
    : QWidget(parent)
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
    verdict->addWidget(makeCaption(tr("one seed each: a difference, not a proof")));
    row->addWidget(m_swap);
    row->addWidget(m_verdict);
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
    m_open->setToolTip(tr("Show A in Live, as it was recorded"));
    m_again->setToolTip(tr("A new set-up with A's configuration"));
    m_fixed->setToolTip(tr("A new set-up in which every matrix keeps the rank that A ended with"));
    connect(m_swap, &QPushButton::clicked, this, &RunsBar::swapWanted);
    connect(m_open, &QPushButton::clicked, this, &RunsBar::openWanted);
    connect(m_again, &QPushButton::clicked, this, &RunsBar::startAgainWanted);
    connect(m_fixed, &QPushButton::clicked, this, &RunsBar::fixedRanksWanted);
    connect(m_main, &QPushButton::clicked, this, [this] {
        switch (m_offer) { // as the button was named, whatever its folder holds by now
        case Offer::Export: Q_EMIT exportWanted(); break;
        case Offer::Resume: Q_EMIT resumeWanted(); break;
        case Offer::StartAgain: Q_EMIT startAgainWanted(); break;
        }
    });
    connect(m_question, &RunsQuestion::closed, this, [this] { showQuestion(false); });
    setContent({});
}

void RunsBar::makeMenu()
{
    auto* menu = new QMenu(this);
    m_resume = menu->addAction(tr("Resume where it was left"), this, &RunsBar::resumeWanted);
    m_continue = menu->addAction(tr("Continue with more steps…"), this, &RunsBar::continueWanted);
    m_folder = menu->addAction(tr("Show its folder"), this, &RunsBar::folderWanted);
    menu->addSeparator();
    m_delete = menu->addAction(tr("Delete…"), this, &RunsBar::deleteWanted);
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

RunsBar::Offer RunsBar::offerFor(const RunRecord& record)
{
    if (!record.endedEarly())
        return Offer::Export;
    return record.canResume() ? Offer::Resume : Offer::StartAgain;
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
    return place;
}

void RunsBar::rebuildNames()
{
    while (QLayoutItem* item = m_names->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    const auto count = static_cast<int>(m_content.runs.size());
    if (count == 0) {
        m_names->addWidget(makeText(tr("Choose a run, or tick two to six to compare them."), "second"));
        return;
    }
    for (int index = 0; index < count; ++index) {
        if (index == 1 && count == 2)
            m_names->addWidget(makeText(tr("against"), "third"));
        m_names->addWidget(makeName(index, count > 2), 1);
    }
}

void RunsBar::setContent(Content content)
{
    m_content = std::move(content);
    rebuildNames();
    const bool two = m_content.runs.size() == 2;
    m_swap->setVisible(two);
    m_verdict->setVisible(two && !m_content.verdict.number.isEmpty());
    m_number->setText(m_content.verdict.number);
    m_words->setText(m_content.verdict.words);
    refreshActions();
}

void RunsBar::refreshActions()
{
    const bool any = !m_content.runs.empty();
    for (QPushButton* button : {m_open, m_again, m_fixed, m_more, m_main})
        button->setVisible(any);
    m_offer = any ? offerFor(m_content.runs.front()) : Offer::Export;
    if (!any)
        return;
    const RunRecord& a = m_content.runs.front();
    const bool readable = a.state != RecordState::Missing && a.state != RecordState::Unreadable;
    const bool ended = a.state != RecordState::Running;
    const QString letter = m_content.runs.size() > 1 ? QStringLiteral(" A") : QString();
    const bool knowsConfig = (a.state != RecordState::Unreadable || !a.method.isEmpty()) && !a.configuration.isEmpty();
    const bool again = m_offer == Offer::StartAgain;
    m_main->setText(again   ? tr("Start%1 again").arg(letter)
            : mainResumes() ? tr("Resume%1").arg(letter)
                            : tr("Export%1…").arg(letter));
    m_main->setEnabled(again ? knowsConfig : readable && ended && !m_content.busy);
    m_main->setToolTip(
        again ? tr("A new set-up with A's configuration: A has no checkpoint to resume from") : QString());
    m_open->setText(m_content.opening ? tr("Opening…") : tr("Open"));
    m_open->setEnabled(readable && ended && !m_content.busy && !m_content.opening);
    m_again->setVisible(!again); // it is the main one then
    m_again->setEnabled(knowsConfig);
    m_fixed->setEnabled(readable && a.ranks.kept > 0);
    m_resume->setVisible(a.endedEarly());
    m_resume->setEnabled(mainResumes() && !m_content.busy);
    m_resume->setToolTip(again ? tr("Its folder has no checkpoint (checkpoints/step-N) to go on from")
                               : tr("In its own folder, from its last checkpoint"));
    const ContinueChoice further = continueChoice(a);
    m_continue->setEnabled(further.possible && !m_content.busy);
    m_continue->setToolTip(
        further.possible && m_content.busy ? tr("Another run goes on. Stop it or wait for its end.") : further.text);
    m_folder->setEnabled(a.state != RecordState::Missing);
    m_delete->setText(a.state == RecordState::Missing ? tr("Remove from the history…") : tr("Delete…"));
    m_delete->setEnabled(ended);
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TryPage.h"

#include "ui/AdapterChoice.h"
#include "ui/AnswerReading.h"
#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/PageParts.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/SampleJudge.h"
#include "ui/SampleList.h"
#include "ui/SamplingPanel.h"
#include "ui/SessionController.h"
#include "ui/StudioIcons.h"
#include "ui/TryResults.h"
#include "visualization/NumberFormat.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTextBrowser>
#include <QVBoxLayout>

namespace spectune {

namespace {
constexpr int headHeight = 26; ///< of a field
constexpr int stripHeight = 32;
constexpr int headerContent = 24; ///< height of a small button
} // namespace

TryPage::TryPage(SessionController& session, RunModel& run, const ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_run(run)
    , m_form(form)
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    m_splitter = makeColumns();
    m_judge = new SampleJudge(session, this);
    m_samples = new SampleList(session, *m_judge);
    addColumn(m_splitter, m_samples, 260);
    addColumn(m_splitter, makeCentre(), 420, true);
    addColumn(m_splitter, makeResults(), 280);
    outer->addWidget(m_splitter);
    connect(m_samples, &SampleList::chosen, this,
        [this](const HeldOutSample& sample) { setPrompt(sample.prompt, sample.expected); });
    connect(&session, &SessionController::partialText, this, [this](qint64 request, const QString& text) {
        for (Side& side : m_sides)
            if (side.request == request) {
                side.text += text;
                showTexts();
            }
    });
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        for (int side = 0; side < 2; ++side)
            if (m_sides[side].request == request)
                take(side, answer);
    });
    connect(&run, &RunModel::stateChanged, this, &TryPage::refresh);
    connect(&run, &RunModel::reset, this, &TryPage::refresh);
    connect(&run, &RunModel::recoloured, this, &TryPage::showTexts);
    refresh();
}

QWidget* TryPage::makeResults()
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_sampling = new SamplingPanel(m_run);
    m_results = new TryResults(*m_judge);
    column->addWidget(m_sampling);
    column->addWidget(m_results);
    column->addStretch();
    connect(m_results, &TryResults::filterWanted, m_samples, &SampleList::setFilter);
    return makeScroll(body, tr("Sampling, evaluations and results"));
}

QWidget* TryPage::makeCentre()
{
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makePanelHeader();
    head->addStrut(headerContent); // one line with the headings of the other columns, which have buttons beside them
    head->addWidget(makeHeading(tr("Prompt")));
    column->addLayout(head);
    auto* prompt = makeSection(0, 8);
    m_prompt = new QPlainTextEdit;
    m_prompt->setFixedHeight(78);
    m_prompt->setTabChangesFocus(true);
    m_prompt->setAccessibleName(tr("Prompt"));
    m_prompt->setPlaceholderText(tr("Choose a held-out sample, or write a prompt of your own."));
    prompt->addWidget(m_prompt);
    auto* row = new QHBoxLayout;
    m_hint = makeCaption(QString(), "third", true);
    m_pause = makeSmallButton(tr("Pause to try"), QStringLiteral("pause"));
    m_clear = makeSmallButton(tr("Clear"));
    setRole(m_clear, "ghost");
    m_generate = new QPushButton;
    m_generate->setFixedHeight(28);
    m_generate->setMinimumWidth(112);
    setRole(m_generate, "primary");
    row->addWidget(m_hint, 1);
    row->addWidget(m_pause);
    row->addWidget(m_clear);
    row->addWidget(m_generate);
    prompt->addLayout(row);
    column->addLayout(prompt);
    column->addWidget(makeRule());
    QSplitter* sides = makeColumns();
    sides->addWidget(makeSide(0, tr("Base")));
    sides->addWidget(makeSide(1, tr("Tuned")));
    column->addWidget(sides, 1);
    m_reading = new AnswerReading(m_session);
    column->addWidget(m_reading);
    connect(m_generate, &QPushButton::clicked, this, [this] { isGenerating() ? cancel() : generate(); });
    connect(m_pause, &QPushButton::clicked, this, &TryPage::pauseWanted);
    connect(m_clear, &QPushButton::clicked, this, [this] {
        m_prompt->setFocus(Qt::OtherFocusReason); // the button is about to be disabled
        setPrompt({});
        m_samples->unmark();
    });
    connect(m_prompt, &QPlainTextEdit::textChanged, this, [this] {
        const bool was = m_fromSample;
        m_fromSample = m_fromSample && m_prompt->toPlainText() == m_samplePrompt;
        if (was && !m_fromSample) { // with a prompt of one's own there is no expected answer
            m_reading->clear();
            m_samples->unmark();
            showVerdicts();
        }
        refresh();
    });
    return centre;
}

QWidget* TryPage::makeSide(int side, const QString& title)
{
    auto* panel = new QWidget;
    auto* whole = new QVBoxLayout(panel);
    whole->setContentsMargins(0, 0, 0, 0);
    whole->setSpacing(0);
    auto* column = makeSection(8, 8);
    whole->addLayout(column, 1);
    auto* head = new QHBoxLayout;
    head->addStrut(headHeight); // both sides begin at one height, though one has a box to choose from
    m_sides[side].title = makeText(QString(), "second");
    m_sides[side].count = makeCaption(QString());
    QLabel* heading = makeHeading(title);
    head->addWidget(heading);
    head->addWidget(m_sides[side].title);
    if (side == 1) {
        m_adapters = new AdapterChoice;
        heading->setBuddy(m_adapters); // a combo box is named by its label alone on Linux
        m_adapters->setFixedHeight(headHeight);
        head->addWidget(m_adapters);
        connect(m_adapters, &AdapterChoice::currentIndexChanged, this, &TryPage::refresh);
    }
    head->addStretch();
    column->addLayout(head);
    m_sides[side].view = new QTextBrowser;
    m_sides[side].view->setObjectName(QStringLiteral("Flat"));
    m_sides[side].view->setFrameShape(QFrame::NoFrame);
    m_sides[side].view->document()->setDocumentMargin(0);
    m_sides[side].view->setAccessibleName(title);
    column->addWidget(m_sides[side].view, 1);
    whole->addWidget(makeStrip(side));
    return panel;
}

/// Below a side's answer: whether it is the expected one, and how fast it came.
QWidget* TryPage::makeStrip(int side)
{
    m_sides[side].strip = new QWidget;
    auto* column = new QVBoxLayout(m_sides[side].strip);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeRule());
    auto* row = new QHBoxLayout;
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(12); // else the column's, which is none
    row->addStrut(stripHeight);
    m_sides[side].verdict = new ElidedLabel;
    row->addWidget(m_sides[side].verdict, 1);
    row->addWidget(m_sides[side].count);
    column->addLayout(row);
    m_sides[side].strip->hide();
    return m_sides[side].strip;
}

void TryPage::applyDefaultWidths(int width)
{
    const int left = width < 1400 ? 300 : 342;
    const int right = width < 1400 ? 296 : 318;
    m_splitter->setSizes({left, width - left - right - 2, right});
}

void TryPage::refresh()
{
    const RunConfig& config = m_run.hasRun() ? m_run.config() : m_form.config();
    m_samples->setConfig(config);
    const bool may = mayAsk();
    const bool busy = isGenerating();
    m_generate->setText(busy ? tr("Stop") : tr("Generate"));
    m_generate->setIcon(studioIcon(busy ? QStringLiteral("stop") : QStringLiteral("play"), IconTone::OnPrimary));
    const bool empty = m_prompt->document()->isEmpty();
    m_clear->setEnabled(!empty);
    m_generate->setEnabled(busy || (may && !empty));
    const SessionState state = m_session.state();
    m_pause->setVisible(state == SessionState::Running);
    m_hint->setText(!may ? tr("A run is training: pause to try.")
            : state == SessionState::Paused
            ? tr("The paused run answers with its weights of step %1.").arg(formatCount(m_run.step()))
            : m_fromSample ? tr("Edit freely; the expected answer is that of the sample.")
                           : tr("Both sides share the prompt, the seed and the sampling."));
    m_sides[0].title->setText(modelName(config.model.path));
    m_adapters->refresh(m_run, state == SessionState::Paused);
    dropStaleAnswers();
    m_sides[1].title->setText(!m_run.hasRun() ? tr("not trained yet")
            : !may                            ? tr("in training")
            : !hasAdapter()                   ? tr("nothing saved yet")
                                              : QString());
    m_sides[1].title->setVisible(!m_sides[1].title->text().isEmpty());
    m_adapters->setVisible(may && m_adapters->count() > 0);
    if (!may) { // a run goes on: what waits would only be answered at its next pause
        m_judge->stop();
        cancel();
    }
    if (may && isVisible() && m_fromSample && m_readSubject != subject())
        readExpected();
    m_judge->setSubject(config, m_adapters->folder(), hasAdapter() ? m_adapters->step() : -1);
    if (isVisible())
        m_samples->load(may);
}

void TryPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_samples->retry();
    refresh();
    showTexts();
}

} // namespace spectune

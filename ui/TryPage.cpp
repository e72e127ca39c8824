// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TryPage.h"

#include "ui/AdapterChoice.h"
#include "ui/AnswerReading.h"
#include "ui/ConfigForm.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/SampleJudge.h"
#include "ui/SampleList.h"
#include "ui/SamplingPanel.h"
#include "ui/SessionController.h"
#include "ui/StudioIcons.h"
#include "ui/TryResults.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QAbstractTextDocumentLayout>
#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitter>
#include <QTextBlockFormat>
#include <QTextBrowser>
#include <QTextCursor>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>
#include <vector>

namespace spectune {

namespace {

constexpr int headHeight = 26; ///< of a field

using TextParts = std::vector<std::pair<QString, QColor>>;

/// The text letter for letter, in its colours. A reader who scrolled up stays there; at the end, the end is followed.
void write(QTextBrowser& view, const TextParts& parts)
{
    QScrollBar& bar = *view.verticalScrollBar();
    const int place = bar.value();
    const bool follows = place > 0 && place >= bar.maximum();
    const bool fitted = bar.maximum() == 0;
    QTextCursor cursor(view.document());
    cursor.beginEditBlock();
    cursor.select(QTextCursor::Document);
    cursor.removeSelectedText();
    QTextBlockFormat lines;
    lines.setLineHeight(150, QTextBlockFormat::ProportionalHeight);
    cursor.setBlockFormat(lines);
    for (const auto& [text, color] : parts) {
        QTextCharFormat format;
        format.setForeground(color);
        cursor.insertText(text, format);
    }
    cursor.endEditBlock();
    // Long texts are laid out bit by bit; asked for its size, all of it is, and the bar is told.
    QAbstractTextDocumentLayout* layout = view.document()->documentLayout();
    Q_EMIT layout->documentSizeChanged(layout->documentSize());
    bar.setValue(follows || fitted ? bar.maximum() : place);
}

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
    return makeScroll(body);
}

QWidget* TryPage::makeCentre()
{
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* prompt = makeSection(8, 8);
    prompt->addWidget(makeHeading(tr("Prompt")));
    m_prompt = new QPlainTextEdit;
    m_prompt->setFixedHeight(78);
    m_prompt->setTabChangesFocus(true);
    m_prompt->setAccessibleName(tr("Prompt"));
    m_prompt->setPlaceholderText(tr("Choose a held-out sample, or write what the model shall continue."));
    prompt->addWidget(m_prompt);
    auto* row = new QHBoxLayout;
    m_hint = makeCaption(QString(), "third", true);
    m_pause = makeSmallButton(tr("Pause to try"), QStringLiteral("pause"));
    auto* clear = makeSmallButton(tr("Clear"));
    setRole(clear, "ghost");
    m_generate = new QPushButton;
    m_generate->setFixedHeight(28);
    m_generate->setMinimumWidth(112);
    setRole(m_generate, "primary");
    row->addWidget(m_hint, 1);
    row->addWidget(m_pause);
    row->addWidget(clear);
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
    connect(clear, &QPushButton::clicked, this, [this] { setPrompt({}); });
    connect(m_prompt, &QPlainTextEdit::textChanged, this, [this] {
        const bool was = m_fromSample;
        m_fromSample = m_fromSample && m_prompt->toPlainText() == m_samplePrompt;
        if (was && !m_fromSample) { // with a prompt of one's own there is no expected answer
            m_reading->clear();
            showVerdicts();
        }
        refresh();
    });
    return centre;
}

QWidget* TryPage::makeSide(int side, const QString& title)
{
    auto* panel = new QWidget;
    auto* column = makeSection(8, 8);
    panel->setLayout(column);
    auto* head = new QHBoxLayout;
    head->addStrut(headHeight); // both sides begin at one height, though one has a box to choose from
    m_sides[side].title = makeText(QString(), "second");
    m_sides[side].count = makeCaption(QString());
    head->addWidget(makeHeading(title));
    head->addWidget(m_sides[side].title);
    if (side == 1) {
        m_adapters = new AdapterChoice;
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
    auto* foot = new QHBoxLayout;
    m_sides[side].verdict = makeText(QString(), "second", true);
    foot->addWidget(m_sides[side].verdict, 1);
    foot->addWidget(m_sides[side].count, 0, Qt::AlignBottom);
    column->addLayout(foot);
    return panel;
}

void TryPage::applyDefaultWidths(int width)
{
    const int left = width < 1400 ? 300 : 342;
    const int right = width < 1400 ? 296 : 318;
    m_splitter->setSizes({left, width - left - right - 2, right});
}

void TryPage::setPrompt(const QString& prompt, const QString& expected)
{
    cancel(); // what is in flight answers another prompt
    m_fromSample = !expected.isEmpty();
    m_samplePrompt = prompt;
    m_expected = expected;
    m_prompt->setPlainText(prompt);
    for (Side& side : m_sides) {
        side.request = -1;
        side.text.clear();
        side.error.clear();
        side.count->clear();
    }
    m_reading->clear();
    m_readSubject.clear();
    if (m_fromSample)
        readExpected();
    showTexts();
    showVerdicts();
    refresh();
}

/// The answer that the file gives is read by both sides as soon as a sample is chosen: it costs one pass each.
void TryPage::readExpected()
{
    if (!mayAsk() || !m_fromSample)
        return;
    m_readSubject = subject();
    const RunConfig& config = m_run.hasRun() ? m_run.config() : m_form.config();
    ScoreAnswers request;
    request.modelPath = config.model.path;
    request.adapterPath = m_adapters->folder().toStdString();
    request.prompt = m_samplePrompt.toStdString();
    request.maxLength = config.data.maxLength;
    m_reading->read(request, m_expected.toStdString(), m_samples->labels(), hasAdapter());
}

/// Whose weights answer on the tuned side.
QString TryPage::subject() const
{
    return QStringLiteral("%1 %2").arg(m_adapters->step()).arg(m_adapters->folder());
}

bool TryPage::hasAdapter() const
{
    return m_session.state() == SessionState::Paused || !m_adapters->folder().isEmpty();
}

bool TryPage::mayAsk() const
{
    return !isActive(m_session.state()) || m_session.state() == SessionState::Paused;
}

void TryPage::generate()
{
    if (!mayAsk() || isGenerating() || m_prompt->toPlainText().isEmpty())
        return;
    const RunConfig& config = m_run.hasRun() ? m_run.config() : m_form.config();
    Generate request = m_sampling->settings();
    request.modelPath = config.model.path;
    request.prompt = m_prompt->toPlainText().toStdString();
    for (int side = 0; side < 2; ++side) {
        m_sides[side].text.clear();
        m_sides[side].error.clear();
        m_sides[side].count->clear();
        request.tuned = side == 1;
        request.adapterPath = side == 1 ? m_adapters->folder().toStdString() : std::string();
        if (side == 0 || hasAdapter())
            m_sides[side].request = m_session.ask(request);
    }
    showTexts();
    showVerdicts();
    refresh();
}

void TryPage::cancel()
{
    for (const Side& side : m_sides)
        if (side.request >= 0)
            m_session.cancel(side.request);
}

void TryPage::take(int side, const Answer& answer)
{
    Side& shown = m_sides[side];
    shown.request = -1;
    if (const auto* generated = std::get_if<GeneratedText>(&answer)) {
        shown.text = QString::fromStdString(generated->text);
        const auto count = static_cast<std::int64_t>(generated->ids.size());
        const double rate = generated->seconds > 0 ? static_cast<double>(count) / generated->seconds : 0;
        shown.count->setText(
            tr("%1 tok, %2 tok/s").arg(formatCount(count), formatCount(static_cast<std::int64_t>(rate))));
    } else if (const auto* failure = std::get_if<Failure>(&answer)) {
        shown.error = QString::fromStdString(failure->message);
    }
    showTexts();
    showVerdicts();
    refresh();
}

/// Below each side: whether its answer is the expected one.
void TryPage::showVerdicts()
{
    for (Side& side : m_sides) {
        const bool answered = side.request < 0 && side.error.isEmpty() && !side.count->text().isEmpty();
        side.verdict->clear();
        if (!m_fromSample || !answered)
            continue;
        const std::string expected = m_expected.toStdString();
        const bool right = sameAnswer(side.text.toStdString(), expected);
        const QString wanted = QString::fromStdString(finalAnswer(expected));
        side.verdict->setText(right ? tr("✓ as expected: %1").arg(wanted) : tr("✕ expected: %1").arg(wanted));
        setTone(side.verdict, right ? "ok" : "error");
    }
}

void TryPage::showTexts()
{
    const Theme& theme = Theme::current();
    const QString& a = m_sides[0].text;
    const QString& b = m_sides[1].text;
    qsizetype common = 0;
    while (common < std::min(a.size(), b.size()) && a[common] == b[common])
        ++common;
    for (int i = 0; i < 2; ++i) {
        const Side& side = m_sides[i];
        TextParts parts {{side.text.left(common), theme.text2}, {side.text.mid(common), theme.text}};
        if (!side.error.isEmpty())
            parts.emplace_back((side.text.isEmpty() ? QString() : QStringLiteral("\n")) + side.error, theme.error);
        else if (side.request >= 0)
            parts.emplace_back(QStringLiteral("▍"), theme.text2);
        else if (side.text.isEmpty())
            parts.emplace_back(
                i == 1 && !m_run.hasRun() ? tr("No adapter yet: train a run first.") : tr("The answer appears here."),
                theme.text3);
        write(*side.view, parts);
    }
}

void TryPage::refresh()
{
    const RunConfig& config = m_run.hasRun() ? m_run.config() : m_form.config();
    m_samples->setConfig(config);
    const bool may = mayAsk();
    const bool busy = isGenerating();
    m_generate->setText(busy ? tr("Stop") : tr("Generate"));
    m_generate->setIcon(studioIcon(busy ? QStringLiteral("stop") : QStringLiteral("play"), IconTone::OnPrimary));
    m_generate->setEnabled(busy || (may && !m_prompt->toPlainText().isEmpty()));
    const SessionState state = m_session.state();
    m_pause->setVisible(state == SessionState::Running);
    m_hint->setText(!may ? tr("A run is training: pause to try.")
            : state == SessionState::Paused
            ? tr("The paused run answers with its weights of step %1.").arg(formatCount(m_run.step()))
            : m_fromSample ? tr("Edit freely; the expected answer is that of the sample.")
                           : tr("Both sides share the prompt, the seed and the sampling."));
    m_sides[0].title->setText(QFileInfo(QString::fromStdString(config.model.path)).fileName());
    m_adapters->refresh(m_run, state == SessionState::Paused);
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
        readExpected(); // it was read with other weights
    m_judge->setSubject(config, m_adapters->folder(), hasAdapter() ? m_adapters->step() : -1);
    if (isVisible())
        m_samples->load(may);
}

void TryPage::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
    showTexts();
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TryPage.h"

#include "ui/ConfigForm.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/SampleList.h"
#include "ui/SamplingPanel.h"
#include "ui/SessionController.h"
#include "ui/StudioIcons.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QDir>
#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSplitter>
#include <QTextBrowser>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

TryPage::TryPage(SessionController& session, RunModel& run, const ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_run(run)
    , m_form(form)
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    m_splitter = makeColumns();
    m_samples = new SampleList(session);
    addColumn(m_splitter, m_samples, 260);
    addColumn(m_splitter, makeCentre(), 420, true);
    m_sampling = new SamplingPanel(run);
    addColumn(m_splitter, m_sampling, 280);
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
    m_expectedRow = new QWidget;
    auto* expectedColumn = new QVBoxLayout(m_expectedRow);
    expectedColumn->setContentsMargins(0, 0, 0, 0);
    expectedColumn->setSpacing(0);
    expectedColumn->addWidget(makeRule());
    auto* expected = makeSection(8, 10);
    expectedColumn->addLayout(expected);
    expected->addWidget(makeHeading(tr("The expected answer")));
    m_expected = makeText(QString(), "second", true);
    m_expected->setTextInteractionFlags(Qt::TextSelectableByMouse);
    expected->addWidget(m_expected);
    column->addWidget(m_expectedRow);
    m_expectedRow->hide();
    connect(m_generate, &QPushButton::clicked, this, [this] { isGenerating() ? cancel() : generate(); });
    connect(m_pause, &QPushButton::clicked, this, &TryPage::pauseWanted);
    connect(clear, &QPushButton::clicked, this, [this] { setPrompt({}); });
    connect(m_prompt, &QPlainTextEdit::textChanged, this, [this] {
        m_fromSample = m_fromSample && m_prompt->toPlainText() == m_samplePrompt;
        m_expectedRow->setVisible(m_fromSample);
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
    m_sides[side].title = makeText(QString(), "second");
    m_sides[side].count = makeCaption(QString());
    head->addWidget(makeHeading(title));
    head->addWidget(m_sides[side].title);
    head->addStretch();
    head->addWidget(m_sides[side].count);
    column->addLayout(head);
    m_sides[side].view = new QTextBrowser;
    m_sides[side].view->setObjectName(QStringLiteral("Flat"));
    m_sides[side].view->setFrameShape(QFrame::NoFrame);
    m_sides[side].view->document()->setDocumentMargin(0);
    m_sides[side].view->setAccessibleName(title);
    column->addWidget(m_sides[side].view, 1);
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
    m_fromSample = !expected.isEmpty();
    m_samplePrompt = prompt;
    m_prompt->setPlainText(prompt);
    m_expected->setText(expected.trimmed());
    m_expectedRow->setVisible(m_fromSample);
    for (Side& side : m_sides) {
        side.text.clear();
        side.error.clear();
        side.count->clear();
    }
    showTexts();
    refresh();
}

QString TryPage::adapterFolder() const
{
    const QString folder = m_run.folder();
    const QDir run(folder);
    if (m_run.hasRun() && (run.exists(QStringLiteral("adapter")) || run.exists(QStringLiteral("checkpoints"))))
        return folder;
    return {};
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
    const bool paused = m_session.state() == SessionState::Paused;
    for (int side = 0; side < 2; ++side) {
        m_sides[side].text.clear();
        m_sides[side].error.clear();
        m_sides[side].count->clear();
        request.tuned = side == 1;
        request.adapterPath = side == 1 ? adapterFolder().toStdString() : std::string();
        if (side == 0 || paused || !request.adapterPath.empty())
            m_sides[side].request = m_session.ask(request);
    }
    showTexts();
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
        QString note = tr("%1 tok, %2 tok/s").arg(formatCount(count), formatCount(static_cast<std::int64_t>(rate)));
        if (m_fromSample)
            note
                += shown.text.trimmed() == m_expected->text() ? tr("  ·  ✓ as expected") : tr("  ·  ✕ not as expected");
        shown.count->setText(note);
    } else if (const auto* failure = std::get_if<Failure>(&answer)) {
        shown.error = QString::fromStdString(failure->message);
    }
    showTexts();
    refresh();
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
        const auto html = [](const QString& text) {
            return text.toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
        };
        QString page = QStringLiteral(
            "<div style='line-height:150%'><span style='color:%1'>%2</span><span style='color:%3'>%4</span>")
                           .arg(theme.text2.name(), html(side.text.left(common)), theme.text.name(),
                               html(side.text.mid(common)));
        if (!side.error.isEmpty())
            page += QStringLiteral("<p style='color:%1'>%2</p>").arg(theme.error.name(), html(side.error));
        else if (side.request >= 0)
            page += QStringLiteral("<span style='color:%1'>▍</span>").arg(theme.text2.name());
        else if (side.text.isEmpty())
            page += QStringLiteral("<span style='color:%1'>%2</span>")
                        .arg(theme.text3.name(),
                            i == 1 && !m_run.hasRun() ? tr("No adapter yet: train a run first.")
                                                      : tr("The answer appears here."));
        side.view->setHtml(page + QStringLiteral("</div>"));
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
    m_sides[1].title->setText(!m_run.hasRun() ? tr("not trained yet")
            : !may                            ? tr("in training")
                                              : tr("step %1").arg(formatCount(m_run.step())));
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

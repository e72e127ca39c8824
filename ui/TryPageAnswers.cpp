// SPDX-License-Identifier: GPL-3.0-or-later
// What both sides of the Try page are asked, what they answered, and how it is shown.
#include "ui/AdapterChoice.h"
#include "ui/AnswerReading.h"
#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/SampleJudge.h"
#include "ui/SampleList.h"
#include "ui/SamplingPanel.h"
#include "ui/SessionController.h"
#include "ui/TryPage.h"
#include "ui/TryScores.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QAbstractTextDocumentLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextBlockFormat>
#include <QTextBrowser>
#include <QTextCursor>

#include <algorithm>
#include <utility>
#include <vector>

namespace spectune {

namespace {

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

void TryPage::setPrompt(const QString& prompt, const QString& expected)
{
    cancel(); // what is in flight answers another prompt
    m_fromSample = !expected.isEmpty();
    m_samplePrompt = prompt;
    m_expected = expected;
    m_prompt->setPlainText(prompt);
    clearAnswers();
    m_reading->clear();
    m_readSubject.clear();
    if (m_fromSample)
        readExpected();
    refresh();
}

void TryPage::clearAnswers()
{
    for (Side& side : m_sides) {
        side.request = -1;
        side.text.clear();
        side.error.clear();
        side.count->clear();
    }
    m_answersSubject.clear();
    showTexts();
    showVerdicts();
}

/// What other weights have said or read does not stand below the name of these.
void TryPage::dropStaleAnswers()
{
    const QString now = subject();
    if (!m_answersSubject.isEmpty() && m_answersSubject != now) {
        cancel();
        clearAnswers();
    }
    if (!m_readSubject.isEmpty() && m_readSubject != now) {
        m_reading->clear();
        m_readSubject.clear();
    }
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

/// Whose weights answer on both sides. A paused run's adapter has no folder of its own; the run has.
QString TryPage::subject() const
{
    const RunConfig& config = m_run.hasRun() ? m_run.config() : m_form.config();
    const QString run = m_run.hasRun() ? m_run.folder() : QString();
    return QStringList {
        QString::fromStdString(config.model.path), run, m_adapters->folder(), QString::number(m_adapters->step())}
        .join(QLatin1Char('\n'));
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
    m_answersSubject = subject();
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

void TryPage::check()
{
    refresh(); // whose answers are wanted
    if (mayAsk() && hasAdapter())
        m_judge->start();
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
        if (!failure->isCancelled()) // what was stopped stands as far as it came
            shown.error = messageWords(failure->message);
    }
    showTexts();
    showVerdicts();
    refresh();
}

/// Below each side: whether its answer is the expected one. Both strips are there, or none, so that both sides end at
/// one height. A long expected answer is not cut off there: it stands whole below, as both read it.
void TryPage::showVerdicts()
{
    bool any = false;
    for (Side& side : m_sides) {
        const bool answered = side.request < 0 && side.error.isEmpty() && !side.count->text().isEmpty();
        any = any || answered || side.request >= 0;
        QString verdict;
        QString shorter;
        QString whole;
        const char* tone = "third";
        if (side.request >= 0) {
            verdict = tr("Writing…");
        } else if (m_fromSample && answered) {
            const std::string expected = m_expected.toStdString();
            const bool right = sameAnswer(side.text.toStdString(), expected);
            const QString wanted = QString::fromStdString(finalAnswer(expected)).simplified();
            whole = tr("Expected: %1").arg(wanted);
            verdict = right ? tr("✓ as expected") : tr("✕ expected: %1").arg(wanted);
            shorter = right ? QString() : tr("✕ not as expected");
            tone = right ? "ok" : "error";
        }
        side.verdict->setText(verdict);
        side.verdict->setShorter(shorter);
        side.verdict->setToolTip(whole);
        setTone(side.verdict, tone);
    }
    for (const Side& side : m_sides)
        side.strip->setVisible(any);
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

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SampleList.h"

#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/SampleDelegate.h"
#include "ui/SampleJudge.h"
#include "ui/ScrollBarRoom.h"
#include "ui/Segmented.h"
#include "ui/SessionController.h"
#include "ui/StudioIcons.h"
#include "visualization/NumberFormat.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {
constexpr std::int64_t mostSamples = 40;
constexpr int shownCharacters = 160;
constexpr qsizetype shortAnswer = 7; ///< characters that a column has room for

/// Ends with a whole row: what is below is told by the scroll bar.
class WholeRowsList : public QListWidget {
protected:
    void resizeEvent(QResizeEvent* event) override
    {
        QListWidget::resizeEvent(event);
        const int left = viewportMargins().bottom();
        const int cut = (viewport()->height() + left) % SampleDelegate::rowHeight;
        if (cut != left)
            setViewportMargins(0, 0, 0, cut);
    }
};

} // namespace

HeldOutSample HeldOutSample::from(const DataPreview& preview)
{
    HeldOutSample sample;
    bool answer = false;
    for (const PreviewToken& token : preview.tokens) {
        const QString text = QString::fromStdString(token.text);
        const bool control = text.size() > 2 && text.startsWith(QLatin1Char('<')) && text.endsWith(QLatin1Char('>'));
        answer |= token.bearsLoss;
        if (!control)
            (answer ? sample.expected : sample.prompt) += text;
    }
    // In a text every token bears loss: its first half asks for the second.
    if (sample.prompt.isEmpty()) {
        const qsizetype half = sample.expected.indexOf(QLatin1Char(' '), sample.expected.size() / 2);
        sample.prompt = sample.expected.left(half);
        sample.expected = half < 0 ? QString() : sample.expected.mid(half);
    }
    return sample;
}

SampleList::SampleList(SessionController& session, SampleJudge& judge, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_judge(judge)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* header = makePanelHeader();
    m_count = makeText(QString(), "second");
    auto* next = makeSmallButton(tr("Next sample"));
    setRole(next, "ghost");
    header->addWidget(makeHeading(tr("Held-out samples")));
    header->addWidget(m_count);
    header->addStretch();
    header->addWidget(next);
    column->addLayout(header);
    column->addWidget(makeColumns());
    column->addWidget(makeRule());
    m_list = new WholeRowsList;
    m_list->setObjectName(QStringLiteral("Flat"));
    m_delegate = new SampleDelegate(this);
    m_list->setItemDelegate(m_delegate);
    m_list->setUniformItemSizes(true);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerItem);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setAccessibleName(tr("Held-out samples"));
    keepScrollBarRoom(*m_list); // below the columns' names
    column->addWidget(m_list, 1);
    column->addWidget(makeRule());
    column->addWidget(makeFoot());
    connect(next, &QPushButton::clicked, this, &SampleList::selectNext);
    connect(m_filters, &Segmented::chosen, this, [this](int index) { setFilter(static_cast<SampleFilter>(index)); });
    // Not the current row: the keyboard's coming in makes one current, which asks nothing yet.
    connect(m_list, &QListWidget::itemSelectionChanged, this, [this] {
        const QList<QListWidgetItem*> marked = m_list->selectedItems();
        const int row = marked.isEmpty() ? -1 : m_list->row(marked.front());
        if (row >= 0 && row < static_cast<int>(m_samples.size()))
            Q_EMIT chosen(m_samples[static_cast<std::size_t>(row)]);
    });
    connect(&judge, &SampleJudge::changed, this, &SampleList::showVerdicts);
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        if (request != m_request)
            return;
        m_request = -1;
        take(answer);
    });
}

/// The filters and the columns' names; shown once something was checked.
QWidget* SampleList::makeColumns()
{
    m_columns = new QWidget;
    auto* column = new QVBoxLayout(m_columns);
    column->setContentsMargins(12, 0, 22, 4); // the list's scroll bar has its place below
    column->setSpacing(6);
    m_filters = new Segmented({tr("All"), tr("Fixed"), tr("Broken"), tr("Wrong")});
    m_filters->setToolTips({tr("All samples"), tr("The base was wrong, the tuned model is right"),
        tr("The base was right, the tuned model is wrong"), tr("Both are wrong")});
    m_filters->setCurrent(0);
    column->addWidget(m_filters, 0, Qt::AlignLeft);
    auto* names = new QHBoxLayout;
    names->setSpacing(0);
    names->addWidget(makeCaption(tr("question")));
    names->addStretch();
    const QString texts[] = {tr("expected"), tr("base"), tr("tuned")};
    for (int i = 0; i < 3; ++i) {
        m_columnNames[i] = makeCaption(texts[i]);
        names->addWidget(m_columnNames[i]);
    }
    column->addLayout(names);
    m_columns->hide();
    return m_columns;
}

QWidget* SampleList::makeFoot()
{
    auto* foot = new QWidget;
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(12, 8, 12, 10);
    column->setSpacing(6);
    m_note = makeCaption(QString(), "third", true);
    column->addWidget(m_note);
    m_check = makeSmallButton(tr("Check samples"), QStringLiteral("evaluate"));
    column->addWidget(m_check, 0, Qt::AlignLeft);
    connect(m_check, &QPushButton::clicked, this, [this] { m_judge.isJudging() ? m_judge.stop() : m_judge.start(); });
    return foot;
}

void SampleList::setConfig(const RunConfig& config)
{
    const bool same = haveSameSamples(m_config, config);
    m_config = config;
    if (same)
        return;
    if (m_request >= 0)
        m_session.cancel(m_request);
    m_request = -1;
    m_samples.clear();
    m_list->clear();
    m_judged = 0;
    m_total = -1;
    m_failed = false;
    m_count->clear();
    m_idleNote.clear();
}

void SampleList::retry()
{
    m_failed = false;
}

void SampleList::load(bool mayAsk)
{
    m_mayAsk = mayAsk;
    if (m_config.data.evalPath.empty())
        m_idleNote = tr("This set-up has no evaluation file. Write a prompt of your own.");
    else if (m_samples.empty() && !m_failed)
        m_idleNote
            = mayAsk ? tr("Reading the samples…") : tr("The samples are read once the run is paused or has ended.");
    refreshFoot();
    if (mayAsk)
        askNext();
}

void SampleList::selectNext()
{
    const int rows = m_list->count();
    for (int i = 1; i <= rows; ++i) {
        const int row = (m_list->currentRow() + i) % rows;
        if (!m_list->isRowHidden(row)) {
            m_list->setCurrentRow(row);
            return;
        }
    }
}

void SampleList::unmark()
{
    m_list->clearSelection();
}

void SampleList::setFilter(SampleFilter filter)
{
    m_filter = filter;
    m_filters->setCurrent(static_cast<int>(filter));
    applyFilter();
}

int SampleList::shownCount() const
{
    int shown = 0;
    for (int row = 0; row < m_list->count(); ++row)
        shown += m_list->isRowHidden(row) ? 0 : 1;
    return shown;
}

std::vector<std::string> SampleList::labels() const
{
    std::vector<std::string> answers;
    for (const HeldOutSample& sample : m_samples)
        answers.push_back(sample.expected.toStdString());
    return labelsAmong(answers);
}

void SampleList::askNext()
{
    const auto known = static_cast<std::int64_t>(m_samples.size());
    const std::int64_t wanted = m_total < 0 ? 1 : std::min(m_total, mostSamples);
    if (m_request >= 0 || m_failed || m_config.data.evalPath.empty() || known >= wanted)
        return;
    m_request = m_session.ask(PreviewData {m_config, true, known});
}

void SampleList::take(const Answer& answer)
{
    const auto* preview = std::get_if<DataPreview>(&answer);
    if (!preview) {
        const auto* failure = std::get_if<Failure>(&answer);
        m_failed = failure && !failure->isCancelled();
        if (m_failed)
            m_idleNote = messageWords(failure->message);
        refreshFoot();
        return;
    }
    m_total = preview->samples;
    if (preview->sample == static_cast<std::int64_t>(m_samples.size())) // else a verdict brought it meanwhile
        append(HeldOutSample::from(*preview));
    m_count->setText(formatCount(m_total));
    m_idleNote
        = m_total > mostSamples ? tr("The first %1 of %2.").arg(mostSamples).arg(formatCount(m_total)) : QString();
    showVerdicts();
    if (isVisible())
        askNext();
}

void SampleList::append(const HeldOutSample& sample)
{
    m_samples.push_back(sample);
    const QString prompt = sample.prompt.simplified();
    auto* item = new QListWidgetItem(
        prompt.size() > shownCharacters ? prompt.left(shownCharacters) + QStringLiteral("…") : prompt);
    item->setToolTip(prompt + QStringLiteral("\n→ ") + sample.expected.simplified());
    m_list->addItem(item);
    if (m_filter != SampleFilter::All)
        m_list->setRowHidden(m_list->count() - 1, true);
}

void SampleList::showVerdicts()
{
    const std::vector<SampleVerdict>& verdicts = m_judge.verdicts();
    if (verdicts.size() < m_judged) { // another subject
        m_judged = 0;
        for (int row = 0; row < m_list->count(); ++row)
            m_list->item(row)->setData(SampleDelegate::RightRole, {});
    }
    bool shortOnes = true;
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const SampleVerdict& verdict = verdicts[i];
        const QString expected = QString::fromStdString(finalAnswer(verdict.expected));
        shortOnes = shortOnes && expected.size() <= shortAnswer;
        if (i < m_judged)
            continue;
        if (i >= m_samples.size())
            append({QString::fromStdString(verdict.prompt), QString::fromStdString(verdict.expected)});
        QListWidgetItem* item = m_list->item(static_cast<int>(i));
        QStringList answers;
        QVariantList right;
        for (const SideVerdict& side : verdict.sides) {
            answers << QString::fromStdString(finalAnswer(side.answer)).section(QLatin1Char('\n'), 0, 0);
            right << side.right;
        }
        item->setData(SampleDelegate::ExpectedRole, expected);
        item->setData(SampleDelegate::AnswersRole, answers);
        if (!verdict.expected.empty())
            item->setData(SampleDelegate::RightRole, right);
    }
    m_judged = verdicts.size();
    m_delegate->setShowsAnswers(shortOnes && !verdicts.empty());
    m_delegate->setShowsSides(!verdicts.empty());
    m_columns->setVisible(!verdicts.empty());
    const int widths[] = {m_delegate->expectedWidth(), m_delegate->sideWidth(), m_delegate->sideWidth()};
    for (int i = 0; i < 3; ++i) {
        m_columnNames[i]->setVisible(widths[i] > 0);
        m_columnNames[i]->setFixedWidth(std::max(widths[i], 1));
        m_columnNames[i]->setAlignment(m_delegate->showsAnswers() ? Qt::AlignRight : Qt::AlignCenter);
    }
    const TryScores scores = scoresOf(verdicts);
    m_filters->setLabel(1, tr("Fixed %1").arg(formatCount(scores.fixed)));
    m_filters->setLabel(2, tr("Broken %1").arg(formatCount(scores.broken)));
    m_filters->setLabel(3, tr("Wrong %1").arg(formatCount(scores.bothWrong)));
    applyFilter();
    refreshFoot();
    m_list->viewport()->update();
}

void SampleList::applyFilter()
{
    for (int row = 0; row < m_list->count(); ++row) {
        const SampleVerdict* verdict = m_judge.verdictOf(row);
        m_list->setRowHidden(row, m_filter != SampleFilter::All && (verdict == nullptr || !passes(*verdict, m_filter)));
    }
}

void SampleList::refreshFoot()
{
    const bool judging = m_judge.isJudging();
    const auto judged = static_cast<std::int64_t>(m_judge.verdicts().size());
    QString note = m_idleNote;
    if (judging)
        note = m_judge.total() < 0
            ? tr("Both sides answer…")
            : tr("Both sides answer: %1 of %2.").arg(formatCount(judged), formatCount(m_judge.total()));
    else if (judged > 0)
        note = m_judge.verdicts().front().expected.find("####") != std::string::npos
            ? tr("Right means that the number after #### is the expected one. Both sides answered greedily.")
            : tr("Right means the expected answer to the letter. Both sides answered greedily.");
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_check->setIcon(studioIcon(judging ? QStringLiteral("stop") : QStringLiteral("evaluate")));
    m_check->setText(judging ? tr("Stop") : judged > 0 ? tr("Check the rest") : tr("Check samples"));
    m_check->setVisible(!m_config.data.evalPath.empty() && !m_failed && (judging || !m_judge.isDone()));
    const bool hasAdapter = m_judge.step() >= 0;
    m_check->setEnabled(judging || (m_mayAsk && hasAdapter && !m_samples.empty()));
    m_check->setToolTip(!m_mayAsk ? tr("While a run trains nothing can be checked: pause it first.")
            : !hasAdapter         ? tr("There is no adapter to check yet: train a run, or open one.")
                                  : tr("Both sides answer every sample greedily; what they say is held against the "
                                               "file."));
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SampleList.h"

#include "ui/PageParts.h"
#include "ui/SessionController.h"
#include "visualization/NumberFormat.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

namespace {
constexpr std::int64_t mostSamples = 40;
constexpr int shownCharacters = 110;
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

SampleList::SampleList(SessionController& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
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
    column->addWidget(makeRule());
    m_list = new QListWidget;
    m_list->setWordWrap(true);
    // The view adds 3 px to the sheet's padding; the words stand under the heading.
    m_list->setStyleSheet(
        QStringLiteral("QListView::item { padding-left: 9px; } QListView::item:selected { padding-left: 6px; }"));
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setAccessibleName(tr("Held-out samples"));
    column->addWidget(m_list, 1);
    m_note = makeText(QString(), "third", true);
    m_note->setContentsMargins(12, 10, 12, 10);
    m_note->setAlignment(Qt::AlignTop);
    column->addWidget(m_note);
    connect(next, &QPushButton::clicked, this, &SampleList::selectNext);
    connect(m_list, &QListWidget::currentRowChanged, this, [this](int row) {
        if (row >= 0 && row < static_cast<int>(m_samples.size()))
            Q_EMIT chosen(m_samples[static_cast<std::size_t>(row)]);
    });
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        if (request != m_request)
            return;
        m_request = -1;
        take(answer);
    });
}

void SampleList::setConfig(const RunConfig& config)
{
    const bool same = m_config.data.evalPath == config.data.evalPath && m_config.model.path == config.model.path;
    m_config = config;
    if (same)
        return;
    if (m_request >= 0)
        m_session.cancel(m_request);
    m_request = -1;
    m_samples.clear();
    m_list->clear();
    m_total = -1;
    m_failed = false;
    m_count->clear();
}

void SampleList::load(bool mayAsk)
{
    if (m_config.data.evalPath.empty())
        m_note->setText(tr("This set-up has no evaluation file. Write a prompt of your own."));
    else if (m_samples.empty() && !m_failed)
        m_note->setText(
            mayAsk ? tr("Reading the samples…") : tr("The samples are read once the run is paused or has ended."));
    m_note->setVisible(!m_note->text().isEmpty());
    if (mayAsk)
        askNext();
}

void SampleList::selectNext()
{
    if (m_list->count() > 0)
        m_list->setCurrentRow((m_list->currentRow() + 1) % m_list->count());
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
        m_failed = failure && failure->message != "Cancelled.";
        if (m_failed) {
            m_note->setText(QString::fromStdString(failure->message));
            m_note->setVisible(m_samples.empty());
        }
        return;
    }
    m_total = preview->samples;
    m_samples.push_back(HeldOutSample::from(*preview));
    const HeldOutSample& sample = m_samples.back();
    const QString prompt = sample.prompt.simplified();
    auto* item = new QListWidgetItem(
        prompt.size() > shownCharacters ? prompt.left(shownCharacters) + QStringLiteral("…") : prompt);
    item->setToolTip(prompt + QStringLiteral("\n→ ") + sample.expected.simplified());
    m_list->addItem(item);
    m_count->setText(formatCount(m_total));
    m_note->setText(
        m_total > mostSamples ? tr("The first %1 of %2.").arg(mostSamples).arg(formatCount(m_total)) : QString());
    m_note->setVisible(!m_note->text().isEmpty());
    if (isVisible())
        askNext();
}

} // namespace spectune

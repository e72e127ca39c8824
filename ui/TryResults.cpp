// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TryResults.h"

#include "ui/BeforeAfter.h"
#include "ui/KeyValueList.h"
#include "ui/PageParts.h"
#include "ui/SampleJudge.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"

#include <QFrame>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace spectune {

namespace {
constexpr int fieldHeight = 52; ///< px, of a number above its word; as in studio.qss
} // namespace

TryResults::TryResults(SampleJudge& judge, QWidget* parent)
    : QWidget(parent)
    , m_judge(judge)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeRule());
    auto* section = makeSection(8, 8);
    auto* head = new QHBoxLayout;
    m_count = makeCaption(QString());
    head->addWidget(makeHeading(tr("Before and after")));
    head->addStretch();
    head->addWidget(m_count);
    section->addLayout(head);
    m_hint = makeText(QString(), "third", true);
    section->addWidget(m_hint);
    m_rows = new BeforeAfter;
    section->addWidget(m_rows);
    column->addLayout(section);
    m_who = new QWidget;
    auto* who = new QVBoxLayout(m_who);
    who->setContentsMargins(0, 0, 0, 0);
    who->setSpacing(0);
    who->addWidget(makeRule());
    auto* grid = new QGridLayout;
    grid->setContentsMargins(12, 8, 12, 8);
    grid->setSpacing(4);
    grid->addWidget(makeHeading(tr("Who is right")), 0, 0);
    grid->addWidget(makeCaption(tr("tuned right")), 0, 1, Qt::AlignCenter);
    grid->addWidget(makeCaption(tr("tuned wrong")), 0, 2, Qt::AlignCenter);
    grid->addWidget(makeCaption(tr("base right")), 1, 0, Qt::AlignRight | Qt::AlignVCenter);
    grid->addWidget(makeCaption(tr("base wrong")), 2, 0, Qt::AlignRight | Qt::AlignVCenter);
    m_fields = {makeField(0, tr("both right"), "second", SampleFilter::All),
        makeField(1, tr("broken"), "error", SampleFilter::Broken), makeField(2, tr("fixed"), "ok", SampleFilter::Fixed),
        makeField(3, tr("both wrong"), "second", SampleFilter::Wrong)};
    for (int i = 0; i < 4; ++i)
        grid->addWidget(m_fields[static_cast<std::size_t>(i)], 1 + i / 2, 1 + i % 2);
    grid->setColumnStretch(1, 1);
    grid->setColumnStretch(2, 1);
    m_cost = makeCaption(QString(), "third", true);
    grid->addWidget(m_cost, 3, 0, 1, 3);
    who->addLayout(grid);
    who->addWidget(makeRule());
    auto* facts = makeSection(8, 8);
    facts->addWidget(makeHeading(tr("Evaluated")));
    m_facts = new KeyValueList;
    facts->addWidget(m_facts);
    who->addLayout(facts);
    column->addWidget(m_who);
    connect(&judge, &SampleJudge::changed, this, &TryResults::refresh);
    refresh();
}

QPushButton* TryResults::makeField(std::size_t index, const QString& word, const char* tone, SampleFilter filter)
{
    auto* field = new QPushButton;
    field->setFixedHeight(fieldHeight);
    setRole(field, "cell"); // else the sheet's height of a button holds
    field->setProperty("word", word);
    auto* lines = new QVBoxLayout(field);
    lines->setContentsMargins(4, 6, 4, 6);
    lines->setSpacing(0);
    m_counts[index] = makeText(QString());
    m_counts[index]->setFont(Fonts::state());
    for (QLabel* line : {m_counts[index], makeCaption(word, tone)}) {
        line->setAlignment(Qt::AlignCenter);
        line->setAttribute(Qt::WA_TransparentForMouseEvents);
        lines->addWidget(line);
    }
    // "Both right" has no list of its own: all are shown, as ever.
    connect(field, &QPushButton::clicked, this, [this, filter] { Q_EMIT filterWanted(filter); });
    return field;
}

void TryResults::refresh()
{
    m_scores = scoresOf(m_judge.verdicts());
    const TryScores& scores = m_scores;
    const bool any = scores.samples > 0;
    m_rows->setRows(beforeAfterRows(scores));
    m_rows->setVisible(any);
    m_count->setText(!any      ? QString()
            : m_judge.isDone() ? tr("%1 held-out samples").arg(formatCount(scores.samples))
                               : tr("%1 of %2 samples").arg(formatCount(scores.samples), formatCount(m_judge.total())));
    m_hint->setText(!m_judge.failure().isEmpty()
            ? m_judge.failure()
            : tr("Check the held-out samples to see what tuning has changed, with its 95 % interval."));
    setTone(m_hint, m_judge.failure().isEmpty() ? "third" : "error");
    m_hint->setVisible(!any || !m_judge.failure().isEmpty());
    m_who->setVisible(scores.answered > 0);
    const std::int64_t counts[] = {scores.bothRight, scores.broken, scores.fixed, scores.bothWrong};
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        m_counts[i]->setText(formatCount(counts[i]));
        m_fields[i]->setAccessibleName(
            QStringLiteral("%1 %2").arg(m_counts[i]->text(), m_fields[i]->property("word").toString()));
    }
    m_cost->setText(scores.broken > 0
            ? counted(scores.broken, tr("Broken is what tuning cost: %1 answer was right before."),
                tr("Broken is what tuning cost: %1 answers were right before."))
            : tr("Nothing that was right before is wrong now."));
    if (scores.answered == 0)
        return;
    const auto half = [](const Estimate& estimate) { return formatFixed(100.0 * estimate.half, 1); };
    m_facts->setRows({{tr("step"), formatCount(m_judge.step())}, {tr("time"), formatDuration(m_judge.seconds())},
        {tr("decoding"), tr("greedy")},
        {tr("95 % interval"), tr("base ±%1, tuned ±%2 points").arg(half(scores.exact[0]), half(scores.exact[1]))}});
}

} // namespace spectune

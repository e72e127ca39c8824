// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/AnswerReading.h"

#include "ui/LabelChances.h"
#include "ui/LossScale.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/SessionController.h"
#include "ui/TryScores.h"
#include "visualization/NumberFormat.h"
#include "visualization/TokenView.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

AnswerReading::AnswerReading(SessionController& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(makeRule());
    auto* column = makeSection(8, 10);
    outer->addLayout(column);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("The expected answer, read by both")));
    head->addWidget(makeText(tr("colour: loss of each token"), "second"));
    head->addStretch();
    head->addWidget(new LossScale);
    column->addLayout(head);
    const QString names[] = {tr("Base"), tr("Tuned")};
    for (std::size_t i = 0; i < 2; ++i) {
        Side& side = m_sides[i];
        side.row = new QWidget;
        auto* row = new QHBoxLayout(side.row);
        row->setContentsMargins(0, 0, 0, 0);
        auto* title = new QVBoxLayout;
        title->setSpacing(0);
        auto* name = makeHeading(names[i]);
        name->setFixedWidth(50);
        side.loss = makeCaption(QString(), "second");
        title->addWidget(name);
        title->addWidget(side.loss);
        title->addStretch();
        side.view = new TokenView;
        side.view->setAccessibleName(tr("%1: the expected answer").arg(names[i]));
        row->addLayout(title);
        row->addWidget(side.view, 1);
        column->addWidget(side.row);
    }
    m_chances = new LabelChances;
    column->addWidget(m_chances);
    m_failure = makeText(QString(), "error", true);
    column->addWidget(m_failure);
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        for (Side& side : m_sides)
            if (side.request == request)
                take(side, answer);
    });
    clear();
}

void AnswerReading::read(
    ScoreAnswers request, const std::string& expected, const std::vector<std::string>& labels, bool tuned)
{
    clear();
    m_expected = expected;
    m_labels = labels;
    const auto found = std::ranges::find(labels, expected);
    if (found == labels.end())
        m_labels.clear(); // an answer that is none of the labels: read it alone
    request.answers = m_labels.empty() ? std::vector<std::string> {expected} : labels;
    m_expectedAt = m_labels.empty() ? 0 : static_cast<std::size_t>(found - labels.begin());
    for (std::size_t side = 0; side < (tuned ? 2U : 1U); ++side) {
        ScoreAnswers one = request;
        one.tuned = side == 1;
        if (side == 0)
            one.adapterPath.clear();
        m_sides[side].request = m_session.ask(one);
    }
}

void AnswerReading::clear()
{
    for (Side& side : m_sides) {
        if (side.request >= 0)
            m_session.cancel(side.request);
        side.request = -1;
        side.scores.clear();
    }
    m_failure->clear();
    show();
}

double AnswerReading::meanLoss(int side) const
{
    const auto& scores = m_sides[static_cast<std::size_t>(side)].scores;
    if (scores.size() <= m_expectedAt || scores[m_expectedAt].tokens.empty())
        return -1.0;
    const AnswerScore& score = scores[m_expectedAt];
    return score.loss / static_cast<double>(score.tokens.size());
}

void AnswerReading::take(Side& side, const Answer& answer)
{
    side.request = -1;
    if (const auto* scored = std::get_if<ScoredAnswers>(&answer))
        side.scores = scored->answers;
    else if (const auto* failure = std::get_if<Failure>(&answer))
        m_failure->setText(messageWords(failure->message));
    show();
}

void AnswerReading::show()
{
    for (int i = 0; i < 2; ++i) {
        Side& side = m_sides[static_cast<std::size_t>(i)];
        const double loss = meanLoss(i);
        side.row->setVisible(loss >= 0.0);
        if (loss < 0.0)
            continue;
        side.loss->setText(formatLoss(loss));
        std::vector<TokenSpan> spans;
        for (const ScoredToken& token : side.scores[m_expectedAt].tokens)
            spans.push_back({QString::fromStdString(token.text), true, token.control, std::max(token.loss, 0.0)});
        side.view->setTokens(std::move(spans));
    }
    std::vector<LabelChances::Label> rows;
    for (const std::string& label : m_labels)
        rows.push_back({QString::fromStdString(label).trimmed(), {-1.0, -1.0}, label == m_expected});
    for (std::size_t side = 0; side < 2; ++side) {
        std::vector<double> losses;
        for (const AnswerScore& score : m_sides[side].scores)
            losses.push_back(score.loss);
        const std::vector<double> chances = labelChances(losses);
        for (std::size_t i = 0; i < std::min(rows.size(), chances.size()); ++i)
            rows[i].chances[side] = chances[i];
    }
    const bool read = !m_sides[0].scores.empty() || !m_sides[1].scores.empty();
    m_chances->setVisible(read && !rows.empty());
    m_chances->setLabels(std::move(rows));
    m_failure->setVisible(!m_failure->text().isEmpty());
    setVisible(read || !m_failure->text().isEmpty());
}

} // namespace spectune

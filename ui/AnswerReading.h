// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

#include <array>
#include <string>
#include <vector>

class QLabel;

namespace spectune {

class LabelChances;
class SessionController;
class TokenView;

/// The expected answer as both sides read it: its tokens tinted by their loss, and for a classification all labels with
/// their probabilities.
class AnswerReading : public QWidget {
    Q_OBJECT
public:
    explicit AnswerReading(SessionController& session, QWidget* parent = nullptr);

    /// Asks both sides. @param request prompt, model, adapter; its answers are those of @p labels, or @p expected alone
    /// @param tuned false: there is no adapter, only the base reads
    void read(ScoreAnswers request, const std::string& expected, const std::vector<std::string>& labels, bool tuned);
    /// Shows nothing; what was asked is cancelled.
    void clear();

    [[nodiscard]] const std::vector<std::string>& labels() const { return m_labels; }
    /// −log P of the expected answer a token; negative: not read.
    [[nodiscard]] double meanLoss(int side) const;
    [[nodiscard]] const TokenView& tokens(int side) const { return *m_sides[static_cast<std::size_t>(side)].view; }
    [[nodiscard]] const LabelChances& chances() const { return *m_chances; }

private:
    struct Side {
        std::int64_t request = -1;
        std::vector<AnswerScore> scores;
        QLabel* loss = nullptr;
        TokenView* view = nullptr;
        QWidget* row = nullptr;
    };

    void take(Side& side, const Answer& answer);
    void show();

    SessionController& m_session;
    std::string m_expected;
    std::vector<std::string> m_labels; ///< of a classification
    std::size_t m_expectedAt = 0; ///< among the answers asked for
    std::array<Side, 2> m_sides; ///< base, tuned
    LabelChances* m_chances = nullptr;
    QLabel* m_failure = nullptr;
};

} // namespace spectune

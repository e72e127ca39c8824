// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/TryScores.h"

#include <QWidget>

#include <array>

class QLabel;
class QPushButton;

namespace spectune {

class BeforeAfter;
class KeyValueList;
class SampleJudge;

/// Try's right column below the sampling: before and after, who is right, and how it was found.
class TryResults : public QWidget {
    Q_OBJECT
public:
    explicit TryResults(SampleJudge& judge, QWidget* parent = nullptr);

    [[nodiscard]] const TryScores& scores() const { return m_scores; }

Q_SIGNALS:
    /// A field of "Who is right" was clicked.
    void filterWanted(spectune::SampleFilter filter);

private:
    void refresh();
    [[nodiscard]] QPushButton* makeField(std::size_t index, const QString& word, const char* tone, SampleFilter filter);

    SampleJudge& m_judge;
    TryScores m_scores;
    QLabel* m_count = nullptr;
    QLabel* m_hint = nullptr;
    BeforeAfter* m_rows = nullptr;
    QWidget* m_who = nullptr;
    std::array<QPushButton*, 4> m_fields {}; ///< both right, broken, fixed, both wrong
    std::array<QLabel*, 4> m_counts {}; ///< in them
    QLabel* m_cost = nullptr;
    KeyValueList* m_facts = nullptr;
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

#include <optional>

class QLabel;
class QToolButton;

namespace spectune {

class ConfigForm;
class LengthHistogram;

/// How long the training file's samples are, and how many data.max_length cuts, in a picture and in one sentence.
class LengthsSection : public QWidget {
    Q_OBJECT
public:
    explicit LengthsSection(ConfigForm& form, QWidget* parent = nullptr);

    /// What the session answered: SampleLengths or a Failure. Nothing: not known (any more), or being measured.
    void setAnswer(const Answer* answer);
    [[nodiscard]] QString sentence() const;
    [[nodiscard]] LengthHistogram& histogram() const { return *m_histogram; }

    /// "12 of 8,000 samples are cut at 256 tokens." and what else is to be known of them.
    [[nodiscard]] static QString inWords(const SampleLengths& lengths, std::int64_t maxLength);

Q_SIGNALS:
    /// For the status line.
    void told(const QString& lead, const QString& text);

private:
    void addMenu();
    void refresh();

    ConfigForm& m_form;
    std::optional<Answer> m_answer;
    LengthHistogram* m_histogram = nullptr;
    QToolButton* m_menu = nullptr;
    QLabel* m_text = nullptr;
};

} // namespace spectune

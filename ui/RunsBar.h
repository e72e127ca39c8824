// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunActions.h"
#include "ui/RunComparison.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;
class QStackedLayout;

namespace spectune {

class RunsQuestion;

/// What stands above the history, in the run bar's place: which runs are held against one another, what came of it in
/// one number, and what can be done with A.
class RunsBar : public QWidget {
    Q_OBJECT
public:
    struct Content {
        std::vector<RunRecord> runs; ///< A first
        LossVerdict verdict; ///< of two
        bool opening = false; ///< A is being opened
        bool busy = false; ///< this session's own run goes on: nothing else can be opened or started
        QString noneListed; ///< said where there is no run to choose from; empty: there is

        /// As far as the bar shows it. A run's files are other ones with another fingerprint.
        [[nodiscard]] bool showsTheSame(const Content& other) const;
    };

    explicit RunsBar(QWidget* parent = nullptr);

    /// Changes nothing where all of this is shown already: what can be done with A takes a look into its folder.
    void setContent(Content content);
    /// What can be done with A.
    [[nodiscard]] const RunActions& actionsOfA() const { return *m_actions; }
    [[nodiscard]] RunsQuestion& question() { return *m_question; }
    void showQuestion(bool shown);
    [[nodiscard]] bool asks() const;
    [[nodiscard]] QPushButton* mainButton() const { return m_main; }
    [[nodiscard]] bool mainResumes() const { return !m_content.runs.empty() && m_actions->next() == RunAction::Resume; }
    /// "Continue with more steps": its tool tip says what it does, or why it cannot be.
    [[nodiscard]] QAction* continueAction() const { return (*m_actions)[RunAction::Continue]; }

Q_SIGNALS:
    void swapWanted();

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void makeMenu();
    void fitHeight();
    void refresh();
    void rebuildNames();
    void refreshActions();
    [[nodiscard]] QWidget* makeName(int index, bool narrow);

    Content m_content;
    RunActions* m_actions = nullptr;
    QStackedLayout* m_stack = nullptr;
    QHBoxLayout* m_names = nullptr;
    QPushButton* m_swap = nullptr;
    QWidget* m_verdict = nullptr;
    QLabel* m_number = nullptr;
    QLabel* m_words = nullptr;
    QLabel* m_note = nullptr; ///< below the number and its words
    QPushButton* m_open = nullptr;
    QPushButton* m_again = nullptr;
    QPushButton* m_fixed = nullptr;
    QPushButton* m_more = nullptr;
    QPushButton* m_main = nullptr;
    RunsQuestion* m_question = nullptr;
};

} // namespace spectune

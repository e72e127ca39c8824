// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunComparison.h"

#include <QWidget>

class QAction;
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
    };

    explicit RunsBar(QWidget* parent = nullptr);

    void setContent(Content content);
    [[nodiscard]] RunsQuestion& question() { return *m_question; }
    void showQuestion(bool shown);
    [[nodiscard]] bool asks() const;
    [[nodiscard]] QPushButton* mainButton() const { return m_main; }
    [[nodiscard]] bool mainResumes() const { return m_offer == Offer::Resume; }
    /// "Continue with more steps": its tool tip says what it does, or why it cannot be.
    [[nodiscard]] QAction* continueAction() const { return m_continue; }

Q_SIGNALS:
    void swapWanted();
    void openWanted();
    void startAgainWanted();
    void fixedRanksWanted();
    void continueWanted();
    void resumeWanted();
    void exportWanted();
    void deleteWanted();
    void folderWanted();

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// What the main button does with A: a run that ended early goes on, or begins anew where it has no checkpoint.
    enum class Offer { Export, Resume, StartAgain };

    [[nodiscard]] static Offer offerFor(const RunRecord& record);
    void makeMenu();
    void fitHeight();
    void rebuildNames();
    void refreshActions();
    [[nodiscard]] QWidget* makeName(int index, bool narrow);

    Content m_content;
    Offer m_offer = Offer::Export;
    QStackedLayout* m_stack = nullptr;
    QHBoxLayout* m_names = nullptr;
    QPushButton* m_swap = nullptr;
    QWidget* m_verdict = nullptr;
    QLabel* m_number = nullptr;
    QLabel* m_words = nullptr;
    QPushButton* m_open = nullptr;
    QPushButton* m_again = nullptr;
    QPushButton* m_fixed = nullptr;
    QPushButton* m_more = nullptr;
    QPushButton* m_main = nullptr;
    QAction* m_resume = nullptr;
    QAction* m_continue = nullptr;
    QAction* m_folder = nullptr;
    QAction* m_delete = nullptr;
    RunsQuestion* m_question = nullptr;
};

} // namespace spectune

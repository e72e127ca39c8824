// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/CloseQuestion.h"
#include "ui/RunBarState.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace spectune {

class FieldLine;
class FigureLabel;
class ProgressLine;
class RunModel;
class StateMarkView;

/// The 52 px line that says what the run does and holds its buttons. It shows; the window acts.
class RunBar : public QWidget {
    Q_OBJECT
public:
    explicit RunBar(RunModel& run, QWidget* parent = nullptr);

    /// What a start would do, of the set-up as it stands.
    struct Context {
        int errors = 0;
        QString
            nextChoice; ///< "Choose a model", said in place of the summary; empty: all that has no default is chosen
        bool setupShown = false; ///< its workspace is in front
        std::int64_t steps = 0; ///< 0: they follow from data that is not known yet
        double epochs = 0.0; ///< that these are; 0: not known
        QString summary; ///< one sentence
    };
    void setContext(const Context& context);
    /// A failed run's changes are offered beside it: its Resume steps back where it names none of them.
    void setOffersChanges(bool offers);
    /// What Resume changes of a failed run, "micro-batch 4"; empty: nothing, it is resumed as it was.
    void setResumeChange(const QString& change);
    void setRunName(const QString& name);
    [[nodiscard]] QString runName() const;
    [[nodiscard]] const RunBarState& shown() const { return m_state; }
    /// Asks whether to end @p work and close, in place of the buttons, until an answer or until that has ended by
    /// itself. Where a run cannot be saved any more meanwhile, it asks that instead.
    void askClose(OpenWork work);
    /// Export or animation have ended: there is nothing to ask any more.
    void withdrawQuestion();
    [[nodiscard]] bool isAsking() const;
    [[nodiscard]] QPushButton* mainButton() const { return m_main; }

Q_SIGNALS:
    void actionTriggered(spectune::MainAction action);
    void stepTriggered();
    void stopTriggered();
    void evaluateTriggered();
    void saveTriggered();
    void exportTriggered();
    void detailsTriggered();
    void closeAnswered(spectune::CloseAnswer answer);
    void runNameEdited(const QString& name);

protected:
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the main button
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] QWidget* makeStateColumn();
    [[nodiscard]] QWidget* makeProgressColumn();
    void addStats(QHBoxLayout* row);
    void addButtons(QHBoxLayout* row);
    void addQuestion(QHBoxLayout* row);
    void endQuestion();
    bool followQuestion();
    void refresh();
    void refreshNumbers();
    [[nodiscard]] bool hasMemory() const; ///< and room would be its only condition
    void refreshMemory();
    void fitColumns();
    [[nodiscard]] double shownRate() const;
    /// Loss-bearing tokens per second: of the last steps, or of all of a run that has ended. @pre a step was done
    [[nodiscard]] double shownSpeed() const;
    [[nodiscard]] QString speedHelp() const;
    [[nodiscard]] QString titleNote() const; ///< beside the state's name
    [[nodiscard]] QString lastEvaluation() const;
    void refreshMessage();
    void placeEvaluate();
    [[nodiscard]] QString subtitle() const;
    [[nodiscard]] QString subtitleOfEnded() const;

    RunModel& m_run;
    RunBarState m_state;
    RunBarInput m_input;
    MainAction m_pressed = MainAction::None; ///< what the main button meant when it was pressed last
    QString m_summary;
    std::int64_t m_steps = 0; ///< that a start would do
    double m_epochs = 0.0; ///< the same
    StateMarkView* m_mark = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_titleNote = nullptr;
    QLabel* m_subtitle = nullptr;
    QWidget* m_progressColumn = nullptr;
    ProgressLine* m_progress = nullptr;
    FigureLabel* m_stepText = nullptr;
    FigureLabel* m_leftText = nullptr;
    QString m_share; ///< of the steps, done
    QString m_left; ///< that and the time left, whether or not there is room for both
    QString m_whenResumed; ///< of a paused run the same in more words
    QLabel* m_message = nullptr;
    QLabel* m_messageDetail = nullptr;
    QWidget* m_messageColumn = nullptr;
    QWidget* m_stats = nullptr;
    FigureLabel* m_speed = nullptr;
    FigureLabel* m_rate = nullptr;
    FigureLabel* m_memory = nullptr;
    QWidget* m_memoryStat = nullptr;
    FigureLabel* m_loss = nullptr;
    FieldLine* m_name = nullptr;
    QPushButton* m_main = nullptr;
    QPushButton* m_step = nullptr;
    QPushButton* m_stop = nullptr;
    QPushButton* m_evaluate = nullptr;
    QPushButton* m_save = nullptr;
    QPushButton* m_export = nullptr;
    QPushButton* m_details = nullptr;
    QWidget* m_buttons = nullptr;
    CloseQuestion* m_question = nullptr;
};

} // namespace spectune

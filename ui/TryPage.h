// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

class QLabel;
class QPlainTextEdit;
class QPushButton;
class QSplitter;
class QTextBrowser;

namespace spectune {

class AdapterChoice;
class AnswerReading;
class ConfigForm;
class ElidedLabel;
class RunModel;
class SampleJudge;
class SampleList;
class SamplingPanel;
class SessionController;
class TryResults;

/// The Try workspace: one prompt, answered by the base and by the tuned model side by side.
class TryPage : public QWidget {
    Q_OBJECT
public:
    TryPage(SessionController& session, RunModel& run, const ConfigForm& form, QWidget* parent = nullptr);

    [[nodiscard]] QSplitter& splitter() { return *m_splitter; }
    void applyDefaultWidths(int width);
    void generate();
    void cancel();
    /// Has both sides answer the held-out samples, as "Check samples" does. Does nothing where that is off.
    void check();
    [[nodiscard]] bool isGenerating() const { return m_sides[0].request >= 0 || m_sides[1].request >= 0; }
    /// What a side shows: 0 base, 1 tuned.
    [[nodiscard]] const QString& text(int side) const { return m_sides[side].text; }
    void setPrompt(const QString& prompt, const QString& expected = {});
    [[nodiscard]] SampleList& samples() { return *m_samples; }
    [[nodiscard]] SampleJudge& judge() { return *m_judge; }
    [[nodiscard]] AnswerReading& reading() { return *m_reading; }
    [[nodiscard]] AdapterChoice& adapters() { return *m_adapters; }

Q_SIGNALS:
    void pauseWanted();

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Side {
        std::int64_t request = -1;
        QString text;
        QString error;
        QTextBrowser* view = nullptr;
        QLabel* title = nullptr;
        QLabel* count = nullptr;
        ElidedLabel* verdict = nullptr;
        QWidget* strip = nullptr; ///< verdict and count
    };

    [[nodiscard]] QWidget* makeCentre();
    [[nodiscard]] QWidget* makeSide(int side, const QString& title);
    [[nodiscard]] QWidget* makeStrip(int side);
    void refresh();
    void showTexts();
    void showVerdicts();
    void clearAnswers();
    void dropStaleAnswers();
    void readExpected();
    void take(int side, const Answer& answer);
    [[nodiscard]] QWidget* makeResults();
    [[nodiscard]] bool hasAdapter() const;
    [[nodiscard]] QString subject() const;
    [[nodiscard]] bool mayAsk() const;

    SessionController& m_session;
    RunModel& m_run;
    const ConfigForm& m_form;
    QSplitter* m_splitter = nullptr;
    SampleList* m_samples = nullptr;
    SampleJudge* m_judge = nullptr;
    SamplingPanel* m_sampling = nullptr;
    TryResults* m_results = nullptr;
    AnswerReading* m_reading = nullptr;
    AdapterChoice* m_adapters = nullptr;
    QPlainTextEdit* m_prompt = nullptr;
    QPushButton* m_clear = nullptr;
    QPushButton* m_generate = nullptr;
    QPushButton* m_pause = nullptr;
    QLabel* m_hint = nullptr;
    Side m_sides[2]; ///< base, tuned
    QString m_samplePrompt;
    QString m_answersSubject; ///< whose answers are shown or on their way; empty: none are
    QString m_readSubject; ///< of the reading shown
    QString m_expected; ///< the sample's answer as the file has it
    bool m_fromSample = false; ///< the prompt is a sample's, unchanged
};

} // namespace spectune

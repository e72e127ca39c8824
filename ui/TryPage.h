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

class ConfigForm;
class RunModel;
class SampleList;
class SamplingPanel;
class SessionController;

/// The Try workspace: one prompt, answered by the base and by the tuned model side by side.
class TryPage : public QWidget {
    Q_OBJECT
public:
    TryPage(SessionController& session, RunModel& run, const ConfigForm& form, QWidget* parent = nullptr);

    [[nodiscard]] QSplitter& splitter() { return *m_splitter; }
    void applyDefaultWidths(int width);
    void generate();
    void cancel();
    [[nodiscard]] bool isGenerating() const { return m_sides[0].request >= 0 || m_sides[1].request >= 0; }
    /// What a side shows: 0 base, 1 tuned.
    [[nodiscard]] const QString& text(int side) const { return m_sides[side].text; }
    void setPrompt(const QString& prompt, const QString& expected = {});

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
    };

    [[nodiscard]] QWidget* makeCentre();
    [[nodiscard]] QWidget* makeSide(int side, const QString& title);
    void refresh();
    void showTexts();
    void take(int side, const Answer& answer);
    [[nodiscard]] QString adapterFolder() const;
    [[nodiscard]] bool mayAsk() const;

    SessionController& m_session;
    RunModel& m_run;
    const ConfigForm& m_form;
    QSplitter* m_splitter = nullptr;
    SampleList* m_samples = nullptr;
    SamplingPanel* m_sampling = nullptr;
    QPlainTextEdit* m_prompt = nullptr;
    QPushButton* m_generate = nullptr;
    QPushButton* m_pause = nullptr;
    QLabel* m_hint = nullptr;
    QLabel* m_expected = nullptr;
    QWidget* m_expectedRow = nullptr;
    Side m_sides[2]; ///< base, tuned
    QString m_samplePrompt;
    bool m_fromSample = false; ///< the prompt is a sample's, unchanged
};

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

#include <cstdint>
#include <string>

namespace spectune {

class ConfigForm;
class SessionController;

/// Asks the session what a set-up's model folder and files hold, whenever they change, and gives the answers to the
/// form. Only the newest question counts; older ones are cancelled. GUI thread.
class SetupFacts : public QObject {
    Q_OBJECT
public:
    SetupFacts(SessionController& session, ConfigForm& form, QObject* parent = nullptr);

    /// From now on questions are asked. Called after the window's first frame: the first one loads LibTorch.
    void begin();
    /// Where a start would run: "cpu", "cuda", "cuda:1".
    void setDevice(const QString& device);
    /// Sample of the training file that the preview shows, 0-based.
    void showSample(std::int64_t sample);
    [[nodiscard]] bool isBusy() const;

Q_SIGNALS:
    /// Every question is answered.
    void settled();

private:
    void note(const QString& key);
    void askAll();
    void askPreview(bool evaluationFile);
    void askDevice();
    void drop(std::int64_t& request);

    SessionController& m_session;
    ConfigForm& m_form;
    QTimer m_delay; ///< typing a path is one question, not one per letter
    std::int64_t m_model = -1; ///< requests in flight; −1: none
    std::int64_t m_train = -1;
    std::int64_t m_evaluation = -1;
    std::int64_t m_deviceQuestion = -1; ///< not waited for by settled(): it may come after a run
    std::string m_device = "cpu";
    std::int64_t m_sample = 0;
    bool m_begun = false;
    bool m_modelStale = true;
    bool m_dataStale = true;
};

} // namespace spectune

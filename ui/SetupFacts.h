// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QDateTime>
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include <array>
#include <chrono>
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
    /// Asks again what is free on the device: other programs have come and gone. Not while a run goes on, whose end
    /// asks by itself, nor within the pause behind the last question. A file that could not be read and that was mended
    /// meanwhile is read again.
    void refreshDevice();
    /// The least time between two of refreshDevice()'s questions; at first two seconds.
    void setDevicePause(std::chrono::milliseconds pause) { m_devicePause = pause; }
    [[nodiscard]] bool isAskingDevice() const { return m_deviceQuestion >= 0; }
    /// Sample of the training file that the preview shows, 0-based.
    void showSample(std::int64_t sample);
    /// The lengths of samples are not waited for.
    [[nodiscard]] bool isBusy() const;
    [[nodiscard]] bool isMeasuring() const { return m_lengths >= 0; }

Q_SIGNALS:
    /// Every question is answered.
    void settled();
    /// How long the training file's samples are: SampleLengths or a Failure. Null: no longer known. (A pointer, for moc
    /// cannot make a meta type of an optional variant.)
    void lengthsAnswered(const spectune::Answer* answer);

private:
    void note(const QString& key);
    void askAll();
    void askPreview(bool evaluationFile);
    void askDevice();
    void askLengths();
    void askLengths(bool evaluationFile);
    void dropLengths();
    void readMended();
    void drop(std::int64_t& request);

    SessionController& m_session;
    ConfigForm& m_form;
    QTimer m_delay; ///< typing a path is one question, not one per letter
    std::int64_t m_model = -1; ///< requests in flight; −1: none
    std::int64_t m_train = -1;
    std::int64_t m_evaluation = -1;
    std::int64_t m_deviceQuestion = -1; ///< not waited for by settled(): it may come after a run
    std::int64_t m_lengths = -1; ///< comes last and gives way to all else: it takes seconds
    std::int64_t m_evaluationLengths = -1; ///< the same of the evaluation file, for what is wrong in it
    QElapsedTimer m_sinceDevice; ///< the last question about the device
    std::chrono::milliseconds m_devicePause {2000};
    std::string m_device = "cpu";
    std::int64_t m_sample = 0;
    bool m_begun = false;
    bool m_modelStale = true;
    bool m_dataStale = true;
    bool m_lengthsStale = true;
    bool m_evaluationLengthsStale = true;
    /// How a file stood when it was read last.
    struct Stamp {
        QDateTime modified;
        qint64 size = -1;
        [[nodiscard]] static Stamp of(const std::string& path);
        [[nodiscard]] bool operator==(const Stamp&) const = default;
    };
    std::array<Stamp, 2> m_stamps; ///< of the training file, of the evaluation file
};

} // namespace spectune

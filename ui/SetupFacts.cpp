// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SetupFacts.h"

#include "training/core/Machine.h"
#include "ui/ConfigForm.h"
#include "ui/SessionController.h"

#include <QFileInfo>

#include <utility>

namespace spectune {

namespace {
constexpr int typingPause = 300; // ms
}

SetupFacts::SetupFacts(SessionController& session, ConfigForm& form, QObject* parent)
    : QObject(parent)
    , m_session(session)
    , m_form(form)
{
    m_delay.setSingleShot(true);
    connect(&m_delay, &QTimer::timeout, this, &SetupFacts::askAll);
    connect(&form, &ConfigForm::changed, this, &SetupFacts::note);
    connect(&session, &SessionController::stateChanged, this, [this](SessionState state) {
        if (!isTerminal(state)) {
            dropLengths(); // a start does not wait for them
            return;
        }
        askDevice(); // a run has taken memory, or given it back
        askLengths();
    });
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        if (request == m_deviceQuestion) {
            m_deviceQuestion = -1;
            if (const auto* device = std::get_if<DeviceSummary>(&answer))
                m_form.setDevice(*device);
            return;
        }
        if (request == m_lengths) {
            m_lengths = -1;
            m_form.setLengths(&answer, false);
            Q_EMIT lengthsAnswered(&answer);
            return;
        }
        if (request == m_evaluationLengths) {
            m_evaluationLengths = -1;
            m_form.setLengths(&answer, true);
            return;
        }
        if (request == m_model) {
            m_model = -1;
            m_form.setModel(answer);
        } else if (request == m_train) {
            m_train = -1;
            m_form.setPreview(answer, false);
            askLengths();
        } else if (request == m_evaluation) {
            m_evaluation = -1;
            m_form.setPreview(answer, true);
            askLengths();
        } else {
            return;
        }
        if (!isBusy())
            Q_EMIT settled();
    });
}

void SetupFacts::begin()
{
    m_begun = true;
    askAll();
    askDevice();
}

void SetupFacts::setDevice(const QString& device)
{
    m_device = device.toStdString();
    DeviceSummary known;
    known.device = m_device;
    if (m_device == "cpu") { // until the engine answers, which also knows what it holds itself
        const MachineMemory memory = MachineMemory::now();
        known.totalBytes = memory.total;
        known.freeBytes = memory.available;
    }
    m_form.setDevice(known);
    askDevice();
}

void SetupFacts::askDevice()
{
    drop(m_deviceQuestion);
    if (!m_begun)
        return;
    m_deviceQuestion = m_session.ask(InspectDevice {m_device});
    m_sinceDevice.start();
}

void SetupFacts::refreshDevice()
{
    readMended();
    const bool waits = isAskingDevice() || isActive(m_session.state()) || m_session.isClosed();
    if (m_begun && !waits && m_sinceDevice.elapsed() >= m_devicePause.count())
        askDevice();
}

void SetupFacts::showSample(std::int64_t sample)
{
    m_sample = std::max<std::int64_t>(sample, 0);
    dropLengths();
    drop(m_train);
    askPreview(false);
}

bool SetupFacts::isBusy() const
{
    return m_model >= 0 || m_train >= 0 || m_evaluation >= 0 || m_delay.isActive();
}

void SetupFacts::note(const QString& key)
{
    const bool model = key.isEmpty() || key == QLatin1String("model.path");
    const bool data = model || key.startsWith(QLatin1String("data."));
    if (!data)
        return;
    dropLengths(); // a preview is about to be asked for, and does not wait behind them
    // They are of whole samples: where they are cut is a matter of showing them.
    if (model || (key != QLatin1String("data.max_length") && key != QLatin1String("data.eval_path"))) {
        m_lengthsStale = true;
        m_form.setLengths(nullptr, false);
        Q_EMIT lengthsAnswered(nullptr);
    }
    if (model || (key != QLatin1String("data.max_length") && key != QLatin1String("data.path"))) {
        m_evaluationLengthsStale = true;
        m_form.setLengths(nullptr, true);
    }
    m_modelStale |= model;
    m_dataStale |= data;
    if (model)
        m_form.forgetModel();
    if (key.isEmpty() || key == QLatin1String("data.path"))
        m_sample = 0;
    m_delay.start(key.isEmpty() ? 0 : typingPause);
}

void SetupFacts::askAll()
{
    if (!m_begun)
        return;
    const RunConfig& config = m_form.config();
    const bool folder = QFileInfo(QString::fromStdString(config.model.path)).isDir();
    if (m_modelStale) {
        drop(m_model);
        if (folder)
            m_model = m_session.ask(InspectModel {config.model.path});
    }
    if (m_dataStale) {
        askPreview(false);
        askPreview(true);
    }
    m_modelStale = m_dataStale = false;
    if (!isBusy())
        Q_EMIT settled();
}

void SetupFacts::askPreview(bool evaluationFile)
{
    std::int64_t& request = evaluationFile ? m_evaluation : m_train;
    drop(request);
    const RunConfig& config = m_form.config();
    const std::string& path = evaluationFile ? config.data.evalPath : config.data.path;
    const bool readable = QFileInfo(QString::fromStdString(path)).isFile()
        && QFileInfo(QString::fromStdString(config.model.path)).isDir();
    m_stamps[evaluationFile ? 1 : 0] = Stamp::of(path);
    if (m_begun && readable)
        request = m_session.ask(PreviewData {config, evaluationFile, evaluationFile ? 0 : m_sample});
    else
        m_form.forgetPreview(evaluationFile);
}

void SetupFacts::askLengths()
{
    if (!m_begun || m_delay.isActive() || isActive(m_session.state()))
        return;
    askLengths(false);
    askLengths(true);
}

void SetupFacts::askLengths(bool evaluationFile)
{
    bool& stale = evaluationFile ? m_evaluationLengthsStale : m_lengthsStale;
    std::int64_t& request = evaluationFile ? m_evaluationLengths : m_lengths;
    const auto& preview = m_form.preview(evaluationFile);
    const bool waits = (evaluationFile ? m_evaluation : m_train) >= 0;
    if (!stale || waits || !preview || preview->documentTokens > 0)
        return;
    drop(request);
    stale = false;
    MeasureLengths question {m_form.config()};
    if (evaluationFile)
        question.config.data.path = question.config.data.evalPath;
    request = m_session.ask(std::move(question));
}

// They are asked for again at the next chance.
void SetupFacts::dropLengths()
{
    m_lengthsStale |= m_lengths >= 0;
    m_evaluationLengthsStale |= m_evaluationLengths >= 0;
    drop(m_lengths);
    drop(m_evaluationLengths);
}

// Someone has corrected the line that the issue names, in an editor of theirs.
void SetupFacts::readMended()
{
    if (!m_begun || isBusy() || isActive(m_session.state()) || m_session.isClosed())
        return;
    const DataConfig& data = m_form.config().data;
    if (m_form.isUnreadable(false) && Stamp::of(data.path) != m_stamps[0])
        note(QStringLiteral("data.path"));
    if (m_form.isUnreadable(true) && Stamp::of(data.evalPath) != m_stamps[1])
        note(QStringLiteral("data.eval_path"));
}

SetupFacts::Stamp SetupFacts::Stamp::of(const std::string& path)
{
    const QFileInfo info(QString::fromStdString(path));
    return info.exists() ? Stamp {info.lastModified(), info.size()} : Stamp {};
}

void SetupFacts::drop(std::int64_t& request)
{
    if (request >= 0)
        m_session.cancel(request);
    request = -1;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SampleJudge.h"

#include "training/config/FieldTable.h"
#include "ui/MessageWords.h"
#include "ui/SessionController.h"

#include <algorithm>

namespace spectune {

namespace {
constexpr std::int64_t firstCount = 4; ///< soon something to see
constexpr std::int64_t count = 32;
} // namespace

bool haveSameSamples(const RunConfig& a, const RunConfig& b)
{
    return a.model.path == b.model.path && std::ranges::all_of(fields(), [&a, &b](const FieldInfo& field) {
        return !field.key.starts_with("data.") || fieldValue(a, field.key) == fieldValue(b, field.key);
    });
}

SampleJudge::SampleJudge(SessionController& session, QObject* parent)
    : QObject(parent)
    , m_session(session)
{
    connect(&session, &SessionController::answered, this, [this](qint64 request, const Answer& answer) {
        if (request != m_request)
            return;
        m_request = -1;
        take(answer);
    });
}

void SampleJudge::setSubject(const RunConfig& config, const QString& adapterFolder, std::int64_t step)
{
    const std::string folder = adapterFolder.toStdString();
    const bool same = haveSameSamples(m_next.config, config) && m_next.adapterPath == folder && m_step == step;
    m_next.config = config;
    if (same)
        return;
    stop();
    m_next.adapterPath = folder;
    m_step = step;
    m_total = -1;
    m_seconds = 0.0;
    m_failure.clear();
    m_verdicts.clear();
    Q_EMIT changed();
}

void SampleJudge::start()
{
    if (isJudging() || isDone() || m_next.config.data.evalPath.empty())
        return;
    m_failure.clear();
    askNext();
    Q_EMIT changed();
}

void SampleJudge::stop()
{
    if (!isJudging())
        return;
    m_session.cancel(m_request);
    m_request = -1; // its answer is nobody's
    Q_EMIT changed();
}

void SampleJudge::askNext()
{
    m_next.first = known();
    m_next.count = known() == 0 ? firstCount : count;
    m_askedAt = std::chrono::steady_clock::now();
    m_request = m_session.ask(m_next);
}

void SampleJudge::take(const Answer& answer)
{
    if (const auto* judged = std::get_if<JudgedSamples>(&answer)) {
        m_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - m_askedAt).count();
        m_total = judged->verdicts.empty() ? known() : judged->samples;
        m_verdicts.insert(m_verdicts.end(), judged->verdicts.begin(), judged->verdicts.end());
        if (!isDone())
            askNext();
    } else if (const auto* failure = std::get_if<Failure>(&answer)) {
        m_failure = messageWords(failure->message);
    }
    Q_EMIT changed();
}

const SampleVerdict* SampleJudge::verdictOf(std::int64_t sample) const
{
    return sample >= 0 && sample < known() ? &m_verdicts[static_cast<std::size_t>(sample)] : nullptr;
}

} // namespace spectune

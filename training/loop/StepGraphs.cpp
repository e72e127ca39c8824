// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/StepGraphs.h"

#include "training/loop/Device.h"

#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace spectune {

/// The addresses that a recording reads its batch from.
struct StepGraphs::Recording {
    BatchForm form;
    StepPart part;
    PackedBatch batch; ///< a copy of its own
    std::unique_ptr<StepRecording> work; ///< null: not yet recorded

    Recording(const PackedBatch& like, StepPart of)
        : form(like.form())
        , part(of)
        , batch(packedIn(like.storage.clone(), form))
    {
    }
    ~Recording()
    {
        try {
            if (work)
                settle(batch.storage.device()); // it may still be played
        } catch (const c10::Error&) { // a lost device plays nothing any more; who uses it next is told so
        }
    }
    Recording(const Recording&) = delete;
    Recording& operator=(const Recording&) = delete;
};

StepGraphs::StepGraphs(Body body, std::unique_ptr<StepRecorder> recorder)
    : m_body(std::move(body))
    , m_recorder(std::move(recorder))
{
}

StepGraphs::~StepGraphs() = default;

bool StepGraphs::outgrows(const BatchForm& form)
{
    const BatchForm before = m_largest;
    m_largest.rows = std::max(before.rows, form.rows);
    m_largest.samples = std::max(before.samples, form.samples);
    m_largest.listed = std::max(before.listed, form.listed);
    m_largest.targets = std::max(before.targets, form.targets);
    m_largest.longest = std::max(before.longest, form.longest);
    return m_largest != before;
}

StepGraphs::Recording* StepGraphs::recordingFor(const PackedBatch& batch, StepPart part)
{
    const BatchForm form = batch.form();
    if (outgrows(form))
        m_recordings
            .clear(); // the buffers only grow: a form that has run needs no other run before it is recorded anew
    const auto found = std::find_if(m_recordings.begin(), m_recordings.end(),
        [&](const auto& recording) { return recording->form == form && recording->part == part; });
    if (found != m_recordings.end()) {
        m_recordings.splice(m_recordings.begin(), m_recordings, found);
        m_recordings.front()->batch.storage.copy_(batch.storage);
        return m_recordings.front().get();
    }
    if (std::ranges::find(m_seen, Seen {form, part}) == m_seen.end()) {
        if (m_seen.size() == mostSeen)
            m_seen.clear();
        m_seen.push_back({form, part});
        return nullptr;
    }
    m_recordings.push_front(std::make_unique<Recording>(batch, part));
    if (m_recordings.size()
        > most) { // it is recorded again only once it has come twice: recording waits for the device
        std::erase(m_seen, Seen {m_recordings.back()->form, m_recordings.back()->part});
        m_recordings.pop_back();
    }
    return m_recordings.front().get();
}

bool StepGraphs::record(Recording& recording)
{
    std::string reason;
    try {
        recording.work = m_recorder->record([&] { m_body(recording.batch, recording.part); });
        return true;
    } catch (const c10::Error& error) {
        reason = error.what_without_backtrace();
    } catch (const std::exception& error) { // memory of the host, say
        reason = error.what();
    }
    m_notice = makeMessage(
        "Steps are not recorded as a CUDA graph, but run one operation after the other: %1", std::string_view(reason));
    forget();
    m_recorder.reset();
    return false;
}

void StepGraphs::run(const PackedBatch& batch, StepPart part)
{
    Recording* recording = m_recorder ? recordingFor(batch, part) : nullptr;
    // The first run of a form makes the buffers and lets the libraries choose their kernels.
    if (recording == nullptr || (!recording->work && !record(*recording)))
        m_body(batch, part);
    else
        recording->work->play();
}

void StepGraphs::forget()
{
    m_recordings.clear();
    m_seen.clear();
}

std::unique_ptr<StepRecorder> StepGraphs::release()
{
    forget();
    return std::move(m_recorder);
}

Message StepGraphs::notice()
{
    return std::exchange(m_notice, {});
}

} // namespace spectune

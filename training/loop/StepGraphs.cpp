// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/StepGraphs.h"

#include <ATen/ATen.h>

#if SPECTUNE_WITH_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#endif

#include <algorithm>
#include <utility>

namespace spectune {

#if SPECTUNE_WITH_CUDA

namespace {

bool haveOneForm(const at::Tensor& a, const at::Tensor& b)
{
    return a.defined() == b.defined() && (!a.defined() || a.sizes() == b.sizes());
}

bool haveOneForm(const PackedBatch& a, const PackedBatch& b)
{
    return haveOneForm(a.tokens, b.tokens) && haveOneForm(a.offsets, b.offsets) && haveOneForm(a.bearing, b.bearing)
        && haveOneForm(a.targets, b.targets) && a.longest == b.longest;
}

} // namespace

/// The addresses that a graph reads its batch from, and what it leaves.
struct StepGraphs::Recording {
    PackedBatch batch;
    at::Tensor scale;
    std::unique_ptr<at::cuda::CUDAGraph> graph; ///< null: seen once, not yet recorded
    StepTensors result;

    Recording(const PackedBatch& like, const at::Tensor& likeScale)
        : batch(like)
        , scale(likeScale.clone())
    {
        for (at::Tensor* own : {&batch.tokens, &batch.positions, &batch.offsets, &batch.bearing, &batch.targets}) {
            if (own->defined())
                *own = own->clone();
        }
    }
    void take(const PackedBatch& from, const at::Tensor& fromScale)
    {
        batch.tokens.copy_(from.tokens);
        batch.positions.copy_(from.positions);
        batch.offsets.copy_(from.offsets);
        if (batch.bearing.defined())
            batch.bearing.copy_(from.bearing);
        batch.targets.copy_(from.targets);
        scale.copy_(fromScale);
    }
};

/// One stream for all recordings: each further one would keep a workspace of cuBLAS for good.
struct StepGraphs::Capture {
    c10::cuda::CUDAStream stream;
};

bool StepGraphs::outgrows(const PackedBatch& batch)
{
    const std::int64_t targets = batch.targets.size(0);
    const bool lists = batch.bearing.defined();
    const bool beyond
        = batch.rows() > m_rows || batch.longest > m_longest || targets > m_targets || (lists && !m_lists);
    m_rows = std::max(m_rows, batch.rows());
    m_longest = std::max(m_longest, batch.longest);
    m_targets = std::max(m_targets, targets);
    m_lists = m_lists || lists;
    return beyond;
}

StepGraphs::Recording* StepGraphs::recordingFor(const PackedBatch& batch, const at::Tensor& scale)
{
    if (outgrows(batch))
        m_recordings.clear();
    const auto found = std::find_if(m_recordings.begin(), m_recordings.end(),
        [&](const auto& recording) { return haveOneForm(recording->batch, batch); });
    if (found != m_recordings.end()) {
        m_recordings.splice(m_recordings.begin(), m_recordings, found);
        m_recordings.front()->take(batch, scale);
        return m_recordings.front().get();
    }
    m_recordings.push_front(std::make_unique<Recording>(batch, scale));
    if (m_recordings.size() > most)
        m_recordings.pop_back();
    return nullptr;
}

bool StepGraphs::record(Recording& recording)
{
    if (!m_capture)
        m_capture = std::make_unique<Capture>(
            Capture {c10::cuda::getStreamFromPool(/*isHighPriority=*/false, m_device.index())});
    // One pool for all: they are played one at a time, and what one leaves is read before the next.
    at::cuda::MempoolId_t pool {0, 0};
    for (const auto& other : m_recordings) {
        if (other->graph)
            pool = other->graph->pool();
    }
    auto graph = std::make_unique<at::cuda::CUDAGraph>();
    c10::cuda::device_synchronize();
    const c10::cuda::CUDAStreamGuard guard(m_capture->stream); // a recording ends on the stream it began on
    bool begun = false;
    const auto giveUp = [&] {
        try {
            if (begun)
                graph->capture_end();
        } catch (const c10::Error& error) {
            m_notice += std::string(" The recording could not be ended: ") + error.what_without_backtrace();
        }
        (void)cudaGetLastError(); // a recording that was given up leaves its error behind
        m_enabled = false;
        m_recordings.clear();
    };
    try {
        graph->capture_begin(pool, cudaStreamCaptureModeThreadLocal);
        begun = true;
        recording.result = m_body(recording.batch, recording.scale);
        begun = false;
        graph->capture_end();
        recording.graph = std::move(graph);
        return true;
    } catch (const c10::Error& error) {
        m_notice = std::string("Steps are not recorded as a CUDA graph: ") + error.what_without_backtrace();
        giveUp();
        return false;
    } catch (...) {
        giveUp();
        throw;
    }
}

StepTensors StepGraphs::run(const PackedBatch& batch, const at::Tensor& scale)
{
    if (!m_enabled)
        return m_body(batch, scale);
    Recording* recording = recordingFor(batch, scale);
    // The first run of a form makes the buffers and lets the libraries choose their kernels.
    if (recording == nullptr || (!recording->graph && !record(*recording)))
        return m_body(batch, scale);
    recording->graph->replay();
    return recording->result;
}

#else

struct StepGraphs::Recording { };
struct StepGraphs::Capture { };

StepTensors StepGraphs::run(const PackedBatch& batch, const at::Tensor& scale)
{
    return m_body(batch, scale);
}

#endif

StepGraphs::StepGraphs(Body body, at::Device device)
    : m_body(std::move(body))
    , m_device(device)
    , m_enabled(device.is_cuda())
{
}

StepGraphs::~StepGraphs() = default;

void StepGraphs::forget()
{
    m_recordings.clear();
}

std::string StepGraphs::notice()
{
    return std::exchange(m_notice, {});
}

} // namespace spectune

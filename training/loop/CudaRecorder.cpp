// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/StepRecorder.h"

#if SPECTUNE_WITH_CUDA
#include "training/cuda/GraphFills.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAFunctions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <c10/util/Exception.h>

#include <map>
#endif

namespace spectune {

#if SPECTUNE_WITH_CUDA

namespace {

/// Lives as long as one of the recordings whose memory comes from it.
struct Pool {
    at::cuda::MempoolId_t id = at::cuda::graph_pool_handle();
};

class CudaRecording final : public StepRecording {
public:
    explicit CudaRecording(std::shared_ptr<Pool> pool)
        : m_pool(std::move(pool))
    {
    }
    at::cuda::CUDAGraph& graph() noexcept { return m_graph; }
    void play() override { m_graph.replay(); }

private:
    std::shared_ptr<Pool> m_pool; // ends after the graph
    at::cuda::CUDAGraph m_graph {/*keep_graph=*/true}; // so that it can be changed ahead of its instantiation
};

/// One for all recorders of @p device: each further stream would keep a workspace of cuBLAS for good. One thread.
c10::cuda::CUDAStream recordingStream(c10::DeviceIndex device)
{
    static std::map<c10::DeviceIndex, c10::cuda::CUDAStream> streams;
    const auto known = streams.find(device);
    if (known != streams.end())
        return known->second;
    return streams.emplace(device, c10::cuda::getStreamFromPool(/*isHighPriority=*/false, device)).first->second;
}

class CudaRecorder final : public StepRecorder {
public:
    CudaRecorder(at::Device device, std::vector<at::Generator> generators)
        : m_stream(recordingStream(device.index()))
        , m_generators(std::move(generators))
    {
    }

    std::unique_ptr<StepRecording> record(const std::function<void()>& body) override
    {
        // One pool for all: they are played one after the other, and none leaves in it what another reads.
        std::shared_ptr<Pool> pool = m_pool.lock();
        if (!pool)
            pool = std::make_shared<Pool>();
        auto recording = std::make_unique<CudaRecording>(pool);
        at::cuda::CUDAGraph& graph = recording->graph();
        for (const at::Generator& generator : m_generators)
            graph.register_generator_state(generator);
        c10::cuda::device_synchronize();
        const c10::cuda::CUDAStreamGuard guard(m_stream); // a recording ends on the stream it began on
        graph.capture_begin(pool->id, cudaStreamCaptureModeThreadLocal);
        try {
            body();
        } catch (...) {
            giveUp(graph);
            throw;
        }
        try {
            graph.capture_end();
            kernels::gpu::replaceFills(graph.raw_cuda_graph());
            graph.instantiate();
        } catch (...) {
            (void)cudaGetLastError();
            throw;
        }
        m_pool = pool;
        return recording;
    }

private:
    static void giveUp(at::cuda::CUDAGraph& graph)
    {
        try {
            graph.capture_end();
        } catch (const c10::Error&) { // it says again what already went wrong
        }
        (void)cudaGetLastError(); // a recording that was given up leaves its error behind
    }

    c10::cuda::CUDAStream m_stream;
    std::vector<at::Generator> m_generators;
    std::weak_ptr<Pool> m_pool;
};

} // namespace

std::unique_ptr<StepRecorder> cudaRecorder(at::Device device, std::vector<at::Generator> generators)
{
    return device.is_cuda() ? std::make_unique<CudaRecorder>(device, std::move(generators)) : nullptr;
}

#else

std::unique_ptr<StepRecorder> cudaRecorder(at::Device /*device*/, std::vector<at::Generator> /*generators*/)
{
    return nullptr;
}

#endif

} // namespace spectune

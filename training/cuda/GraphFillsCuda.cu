// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/cuda/GraphFills.h"

#include <cuda_runtime.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spectune::kernels::gpu {

namespace {

constexpr unsigned threads = 256;

template <typename T>
__global__ void fillKernel(T* to, T value, std::size_t count)
{
    for (std::size_t i = static_cast<std::size_t>(blockIdx.x) * threads + threadIdx.x; i < count;
         i += static_cast<std::size_t>(gridDim.x) * threads)
        to[i] = value;
}

/// A kernel that does what the fill does. @return false: there is none, for lines of a two-dimensional range
template <typename T>
bool addFill(
    cudaGraph_t graph, const std::vector<cudaGraphNode_t>& before, cudaMemsetParams fill, cudaGraphNode_t& node)
{
    auto* to = static_cast<T*>(fill.dst);
    auto value = static_cast<T>(fill.value);
    std::size_t count = fill.width;
    void* arguments[] = {static_cast<void*>(&to), static_cast<void*>(&value), static_cast<void*>(&count)};
    constexpr std::size_t most = 1024; // blocks
    cudaKernelNodeParams kernel {};
    kernel.func = reinterpret_cast<void*>(&fillKernel<T>);
    kernel.gridDim = dim3(static_cast<unsigned>(std::clamp<std::size_t>((count + threads - 1) / threads, 1, most)));
    kernel.blockDim = dim3(threads);
    kernel.kernelParams = arguments;
    return cudaGraphAddKernelNode(&node, graph, before.data(), before.size(), &kernel) == cudaSuccess;
}

using Neighbours = cudaError_t (*)(cudaGraphNode_t, cudaGraphNode_t*, cudaGraphEdgeData*, std::size_t*);

/// The nodes that @p node waits for, or those that wait for it. @return false: by more than being done
bool neighboursOf(cudaGraphNode_t node, Neighbours list, std::vector<cudaGraphNode_t>& found)
{
    std::size_t count = 0;
    if (list(node, nullptr, nullptr, &count) != cudaSuccess)
        return false;
    found.resize(count);
    return count == 0 || list(node, found.data(), nullptr, &count) == cudaSuccess;
}

bool addFill(
    cudaGraph_t graph, const std::vector<cudaGraphNode_t>& before, const cudaMemsetParams& fill, cudaGraphNode_t& node)
{
    if (fill.height != 1)
        return false;
    switch (fill.elementSize) {
    case 1: return addFill<std::uint8_t>(graph, before, fill, node);
    case 2: return addFill<std::uint16_t>(graph, before, fill, node);
    case 4: return addFill<std::uint32_t>(graph, before, fill, node);
    default: return false;
    }
}

void replaceFill(cudaGraph_t graph, cudaGraphNode_t old)
{
    cudaMemsetParams fill {};
    std::vector<cudaGraphNode_t> before;
    std::vector<cudaGraphNode_t> after;
    cudaGraphNode_t node = nullptr;
    if (cudaGraphMemsetNodeGetParams(old, &fill) != cudaSuccess
        || !neighboursOf(old, &cudaGraphNodeGetDependencies, before)
        || !neighboursOf(old, &cudaGraphNodeGetDependentNodes, after) || !addFill(graph, before, fill, node))
        return;
    const std::vector<cudaGraphNode_t> from(after.size(), node);
    if (!after.empty()
        && cudaGraphAddDependencies(graph, from.data(), after.data(), nullptr, after.size()) != cudaSuccess) {
        cudaGraphDestroyNode(node);
        return;
    }
    cudaGraphDestroyNode(old);
}

} // namespace

void replaceFills(void* graph)
{
    const auto recorded = static_cast<cudaGraph_t>(graph);
    std::size_t count = 0;
    if (cudaGraphGetNodes(recorded, nullptr, &count) == cudaSuccess) {
        std::vector<cudaGraphNode_t> nodes(count);
        if (cudaGraphGetNodes(recorded, nodes.data(), &count) != cudaSuccess)
            nodes.clear();
        std::size_t fills = 0;
        std::size_t kept = 1;
        for (const cudaGraphNode_t node : nodes) {
            cudaGraphNodeType type {};
            if (cudaGraphNodeGetType(node, &type) != cudaSuccess || type != cudaGraphNodeTypeMemset)
                continue;
            ++fills;
            if (fills == kept)
                kept *= 4; // see the header: where the graph can be handed over in parts
            else
                replaceFill(recorded, node);
        }
    }
    (void)cudaGetLastError(); // of a fill that stayed
}

} // namespace spectune::kernels::gpu

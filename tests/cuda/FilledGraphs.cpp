// SPDX-License-Identifier: GPL-3.0-or-later
// A graph whose fills became kernels: of the fills only those that have to stay are left, and it leaves the same bytes.
#include "tests/cuda/KernelPairs.h"

#if SPECTUNE_WITH_CUDA
#include "training/cuda/GraphFills.h"

#include <cuda_runtime_api.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace spectune::test {

namespace {

void must(cudaError_t error, const char* what)
{
    TORCH_CHECK(error == cudaSuccess, what, ": ", cudaGetErrorString(error));
}

struct Fill {
    std::size_t offset; ///< bytes
    unsigned element; ///< bytes
    unsigned value;
    std::size_t width; ///< elements
    std::size_t height = 1;
    std::size_t pitch = 0; ///< bytes
};

constexpr std::size_t size = std::size_t {5} << 20; ///< bytes that are filled

/// One after the other, each partly over those before: what an order that is not kept would show.
constexpr std::array fills {
    Fill {0, 4, 0xfeedf00dU, size / 4}, // the first stays
    Fill {1, 1, 0x5aU, 1},
    Fill {3, 1, 0xc3U, 70001},
    Fill {2, 2, 0xabcdU, 7}, // the fourth stays
    Fill {257, 1, 0x11U, 300},
    Fill {514, 2, 0x8001U, 33333},
    Fill {1028, 4, 0xdeadbeefU, std::size_t {1} << 20}, // more than one element a thread
    Fill {4099, 1, 0x77U, 5, 3, 16}, // lines stay
    Fill {8192, 4, 0x01020304U, 3, 4, 64}, // likewise
    Fill {8200, 4, 0x0a0b0c0dU, 1},
    Fill {12290, 2, 0x1234U, 1},
    Fill {12291, 1, 0xffU, 256},
    Fill {size - 1, 1, 0x42U, 1},
    Fill {size - 6, 2, 0x4321U, 2},
    Fill {16384, 2, 0x7fffU, 257, 1, 1024}, // one line has no pitch to heed
    Fill {20480, 4, 0x80000000U, 1025},
    Fill {20481, 1, 0x0fU, 1},
    Fill {1, 1, 0x99U, 2048},
};
constexpr std::size_t copyEvery = 3;
constexpr std::size_t copies = fills.size() / copyEvery;

/// The fills in a chain with copies of all bytes in between, which wait for the fill before and hold up the next.
class Graph {
public:
    Graph()
    {
        must(cudaMalloc(&m_bytes, size * (1 + copies)), "memory");
        must(cudaMemset(m_bytes, 0, size * (1 + copies)), "zeros");
        must(cudaGraphCreate(&m_graph, 0), "a graph");
        std::vector<cudaGraphNode_t> before;
        for (std::size_t i = 0; i < fills.size(); ++i) {
            before = {addFill(fills[i], before)};
            if (i % copyEvery == copyEvery - 1)
                before = {addCopy(1 + i / copyEvery, before)};
        }
    }
    ~Graph()
    {
        (void)cudaGraphDestroy(m_graph);
        (void)cudaFree(m_bytes);
    }
    Graph(const Graph&) = delete;
    Graph& operator=(const Graph&) = delete;

    [[nodiscard]] cudaGraph_t graph() const { return m_graph; }
    [[nodiscard]] std::vector<cudaGraphNode_t> nodes() const
    {
        std::size_t count = 0;
        must(cudaGraphGetNodes(m_graph, nullptr, &count), "the number of nodes");
        std::vector<cudaGraphNode_t> found(count);
        must(cudaGraphGetNodes(m_graph, found.data(), &count), "nodes");
        return found;
    }
    [[nodiscard]] std::size_t edges() const
    {
        std::size_t count = 0;
        must(cudaGraphGetEdges(m_graph, nullptr, nullptr, nullptr, &count), "the number of edges");
        return count;
    }
    /// The bytes that it leaves.
    [[nodiscard]] std::vector<std::uint8_t> play() const
    {
        cudaGraphExec_t run = nullptr;
        must(cudaGraphInstantiate(&run, m_graph, 0), "a graph to be launched");
        const cudaError_t launched = cudaGraphLaunch(run, nullptr);
        const cudaError_t done = cudaDeviceSynchronize();
        (void)cudaGraphExecDestroy(run);
        must(launched, "the launch");
        must(done, "the graph");
        std::vector<std::uint8_t> bytes(size * (1 + copies));
        must(cudaMemcpy(bytes.data(), m_bytes, bytes.size(), cudaMemcpyDeviceToHost), "its bytes");
        return bytes;
    }

private:
    [[nodiscard]] cudaGraphNode_t addFill(const Fill& fill, const std::vector<cudaGraphNode_t>& before) const
    {
        cudaMemsetParams params {};
        params.dst = static_cast<std::uint8_t*>(m_bytes) + fill.offset;
        params.elementSize = fill.element;
        params.value = fill.value;
        params.width = fill.width;
        params.height = fill.height;
        params.pitch = fill.pitch;
        cudaGraphNode_t node = nullptr;
        must(cudaGraphAddMemsetNode(&node, m_graph, before.data(), before.size(), &params), "a fill");
        return node;
    }
    [[nodiscard]] cudaGraphNode_t addCopy(std::size_t to, const std::vector<cudaGraphNode_t>& before) const
    {
        cudaGraphNode_t node = nullptr;
        must(cudaGraphAddMemcpyNode1D(&node, m_graph, before.data(), before.size(),
                 static_cast<std::uint8_t*>(m_bytes) + to * size, m_bytes, size, cudaMemcpyDeviceToDevice),
            "a copy");
        return node;
    }

    void* m_bytes = nullptr;
    cudaGraph_t m_graph = nullptr;
};

bool isFill(cudaGraphNode_t node)
{
    cudaGraphNodeType type {};
    must(cudaGraphNodeGetType(node, &type), "a node's type");
    return type == cudaGraphNodeTypeMemset;
}

std::vector<cudaGraphNode_t> fillsOf(const Graph& graph)
{
    std::vector<cudaGraphNode_t> nodes = graph.nodes();
    std::erase_if(nodes, [](cudaGraphNode_t node) { return !isFill(node); });
    return nodes;
}

/// Those that have to stay, see GraphFills.h: the first, fourth and sixteenth, and lines.
std::vector<cudaGraphNode_t> staying(const Graph& graph)
{
    std::vector<cudaGraphNode_t> stay;
    std::size_t place = 0;
    for (const cudaGraphNode_t node : fillsOf(graph)) {
        ++place;
        cudaMemsetParams params {};
        must(cudaGraphMemsetNodeGetParams(node, &params), "a fill's parameters");
        if (place == 1 || place == 4 || place == 16 || params.height > 1)
            stay.push_back(node);
    }
    return stay;
}

} // namespace

void checkFilledGraphs()
{
    const Graph plain;
    const Graph changed;
    const std::vector<cudaGraphNode_t> expected = staying(changed);
    const std::size_t nodes = changed.nodes().size();
    const std::size_t edges = changed.edges();
    report("fills, before", fillsOf(changed).size() == fills.size() ? 0.0 : 1.0, 0.0);
    kernels::gpu::replaceFills(changed.graph());
    const std::vector<cudaGraphNode_t> left = fillsOf(changed);
    report("fills, those that stay",
        std::is_permutation(left.begin(), left.end(), expected.begin(), expected.end()) ? 0.0 : 1.0, 0.0);
    report("fills, some were replaced", left.size() + 3 < fills.size() ? 0.0 : 1.0, 0.0);
    report("fills, nodes", changed.nodes().size() == nodes ? 0.0 : 1.0, 0.0);
    report("fills, edges", changed.edges() == edges ? 0.0 : 1.0, 0.0);
    report("fills, bytes", changed.play() == plain.play() ? 0.0 : 1.0, 0.0);
    report("fills, no error left behind", cudaGetLastError() == cudaSuccess ? 0.0 : 1.0, 0.0);
}

} // namespace spectune::test

#else

namespace spectune::test {

void checkFilledGraphs() { }

} // namespace spectune::test

#endif

// SPDX-License-Identifier: GPL-3.0-or-later
// What a run on a GPU is told to need beforehand against what its tensors took, as the allocator counted. A plain program:
//     gpu_memory      0: all are within a tenth, 1: one is not, 77: no CUDA device here (skipped)
#include "tests/cuda/GpuCheck.h"
#include "tests/support/BenchedRun.h"
#include "training/config/MemoryChanges.h"
#include "training/loop/BenchShapes.h"

#include <cmath>
#include <cstdio>
#include <exception>

using namespace spectune;
using namespace spectune::testing;

namespace {

struct Kind {
    const char* name;
    ElementType dtype = ElementType::BFloat16;
    std::int64_t batch = 8;
    std::int64_t sequence = 513;
    std::int64_t micro = 0;
    bool recomputes = false;
    const char* method = "adalora";
    const char* shape = "smollm-135m";
};

/// @return how far the estimate is off, as a share of what was measured
double errorOf(const Kind& kind)
{
    BenchCommand command;
    command.device = "cuda";
    command.shape = kind.shape;
    command.batch = kind.batch;
    command.sequence = kind.sequence;
    command.microBatch = kind.micro;
    command.dtype = kind.dtype;
    command.recomputes = kind.recomputes;
    command.method = kind.method;
    command.steps = 3; // recorded ones among them
    command.warmUp = 3;
    const auto measured = static_cast<double>(bench(command).peakBytes);
    const MemoryEstimate estimate
        = estimateOf(shapeOf(shapeNamed(command.shape)), configOf(command), {}, {.cuda = true, .cores = 1});
    const auto told = static_cast<double>(estimate.tensors());
    constexpr double mebi = 1 << 20;
    std::printf("%-44s told %9.1f MiB, measured %9.1f MiB, off by %+5.1f %%\n", kind.name, told / mebi, measured / mebi,
        100.0 * (told / measured - 1.0));
    return std::abs(told / measured - 1.0);
}

} // namespace

int main()
{
    if (const int leave = test::withoutDevice(); leave != 0)
        return leave;
    try {
        for (const Kind& kind : {Kind {.name = "bfloat16"}, Kind {.name = "bfloat16, one sample", .batch = 1},
                 Kind {.name = "bfloat16, micro-batches", .micro = 2},
                 Kind {.name = "bfloat16, recomputed", .recomputes = true},
                 Kind {.name = "bfloat16, LoRA", .method = "lora"},
                 Kind {.name = "float32", .dtype = ElementType::Float32},
                 Kind {.name = "float32, micro-batches", .dtype = ElementType::Float32, .micro = 4},
                 Kind {.name = "float32, recomputed", .dtype = ElementType::Float32, .recomputes = true},
                 Kind {.name = "float64, a small model", .dtype = ElementType::Float64, .shape = "llama-20m"},
                 Kind {.name = "bfloat16, TinyLlama", .shape = "tinyllama-1.1b"}})
            test::report(kind.name, errorOf(kind), 0.1);
        return test::failures() == 0 ? 0 : 1;
    } catch (const std::exception& error) {
        std::printf("FAILED: %s\n", error.what());
        return 1;
    }
}

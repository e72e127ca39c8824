// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/BenchShapes.h"

#include "training/core/Error.h"

#include <array>
#include <string>

namespace spectune {

namespace {

struct Shape {
    std::string_view name;
    std::int64_t width;
    std::int64_t feedForward;
    std::int64_t layers;
    std::int64_t heads;
    std::int64_t kvHeads;
    std::int64_t headDim;
    std::int64_t vocabulary;
    std::int64_t maxPositions;
    bool tiedHead;
};

constexpr std::array shapes {
    Shape {"demo", 128, 352, 6, 4, 2, 32, 832, 256, true},
    Shape {"stories260k", 64, 172, 5, 8, 4, 8, 512, 512, true},
    Shape {"llama-20m", 384, 1024, 8, 6, 6, 64, 8000, 1024, false},
    Shape {"smollm-135m", 576, 1536, 30, 9, 3, 64, 49152, 2048, true},
    Shape {"tinyllama-1.1b", 2048, 5632, 22, 32, 4, 64, 32000, 2048, false},
    Shape {"llama2-7b", 4096, 11008, 32, 32, 32, 128, 32000, 4096, false},
    Shape {"mistral-7b", 4096, 14336, 32, 32, 8, 128, 32000, 32768, false},
    Shape {"llama3-8b", 4096, 14336, 32, 32, 8, 128, 128256, 8192, false},
};

} // namespace

std::vector<std::string_view> shapeNames()
{
    std::vector<std::string_view> names;
    for (const Shape& shape : shapes)
        names.push_back(shape.name);
    return names;
}

ModelSpec shapeNamed(std::string_view name)
{
    std::string known;
    for (const Shape& shape : shapes) {
        known += (known.empty() ? "" : ", ") + std::string(shape.name);
        if (shape.name != name)
            continue;
        ModelSpec spec;
        spec.modelType = "llama";
        spec.vocabulary = shape.vocabulary;
        spec.width = shape.width;
        spec.feedForward = shape.feedForward;
        spec.layers = shape.layers;
        spec.heads = shape.heads;
        spec.kvHeads = shape.kvHeads;
        spec.headDim = shape.headDim;
        spec.maxPositions = shape.maxPositions;
        spec.rmsNormEps = 1e-5;
        spec.tiedHead = shape.tiedHead;
        return spec;
    }
    throw configError("--shape %1 is not known. There are %2.", name, known);
}

} // namespace spectune

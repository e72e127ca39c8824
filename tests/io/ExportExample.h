// SPDX-License-Identifier: GPL-3.0-or-later
// Adapters of random numbers for the tests of exports.
#pragma once

#include "tests/support/Tensors.h"
#include "training/nn/AdapterState.h"

#include <span>
#include <string>
#include <vector>

namespace spectune::testing {

/// All matrices of @p spec, init rank 4, ranks going round through @p ranks: the λ of the others is 0.
/// ΔW is of the size of @p size times the weights of the tiny models.
inline AdapterState randomAdapter(const ModelSpec& spec, const std::vector<std::int64_t>& ranks, double size = 0.1)
{
    constexpr std::int64_t initRank = 4;
    Random random(11);
    AdapterState state {
        .method = Method::AdaLora, .initRank = initRank, .alpha = 8.0, .scale = 8.0 / (4.0 + 1e-5), .modules = {}};
    for (std::int64_t layer = 0; layer < spec.layers; ++layer) {
        for (std::size_t i = 0; i < matrixNames.size(); ++i) {
            const auto matrix = static_cast<Matrix>(i);
            const auto shape = matrixShape(spec, matrix);
            const std::int64_t rank = ranks[state.modules.size() % ranks.size()];
            at::Tensor lambda = random.normal({initRank}, at::kFloat) * size;
            lambda.slice(0, rank).zero_();
            state.modules.push_back({modulePath(layer, matrix), random.normal({shape[0], initRank}, at::kFloat) * 0.3,
                lambda, random.normal({initRank, shape[1]}, at::kFloat) * 0.3, {}});
        }
    }
    return state;
}

} // namespace spectune::testing

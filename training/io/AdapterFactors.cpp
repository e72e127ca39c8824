// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/AdapterFactors.h"

#include "training/core/Error.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace spectune {

namespace {

std::vector<float> valuesOf(const at::Tensor& tensor)
{
    const at::Tensor plain = tensor.to(at::kFloat).contiguous();
    const auto* first = plain.const_data_ptr<float>();
    return {first, first + plain.numel()};
}

} // namespace

AdapterFactors factorsOf(const AdapterState& adapter, const std::string& module)
{
    const auto wanted = std::find_if(adapter.modules.begin(), adapter.modules.end(), [&](const ModuleAdapter& one) {
        return module.empty() ? one.lambda.count_nonzero().item<std::int64_t>() > 0 : one.module == module;
    });
    if (wanted == adapter.modules.end())
        throw module.empty() ? configError("The adapter holds no triplet.")
                             : configError("The adapter has no triplets for %1.", module);
    AdapterFactors factors;
    for (const ModuleAdapter& one : adapter.modules)
        factors.modules.push_back(one.module);
    factors.module = wanted->module;
    factors.rows = wanted->p.size(0);
    factors.columns = wanted->q.size(1);
    factors.scale = adapter.scale;
    const at::Tensor kept = wanted->lambda.nonzero().flatten(); // a checkpoint holds the pruned ones as well
    factors.p = valuesOf(wanted->p.index_select(1, kept));
    factors.lambda = valuesOf(wanted->lambda.index_select(0, kept));
    factors.q = valuesOf(wanted->q.index_select(0, kept));
    return factors;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/TripletInspection.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/loop/LibTorchEngine.h"
#include "training/loop/RunFolder.h"
#include "training/loop/Trainer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <filesystem>

namespace spectune {

namespace fs = std::filesystem;

namespace {

std::vector<double> numbersOf(const at::Tensor& tensor)
{
    const at::Tensor flat = tensor.contiguous().flatten();
    const auto* const values = flat.const_data_ptr<double>();
    return {values, values + flat.numel()};
}

/// Which triplets the arena's rows of a module are; empty: all.
std::vector<bool> placesOf(const Trainer& trainer, ModuleIndex module)
{
    if (trainer.arena().order.rank(module) == trainer.layout().initRank)
        return {};
    const at::Tensor kept = trainer.allocator().kept().select(0, module.value).cpu().contiguous(); // [r]
    const auto* values = kept.const_data_ptr<bool>();
    return std::vector<bool>(values, values + kept.numel()); // braces would make a list of two
}

/// −1 for an adapter, which is what loadAdapterState() reads where there is no checkpoint.
std::int64_t stepOf(const std::string& source)
{
    if (fileExists(fs::path(source) / "adapter_config.json") || !hasCheckpoint(source))
        return -1;
    return stepOfCheckpoint(newestCheckpoint(source));
}

} // namespace

TripletGeometry geometryOf(const ModuleAdapter& module)
{
    const c10::NoGradGuard noGradients;
    const at::TensorOptions exact = at::TensorOptions(at::kCPU).dtype(at::kDouble);
    const at::Tensor p = module.p.to(exact); // [out, r]
    const at::Tensor q = module.q.to(exact); // [r, in]
    const at::Tensor lambda = module.lambda.to(exact); // [r]
    TripletGeometry geometry;
    geometry.module = module.module;
    const auto count = static_cast<std::int32_t>(module.kept.empty() ? lambda.size(0) : module.kept.size());
    for (std::int32_t i = 0; i < count; ++i)
        if (module.kept.empty() || module.kept[static_cast<std::size_t>(i)])
            geometry.triplets.push_back(i);
    if (lambda.size(0) == 0)
        return geometry;
    const at::Tensor rp = std::get<1>(at::linalg_qr(p)); // [min(out, r), r]
    const at::Tensor rq = std::get<1>(at::linalg_qr(q.t())); // [min(in, r), r]
    geometry.lambda = numbersOf(lambda);
    geometry.gramP = numbersOf(p.t().mm(p));
    geometry.gramQ = numbersOf(q.mm(q.t()));
    geometry.singular = numbersOf(at::linalg_svdvals((rp * lambda).mm(rq.t())));
    geometry.singular.resize(geometry.lambda.size(), 0.0); // a matrix smaller than r has no more of them
    return geometry;
}

TripletGeometry geometryInRun(const Trainer& trainer, const std::string& module)
{
    const ModuleIndex index = trainer.layout().find(module);
    if (!index.isValid())
        throw configError("The run does not adapt %1.", module);
    const TripletArena& arena = trainer.arena();
    TripletGeometry geometry = geometryOf({.module = module,
        .p = arena.order.pT(arena.values, index).t(),
        .lambda = arena.order.lambda(arena.values, index),
        .q = arena.order.q(arena.values, index),
        .kept = placesOf(trainer, index)});
    geometry.live = true;
    return geometry;
}

TripletGeometry geometryInFolder(const InspectTriplets& request)
{
    const AdapterState adapter = loadAdapterState(request.source);
    const auto found = std::find_if(adapter.modules.begin(), adapter.modules.end(),
        [&](const ModuleAdapter& module) { return module.module == request.module; });
    if (found == adapter.modules.end())
        throw configError("%1 has no triplets for %2.", request.source, request.module);
    TripletGeometry geometry = geometryOf(*found);
    geometry.step = stepOf(request.source);
    return geometry;
}

} // namespace spectune

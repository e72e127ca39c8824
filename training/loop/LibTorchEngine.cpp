// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/LibTorchEngine.h"

#include "training/core/Error.h"
#include "training/data/Preview.h"
#include "training/io/AdapterFactors.h"
#include "training/io/AdapterFiles.h"
#include "training/io/GgufAdapter.h"
#include "training/loop/Answers.h"
#include "training/loop/Device.h"
#include "training/loop/Export.h"
#include "training/loop/RunFolder.h"
#include "training/loop/TextGenerator.h"
#include "training/loop/TrainingLoop.h"
#include "training/loop/TripletInspection.h"

#include <ATen/ATen.h>
#include <c10/util/ScopeExit.h>

#include <algorithm>
#include <system_error>
#include <type_traits>
#include <unordered_map>

namespace spectune {

namespace fs = std::filesystem;

AdapterState loadAdapterState(const std::string& path)
{
    const fs::path folder = adapterFolderIn(path);
    if (!folder.empty() && folder == fs::path(path))
        return readAdapter(folder);
    if (const auto gguf = ggufAdapterIn(path))
        return readGgufAdapter(*gguf);
    // A resumed run's checkpoint is newer than the adapter of its first end;
    // where none is left the adapter is all there is.
    if (!folder.empty() && !hasCheckpoint(path))
        return readAdapter(folder);
    const fs::path checkpoint = newestCheckpoint(path);
    try {
        return adapterOfCheckpoint(checkpoint);
    } catch (const Error& fault) {
        const fs::path whole = fault.kind() == FailureKind::Io ? wholeCheckpointBefore(checkpoint) : fs::path();
        if (whole.empty())
            throw;
        throw Error(fault.kind(),
            makeMessage("%1 The newest before it that can be read is %2.", fault.message(), whole), fault.detail());
    }
}

AdapterSet placeAdapter(const AdapterState& adapter, const DecoderModel& model)
{
    return placeAdapter(adapter, model.spec(), model.options());
}

AdapterSet placeAdapter(const AdapterState& adapter, const ModelSpec& spec, at::TensorOptions options)
{
    AdapterSet set;
    set.modules.resize(static_cast<std::size_t>(spec.layers) * matrixNames.size());
    std::unordered_map<std::string, std::size_t> places;
    for (std::size_t place = 0; place < set.modules.size(); ++place)
        places.emplace(modulePath(static_cast<std::int64_t>(place / matrixNames.size()),
                           static_cast<Matrix>(place % matrixNames.size())),
            place);
    options = options.dtype(options.dtype() == at::kDouble ? at::kDouble : at::kFloat);
    for (const ModuleAdapter& module : adapter.modules) {
        const auto found = places.find(module.module);
        if (found == places.end())
            throw configError("The adapter has triplets for %1, which the model does not have.", module.module);
        const auto shape = matrixShape(spec, static_cast<Matrix>(found->second % matrixNames.size()));
        if (module.p.size(0) != shape[0] || module.q.size(1) != shape[1])
            throw configError(
                "The adapter's %1 is %2 × %3, but the model's is %4 × %5. It was trained on another model.",
                module.module, module.p.size(0), module.q.size(1), shape[0], shape[1]);
        if (module.lambda.size(0) == 0)
            continue;
        set.modules[found->second] = TripletViews {.q = module.q.to(options),
            .pT = module.p.t().contiguous().to(options),
            .lambda = module.lambda.to(options),
            .scale = adapter.scale};
    }
    return set;
}

RunOutcome LibTorchEngine::run(const RunRequest& request, RunControl& control)
{
    const auto forget = c10::make_scope_exit([this] { m_run.reset(); });
    RunOutcome outcome = RunOutcome::Finished;
    try {
        withTorchErrors([&] {
            m_device = request.device;
            m_samples = {}; // the run has its own, and the memory is its
            m_run = prepareRun(request, m_model, control);
            m_model = m_run->base;
            outcome = TrainingLoop(*m_run, control).run();
        });
    } catch (const std::exception&) {
        if (m_run && m_run->folder)
            m_run->folder->logFailure(Failure::fromCurrentException().message.english());
        throw;
    }
    return outcome;
}

template <typename Speak>
Answer LibTorchEngine::withVoice(const std::string& model, const std::string& adapter, bool tuned,
    const std::string& device, const StopToken& stop, const Speak& speak)
{
    if (m_run && m_run->base.path == model) // paused: the run's own triplets, as they stand
        return speak(*m_run->base.model, *m_run->base.tokenizer, tuned ? &m_run->trainer->arena().adapters : nullptr);
    const at::Device place = parseDevice(device.empty() ? m_device : device);
    const PreparedThread prepared(place, 0); // a paused run shares the cores out itself, and may round to TF32
    const ElementType type = m_model.model && m_model.path == model && m_model.model->options().dtype() == at::kBFloat16
        ? ElementType::BFloat16
        : ElementType::Float32;
    m_model = loadModel(model, type, place, m_model, [&stop](std::int64_t, std::int64_t) { stop.throwIfStopped(); });
    if (!tuned)
        return speak(*m_model.model, *m_model.tokenizer, nullptr);
    if (adapter.empty())
        throw configError("There is no adapter to try yet. Train one, or choose a run.");
    const AdapterSet adapters = placeAdapter(loadAdapterState(adapter), *m_model.model);
    return speak(*m_model.model, *m_model.tokenizer, &adapters);
}

TripletGeometry LibTorchEngine::inspectTriplets(const InspectTriplets& request) const
{
    std::error_code none;
    const bool ofRun = m_run
        && (request.source.empty() || !m_run->folder
            || fs::equivalent(request.source, m_run->folder->path(), none)); // another run is asked about meanwhile
    if (!ofRun)
        return geometryInFolder(request);
    return geometryInRun(*m_run->trainer, request.module);
}

Answer LibTorchEngine::answer(const Request& request, const RequestContext& context)
{
    Answer answer;
    withTorchErrors([&] {
        answer = std::visit(
            [&](const auto& asked) -> Answer {
                using Asked = std::decay_t<decltype(asked)>;
                if constexpr (std::is_same_v<Asked, InspectModel>)
                    return inspectModel(asked.path);
                else if constexpr (std::is_same_v<Asked, PreviewData>)
                    return previewData(asked, m_samples, {.stop = context.stop, .report = {}});
                else if constexpr (std::is_same_v<Asked, MeasureLengths>)
                    return measureLengths(asked, m_samples, {.stop = context.stop, .report = {}});
                else if constexpr (std::is_same_v<Asked, Generate>)
                    return withVoice(asked.modelPath, asked.adapterPath, asked.tuned, asked.device, context.stop,
                        [&](DecoderModel& model, const Tokenizer& tokenizer, const AdapterSet* adapters) -> Answer {
                            return TextGenerator(model, tokenizer, adapters)
                                .generate(asked, context.stop, context.partialText);
                        });
                else if constexpr (std::is_same_v<Asked, ScoreAnswers>)
                    return withVoice(asked.modelPath, asked.adapterPath, asked.tuned, asked.device, context.stop,
                        [&](DecoderModel& model, const Tokenizer& tokenizer, const AdapterSet* adapters) -> Answer {
                            return scoreAnswers(asked, model, tokenizer, adapters, context.stop);
                        });
                else if constexpr (std::is_same_v<Asked, JudgeSamples>)
                    return withVoice(asked.config.model.path, asked.adapterPath, true, asked.device, context.stop,
                        [&](DecoderModel& model, const Tokenizer& tokenizer, const AdapterSet* adapters) -> Answer {
                            return judgeSamples(asked, m_samples, model, tokenizer, adapters, context.stop);
                        });
                else if constexpr (std::is_same_v<Asked, InspectTriplets>)
                    return inspectTriplets(asked);
                else if constexpr (std::is_same_v<Asked, InspectDevice>)
                    return inspectDevice(asked.device);
                else if constexpr (std::is_same_v<Asked, ReadFactors>)
                    return factorsOf(loadAdapterState(asked.source), asked.module);
                else
                    return exportAdapter(asked, context);
            },
            request);
    });
    return answer;
}

} // namespace spectune

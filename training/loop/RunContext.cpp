// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/RunContext.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldCheck.h"
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/io/AdapterFiles.h"
#include "training/loop/Device.h"
#include "training/loop/RunEdits.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace spectune {

namespace fs = std::filesystem;

namespace {

/// Posts a stage at most a hundred times, so that a long loop does not flood the mailbox.
class Stage {
public:
    Stage(RunControl& control, Message name)
        : m_control(control)
        , m_name(std::move(name))
    {
        m_control.post(PreparationProgress {.stage = m_name, .done = 0, .total = 0});
    }

    void operator()(std::int64_t done, std::int64_t total)
    {
        m_control.stopToken().throwIfStopped();
        const std::int64_t part = total > 0 ? done * 100 / total : done / 1000;
        if (std::exchange(m_part, part) != part)
            m_control.post(PreparationProgress {.stage = m_name, .done = done, .total = total});
    }

private:
    RunControl& m_control;
    Message m_name;
    std::int64_t m_part = -1;
};

Progress progressOf(RunControl& control, const Message& name)
{
    auto stage = std::make_shared<Stage>(control, name);
    return {.stop = control.stopToken(),
        .report = [stage](std::int64_t done, std::int64_t total) { (*stage)(done, total); }};
}

void note(RunContext& context, RunControl& control, const Message& text)
{
    context.notes.push_back(text);
    control.post(LogLine {text});
}

/// A large training file takes minutes: what is wrong with the places named besides it is told before.
/// @throws Error (Io) where the evaluation file cannot be read, or the run's folder cannot be made
void checkPlaces(const RunConfig& config, const fs::path& newFolder)
{
    if (!config.data.evalPath.empty())
        (void)openToRead(config.data.evalPath);
    if (newFolder.empty())
        return;
    std::error_code ignored; // what cannot be told is told when the folder is made
    fs::path place = fs::absolute(newFolder);
    while (!fs::exists(place, ignored) && place.has_relative_path())
        place = place.parent_path();
    if (!fs::is_directory(place, ignored))
        throw writeError(newFolder, ENOTDIR);
    if (::access(place.c_str(), W_OK | X_OK) != 0)
        throw writeError(newFolder, errno);
}

void openData(RunContext& context, RunControl& control)
{
    const RunConfig& config = context.config;
    context.trainData = std::make_shared<Dataset>(config.data.path, config.data, context.base.tokenizer,
        progressOf(control, makeMessage("Tokenising the training file")));
    note(context, control, makeMessage("Training file: %1", context.trainData->decision()));
    if (!config.data.evalPath.empty())
        context.evalData = std::make_shared<Dataset>(config.data.evalPath, config.data, context.base.tokenizer,
            progressOf(control, makeMessage("Tokenising the evaluation file")));
    context.batcher = std::make_unique<Batcher>(
        context.trainData, config.train.batchSize, config.data.shuffle, static_cast<std::uint64_t>(config.train.seed));
}

/// Derives what the configuration leaves open, and holds it against the model and the data.
void resolve(RunContext& context, RunFacts facts, RunControl& control)
{
    facts.samples = context.config.train.steps > 0
        ? context.trainData->size()
        : context.trainData->usableCount(progressOf(control, makeMessage("Counting samples")));
    context.resolved = resolveRun(context.config, facts);
    const std::vector<Issue> issues = validate(context.config, &facts);
    throwOnErrors(issues);
    for (const Issue& issue : issues)
        note(context, control,
            issue.severity == Severity::Warning ? makeMessage("Warning: %1.", issue.text)
                                                : makeMessage("Note: %1.", issue.text));
    context.config = withResolved(context.config, context.resolved);
}

RunStarted startedEvent(const RunContext& context)
{
    return {.layout = context.trainer->sharedLayout(),
        .resolved = context.resolved,
        .outFolder = context.folder ? context.folder->path().string() : std::string(),
        .deviceName = context.deviceName,
        .firstStep = context.position.step,
        .trainSamples = context.trainData->size(),
        .evalSamples = context.evalData ? context.evalData->size() : 0,
        .droppedSamples = context.trainData->dropped(),
        .trainableParameters = context.trainer->trainableParameters(),
        .baseParameters = context.base.model->parameterCount()};
}

/// loadCheckpoint(), with the checkpoint to go on from named where this one cannot be read.
RunPosition loadOrNameAnother(const fs::path& checkpoint, const RunContext& context)
{
    try {
        return loadCheckpoint(checkpoint, *context.trainer, context.resolved);
    } catch (const Error& fault) {
        if (fault.kind() != FailureKind::Io)
            throw;
        const fs::path whole = wholeCheckpointBefore(checkpoint);
        if (whole.empty())
            throw;
        throw Error(fault.kind(), makeMessage("%1 Go on with --resume %2.", fault.message(), whole), fault.detail());
    }
}

/// A position in another file's samples is another place: the run goes on, but not as it would have.
void noteChangedData(RunContext& context, RunControl& control)
{
    const RunPosition& then = context.position;
    const std::int64_t samples = context.trainData->size();
    const auto bytes = static_cast<std::int64_t>(context.trainData->bytes());
    if (then.samples >= 0 && then.samples != samples)
        note(context, control,
            makeMessage(
                "Warning: the training file gives %1 samples; it gave %2 when the checkpoint was saved. The run goes "
                "on with other samples.",
                samples, then.samples));
    else if (then.dataBytes >= 0 && then.dataBytes != bytes)
        note(context, control,
            makeMessage(
                "Warning: the training file has %1 bytes; it had %2 when the checkpoint was saved. The run goes on "
                "with other samples.",
                bytes, then.dataBytes));
}

/// What the run was begun with and is not to go on with.
/// A live-editable field is changed by an edit, which says so itself.
void noteOtherStart(RunContext& context, const RunConfig& begun, RunControl& control)
{
    for (const FieldInfo& field : fields()) {
        const FieldValue before = fieldValue(begun, field.key);
        const FieldValue now = fieldValue(context.config, field.key);
        if (!field.liveEditable && before != now && !std::holds_alternative<std::monostate>(before))
            note(context, control,
                makeMessage("Changed by this resume: %1 is %2; the run was begun with %3.", field.key,
                    detail::shown(now), detail::shown(before)));
    }
}

/// metrics.jsonl may have been cut, or copied without its end, since the checkpoint was saved.
void noteLostMetrics(RunContext& context, RunControl& control)
{
    const std::int64_t first = context.folder->lastMetric() + 1;
    const std::int64_t last = context.position.step;
    if (first == last)
        note(context, control, makeMessage("Warning: metrics.jsonl lacks step %1.", last));
    else if (first < last)
        note(context, control, makeMessage("Warning: metrics.jsonl lacks steps %1 to %2.", first, last));
}

/// Whether both are one folder, links followed; what does not exist yet may be named.
bool sameFolder(const fs::path& a, const fs::path& b)
{
    const auto real = [](const fs::path& path) {
        std::error_code fault;
        fs::path found = fs::weakly_canonical(path, fault);
        if (fault)
            throw readError(path, fault.value());
        return found;
    };
    return real(a) == real(b);
}

/// What the run's config.json says, or the given one where there is none.
RunConfig configOf(const fs::path& run, const RunConfig& given)
{
    return fileExists(run / "config.json") ? loadConfig(run / "config.json") : given;
}

/// @param lock of the run's folder; empty where nothing is written there
void restore(RunContext& context, const RunRequest& request, const fs::path& checkpoint, std::optional<FolderLock> lock,
    RunControl& control)
{
    const fs::path run = runFolderOf(checkpoint);
    if (!request.outFolder.empty() && !sameFolder(runFolderOf(request.outFolder), run))
        throw configError("--resume goes on in %1, but --out names %2. Leave --out away, or copy the run's folder and "
                          "resume the copy.",
            run, request.outFolder);
    context.position = loadOrNameAnother(checkpoint, context);
    context.batcher->seek(context.position.data);
    control.post(LogLine {makeMessage("Resumed from %1.", checkpoint)});
    if (const Message passed = passedOverIn(request.resumeFolder); !passed.empty())
        note(context, control, makeMessage("Warning: %1", passed));
    if (!context.position.sameDraws)
        control.post(LogLine {makeMessage("Dropout draws anew: the checkpoint was made with another device, number of "
                                          "threads or adalora.dropout, so the run will not go on bit for bit.")});
    if (context.position.step >= context.resolved.totalSteps)
        control.post(LogLine {makeMessage("All %1 steps of this run are done.", context.resolved.totalSteps)});
    noteChangedData(context, control);
    const RunConfig begun = configOf(run, context.config);
    const bool goesOn = context.position.step < context.resolved.totalSteps;
    if (goesOn)
        noteOtherStart(context, begun, control);
    const RunConfig written = continueEdits(context, begun, editsOfRun(run), request.edits);
    if (lock) {
        context.folder = RunFolder::reopen(run, context.position.step, std::move(*lock));
        noteLostMetrics(context, control);
        if (goesOn)
            context.folder->writeConfig(written); // it may go on with other settings
        else if (!fileExists(run / "config.json")) // without it nobody could open the run
            context.folder->writeConfig(configOf(checkpoint, context.config));
    }
}

} // namespace

void startFromAdapter(const std::string& path, Trainer& trainer)
{
    const fs::path folder = adapterFolderIn(path);
    const AdapterState adapter = readAdapter(folder.empty() ? fs::path(path) : folder);
    const ModuleLayout& layout = trainer.layout();
    const ArenaOrder& order = trainer.arena().order;
    at::Tensor& values = trainer.arena().values;
    const auto refuse = [&path](const Message& why) { return configError("adalora.init_from %1: %2", path, why); };
    if (!hasLambda(trainer.method()) && hasLambda(adapter.method))
        throw refuse(makeMessage("is an AdaLoRA adapter, but method.name is a plain LoRA. Use adalora or svd-lora."));
    for (std::size_t i = 0; i < layout.modules.size(); ++i) {
        const ModuleInfo& module = layout.modules[i];
        const ModuleIndex index {static_cast<std::int32_t>(i)};
        const auto found = std::find_if(adapter.modules.begin(), adapter.modules.end(),
            [&](const ModuleAdapter& candidate) { return candidate.module == module.name; });
        if (found == adapter.modules.end() && order.rank(index) == 0)
            continue;
        if (found == adapter.modules.end())
            throw refuse(makeMessage("has no triplets for %1.", module.name));
        const std::int64_t rank = found->lambda.size(0);
        const std::int64_t room = order.rank(index);
        const Message limit = layout.ranks.empty() ? makeMessage("adalora.init_rank %1", room)
                                                   : makeMessage("adalora.rank_map's %1", room);
        if (rank > room)
            throw refuse(makeMessage("%1 has rank %2, above %3.", module.name, rank, limit));
        if (found->p.size(0) != module.outFeatures || found->q.size(1) != module.inFeatures)
            throw refuse(makeMessage("%1 has another shape than this model's.", module.name));
        // A triplet keeps its place in the rank pattern; places that the file left out keep their fresh start, λ = 0. A
        // rank map has no places to leave out: there the file's triplets come one after the other.
        const bool keepsPlaces = layout.ranks.empty();
        std::int64_t row = 0;
        for (std::int64_t place = 0; place < room && row < rank; ++place) {
            const auto at = static_cast<std::size_t>(place);
            if (keepsPlaces && at < found->kept.size() && !found->kept[at])
                continue;
            order.q(values, index).select(0, place).copy_(found->q.select(0, row));
            order.pT(values, index).select(0, place).copy_(found->p.select(1, row));
            order.lambda(values, index).select(0, place).copy_(found->lambda.select(0, row));
            ++row;
        }
        if (row < rank)
            throw refuse(makeMessage("%1 keeps triplets beyond %2.", module.name, limit));
    }
}

RunFacts factsOf(const ModelSpec& spec, const RunConfig& config)
{
    const ModuleLayout layout = adaptedLayout(spec, TargetSelection::of(config.adalora), 1);
    RunFacts facts {.matrices = static_cast<std::int64_t>(layout.modules.size()),
        .smallestSide = 0,
        .width = spec.width,
        .layers = spec.layers,
        .maxPositions = spec.maxPositions,
        .samples = 0};
    for (const ModuleInfo& module : layout.modules) {
        const std::int64_t side = std::min(module.inFeatures, module.outFeatures);
        facts.smallestSide = facts.smallestSide == 0 ? side : std::min(facts.smallestSide, side);
    }
    if (config.adalora.rankMap.empty())
        return facts;
    for (const ModuleInfo& module : adaptedLayout(spec, {}, 1).modules)
        facts.blockMatrices.push_back({.name = module.name,
            .side = std::min(module.inFeatures, module.outFeatures),
            .adapted = layout.find(module.name).isValid()});
    return facts;
}

ModuleLayout layoutOf(const ModelSpec& spec, const RunConfig& config, const ResolvedRun& resolved)
{
    ModuleLayout layout = adaptedLayout(spec, TargetSelection::of(config.adalora), resolved.initRank);
    if (!usesRankMap(config))
        return layout;
    for (const ModuleInfo& module : layout.modules)
        layout.ranks.push_back(initialRankOf(config, resolved, module.name));
    return layout;
}

std::unique_ptr<RunContext> prepareRun(const RunRequest& request, LoadedModel& cache, RunControl& control)
{
    auto context = std::make_unique<RunContext>();
    context->config = request.config;
    throwOnErrors(validate(request.config));
    const bool resumes = !request.resumeFolder.empty();
    std::optional<FolderLock> lock; // first of all: while another process saves there, the newest checkpoint changes
    if (resumes && !request.outFolder.empty())
        lock.emplace(runFolderOf(request.resumeFolder));
    const fs::path checkpoint = resumes ? newestCheckpoint(request.resumeFolder) : fs::path();
    if (!resumes && !request.outFolder.empty())
        RunFolder::checkNew(request.outFolder);
    checkPlaces(request.config, resumes ? fs::path() : fs::path(request.outFolder));
    const at::Device device = parseDevice(request.device);
    prepareThread(device, request.config.train.threads);
    useTf32(request.config.train.tf32);
    context->deviceName = deviceName(device);

    const OpenedModel model = openModel(request.config.model.path);
    const RunFacts facts = factsOf(model.folder.spec(), request.config);
    throwOnErrors(validate(request.config, &facts));
    context->base.tokenizer = model.tokenizer;
    openData(*context, control);
    resolve(*context, facts, control);

    context->base = loadModel(model, request.config.train.dtype, device, cache,
        Stage(control, makeMessage("Reading weights")), context->resolved.initRank);
    const RunConfig& config = context->config;
    const auto layout = std::make_shared<const ModuleLayout>(layoutOf(model.folder.spec(), config, context->resolved));
    context->trainer = std::make_unique<Trainer>(context->base.model, layout, config, context->resolved);
    if (!resumes && !config.adalora.initFrom.empty()) // a checkpoint holds all of it
        startFromAdapter(config.adalora.initFrom, *context->trainer);
    if (resumes) {
        restore(*context, request, checkpoint, std::move(lock), control);
    } else {
        scheduleEdits(*context, request.edits);
        if (!request.outFolder.empty())
            context->folder = RunFolder::create(request.outFolder, config);
    }
    control.post(startedEvent(*context));
    return context;
}

} // namespace spectune

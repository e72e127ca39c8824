// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/SceneEngine.h"

#include "tests/ui/SceneAnswers.h"
#include "tests/ui/SceneTry.h"
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "training/monitor/ReplayWriter.h"
#include "training/monitor/RunHistory.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <numeric>

namespace spectune::test {

namespace {

// A number in [0, 1) that depends on both arguments alone.
double noise(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t x = a * 0x9E3779B97F4A7C15ULL + b * 0xBF58476D1CE4E5B9ULL + 0x94D049BB133111EBULL;
    x ^= x >> 31;
    x *= 0xD6E8FEB86659FD93ULL;
    x ^= x >> 32;
    return static_cast<double>(x >> 11) / 9007199254740992.0;
}

class SceneEngine final : public TrainingEngine {
public:
    explicit SceneEngine(std::shared_ptr<Scene> scene)
        : m_scene(std::move(scene))
    {
    }

    RunOutcome run(const RunRequest& request, RunControl& control) override;
    Answer answer(const Request& request, const RequestContext& context) override;

private:
    void prepare(const RunRequest& request, RunControl& control);
    void moveTriplets(std::int64_t step, bool scores);
    [[nodiscard]] MaskEvent mask(std::int64_t step, std::int64_t budget);
    [[nodiscard]] std::shared_ptr<const RankSnapshot> picture(std::int64_t step, std::int64_t budget) const;
    void record(const std::string& file, const std::string& line) const;
    void write(RunControl& control, std::int64_t step, bool stops = false);
    [[nodiscard]] TripletGeometry geometry(const InspectTriplets& request) const;
    /// ‖PᵀP − I‖ (0) or ‖QQᵀ − I‖ (1) as of the last step; R is the mean of all of them.
    [[nodiscard]] double norm(std::size_t module, std::uint64_t side) const;
    [[nodiscard]] double regularizer() const;

    std::shared_ptr<Scene> m_scene;
    std::string m_folder;
    std::unique_ptr<ReplayWriter> m_replay; ///< where files are written
    RunConfig m_config;
    std::shared_ptr<const ModuleLayout> m_layout;
    ResolvedRun m_resolved;
    std::vector<TripletState> m_triplets;
    std::vector<ModuleState> m_modules;
    std::int64_t m_eventStep = -1;
    float m_threshold = 0.0F;
    double m_done = 1.0; ///< share of the steps
};

/// λ of a pruned triplet is set to 0, and has grown a little since.
float shownLambda(const TripletState& triplet)
{
    return triplet.kept ? triplet.lambda : 0.02F * triplet.lambda;
}

std::shared_ptr<const ModuleLayout> layoutOf(const ModelSummary& model, std::int64_t initRank)
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->layerCount = model.layers;
    layout->initRank = initRank;
    for (const MatrixShape& matrix : model.matrices)
        layout->kinds.push_back(matrix.kind);
    for (std::int32_t layer = 0; layer < model.layers; ++layer)
        for (std::size_t kind = 0; kind < model.matrices.size(); ++kind)
            layout->modules.push_back({"model.layers." + std::to_string(layer) + (kind < 4 ? ".self_attn." : ".mlp.")
                    + model.matrices[kind].kind,
                LayerIndex {layer}, KindIndex {static_cast<std::int32_t>(kind)}, model.matrices[kind].inFeatures,
                model.matrices[kind].outFeatures});
    return layout;
}

void SceneEngine::prepare(const RunRequest& request, RunControl& control)
{
    m_scene->config = request.config;
    m_scene->edits = request.edits;
    for (int stage = 0; stage < 3; ++stage) {
        control.post(PreparationProgress {makeMessage("Reading weights"), stage, 3});
        m_scene->prepareWaits.wait(true);
        control.stopToken().throwIfStopped();
    }
    const ModelSummary model = sceneModel(m_scene->layers);
    RunFacts facts;
    facts.matrices = static_cast<std::int64_t>(model.matrices.size()) * model.layers;
    facts.layers = model.layers;
    facts.samples = 1500;
    m_resolved = resolveRun(request.config, facts);
    m_config = withResolved(request.config, m_resolved);
    m_layout = layoutOf(model, m_resolved.initRank);
    m_triplets.assign(static_cast<std::size_t>(m_layout->tripletCount()), {});
    m_modules.assign(m_layout->modules.size(), {});
    for (ModuleState& module : m_modules)
        module.rank = static_cast<std::int32_t>(m_resolved.initRank);
    m_folder = m_scene->writesFiles ? request.outFolder : std::string();
    if (!m_folder.empty()) {
        std::filesystem::create_directories(m_folder);
        m_replay = std::make_unique<ReplayWriter>(std::filesystem::path(m_folder) / "replay.bin");
        writeFileAtomically(
            std::filesystem::path(m_folder) / "config.json", toJson(withResolved(request.config, m_resolved)));
    }
    RunStarted started;
    started.layout = m_layout;
    started.resolved = m_resolved;
    started.outFolder = request.outFolder;
    started.deviceName = makeMessage("Processor, %1 cores", 2);
    started.trainSamples = 1500;
    started.evalSamples = 200;
    for (const ModuleInfo& module : m_layout->modules)
        started.trainableParameters
            += m_resolved.initRank * (module.inFeatures + module.outFeatures + (hasLambda(m_config.method) ? 1 : 0));
    started.baseParameters = model.parameters;
    control.post(std::move(started));
}

void SceneEngine::moveTriplets(std::int64_t step, bool scores)
{
    const auto rank = static_cast<std::size_t>(m_layout->initRank);
    for (std::size_t module = 0; module < m_modules.size(); ++module) {
        const double liking = 0.2 + noise(module, 1) * (m_layout->modules[module].kind.value < 4 ? 1.2 : 0.6);
        for (std::size_t i = 0; i < rank; ++i) {
            TripletState& triplet = m_triplets[module * rank + i];
            const double base = liking * std::exp(-0.35 * static_cast<double>(i)) * (0.6 + 0.4 * noise(module, i + 7));
            const double wobble = 0.9 + 0.2 * noise(module * 31 + i, static_cast<std::uint64_t>(step));
            triplet.lambda = static_cast<float>(
                (i % 3 == 2 ? -0.3 : 0.3) * base * std::min(1.0, static_cast<double>(step) / 60.0));
            if (!scores) // they stay those of the last event, as a TripletState's do
                continue;
            triplet.scoreLambda = static_cast<float>(2.5e-6 * base * wobble);
            triplet.meanScoreP = static_cast<float>(0.3e-6 * base * wobble);
            triplet.meanScoreQ = static_cast<float>(0.2e-6 * base * wobble);
            triplet.score = triplet.scoreLambda + triplet.meanScoreP + triplet.meanScoreQ;
            triplet.sensitivityLambda = static_cast<float>(2e-3 * base);
            triplet.uncertaintyLambda = static_cast<float>(1.25e-3 * wobble);
        }
    }
}

MaskEvent SceneEngine::mask(std::int64_t step, std::int64_t budget)
{
    std::vector<std::size_t> order(m_triplets.size());
    std::iota(order.begin(), order.end(), std::size_t {0});
    std::stable_sort(order.begin(), order.end(),
        [this](std::size_t a, std::size_t b) { return m_triplets[a].score > m_triplets[b].score; });
    MaskEvent event {step, budget, {}, 0, 0};
    for (ModuleState& module : m_modules)
        module = {};
    for (std::size_t place = 0; place < order.size(); ++place) {
        TripletState& triplet = m_triplets[order[place]];
        ModuleState& module = m_modules[order[place] / static_cast<std::size_t>(m_layout->initRank)];
        const bool keep = place < static_cast<std::size_t>(budget);
        if (keep != triplet.kept) {
            ++(keep ? event.revived : event.pruned);
            ++(keep ? module.backAtLastEvent : module.lostAtLastEvent);
            (keep ? triplet.revivedAt : triplet.prunedAt) = static_cast<std::int32_t>(step);
        }
        triplet.kept = keep;
        module.rank += keep ? 1 : 0;
        if (keep)
            m_threshold = triplet.score;
    }
    for (const ModuleState& module : m_modules)
        event.ranks.push_back(module.rank);
    m_eventStep = step;
    return event;
}

std::shared_ptr<const RankSnapshot> SceneEngine::picture(std::int64_t step, std::int64_t budget) const
{
    auto snapshot = std::make_shared<RankSnapshot>();
    snapshot->layout = m_layout;
    snapshot->step = step;
    snapshot->budget = budget;
    snapshot->eventStep = m_eventStep;
    snapshot->threshold = m_threshold;
    snapshot->hasScores = allocatesBudget(m_config.method);
    snapshot->hasLambda = snapshot->hasScores || hasLambda(m_config.method);
    snapshot->memory = {.used = (std::int64_t {236} << 20) + step * 10, .total = std::int64_t {12} << 30};
    snapshot->modules = m_modules;
    snapshot->triplets = m_triplets;
    const auto rank = static_cast<std::size_t>(m_layout->initRank);
    for (std::size_t module = 0; module < m_modules.size(); ++module) {
        ModuleState& state = snapshot->modules[module];
        for (std::size_t i = 0; i < rank; ++i) {
            TripletState& triplet = snapshot->triplets[module * rank + i];
            triplet.lambda = shownLambda(triplet);
            state.importance += triplet.kept ? triplet.score : 0.0F;
            state.lambdaSum += std::abs(triplet.lambda);
        }
        state.orthP = static_cast<float>(norm(module, 0));
        state.orthQ = static_cast<float>(norm(module, 1));
    }
    return snapshot;
}

double SceneEngine::norm(std::size_t module, std::uint64_t side) const
{
    return (0.3 * std::exp(-5.0 * m_done) + 0.01) * (0.6 + 0.8 * noise(module, 3 + side));
}

double SceneEngine::regularizer() const
{
    double sum = 0.0;
    for (std::size_t module = 0; module < m_modules.size(); ++module)
        sum += norm(module, 0) + norm(module, 1);
    return sum / (2.0 * static_cast<double>(m_modules.size()));
}

void SceneEngine::record(const std::string& file, const std::string& line) const
{
    if (!m_folder.empty())
        std::ofstream(std::filesystem::path(m_folder) / file, std::ios::app) << line << '\n';
}

void SceneEngine::write(RunControl& control, std::int64_t step, bool stops)
{
    if (stops && m_scene->stopFails)
        throw ioError("Step %1 could not be saved.", step);
    while (m_scene->diskFull) {
        const Failure failure {
            FailureKind::Io, makeMessage("Could not write %1: the disk is full.", "metrics.jsonl"), {}, step};
        if (!control.holdFor(failure))
            throw Error(failure.kind, failure.message);
    }
}

RunOutcome SceneEngine::run(const RunRequest& request, RunControl& control)
{
    prepare(request, control);
    const std::int64_t total = m_resolved.totalSteps;
    for (std::int64_t t = 0; t < total; ++t) {
        if (t == m_scene->failAt)
            throw Error(FailureKind::OutOfMemory,
                makeMessage("The memory was full: a block of 24 MiB was asked for, 10 MiB were free."),
                Message::verbatim("allocation of activations, layer 4"));
        if (t == m_scene->waitAt)
            m_scene->open.wait(false);
        for (const std::string& line : takePlannedEdits(control, request.edits, m_config, m_resolved, t))
            record("edits.jsonl", line);
        const std::int64_t step = t + 1;
        const std::int64_t budget = m_resolved.schedule.budgetAt(t);
        moveTriplets(step, m_eventStep < 0 || m_resolved.schedule.masksAt(t));
        const double done = m_done = static_cast<double>(step) / static_cast<double>(total);
        MetricPoint point {step,
            0.08 + 2.6 * std::exp(-6 * done) * (0.8 + 0.4 * noise(static_cast<std::uint64_t>(step), 2)), regularizer(),
            m_config.optim.lr * (1 - done), budget, 0.7, 160, 0.05 * static_cast<double>(step), {}};
        control.post(point);
        record("metrics.jsonl", toJsonLine(point));
        if (m_resolved.schedule.masksAt(t)) {
            const MaskEvent event = mask(step, budget);
            control.post(event);
            record("ranks.jsonl", toJsonLine(event, *m_layout));
            if (m_replay)
                m_replay->append(*picture(step, budget));
        }
        if (step % 100 == 0) {
            const double loss = 0.1 + 2.4 * std::exp(-6 * done);
            const EvalPoint evaluation {step, loss, {{"perplexity", std::exp(loss)}}};
            control.post(evaluation);
            record("metrics.jsonl", toJsonLine(evaluation));
        }
        if (step == 300)
            control.post(CheckpointSaved {step, "checkpoints/step-300"});
        if (control.snapshotDue() || step == total || m_eventStep == step || t + 1 == m_scene->waitAt
            || t + 1 == m_scene->failAt)
            control.publish(picture(step, budget));
        m_scene->diskFull = m_scene->diskFull || step == m_scene->fillsAt;
        write(control, step);
        for (BorderAction action = control.nextAction(step); action != BorderAction::Continue;
             action = control.nextAction(step)) {
            if (action == BorderAction::Save || action == BorderAction::Stop) {
                write(control, step, action == BorderAction::Stop);
                control.post(CheckpointSaved {step, "checkpoints/step-" + std::to_string(step)});
            }
            if (action == BorderAction::Edit)
                for (const std::string& line : takeSceneEdits(control, m_config, m_resolved, step))
                    record("edits.jsonl", line);
            if (action == BorderAction::Evaluate)
                control.post(EvalPoint {step, 0.1 + 2.4 * std::exp(-6 * done), {}});
            if (action == BorderAction::Stop)
                return RunOutcome::Stopped;
        }
    }
    control.post(CheckpointSaved {total, "checkpoints/step-" + std::to_string(total)});
    return RunOutcome::Finished;
}

/// The identity but for an error of Frobenius norm @p norm.
std::vector<double> gramOf(std::size_t rank, std::uint64_t seed, double norm)
{
    std::vector<double> gram;
    for (std::size_t i = 0; i < rank; ++i)
        for (std::size_t k = 0; k < rank; ++k)
            gram.push_back(noise(std::min(i, k) + seed, std::max(i, k)) - 0.5);
    const double found = std::sqrt(std::inner_product(gram.begin(), gram.end(), gram.begin(), 0.0));
    for (std::size_t place = 0; place < gram.size(); ++place)
        gram[place] = gram[place] * norm / found + (place % (rank + 1) == 0 ? 1.0 : 0.0);
    return gram;
}

// A matrix whose P and Q are nearly orthonormal: Gram matrices near the identity, singular values near |λ|.
TripletGeometry SceneEngine::geometry(const InspectTriplets& request) const
{
    TripletGeometry geometry;
    geometry.module = request.module;
    geometry.live = m_layout != nullptr;
    const std::size_t rank = m_layout ? static_cast<std::size_t>(m_layout->initRank) : 8;
    const std::size_t module = m_layout ? m_layout->find(request.module).at() : 0;
    for (std::size_t i = 0; i < rank; ++i) {
        geometry.triplets.push_back(static_cast<std::int32_t>(i));
        const double lambda = m_layout ? static_cast<double>(shownLambda(m_triplets[module * rank + i]))
                                       : 0.3 * std::exp(-0.3 * static_cast<double>(i));
        geometry.lambda.push_back(lambda);
        geometry.singular.push_back(std::abs(lambda) * (0.94 + 0.1 * noise(module, i)));
    }
    geometry.gramP = gramOf(rank, 40, norm(module, 0));
    geometry.gramQ = gramOf(rank, 80, norm(module, 1));
    std::sort(geometry.singular.rbegin(), geometry.singular.rend());
    return geometry;
}

Answer SceneEngine::answer(const Request& request, const RequestContext& context)
{
    if (const auto* inspect = std::get_if<InspectModel>(&request)) {
        if (inspect->path.find("broken") != std::string::npos)
            throw ioError("%1/model.safetensors: the header is cut off at byte 12.", inspect->path);
        ModelSummary model = sceneModel(m_scene->layers);
        model.path = inspect->path;
        model.dtype = m_scene->dtype;
        return model;
    }
    if (const auto* data = std::get_if<PreviewData>(&request)) {
        const std::string& file = data->evaluationFile ? data->config.data.evalPath : data->config.data.path;
        if (file.find("broken") != std::string::npos && !std::filesystem::exists(file))
            throw ioError("%1: there is no such file.", file);
        return scenePreview(*data);
    }
    if (const auto* measure = std::get_if<MeasureLengths>(&request))
        return sceneLengths(*measure);
    if (const auto* generate = std::get_if<Generate>(&request)) {
        const std::vector<std::string> words = !m_scene->answer.empty() ? std::vector {m_scene->answer}
            : generate->tuned
            ? sceneCard(generate->prompt)
            : std::vector<std::string> {" Paul", " is", " always", " happy.", " What", " does", " Paul", " eat?"};
        GeneratedText text;
        for (const std::string& word : words) {
            context.stop.throwIfStopped();
            text.text += word;
            text.ids.push_back(static_cast<std::int32_t>(text.ids.size()));
            if (context.partialText)
                context.partialText(word);
            m_scene->answerWaits.wait(true);
        }
        text.tuned = generate->tuned;
        text.ended = true;
        text.seconds = 0.25;
        return text;
    }
    if (const auto* inspect = std::get_if<InspectTriplets>(&request))
        return geometry(*inspect);
    if (const auto* score = std::get_if<ScoreAnswers>(&request))
        return sceneScores(*score);
    if (const auto* judge = std::get_if<JudgeSamples>(&request)) {
        m_scene->answerWaits.wait(true);
        return sceneVerdicts(*judge);
    }
    if (const auto* device = std::get_if<InspectDevice>(&request)) {
        ++m_scene->deviceQuestions;
        return DeviceSummary {
            device->device, Message::verbatim("Scene"), std::int64_t {12} << 30, std::int64_t {11} << 30};
    }
    if (const auto* factors = std::get_if<ReadFactors>(&request))
        return sceneFactors(*factors);
    return sceneExport(*m_scene, std::get<ExportAdapter>(request), context);
}

} // namespace

EngineFactory sceneFactory(std::shared_ptr<Scene> scene)
{
    return [scene = std::move(scene)] { return std::make_unique<SceneEngine>(scene); };
}

} // namespace spectune::test

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/loop/Reference.h"

#include "training/config/FieldTable.h"
#include "training/config/Validation.h"
#include "training/core/AtomicFile.h"
#include "training/io/AdapterFiles.h"
#include "training/loop/Device.h"
#include "training/loop/RunContext.h"

#include <ATen/ATen.h>

#include <cstdlib>

namespace spectune::test {

namespace fs = std::filesystem;

namespace {

FieldValue fieldValueOf(const nlohmann::json& value)
{
    if (value.is_number_integer())
        return value.get<std::int64_t>();
    if (value.is_number())
        return value.get<double>();
    return value.get<std::string>();
}

} // namespace

fs::path trajectoryFolder()
{
    return fs::path(std::getenv("SPECTUNE_SOURCE_DIR")) / "tests/reference/trajectory";
}

fs::path storiesFolder()
{
    return fs::path(std::getenv("SPECTUNE_SHARED_DATA")) / "models/stories260K";
}

nlohmann::json readJson(const fs::path& file)
{
    return nlohmann::json::parse(readFile(file));
}

std::vector<Batch> referenceBatches()
{
    std::vector<Batch> batches;
    const nlohmann::json file = readJson(trajectoryFolder() / "batches.json");
    for (const auto& entry : file.at("batches")) {
        std::vector<Sample> samples;
        for (std::size_t row = 0; row < entry.at("ids").size(); ++row) {
            Sample sample {.ids = entry["ids"][row].get<std::vector<std::int32_t>>(),
                .bearsLoss = entry["loss"][row].get<std::vector<std::uint8_t>>(),
                .cutTokens = 0};
            samples.push_back(std::move(sample));
        }
        batches.push_back(collate(samples, 0));
    }
    return batches;
}

RunConfig referenceConfig(const nlohmann::json& reference)
{
    RunConfig config;
    for (const auto& [key, value] : reference.at("config").items())
        setFieldValue(config, key, fieldValueOf(value));
    config.adalora.initFrom.clear();
    return config;
}

std::unique_ptr<Trainer> referenceTrainer(const RunConfig& config, const std::string& adapter)
{
    prepareThread(at::kCPU, 1);
    LoadedModel none;
    const LoadedModel base = loadModel(storiesFolder().string(), config.train.dtype, at::kCPU, none);
    const RunFacts facts = factsOf(base.model->spec(), config);
    const ResolvedRun resolved = resolveRun(config, facts);
    const auto layout = std::make_shared<const ModuleLayout>(
        adaptedLayout(base.model->spec(), TargetSelection::of(config.adalora), resolved.initRank));
    auto trainer = std::make_unique<Trainer>(base.model, layout, config, resolved);
    startFromAdapter((trajectoryFolder() / adapter).string(), *trainer);
    return trainer;
}

} // namespace spectune::test

// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace spectune {

enum class DataFormat { Auto, Text, PromptCompletion, Chat, Alpaca, E2e, Table };
enum class ElementType { Float32, BFloat16, Float64 };
enum class LrSchedule { Constant, Linear, Cosine };
enum class Method { AdaLora, Lora, SvdLora, PruneLora };
enum class ScoreKind { SensitivityUncertainty, Sensitivity, Magnitude };
enum class SensitivityStep { Post, Pre };
enum class RegularizerKind { Norm, SquaredSum };

/// Ranks of single matrices by full name, such as "model.layers.0.self_attn.q_proj"; 0: not adapted.
using RankMap = std::map<std::string, std::int64_t>;

struct ModelConfig {
    std::string path;
};

/// Names of a table's or an object's columns; empty: the format's own names.
struct DataColumns {
    std::string text;
    std::string textPair;
    std::string label;
    std::string prompt;
    std::string completion;
};

struct DataConfig {
    std::string path;
    std::string evalPath; ///< empty: no evaluation
    DataFormat format = DataFormat::Auto;
    std::string templateText; ///< key data.template; "{column}" is replaced; empty: the format's own
    DataColumns columns;
    std::int64_t maxLength = 512; ///< tokens of a sample, BOS and EOS included
    bool shuffle = true;
};

struct TrainConfig {
    std::int64_t seed = 42;
    std::int64_t steps = 0; ///< optimizer steps; 0: from epochs
    double epochs = 3.0;
    std::int64_t batchSize = 8; ///< samples per optimizer step
    std::int64_t microBatchSize = 0; ///< samples per forward; 0: the whole batch
    ElementType dtype = ElementType::Float32; ///< of the base model; adapters are float32, or float64 when this is
    bool gradientCheckpointing = false;
    bool tf32 = false; ///< float32 products on CUDA with factors rounded to TF32's 10 bits
    std::int64_t evalEvery = 0; ///< steps; 0: only at the end
    std::int64_t saveEvery = 0; ///< steps; 0: only at the end and on a stop
    std::int64_t threads = 0; ///< CPU threads; 0: physical cores
};

/// Samples that go through the model at once.
[[nodiscard]] inline std::int64_t samplesOfForward(const TrainConfig& train) noexcept
{
    return train.microBatchSize > 0 ? std::min(train.microBatchSize, train.batchSize) : train.batchSize;
}

struct OptimConfig {
    double lr = 1e-3;
    LrSchedule schedule = LrSchedule::Linear;
    std::int64_t warmup = 0; ///< steps
    double weightDecay = 0.01;
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double maxGradNorm = 1.0; ///< 0: no clipping
};

/// What is not set here (std::nullopt) is derived from the rest by resolveRun().
struct AdaLoraConfig {
    /// default round(1.5 · targetRank); for a method of fixed rank the rank map's largest or, without one, targetRank
    std::optional<std::int64_t> initRank;
    std::int64_t targetRank = 8; ///< mean rank of a matrix at the end
    std::optional<std::int64_t> totalBudget; ///< triplets kept at the end; default targetRank · matrices
    std::optional<double> alpha; ///< default 2 · initRank, so that s = 2
    double dropout = 0.0; ///< on the adapter's input only
    std::optional<std::int64_t> ti; ///< last step of the warm-up; default 10 % of the steps
    std::optional<std::int64_t> tf; ///< steps of the final phase; default 50 % of the steps
    std::optional<std::int64_t> deltaT; ///< steps between masking events; default max(1, steps / 1000)
    double beta1 = 0.85; ///< of Ī
    double beta2 = 0.85; ///< of Ū
    double gamma = 0.1; ///< weight of the orthogonality regulariser R
    ScoreKind score = ScoreKind::SensitivityUncertainty;
    SensitivityStep sensitivityStep = SensitivityStep::Post;
    RegularizerKind regularizer = RegularizerKind::Norm;
    bool shrink = false; ///< from T − tf on the arena holds the kept triplets alone
    std::vector<std::string> targets; ///< module names such as "q_proj"; empty: all linear ones of the blocks
    std::vector<std::int64_t> layers; ///< block indices, ascending; empty: all
    std::vector<std::string>
        modules; ///< exactly these, such as "0-3.q_proj", instead of targets × layers; empty: those
    RankMap rankMap; ///< for a method of fixed rank: matrices whose rank is not initRank; empty: none
    std::string initFrom; ///< folder of a PEFT AdaLoRA adapter whose P, Λ, Q are the start
};

/// One run's whole configuration, as a value. Keys, ranges and texts stand in FieldTable.h.
struct RunConfig {
    static constexpr std::int64_t schemaVersion = 1;

    ModelConfig model;
    DataConfig data;
    TrainConfig train;
    OptimConfig optim;
    Method method = Method::AdaLora;
    AdaLoraConfig adalora;
};

/// Whether the method prunes (adalora, prune-lora) or keeps one rank throughout (lora, svd-lora).
[[nodiscard]] constexpr bool allocatesBudget(Method method) noexcept
{
    return method == Method::AdaLora || method == Method::PruneLora;
}

/// Whether the method has a Λ of its own (adalora, svd-lora) or is a plain product B·A (lora, prune-lora).
[[nodiscard]] constexpr bool hasLambda(Method method) noexcept
{
    return method == Method::AdaLora || method == Method::SvdLora;
}

/// The method of fixed rank that trains what @p method does: with a Λ or without.
[[nodiscard]] constexpr Method fixedRankMethod(Method method) noexcept
{
    return hasLambda(method) ? Method::SvdLora : Method::Lora;
}

/// Whether the matrices have the ranks of adalora.rank_map: with a method of fixed rank.
/// Others refuse a map (validate()).
[[nodiscard]] inline bool usesRankMap(const RunConfig& config) noexcept
{
    return !allocatesBudget(config.method) && !config.adalora.rankMap.empty();
}

} // namespace spectune

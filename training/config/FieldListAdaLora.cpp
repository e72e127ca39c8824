// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/FieldDescriptor.h"

namespace spectune {

namespace {

using detail::describe;
using detail::FieldDescriptor;
using detail::maxSteps;
using enum FieldLevel;

constexpr double maxRank = 65536;

/// The second part of the one table: the method and all that belongs to the adapter and its budget.
constexpr FieldDescriptor adapterFields[] = {
    describe(
        {.key = "method.name",
            .label = "Method",
            .help
            = "adalora moves ranks to where they matter; svd-lora keeps one rank. lora is B·A of one rank; prune-lora "
              "is lora pruned by the same scores and budget.",
            .level = Basic},
        [](auto& c) -> auto& { return c.method; }),

    describe(
        {.key = "adalora.init_rank",
            .label = "Initial rank",
            .help
            = "Rank of every adapted matrix at the start; above the target, so that there is something to prune. Not "
              "set: 1.5 times adalora.target_rank, or for lora and svd-lora, which keep it, that rank itself or the "
              "largest of adalora.rank_map.",
            .minimum = 1,
            .maximum = maxRank,
            .level = Basic},
        [](auto& c) -> auto& { return c.adalora.initRank; }),
    describe(
        {.key = "adalora.target_rank",
            .label = "Target rank",
            .help = "Mean rank of an adapted matrix at the end: the final budget is this times the number of matrices. "
                    "Single matrices end higher or lower. Changed while a run goes on, until step T − tf: b(t) goes on "
                    "as if it had had this end from the start.",
            .minimum = 1,
            .maximum = maxRank,
            .level = Basic,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.adalora.targetRank; }),
    describe(
        {.key = "adalora.total_budget",
            .label = "Total budget",
            .help = "Triplets kept at the end over all matrices together, in place of adalora.target_rank. Not set: "
                    "adalora.target_rank times the number of matrices. Changed while a run goes on, until step T − tf: "
                    "b(t) goes on as if it had had this end from the start.",
            .unit = "triplets",
            .minimum = 1,
            .maximum = 1e9,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.adalora.totalBudget; }),
    describe(
        {.key = "adalora.alpha",
            .label = "Alpha",
            .help
            = "The adapter's output is scaled by s = alpha / initial rank, also after pruning. Not set: twice the "
              "initial rank, so that s = 2. Narrow models need more: about 8 times the rank at a width of 128.",
            .minimum = 0,
            .maximum = 1e6,
            .minimumExcluded = true},
        [](auto& c) -> auto& { return c.adalora.alpha; }),
    describe(
        {.key = "adalora.dropout",
            .label = "Dropout",
            .help = "Chance that an element of the adapter's input is set to 0 in training; the base is not touched.",
            .minimum = 0,
            .maximum = 1,
            .maximumExcluded = true},
        [](auto& c) -> auto& { return c.adalora.dropout; }),
    describe(
        {.key = "adalora.ti",
            .label = "Warm-up end (ti)",
            .help
            = "Last step of the warm-up, in which nothing is pruned; from there the budget falls with a cubic curve. "
              "Below train.steps − adalora.tf. Not set: 10 % of the steps.",
            .unit = "steps",
            .minimum = 0,
            .maximum = maxSteps},
        [](auto& c) -> auto& { return c.adalora.ti; }),
    describe(
        {.key = "adalora.tf",
            .label = "Final phase (tf)",
            .help
            = "Steps at the end in which the ranks stay as they are and only the values are trained. Not set: 50 % of "
              "the steps.",
            .unit = "steps",
            .minimum = 1,
            .maximum = maxSteps},
        [](auto& c) -> auto& { return c.adalora.tf; }),
    describe(
        {.key = "adalora.delta_t",
            .label = "Masking interval (ΔT)",
            .help
            = "Steps between two masking events while the budget falls; at each one all triplets compete again, so a "
              "pruned one can come back. Not set: a thousandth of the steps, at least 1. May change until step T − tf.",
            .unit = "steps",
            .minimum = 1,
            .maximum = maxSteps,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.adalora.deltaT; }),
    describe(
        {.key = "adalora.beta1",
            .label = "Sensitivity smoothing (β1)",
            .help = "Decay of the running mean of the sensitivity |weight · gradient|. It is not Adam's.",
            .minimum = 0,
            .maximum = 1,
            .maximumExcluded = true},
        [](auto& c) -> auto& { return c.adalora.beta1; }),
    describe(
        {.key = "adalora.beta2",
            .label = "Uncertainty smoothing (β2)",
            .help = "Decay of the running mean of the uncertainty |sensitivity − its mean|. It is not Adam's.",
            .minimum = 0,
            .maximum = 1,
            .maximumExcluded = true},
        [](auto& c) -> auto& { return c.adalora.beta2; }),
    describe(
        {.key = "adalora.gamma",
            .label = "Orthogonality weight (γ)",
            .help = "Weight of the term that keeps P and Q near orthogonal; not part of the task loss shown. 0: none.",
            .zero = "none",
            .minimum = 0,
            .maximum = 1e3,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.adalora.gamma; }),
    describe(
        {.key = "adalora.score",
            .label = "Importance score",
            .help
            = "Rank triplets by sensitivity times uncertainty (AdaLoRA), sensitivity alone, or |λ| alone (not for "
              "prune-lora, which has no λ)."},
        [](auto& c) -> auto& { return c.adalora.score; }),
    describe(
        {.key = "adalora.sensitivity_step",
            .label = "Sensitivity taken",
            .help = "post: weights after the optimizer's step, as PEFT; pre: before it, as the paper's Algorithm 1."},
        [](auto& c) -> auto& { return c.adalora.sensitivityStep; }),
    describe(
        {.key = "adalora.regularizer",
            .label = "Regulariser",
            .help = "norm: Frobenius norms, as the authors' code and PEFT; squared_sum: their squares, as the paper."},
        [](auto& c) -> auto& { return c.adalora.regularizer; }),
    describe(
        {.key = "adalora.shrink",
            .label = "Shrink in the final phase",
            .help
            = "Drop the pruned triplets for good once the final phase (tf) begins: its steps then cost what the kept "
              "ranks cost. Exact with adalora.gamma 0, as long as no step reaches optim.max_grad_norm (the gradient's "
              "norm leaves out the dropped λ) and no matrix of rank 0 has dropout (it draws no mask any more). With "
              "gamma above 0 the orthogonality term covers the kept triplets alone: losses, P and Q differ from there "
              "on. Files keep all ranks."},
        [](auto& c) -> auto& { return c.adalora.shrink; }),
    describe(
        {.key = "adalora.targets",
            .label = "Matrices",
            .help = "Names of the matrices to adapt, such as q_proj, v_proj. Empty: all linear ones of the blocks.",
            .level = Basic},
        [](auto& c) -> auto& { return c.adalora.targets; }),
    describe(
        {.key = "adalora.layers",
            .label = "Layers",
            .help = "Blocks to adapt, counted from 0: a list, or text such as \"2-5\" or \"0,2-5\". Empty: all.",
            .minimum = 0,
            .maximum = 9999,
            .level = Basic},
        [](auto& c) -> auto& { return c.adalora.layers; }),
    describe(
        {.key = "adalora.modules",
            .label = "Single matrices",
            .help = "A choice that is no product of matrices and layers: names with their blocks, such as 0-3.q_proj, "
                    "5.v_proj "
                    "or *.up_proj. Empty: matrices × layers."},
        [](auto& c) -> auto& { return c.adalora.modules; }),
    describe(
        {.key = "adalora.rank_map",
            .label = "Rank map",
            .help
            = "For svd-lora and lora: ranks of single matrices by name, {\"model.layers.0.self_attn.q_proj\": 3}; 0 "
              "leaves one out. The others have adalora.init_rank, above which no rank may be. All have one scale, s = "
              "alpha / initial rank, as in the run that the map was learned in: there, too, s stays when ranks fall. "
              "Exports keep it exact: B holds s, and rank_pattern and alpha_pattern name the same ranks. Empty: one "
              "rank for all.",
            .minimum = 0,
            .maximum = maxRank},
        [](auto& c) -> auto& { return c.adalora.rankMap; }),
    describe(
        {.key = "adalora.init_from",
            .label = "Start from adapter",
            .help
            = "Folder of a PEFT AdaLoRA adapter whose P, Λ and Q are the start; all else comes from here. Empty: new.",
            .type = FieldType::Folder},
        [](auto& c) -> auto& { return c.adalora.initFrom; }),
};

} // namespace

std::span<const detail::FieldDescriptor> detail::adaLoraFields() noexcept
{
    return adapterFields;
}

} // namespace spectune

// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/FieldDescriptor.h"

#include <vector>

namespace spectune {

namespace {

using detail::describe;
using detail::FieldDescriptor;
using detail::maxSteps;
using enum FieldLevel;

/// Of one forward pass: attention's launches on a GPU count the samples in 16 bits.
constexpr double mostSamples = 65535;

/// Every parameter once, here and, for method.* and adalora.*, in FieldListAdaLora.cpp. What a person reads in the
/// form, in `spectune-train fields` and in the manual stands in these rows.
constexpr FieldDescriptor generalFields[] = {
    describe(
        {.key = "model.path",
            .label = "Model folder",
            .help = "Folder of a Hugging Face model: config.json, *.safetensors and its tokenizer.",
            .type = FieldType::Folder,
            .level = Basic},
        [](auto& c) -> auto& { return c.model.path; }),

    describe(
        {.key = "data.path",
            .label = "Training file",
            .help = "File with the samples to train on: .txt, .jsonl, .json, .csv or .tsv; see data.format.",
            .type = FieldType::File,
            .level = Basic},
        [](auto& c) -> auto& { return c.data.path; }),
    describe(
        {.key = "data.eval_path",
            .label = "Evaluation file",
            .help = "File with samples to evaluate on, read in the same format. Empty: no evaluation.",
            .type = FieldType::File,
            .level = Basic},
        [](auto& c) -> auto& { return c.data.evalPath; }),
    describe(
        {.key = "data.format",
            .label = "Format",
            .help = "How the file is read. auto decides by its extension and its keys, and says what it decided.",
            .level = Basic},
        [](auto& c) -> auto& { return c.data.format; }),
    describe(
        {.key = "data.template",
            .label = "Template",
            .help = "Text of a sample, {column} replaced by that column's value. Empty: the format's own."},
        [](auto& c) -> auto& { return c.data.templateText; }),
    describe(
        {.key = "data.columns.text",
            .label = "Text column",
            .help = "Name of the column or key that holds the text. Empty: the format's own name."},
        [](auto& c) -> auto& { return c.data.columns.text; }),
    describe(
        {.key = "data.columns.text_pair",
            .label = "Second text column",
            .help = "Name of the column with the second text, where samples are pairs. Empty: none."},
        [](auto& c) -> auto& { return c.data.columns.textPair; }),
    describe(
        {.key = "data.columns.label",
            .label = "Label column",
            .help = "Name of the column that holds the label. Empty: the format's own name."},
        [](auto& c) -> auto& { return c.data.columns.label; }),
    describe(
        {.key = "data.columns.prompt",
            .label = "Prompt column",
            .help = "Name of the column or key with the prompt, such as \"question\". Empty: \"prompt\"."},
        [](auto& c) -> auto& { return c.data.columns.prompt; }),
    describe(
        {.key = "data.columns.completion",
            .label = "Completion column",
            .help = "Name of the column or key with the completion, such as \"answer\". Empty: \"completion\"."},
        [](auto& c) -> auto& { return c.data.columns.completion; }),
    describe(
        {.key = "data.max_length",
            .label = "Length limit",
            .help = "Samples are cut on the right here, BOS and EOS included; .txt documents are cut into such blocks.",
            .unit = "tokens",
            .minimum = 2,
            .maximum = 1 << 20,
            .level = Basic},
        [](auto& c) -> auto& { return c.data.maxLength; }),
    describe(
        {.key = "data.shuffle",
            .label = "Shuffle",
            .help = "Draw a new order of the samples for every epoch, from train.seed. Off: file order."},
        [](auto& c) -> auto& { return c.data.shuffle; }),

    describe(
        {.key = "train.seed",
            .label = "Seed",
            .help = "Start of all random numbers: the adapter's initial values, the order of samples, dropout.",
            .minimum = 0,
            .maximum = 9007199254740991.0},
        [](auto& c) -> auto& { return c.train.seed; }),
    describe(
        {.key = "train.steps",
            .label = "Steps",
            .help = "Optimizer steps of the run, T. 0: as many as train.epochs gives.",
            .unit = "steps",
            .zero = "by epochs",
            .minimum = 0,
            .maximum = maxSteps,
            .level = Basic},
        [](auto& c) -> auto& { return c.train.steps; }),
    describe(
        {.key = "train.epochs",
            .label = "Epochs",
            .help = "How often the training file is gone through; may be a fraction. Used when train.steps is 0.",
            .unit = "epochs",
            .minimum = 0,
            .maximum = 1e6,
            .minimumExcluded = true,
            .level = Basic},
        [](auto& c) -> auto& { return c.train.epochs; }),
    describe(
        {.key = "train.batch_size",
            .label = "Batch size",
            .help = "Samples per optimizer step.",
            .unit = "samples",
            .minimum = 1,
            .maximum = mostSamples,
            .level = Basic},
        [](auto& c) -> auto& { return c.train.batchSize; }),
    describe(
        {.key = "train.micro_batch_size",
            .label = "Micro-batch size",
            .help = "Samples per forward pass. Smaller needs less memory; the result is the same. 0: the whole batch.",
            .unit = "samples",
            .zero = "whole batch",
            .minimum = 0,
            .maximum = mostSamples},
        [](auto& c) -> auto& { return c.train.microBatchSize; }),
    describe(
        {.key = "train.dtype",
            .label = "Number type",
            .help = "Type the base computes in. Adapters are float32, or float64 when this is float64."},
        [](auto& c) -> auto& { return c.train.dtype; }),
    describe(
        {.key = "train.gradient_checkpointing",
            .label = "Gradient checkpointing",
            .help = "Compute activations again in the backward pass: less memory, more time, the same result."},
        [](auto& c) -> auto& { return c.train.gradientCheckpointing; }),
    describe(
        {.key = "train.tf32",
            .label = "TF32 products",
            .help
            = "On CUDA, float32 products round their factors to 10 bits: faster, less exact. Off: float32 is float32."},
        [](auto& c) -> auto& { return c.train.tf32; }),
    describe(
        {.key = "train.eval_every",
            .label = "Evaluate every",
            .help = "Steps between evaluations on data.eval_path. 0: only at the end.",
            .unit = "steps",
            .zero = "at the end",
            .minimum = 0,
            .maximum = maxSteps,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.train.evalEvery; }),
    describe(
        {.key = "train.save_every",
            .label = "Save every",
            .help = "Steps between checkpoints. 0: only at the end and when the run is stopped.",
            .unit = "steps",
            .zero = "at the end",
            .minimum = 0,
            .maximum = maxSteps,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.train.saveEvery; }),
    describe(
        {.key = "train.threads",
            .label = "CPU threads",
            .help = "Threads to compute with. 0: one per physical core.",
            .unit = "threads",
            .zero = "all cores",
            .minimum = 0,
            .maximum = 1024},
        [](auto& c) -> auto& { return c.train.threads; }),

    describe(
        {.key = "optim.lr",
            .label = "Learning rate",
            .help = "Highest learning rate of AdamW. AdaLoRA wants more than LoRA: 5e-4 to 5e-3.",
            .minimum = 0,
            .maximum = 10,
            .minimumExcluded = true,
            .level = Basic,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.optim.lr; }),
    describe(
        {.key = "optim.schedule",
            .label = "Learning rate schedule",
            .help = "What follows the warm-up: constant, or a linear or cosine decay to 0 at the last step."},
        [](auto& c) -> auto& { return c.optim.schedule; }),
    describe(
        {.key = "optim.warmup",
            .label = "Learning rate warm-up",
            .help = "Steps in which the learning rate rises linearly from 0. It has nothing to do with adalora.ti.",
            .unit = "steps",
            .minimum = 0,
            .maximum = maxSteps},
        [](auto& c) -> auto& { return c.optim.warmup; }),
    describe(
        {.key = "optim.weight_decay",
            .label = "Weight decay",
            .help = "AdamW's decoupled weight decay, on P, Λ and Q alike. 0: none.",
            .zero = "none",
            .minimum = 0,
            .maximum = 10},
        [](auto& c) -> auto& { return c.optim.weightDecay; }),
    describe(
        {.key = "optim.beta1",
            .label = "Adam β1",
            .help = "Decay of AdamW's mean of the gradients.",
            .minimum = 0,
            .maximum = 1,
            .maximumExcluded = true},
        [](auto& c) -> auto& { return c.optim.beta1; }),
    describe(
        {.key = "optim.beta2",
            .label = "Adam β2",
            .help = "Decay of AdamW's mean of the squared gradients.",
            .minimum = 0,
            .maximum = 1,
            .maximumExcluded = true},
        [](auto& c) -> auto& { return c.optim.beta2; }),
    describe(
        {.key = "optim.eps",
            .label = "Adam ε",
            .help = "Added to AdamW's denominator, so that it is never 0.",
            .minimum = 0,
            .maximum = 1,
            .minimumExcluded = true},
        [](auto& c) -> auto& { return c.optim.eps; }),
    describe(
        {.key = "optim.max_grad_norm",
            .label = "Gradient clipping",
            .help = "All gradients together, the regulariser's included, are scaled down to this norm. 0: no clipping.",
            .zero = "off",
            .minimum = 0,
            .maximum = 1e9,
            .liveEditable = true},
        [](auto& c) -> auto& { return c.optim.maxGradNorm; }),
};

std::vector<FieldDescriptor> joinedTable()
{
    std::vector<FieldDescriptor> table(std::begin(generalFields), std::end(generalFields));
    const auto rest = detail::adaLoraFields();
    table.insert(table.end(), rest.begin(), rest.end());
    return table;
}

std::vector<FieldInfo> infosOf(std::span<const FieldDescriptor> table)
{
    std::vector<FieldInfo> infos;
    for (const FieldDescriptor& descriptor : table)
        infos.push_back(descriptor.info);
    return infos;
}

} // namespace

std::span<const detail::FieldDescriptor> detail::fieldDescriptors()
{
    static const std::vector<FieldDescriptor> table = joinedTable();
    return table;
}

std::span<const FieldInfo> fields()
{
    static const std::vector<FieldInfo> infos = infosOf(detail::fieldDescriptors());
    return infos;
}

} // namespace spectune

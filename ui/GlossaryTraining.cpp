// SPDX-License-Identifier: GPL-3.0-or-later
// The glossary's words of training in general: data, steps, optimizer, files.
#include "ui/Glossary.h"
#include "ui/GlossaryPage.h"

namespace spectune {

void Glossary::addTraining()
{
    m_terms.insert(m_terms.end(),
        {{"loss", GlossaryPage::tr("Task loss"),
             GlossaryPage::tr(
                 "Mean cross entropy over the tokens that bear loss, before the step's update and without γR."),
             GlossaryPage::tr("C = −mean log p(token)"), GlossaryPage::tr("common usage"), {},
             {"loss-tokens", "orthogonality"}},
            {"loss-tokens", GlossaryPage::tr("Loss-bearing tokens"),
                GlossaryPage::tr(
                    "The tokens that the model is trained to say. Of a prompt with its completion only the "
                    "completion bears loss, of a chat only the assistant's turns; of plain text every token "
                    "does. The first token of a sample is never one: nothing comes before it."),
                {}, GlossaryPage::tr("common usage"),
                {"data.format", "data.template", "data.columns.text", "data.columns.text_pair", "data.columns.label",
                    "data.columns.prompt", "data.columns.completion"},
                {"loss", "max-length"}},
            {"dataset", GlossaryPage::tr("Dataset"),
                GlossaryPage::tr(
                    "One file of samples: JSON lines, CSV, TSV or text. A second one, held out, may be named for "
                    "the evaluation; it is never trained on."),
                {}, GlossaryPage::tr("common usage"), {"data.path", "data.eval_path", "data.shuffle"},
                {"evaluation", "loss-tokens"}},
            {"max-length", GlossaryPage::tr("Length of a sample"),
                GlossaryPage::tr(
                    "Tokens beyond it are cut off. Memory for activations grows with it and with the micro-batch."),
                {}, GlossaryPage::tr("common usage"), {"data.max_length"}, {"batch"}},
            {"step", GlossaryPage::tr("Step and epoch"),
                GlossaryPage::tr(
                    "A step is one update from one batch; an epoch is one pass over the training file. T is the "
                    "number of steps of a run, given or from the epochs."),
                GlossaryPage::tr("T = epochs · ⌈samples / batch⌉"), GlossaryPage::tr("common usage"),
                {"train.steps", "train.epochs"}, {"batch", "budget"}},
            {"batch", GlossaryPage::tr("Batch and micro-batch"),
                GlossaryPage::tr(
                    "Samples per update, and how many of them are in memory at once; their gradients are added "
                    "up, so the result is that of the whole batch."),
                {}, GlossaryPage::tr("common usage"), {"train.batch_size", "train.micro_batch_size"},
                {"step", "checkpointing"}},
            {"evaluation", GlossaryPage::tr("Evaluation"),
                GlossaryPage::tr(
                    "The loss on the held-out samples, every so many steps and at the end. Nothing is learnt "
                    "from them."),
                {}, GlossaryPage::tr("common usage"), {"train.eval_every"}, {"dataset", "loss"}},
            {"dtype", GlossaryPage::tr("Number type"),
                GlossaryPage::tr(
                    "Of the base model: float32 holds 7 digits; bfloat16 holds 2 to 3, takes half the memory and "
                    "is faster where the device computes with it; float64 is for comparisons. The triplets stay "
                    "float32 with bfloat16. TF32, only where asked for, rounds the factors of a GPU's float32 "
                    "products to 10 bits."),
                {}, GlossaryPage::tr("common usage"), {"train.dtype", "train.tf32"}, {"checkpointing"}},
            {"checkpointing", GlossaryPage::tr("Gradient checkpointing"),
                GlossaryPage::tr(
                    "The activations inside a block are not kept for the backward pass but computed again there: "
                    "less memory, about a third more time."),
                {}, GlossaryPage::tr("Chen et al., arXiv 1604.06174"), {"train.gradient_checkpointing"}, {"batch"}},
            {"seed", GlossaryPage::tr("Seed and threads"),
                GlossaryPage::tr(
                    "The same seed, threads and device give the same run, bit for bit. Another seed starts P and "
                    "Q elsewhere, and may end with another rank map."),
                {}, GlossaryPage::tr("common usage"), {"train.seed", "train.threads"}, {"rank"}}});
}

void Glossary::addOptimizer()
{
    m_terms.insert(m_terms.end(),
        {{"learning-rate", GlossaryPage::tr("Learning rate"),
             GlossaryPage::tr("The size of an update. It grows over the warm-up steps and then follows the schedule. "
                              "AdaLoRA's paper uses "
                              "5e-4 to 2.2e-3, more than is usual for LoRA."),
             {}, GlossaryPage::tr("AdaLoRA (arXiv 2303.10512), appendix"),
             {"optim.lr", "optim.schedule", "optim.warmup"}, {"adamw"}},
            {"adamw", GlossaryPage::tr("AdamW"),
                GlossaryPage::tr(
                    "The optimizer: running averages m̂ of the gradient and v̂ of its square, β1 and β2 their "
                    "memory, ε against division by 0, and a weight decay w that is not part of the gradient. η "
                    "is the learning rate."),
                "θ ← θ − η (m̂ / (√v̂ + ε) + w θ)", GlossaryPage::tr("Loshchilov, Hutter, ICLR 2019 (arXiv 1711.05101)"),
                {"optim.beta1", "optim.beta2", "optim.eps", "optim.weight_decay"}, {"learning-rate", "clipping"}},
            {"clipping", GlossaryPage::tr("Gradient clipping"),
                GlossaryPage::tr(
                    "When the norm of all gradients together, γR's included, is above the limit, they are scaled "
                    "down to it."),
                GlossaryPage::tr("g ← g · min(1, limit / (‖g‖ + 1e−6))"), GlossaryPage::tr("PyTorch, clip_grad_norm_"),
                {"optim.max_grad_norm"}, {"adamw"}}});
}

void Glossary::addFiles()
{
    m_terms.insert(m_terms.end(),
        {{"model", GlossaryPage::tr("Base model"),
             GlossaryPage::tr(
                 "A folder with config.json, *.safetensors and a tokenizer, as Hugging Face keeps them. It is "
                 "read and never "
                 "written."),
             {}, GlossaryPage::tr("Hugging Face transformers"), {"model.path"}, {"adapter", "targets"}},
            {"checkpoint", GlossaryPage::tr("Checkpoint"),
                GlossaryPage::tr(
                    "Everything a run needs to go on as if it had not stopped: adapter, moments, averages, "
                    "random state."),
                {}, GlossaryPage::tr("common usage"), {"train.save_every"}, {"adapter"}},
            {"replay", GlossaryPage::tr("Replay file"),
                GlossaryPage::tr(
                    "replay.bin in a run's folder keeps λ and the score of every triplet at the masking "
                    "events, usually below 20 MB; of a long run at fewer of them. With it any step is shown "
                    "again without the model. Without it a run still has its curves and its ranks."),
                {}, GlossaryPage::tr("Spectune"), {}, {"event", "checkpoint"}},
            {"export", GlossaryPage::tr("Export"),
                GlossaryPage::tr(
                    "The adapter in another program's format. AdaLoRA becomes plain LoRA without loss: s·PΛ is B "
                    "and Q is A. "
                    "Each export is read back and its ΔW compared."),
                "B = s · P diag(λ),  A = Q", GlossaryPage::tr("Hugging Face PEFT, vLLM, llama.cpp"), {},
                {"adapter", "rank"}}});
}

} // namespace spectune

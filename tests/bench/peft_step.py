# SPDX-License-Identifier: GPL-3.0-or-later
"""What one training step costs in transformers + PEFT, the peer that `the table in README.md` is held against.

Usage: peft_step.py SHAPE|MODEL_DIR --batch 8 --seq 256 [--init 12 --target 8 --steps 20 --method adalora|lora|frozen ...]
SHAPE is a name of `spectune-train bench --help`: random weights of that form, as Spectune's own benchmark makes them.

Runs the step as PEFT's users write it: forward with labels, backward, clip, AdamW, update_and_allocate at every step,
zero_grad; random ids, every token bears loss. The schedule is in its cubic phase and masks at every step. Prints one
JSON object: ms_median, ms_p10, ms_p90 and steps (the measured ones), and what was run. Run it alone on the machine.
"""
import argparse
import json
import statistics
import time

import torch
from peft import AdaLoraConfig, LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM
from transformers.utils import logging

# Those of training/loop/BenchShapes.cpp, to which tst_benchshapes holds them.
# name: width, feed-forward, layers, heads, key heads, head width, vocabulary, positions, tied head
SHAPES = {
    "demo": (128, 352, 6, 4, 2, 32, 832, 256, True),
    "stories260k": (64, 172, 5, 8, 4, 8, 512, 512, True),
    "llama-20m": (384, 1024, 8, 6, 6, 64, 8000, 1024, False),
    "smollm-135m": (576, 1536, 30, 9, 3, 64, 49152, 2048, True),
    "tinyllama-1.1b": (2048, 5632, 22, 32, 4, 64, 32000, 2048, False),
    "llama2-7b": (4096, 11008, 32, 32, 32, 128, 32000, 4096, False),
    "mistral-7b": (4096, 14336, 32, 32, 8, 128, 32000, 32768, False),
    "llama3-8b": (4096, 14336, 32, 32, 8, 128, 128256, 8192, False),
}
KINDS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", help="a name of SHAPES, or a Hugging Face model folder")
    parser.add_argument("--method", choices=("adalora", "lora", "frozen"), default="adalora",
                        help="frozen: forward and the gradient of the inputs only, the floor of any adapter's cost")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seq", type=int, default=256)
    parser.add_argument("--init", type=int, default=12, help="initial rank; the rank of lora")
    parser.add_argument("--target", type=int, default=8)
    parser.add_argument("--delta-t", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20, help="measured steps")
    parser.add_argument("--warmup", type=int, default=5, help="steps ahead of them")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--recompute", action="store_true", help="gradient checkpointing")
    return parser.parse_args()


def base(args):
    dtype = getattr(torch, args.dtype)
    if args.model not in SHAPES:
        return AutoModelForCausalLM.from_pretrained(args.model, dtype=dtype).to(args.device)
    width, feed_forward, layers, heads, kv_heads, head_dim, vocabulary, positions, tied = SHAPES[args.model]
    config = LlamaConfig(hidden_size=width, intermediate_size=feed_forward, num_hidden_layers=layers,
                         num_attention_heads=heads, num_key_value_heads=kv_heads, head_dim=head_dim,
                         vocab_size=vocabulary, max_position_embeddings=positions, tie_word_embeddings=tied)
    torch.set_default_dtype(dtype)
    with torch.device(args.device):
        model = LlamaForCausalLM(config)
    torch.set_default_dtype(torch.float32)
    return model


def adapted(args):
    """The model with its adapter; T is far away, so that all measured steps lie in the cubic phase."""
    model = base(args)
    model.config.use_cache = False
    if args.recompute:
        model.gradient_checkpointing_enable()
        model.enable_input_require_grads()
    if args.method == "frozen":
        return model.requires_grad_(False)
    if args.method == "lora":
        config = LoraConfig(r=args.init, lora_alpha=2 * args.init, target_modules=KINDS, task_type="CAUSAL_LM")
    else:
        total = 10 * (args.steps + args.warmup) + 100
        config = AdaLoraConfig(init_r=args.init, target_r=args.target, tinit=1, tfinal=10, deltaT=args.delta_t,
                               total_step=total, lora_alpha=2 * args.init, orth_reg_weight=0.1, target_modules=KINDS,
                               task_type="CAUSAL_LM")
    return get_peft_model(model, config)


def step(args, model, optimizer, ids, t):
    if args.method == "frozen":
        inputs = model.get_input_embeddings()(ids).detach().requires_grad_(True)
        model(inputs_embeds=inputs, labels=ids).loss.backward()
        return
    model(input_ids=ids, labels=ids).loss.backward()
    torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
    optimizer.step()
    if args.method == "adalora":
        model.base_model.update_and_allocate(t)
    optimizer.zero_grad()


def main():
    args = parse()
    logging.disable_progress_bar()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    model = adapted(args).train()
    trainable = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trainable, lr=1e-3) if trainable else None
    taken = []
    cuda = args.device != "cpu"
    for t in range(args.warmup + args.steps):
        ids = torch.randint(3, model.config.vocab_size, (args.batch, args.seq), device=args.device)
        if cuda:
            torch.cuda.synchronize()
        start = time.perf_counter()
        step(args, model, optimizer, ids, t)
        if cuda:
            torch.cuda.synchronize()
        taken.append((time.perf_counter() - start) * 1e3)
    taken = taken[args.warmup:]
    tenths = statistics.quantiles(taken, n=10, method="inclusive") if len(taken) > 1 else taken * 9
    median = statistics.median(taken)
    print(json.dumps({"ms_median": round(median, 3), "ms_p10": round(tenths[0], 3), "ms_p90": round(tenths[-1], 3),
                      "steps": len(taken), "tokens_per_second": round(args.batch * args.seq / median * 1e3, 1),
                      "method": args.method, "batch": args.batch, "seq": args.seq, "init_rank": args.init,
                      "target_rank": args.target, "threads": args.threads, "dtype": args.dtype,
                      "peak_bytes": torch.cuda.max_memory_allocated() if cuda else 0,
                      "trainable": sum(p.numel() for p in trainable)}))


if __name__ == "__main__":
    main()

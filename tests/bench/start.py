# SPDX-License-Identifier: GPL-3.0-or-later
"""Times Spectune's start: from the start of the program to the first training step of a 7B folder in the page cache.

Usage: start.py SPECTUNE_TRAIN TOKENIZER_FOLDER FOLDER [--starts 5] [--device cuda]

Makes FOLDER once (13.5 GB): random bfloat16 weights of Llama-2 7B's shape, sharded as Hugging Face does, with the
sentencepiece tokenizer of TOKENIZER_FOLDER. Every start reads the folder into the page cache first, then runs AdaLoRA
for the fewest steps that a budget can fall in, three, and takes the time until the first is in the run's metrics.jsonl.
Prints medians with the lowest and the highest. Needs Python with torch and safetensors.
"""
import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from safetensors.torch import save_file

# Those of "llama2-7b" in training/loop/BenchShapes.cpp, to which tst_benchshapes holds them.
CONFIG = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008,
    "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 32000,
    "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu",
    "tie_word_embeddings": False, "bos_token_id": 1, "eos_token_id": 2, "torch_dtype": "bfloat16",
}
SHARD = 5 * 10**9  # bytes, as save_pretrained


def shapes(config):
    """Every weight's name and shape."""
    width, wide, ids = config["hidden_size"], config["intermediate_size"], config["vocab_size"]
    yield "model.embed_tokens.weight", (ids, width)
    for layer in range(config["num_hidden_layers"]):
        block = f"model.layers.{layer}."
        for kind in "qkvo":
            yield f"{block}self_attn.{kind}_proj.weight", (width, width)
        yield block + "mlp.gate_proj.weight", (wide, width)
        yield block + "mlp.up_proj.weight", (wide, width)
        yield block + "mlp.down_proj.weight", (width, wide)
        yield block + "input_layernorm.weight", (width,)
        yield block + "post_attention_layernorm.weight", (width,)
    yield "model.norm.weight", (width,)
    yield "lm_head.weight", (ids, width)


def shards(config):
    """Names and shapes of each file."""
    parts, size = [[]], 0
    for name, shape in shapes(config):
        taken = 2 * torch.Size(shape).numel()
        if size + taken > SHARD:
            parts.append([])
            size = 0
        parts[-1].append((name, shape))
        size += taken
    return parts


def weight(name, shape):
    if name.endswith("norm.weight"):
        return torch.ones(shape, dtype=torch.bfloat16)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.empty(shape, dtype=torch.bfloat16, device=device).normal_(0.0, 0.02).cpu()


def make(folder, tokenizer, config):
    making = folder.with_name(folder.name + ".part")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(parents=True)
    for name in ("tokenizer.model", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json"):
        if (tokenizer / name).exists():
            shutil.copy(tokenizer / name, making)
    (making / "config.json").write_text(json.dumps(config, indent=1))
    parts = shards(config)
    places = {}
    for number, part in enumerate(parts, 1):
        file = f"model-{number:05}-of-{len(parts):05}.safetensors"
        print(f"Writing {folder / file}", file=sys.stderr, flush=True)
        save_file({name: weight(name, shape) for name, shape in part}, making / file, metadata={"format": "pt"})
        places.update({name: file for name, _ in part})
    size = 2 * sum(torch.Size(shape).numel() for _, shape in shapes(config))
    (making / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": size}, "weight_map": places}, indent=1))
    making.rename(folder)


def warm(folder):
    for file in folder.iterdir():
        with open(file, "rb", buffering=0) as stream:
            while stream.read(1 << 24):
                pass


def start(args, work, number):
    """Seconds to the first step, those of the step itself, and to the end of the run."""
    out = work / f"run-{number}"
    begin = time.perf_counter()
    run = subprocess.Popen([args.program, "run", work / "run.json", "--out", out, "--device", args.device, "--quiet"],
                           stderr=subprocess.PIPE, text=True)
    metrics, line = out / "metrics.jsonl", ""
    while not line.endswith("\n") and run.poll() is None:
        time.sleep(0.001)
        line = metrics.open().readline() if metrics.exists() else ""
    first = time.perf_counter() - begin
    errors = run.communicate()[1]
    whole = time.perf_counter() - begin
    if run.returncode != 0 or not line.endswith("\n"):
        sys.exit(f"{args.program} run failed:\n{errors[-2000:]}")
    shutil.rmtree(out)
    return first, json.loads(line)["seconds"], whole


def text(seconds):
    return f"{statistics.median(seconds):.2f} s ({min(seconds):.2f} to {max(seconds):.2f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="spectune-train")
    parser.add_argument("tokenizer", type=pathlib.Path, help="a folder with a tokenizer.model of at most 32000 ids")
    parser.add_argument("folder", type=pathlib.Path, help="where the model is, or will be made")
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--seq", type=int, default=1024)
    parser.add_argument("--layers", type=int, default=32, help="fewer: to try the script")
    args = parser.parse_args()
    if not args.folder.exists():
        make(args.folder, args.tokenizer, CONFIG | {"num_hidden_layers": args.layers})
    with tempfile.TemporaryDirectory() as work:
        work = pathlib.Path(work)
        sample = json.dumps({"prompt": "A", "completion": " story of a word" * args.seq})  # cut at data.max_length
        (work / "data.jsonl").write_text((sample + "\n") * 3 * args.batch)
        (work / "run.json").write_text(json.dumps({
            "model": {"path": str(args.folder.resolve())},
            "data": {"path": "data.jsonl", "format": "prompt-completion", "max_length": args.seq},
            "train": {"steps": 3, "batch_size": args.batch, "dtype": "bfloat16"},
            "method": {"name": "adalora"},
            "adalora": {"init_rank": 12, "target_rank": 8, "ti": 0, "tf": 1, "delta_t": 1}}))
        taken = []
        for number in range(args.starts):
            warm(args.folder)
            taken.append(start(args, work, number))
            print(f"start {number + 1}: {taken[-1][0]:.2f} s", file=sys.stderr, flush=True)
    first, step, whole = zip(*taken)
    print(f"{args.batch} x {args.seq}, {args.starts} starts on {args.device}")
    print(f"From the start of the program to the first step: {text(first)}; the step's own part {text(step)}")
    print(f"To the end of the run (three steps, a checkpoint, a checked adapter): {text(whole)}")


if __name__ == "__main__":
    main()

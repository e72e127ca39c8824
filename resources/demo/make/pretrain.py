# SPDX-License-Identifier: GPL-3.0-or-later
"""Pre-trains the demo's base model, a Llama of 1.2 million parameters, on documents of world.py.

The first part of the run draws short documents (questions about one or two sentences, lists to copy), where copying is
learnt soonest; the rest draws the full mix. Tokens of answers and of repeated lists weigh more than the others, because
they are what can be known. All seeds are fixed; the weights still depend on the machine's arithmetic.
"""
from __future__ import annotations

import argparse
import random
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import sentencepiece as spm
import torch
from torch.nn.functional import cross_entropy
from transformers import LlamaConfig, LlamaForCausalLM

import world

SHAPE = dict(hidden_size=128, intermediate_size=352, num_hidden_layers=6, num_attention_heads=4, num_key_value_heads=2)
BOS, EOS, IGNORED = 1, 2, -100
CHUNK = 500  # documents that one seed draws


def known_positions(ids: list[int], marks: dict[str, list[int]]) -> list[bool]:
    """True where the token follows from what stands before: after "Answer:" and "Again:", up to the full stop."""
    known, inside = [], False
    for end in range(1, len(ids) + 1):
        if any(ids[max(0, end - len(mark)):end] == mark for mark in marks["off"]):
            inside = False
        known.append(inside)
        if any(ids[max(0, end - len(mark)):end] == mark for mark in marks["on"]):
            inside = True
    return known


def draw_chunk(job: tuple[str, str, int, int]) -> list[tuple[list[int], list[bool]]]:
    """Tokenises CHUNK documents of one mix; `job` is (tokenizer.model, mix, seed, number of the chunk)."""
    tokenizer_file, mix, seed, number = job
    tokenizer = spm.SentencePieceProcessor(model_file=tokenizer_file)
    pieces = lambda text: tokenizer.encode("x " + text)[len(tokenizer.encode("x")):]
    marks = {"on": [pieces("Answer:"), pieces("Again:")], "off": [pieces("x.")[-1:]]}
    rng = random.Random(f"{seed} {mix} {number}")
    out = []
    for _ in range(CHUNK):
        ids = [BOS] + tokenizer.encode(world.document(rng, getattr(world, mix))) + [EOS]
        out.append((ids, known_positions(ids, marks)))
    return out


def draw_documents(tokenizer_file: Path, mix: str, seed: int, count: int, workers: int) -> list:
    jobs = [(str(tokenizer_file), mix, seed, number) for number in range(-(-count // CHUNK))]
    with ProcessPoolExecutor(workers) as pool:
        return [item for chunk in pool.map(draw_chunk, jobs) for item in chunk][:count]


def batches_of(documents: list, size: int, rng: random.Random):
    """Batches of similar length, in random order; each as padded ids, targets and known positions."""
    group = size * 8
    for start in range(0, len(documents) - size + 1, group):
        part = sorted(documents[start:start + group], key=lambda item: len(item[0]))
        parts = [part[i:i + size] for i in range(0, len(part) - size + 1, size)]
        rng.shuffle(parts)
        for batch in parts:
            width = max(len(ids) for ids, _ in batch)
            yield (torch.tensor([ids + [EOS] * (width - len(ids)) for ids, _ in batch]),
                   torch.tensor([ids + [IGNORED] * (width - len(ids)) for ids, _ in batch]),
                   torch.tensor([known + [False] * (width - len(known)) for _, known in batch]))


def learning_rate(step: int, steps: int, peak: float) -> float:
    """60 steps of warm-up, then constant, then linear to 2 % of the peak over the last 40 % of the run."""
    return peak * min(1.0, (step + 1) / 60) * min(1.0, max(0.02, (1 - step / steps) / 0.4))


def new_model(vocabulary: int, seed: int) -> LlamaForCausalLM:
    torch.manual_seed(seed)
    # initializer_range: at width 128 the usual 0.02 starts attention so flat that copying is not found.
    return LlamaForCausalLM(LlamaConfig(
        vocab_size=vocabulary, max_position_embeddings=256, tie_word_embeddings=True, bos_token_id=BOS, eos_token_id=EOS,
        rms_norm_eps=1e-5, initializer_range=0.06, use_cache=True, **SHAPE))


def optimizer_of(model: torch.nn.Module, peak: float, device: str) -> torch.optim.Optimizer:
    matrices = [p for name, p in model.named_parameters() if p.dim() > 1 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if not (p.dim() > 1 and "embed" not in name)]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.98), fused=True)


def train(options: argparse.Namespace) -> None:
    torch.set_num_threads(options.threads)
    tokenizer_file = options.out / "tokenizer.model"
    vocabulary = spm.SentencePieceProcessor(model_file=str(tokenizer_file)).vocab_size()
    light_steps = round(options.steps * options.light_share)
    started = time.time()
    light = draw_documents(tokenizer_file, "LIGHT_MIX", options.seed, light_steps * options.batch, options.workers)
    full = draw_documents(tokenizer_file, "FULL_MIX", options.seed, (options.steps - light_steps) * options.batch,
                          options.workers)
    print(f"{len(light) + len(full)} documents in {time.time() - started:.0f} s", flush=True)
    model = new_model(vocabulary, options.seed).to(options.device)
    optimizer = optimizer_of(model, options.lr, options.device)
    rng = random.Random(options.seed)
    started, step, sums = time.time(), 0, torch.zeros(2, device=options.device)
    for part in (light, full):
        for ids, targets, known in batches_of(part, options.batch, rng):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(step, options.steps, options.lr)
            ids, targets, known = (x.to(options.device, non_blocking=True) for x in (ids, targets[:, 1:], known[:, 1:]))
            logits = model(ids, use_cache=False).logits[:, :-1]
            each = cross_entropy(logits.flatten(0, 1), targets.flatten(), reduction="none", ignore_index=IGNORED)
            there, known = (targets != IGNORED).flatten(), known.flatten()
            weight = there * (1 + (options.known_weight - 1) * known)
            optimizer.zero_grad(set_to_none=True)
            ((each * weight).sum() / weight.sum()).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            step += 1
            sums += torch.stack([each.detach().sum() / there.sum(),
                                 (each.detach() * known).sum() / known.sum().clamp_min(1)])
            if step % 100 == 0:
                all_loss, known_loss = (sums / 100).tolist()
                sums.zero_()
                print(f"step {step} loss {all_loss:.3f} known {known_loss:.4f} {time.time() - started:.0f} s", flush=True)
    model.to("cpu").save_pretrained(options.out)
    (options.out / "generation_config.json").unlink(missing_ok=True)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True, help="the model folder; it holds tokenizer.model already")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1, help="of torch, on the CPU")
    parser.add_argument("--workers", type=int, default=1, help="processes that draw documents")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=64, help="documents a step")
    parser.add_argument("--lr", type=float, default=3e-3)
    parser.add_argument("--light-share", type=float, default=0.4, help="part of the steps that draws the light mix")
    parser.add_argument("--known-weight", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=7)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    train(parse())

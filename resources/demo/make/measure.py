# SPDX-License-Identifier: GPL-3.0-or-later
"""Measures demo.json, or variants of it, over several seeds: exact match on the held-out cards, and final ranks.

    python measure.py --config ../demo.json --seeds 0-4
    python measure.py --config ../demo.json --seeds 0-9 --vary lr=3e-3,5e-3 gamma=0,0.1 --device cuda
    python measure.py --config ../demo.json --seeds 0-4 --only attention --layers 1 2 3 4 5
"""
from __future__ import annotations

import argparse
import dataclasses
import itertools
import json
import time
from pathlib import Path

import sentencepiece as spm
import torch

from adalora import KINDS, FrozenLlama, Result, Samples, Settings, train

PARTS = {"all": KINDS, "attention": KINDS[:4], "feed-forward": KINDS[4:]}


def settings_of(config: dict) -> Settings:
    part, optim, run = config["adalora"], config["optim"], config["train"]
    return Settings(
        seed=run["seed"], steps=run["steps"], batch=run["batch_size"], lr=optim["lr"], schedule=optim["schedule"],
        warmup=optim["warmup"], max_grad_norm=optim["max_grad_norm"], beta1=optim["beta1"], beta2=optim["beta2"],
        init_rank=part["init_rank"], target_rank=part["target_rank"],
        total_budget=part.get("total_budget", 0), alpha=part["alpha"], gamma=part["gamma"],
        ema1=part["beta1"], ema2=part["beta2"], ti=part["ti"], tf=part["tf"], delta_t=part["delta_t"])


def parse_seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def variants(base: Settings, vary: list[str]) -> list[Settings]:
    """Every combination of the lists in `name=a,b`; `name+name=a,b` pairs (as 8:64) vary together."""
    axes = []
    for text in vary:
        names, values = text.split("=")
        axes.append([list(zip(names.split("+"), value.split(":"))) for value in values.split(",")])
    out = []
    for choice in itertools.product(*axes):
        changes = {name: type(getattr(base, name))(value) if isinstance(getattr(base, name), str) else
                   type(getattr(base, name))(float(value)) for pairs in choice for name, value in pairs}
        out.append(dataclasses.replace(base, **changes))
    return out


def show(result: Result, ranks: bool) -> None:
    s = result.settings
    print(f"seed {s.seed}: exact match {result.before:.3f} -> {result.exact:.3f}  fields "
          + " ".join(f"{f:.2f}" for f in result.fields) + f"  revived {result.revived}  losses "
          + " ".join(f"{x:.3f}" for x in result.losses[1::3]), flush=True)
    if ranks:
        for layer, row in zip(s.layers or range(len(result.ranks)), result.ranks):
            print(f"   layer {layer}  " + " ".join(f"{rank:2d}" for rank in row))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--model", type=Path, help="instead of the configuration's")
    parser.add_argument("--seeds", default="0-4")
    parser.add_argument("--vary", nargs="*", default=[])
    parser.add_argument("--only", choices=PARTS, default="all")
    parser.add_argument("--layers", type=int, nargs="*", default=[], help="adapt these layers alone")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=0, help="runs trained together (0: one on the CPU, 64 on a GPU)")
    parser.add_argument("--ranks", action="store_true", help="print every final rank map")
    parser.add_argument("--out", type=Path, help="append the results, one JSON object a line")
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    torch.backends.cuda.matmul.allow_tf32 = False
    config = json.loads(options.config.read_text())
    root = options.config.parent
    folder = options.model or root / config["model"]["path"]
    tokenizer = spm.SentencePieceProcessor(model_file=str(folder / "tokenizer.model"))
    rows = lambda name: [(r["prompt"], r["completion"]) for r in map(json.loads, (root / config["data"][name]).open())]
    data, held_out = Samples(tokenizer, rows("path")), Samples(tokenizer, rows("eval_path"))
    model = FrozenLlama(folder, json.loads((folder / "config.json").read_text()), options.device)
    base = dataclasses.replace(settings_of(config), kinds=tuple(PARTS[options.only]), layers=tuple(options.layers))
    groups: dict = {}
    for variant in variants(base, options.vary):
        for seed in parse_seeds(options.seeds):
            run = dataclasses.replace(variant, seed=seed)
            groups.setdefault(run.shape(), []).append(run)
    at_once = options.at_once or (1 if options.device == "cpu" else 64)
    results: list[Result] = []
    for runs in groups.values():
        for start in range(0, len(runs), at_once):
            part, started = runs[start:start + at_once], time.time()
            results += train(model, part, data, held_out, options.device)
            seconds = time.time() - started
            print(f"# {len(part)} runs in {seconds:.1f} s, {1000 * seconds / part[0].steps:.0f} ms a step", flush=True)
    for variant in variants(base, options.vary):
        mine = [r for r in results if dataclasses.replace(r.settings, seed=variant.seed) == variant]
        exact = sorted(r.exact for r in mine)
        names = {name for text in options.vary for name in text.split("=")[0].split("+")}
        changed = {name: value for name, value in dataclasses.asdict(variant).items() if name in names}
        print(f"{options.only} {options.layers or ''} {changed}: >= 0.9 on {sum(e >= 0.9 for e in exact)} of "
              f"{len(exact)}, lowest {exact[0]:.3f}, mean {sum(exact) / len(exact):.3f}", flush=True)
        for result in mine:
            show(result, options.ranks)
    if options.out:
        with options.out.open("a") as file:
            for result in results:
                file.write(json.dumps(dataclasses.asdict(result)) + "\n")


if __name__ == "__main__":
    main()

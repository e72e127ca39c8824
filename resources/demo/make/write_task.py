# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the fine-tuning task: train.jsonl and eval.jsonl, which share no prompt."""
from __future__ import annotations

import argparse
import json
import random
from pathlib import Path

import world

TRAINING = 1600
HELD_OUT = 200


def write(folder: Path) -> None:
    seen: set[str] = set()
    for name, count, seed in (("train.jsonl", TRAINING, 11), ("eval.jsonl", HELD_OUT, 12)):
        rng = random.Random(seed)
        lines = []
        while len(lines) < count:
            prompt, completion = world.card(rng)
            if prompt not in seen:
                seen.add(prompt)
                lines.append(json.dumps({"prompt": prompt, "completion": completion}))
        (folder / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    write(parser.parse_args().out)

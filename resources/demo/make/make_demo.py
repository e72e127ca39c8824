# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the whole demo again: tokenizer, base model, task. demo.json is written by hand and left alone.

    python make_demo.py                       into the folder above; about 20 minutes on one core
    python make_demo.py --device cuda         about a minute on a GPU
    python make_demo.py --steps 20 --out DIR  a quick look at whether it works
"""
from __future__ import annotations

import argparse
from pathlib import Path

import pretrain
import train_tokenizer
import write_task


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw documents")
    parser.add_argument("--steps", type=int, default=2000, help="of the pre-training")
    options = parser.parse_args()
    model = options.out / "model"
    train_tokenizer.train(model)
    write_task.write(options.out)
    pretrain.train(pretrain.parse([
        "--out", str(model), "--device", options.device, "--threads", str(options.threads), "--workers",
        str(options.workers), "--steps", str(options.steps)]))


if __name__ == "__main__":
    main()

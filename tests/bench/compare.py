# SPDX-License-Identifier: GPL-3.0-or-later
"""Times Spectune's step beside PEFT's, in turn on one machine, and prints the table as Markdown.

Usage: compare.py SPECTUNE_TRAIN [--device cpu|cuda] [--rounds 3] [--cases name,name]

Each round runs every side of every case once, one after the other; a side's figure is the median of its rounds' medians,
with the lowest and the highest beside it; what snapshots cost is told by the runs' mean steps, for not every step makes
one. Both sides work on random weights of the same form (see peft_step.py), mask at
every step, and share the machine with nothing else if you let them. Needs Python with torch, transformers and peft
(tests/reference/requirements.txt) for the peer.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
# device, shape, batch, tokens, type, steps, recompute
CASES = {
    "stories260k": ("cpu", "stories260k", 8, 256, "float32", 20, False),
    "demo": ("cpu", "demo", 8, 56, "float32", 30, False),
    "llama-20m": ("cpu", "llama-20m", 4, 256, "float32", 5, False),
    "tinyllama": ("cuda", "tinyllama-1.1b", 8, 1024, "bfloat16", 12, False),
    "tinyllama-512": ("cuda", "tinyllama-1.1b", 1, 512, "bfloat16", 60, False),
    "llama2-7b": ("cuda", "llama2-7b", 4, 1024, "bfloat16", 8, False),
    "llama2-7b-recompute": ("cuda", "llama2-7b", 4, 1024, "bfloat16", 8, True),
}


def answer(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout[done.stdout.index("{"):])


def sides(program, case, threads):
    device, shape, batch, tokens, dtype, steps, recompute = case
    rank = ["--init", "12", "--target", "8"]
    common = ["--batch", str(batch), "--seq", str(tokens), "--steps", str(steps), "--dtype", dtype, "--device", device]
    common += ["--threads", str(threads)] + (["--recompute"] if recompute else [])
    ours = [program, "bench", "--shape", shape, "--json", "--init-rank", "12", "--target-rank", "8"] + common
    return {
        "PEFT": [sys.executable, str(HERE / "peft_step.py"), shape] + rank + common,
        "Spectune": ours,
        "Spectune, frozen": ours + ["--method", "frozen"],
        "Spectune, snapshots": ours + ["--snapshots"],
    }


def text(figures):
    low, high = min(figures), max(figures)
    return f"{statistics.median(figures):.1f} ({low:.1f} to {high:.1f})"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="spectune-train")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2, help="of the CPU, for both sides")
    parser.add_argument("--cases", help="some of " + ", ".join(CASES))
    args = parser.parse_args()
    names = args.cases.split(",") if args.cases else [name for name, case in CASES.items() if case[0] == args.device]
    taken = {name: {} for name in names}
    means = {name: {} for name in names}
    memory = {name: {} for name in names}
    for _ in range(args.rounds):
        for name in names:
            for side, command in sides(args.program, CASES[name], args.threads).items():
                result = answer(command)
                taken[name].setdefault(side, []).append(result["ms_median"])
                means[name].setdefault(side, []).append(result.get("ms_mean", result["ms_median"]))
                memory[name][side] = result.get("peak_bytes", 0) / 2**30
                print(f"{name}, {side}: {result['ms_median']:.1f} ms", file=sys.stderr, flush=True)
    print("| work | PEFT | Spectune | ratio | to its frozen step | with snapshots | GiB, PEFT and Spectune |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        device, shape, batch, tokens, dtype, _, recompute = CASES[name]
        of = {side: statistics.median(figures) for side, figures in taken[name].items()}
        mean = {side: statistics.median(figures) for side, figures in means[name].items()}
        work = f"{shape}, {batch} x {tokens}, {dtype}" + (", recomputed" if recompute else "")
        used = f"{memory[name]['PEFT']:.1f}, {memory[name]['Spectune']:.1f}" if device == "cuda" else "-"
        print(f"| {work} | {text(taken[name]['PEFT'])} | {text(taken[name]['Spectune'])} "
              f"| {of['PEFT'] / of['Spectune']:.2f} | {of['Spectune'] / of['Spectune, frozen']:.2f} "
              f"| {mean['Spectune'] / mean['Spectune, snapshots']:.3f} | {used} |")


if __name__ == "__main__":
    main()

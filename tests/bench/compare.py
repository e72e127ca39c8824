# SPDX-License-Identifier: GPL-3.0-or-later
"""Times Spectune's step beside PEFT's, in turn on one machine, and prints the table as Markdown.

Usage: compare.py SPECTUNE_TRAIN [--device cpu|cuda] [--rounds 3] [--cases name,name]

Each round runs every side of every case once, one after the other; a figure is the median of its rounds', with the
lowest and the highest beside it. Ratios are those of one round. What snapshots cost is told by the runs' mean steps, for
not every step makes one. Both sides work on random weights of the same form (see peft_step.py), mask at every step, and
share the machine with nothing else if you let them. Ends with an error where Spectune's steps were not recorded though
they should have been. Needs Python with torch, transformers and peft (tests/reference/requirements.txt) for the peer.
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
    result = json.loads(done.stdout[done.stdout.index("{"):])
    if result.get("notice"):
        sys.exit(f"{' '.join(command)}: {result['notice']}")
    return result


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


def text(figures, digits):
    low, high = min(figures), max(figures)
    return f"{statistics.median(figures):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def row(case, results):
    """A line of the table. @param results: of each side, one a round"""
    device, shape, batch, tokens, dtype, _, recompute = case

    def of(side, figure="ms_median"):
        return [result[figure] for result in results[side]]

    def ratio(above, below):
        return [a / b for a, b in zip(above, below)]

    cells = [f"{shape}, {batch} x {tokens}, {dtype}" + (", recomputed" if recompute else ""),
             text(of("PEFT"), 1), text(of("Spectune"), 1), text(ratio(of("PEFT"), of("Spectune")), 2),
             text(ratio(of("Spectune"), of("Spectune, frozen")), 2),
             text(ratio(of("Spectune", "ms_mean"), of("Spectune, snapshots", "ms_mean")), 3)]
    for side in ("PEFT", "Spectune"):
        cells.append(text([used / 2**30 for used in of(side, "peak_bytes")], 2) if device == "cuda" else "-")
    return "| " + " | ".join(cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="spectune-train")
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2, help="of the CPU, for both sides")
    parser.add_argument("--cases", help="some of " + ", ".join(CASES))
    args = parser.parse_args()
    names = args.cases.split(",") if args.cases else [name for name, case in CASES.items() if case[0] == args.device]
    results = {name: {} for name in names}
    for _ in range(args.rounds):
        for name in names:
            for side, command in sides(args.program, CASES[name], args.threads).items():
                result = answer(command)
                results[name].setdefault(side, []).append(result)
                print(f"{name}, {side}: {result['ms_median']:.1f} ms", file=sys.stderr, flush=True)
    print("| work | PEFT | Spectune | ratio | to its frozen step | with snapshots | GiB, PEFT | GiB, Spectune |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in names:
        print(row(CASES[name], results[name]))


if __name__ == "__main__":
    main()

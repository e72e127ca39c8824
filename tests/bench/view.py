# SPDX-License-Identifier: GPL-3.0-or-later
"""Times whole runs in the terminal beside the same in the studio's window, in turn, and prints the table as Markdown.

Usage: view.py SPECTUNE_TRAIN [CONFIG] [--steps 640] [--rounds 3] [--device cpu] [--studio FILE] [--xvfb]

CONFIG is the demo's where it is left out. With other steps than its own, its schedule (ti, tf, warm-up) is stretched
or shortened with them. Each round runs both sides once, every other round the window first; each run has an empty
folder to work in and an empty home. The window is on the display that is there (leave it uncovered and awake), else,
or with --xvfb, on a virtual one, which takes its own share of the processor.

A step's time is that between two lines of metrics.jsonl, without those between which an evaluation lies. A side's ms
a step is their median; its steps a second are their number by their sum, and tell what only some steps pay, as a
snapshot. The GUI thread's processor seconds, and the wall's, are counted from the first step to the run's end, after
it was saved. A figure is the median of the rounds', with the lowest and the highest beside it; ratios are those of
one round, the speed with the window to that without. Needs Linux (/proc), and Xvfb where there is no display; no
package of Python's.
"""
import argparse
import contextlib
import json
import os
import pathlib
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

DEMO = pathlib.Path(__file__).parents[2] / "resources" / "demo" / "demo.json"
# What lasts a part of the run: it is scaled with train.steps.
SCHEDULE = (("adalora", "ti"), ("adalora", "tf"), ("optim", "warmup"))
TICKS = os.sysconf("SC_CLK_TCK")  # of /proc, a second
CLOSING = 60  # seconds that the studio may take to close


def configuration(program, file, steps):
    """CONFIG as an object with absolute paths and that many steps (0: its own)."""
    fields = subprocess.run([program, "fields", "--json"], capture_output=True, text=True, check=False)
    if fields.returncode != 0:
        sys.exit(f"{program} fields failed:\n{fields.stderr[-2000:]}")
    try:
        config = json.loads(file.read_text())
        own = config.setdefault("train", {}).setdefault("steps", 0)
        for field in json.loads(fields.stdout)["fields"]:
            room, _, key = field["key"].partition(".")
            if field["type"] in ("file", "folder") and config.get(room, {}).get(key):
                config[room][key] = str((file.parent / config[room][key]).resolve())
        for room, key in SCHEDULE if steps and own else ():
            if config.get(room, {}).get(key):
                config[room][key] = max(1, round(config[room][key] * steps / own))
    except (OSError, ValueError, AttributeError, TypeError) as fault:
        sys.exit(f"{file} cannot be read as a configuration: {fault}")
    config["train"]["steps"] = steps or own
    if not config["train"]["steps"]:
        sys.exit(f"{file} does not set train.steps: say how many with --steps.")
    return config


@contextlib.contextmanager
def display(virtual):
    """The environment in which the studio finds a display; a virtual one lasts as long as the context."""
    shown = dict(os.environ)
    shown.pop("QT_QPA_PLATFORM", None)  # offscreen would draw for nobody
    if "DISPLAY" in shown:  # its key lies in the home that the runs do not have
        shown.setdefault("XAUTHORITY", str(pathlib.Path.home() / ".Xauthority"))
    if not virtual and (shown.get("DISPLAY") or shown.get("WAYLAND_DISPLAY")):
        yield shown
        return
    if not shutil.which("Xvfb"):
        sys.exit("Xvfb is missing: install it (apt-get install xvfb), or call this where there is a display.")
    with tempfile.TemporaryFile("w+") as errors:
        server = subprocess.Popen(["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1080x24", "-nolisten", "tcp"],
                                  stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            number = server.stdout.readline().strip()
            if not number:
                errors.seek(0)
                sys.exit(f"Xvfb did not start:\n{errors.read()[-2000:]}")
            shown.pop("WAYLAND_DISPLAY", None)
            shown.pop("XAUTHORITY", None)
            yield shown | {"DISPLAY": f":{number}", "QT_QPA_PLATFORM": "xcb"}
        finally:
            server.terminate()
            server.wait()


def rates(run, steps):
    """Of a run's folder: the median seconds of a step, and the steps a second; both without evaluations."""
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    taken = sum("seconds" in line for line in lines)  # an evaluation's line has none
    if taken != steps:
        sys.exit(f"The run took {taken} steps instead of {steps}.")
    gaps = [after["seconds"] - before["seconds"] for before, after in zip(lines, lines[1:])
            if "seconds" in before and "seconds" in after]
    if not gaps:
        sys.exit("No two steps follow each other without an evaluation: lengthen train.eval_every.")
    return {"step": statistics.median(gaps), "rate": len(gaps) / sum(gaps)}


def headless(args, folder, environment):
    command = [args.program, "run", folder / "config.json", "--out", folder / "run", "--device", args.device, "--quiet"]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{args.program} run ended with code {done.returncode}:\n{done.stderr[-2000:]}")
    return rates(folder / "run", args.steps)


def processor_seconds(pid):
    """Of the thread that has the process's own number: the studio's GUI thread."""
    fields = pathlib.Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS  # in the program, and in the kernel for it


def heard(folder):
    """The folder of the studio's run, the size of its metrics, and the last sentence of its log."""
    log = next(folder.glob("runs/*/log.txt"), None)
    if not log:
        return None, 0, ""
    metrics = log.with_name("metrics.jsonl")
    last = (log.read_text().splitlines() or [""])[-1][21:]  # behind the time and two blanks
    return log.parent, metrics.stat().st_size if metrics.exists() else 0, last


def follow(studio, folder, patience):
    """Waits for the run's end. Gives its folder, and the GUI thread's and the wall's seconds since its first step."""
    first, known, changed = None, 0, time.perf_counter()
    while True:
        time.sleep(0.1)  # the headless run has nobody beside it: this takes less than a thousandth
        run, size, last = heard(folder)
        now = time.perf_counter()
        if studio.poll() is not None:
            sys.exit(f"The studio ended with code {studio.returncode} before its run did.")
        used = processor_seconds(studio.pid)
        if size > 0 and not first:
            first = now, used
        if first and last.startswith("Finished"):
            return run, used - first[1], now - first[0]
        if last.startswith(("Failed:", "Stopped")):
            sys.exit(f"The studio's run ended early: {last}")
        if size != known:
            known, changed = size, now
        elif now - changed > patience:
            sys.exit(f"The studio's run did nothing for {patience} s. Last line of its log: {last or 'none'}")


def windowed(args, folder, environment):
    command = [args.studio, folder / "config.json", "--start", "--device", args.device, "--size", args.size]
    with open(folder / "errors", "w+") as errors:
        studio = subprocess.Popen(command, cwd=folder, env=environment, stdout=errors, stderr=errors)
        try:
            run, gui, wall = follow(studio, folder, args.patience)
            studio.send_signal(signal.SIGTERM)
            if studio.wait(CLOSING) != 130:
                sys.exit(f"The studio closed with code {studio.returncode} instead of 130.")
        except subprocess.TimeoutExpired:
            sys.exit(f"The studio did not close within {CLOSING} s.")
        except SystemExit:
            errors.seek(0)
            print(errors.read()[-2000:], file=sys.stderr, end="")
            raise
        finally:
            if studio.poll() is None:
                studio.kill()
                studio.wait()
    return rates(run, args.steps) | {"gui": gui, "wall": wall}


def one(side, args, config, environment):
    """One run of a side, in a folder and a home of its own."""
    with tempfile.TemporaryDirectory(prefix="spectune-view-") as folder:
        folder = pathlib.Path(folder)
        (folder / "home").mkdir()
        (folder / "config.json").write_text(json.dumps(config))
        own = {key: value for key, value in environment.items()
               if key not in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
        return side(args, folder, own | {"HOME": str(folder / "home")})


def text(figures, digits):
    low, high = min(figures), max(figures)
    return f"{statistics.median(figures):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def table(work, results):
    """@param results: of each side, one a round"""
    def of(side, figure, unit=1):
        return [unit * result[figure] for result in results[side]]

    def ratio(above, below):
        return text([a / b for a, b in zip(above, below)], 3)

    print("| work | headless, ms a step | with the window | ratio | headless, steps/s | with the window | ratio "
          "| GUI thread, s | run, s |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    cells = [work, text(of(headless, "step", 1e3), 2), text(of(windowed, "step", 1e3), 2),
             ratio(of(headless, "step"), of(windowed, "step")),
             text(of(headless, "rate"), 1), text(of(windowed, "rate"), 1),
             ratio(of(windowed, "rate"), of(headless, "rate")),
             text(of(windowed, "gui"), 2), text(of(windowed, "wall"), 1)]
    print("| " + " | ".join(cells) + " |")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="spectune-train")
    parser.add_argument("config", type=pathlib.Path, nargs="?", default=DEMO, help="the demo's where left out")
    parser.add_argument("--steps", type=int, default=0, help="0: the configuration's own")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--device", default="cpu", help="cpu, cuda or cuda:N")
    parser.add_argument("--studio", help="spectune; the one beside spectune-train where left out")
    parser.add_argument("--size", default="1440x900", help="of the window")
    parser.add_argument("--xvfb", action="store_true", help="a virtual display, though there is another")
    parser.add_argument("--patience", type=int, default=300, help="seconds without a step after which a run has failed")
    args = parser.parse_args()
    if args.rounds < 1 or args.steps < 0 or args.steps in (1, 2):
        parser.error("a round and three steps are the least")
    found = shutil.which(args.program)
    if not found:
        sys.exit(f"{args.program} is no program that can be started: build it (./run.sh --build) and name it.")
    args.program = os.path.abspath(found)  # runs have folders of their own
    beside = args.studio or os.path.join(os.path.dirname(args.program), "spectune")
    if not shutil.which(beside):
        sys.exit(f"{beside} is no program that can be started: build it (./run.sh --build), or name it by --studio.")
    args.studio = os.path.abspath(shutil.which(beside))
    return args


def main():
    args = arguments()
    config = configuration(args.program, args.config, args.steps)
    args.steps = config["train"]["steps"]
    results = {headless: [], windowed: []}
    with display(args.xvfb) as environment:
        for number in range(args.rounds):
            for side in sorted(results, key=lambda side: side is windowed, reverse=number % 2 == 1):
                results[side].append(one(side, args, config, environment))
                got = results[side][-1]
                print(f"round {number + 1}, {side.__name__}: {1e3 * got['step']:.2f} ms a step, "
                      f"{got['rate']:.1f} steps/s", file=sys.stderr, flush=True)
    table(f"{args.config.stem}, {args.steps} steps, {args.device}", results)


if __name__ == "__main__":
    main()

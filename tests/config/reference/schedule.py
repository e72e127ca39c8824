# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes schedule.json: PEFT's own budget schedule over many random runs, step by step.

    python schedule.py          (environment: tests/reference/requirements.txt)

RankAllocator.budget_schedule is called on an allocator without a model; whether a step chooses a mask follows
AdaLoraModel.update_and_allocate (forced at T - tf, the kept pattern after it).
"""
import json
import pathlib
import random
from types import SimpleNamespace

from peft.tuners.adalora.layer import RankAllocator


def allocator(case):
    made = RankAllocator.__new__(RankAllocator)
    made.peft_config = SimpleNamespace(tinit=case["ti"], tfinal=case["tf"], total_step=case["T"], deltaT=case["dT"])
    made.init_bgt, made.target_bgt = case["b0"], case["bT"]
    return made


def steps_of(case, rng):
    total, first, last = case["T"], case["ti"], case["T"] - case["tf"]
    if total <= 40:
        return list(range(total))
    near = {0, first, first + 1, last - 1, last, last + 1, total - 1}
    return sorted({t for t in near if 0 <= t < total} | {rng.randrange(first, last + 1) for _ in range(24)})


def random_case(rng):
    total = rng.choice([rng.randint(2, 40), rng.randint(41, 3000), 10 ** rng.randint(3, 6), 2 ** rng.randint(6, 20)])
    tf = rng.randint(1, total - 1)
    ti = rng.randint(0, total - tf - 1)
    b0 = rng.choice([rng.randint(2, 400), rng.randint(401, 20000), 2 ** rng.randint(3, 16), 1000 * rng.randint(1, 99)])
    # Short intervals as well as ones that nothing divides.
    return {"T": total, "ti": ti, "tf": tf, "dT": rng.choice([1, rng.randint(1, 12), rng.randint(1, total)]),
            "b0": b0, "bT": rng.randint(1, b0 - 1)}


def main():
    rng = random.Random(20240214)
    cases = []
    for _ in range(400):
        case = random_case(rng)
        made = allocator(case)
        case["t"] = steps_of(case, rng)
        answers = [made.budget_schedule(t) for t in case["t"]]
        case["b"] = [budget for budget, _ in answers]
        final = case["T"] - case["tf"]
        case["masks"] = "".join(
            "1" if t == final or (t < final and masked) else "0" for t, (_, masked) in zip(case["t"], answers))
        if case["T"] <= 40:
            case["events"] = case["masks"].count("1")
        cases.append(case)
    path = pathlib.Path(__file__).with_name("schedule.json")
    path.write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    print(path, sum(len(case["t"]) for case in cases), "steps")


if __name__ == "__main__":
    main()

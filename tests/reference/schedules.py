# SPDX-License-Identifier: GPL-3.0-or-later
"""Learning rates of transformers' schedules, for tests/optim/tst_learningrate.cpp. Writes schedules.json beside this file."""
import json
from pathlib import Path

import torch
from transformers import (get_constant_schedule_with_warmup, get_cosine_schedule_with_warmup,
                          get_linear_schedule_with_warmup)

BASE = 0.0025


def rates(schedule, warmup, steps):
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=BASE)
    if schedule == "constant":
        scheduler = get_constant_schedule_with_warmup(optimizer, warmup)
    elif schedule == "linear":
        scheduler = get_linear_schedule_with_warmup(optimizer, warmup, steps)
    else:
        scheduler = get_cosine_schedule_with_warmup(optimizer, warmup, steps)
    values = []
    for _ in range(steps + 2):  # two beyond the end
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


cases = [{"schedule": schedule, "warmup": warmup, "steps": steps, "rates": rates(schedule, warmup, steps)}
         for schedule in ("constant", "linear", "cosine")
         for warmup, steps in ((0, 12), (1, 7), (5, 17), (12, 12), (20, 9))]
lines = ",\n".join(" " + json.dumps(case) for case in cases)
Path(__file__).with_name("schedules.json").write_text(f'{{"lr": {BASE}, "cases": [\n{lines}\n]}}\n')

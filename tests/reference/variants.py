# SPDX-License-Identifier: GPL-3.0-or-later
"""Float64 trajectories of what PEFT does not offer: the score, regulariser and budget options of design sections 2 to 4.

Usage: variants.py [variant ...]      (writes trajectory/variant-<name>.json, see README.md)

PEFT gives the adapted model only; the regulariser's gradient, the importance and the masks are ours, from the design.
The first variant, `default`, is not written: it must agree with PEFT's own training, which proves this loop.
"""
import sys

import torch

from common import write_json
from peft_trajectory import (CASES, COMMON, IGNORED, OUT, Allocator, build, event, make_batches, orthogonality, schedule,
                             train, weights_of)

SHORT = {**COMMON, **CASES["revivals"], "train.steps": 70, "adalora.ti": 8, "adalora.tf": 16}
VARIANTS = {
    "default": {},
    "gamma-0": {"adalora.gamma": 0.0},
    "squared-sum": {"adalora.regularizer": "squared_sum", "adalora.gamma": 1e-3},
    "sensitivity": {"adalora.score": "sensitivity"},
    "magnitude": {"adalora.score": "magnitude"},
    "pre-step": {"adalora.sensitivity_step": "pre"},
    "total-budget": {"adalora.total_budget": 101},
}


def run(c, batches):
    model, loss_function = build({**c, "adalora.gamma": 0.0}, "eager")  # PEFT's forward must not add its own gamma R
    model.train()
    params = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(params, lr=c["optim.lr"], betas=(c["optim.beta1"], c["optim.beta2"]),
                                  eps=c["optim.eps"], weight_decay=c["optim.weight_decay"], foreach=False)
    scheduler, weights = schedule(c, optimizer), weights_of(model)
    allocator = Allocator(c, list(weights))
    kept, steps, events = {name: [True] * c["adalora.init_rank"] for name in weights}, [], []
    for t in range(c["train.steps"]):
        batch = batches[t % len(batches)]
        ids, bears = torch.tensor(batch["ids"]), torch.tensor(batch["loss"])
        model(input_ids=ids, labels=torch.where(bears == 1, ids, IGNORED)).loss.backward()
        regulariser, grads_r = orthogonality(weights, c.get("adalora.regularizer") == "squared_sum")
        for (name, key), g in grads_r.items():
            weights[name][key].grad += c["adalora.gamma"] * g
        norm = torch.nn.utils.clip_grad_norm_(params, c["optim.max_grad_norm"], foreach=False).item()
        grads = {name: {key: p.grad for key, p in w.items()} for name, w in weights.items()}
        before = {name: {key: p.detach().clone() for key, p in w.items()} for name, w in weights.items()}
        lr = scheduler.get_last_lr()[0]
        optimizer.step()
        scheduler.step()
        values = before if c.get("adalora.sensitivity_step") == "pre" else weights
        budget, now, gap = allocator.step(t, values, grads)
        if now is not None:
            events.append(event(t, budget, now, kept, gap))
            kept = now
        if now is not None or t > c["train.steps"] - c["adalora.tf"]:
            for name, bits in kept.items():
                weights[name]["E"].data *= torch.tensor(bits)[:, None]
        optimizer.zero_grad()
        steps.append({"step": t + 1, "loss": loss_function.task, "orth": regulariser, "grad_norm": norm, "lr": lr,
                      "tokens": int(bears.sum()), "budget": budget})
    norms = {name: {key: p.norm().item() for key, p in w.items()} for name, w in weights.items()}
    return list(weights), steps, events, {str(c["train.steps"]): norms}


def check_against_peft(c, batches, steps, events):
    _, steps2, events2, _ = train(c, batches)
    worst = max(abs(a[k] - b[k]) for a, b in zip(steps, steps2) for k in ("loss", "orth", "grad_norm", "lr", "budget"))
    assert worst < 1e-11 and [e["kept"] for e in events] == [e["kept"] for e in events2], worst
    return worst


def main():
    torch.set_num_threads(1)
    batches = make_batches()
    for name in sys.argv[1:] or VARIANTS:
        c = {**SHORT, **VARIANTS[name]}
        modules, steps, events, norms = run(c, batches)
        print(name, "loss", steps[-1]["loss"], "revived", sum(e["revived"] for e in events), "smallest gap",
              min(e["gap"] for e in events), flush=True)
        if name == "default":
            print("against PEFT's own training:", check_against_peft(c, batches, steps, events))
            continue
        write_json(OUT / f"variant-{name}.json", {
            "what": "PEFT's model, our own allocator, float64; see README.md", "config": c, "modules": modules,
            "revived_total": sum(e["revived"] for e in events), "steps": steps, "events": events, "norms": norms})


if __name__ == "__main__":
    main()

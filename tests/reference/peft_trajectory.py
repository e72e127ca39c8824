# SPDX-License-Identifier: GPL-3.0-or-later
"""Float64 training trajectories of PEFT on stories260K: two of AdaLoRA, one of LoRA, one of SVD-LoRA.

Usage: peft_trajectory.py [case ...]      (no case: all; writes into trajectory/, see README.md)

Each AdaLoRA case is checked, event by event, against a second allocator written from design section 3 to 5 (class
Allocator below), and run again with another attention kernel to learn how far rounding alone moves it.
"""
import json
import sys

import sentencepiece
import torch
from peft import AdaLoraConfig, LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import get_constant_schedule_with_warmup, get_linear_schedule_with_warmup

import float64_llama
from common import DATA, HERE, KINDS, STORIES, save_adapter, write_json

OUT = HERE / "trajectory"
MAX_LENGTH, BATCH, BATCHES = 48, 4, 16
IGNORED = -100
PREFIX = "base_model.model."

COMMON = {"optim.beta1": 0.9, "optim.beta2": 0.999, "optim.eps": 1e-8, "optim.max_grad_norm": 1.0,
          "adalora.init_rank": 12, "adalora.target_rank": 4, "adalora.gamma": 0.1, "adalora.dropout": 0.0,
          "train.batch_size": BATCH, "data.max_length": MAX_LENGTH, "train.dtype": "float64"}
CASES = {
    "mild": {"method.name": "adalora", "train.steps": 200, "optim.lr": 1.5e-3, "optim.schedule": "linear",
             "optim.warmup": 20, "optim.weight_decay": 0.01, "adalora.alpha": 96, "adalora.ti": 20, "adalora.tf": 60,
             "adalora.delta_t": 10, "adalora.beta1": 0.85, "adalora.beta2": 0.85},
    "revivals": {"method.name": "adalora", "train.steps": 200, "optim.lr": 2e-2, "optim.schedule": "constant",
                 "optim.warmup": 0, "optim.weight_decay": 0.1, "adalora.alpha": 24, "adalora.ti": 15,
                 "adalora.tf": 45, "adalora.delta_t": 7, "adalora.beta1": 0.6, "adalora.beta2": 0.7},
    "svd-lora": {"method.name": "svd-lora", "train.steps": 60, "optim.lr": 2e-3, "optim.schedule": "linear",
                 "optim.warmup": 6, "optim.weight_decay": 0.01, "adalora.alpha": 96},
    "lora": {"method.name": "lora", "train.steps": 60, "optim.lr": 2e-3, "optim.schedule": "linear",
             "optim.warmup": 6, "optim.weight_decay": 0.01, "adalora.init_rank": 4, "adalora.alpha": 8},
}


# ---- the batches -------------------------------------------------------------------------------------------------

def make_rows():
    """64 short E2E sentences, cut into a prompt (the first words) and a completion (the rest)."""
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(STORIES / "tokenizer.model"))
    rows, seen = [], set()
    for line in (DATA / "text" / "e2e_valid.txt").read_text(encoding="utf-8").split("\n"):
        text = line.partition("||")[2].strip()
        if not text or text in seen or not text.isascii():
            continue
        seen.add(text)
        words = text.split(" ")
        shown = 1 + len(rows) % 4
        prompt, completion = " ".join(words[:shown]), " " + " ".join(words[shown:])
        pieces = tokenizer.encode(prompt + completion, return_type="proto").pieces
        # Lengths between 20 and 48 (some of them cut there), so that padding and cutting both take part.
        if not 18 <= len(pieces) <= 28 + len(rows) % 29:
            continue
        ids = [1] + [p.id for p in pieces] + [2]
        bears = [0] + [int(p.end > len(prompt)) for p in pieces] + [1]
        rows.append({"prompt": prompt, "completion": completion,
                     "ids": ids[:MAX_LENGTH], "loss": bears[:MAX_LENGTH]})
        if len(rows) == BATCH * BATCHES:
            return rows
    raise RuntimeError(f"e2e_valid.txt gave {len(rows)} rows only")


def make_batches():
    rows = make_rows()
    OUT.mkdir(parents=True, exist_ok=True)
    with open(OUT / "rows.jsonl", "w") as out:
        out.writelines(json.dumps({k: row[k] for k in ("prompt", "completion")}) + "\n" for row in rows)
    batches = []
    for start in range(0, len(rows), BATCH):
        part = rows[start:start + BATCH]
        width = max(len(row["ids"]) for row in part)
        batches.append({"ids": [row["ids"] + [0] * (width - len(row["ids"])) for row in part],
                        "loss": [row["loss"] + [0] * (width - len(row["loss"])) for row in part],
                        "lengths": [len(row["ids"]) for row in part]})
    write_json(OUT / "batches.json", {"what": "step t uses batch t mod count; loss[i][j] is 1 where token j is a target",
                                      "count": len(batches), "pad_id": 0, "batches": batches})
    return batches


# ---- the second allocator: design sections 2 to 5, without PEFT --------------------------------------------------

def orthogonality(weights, squared=False):
    """R = (1 / 2n) sum of ||P'P - I|| and ||QQ' - I|| (squared: the plain sum of their squares), and its gradients."""
    total, grads = 0.0, {}
    for name, w in weights.items():
        for key in ("P", "Q"):
            x = w[key].detach()
            gram = (x.T @ x if key == "P" else x @ x.T) - torch.eye(w["E"].shape[0], dtype=x.dtype)
            norm, direction = gram.norm(), x @ gram if key == "P" else gram @ x
            share = 1 if squared else 1 / (2 * len(weights))
            total += share * (norm**2 if squared else norm).item()
            grads[name, key] = share * (4 if squared else 2 / norm) * direction
    return total, grads


class Allocator:
    """Budget, importance and masks as the design writes them. Works on values that nobody has masked yet."""

    def __init__(self, c, modules):
        self.c, self.modules, self.ema = c, modules, {}
        self.b0 = c["adalora.init_rank"] * len(modules)
        self.bt = c.get("adalora.total_budget", c["adalora.target_rank"] * len(modules))

    def budget(self, t):
        c, border = self.c, self.c["train.steps"] - self.c["adalora.tf"]
        if t <= c["adalora.ti"]:
            return self.b0, False
        if t >= border:
            return self.bt, t == border
        left = 1 - (t - c["adalora.ti"]) / (border - c["adalora.ti"])
        return int(self.bt + (self.b0 - self.bt) * left**3), t % c["adalora.delta_t"] == 0

    def scores(self, values):
        """One number per triplet, modules in order: S = s(lambda) + mean s(P) + mean s(Q)."""
        kind = self.c.get("adalora.score", "sensitivity_uncertainty")
        if kind == "magnitude":
            return torch.cat([values[n]["E"].view(-1).abs() for n in self.modules])
        score = {k: bar if kind == "sensitivity" else bar * unc for k, (bar, unc) in self.ema.items()}
        return torch.cat([score[n, "E"].view(-1) + score[n, "P"].mean(0) + score[n, "Q"].mean(1) for n in self.modules])

    @torch.no_grad()
    def step(self, t, values, grads):
        """values, grads: {module: {"P", "E", "Q"}}.

        Returns (budget, kept bits per module or None, relative gap between the last kept and the first cut score).
        """
        b1, b2 = self.c["adalora.beta1"], self.c["adalora.beta2"]
        if t < self.c["train.steps"] - self.c["adalora.tf"]:
            for name, w in values.items():
                for key, p in w.items():
                    now = (p * grads[name][key]).abs()
                    bar, unc = self.ema.get((name, key), (torch.zeros_like(p), torch.zeros_like(p)))
                    bar = b1 * bar + (1 - b1) * now
                    self.ema[name, key] = (bar, b2 * unc + (1 - b2) * (now - bar).abs())
        budget, masks = self.budget(t)
        if not masks:
            return budget, None, None
        flat = self.scores(values)
        order = torch.argsort(flat, descending=True, stable=True)
        gap = ((flat[order[budget - 1]] - flat[order[budget]]) / flat[order[budget - 1]]).item()
        kept = torch.zeros(len(flat), dtype=torch.bool)
        kept[order[:budget]] = True
        return budget, dict(zip(self.modules, kept.view(len(self.modules), -1).tolist())), gap


def event(t, budget, kept, last, gap):
    """One entry of `events`; kept and last (the pattern before): {module: [bool]}."""
    new, old = ([bit for bits in pattern.values() for bit in bits] for pattern in (kept, last))
    return {"step": t + 1, "budget": budget, "pruned": sum(o and not n for o, n in zip(old, new)),
            "revived": sum(n and not o for o, n in zip(old, new)), "gap": gap,
            "ranks": {name: sum(bits) for name, bits in kept.items()},
            "kept": {name: "".join("01"[bit] for bit in bits) for name, bits in kept.items()}}


# ---- one run -----------------------------------------------------------------------------------------------------

def build(c, attention_kind):
    base, loss = float64_llama.load(STORIES, attention_kind=attention_kind)
    base.config.use_cache = False
    torch.manual_seed(7)
    if c["method.name"] == "lora":
        config = LoraConfig(r=c["adalora.init_rank"], lora_alpha=c["adalora.alpha"], target_modules=KINDS,
                            task_type="CAUSAL_LM", lora_dropout=0.0, init_lora_weights="gaussian")
    else:
        config = AdaLoraConfig(init_r=c["adalora.init_rank"], target_r=c["adalora.target_rank"],
                               lora_alpha=c["adalora.alpha"], orth_reg_weight=c["adalora.gamma"],
                               tinit=c.get("adalora.ti", 0), tfinal=c.get("adalora.tf", 1),
                               deltaT=c.get("adalora.delta_t", 1), beta1=c.get("adalora.beta1", 0.85),
                               beta2=c.get("adalora.beta2", 0.85), total_step=c["train.steps"],
                               target_modules=KINDS, task_type="CAUSAL_LM", lora_dropout=0.0)
    model = get_peft_model(base, config)
    for name, p in model.named_parameters():
        if "ranknum" in name:  # PEFT 0.21 makes it trainable where the base is not float32; it must stay constant
            p.data.fill_(float(c["adalora.init_rank"]))
            p.requires_grad_(False)
        elif p.requires_grad:
            assert p.dtype == torch.float64 and "lora_" in name, name
    return model, loss


def weights_of(model):
    """{module: {"P", "E", "Q"}} of an AdaLoRA model, in the model's order; module as the base names it."""
    result = {}
    for name, p in model.named_parameters():
        if ".lora_" in name:
            module, _, rest = name.removeprefix(PREFIX).partition(".lora_")
            result.setdefault(module, {})[{"A": "Q", "B": "P", "E": "E"}[rest[0]]] = p
    return result


def schedule(c, optimizer):
    if c["optim.schedule"] == "constant":
        return get_constant_schedule_with_warmup(optimizer, c["optim.warmup"])
    return get_linear_schedule_with_warmup(optimizer, c["optim.warmup"], c["train.steps"])


def check_pattern(model, t, weights, before, expected):
    """PEFT's masks against ours; `before` holds lambda as it was ahead of PEFT's call."""
    for name, bits in expected.items():
        keep = torch.tensor(bits)[:, None]
        assert torch.equal(weights[name]["E"].detach(), before[name] * keep), (t, name)
        pattern = model.peft_config["default"].rank_pattern
        assert pattern[f"{name}.lora_E.default"] == bits, (t, name)


def train(c, batches, attention_kind="eager"):
    model, loss_function = build(c, attention_kind)
    adalora, allocates = c["method.name"] != "lora", c["method.name"] == "adalora"
    model.train()
    params = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(params, lr=c["optim.lr"], betas=(c["optim.beta1"], c["optim.beta2"]),
                                  eps=c["optim.eps"], weight_decay=c["optim.weight_decay"], foreach=False)
    scheduler = schedule(c, optimizer)
    weights = weights_of(model)
    modules = list(weights)
    allocator = Allocator(c, modules) if allocates else None
    kept = {name: [True] * c["adalora.init_rank"] for name in modules}
    steps, events, norms = [], [], {}
    for t in range(c["train.steps"]):
        batch = batches[t % len(batches)]
        ids, bears = torch.tensor(batch["ids"]), torch.tensor(batch["loss"])
        output = model(input_ids=ids, labels=torch.where(bears == 1, ids, IGNORED))
        row = {"step": t + 1, "loss": loss_function.task}
        if adalora:
            row["orth"], orth_grads = orthogonality(weights)
            total = loss_function.task + c["adalora.gamma"] * row["orth"]
            assert abs(total - output.loss.item()) < 1e-13 * total, (t, total, output.loss.item())
        output.loss.backward()
        if adalora and t == 0:  # lambda is 0: the task gives P and Q no gradient, so theirs is gamma grad R alone
            for (name, key), g in orth_grads.items():
                torch.testing.assert_close(weights[name][key].grad, c["adalora.gamma"] * g, rtol=1e-12, atol=1e-16)
        row["grad_norm"] = torch.nn.utils.clip_grad_norm_(params, c["optim.max_grad_norm"], foreach=False).item()
        row["lr"] = scheduler.get_last_lr()[0]
        row["tokens"] = int(bears.sum())
        optimizer.step()
        scheduler.step()
        if allocates:
            before = {name: w["E"].detach().clone() for name, w in weights.items()}
            grads = {name: {key: p.grad for key, p in w.items()} for name, w in weights.items()}
            row["budget"], expected, gap = allocator.step(t, weights, grads)
            model.base_model.update_and_allocate(t)
            if expected is not None:
                check_pattern(model, t, weights, before, expected)
                events.append(event(t, row["budget"], expected, kept, gap))
                kept = expected
            elif t > c["train.steps"] - c["adalora.tf"]:
                check_pattern(model, t, weights, before, kept)
            else:
                assert all(torch.equal(weights[name]["E"], before[name]) for name in modules)
        optimizer.zero_grad()
        steps.append(row)
        if t + 1 in (1, 2, 3, 10, 22, 50, 100, 150, c["train.steps"]):
            norms[str(t + 1)] = {name: {k: p.norm().item() for k, p in w.items()} for name, w in weights.items()}
    return model, steps, events, norms


def tensors(model):
    """All adapter tensors, masked rows included, under the keys that PEFT saves (no adapter name)."""
    return {name.replace(".default", ""): p.detach().clone().contiguous()
            for name, p in model.named_parameters() if ".lora_" in name}


def main():
    torch.set_num_threads(1)
    batches = make_batches()
    for name in sys.argv[1:] or CASES:
        c = {**COMMON, **CASES[name]}
        if name == "lora":
            del c["adalora.target_rank"], c["adalora.gamma"]
        save_adapter(build(c, "eager")[0], OUT / ("initial-lora" if name == "lora" else "initial-adalora"))
        model, steps, events, norms = train(c, batches)
        other, steps2, events2, _ = train(c, batches, attention_kind="sdpa")
        a, b = tensors(model), tensors(other)
        rounding = {"loss": max(abs(x["loss"] - y["loss"]) for x, y in zip(steps, steps2)),
                    "grad_norm": max(abs(x["grad_norm"] - y["grad_norm"]) for x, y in zip(steps, steps2)),
                    "tensors": max((a[k] - b[k]).abs().max().item() for k in a),
                    "patterns_equal": [e["kept"] for e in events] == [e["kept"] for e in events2]}
        result = {"what": "PEFT in float64; keys as in metrics.jsonl and ranks.jsonl; see README.md", "config": c,
                  "modules": list(weights_of(model)), "rounding": rounding,
                  "revived_total": sum(e["revived"] for e in events), "steps": steps, "events": events,
                  "norms": norms}
        write_json(OUT / f"{name}.json", result)
        if name != "svd-lora":  # its norms say enough, and the repository stays small
            save_file(a, OUT / f"{name}_final.safetensors")
            (OUT / f"{name}_final.safetensors").chmod(0o644)
        print(name, "loss", steps[0]["loss"], "->", steps[-1]["loss"], "events", len(events), "revived",
              result["revived_total"], "smallest gap", min((e["gap"] for e in events), default=None), rounding)


if __name__ == "__main__":
    main()

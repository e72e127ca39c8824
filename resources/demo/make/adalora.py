# SPDX-License-Identifier: GPL-3.0-or-later
"""AdaLoRA on the demo's model in a few tensors: many runs at once, to choose the demo's settings and to measure them.

Every run has its own adapters, samples and settings, and all share the frozen base: tensors carry the run as first
dimension. The semantics are the engine's (training/): y = W0 x + s P (lambda * (Q x)) with s = alpha / (init + 1e-5), R
from norms that are not squared, importance after the optimizer step, the b largest triplets kept, no memory of the mask.
"""
from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

import torch
from safetensors.torch import load_file
from torch.nn.functional import cross_entropy, linear, scaled_dot_product_attention, silu

KINDS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
IGNORED = -100


class FrozenLlama:
    """The base's weights and its forward pass; `adapt(layer, kind, x)` adds what an adapter gives to W x."""

    def __init__(self, folder, config: dict, device: str):
        weights = {name: tensor.float().to(device) for name, tensor in load_file(f"{folder}/model.safetensors").items()}
        self.layers, self.heads = config["num_hidden_layers"], config["num_attention_heads"]
        self.kv_heads, self.eps = config["num_key_value_heads"], config["rms_norm_eps"]
        self.width = config["hidden_size"] // self.heads
        self.embedding, self.last_norm = weights["model.embed_tokens.weight"], weights["model.norm.weight"]
        self.blocks = [{name.split(".")[-2]: tensor for name, tensor in weights.items()
                        if name.startswith(f"model.layers.{i}.")} for i in range(self.layers)]
        angles = torch.outer(torch.arange(config["max_position_embeddings"]),
                             10000.0 ** (-torch.arange(0, self.width, 2) / self.width))
        self.cos, self.sin = angles.cos().repeat(1, 2).to(device), angles.sin().repeat(1, 2).to(device)

    def norm(self, x, weight):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * weight

    def rotate(self, x):
        a, b = x.chunk(2, -1)
        length = x.shape[-2]
        return x * self.cos[:length] + torch.cat([-b, a], -1) * self.sin[:length]

    def hidden(self, ids, adapt):
        """ids (runs, batch, length) to the last norm's output (runs, batch, length, hidden)."""
        runs, batch, length = ids.shape
        x = self.embedding[ids]
        heads = lambda y, n: y.reshape(runs * batch, length, n, self.width).transpose(1, 2)
        for i, block in enumerate(self.blocks):
            project = lambda kind, z: linear(z, block[kind]) + adapt(i, kind, z)
            h = self.norm(x, block["input_layernorm"])
            q = self.rotate(heads(project("q_proj", h), self.heads))
            k = self.rotate(heads(project("k_proj", h), self.kv_heads))
            v = heads(project("v_proj", h), self.kv_heads)
            k, v = (y.repeat_interleave(self.heads // self.kv_heads, 1) for y in (k, v))
            mixed = scaled_dot_product_attention(q, k, v, is_causal=True)
            x = x + project("o_proj", mixed.transpose(1, 2).reshape(runs, batch, length, -1))
            h = self.norm(x, block["post_attention_layernorm"])
            x = x + project("down_proj", silu(project("gate_proj", h)) * project("up_proj", h))
        return self.norm(x, self.last_norm)


@dataclass
class Settings:
    """One run. `kinds` and `layers` say which matrices are adapted."""

    seed: int = 0
    steps: int = 800
    batch: int = 8
    lr: float = 5e-3
    schedule: str = "linear"
    warmup: int = 20
    max_grad_norm: float = 1.0
    beta1: float = 0.9
    beta2: float = 0.999
    init_rank: int = 8
    target_rank: int = 3
    total_budget: int = 0  # of all matrices together; 0: from target_rank
    alpha: float = 64.0
    gamma: float = 0.1
    ema1: float = 0.95
    ema2: float = 0.95
    ti: int = 80
    tf: int = 300
    delta_t: int = 10
    kinds: tuple = tuple(KINDS)
    layers: tuple = ()

    def shape(self):
        """Runs that agree in this are trained together."""
        return self.steps, self.batch, self.init_rank, self.kinds, self.layers

    def matrices(self, layers: int) -> int:
        return len(self.kinds) * (len(self.layers) or layers)

    def budget(self, t: int, matrices: int) -> int:
        first, last = self.init_rank * matrices, self.total_budget or self.target_rank * matrices
        end = self.steps - self.tf
        if t <= self.ti:
            return first
        return last if t >= end else int(last + (first - last) * (1 - (t - self.ti) / (end - self.ti)) ** 3)

    def masks(self, t: int) -> bool:
        return t == self.steps - self.tf or (self.ti < t < self.steps - self.tf and t % self.delta_t == 0)

    def rate(self, t: int) -> float:
        if t < self.warmup:
            return self.lr * t / self.warmup
        part = (t - self.warmup) / max(1, self.steps - self.warmup)
        shapes = {"constant": 1.0, "linear": 1 - part, "cosine": 0.5 * (1 + math.cos(math.pi * part))}
        return self.lr * shapes[self.schedule]


@dataclass
class Result:
    settings: Settings
    before: float = 0.0
    exact: float = 0.0
    fields: list = field(default_factory=list)  # share of right words for each place on the card
    losses: list = field(default_factory=list)  # mean of each twentieth of the run
    ranks: list = field(default_factory=list)   # layers x kinds
    events: list = field(default_factory=list)  # (step, total rank, rank sums by kind)
    revived: int = 0


class Adapters:
    """P (runs, layers, out, r), lambda (runs, layers, r) and Q (runs, layers, r, in) of every kind of matrix."""

    def __init__(self, model: FrozenLlama, runs: list[Settings], device: str):
        self.runs, self.device, first = runs, device, runs[0]
        self.kinds = first.kinds
        self.row = {layer: row for row, layer in enumerate(first.layers or range(model.layers))}
        self.scale = self.vector([s.alpha / (s.init_rank + 1e-5) for s in runs]).view(-1, 1, 1)
        self.settings = {name: self.vector([getattr(s, name) for s in runs])
                         for name in ("gamma", "max_grad_norm", "beta1", "beta2", "ema1", "ema2")}
        self.tensors: dict[tuple[str, str], torch.Tensor] = {}
        for kind in self.kinds:
            out, inner = model.blocks[0][kind].shape
            size = {"P": (out, first.init_rank), "E": (first.init_rank,), "Q": (first.init_rank, inner)}
            for part, shape in size.items():
                self.tensors[kind, part] = torch.zeros(len(runs), len(self.row), *shape)
        for i, run in enumerate(runs):
            generator = torch.Generator().manual_seed(run.seed)
            for (_, part), tensor in self.tensors.items():
                if part != "E":
                    tensor[i].normal_(0, 0.02, generator=generator)
        self.tensors = {key: tensor.to(device).requires_grad_() for key, tensor in self.tensors.items()}
        zeros = lambda: {key: torch.zeros_like(tensor, requires_grad=False) for key, tensor in self.tensors.items()}
        self.m, self.v, self.importance, self.uncertainty = zeros(), zeros(), zeros(), zeros()
        shape = (len(runs), len(self.row), len(self.kinds), first.init_rank)
        self.kept = torch.ones(shape, dtype=torch.bool, device=device)

    def vector(self, values):
        return torch.tensor(values, dtype=torch.float32).to(self.device)

    def of_step(self):
        """The function that adds the adapters' share, over this step's views."""
        views = {key: tensor.unbind(1) for key, tensor in self.tensors.items()}

        def adapt(layer, kind, x):
            if layer not in self.row or kind not in self.kinds:
                return 0.0
            row, flat = self.row[layer], x.flatten(1, 2)
            inner = torch.bmm(flat, views[kind, "Q"][row].transpose(1, 2)) * views[kind, "E"][row][:, None]
            return (torch.bmm(inner, views[kind, "P"][row].transpose(1, 2)) * self.scale).unflatten(1, x.shape[1:3])
        return adapt

    @torch.no_grad()
    def add_regulariser(self):
        """Adds gamma times the gradient of (1 / 2n) sum ||M - I||_F, M = P^T P or Q Q^T."""
        factor = self.settings["gamma"].view(-1, 1, 1, 1) / (2 * len(self.kinds) * len(self.row))
        for (kind, part), tensor in self.tensors.items():
            if part == "E":
                continue
            rows = tensor if part == "Q" else tensor.transpose(2, 3)
            off = rows @ rows.transpose(2, 3) - torch.eye(rows.shape[2], device=self.device)
            grad = factor * 2 * (off @ rows) / off.flatten(2).norm(dim=2)[..., None, None].clamp_min(1e-20)
            tensor.grad += grad if part == "Q" else grad.transpose(2, 3)

    @torch.no_grad()
    def update(self, t: int):
        """Clips, makes the AdamW step (no decay) and updates the importance averages."""
        square = sum(tensor.grad.flatten(1).square().sum(1) for tensor in self.tensors.values())
        clip = (self.settings["max_grad_norm"] / (square.sqrt() + 1e-6)).clamp_max(1.0)
        per_run = self.settings | {
            "clip": clip, "rate": self.vector([s.rate(t) for s in self.runs]),
            "live": self.vector([float(t < s.steps - s.tf) for s in self.runs]),
            "correct1": 1 - self.settings["beta1"] ** (t + 1), "correct2": 1 - self.settings["beta2"] ** (t + 1)}
        for key, tensor in self.tensors.items():
            c = {name: values.view(-1, *[1] * (tensor.dim() - 1)) for name, values in per_run.items()}
            gradient, m, v = tensor.grad * c["clip"], self.m[key], self.v[key]
            m.add_((gradient - m) * (1 - c["beta1"]))
            v.mul_(c["beta2"]).add_(gradient.square() * (1 - c["beta2"]))
            tensor -= c["rate"] * (m / c["correct1"]) / ((v / c["correct2"]).sqrt() + 1e-8)
            now, average, spread = (tensor * gradient).abs(), self.importance[key], self.uncertainty[key]
            average.add_(c["live"] * (1 - c["ema1"]) * (now - average))
            spread.add_(c["live"] * (1 - c["ema2"]) * ((now - average).abs() - spread))
            tensor.grad = None

    @torch.no_grad()
    def allocate(self, t: int) -> list[int]:
        """Masks the runs whose step asks for it, and holds the final pattern; gives the revived triplets of each run."""
        events, end = [s.masks(t) for s in self.runs], [t >= s.steps - s.tf for s in self.runs]
        revived = [0] * len(self.runs)
        if not any(events) and not any(end):
            return revived
        event, fixed = self.vector(events).bool(), self.vector(end).bool()
        if any(events):
            score = {key: self.importance[key] * self.uncertainty[key] for key in self.tensors}
            triplets = torch.stack([score[kind, "E"] + score[kind, "P"].mean(2) + score[kind, "Q"].mean(3)
                                    for kind in self.kinds], 2)
            place = triplets.flatten(1).argsort(dim=1, descending=True, stable=True).argsort(dim=1)
            budget = self.vector([s.budget(t, len(self.kinds) * len(self.row)) for s in self.runs])
            kept = (place < budget[:, None]).view_as(triplets)
            revived = ((kept & ~self.kept).flatten(1).sum(1) * event).tolist()
            self.kept = torch.where(event.view(-1, 1, 1, 1), kept, self.kept)
        hold = (event | fixed).view(-1, 1, 1)
        for column, kind in enumerate(self.kinds):
            self.tensors[kind, "E"] *= self.kept[:, :, column] | ~hold
        return revived


class Samples:
    """Tokenised prompts with completions, as padded tensors (count, longest)."""

    def __init__(self, tokenizer, rows: list[tuple[str, str]]):
        whole = [[1] + tokenizer.encode(p + c) + [2] for p, c in rows]
        start = [1 + len(tokenizer.encode(p)) for p, _ in rows]
        longest = max(map(len, whole))
        self.lengths = torch.tensor([len(ids) for ids in whole])
        self.ids = torch.tensor([ids + [2] * (longest - len(ids)) for ids in whole])
        self.targets = torch.tensor([[IGNORED] * s + ids[s:] + [IGNORED] * (longest - len(ids))
                                     for s, ids in zip(start, whole)])
        separators = tokenizer.encode("x |")[-1]
        self.place = ((self.ids == separators) & (self.targets != IGNORED)).long().cumsum(1)  # field of the card


@torch.no_grad()
def exact_match(model: FrozenLlama, adapters: Adapters, samples: Samples) -> tuple[list[float], list[list[float]]]:
    """Share of held-out cards that greedy generation gets wholly right, and for each field, for each run.

    Greedy generation gives the card exactly when, after every part of the right card, the likeliest token is the next one
    of the card, to the end-of-sequence token. So one forward pass over the right cards tells it.
    """
    runs, device, step = len(adapters.runs), adapters.device, max(1, 800 // len(adapters.runs))
    exact, fields = [0] * runs, [[0] * 7 for _ in range(runs)]
    for start in range(0, len(samples.ids), step):
        ids, targets, place = (x[start:start + step].to(device) for x in (samples.ids, samples.targets, samples.place))
        hidden = model.hidden(ids[None].expand(runs, -1, -1), adapters.of_step())
        best = torch.stack([linear(h, model.embedding).argmax(-1) for h in hidden])
        right = (best[:, :, :-1] == targets[None, :, 1:]) | (targets[None, :, 1:] == IGNORED)
        for run, count in enumerate(right.all(2).sum(1).tolist()):
            exact[run] += count
        for number in range(7):
            inside = (place[:, 1:] == number) & (targets[:, 1:] != IGNORED)
            for run, count in enumerate((right | ~inside[None]).all(2).sum(1).tolist()):
                fields[run][number] += count
    return [e / len(samples.ids) for e in exact], [[f / len(samples.ids) for f in row] for row in fields]


def train(model: FrozenLlama, runs: list[Settings], data: Samples, held_out: Samples, device: str) -> list[Result]:
    """Trains runs of one shape() together."""
    adapters, results = Adapters(model, runs, device), [Result(run) for run in runs]
    for result, exact in zip(results, exact_match(model, adapters, held_out)[0]):
        result.before = exact
    orders = [random.Random(run.seed) for run in runs]
    queues: list[list[int]] = [[] for _ in runs]
    ids, targets = data.ids.to(device), data.targets.to(device)
    losses, steps, batch = [], runs[0].steps, runs[0].batch
    for t in range(steps):
        for queue, order in zip(queues, orders):
            if len(queue) < batch:
                queue[:] = order.sample(range(len(data.ids)), len(data.ids))
        picked = torch.tensor([[queue.pop() for _ in range(batch)] for queue in queues])
        width, picked = int(data.lengths[picked].max()), picked.to(device)
        hidden = model.hidden(ids[picked][:, :, :width], adapters.of_step())[:, :, :-1]
        target = targets[picked][:, :, 1:width]
        there = target != IGNORED
        each = cross_entropy(linear(hidden[there], model.embedding), target[there], reduction="none")
        owner = there.nonzero()[:, 0]
        loss = torch.zeros(len(runs), device=device).index_add_(0, owner, each) / there.flatten(1).sum(1)
        loss.sum().backward()
        adapters.add_regulariser()
        adapters.update(t)
        losses.append(loss.detach())
        for result, count in zip(results, adapters.allocate(t)):
            result.revived += count
        if any(run.masks(t) for run in runs) and t % 50 == 0:
            for result, kept in zip(results, adapters.kept.sum(3).tolist()):
                result.events.append((t, sum(map(sum, kept)), [sum(column) for column in zip(*kept)]))
    means = torch.stack(losses).view(20, -1, len(runs)).mean(1).T.tolist()
    exact, fields = exact_match(model, adapters, held_out)
    for result, e, f, mean, kept in zip(results, exact, fields, means, adapters.kept.sum(3).tolist()):
        result.exact, result.fields, result.losses, result.ranks = e, f, [round(x, 4) for x in mean], kept
    return results

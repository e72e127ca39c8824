# SPDX-License-Identifier: GPL-3.0-or-later
"""Loads exported adapters with vLLM's own loader, on the CPU, and compares every ΔW with PEFT's.

Usage: vllm_adapter.py MODEL ADAPTER [ADAPTER ...]

What is checked is what a server does before it serves: PEFTHelper reads adapter_config.json and refuses what vLLM cannot
do or what is above --max-lora-rank, LoRAModel reads the tensors and knows the modules by name. Each ΔW = B A · scaling is
then compared with PeftModel's for the same folder. Serving itself needs a GPU and is not part of it.
Needs vllm and peft (pip install vllm peft); exits with 1 where something differs.
"""
import json
import pathlib
import re
import sys

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM
from vllm.config.lora import LoRAConfig
from vllm.lora.lora_model import LoRAModel
from vllm.lora.peft_helper import PEFTHelper

TOLERANCE = 1e-6  # of the largest |ΔW|: float32 products in another order
# What vLLM's Llama asks for: the modules as the checkpoint names them, before it fuses q/k/v and gate/up.
MODULES = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"}


def peft_deltas(model, folder):
    base = AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
    tuned = PeftModel.from_pretrained(base, folder)
    return {
        re.sub(r"^base_model\.model\.", "", name): module.get_delta_weight("default").detach()
        for name, module in tuned.named_modules()
        if hasattr(module, "get_delta_weight")
    }


def vllm_deltas(folder, rank):
    helper = PEFTHelper.from_local_dir(str(folder), None)
    helper.validate_legal(LoRAConfig(max_lora_rank=rank))
    loaded = LoRAModel.from_local_checkpoint(str(folder), MODULES, helper, device="cpu", dtype=torch.float32)
    return {
        name: lora.lora_b.float() @ lora.lora_a.float() * lora.scaling for name, lora in loaded.loras.items()
    }


def max_rank(folder):
    """The --max-lora-rank that Spectune names: the smallest that vLLM has of at least the adapter's largest rank."""
    config = json.loads((folder / "adapter_config.json").read_text())
    largest = max([config["r"], *config.get("rank_pattern", {}).values()])
    return min(rank for rank in (1, 8, 16, 32, 64, 128, 256, 320, 512) if rank >= largest)


def check(model, folder):
    ours = vllm_deltas(folder, max_rank(folder))
    theirs = peft_deltas(model, folder)
    moved = {name for name, delta in theirs.items() if delta.abs().max() > 0}
    missing = moved - ours.keys()
    largest = max(delta.abs().max().item() for delta in theirs.values())
    worst = max((ours[name] - theirs[name]).abs().max().item() for name in ours)
    good = not missing and worst <= TOLERANCE * largest
    print(f"{folder}: {len(ours)} modules by vLLM, {len(moved)} that PEFT moves, --max-lora-rank {max_rank(folder)}, "
          f"largest |ΔW| {largest:.3g}, largest difference {worst:.3g}: {'the same' if good else 'DIFFERENT'}")
    if missing:
        print(f"  not read by vLLM: {sorted(missing)}")
    return good


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    sys.exit(0 if all([check(sys.argv[1], pathlib.Path(folder)) for folder in sys.argv[2:]]) else 1)

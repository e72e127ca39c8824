# SPDX-License-Identifier: GPL-3.0-or-later
"""A trained AdaLoRA adapter as PEFT saves it, and the same update as plain LoRA, all three read back through PEFT.

Usage: exports.py      (needs trajectory/; writes into exports/, see README.md)

The adapter is the end of the `revivals` trajectory, cast to float32: unequal ranks, two of them 0. The plain LoRA files
follow design section 8, B' = s P diag(lambda) and A' = Q over the kept rows, and must give the same logits.
"""
import json
import shutil

import torch
from peft import AdaLoraConfig, LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM

from common import HERE, KINDS, STORIES, save_adapter, write_json

OUT = HERE / "exports"
SHOWN = ("model.layers.1.self_attn.v_proj", "model.layers.3.mlp.down_proj")


def base():
    return AutoModelForCausalLM.from_pretrained(STORIES, dtype=torch.float32, attn_implementation="eager").eval()


def adalora_folder(run, tensors, ids):
    """PEFT's own save_pretrained of the trained state; `rank_pattern` makes it drop the masked rows."""
    c = run["config"]
    model = get_peft_model(base(), AdaLoraConfig(
        init_r=c["adalora.init_rank"], target_r=c["adalora.target_rank"], lora_alpha=c["adalora.alpha"],
        orth_reg_weight=c["adalora.gamma"], tinit=c["adalora.ti"], tfinal=c["adalora.tf"], deltaT=c["adalora.delta_t"],
        beta1=c["adalora.beta1"], beta2=c["adalora.beta2"], total_step=c["train.steps"], target_modules=KINDS,
        task_type="CAUSAL_LM", lora_dropout=0.0))
    for name, p in model.named_parameters():
        if ".lora_" in name:
            p.data.copy_(tensors[name.replace(".default", "")])
    with torch.no_grad():
        logits = model(ids, use_cache=False).logits
    model.peft_config["default"].rank_pattern = {
        f"{module}.lora_E.default": [bit == "1" for bit in bits] for module, bits in run["events"][-1]["kept"].items()}
    save_adapter(model, OUT / "adalora")
    return logits


def plain_lora(folder, run, tensors, padded):
    c = run["config"]
    scale = c["adalora.alpha"] / (c["adalora.init_rank"] + 1e-5)
    ranks = {module: rank for module, rank in run["events"][-1]["ranks"].items() if rank > 0}
    most = max(ranks.values())
    state = {}
    for module, rank in ranks.items():
        key = f"base_model.model.{module}"
        p, e, q = (tensors[f"{key}.lora_{x}"] for x in "BEA")
        kept = e[:, 0] != 0
        assert int(kept.sum()) == rank
        a, b = q[kept], scale * p[:, kept] * e[kept, 0]
        if padded:
            a = torch.cat((a, a.new_zeros(most - rank, a.shape[1])))
            b = torch.cat((b, b.new_zeros(b.shape[0], most - rank)), dim=1)
        state[f"{key}.lora_A.weight"] = a.float().contiguous()
        state[f"{key}.lora_B.weight"] = b.float().contiguous()
    config = LoraConfig(r=most, lora_alpha=most, target_modules=sorted(ranks), task_type="CAUSAL_LM", lora_dropout=0.0,
                        inference_mode=True, base_model_name_or_path=STORIES.name)
    if not padded:
        config.rank_pattern, config.alpha_pattern = dict(ranks), dict(ranks)
    config.save_pretrained(folder)
    plain = json.loads((folder / "adapter_config.json").read_text())
    plain["target_modules"] = sorted(plain["target_modules"])
    write_json(folder / "adapter_config.json", plain)
    save_file(state, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    (folder / "adapter_model.safetensors").chmod(0o644)


def read_back(folder, ids):
    """(logits, {module: delta W}) of an adapter folder as PEFT loads it."""
    model = PeftModel.from_pretrained(base(), folder).eval()
    with torch.no_grad():
        logits = model(ids, use_cache=False).logits
        deltas = {m: model.get_submodule(f"base_model.model.{m}").get_delta_weight("default") for m in SHOWN}
    return logits, deltas


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    shutil.rmtree(OUT, ignore_errors=True)
    run = json.loads((HERE / "trajectory" / "revivals.json").read_text())
    tensors = load_file(HERE / "trajectory" / "revivals_final.safetensors")
    batch = json.loads((HERE / "trajectory" / "batches.json").read_text())["batches"][0]
    story = load_file(HERE / "models" / "stories260K.reference.safetensors")["input_ids"][0]
    ids = torch.stack((torch.tensor(batch["ids"][2]), story[:len(batch["ids"][2])]))  # [2, 32], no padding
    before = adalora_folder(run, tensors, ids)
    plain_lora(OUT / "lora-padded", run, tensors, padded=True)
    plain_lora(OUT / "lora-compact", run, tensors, padded=False)
    logits, deltas = read_back(OUT / "adalora", ids)
    with torch.no_grad():
        untuned = base()(ids, use_cache=False).logits
    report = {"what": "largest logit differences, relative to the largest logit; against PEFT's AdaLoRA read back",
              "ranks": run["events"][-1]["ranks"], "largest_logit": logits.abs().max().item(),
              "of_base": ((untuned - logits).abs().max() / logits.abs().max()).item(),
              "of_unsaved": ((before - logits).abs().max() / logits.abs().max()).item()}
    for name in ("lora-padded", "lora-compact"):
        other, other_deltas = read_back(OUT / name, ids)
        report[f"of_{name}"] = ((other - logits).abs().max() / logits.abs().max()).item()
        assert report[f"of_{name}"] < 2e-6 and report["of_base"] > 0.1, report
        for module in SHOWN:
            torch.testing.assert_close(other_deltas[module], deltas[module], rtol=1e-5, atol=1e-6)
    save_file({"input_ids": ids, "logits": logits.contiguous(),
               **{f"delta.{m}": d.contiguous() for m, d in deltas.items()}}, OUT / "reference.safetensors")
    (OUT / "reference.safetensors").chmod(0o644)
    write_json(OUT / "tokens.json", ids.tolist(), depth=1)
    write_json(OUT / "report.json", report, depth=1)
    print({k: v for k, v in report.items() if k != "ranks"})


if __name__ == "__main__":
    main()

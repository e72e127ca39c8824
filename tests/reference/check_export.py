# SPDX-License-Identifier: GPL-3.0-or-later
"""Does PEFT read an adapter as the engine does? By hand, after an export:

    spectune-train logits --model MODEL --adapter RUN_ADAPTER --tokens TOKENS.json --out LOGITS.safetensors
    check_export.py MODEL EXPORTED_ADAPTER TOKENS.json LOGITS.safetensors [--tolerance 1e-5]

EXPORTED_ADAPTER may be `-`: then the base model alone is compared (a merged export is a model folder of its own).
Prints the largest difference relative to the largest logit, and by how much the adapter moves the logits at all.
Exit code 1 where the difference is above the tolerance.
"""
import argparse
import json

import torch
from peft import PeftModel
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "adapter", "tokens", "logits"):
        parser.add_argument(name)
    parser.add_argument("--tolerance", type=float, default=1e-5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    with open(args.tokens) as file:
        ids = torch.tensor(json.load(file))
    model = AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32, attn_implementation="eager").eval()
    with torch.no_grad():
        untuned = expected = model(ids, use_cache=False).logits
        if args.adapter != "-":
            model = PeftModel.from_pretrained(model, args.adapter).eval()
            expected = model(ids, use_cache=False).logits
    got = load_file(args.logits)["logits"]
    if got.shape != expected.shape:
        raise SystemExit(f"{args.logits}: logits are {list(got.shape)}, must be {list(expected.shape)}")
    largest = expected.abs().max()
    difference = ((got - expected).abs().max() / largest).item()
    print(json.dumps({"relative_difference": difference, "largest_logit": largest.item(), "dtype": str(got.dtype),
                      "adapter_moves_logits_by": ((expected - untuned).abs().max() / largest).item()}))
    if not difference <= args.tolerance:
        raise SystemExit(f"differs by {difference:.2e}, allowed is {args.tolerance:.0e}")


if __name__ == "__main__":
    main()

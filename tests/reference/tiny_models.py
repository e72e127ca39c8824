# SPDX-License-Identifier: GPL-3.0-or-later
"""Tiny random models, one per thing a model folder may hold, with the logits transformers gives.

Usage: tiny_models.py      (writes into models/, see README.md)

Per model: models/<name>/ (config.json and weights) and models/<name>.reference.safetensors with `input_ids`
[2, 24] int64, `logits` [2, 24, 64] float32 (transformers, eager attention, weights read as float32) and `logits64` (the
same in float64 throughout). The reference lies beside the folder because a reader takes every safetensors file in it.
"""
import json
import shutil

import sentencepiece
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM

import float64_llama
from common import DATA, HERE, STORIES, write_json

OUT = HERE / "models"
BASE = {"hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 2, "num_attention_heads": 4,
        "num_key_value_heads": 2, "vocab_size": 64, "max_position_embeddings": 256, "rms_norm_eps": 1e-5,
        "initializer_range": 0.2, "bos_token_id": 1, "eos_token_id": 2, "tie_word_embeddings": False}
# Few, wide heads, so that llama3's three bands (kept, blended, stretched wave lengths) all have members.
WIDE = {"num_attention_heads": 2, "num_key_value_heads": 1}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 64}
DEFAULT = {"rope_type": "default", "rope_theta": 10000.0}

# name: (model class, config on top of BASE, how the file differs from what transformers 5 writes)
MODELS = {
    "llama-untied": ("llama", {"rope_parameters": DEFAULT}, {}),
    "llama-tied-old": ("llama", {"tie_word_embeddings": True, "num_key_value_heads": 4,
                                 "rope_parameters": {"rope_type": "default", "rope_theta": 500.0}},
                       {"old": True, "absent": ("head_dim", "num_key_value_heads", "attention_bias", "mlp_bias")}),
    "llama-rope-llama3": ("llama", {**WIDE, "rope_parameters": {**LLAMA3, "rope_theta": 100.0}}, {}),
    "llama-rope-llama3-old": ("llama", {**WIDE, "rope_parameters": {**LLAMA3, "rope_theta": 100.0}}, {"old": True}),
    "llama-rope-linear": ("llama", {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 10000.0}},
                          {}),
    "llama-rope-linear-old": ("llama", {"rope_parameters": {"rope_type": "linear", "factor": 4.0,
                                                            "rope_theta": 10000.0}}, {"old": True, "type_key": "type"}),
    "llama-head-dim": ("llama", {"head_dim": 10, "num_attention_heads": 3, "num_key_value_heads": 1,
                                 "rope_parameters": DEFAULT}, {}),
    "llama-bias": ("llama", {"attention_bias": True, "mlp_bias": True, "rms_norm_eps": 1e-6,
                             "rope_parameters": DEFAULT}, {}),
    "llama-bfloat16": ("llama", {"rope_parameters": DEFAULT}, {"dtype": torch.bfloat16}),
    "llama-float16-old": ("llama", {"rope_parameters": DEFAULT}, {"dtype": torch.float16, "old": True}),
    "llama-sharded": ("llama", {"num_hidden_layers": 3, "rope_parameters": DEFAULT}, {"shard": "16KB"}),
    "mistral-window": ("mistral", {"sliding_window": 5, "rope_parameters": DEFAULT}, {}),
    "mistral-head-dim-old": ("mistral", {"sliding_window": None, "head_dim": 8, "rope_parameters": DEFAULT},
                             {"old": True}),
}
CLASSES = {"llama": (LlamaConfig, LlamaForCausalLM), "mistral": (MistralConfig, MistralForCausalLM)}

# config.json of models that must be refused in words, not run wrongly.
REFUSED = {
    "qwen2": {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "hidden_act": "silu", **BASE},
    "gpt2": {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_embd": 24, "n_head": 4, "n_layer": 2,
             "n_positions": 256, "vocab_size": 64, "activation_function": "gelu_new"},
    "llama-rope-yarn": {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", **BASE,
                        "rope_parameters": {"rope_type": "yarn", "factor": 4.0, "rope_theta": 10000.0,
                                            "original_max_position_embeddings": 64}},
    "llama-quantized": {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu", **BASE,
                        "rope_theta": 10000.0, "quantization_config": {"quant_method": "gptq", "bits": 4}},
}


def randomise(model):
    """Norm weights and biases start as ones and zeros: a reader that dropped them would pass."""
    for name, p in model.named_parameters():
        if name.endswith("norm.weight"):
            p.data.uniform_(0.5, 1.5)
        elif name.endswith("bias"):
            p.data.normal_(std=0.3)


def rewrite_config(folder, old=False, type_key="rope_type", absent=()):
    """Drops what says nothing about the model; `old` writes rope and dtype as transformers 4 did, and `absent` keys
    are left to their defaults, as old files leave them.
    """
    path = folder / "config.json"
    config = json.loads(path.read_text())
    config.pop("transformers_version")
    if old:
        rope = config.pop("rope_parameters")
        config["rope_theta"] = rope.pop("rope_theta")
        kind = rope.pop("rope_type")
        config["rope_scaling"] = None if kind == "default" else {type_key: kind, **rope}
        config["torch_dtype"] = config.pop("dtype")
    for key in absent:
        del config[key]
    write_json(path, config)


def logits(folder, ids, **changes):
    """transformers' own float32 logits, by its untouched code."""
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager", **changes)
    model.eval()
    with torch.no_grad():
        return model(ids, use_cache=False).logits


def make(name, kind, extra, how):
    config_class, model_class = CLASSES[kind]
    torch.manual_seed(sum(name.removesuffix("-old").encode()))
    model = model_class(config_class(**{**BASE, **extra}))
    randomise(model)
    folder = OUT / name
    model.to(how.get("dtype", torch.float32)).save_pretrained(folder, max_shard_size=how.get("shard", "1GB"))
    (folder / "generation_config.json").unlink(missing_ok=True)
    rewrite_config(folder, how.get("old", False), how.get("type_key", "rope_type"), how.get("absent", ()))
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)
    ids = torch.randint(3, BASE["vocab_size"], (2, 24))
    return folder, ids, logits(folder, ids)


def stories():
    """Two rows of 64 ids, real text, on the trained model."""
    tokenizer = sentencepiece.SentencePieceProcessor(model_file=str(STORIES / "tokenizer.model"))
    texts = ["Once upon a time, there was a little girl named Lily. She loved to play outside in the park with her dog. "
             "One day, they found a big red ball under a tree and took it home to show it to her mom.",
             (DATA / "text" / "tinyshakespeare.txt").read_text()[:400]]
    ids = torch.tensor([([1] + tokenizer.encode(text))[:64] for text in texts])
    return STORIES, ids, logits(STORIES, ids)


def main():
    torch.set_num_threads(1)
    shutil.rmtree(OUT, ignore_errors=True)
    made = {name: make(name, *rest) for name, rest in MODELS.items()}
    made["stories260K"] = stories()
    folder, ids, windowed = made["mistral-window"]
    assert (logits(folder, ids, sliding_window=None) - windowed).abs().max() > 0.1, "the window changes nothing"
    float64_llama.patch()  # from here on transformers computes in the model's own type: float32 references are done
    for name, (folder, ids, single) in made.items():
        model, _ = float64_llama.load(folder)
        with torch.no_grad():
            double = model.eval()(ids, use_cache=False).logits
        difference = ((single - double).abs().max() / double.abs().max()).item()
        print(f"{name}: float32 against float64 {difference:.1e} of the largest logit {double.abs().max():.2f}")
        assert difference < 1e-5, name
        save_file({"input_ids": ids, "logits": single.contiguous(), "logits64": double.contiguous()},
                  OUT / f"{name}.reference.safetensors")
        (OUT / f"{name}.reference.safetensors").chmod(0o644)
    for old, new in (("llama-rope-llama3-old", "llama-rope-llama3"), ("llama-rope-linear-old", "llama-rope-linear")):
        assert torch.equal(made[old][2], made[new][2]), f"{old} is not read as {new}"
    for name, config in REFUSED.items():
        write_json(OUT / "refused" / name / "config.json", config)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes transformers' Llama and Mistral compute in the model's own type throughout.

transformers runs RMSNorm, the rotary tables, the attention softmax and the loss in float32 even where the model is
float64, which costs eight digits. `patch()` replaces these four; `load(folder)` gives a float64 model that uses them.
"""
import torch
from transformers import AutoModelForCausalLM
from transformers.models.llama import modeling_llama
from transformers.models.mistral import modeling_mistral


def rms_norm(self, hidden):
    variance = hidden.pow(2).mean(-1, keepdim=True)
    return self.weight * (hidden * torch.rsqrt(variance + self.variance_epsilon))


def inverse_frequencies(config, dtype):
    """theta^(-2i/d), stretched as the `linear` and `llama3` rope types do; [head_dim / 2]"""
    rope = config.rope_parameters
    dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    inverse = 1.0 / (rope["rope_theta"] ** (torch.arange(0, dim, 2, dtype=dtype) / dim))
    if rope["rope_type"] == "default":
        return inverse
    if rope["rope_type"] == "linear":
        return inverse / rope["factor"]
    if rope["rope_type"] != "llama3":
        raise ValueError(f"float64_llama does not know the rope type {rope['rope_type']}")
    turns = rope["original_max_position_embeddings"] * inverse / (2 * torch.pi)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    smooth = ((turns - low) / (high - low)).clamp(0, 1)  # 0: stretched fully, 1: left as it is
    return (1 - smooth) * inverse / rope["factor"] + smooth * inverse


@torch.no_grad()
def rotary(self, x, position_ids):
    angles = position_ids[:, :, None].to(x.dtype) * inverse_frequencies(self.config, x.dtype)
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def attention(module, query, key, value, attention_mask, scaling, dropout=0.0, **kwargs):
    groups = module.num_key_value_groups
    key, value = key.repeat_interleave(groups, dim=1), value.repeat_interleave(groups, dim=1)
    scores = query @ key.transpose(2, 3) * scaling
    if attention_mask is not None:
        scores = scores + attention_mask
    return (scores.softmax(-1) @ value).transpose(1, 2).contiguous(), None


class Loss:
    """Mean cross entropy over the loss-bearing tokens, in the logits' own type; remembers the last task loss."""

    def __init__(self):
        self.task = None

    def __call__(self, logits, labels, vocab_size, **kwargs):
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].reshape(-1, vocab_size), labels[:, 1:].reshape(-1), ignore_index=-100
        )
        self.task = loss.item()
        return loss


def patch():
    for module, name in ((modeling_llama, "Llama"), (modeling_mistral, "Mistral")):
        getattr(module, f"{name}RMSNorm").forward = rms_norm
        getattr(module, f"{name}RotaryEmbedding").forward = rotary
        module.eager_attention_forward = attention


def load(folder, dtype=torch.float64, attention_kind="eager"):
    """A Llama or Mistral whose every operation is in `dtype`, and the Loss object that it uses."""
    patch()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation=attention_kind)
    loss = Loss()
    model.loss_function = loss
    return model, loss

# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes transformers' Llama compute in the model's own type throughout.

transformers runs RMSNorm, the rotary tables, the attention softmax and the loss in float32 even where the model is
float64, which costs eight digits. `patch()` replaces these four; `load(folder)` gives a float64 model that uses them.
"""
import torch
from transformers import AutoModelForCausalLM
from transformers.models.llama import modeling_llama


def rms_norm(self, hidden):
    variance = hidden.pow(2).mean(-1, keepdim=True)
    return self.weight * (hidden * torch.rsqrt(variance + self.variance_epsilon))


@torch.no_grad()
def rotary(self, x, position_ids):
    """Default rope only: that is what stories260K has."""
    if self.rope_type != "default":
        raise ValueError(f"float64_llama knows the default rope only, not {self.rope_type}")
    config = self.config
    dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    exponent = torch.arange(0, dim, 2, dtype=x.dtype) / dim
    inverse = 1.0 / (config.rope_parameters["rope_theta"] ** exponent)
    angles = position_ids[:, :, None].to(x.dtype) * inverse
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
    modeling_llama.LlamaRMSNorm.forward = rms_norm
    modeling_llama.LlamaRotaryEmbedding.forward = rotary
    modeling_llama.eager_attention_forward = attention


def load(folder, dtype=torch.float64, attention_kind="eager"):
    """A Llama whose every operation is in `dtype`, and the Loss object that it uses."""
    patch()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=dtype, attn_implementation=attention_kind)
    loss = Loss()
    model.loss_function = loss
    return model, loss

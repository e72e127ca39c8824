# SPDX-License-Identifier: GPL-3.0-or-later
"""A Llama-family Hugging Face folder as a GGUF file that llama.cpp loads: float32, no vocabulary (ids in, logits out).

Usage: gguf_base.py MODEL_FOLDER OUT.gguf

Written with the `gguf` package alone. Only what the small test models have is covered: no rope scaling.
"""
import json
import sys
from pathlib import Path

import gguf
import numpy
import safetensors.numpy

BLOCK = {"self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
         "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
         "mlp.down_proj": "ffn_down", "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm"}


def neighbours(rows, heads):
    """llama.cpp rotates rows 2i and 2i + 1 of a head together, transformers rows i and i + d/2."""
    d = rows.shape[0] // heads
    order = [h * d + half * (d // 2) + i for h in range(heads) for i in range(d // 2) for half in range(2)]
    return rows[order]


def ggml_name(name):
    """'blk.0.attn_q.weight' of 'model.layers.0.self_attn.q_proj.weight'."""
    outer = {"model.embed_tokens.weight": "token_embd.weight", "model.norm.weight": "output_norm.weight",
             "lm_head.weight": "output.weight"}
    if name in outer:
        return outer[name]
    _, _, layer, rest = name.split(".", 3)
    module, part = rest.rsplit(".", 1)
    return f"blk.{layer}.{BLOCK[module]}.{part}"


def main(folder, out):
    config = json.loads((folder / "config.json").read_text())
    heads = config["num_attention_heads"]
    key_heads = config.get("num_key_value_heads") or heads
    writer = gguf.GGUFWriter(out, "llama")
    writer.add_name(folder.name)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(key_heads)
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    head_dim = config.get("head_dim") or config["hidden_size"] // heads
    writer.add_rope_dimension_count(head_dim)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    rope = config.get("rope_parameters") or {}
    writer.add_rope_freq_base(rope.get("rope_theta") or config.get("rope_theta") or 10000.0)
    writer.add_vocab_size(config["vocab_size"])
    writer.add_tokenizer_model("no_vocab")
    for file in sorted(folder.glob("*.safetensors")):
        for name, tensor in safetensors.numpy.load_file(file).items():
            to = ggml_name(name)
            if ".attn_q." in to or ".attn_k." in to:
                tensor = neighbours(tensor, heads if ".attn_q." in to else key_heads)
            writer.add_tensor(to, numpy.ascontiguousarray(tensor.astype(numpy.float32)))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))

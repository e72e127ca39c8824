# SPDX-License-Identifier: GPL-3.0-or-later
"""What llama.cpp makes of a gguf-lora export, and small GGUF files that the gguf package wrote. Three uses:

    gguf_adapter.py check BASE_MODEL_FOLDER EXPORT/adapter.gguf TOKENS.json LOGITS.safetensors [--tolerance 1e-5]
    gguf_adapter.py reference      (writes gguf/adapter.gguf, gguf/reference.safetensors and gguf/rows.json)
    gguf_adapter.py container      (writes gguf/container.gguf)

`check` compares llama.cpp's logits with those of `spectune-train logits --adapter …`; exit code 1 above the tolerance.
Needs the packages gguf, safetensors and llama-cpp-py-sync (0.11739: llama.cpp's own library of commit 0ce8cd1 as a wheel,
so that nothing is built; it wants glibc 2.38, and any binding that loads a model and a LoRA would do).
"""
import argparse
import json
import tempfile
from pathlib import Path

import gguf
import numpy
from safetensors.numpy import load_file, save_file

import gguf_base

HERE = Path(__file__).resolve().parent
OUT = HERE / "gguf"
STORIES = HERE.parent.parent.parent / "shared" / "data" / "models" / "stories260K"


def llama_logits(base, adapter, rows):
    """[rows, length, vocabulary] by llama.cpp: float32 keys and values, no flash attention, one thread."""
    from llama_cpp_py_sync._cffi_bindings import get_ffi, get_lib

    ffi, lib = get_ffi(), get_lib()
    lib.llama_backend_init()
    model = lib.llama_model_load_from_file(str(base).encode(), lib.llama_model_default_params())
    assert model != ffi.NULL, base
    length = len(rows[0])
    params = lib.llama_context_default_params()
    params.n_ctx = params.n_batch = params.n_ubatch = max(length, 64)
    params.n_threads = params.n_threads_batch = 1
    params.type_k = params.type_v = 0  # GGML_TYPE_F32
    params.flash_attn_type = 0
    logits = []
    for ids in rows:
        context = lib.llama_init_from_model(model, params)
        assert context != ffi.NULL
        if adapter:
            lora = lib.llama_adapter_lora_init(model, str(adapter).encode())
            assert lora != ffi.NULL, f"llama.cpp refuses {adapter}"
            assert lib.llama_set_adapters_lora(context, ffi.new("struct llama_adapter_lora *[]", [lora]), 1,
                                               ffi.new("float[]", [1.0])) == 0
        batch = lib.llama_batch_init(length, 0, 1)
        batch.n_tokens = length
        for i, token in enumerate(ids):
            batch.token[i], batch.pos[i], batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = token, i, 1, 0, 1
        assert lib.llama_decode(context, batch) == 0
        vocabulary = lib.llama_vocab_n_tokens(lib.llama_model_get_vocab(model))
        values = ffi.buffer(lib.llama_get_logits(context), length * vocabulary * 4)
        logits.append(numpy.frombuffer(values, dtype=numpy.float32).reshape(length, vocabulary).copy())
        lib.llama_batch_free(batch)
        lib.llama_free(context)
    return numpy.stack(logits)


def of_largest(got, expected):
    return float(numpy.abs(got - expected).max() / numpy.abs(expected).max())


def check_file(path):
    """Reads the adapter with the gguf package: its keys and the sums that every pair of tensors must have."""
    reader = gguf.GGUFReader(path)
    keys = {name: field.contents() for name, field in reader.fields.items() if not name.startswith("GGUF.")}
    assert keys["general.type"] == "adapter" and keys["adapter.type"] == "lora", keys
    assert keys["general.architecture"] == "llama" and keys["adapter.lora.alpha"] == 0.0, keys
    ranks = {}
    for tensor in reader.tensors:
        assert tensor.tensor_type == gguf.GGMLQuantizationType.F32, tensor.name
        base, part = tensor.name.rsplit(".", 1)
        ranks.setdefault(base, {})[part] = [int(n) for n in tensor.shape]
    for base, parts in ranks.items():
        assert parts["lora_a"][1] == parts["lora_b"][0] > 0, (base, parts)
    return keys, ranks


def check(args):
    rows = json.loads(Path(args.tokens).read_text())
    keys, ranks = check_file(args.adapter)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base.gguf"
        gguf_base.main(Path(args.model), base)
        plain, tuned = llama_logits(base, None, rows), llama_logits(base, args.adapter, rows)
    difference = of_largest(load_file(args.logits)["logits"], tuned)
    print(json.dumps({"relative_difference": difference, "adapter_moves_logits_by": of_largest(plain, tuned),
                      "pairs": len(ranks), "name": keys["general.name"]}))
    if not difference <= args.tolerance:
        raise SystemExit(f"differs by {difference:.2e}, allowed is {args.tolerance:.0e}")


def write_adapter(path):
    """exports/adalora as a GGUF LoRA by the rules of design section 8, with the gguf package: B' = s P diag(lambda)."""
    tensors = load_file(HERE / "exports" / "adalora" / "adapter_model.safetensors")
    config = json.loads((HERE / "exports" / "adalora" / "adapter_config.json").read_text())
    shape = json.loads((STORIES / "config.json").read_text())
    scale = config["lora_alpha"] / (config["init_r"] + 1e-5)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 0.0)
    prefix = "base_model.model."
    for key in sorted(tensors):
        if not key.endswith(".lora_A") or tensors[key].shape[0] == 0:
            continue
        a, b, e = (tensors[key[:-1] + part] for part in "ABE")
        b = (b.astype(numpy.float64) * (scale * e[:, 0].astype(numpy.float64))).astype(numpy.float32)
        name = gguf_base.ggml_name(key[len(prefix):-len(".lora_A")] + ".weight")
        if ".attn_q." in name or ".attn_k." in name:
            b = gguf_base.neighbours(b, shape["num_attention_heads" if ".attn_q." in name else "num_key_value_heads"])
        writer.add_tensor(name + ".lora_a", numpy.ascontiguousarray(a))
        writer.add_tensor(name + ".lora_b", numpy.ascontiguousarray(b))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def reference(_):
    """exports/adalora as GGUF, in llama.cpp: its logits, which must be PEFT's; and the rows' order, by the formula of
    llama.cpp's convert_hf_to_gguf.py (reshape to heads, 2, d/2; swap the last two)."""
    OUT.mkdir(exist_ok=True)
    rows = json.loads((HERE / "exports" / "tokens.json").read_text())
    adapter = OUT / "adapter.gguf"
    write_adapter(adapter)
    check_file(adapter)
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "base.gguf"
        gguf_base.main(STORIES, base)
        plain, tuned = llama_logits(base, None, rows), llama_logits(base, adapter, rows)
    peft = load_file(HERE / "exports" / "reference.safetensors")["logits"]
    print({"of_peft": of_largest(tuned, peft), "of_base": of_largest(plain, tuned)})
    assert of_largest(tuned, peft) < 1e-5 < 0.1 < of_largest(plain, tuned)
    save_file({"input_ids": numpy.array(rows, dtype=numpy.int64), "logits": tuned, "base": plain},
              OUT / "reference.safetensors")
    (OUT / "reference.safetensors").chmod(0o644)
    orders = []
    for heads, d in ((1, 2), (2, 4), (3, 10), (8, 8)):
        index = numpy.arange(heads * d).reshape(heads, 2, d // 2).swapaxes(1, 2).reshape(-1)
        orders.append({"heads": heads, "head_dim": d, "order": index.tolist()})
    (OUT / "rows.json").write_text(json.dumps({"what": "new row i is old row order[i]", "cases": orders}) + "\n")


def container(_):
    """Every type of value and the readable types of tensors, as the gguf package writes them."""
    OUT.mkdir(exist_ok=True)
    writer = gguf.GGUFWriter(OUT / "container.gguf", "llama")
    writer.add_type("adapter")
    for kind, value in (("uint8", 200), ("int8", -100), ("uint16", 60000), ("int16", -30000), ("uint32", 4000000000),
                        ("int32", -2000000000), ("uint64", 2**63), ("int64", -2**62), ("float32", 0.5),
                        ("float64", 1e-300), ("bool", True)):
        getattr(writer, f"add_{kind}")(f"test.{kind}", value)
    writer.add_array("test.list", ["a", "", "three"])
    writer.add_array("test.numbers", [1, 2, 3, 4])
    writer.add_string("test.text", "P Λ Q")
    values = numpy.arange(15, dtype=numpy.float32).reshape(3, 5) - 7
    writer.add_tensor("a", values)
    writer.add_tensor("half", values.astype(numpy.float16))
    writer.add_tensor("double", values.astype(numpy.float64))
    writer.add_tensor("bytes", numpy.arange(7, dtype=numpy.int8))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    one = commands.add_parser("check")
    for name in ("model", "adapter", "tokens", "logits"):
        one.add_argument(name)
    one.add_argument("--tolerance", type=float, default=1e-5)
    one.set_defaults(run=check)
    commands.add_parser("reference").set_defaults(run=reference)
    commands.add_parser("container").set_defaults(run=container)
    args = parser.parse_args()
    args.run(args)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: GPL-3.0-or-later
"""Trains the demo's sentencepiece tokenizer and writes the files that a Llama tokenizer folder holds."""
from __future__ import annotations

import argparse
import io
import json
import random
import string
from pathlib import Path

import sentencepiece as spm

import world

VOCABULARY = 832
DOCUMENTS = 15000
MAX_POSITIONS = 256


def train(folder: Path) -> None:
    """Writes tokenizer.model, tokenizer_config.json and special_tokens_map.json into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(1)
    texts = [world.document(rng, world.FULL_MIX) for _ in range(DOCUMENTS)]
    model = io.BytesIO()  # a file's name would be stored inside the model
    spm.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, vocab_size=VOCABULARY, model_type="bpe",
        byte_fallback=True, split_digits=True, normalization_rule_name="identity", remove_extra_whitespaces=False,
        character_coverage=1.0, required_chars=string.printable[:94], add_dummy_prefix=True, unk_id=0, bos_id=1,
        eos_id=2, pad_id=-1, num_threads=1, minloglevel=1)
    (folder / "tokenizer.model").write_bytes(model.getvalue())
    special = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=2) + "\n")
    config = {"add_bos_token": True, "add_eos_token": False, **special, "pad_token": None,
              "clean_up_tokenization_spaces": False, "legacy": True, "model_max_length": MAX_POSITIONS,
              "sp_model_kwargs": {}, "tokenizer_class": "LlamaTokenizer", "use_default_system_prompt": False}
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the model folder")
    train(parser.parse_args().out)

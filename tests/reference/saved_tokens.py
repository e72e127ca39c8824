# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokenizers as transformers 5 saves them: added tokens and the BOS only in tokenizer.json. See README.md.

Usage: saved_tokens.py    writes tokens/saved/<name>/, tokenizer.model copied beside what save_pretrained wrote
"""
import pathlib
import shutil
import tempfile

import transformers
from sentencepiece import sentencepiece_model_pb2
from transformers import AddedToken, AutoTokenizer, LlamaTokenizer

from common import HERE, write_json

OUT = HERE / "tokens" / "saved"
PIECES = ["▁a", "▁foo", "foo", "▁f", "fo", "▁fo", "▁", "a", "b", "f", "o", "d", "<", ">", "/", "s", "|", "x", "é",
          ",", "!"]
ADDED = [AddedToken("<|x|>", special=True, normalized=False), AddedToken("foo!", single_word=True, normalized=False),
         AddedToken("<l>", lstrip=True, normalized=False), AddedToken("<r>", rstrip=True, normalized=False)]
LINES = ["a foo", "<|x|>a<|x|>", "a<s>b", "</s> x", "a foo!", "a foo!d", "a <l> a", "a <r> a", "<unk>foo",
         "<|x|><l>  <r>  b"]
SETTINGS = {"bos": {"add_bos_token": True}, "no-bos": {"add_bos_token": False},
            "bos-eos": {"add_bos_token": True, "add_eos_token": True}}


def write_model(path):
    model = sentencepiece_model_pb2.ModelProto()
    model.trainer_spec.model_type = model.trainer_spec.BPE
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = True
    model.normalizer_spec.remove_extra_whitespaces = False
    kinds = model.SentencePiece
    for text, kind in [("<unk>", kinds.UNKNOWN), ("<s>", kinds.CONTROL), ("</s>", kinds.CONTROL)]:
        model.pieces.add(piece=text, score=0.0, type=kind)
    for rank, text in enumerate(PIECES):
        model.pieces.add(piece=text, score=-float(rank), type=kinds.NORMAL)
    path.write_bytes(model.SerializeToString())


def main():
    for name, settings in SETTINGS.items():
        folder = OUT / name
        shutil.rmtree(folder, ignore_errors=True)
        with tempfile.TemporaryDirectory() as start:
            write_model(pathlib.Path(start) / "tokenizer.model")
            tokenizer = LlamaTokenizer.from_pretrained(start, **settings)
            tokenizer.add_tokens(ADDED)
            tokenizer.save_pretrained(folder)
            shutil.copy(pathlib.Path(start) / "tokenizer.model", folder)
        assert not {"added_tokens.json", "special_tokens_map.json"} & {f.name for f in folder.iterdir()}
        again = AutoTokenizer.from_pretrained(folder)
        write_json(folder / "ids.json", {
            "what": f"AutoTokenizer of transformers {transformers.__version__}; no BOS or EOS in lines",
            "whole": again("a").input_ids,
            "lines": [{"text": line, "ids": again.encode(line, add_special_tokens=False)} for line in LINES]})


if __name__ == "__main__":
    main()

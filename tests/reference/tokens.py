# SPDX-License-Identifier: GPL-3.0-or-later
"""Token ids: makes the small tables the tests read, and compares the engine with sentencepiece on whole files.

Usage: tokens.py                                   writes tokens/<tokenizer>.json, see README.md
       tokens.py compare PATH/TO/spectune-train    every line of every file in shared/data/text, by hand;
                                                   prints the first differing lines, exit code 1 where there are any
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

import sentencepiece
from transformers import LlamaTokenizer

from common import DATA, HERE, STORIES, write_json

OUT = HERE / "tokens"
TOKENIZERS = {"stories260K": STORIES / "tokenizer.model",
              **{n: DATA / "tokenizers" / f"{n}.model" for n in ("mistral_v1", "albert_spiece30000",
                                                                  "torchtune_m2000")}}
LINES = [
    "", " ", "  ", "   three leading", "trailing three   ", "two  inner   and three", "\t", "tab\tin the middle",
    "\t\tleading tabs", "a\rcarriage return", "line\u2028separator", "no-break\u00a0space", "ideographic\u3000space",
    "zero\u200bwidth", "\ufeffbyte order mark", "Once upon a time", "Once upon a time,", "ONCE upon A time!?",
    "don't can't \u2019curly\u2019 \u201cquotes\u201d", "0 1 12 123 1234567890", "3.14159 -2e-7 1,000,000",
    "caf\u00e9 na\u00efve \u00fcber", "cafe\u0301 nai\u0308ve", "\u00a3 \u20ac \u00a5 \u00a9 \u2122 \u00bd \ufb01",
    "\u4f60\u597d\uff0c\u4e16\u754c", "\u3053\u3093\u306b\u3061\u306f \uff76\uff80\uff76\uff85", "\uc548\ub155\ud558\uc138\uc694 \u1112\u1161\u11ab",
    "\u043f\u0440\u0438\u0432\u0435\u0442", "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd", "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35", "\U0001f600", "a\U0001f600b \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1eb\U0001f1f7",
    "\U00010348 \U0010ffff", "bell\u0007 escape\u001b[0m delete\u007f", "\u0001\u0002\u0003", "<s>", "</s>", "<s>hello</s>", "a <s> b",
    "<unk>", "<0x41>", "[CLS] [MASK] <pad>", "\u2581", "a\u2581b \u2581\u2581", "name : Alimentum | area : city centre||There is",
    "{\"a\": [1, 2], 'b': null}", "x" * 70, "http://example.org/?q=a%20b&c=d#e", "\ufffd replacement", "End.  \n".strip("\n"),
]


def ids_of_transformers(path, lines):
    """As Hugging Face's slow-layout LlamaTokenizer reads the same tokenizer.model."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(path, pathlib.Path(folder) / "tokenizer.model")
        config = STORIES / "tokenizer_config.json"
        shutil.copy(config, folder)
        tokenizer = LlamaTokenizer.from_pretrained(folder)
        return [tokenizer.encode(line, add_special_tokens=False) for line in lines]


def make():
    for name, path in TOKENIZERS.items():
        processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
        rows = [{"text": line, "ids": processor.encode(line)} for line in LINES]
        if name in ("stories260K", "mistral_v1"):
            for row, other in zip(rows, ids_of_transformers(path, LINES)):
                if other != row["ids"]:
                    row["transformers"] = other
            print(name, "transformers differs in", sum("transformers" in row for row in rows), "of", len(rows))
        write_json(OUT / f"{name}.json", {"what": "ids: sentencepiece; transformers: LlamaTokenizer, only where it "
                                          "differs; no BOS or EOS", "lines": rows})


def compare(program):
    bad = 0
    for name, path in TOKENIZERS.items():
        processor = sentencepiece.SentencePieceProcessor(model_file=str(path))
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(STORIES / "config.json", folder)
            shutil.copy(path, pathlib.Path(folder) / "tokenizer.model")
            tricky = pathlib.Path(folder) / "tricky.txt"
            tricky.write_bytes("\n".join(LINES + ["last"]).encode())
            for text in sorted((DATA / "text").iterdir()) + [tricky]:
                lines = text.read_bytes().decode("utf-8").split("\n")  # \n only: not \r, not U+2028
                if lines[-1] == "":
                    lines.pop()
                run = subprocess.run([program, "tokenize", "--model", folder, "--text-file", str(text), "--json"],
                                     capture_output=True, text=True)
                if run.returncode != 0:
                    print(f"{name} {text.name}: exit {run.returncode}: {run.stderr.strip()}")
                    bad += 1
                    continue
                got = json.loads(run.stdout)["ids"]
                wrong = [i for i, line in enumerate(lines) if i >= len(got) or got[i] != processor.encode(line)]
                bad += len(wrong) + abs(len(got) - len(lines))
                print(f"{name} {text.name}: {len(lines)} lines, {len(got)} answered, {len(wrong)} differ")
                for i in wrong[:3]:
                    print(f"  line {i + 1} {lines[i]!r}\n    sentencepiece {processor.encode(lines[i])}\n"
                          f"    engine        {got[i] if i < len(got) else None}")
    raise SystemExit(1 if bad else 0)


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "compare":
        compare(sys.argv[2])
    elif len(sys.argv) == 1:
        make()
    else:
        raise SystemExit(__doc__)

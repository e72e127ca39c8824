# SPDX-License-Identifier: GPL-3.0-or-later
"""Which characters beside an added token with single_word keep it from being recognised, as tokenizers (Rust) has it:
prints the table of training/data/WordCharacters.cpp.

Usage: word_characters.py
"""
from tokenizers import AddedToken, Tokenizer
from tokenizers.models import BPE


def is_word(tokenizer, code):
    return "foo" not in tokenizer.encode(chr(code) + "foo").tokens


def main():
    tokenizer = Tokenizer(BPE(vocab={"a": 0}, merges=[]))
    tokenizer.add_tokens([AddedToken("foo", single_word=True, normalized=False)])
    ranges = []
    for code in range(0x110000):
        if 0xD800 <= code < 0xE000 or not is_word(tokenizer, code):
            continue
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    borders = [f"0x{border:X}" for first, last in ranges for border in (first, last + 1)]
    print(f"// {len(borders)}")
    for at in range(0, len(borders), 12):
        print("    " + ", ".join(borders[at:at + 12]) + ",")


if __name__ == "__main__":
    main()

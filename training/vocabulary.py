"""Cut multilingual-e5-small's vocabulary to the pieces that Chinese, Latin, digits and marks need.

    python -m training.vocabulary FOLDER OUT TEXTS ...

``FOLDER`` is the model as a sentence-transformers folder (250,037 rows of embeddings), ``OUT`` gets model.safetensors,
tokenizer.json and config.json of the smaller one. A text that is made of kept pieces alone gets the same tokens, so the
same vectors. Longer Latin pieces stay where the texts use them (GDP, APP, PM), for a report seldom has others.
"""

from __future__ import annotations

import argparse
import json
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

import safetensors.torch
from tokenizers import Tokenizer

_WORDS = "embeddings.word_embeddings.weight"
_SPECIAL = 4
_HAN = (("\u4e00", "\u9fff"), ("\u3400", "\u4dbf"), ("\u3000", "\u303f"), ("\uff00", "\U0010ffff"))
_SHORT = 2


def kept_pieces(pieces: Iterable[str], used: frozenset[int]) -> Iterator[int]:
    """Yield the numbers of the pieces to keep, in order: special, Han, marks, digits, Latin that is short or ``used``.

    >>> list(kept_pieces(["<s>", "<pad>", "</s>", "<unk>", "▁", "招生", "の", "ab", "running", "ение"], frozenset()))
    [0, 1, 2, 3, 4, 5, 7]
    """
    for number, piece in enumerate(pieces):
        letters = piece.replace("▁", "")
        if number < _SPECIAL or number in used or not letters or _is_needed(letters):
            yield number


def _is_needed(letters: str) -> bool:
    if any(_is_kana_or_hangul(char) for char in letters):
        return False
    if any(_is_han(char) for char in letters):
        return True
    if letters.isascii():
        return len(letters) <= _SHORT or not any(char.isalpha() for char in letters)
    return len(letters) == 1 and (unicodedata.category(letters)[0] in "PSN" or "\u0370" <= letters < "\u0400")


def _is_han(char: str) -> bool:
    return any(first <= char <= last for first, last in _HAN)


def _is_kana_or_hangul(char: str) -> bool:
    return "\u3041" <= char <= "\u30ff" or "\uac00" <= char <= "\ud7af"


def cut(folder: Path, out: Path, texts: Iterable[str]) -> int:
    """Write the model of ``folder`` with the pieces that ``texts`` need to ``out``; return how many there are."""
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    reader = Tokenizer.from_file(str(folder / "tokenizer.json"))
    used = frozenset(
        number for encoding in reader.encode_batch([*texts, "query: ", "passage: "]) for number in encoding.ids
    )
    pieces = tokenizer["model"]["vocab"]
    kept = list(kept_pieces((piece for piece, _ in pieces), used))
    new = {old: number for number, old in enumerate(kept)}
    tokenizer["model"]["vocab"] = [pieces[old] for old in kept]
    for added in tokenizer["added_tokens"]:
        added["id"] = new[added["id"]]
    for special in tokenizer["post_processor"]["special_tokens"].values():
        special["ids"] = [new[old] for old in special["ids"]]
    out.mkdir(parents=True, exist_ok=True)
    (out / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8")
    weights = {
        name: tensor.float() for name, tensor in safetensors.torch.load_file(folder / "model.safetensors").items()
    }
    weights[_WORDS] = weights[_WORDS][kept].clone()
    safetensors.torch.save_file(weights, out / "model.safetensors")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | {"vocab_size": len(kept)}
    (out / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")
    return len(kept)


def _lines(files: Iterable[Path]) -> Iterator[str]:
    """Yield the lines of text files and the questions of JSON Lines."""
    for file in files:
        for line in file.read_text(encoding="utf-8-sig").splitlines():
            yield json.loads(line)["q"] if file.suffix == ".jsonl" else line


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("texts", type=Path, nargs="+", help="reports (.txt) and questions (.jsonl)")
    options = parser.parse_args()
    sys.stdout.write(f"{cut(options.folder, options.out, _lines(options.texts))} pieces\n")

"""The encoder while it is trained: multilingual-e5-small's twelve layers, and vectors pooled from ranges of a text.

The same vectors come out of the ONNX file that training.export writes; this form is for gradients.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

MAX_TOKENS = 512
QUERY, PASSAGE = "query: ", "passage: "
_ENCODER = "encoder.layer"


@dataclass(frozen=True, slots=True)
class Tokens:
    """A text as token numbers, and the token ranges of the parts that get vectors."""

    ids: tuple[int, ...]
    ranges: NDArray[np.int32]  # (parts, 2)


class Layer(nn.Module):
    """One BERT layer; query, key and value are one matrix."""

    def __init__(self, width: int, heads: int, inner: int) -> None:
        super().__init__()
        self.heads = heads
        self.attention = nn.Linear(width, 3 * width)
        self.attended = nn.Linear(width, width)
        self.first_norm = nn.LayerNorm(width, 1e-12)
        self.widen = nn.Linear(width, inner)
        self.narrow = nn.Linear(inner, width)
        self.second_norm = nn.LayerNorm(width, 1e-12)

    def forward(self, x: Tensor, mask: Tensor, dropout: float) -> Tensor:
        """Return the next hidden states, shape (texts, tokens, width)."""
        texts, tokens, width = x.shape
        parts = self.attention(x).view(texts, tokens, 3, self.heads, width // self.heads).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], attn_mask=mask)
        seen = self.attended(seen.transpose(1, 2).reshape(texts, tokens, width))
        x = self.first_norm(x + functional.dropout(seen, dropout, self.training))
        wide = self.narrow(functional.gelu(self.widen(x)))
        after: Tensor = self.second_norm(x + functional.dropout(wide, dropout, self.training))
        return after


class Encoder(nn.Module):
    """Tokens in, L2-normalised vectors of their parts out; layers below ``first`` are frozen."""

    def __init__(self, folder: Path, first: int = 6) -> None:
        super().__init__()
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = safetensors.torch.load_file(folder / "model.safetensors")
        width, heads, inner = config["hidden_size"], config["num_attention_heads"], config["intermediate_size"]
        self.first, self.width = first, width
        self._known: dict[tuple[int, ...], Tensor] = {}
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        frozen = {
            name: nn.Embedding.from_pretrained(weights[f"embeddings.{name}.weight"])  # type: ignore[no-untyped-call]
            for name in ("word_embeddings", "position_embeddings")
        }
        self.words, self.positions = frozen["word_embeddings"], frozen["position_embeddings"]
        self.kind = nn.Parameter(weights["embeddings.token_type_embeddings.weight"][0], requires_grad=False)
        self.norm = nn.LayerNorm(width, 1e-12)
        self.layers = nn.ModuleList(Layer(width, heads, inner) for _ in range(config["num_hidden_layers"]))
        # What a candidate must score for a question to have an answer: figures, clauses, sentences.
        self.nothing = nn.Parameter(torch.full((3,), 0.8))
        self._load(weights)
        for module in (self.norm, *self.layers[:first]):
            module.requires_grad_(False)

    def _load(self, weights: dict[str, Tensor]) -> None:
        self.norm.load_state_dict({name: weights[f"embeddings.LayerNorm.{name}"] for name in ("weight", "bias")})
        for number, layer in enumerate(self.layers):
            own = {
                name.removeprefix(f"{_ENCODER}.{number}."): value
                for name, value in weights.items()
                if name.startswith(f"{_ENCODER}.{number}.")
            }
            for name in ("weight", "bias"):
                joined = torch.cat([own[f"attention.self.{part}.{name}"] for part in ("query", "key", "value")])
                getattr(layer.attention, name).data.copy_(joined)
                getattr(layer.attended, name).data.copy_(own[f"attention.output.dense.{name}"])
                getattr(layer.first_norm, name).data.copy_(own[f"attention.output.LayerNorm.{name}"])
                getattr(layer.widen, name).data.copy_(own[f"intermediate.dense.{name}"])
                getattr(layer.narrow, name).data.copy_(own[f"output.dense.{name}"])
                getattr(layer.second_norm, name).data.copy_(own[f"output.LayerNorm.{name}"])

    def tokens(self, text: str, parts: Iterable[tuple[int, int]] | None = None, before: str = QUERY) -> Tokens:
        """Return a text as tokens; ``parts`` are ranges of ``text``, the whole of ``before + text`` where None.

        What lies beyond the model's 512 tokens takes the last token that is read.
        """
        encoding = self.tokenizer.encode(before + text)
        ids = encoding.ids[:MAX_TOKENS]
        if parts is None:
            return Tokens(tuple(ids), np.array([[0, len(ids)]], np.int32))
        offsets = np.array(encoding.offsets[1:-1][: MAX_TOKENS - 2], np.int64).reshape(-1, 2)
        shift = len(before)
        rows = []
        for start, end in parts:
            first = int(np.searchsorted(offsets[:, 1], start + shift, side="right"))
            last = int(np.searchsorted(offsets[:, 0], end + shift, side="left"))
            first = min(first, len(offsets) - 1)
            rows.append((first + 1, max(min(last, len(offsets)), first + 1) + 1))
        return Tokens(tuple(ids), np.array(rows, np.int32).reshape(-1, 2))

    def lower(self, texts: Sequence[Tokens]) -> Tensor:
        """Return the hidden states under the first trained layer: (texts, tokens, width); each text is read once."""
        unknown = [text.ids for text in texts if text.ids not in self._known]
        if unknown:
            ids, mask = _padded(unknown)
            with torch.no_grad():
                x = self.norm(self.words(ids) + self.positions(torch.arange(ids.shape[1]))[None] + self.kind)
                for layer in self.layers[: self.first]:
                    x = layer(x, mask, 0.0)
            self._known |= {own: x[row, : len(own)].half() for row, own in enumerate(unknown)}
        return nn.utils.rnn.pad_sequence([self._known[text.ids] for text in texts], batch_first=True).float()

    def forward(self, texts: Sequence[Tokens], dropout: float = 0.0, tokens_at_once: int = 4096) -> Tensor:
        """Return the vectors of all parts of all texts, in order: float32 (parts, width)."""
        order = sorted(range(len(texts)), key=lambda number: len(texts[number].ids))
        vectors: list[Tensor] = [torch.empty(0)] * len(texts)
        for batch in _batches(order, texts, tokens_at_once):
            for number, own in zip(batch, self._pooled([texts[number] for number in batch], dropout), strict=True):
                vectors[number] = own
        return torch.cat(vectors) if vectors else torch.zeros(0, self.width)

    def _pooled(self, texts: Sequence[Tokens], dropout: float) -> list[Tensor]:
        _, mask = _padded([text.ids for text in texts])
        with torch.autocast("cpu", torch.bfloat16):
            x = self.lower(texts)
            for layer in self.layers[self.first :]:
                x = layer(x, mask, dropout)
        sums = functional.pad(x.float().cumsum(1), (0, 0, 1, 0))
        pooled = []
        for row, text in enumerate(texts):
            start, end = (torch.from_numpy(text.ranges[:, side].astype(np.int64)) for side in (0, 1))
            means = (sums[row, end] - sums[row, start]) / (end - start)[:, None]
            pooled.append(functional.normalize(means, dim=1))
        return pooled


def _padded(texts: Sequence[tuple[int, ...]]) -> tuple[Tensor, Tensor]:
    """Return token numbers and the attention mask of texts of several lengths."""
    longest = max(map(len, texts))
    ids = torch.tensor([[*own, *([1] * (longest - len(own)))] for own in texts])
    mask = torch.arange(longest)[None] < torch.tensor([len(own) for own in texts])[:, None]
    return ids, mask[:, None, None, :]


def _batches(order: Sequence[int], texts: Sequence[Tokens], tokens: int) -> Iterable[list[int]]:
    batch: list[int] = []
    for number in order:
        if batch and (len(batch) + 1) * len(texts[number].ids) > tokens:
            yield batch
            batch = []
        batch.append(number)
    if batch:
        yield batch

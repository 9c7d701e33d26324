"""The reader while it is trained: six layers over the joined hidden states of question and passage, and its heads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from training.model import Encoder, Layer, Tokens
from training.reader_data import Read, Set

QUESTION, HEADER, TEXT = range(3)
"""What a token belongs to; the marks that open and close a passage belong to its header."""
TOKENS_AT_ONCE = 768


class Reader(nn.Module):
    """Joined hidden states in; scores of starts and ends, of relevance, and of 是, 否 and neither out."""

    def __init__(self, width: int = 384, heads: int = 12, inner: int = 1536, layers: int = 6) -> None:
        super().__init__()
        self.segments = nn.Embedding(3, width)
        self.layers = nn.ModuleList(Layer(width, heads, inner) for _ in range(layers))
        self.spans = nn.Linear(width, 2)
        self.whole = nn.Linear(width, 4)
        for module in (self.segments, self.spans, self.whole):
            nn.init.normal_(module.weight, 0, 0.02)
        # At first no token is a start: a passage has some hundred of them.
        nn.init.constant_(self.spans.bias, -5.0)
        nn.init.zeros_(self.whole.bias)

    def begin_with(self, encoder: Encoder) -> None:
        """Take the encoder's upper layers."""
        for own, layer in zip(self.layers, encoder.layers[encoder.first :], strict=True):
            own.load_state_dict(layer.state_dict())

    def forward(
        self, hidden: Tensor, segments: Tensor, mask: Tensor, dropout: float = 0.0
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return starts and ends (texts, tokens, 2), relevance (texts,), verdicts (texts, 3)."""
        x = hidden + self.segments(segments)
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :], dropout)
        whole = self.whole(x[:, 0])
        return self.spans(x).float(), whole[:, 0].float(), whole[:, 1:].float()


@dataclass(frozen=True, slots=True)
class Window:
    """A question and the part of a passage that is read with it: ``begin`` to ``end`` of the passage's own tokens."""

    question: tuple[int, ...]
    passage: Read
    begin: int
    end: int

    def __len__(self) -> int:
        return len(self.question) + self.passage.head + self.end - self.begin + 1

    @property
    def first(self) -> int:
        """The place of the first token of the passage's own."""
        return len(self.question) + self.passage.head


class Joiner:
    """Makes what the reader reads: hidden states of the encoder's lower half, joined."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def windows(self, question: str, passage: Read) -> list[Window]:
        """Return the windows of a passage."""
        return [Window(self.encoder.tokens(question).ids, passage, begin, end) for begin, end in passage.spans()]

    def __call__(self, windows: Sequence[Window]) -> tuple[Tensor, Tensor, Tensor]:
        """Return hidden states, segments and mask of windows, padded."""
        known = self.encoder._known
        longest = max(map(len, windows))
        hidden = torch.zeros(len(windows), longest, self.encoder.width, dtype=torch.half)
        segments = torch.full((len(windows), longest), HEADER)
        mask = torch.zeros(len(windows), longest, dtype=torch.bool)
        for row, window in enumerate(windows):
            question, passage = known[window.question], known[window.passage.tokens.ids]
            body = window.passage.head + window.begin
            parts = (
                question,
                passage[: window.passage.head],
                passage[body : body + window.end - window.begin],
                passage[-1:],
            )
            hidden[row, : len(window)] = torch.cat(parts)
            segments[row, : len(question)] = QUESTION
            segments[row, window.first : len(window) - 1] = TEXT
            mask[row, : len(window)] = True
        return hidden.float(), segments, mask

    def prepare(self, sets: Iterable[Set]) -> None:
        """Read all passages and questions up to the middle, once."""
        texts: dict[tuple[int, ...], Tokens] = {}
        for one in sets:
            texts |= {text.tokens.ids: text.tokens for text in one.passages}
            texts |= {
                tokens.ids: tokens for example in one.examples for tokens in [self.encoder.tokens(example.question)]
            }
        unknown = sorted(
            (tokens for ids, tokens in texts.items() if ids not in self.encoder._known),
            key=lambda tokens: len(tokens.ids),
        )
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            while unknown:
                longest = len(unknown[-1].ids)
                self.encoder.lower([unknown.pop() for _ in range(min(len(unknown), max(1, 2048 // longest)))])


@dataclass
class Scores:
    """What the reader says of one window: starts and ends of the passage's own tokens, relevance, verdicts."""

    start: Tensor
    end: Tensor
    relevance: Tensor
    verdict: Tensor


def run(reader: Reader, join: Joiner, windows: Sequence[Window], dropout: float = 0.0) -> list[Scores]:
    """Read windows, those of like length together; return the scores in order."""
    order = sorted(range(len(windows)), key=lambda number: len(windows[number]))
    found: list[Scores | None] = [None] * len(windows)
    while order:
        count = max(1, min(len(order), TOKENS_AT_ONCE // len(windows[order[-1]])))
        batch, order = order[-count:], order[:-count]
        joined = join([windows[number] for number in batch])
        with torch.autocast("cpu", torch.bfloat16):
            spans, relevance, verdicts = reader(*joined, dropout)
        for row, number in enumerate(batch):
            own = spans[row, windows[number].first : len(windows[number]) - 1]
            found[number] = Scores(own[:, 0], own[:, 1], relevance[row], verdicts[row])
    return [one for one in found if one is not None]

"""The numbers of asking that were set or fitted, each with its source.

Those that are fitted by training/fit.py stand in weights.json (docs/retrieval.md).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fitted:
    """Cosines spread over about 0.1 among the clauses of one passage; a share of words runs from 0 to 1.

    Where no other source is given, a number was set by hand on the question sets that the program was written with.
    """

    answerable: float = 0.35
    """A question is refused where an answer is less likely than this (docs/retrieval.md)."""
    unspoken: float = 0.9
    """A question for yes or no is refused where the best passage is likelier than this to say neither."""
    asked_certain: float = 0.97
    """A question likelier than this to ask for a figure, or for words, is taken to; else the reader has a say."""
    read_passages: int = 5
    """So many passages are read with the question: the right one is among them for 98 in 100."""
    reader_bound: float = 15.0
    """The reader's scores beyond this, above or below, tell nothing more."""
    crossing: float = 1.5
    """What it counts against words that answer for each end of a sentence that they cross."""
    reader_near: float = 6.0
    """Words that answer less well than the best by no more than this may stand in for what the question says itself."""
    list_near: float = 2.0
    """A list is looked for around words that answer less well than the best by no more than this."""
    operands: int = 24
    """Among so many figures the operands of a computation are looked for."""
    operand_certain: float = 0.34
    """How much of the question's phrase an operand's own words must say: below, the sum would be a guess."""
    operand_narrow: float = 0.3
    """What it counts against an operand that it is that of some only, whom the question does not name."""
    operand_bracketed: float = 0.15
    """How much must be said where the report itself writes the part in brackets after the whole."""
    operand_named: float = 0.6
    """How much of a phrase a figure must say to be the one of two that is compared by name."""
    counted: float = 3.0
    """How much better than any figure the reader must find a list, for its members to be counted."""
    plain: float = 0.99
    """A question likelier than this to ask for what the report states is not computed for."""
    nearly_as_likely: float = 0.5
    """An operation this times as likely as the likeliest is tried too."""
    computed: float = 0.6
    """What is computed answers where it is right as likely as this, and likelier than a stated figure is."""
    named: float = 4.0
    """What it is worth that a figure tells one of the names that are compared from the others."""
    compared_figures: int = 8
    """So many figures of each report are held against those of the others."""
    same_indicator: float = 6.0
    """What the indicator of another report's figure is worth beside how well a figure fits the question."""
    same_scope: float = 2.0
    """What its scope is worth."""
    same_amount: float = 6.0
    """A sentence with the amount of a cell is cited instead of it where it answers less well by no more than this."""
    alike_indicators: float = 0.5
    """Below this share of common words two figures of one unit measure different things."""
    ranked_least: int = 3
    """Fewer of a kind are no ranking, unless the question names the two."""
    respelled_usual: int = 20
    """How much more usual than the word that was written another must be, to be the one that was meant."""
    dictionary_usual: int = 50
    """How often jieba's dictionary has counted a word that holds its characters together."""


FITTED = Fitted()

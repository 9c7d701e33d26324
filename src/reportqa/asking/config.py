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

    named_passages: int = 5
    """From so many passages names and lists are taken."""
    passage_step: float = 0.01
    """What a standard deviation of a passage's score is worth in cosine, as between figures (`matching.WEIGHTS`)."""
    name_reach: float = 0.08
    """How far behind the best sentence of all, in cosine, the one that answers may be: one without a name cannot."""
    list_reach: float = 0.05
    """The same of the sentence that has a list."""
    list_around: float = 0.03
    """What the words around a list are worth that it shares with the question."""
    list_head: float = 0.04
    """What it is worth that they name the very thing that is asked for."""
    list_sign: float = 0.015
    """What each sign of a list is worth: words that introduce it, a count of its members."""
    list_fault: float = 0.04
    """What each fault of a list counts against it."""
    clause_reach: float = 0.03
    """How far behind the best clause, in cosine, a neighbour may be and still belong to the highlight."""
    clauses_before: int = 3
    """How many clauses may lead up to an enumeration: 围绕“挂号难”问题，县医院推出四项措施。一是…."""
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
    compared_figures: int = 8
    """So many figures of each report are held against those of the others."""
    same_indicator: float = 6.0
    """What the indicator of another report's figure is worth beside how well a figure fits the question."""
    same_scope: float = 2.0
    """What its scope is worth."""
    alike_indicators: float = 0.5
    """Below this share of common words two figures of one unit measure different things."""
    ranked_least: int = 3
    """Fewer of a kind are no ranking, unless the question names the two."""
    respelled_usual: int = 20
    """How much more usual than the word that was written another must be, to be the one that was meant."""
    dictionary_usual: int = 50
    """How often jieba's dictionary has counted a word that holds its characters together."""


FITTED = Fitted()

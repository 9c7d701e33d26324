"""Answer records read back from JSON: what a journal kept becomes an answer again."""

from __future__ import annotations

from typing import Any

from reportqa.text.records import Answer, Citation, CitedFigure, Conflict, Cut, Derivation, Figure, Illustration, Span


def read_answer(record: dict[str, Any]) -> Answer:
    """Make the answer of a record; ``read_answer(answer.to_record()).to_record()`` is the same record.

    >>> read_answer(Answer("招生多少人？", "answered", "6191人").to_record()).answer
    '6191人'

    Raises KeyError or TypeError where the record is not one of this schema.
    """
    derivation = record["derivation"]
    return Answer(
        question=record["question"],
        status=record["status"],
        answer=record["answer"],
        verdict=record["verdict"],
        message=record["message"],
        confidence=record["confidence"],
        citations=tuple(map(_citation, record["citations"])),
        figures=tuple(map(_figure, record["figures"])),
        conflicts=tuple(Conflict(one["indicator"], tuple(map(_figure, one["figures"]))) for one in record["conflicts"]),
        derivation=derivation and _derivation(derivation),
        illustrations=tuple(Illustration(**one) for one in record["illustrations"]),
        choices=tuple(record["choices"]),
        id=record["id"],
    )


def _citation(record: dict[str, Any]) -> Citation:
    highlights = tuple(Span(start, end) for start, end in record["highlights"])
    scans = tuple(map(Cut.from_record, record["scans"]))
    return Citation(**record | {"section": tuple(record["section"]), "highlights": highlights, "scans": scans})


def _figure(record: dict[str, Any]) -> CitedFigure:
    fields = dict(record)
    citation, recognition = fields.pop("citation"), fields.pop("recognition")
    return CitedFigure(Figure(**fields), citation, recognition)


def _derivation(record: dict[str, Any]) -> Derivation:
    return Derivation(**record | {"operands": tuple(map(_figure, record["operands"]))})

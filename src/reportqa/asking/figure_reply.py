"""The reply to a question for a figure: the figure that fits best, several of one sentence, or what is computed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import product

from reportqa.asking.cite import Reply
from reportqa.asking.compute import Derived, computing_signals, derive, may_ask
from reportqa.asking.config import FITTED
from reportqa.asking.found import Found
from reportqa.asking.halves import fits
from reportqa.asking.highlight import MARKS, figure_range, is_said, places
from reportqa.asking.intent import operation_chances
from reportqa.asking.matching import FigureMatch, match_figures
from reportqa.asking.operands import members_of, operands_for
from reportqa.asking.phrased import COUNTABLE, phrased
from reportqa.asking.question import Question, parts
from reportqa.asking.refuse import refusal
from reportqa.asking.search import Candidate, Retriever, ScoredUnit, coverage
from reportqa.asking.sure import Sureness, chance, of_figure, of_text
from reportqa.asking.unread import number_said
from reportqa.asking.weights import ARITHMETIC
from reportqa.figures.agreement import contradicting
from reportqa.figures.arithmetic import same_value
from reportqa.figures.unread import unread_numbers
from reportqa.text.folding import fold
from reportqa.text.forms import YEAR
from reportqa.text.records import Figure, Span

_OTHER_FIGURES = 6
_LOOKED_AT = 5
# So many letters name a row of a table.
_NAME = 4
# So many digits are hardly those of another thing.
_TELLING = 3
_YEAR = re.compile(YEAR)
# How sure a stated share must be for none to be computed in its place.
_STATED = 0.5
# How far behind the best figure one of the year that is asked for may be and still go before it.
_ALIKE = 3.2


class FigureReplies:
    """Replies to questions for figures.

    >>> FigureReplies(retriever).reply(found).text      # doctest: +SKIP
    '6191人'
    """

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._store = retriever.store

    def computed(self, found: Found) -> tuple[Reply | None, float]:
        """Answer a question for arithmetic over figures of the passages found; None where it asks for none.

        Beside it how likely a figure that the report states answers at best.
        """
        question = found.question
        chances = operation_chances(question.wording)
        if not may_ask(question, chances) or parts(question):
            return None, 1.0
        members = members_of(question, found.matches, self._store)
        likely = max(chances[one] for one in chances if one != "none")
        operations = [one for one in chances if one != "none" and chances[one] >= FITTED.nearly_as_likely * likely]
        sets = [(one, operands) for one in operations if (operands := operands_for(one, members))]
        if not sets:
            return None, 1.0
        sure = of_figure(question, found.matches, found.candidates)
        judged = []
        for operation, operands in sets:
            signals = computing_signals(question, operation, chances, operands, found.matches, sure)
            meant = chance(ARITHMETIC.computed[operation], signals)
            judged.append((meant, chance(ARITHMETIC.stated[operation], signals), operation, operands))
        meant, stated, operation, operands = max(judged, key=lambda one: one[0])
        if meant < max(stated, FITTED.computed):
            return None, stated
        return self._derived_reply(derive(operation, operands.matches, question.unit), Sureness(meant, 1.0)), stated

    def computed_or_stated(self, found: Found) -> Reply | None:
        """Answer a question for a figure by arithmetic where it asks for it, else by what the passages state."""
        return self.computed(found)[0] or self.reply(found)

    def reply(self, found: Found) -> Reply | None:
        """Answer a question for a figure from the passages found; None where no figure answers it."""
        question, candidates, matches = found.question, found.candidates, found.matches
        sure = of_figure(question, matches, candidates) if matches else None
        # A share that the report states itself comes before one that can be computed.
        shared = question.asked == "percent" and bool(matches) and matches[0].figure.kind == "percent"
        stated = shared and sure is not None and sure.right > _STATED
        countable = partial(match_figures, question, candidates, self._retriever, found.vector, COUNTABLE)
        derived = None if stated else phrased(question, matches, countable)
        if derived:
            return self._derived_reply(derived, Sureness(of_text(question, candidates).right, 1.0))
        # A year that the question names answers nothing: 2024 收入目标.
        years = {f"{year}年" for year in question.years}
        matches = [match for match in matches if match.figure.text not in years]
        if not matches:
            return None
        matches = self._of_the_year(question, matches)
        matches = _in_a_sentence(self._of_the_column(question, _of_the_row(question, matches)))
        best = matches[0]
        if is_said(best.figure.text, question.plain):
            return None
        empty = self._empty_row(question, best)
        if empty:
            return self._words_reply(question, best.candidate, empty, candidates)
        unread = self._unread(candidates, best)
        if unread:
            return self._words_reply(question, *unread, candidates)
        several = self._several(question, best)
        document = self._store.document(best.figure.document)
        conflict = tuple(contradicting(best.figure, (match.figure for match in matches), document))
        disputed = [best, *(match for match in matches if match.figure in conflict)]
        shown = several if len(several) > 1 else disputed if conflict else [best]
        return Reply(
            text="、".join(match.figure.stated for match in shown),
            places=self.stated(shown),
            figures=tuple(match.figure for match in shown),
            conflict=tuple(match.figure for match in disputed) if conflict else (),
            refusal=refusal(
                question, self._retriever, best.candidate, _text(best.candidate, best.clause) + best.figure.scope
            ),
            sure=sure,
        )

    def _empty_row(self, question: Question, best: FigureMatch) -> ScoredUnit | None:
        """Return the row of a table that a question names, where it has no amount and the best figure is another's."""
        candidate = best.candidate
        if not candidate.passage.passage.leads:
            return None
        rows = [unit for unit in candidate.units if unit.whole]
        named = max(rows, key=lambda row: _named_length(question, candidate, row))
        length = _named_length(question, candidate, named)
        if length < _NAME or length <= _named_length(question, candidate, best.sentence):
            return None
        prose, figures = candidate.passage.prose, self._store.figures(candidate.passage.number)
        return None if any(named.start <= prose.offset(one.start) < named.end for one in figures) else named

    def _unread(self, candidates: Sequence[Candidate], best: FigureMatch) -> tuple[Candidate, ScoredUnit] | None:
        """Return the clause closest to the question where it has a number that was not read, and not the best figure.

        No other number may stand in for one that was not read, unless the reader holds it for the answer.
        """
        if best.signals["read"] > 0:
            return None
        units = ((unit, one) for one in candidates[:_LOOKED_AT] for unit in one.units if not unit.whole)
        clause, candidate = max(units, key=lambda pair: pair[0].cosine)
        if candidate is best.candidate and clause == best.clause:
            return None
        places = self._figure_places(candidate)
        # A cell has one amount: where it was read, other numbers are the code or the name of its row.
        if candidate.passage.passage.leads and any(clause.start <= one.start < clause.end for one in places):
            return None
        unread = unread_numbers(candidate.passage.prose.text, places)
        return (candidate, clause) if any(clause.start <= one.start < clause.end for one in unread) else None

    def _figure_places(self, candidate: Candidate) -> list[Span]:
        """Return the places of a passage's figures in its running text."""
        prose = candidate.passage.prose
        read = self._store.figures(candidate.passage.number)
        return [Span(prose.offset(one.start), prose.offset(one.end - 1) + 1) for one in read]

    def _words_reply(
        self, question: Question, candidate: Candidate, clause: ScoredUnit, candidates: Sequence[Candidate]
    ) -> Reply:
        """Answer with a clause's own words, and the one number of it that was not read, if there is one."""
        others = [one for one in candidates if one is not candidate]
        unread = unread_numbers(candidate.passage.prose.text, self._figure_places(candidate))
        numbers = [one for one in unread if clause.start <= one.start < clause.end]
        said = number_said(candidate, self._store, numbers[0].start, numbers[0].end) if len(numbers) == 1 else None
        return Reply(
            text=_text(candidate, clause).strip(MARKS),
            figures=(said,) if said else (),
            places=((candidate, places(candidate, clause.start, clause.end)),),
            refusal=refusal(question, self._retriever, candidate, _text(candidate, clause)),
            sure=of_text(question, [candidate, *others]),
        )

    def _of_the_year(self, question: Question, matches: list[FigureMatch]) -> list[FigureMatch]:
        """Put first the figures whose own sentence names a year that is asked for and that is not their report's."""
        years = [str(year) for year in self._retriever.reports.wanted_years(question, matches[0].figure.document)]
        named = [m for m in matches if any(year in _text(m.candidate, m.clause) + m.figure.scope for year in years)]
        others = {str(self._store.document(match.figure.document).year) for match in matches}
        close = named and _covers(named[0]) >= _covers(matches[0]) and named[0].score >= matches[0].score - _ALIKE
        return named if close and not others & set(years) else matches

    def _of_the_column(self, question: Question, matches: list[FigureMatch]) -> list[FigureMatch]:
        """In a row of years of a table, put the year first that the question names, else the report's own."""
        best = matches[0]
        if not best.candidate.passage.passage.leads:
            return matches
        wanted = self._retriever.reports.wanted_years(question, best.figure.document)
        own = self._store.document(best.figure.document).year
        row = [m for m in matches if m.candidate is best.candidate and m.sentence == best.sentence]
        alike = [m for m in row if m.figure.indicator == best.figure.indicator]
        dated = [(int(year[0]), m) for m in alike if (year := _YEAR.search(m.figure.scope))]
        if best not in [match for _, match in dated]:
            return matches
        newest = max((year for year, _ in dated if own is None or year <= own), default=None)
        first = next((match for year, match in dated if year in (wanted or (newest,))), best)
        return [first, *(match for match in matches if match is not first)]

    def _several(self, question: Question, best: FigureMatch) -> list[FigureMatch]:
        """Return the figures of a question that asks for several, one for each thing it names, from one sentence."""
        return [match for match in self.of_one_sentence(parts(question), best) if match]

    def of_one_sentence(self, singles: Sequence[Question], best: FigureMatch) -> tuple[FigureMatch | None, ...]:
        """Return a figure for each of the single questions in a question, None where the sentence has none for it."""
        asked: list[list[FigureMatch | None]] = []
        for single in singles:
            own = self._retriever.encode([single])[0]
            matches = match_figures(single, [best.candidate], self._retriever, own)
            beside = [match for match in matches if match.sentence == best.sentence and fits(single, match)]
            asked.append([None, *beside[:_OTHER_FIGURES]])
        # Each takes a figure of its own, as long as there are enough, so that all together fit best.
        given = ((chosen, [match for match in chosen if match]) for chosen in product(*asked))
        choices = [(chosen, own) for chosen, own in given if len({id(match.figure) for match in own}) == len(own)]
        return max(choices, key=lambda one: (len(one[1]), sum(match.score for match in one[1])))[0]

    def _derived_reply(self, derived: Derived, sure: Sureness) -> Reply:
        operands = tuple(match.figure for match in derived.operands)
        return Reply(derived.text, self.stated(derived.operands), operands, derived=derived, sure=sure)

    def stated(self, matches: Iterable[FigureMatch]) -> tuple[tuple[Candidate, tuple[Span, ...]], ...]:
        """Return the passages that state figures, in the order of the figures, each with the places in it."""
        stated: dict[int, tuple[Candidate, set[Span]]] = {}
        for match in matches:
            candidate = match.candidate
            figures = self._store.figures(candidate.passage.number)
            place = places(candidate, *figure_range(candidate, match.figure, match.clause, figures))
            stated.setdefault(candidate.passage.number, (candidate, set()))[1].update(place)
        return tuple((candidate, tuple(sorted(spans))) for candidate, spans in stated.values())


def _in_a_sentence(matches: list[FigureMatch]) -> list[FigureMatch]:
    """Put a figure of a sentence first that has the amount of the best, a cell: a sentence says of what it is."""
    best = matches[0]
    if not best.candidate.passage.passage.leads or len(_digits(best)) < _TELLING:
        return matches
    said = (match for match in matches[1:] if not match.candidate.passage.passage.leads)
    near = (match for match in said if match.score >= best.score - FITTED.same_amount)
    first = next((match for match in near if _same(best.figure, match.figure)), best)
    return [first, *(match for match in matches if match is not first)]


def _same(one: Figure, other: Figure) -> bool:
    alike = (one.document, one.kind, one.normalized_unit) == (other.document, other.kind, other.normalized_unit)
    return alike and same_value(one, other)


def _digits(match: FigureMatch) -> str:
    return "".join(filter(str.isdigit, match.figure.text)).strip("0")


def _of_the_row(question: Question, matches: list[FigureMatch]) -> list[FigureMatch]:
    """In a table, put the row first whose name the question says whole, where that of the best figure is not said."""
    best = matches[0]
    if not best.candidate.passage.passage.leads or _is_named(question, best):
        return matches
    beside = (match for match in matches if match.candidate is best.candidate and match.score >= best.score - _ALIKE)
    named = next((match for match in beside if _is_named(question, match) and not match.signals["form"]), None)
    return matches if named is None else [named, *(match for match in matches if match is not named)]


def _named_length(question: Question, candidate: Candidate, row: ScoredUnit) -> int:
    """Return how many letters a row begins with that the question says one after the other."""
    words = candidate.passage.folded[row.start : row.end]
    return next((length for length in range(len(words)) if words[: length + 1] not in question.plain), len(words))


def _is_named(question: Question, match: FigureMatch) -> bool:
    name = fold(match.figure.indicator)
    return len(name) >= _NAME and name in question.plain


def _covers(match: FigureMatch) -> float:
    """Return how much of the question a figure's own words say, years aside: these are common to many figures."""
    words = {pair: weight for pair, weight in match.candidate.rarity.items() if not any(map(str.isdecimal, pair))}
    return coverage(
        fold(f"{match.figure.scope} {match.figure.indicator} {_text(match.candidate, match.clause)}"), words
    )


def _text(candidate: Candidate, unit: ScoredUnit) -> str:
    return candidate.passage.prose.text[unit.start : unit.end]

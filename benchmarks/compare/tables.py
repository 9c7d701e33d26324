"""The tables of docs/comparison.md, made from the results alone."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

BEGIN = "<!-- Between these lines: written by benchmarks/compare, not by hand. -->"
END = "<!-- End of what benchmarks/compare writes. -->"
_FIRST = "reportqa"
_TIMES = ("cold, s", "warm, ms", "batch, questions/s", "build, s")
_MEMORY = ("memory of one question, MiB", "memory of the batch, MiB", "memory of the build, MiB")

Results = Mapping[str, Any]


def tables(results: Results) -> str:
    """Make everything between the two marks: conditions, retrieval, time and memory."""
    parts = [
        _conditions(results),
        f"Evidence among the first 1, 3 and 5 passages, of which a reader sees {results['seen']} characters:",
        _retrieval(results, "seen", ("R@1", "R@3", "R@5")),
        "The same where a passage counts in full, however long it is (R@1 / R@5):",
        _retrieval(results, "in full", ("R@1", "R@5")),
        f"Time: median of {results['runs']} runs (× {_FIRST}'s median; for the batch more is better, else less):",
        _measured(results, _TIMES),
        "Peak memory of the process, median of the same runs:",
        _measured(results, _MEMORY),
    ]
    return "\n\n".join(parts)


def insert(page: str, made: str) -> str:
    r"""Put the tables between the marks of a page.

    >>> insert(f"before {BEGIN} old {END} after", "new") == f"before {BEGIN}\n\nnew\n\n{END} after"
    True
    """
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"the page has no place for the tables: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n\n{made}\n\n{END}{after}"


def ratio(values: Sequence[float], of: Sequence[float]) -> float:
    """Return the median of ``values`` in multiples of the median of ``of``.

    >>> ratio([6.0, 8.0, 100.0], of=[2.0, 1.0, 2.0])
    4.0
    """
    return statistics.median(values) / statistics.median(of)


def _conditions(results: Results) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in results["versions"].items())
    machine, library = results["machine"], results["library"]
    size = f"{machine['cores']} cores, {machine['memory_gib']} GiB of memory"
    lines = [
        f"Measured {results['date']}; load of the machine beforehand {results['load']}.",
        f"Machine: {machine['system']}, {machine['processor']}, {size}, Python {machine['python']}.",
        f"Versions: {versions}.",
        f"Times over a library of {library['reports']} reports, {library['characters']:,} characters, "
        f"asked {library['questions']} questions.",
    ]
    return "\n".join(lines + [f"Skipped: {reason}." for reason in results["skipped"]])


def _retrieval(results: Results, counted: str, depths: Sequence[str]) -> str:
    sets: Mapping[str, Results] = results["sets"]
    head = ["", *(f"{one['title']} ({one['questions']})" for one in sets.values())]

    def row(program: Results) -> list[str]:
        recalls = [program["retrieval"][name][counted] for name in sets]
        return [" / ".join(f"{recall[depth]:.2f}" for depth in depths) for recall in recalls]

    return _table(head, results, row)


def _measured(results: Results, names: Sequence[str]) -> str:
    base = results["programs"][_FIRST]["runs"]

    def row(program: Results) -> list[str]:
        runs = program["runs"]
        return [f"{_number(statistics.median(runs[name]))} (× {ratio(runs[name], base[name]):.2g})" for name in names]

    return _table(["", *names], results, row)


def _table(head: Iterable[str], results: Results, row: Callable[[Results], list[str]]) -> str:
    head = list(head)
    rows = [[program["title"], *row(program)] for program in results["programs"].values()]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [head, ["---"] * len(head), *rows])


def _number(value: float) -> str:
    """Write three digits, or all before the point.

    >>> _number(1234.56), _number(12.345), _number(0.5)
    ('1235', '12.3', '0.50')
    """
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"

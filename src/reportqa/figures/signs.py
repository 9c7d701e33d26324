"""What makes a number negative: a minus or 负 before it, 零下, the △ of accounts, and their brackets: (1,203)万元."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reportqa.figures.quantities import Quantity
from reportqa.text.numerals import Numeral, multiplied
from reportqa.text.patterns import lazy

_SIGN = lazy(
    r"(?:^|[一-龥 ，:(])(?P<minus>-)$|(?:^|[^正担抱胜欺背亏])(?P<word>负)$|(?P<cold>零下) ?$|(?P<mark>[△▲▽▼])$"
)
# Where both directions are marked, the one that points up is a rise.
_DOWN = lazy(r"[▽▼]")
_UP = frozenset("△▲")
# "(3)万元" at the head of a line is an item; after a name it is a loss.
_NAMED = lazy(r"[\w%](?:为|是|达|约)? ?$")
_OPEN = lazy(r"\( ?$")
_CLOSE = lazy(r" ?\)")


@dataclass(frozen=True, slots=True)
class Sign:
    """How many characters before a number belong to its sign, and whether they make it negative."""

    length: int
    negative: bool


def sign_before(text: str, position: int, marks_up: bool = False) -> Sign | None:
    """Return the sign that ends at ``position`` of plain text, or None.

    >>> sign_before("筹资△560", 3), sign_before("零下5℃", 2), sign_before("2-3人", 2)
    (Sign(length=1, negative=True), Sign(length=2, negative=True), None)

    With ``marks_up`` the text uses ▲ against ▼, and then ▲3.2% is a rise.
    """
    found = _SIGN.search(text[max(position - 4, 0) : position])
    if found is None:
        return None
    length = len(found["minus"] or found["word"] or found["mark"] or found["cold"] or "")
    return Sign(length, not (marks_up and found["mark"] is not None and found["mark"] in _UP))


def marks_up(text: str) -> bool:
    """Tell whether a text marks what falls with ▼, so that its ▲ marks what rises."""
    return bool(_DOWN.search(text))


def signed(quantity: Quantity, sign: Sign | None) -> Quantity:
    """Return the quantity with its sign taken in; the ends of a range have theirs already."""
    if sign is None:
        return quantity
    start = quantity.start - sign.length
    quantity = replace(quantity, start=start, left=min(quantity.left, start))
    return negated(quantity) if sign.negative else quantity


def negated(quantity: Quantity) -> Quantity:
    """Return the quantity below zero, where it is one number."""
    value, normal = quantity.value, quantity.normalized_value
    if not isinstance(value, int | float) or not isinstance(normal, int | float):
        return quantity
    return replace(quantity, value=-value, normalized_value=-normal)


def in_account_brackets(text: str, numeral: Numeral) -> Numeral | None:
    """Return a numeral with the brackets right around it, as accounts write what is below zero, or None.

    >>> from reportqa.text.numerals import NUMBER, read_numeral
    >>> text = "净利润(1,203)万元"
    >>> found = in_account_brackets(text, read_numeral(text, NUMBER.search(text)))
    >>> text[found.start : found.end]
    '(1,203)万'

    The brackets follow the name of what is measured; the unit has to stand behind them.
    """
    head = text[max(numeral.start - 4, 0) : numeral.start]
    opening, closing = _OPEN.search(head), _CLOSE.match(text, numeral.end)
    if not (opening and closing) or numeral.chinese or not _NAMED.search(head[: opening.start()]):
        return None
    return multiplied(text, replace(numeral, start=numeral.start - len(opening[0]), end=closing.end()))

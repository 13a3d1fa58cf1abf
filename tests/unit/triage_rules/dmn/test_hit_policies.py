"""Generated tables of every hit policy give what an independent reading of them gives.

The reference works on plain numbers and words: it never parses a cell and shares no code.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given as generated
from hypothesis import settings
from hypothesis import strategies as st

from tests.unit.triage_rules.dmn.models import answer, decision, given, model, table
from triage_rules.dmn.refused import Refused

LISTED = ("red", "yellow", "green")
WORDS = ("low", "high", "none")
POLICIES = [
    *((policy, "") for policy in ("UNIQUE", "FIRST", "PRIORITY", "ANY", "RULE ORDER")),
    *(("COLLECT", how) for how in ("", "SUM", "MIN", "MAX", "COUNT")),
    ("OUTPUT ORDER", ""),
]
SINGLE = ("UNIQUE", "FIRST", "PRIORITY", "ANY")
AGGREGATE: dict[str, Callable[[list[int]], int]] = {
    "COUNT": len,
    "SUM": sum,
    "MIN": min,
    "MAX": max,
}
NONE = object()  # no answer may be given


@dataclass(frozen=True)
class NumberCell:
    """A test of a number, as text and as what it means."""

    text: str
    low: int | None = None
    high: int | None = None
    closed: tuple[bool, bool] = (True, True)
    negated: bool = False
    anything: bool = False

    def holds(self, value: int | None) -> bool:
        if self.anything:
            return True
        if value is None:  # null is not less, and not equal: so it is "not equal"
            return self.negated
        above = self.low is None or value > self.low or (self.closed[0] and value == self.low)
        below = self.high is None or value < self.high or (self.closed[1] and value == self.high)
        return (above and below) != self.negated


@st.composite
def number_cells(draw: st.DrawFn) -> NumberCell:
    form = draw(st.sampled_from(["-", "", "interval", "<", "<=", ">", ">=", "=", "not", "?"]))
    low = draw(st.integers(-3, 6))
    match form:
        case "-" | "":
            return NumberCell(form, anything=True)
        case "interval":
            high = low + draw(st.integers(0, 4))
            closed = (draw(st.booleans()), draw(st.booleans()))
            opening = "[" if closed[0] else draw(st.sampled_from("(]"))
            closing = "]" if closed[1] else draw(st.sampled_from(")["))
            return NumberCell(f"{opening}{low} .. {high}{closing}", low, high, closed)
        case "<" | "<=":
            return NumberCell(f"{form} {low}", high=low, closed=(True, form == "<="))
        case ">" | ">=":
            return NumberCell(f"{form}{low}", low=low, closed=(form == ">=", True))
        case "not":
            return NumberCell(f"not({low})", low, low, negated=True)
        case "?":
            return NumberCell(f"? >= {low} and ? < {low + 2}", low, low + 2, (True, False))
    return NumberCell(f"{low}", low, low)


@dataclass(frozen=True)
class WordCell:
    text: str
    words: frozenset[str]
    negated: bool = False

    def holds(self, value: str) -> bool:
        return (value in self.words) != self.negated


@st.composite
def word_cells(draw: st.DrawFn) -> WordCell:
    words = draw(st.lists(st.sampled_from(WORDS), min_size=0, max_size=2, unique=True))
    if not words:
        return WordCell("-", frozenset(WORDS))
    text = ", ".join(f'"{word}"' for word in words)
    negated = draw(st.booleans())
    return WordCell(f"not({text})" if negated else text, frozenset(words), negated)


def expected(policy: str, how: str, outputs: list[int]) -> object:
    """The answer for the outputs of the rows that hold, in the order of the table.

    An output is a number, or a place in LISTED where nothing is aggregated.
    """
    if not outputs and (policy, how) == ("COLLECT", ""):
        return ()
    if not outputs:
        return None if policy in SINGLE or how in ("MIN", "MAX") else NONE
    if how:
        return AGGREGATE[how](outputs)
    words = [LISTED[place] for place in outputs]
    if (policy == "UNIQUE" and len(words) > 1) or (policy == "ANY" and len(set(words)) > 1):
        return NONE
    if policy == "PRIORITY":
        return LISTED[min(outputs)]
    if policy in SINGLE:
        return words[0]
    return (
        tuple(LISTED[place] for place in sorted(outputs))
        if policy == "OUTPUT ORDER"
        else tuple(words)
    )


@settings(max_examples=400, deadline=None)
@generated(
    st.sampled_from(POLICIES),
    st.lists(st.tuples(number_cells(), word_cells(), st.integers(0, 2)), max_size=6),
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(-4, 9)), st.sampled_from(WORDS)),
        min_size=1,
        max_size=6,
    ),
)
def test_every_hit_policy(
    policy: tuple[str, str],
    rows: list[tuple[NumberCell, WordCell, int]],
    people: list[tuple[int | None, str]],
) -> None:
    name, how = policy
    as_number = bool(how)
    texts = [
        ((number.text, word.text), (str(out) if as_number else f'"{LISTED[out]}"',))
        for number, word, out in rows
    ]
    listed = "" if as_number else ", ".join(f'"{word}"' for word in LISTED)
    logic = table(["score", "kind"], texts, policy=name, aggregation=how, listed=listed)
    document = model(given("score"), given("kind"), decision("d", logic, ["score", "kind"]))
    for score, kind in people:
        holding = [n for n, row in enumerate(rows) if row[0].holds(score) and row[1].holds(kind)]
        wanted = expected(name, how, [rows[n][2] for n in holding])
        fact = None if score is None else Decimal(score)
        try:
            found = answer(document, "d", score=fact, kind=kind)
        except Refused:
            assert wanted is NONE
            continue
        assert found.value == wanted
        assert {row.row - 1 for row in found.fired} <= set(holding)
        if name in ("RULE ORDER", "COLLECT", "ANY", "UNIQUE"):
            assert [row.row - 1 for row in found.fired] == holding

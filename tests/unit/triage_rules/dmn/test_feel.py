"""FEEL, expression by expression and cell by cell. Expected values are DMN 1.5's."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from triage_rules.dmn.feel import parse
from triage_rules.dmn.feel.evaluate import Scope, Work, evaluate, holds
from triage_rules.dmn.feel.functions import BUILTINS
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Months, Value

NAMES: dict[str, Value] = {
    "score": Decimal(12),
    "months since last contact": Decimal(7),
    "months": Decimal(1),
    "a-b": "one name",
    "missing": None,
    "visits": (
        {"on": date(2026, 1, 5), "score": Decimal(3), "form of contact": "video"},
        {"on": date(2026, 3, 9), "score": Decimal(15), "form of contact": "visit"},
    ),
}
MEMBERS = ("on", "score", "form of contact")


def value_of(text: str) -> Value:
    root = Scope(BUILTINS, work=Work())
    return evaluate(parse.expression(text, [*BUILTINS, *NAMES], MEMBERS), Scope(NAMES, root))


def cell_holds(text: str, value: Value) -> bool | None:
    tests = parse.unary_tests(text, [*BUILTINS, *NAMES], MEMBERS)
    root = Scope(BUILTINS, work=Work())
    return holds(tests, Scope({parse.TESTED: value}, Scope(NAMES, root)))


def listed(*numbers: int) -> tuple[Decimal, ...]:
    return tuple(Decimal(number) for number in numbers)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("2 ** 3 ** 2", 64),
        ("-3 ** 2", 9),
        ("1 / 3", "0.3333333333333333333333333333333333"),
        ("0.1 + 0.2", "0.3"),
        ("1e3", 1000),
        ("score - months", 11),
        ("months since last contact + 1", 8),
        ("months  since\nlast contact + months", 8),
        ("if score >= 10 then 1 else 2", 1),
        ("if missing > 1 then 1 else 2", 2),
        ("[1, 2, 3][2]", 2),
        ("[1, 2, 3][-1]", 3),
        ("score[1]", 12),
        ("visits[score > 10][1].score", 15),
        ('visits[form of contact = "video"][1].score', 3),
        ("visits[item.score < 10][1].on.month", 1),
        ("{a: 1, b c: a + 1}.b c", 2),
        ("count(visits)", 2),
        ("sum(visits.score)", 18),
        ("sum(1, 2, 3)", 6),
        ("mean([1, 2, 6])", 3),
        ("median([5, 1, 2, 4])", 3),
        ("max([3, 9, 4])", 9),
        ("product([2, 3, 4])", 24),
        ("stddev([2, 4, 7, 5])", "2.081665999466132735282297706979931"),
        ("decimal(1/3, 2)", "0.33"),
        ("decimal(2.5, 0)", 2),
        ("floor(-1.5)", -2),
        ("ceiling(-1.5)", -1),
        ("round up(5.5, 0)", 6),
        ("round half up(-1.55, 1)", "-1.6"),
        ("round half down(5.5, 0)", 5),
        ("modulo(-12, 5)", 3),
        ("modulo(12, -5)", -3),
        ("abs(-4)", 4),
        ("sqrt(16)", 4),
        ('number("1.000,5", ".", ",")', "1000.5"),
        ('string length("\\U01F40Eab")', 3),
        (r'string length("\uD83D\udc0eab")', 3),
        ("{🐎: 1, b: 🐎 + 1}.b", 2),
        ("(function(x) x + 1)(2)", 3),
        ("modulo(divisor: 5, dividend: 12)", 2),
        ('(date("2026-03-01") - date("2026-02-01")).days', 28),
        ('day of year(date("2019-09-17"))', 260),
        ('duration("PT3H") / duration("PT30M")', 6),
        ('string length(["abc"])', 3),
        ('number("12.5")', "12.5"),
        ('get value(context put({a: {b: 1}}, ["a", "b"], 2).a, "b")', 2),
    ],
)
def test_numbers(text: str, value: int | str) -> None:
    assert value_of(text) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true and missing", None),
        ("false and missing", False),
        ("true or missing", True),
        ("false or missing", None),
        ('1 = "1"', None),
        ("1 = null", False),
        ("null = null", True),
        ("missing != null", False),
        ("missing > 1", None),
        ('1 < "a"', None),
        ("1.0 = 1.00", True),
        ("[1, 2] = [1, 2]", True),
        ("[1, 2] = [2, 1]", False),
        ("{a: 1} = {a: 1}", True),
        ("score between 12 and 13", True),
        ("missing between 1 and 2", None),
        ("5 in [1..5]", True),
        ("5 in [1..5)", False),
        ("5 in ]4..6[", True),
        ("5 in (1, < 2, >= 5)", True),
        ("5 in [[1..2], [4..6]]", True),
        ("1 in [2, 3, 1]", True),
        ("not(missing)", None),
        ("not(1 = 2) and true", True),
        ("some v in visits satisfies v.score > 10", True),
        ("every v in visits satisfies v.score > 10", False),
        ("every v in [] satisfies false", True),
        ("some x in [1, 2], y in [2, 3] satisfies x > y", False),
        ("all([])", True),
        ("any([])", False),
        ("all([true, null])", None),
        ("any([true, null])", True),
        ('starts with("foobar", "foo")', True),
        ('matches("ABC-123", "^[A-Z]{3}-[0-9]+")', True),
        ('contains("foobar", "of")', False),
        ("list contains([1, null], null)", True),
        ('"a" instance of string', True),
        ("null instance of number", False),
        ("odd(5)", True),
        ('date("2026-01-01") < date("2026-01-02")', True),
        ('@"2026-01-01" = date(2026, 1, 1)', True),
        ("1 + missing", None),
        ("1 / 0", None),
        ('"a" + 1', None),
        ("[1][2]", None),
        ("[1][0]", None),
        ("sum(null)", None),
        ("min(missing)", None),
        ("all(null)", None),
        ("sqrt(-1)", None),
        ("min([])", None),
        ('date("2026-02-30")', None),
        ('number("abc", ",", ".")', None),
        ("missing.score", None),
        ('sqrt("a")', None),
        ("sqrt()", None),
        ("abs(number: -1)", None),
        ('for i in "a".."c" return i', None),
        ('for i in [@"PT1H"..@"PT2H"] return i', None),
        ("list replace([1], 2, 0)", None),
        ('context put(context: {x: 1}, key: ["x", "y"], value: 2)', None),
        ('context put(context: {x: 1}, keys: "x", value: 2)', None),
        ('upper case(["a", "b"])', None),
        ('duration("P1Y").days', None),
        ('@"10:00:00".timezone', None),
        ("true in [false, 2]", False),
        ('@"2026-01-01T12:00:00+01:00" = @"2026-01-01T11:00:00Z"', True),
        ('@"2026-01-01" = @"2026-01-01T00:00:00Z"', True),
        ('@"2026-01-01T12:00:00+01:00" < @"2026-01-01T11:30:00Z"', True),
        ("[1, 2] instance of list<number>", True),
        ("[] instance of list<Any>", True),
        ('{a: "x"} instance of context<a: number>', False),
        ("[1..2] instance of range<number>", True),
        ('matches("a 1", "^a\\\\s\\\\d")', True),
        ("{a: 1}.b", None),
        ("null", None),
        ("score /* a comment */ = 12 // and another", True),
    ],
)
def test_three_valued_logic(text: str, value: bool | None) -> None:
    assert value_of(text) is value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a-b", "one name"),
        ('"a\\n\\"b\\u00e6"', 'a\n"bæ'),
        ('"foo" + "bar"', "foobar"),
        ('substring("foobar", 3)', "obar"),
        ('substring("foobar", 3, 3)', "oba"),
        ('substring("foobar", -2, 1)', "a"),
        ('substring before("foobar", "bar")', "foo"),
        ('substring before("foobar", "xyz")', ""),
        ('substring after("foobar", "ob")', "ar"),
        ('upper case("aBæ")', "ABÆ"),
        ('replace("abcd", "[ab]", "-")', "--cd"),
        ('string join(["a", null, "c"], ", ")', "a, c"),
        ("string(1.10)", "1.1"),
        ("string(1e3)", "1000"),
        ("string(true)", "true"),
        ('string(date("2026-01-01"))', "2026-01-01"),
        ('string(duration("P1DT90M"))', "P1DT1H30M"),
        ('string(duration("P14M"))', "P1Y2M"),
        ('day of week(date("2026-11-23"))', "Monday"),
    ],
)
def test_strings(text: str, value: str) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("for i in 1..4 return i * i", listed(1, 4, 9, 16)),
        ("for i in 3..1 return i", listed(3, 2, 1)),
        ("for i in [1..3] return i", listed(1, 2, 3)),
        ("for i in [1, 2], j in [10, 20] return i + j", listed(11, 21, 12, 22)),
        ("for i in 1..4 return if i = 1 then 1 else partial[-1] * i", listed(1, 2, 6, 24)),
        ("[1, 2, 3, 4][item > 2]", listed(3, 4)),
        ("[][item > 2]", ()),
        ("visits.score", listed(3, 15)),
        ("append([1], 2, 3)", listed(1, 2, 3)),
        ("concatenate([1], [2, 3])", listed(1, 2, 3)),
        ("union([1, 2], [2, 3])", listed(1, 2, 3)),
        ("insert before([1, 3], 2, 2)", listed(1, 2, 3)),
        ("remove([1, 2, 3], 2)", listed(1, 3)),
        ("reverse([1, 2])", listed(2, 1)),
        ("index of([1, 2, 1], 1)", listed(1, 3)),
        ("distinct values([1, 2, 1.0])", listed(1, 2)),
        ("flatten([[1, [2]], 3])", listed(1, 2, 3)),
        ("sublist([4, 5, 6], 2)", listed(5, 6)),
        ("list replace([4, 5, 6], 2, 0)", listed(4, 0, 6)),
        ("list replace([4, 5, 6], function(old, new) old < new, 6)", listed(6, 6, 6)),
        ("list replace(list: [4, 5], position: -1, newItem: 0)", listed(4, 0)),
        ("(function(a) function(b) [a, b])(1)(2)", listed(1, 2)),
        ("sublist([4, 5, 6], -2, 1)", listed(5)),
        ("sort([3, 1, 2], function(x, y) x < y)", listed(1, 2, 3)),
        ("mode([6, 3, 9, 6, 6])", listed(6)),
        ('split("a;b", ";")', ("a", "b")),
        ("get entries({a: 1})", ({"key": "a", "value": Decimal(1)},)),
    ],
)
def test_lists(text: str, value: tuple[Value, ...]) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('date("2026-01-30") + duration("P2M")', date(2026, 3, 30)),
        ('date("2026-01-30") - duration("P1D")', date(2026, 1, 29)),
        ('date and time("2026-01-30T23:00:00Z") + @"PT2H"', datetime(2026, 1, 31, 1, tzinfo=UTC)),
        ('time("23:30:00") + duration("PT1H")', time(0, 30)),
        ('time("10:00:00") - time("11:30:00")', timedelta(minutes=-90)),
        ('years and months duration(@"2011-12-22", @"2013-08-24")', Months(20)),
        ('duration("P1Y2M") * 2', Months(28)),
        ('duration("P1Y11M") * -2.5', Months(-57)),
        ('years and months duration(@"2013-08-24", @"2011-12-22")', Months(-20)),
        (
            'years and months duration(@"2026-01-24T00:00:01-01:00", @"2026-12-24T23:59:00-08:00")',
            Months(11),
        ),
        ('years and months duration(@"2026-01-20T10:00:00Z", @"2026-02-24")', Months(1)),
        ('years and months duration(@"2026-03-15T09:00:00", @"2026-01-14T10:00:00")', Months(-2)),
        (
            'for d in @"2026-01-02"..@"2025-12-31" return d.day',
            (Decimal(2), Decimal(1), Decimal(31)),
        ),
        ('date and time(@"2026-01-30", @"10:00:00")', datetime(2026, 1, 30, 10)),
        ('date(@"2026-01-30T10:00:00")', date(2026, 1, 30)),
    ],
)
def test_dates(text: str, value: Value) -> None:
    assert value_of(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "unknown",
        "1 +",
        "(1",
        "1 2",
        "1 = [1]",
        '[1, 2] = [1, "a"]',
        "0 ** 0",
        "now()",
        "sum([])",
        "sum([1, null])",
        '1 in "1"',
        "[5..1]",
        "[1, 2, 3][1.5]",
        '[1, 2]["a"]',
        "if 1 then 2 else 3",
        'date("2026-01-31") + duration("P1M")',
        'date("12026-01-31")',
        'time("10:00:00@Europe/Copenhagen")',
        '@"10:00:00Z" < @"10:00:00"',
        '@"10:00:00.1" = @"10:00:00.2"',
        '@"2026-01-01" = @"2026-01-01T00:00:00"',
        "5 between null and 2",
        "null instance of Any",
        'context put({a: 1}, ["b", "c"], 2)',
        '@"10:00:00Z" = @"11:00:00+01:00"',
        'substring("abc", 0)',
        'substring("abc", 9)',
        'matches("abc", "(a|b)+")',
        'matches("abc", ".")',
        "string([1])",
        "{a: 1, a: 2}",
        "for i in 5 return i",
        "for i in 1..1.5 return i",
        "for i in [1..3) return i",
        'for i in 1.."a" return i',
        'some i in "a".."c" satisfies true',
        r'"\uD83D"',
        'years and months duration(@"2026-01-31T10:00:00", @"2026-02-28T09:00:00Z")',
        'years and months duration(@"2026-01-15T10:00:00", @"2026-02-15T09:00:00")',
        "[] instance of list<number>",
        "(function(x: number) x)(1)",
        "1 instance of list",
        "sort([1, 2])",
        "count(1, 2).foo",
        "1e999999 * 10",
        "٣ + 1",
        'duration("P99999999999999999999Y")',
    ],
)
def test_what_is_not_exactly_known_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        value_of(text)


@pytest.mark.parametrize(
    ("text", "value", "answer"),
    [
        ("-", None, True),
        ("-5", Decimal(-5), True),
        (">= 18", Decimal(18), True),
        (">= 18", None, None),
        (">= 18", "18", None),
        ('"a", "b"', "b", True),
        ('"a", "b"', "c", False),
        ('"a", "b"', None, False),
        ('not("a", "b")', "c", True),
        ('not("a", "b")', "a", False),
        ("not(> 3, 1)", Decimal(2), True),
        ("not(> 3)", None, None),
        ("null", None, True),
        ("not(null)", Decimal(1), True),
        ("[1..2]", Decimal(2), True),
        ("]1..2[", Decimal(2), False),
        ("(1..3)", Decimal(2), True),
        ("[1..3), 7", Decimal(7), True),
        ("< 1, > 5", Decimal(3), False),
        ("true", False, False),
        ("false", False, True),
        ("score", Decimal(12), True),
        ("< score", Decimal(11), True),
        ("[1, 2]", Decimal(2), True),
        ("? > 3 and ? < 5", Decimal(4), True),
        ('starts with(?, "a")', "abc", True),
        ('[@"2026-01-01"..@"2026-12-31"]', date(2026, 6, 1), True),
        ('"?"', "?", True),
        ("?", Decimal(1), True),
        ("?", None, True),
        ("score > 3", True, True),
        ("score > 3", False, False),
        ("score > 3", Decimal(1), None),
        ("not(score > 3)", False, True),
    ],
)
def test_a_cell_holds(text: str, value: Value, answer: bool | None) -> None:
    assert cell_holds(text, value) is answer


@pytest.mark.parametrize("text", ["", ",", "> ", "1,", "[1..", "not(", "- 1 -", "1 or"])
def test_a_malformed_cell_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        cell_holds(text, Decimal(1))


def test_a_cell_that_can_be_read_in_two_ways_is_refused() -> None:
    for text, value in [
        ("? = true", False),
        ("1 / 0", None),
        ('not("a"), "b"', "c"),
    ]:
        with pytest.raises(Refused):
            cell_holds(text, value)

"""FEEL's text to nodes, by recursive descent in the order of precedence of DMN 1.5, 10.3.1.2."""

from collections.abc import Iterable
from decimal import InvalidOperation, Overflow

from triage_rules.dmn.feel import nodes
from triage_rules.dmn.feel.kinds import take_kind
from triage_rules.dmn.feel.moments import at_literal
from triage_rules.dmn.feel.nodes import Node
from triage_rules.dmn.feel.scanner import Scanner, normal
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS

DEEPEST = 40
TESTED = "?"
PROPERTIES = frozenset({"time offset", "start included", "end included"})
_KEYWORDS = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "function"}
    | {"and", "or", "between", "null", "true", "false"}
)
_CALLED = nodes.Name | nodes.Path | nodes.Lambda | nodes.Call
_COMPARISONS = ("<=", ">=", "!=", "<", ">", "=")


def expression(text: str, names: Iterable[str], members: Iterable[str] = ()) -> Node:
    """The text as one expression. `names` are those in scope; `members` those after a point."""
    parser = _Parser(text, names, members)
    parsed = parser.expression()
    parser.end()
    return parsed


def unary_tests(text: str, names: Iterable[str], members: Iterable[str] = ()) -> nodes.Tests:
    """The text as a cell: `-`, or tests with commas, or `not(…)` around them."""
    parser = _Parser(text, {*names, TESTED}, members)
    parsed = parser.cell()
    parser.end()
    return parsed


class _Parser:
    def __init__(self, text: str, names: Iterable[str], members: Iterable[str]) -> None:
        self.scan = Scanner(text)
        self.names = [{normal(name) for name in names}]
        self.members = {normal(name) for name in members} | PROPERTIES
        self.deep = 0
        self.in_filter = 0
        self.asked = False
        self.closing = False  # at an interval's end, where `[` closes and does not filter

    def end(self) -> None:
        if not self.scan.ends():
            raise self.scan.failure("more follows than can be understood")

    # Cells.

    def cell(self) -> nodes.Tests:
        if self.scan.take("-"):
            if self.scan.ends():
                return nodes.Tests((), negated=False)
            self.scan.at = 0
        self.scan.skip()
        begin = self.scan.at
        if self.scan.take_word("not") and self.scan.take("("):
            tests = self._tests()
            self.scan.need(")")
            if self.scan.ends():
                return nodes.Tests(tests, negated=True)
        self.scan.at = begin  # `not(a) and b` is an expression
        return nodes.Tests(self._tests(), negated=False)

    def _tests(self) -> tuple[nodes.Test, ...]:
        tests = [self._test()]
        while self.scan.take(","):
            tests.append(self._test())
        return tuple(tests)

    def _test(self) -> nodes.Test:
        for sign in _COMPARISONS:
            if self.scan.take(sign):
                return nodes.SignTest(sign, self._additive())
        outer, self.asked = self.asked, False
        parsed = self.expression()
        test = nodes.ValueTest(parsed, self.asked)
        self.asked = outer or self.asked
        return test

    # Expressions, loosest first.

    def expression(self) -> Node:
        self.deep += 1
        if self.deep > DEEPEST:
            raise Refused("", f"the expression is nested more than {DEEPEST} deep")
        closing, self.closing = self.closing, False
        parsed = self._or()
        self.closing = closing
        self.deep -= 1
        return parsed

    def _or(self) -> Node:
        left = self._and()
        while self.scan.take_word("or"):
            left = nodes.Or(left, self._and())
        return left

    def _and(self) -> Node:
        left = self._comparison()
        while self.scan.take_word("and"):
            left = nodes.And(left, self._comparison())
        return left

    def _comparison(self) -> Node:
        left = self._additive()
        while True:
            sign = next((sign for sign in _COMPARISONS if self.scan.take(sign)), None)
            if sign is not None:
                left = nodes.Comparison(sign, left, self._additive())
            elif self.scan.take_word("between"):
                low = self._additive()
                self.scan.need_word("and")
                left = nodes.Between(left, low, self._additive())
            elif self.scan.take_word("in"):
                left = nodes.In(left, self._in_tests())
            else:
                return left

    def _in_tests(self) -> tuple[nodes.Test, ...]:
        """What follows `in`: one test, or several in round brackets, which an interval may open."""
        begin = self.scan.at
        if self.scan.take("("):
            tests = self._tests()
            if self.scan.take(")"):
                return tests
            self.scan.at = begin
        for sign in _COMPARISONS:
            if self.scan.take(sign):
                return (nodes.SignTest(sign, self._additive()),)
        return (nodes.ValueTest(self._additive(), asks=False),)

    def _additive(self) -> Node:
        left = self._multiplicative()
        while True:
            if self.scan.take("+"):
                left = nodes.Arithmetic("+", left, self._multiplicative())
            elif self.scan.take("-"):
                left = nodes.Arithmetic("-", left, self._multiplicative())
            else:
                return left

    def _multiplicative(self) -> Node:
        left = self._power()
        while True:
            if not self.scan.sees("**") and self.scan.take("*"):
                left = nodes.Arithmetic("*", left, self._power())
            elif self.scan.take("/"):
                left = nodes.Arithmetic("/", left, self._power())
            else:
                return left

    def _power(self) -> Node:
        left = self._negative()
        while self.scan.take("**"):
            left = nodes.Arithmetic("**", left, self._negative())
        return left

    def _negative(self) -> Node:
        signs = 0
        while self.scan.take("-"):
            signs += 1
        if signs > DEEPEST:
            raise Refused("", "the expression has too many signs in a row")
        parsed = self._instance()
        for _ in range(signs):
            parsed = nodes.Negative(parsed)
        return parsed

    def _instance(self) -> Node:
        parsed = self._postfix()
        if self.scan.take_word("instance of"):
            return nodes.InstanceOf(parsed, take_kind(self.scan))
        return parsed

    def _postfix(self) -> Node:
        parsed = self._primary()
        for _ in range(DEEPEST):
            if self.scan.sees(".") and not self.scan.sees(".."):
                self.scan.take(".")
                parsed = nodes.Path(parsed, self._member())
            elif self.scan.sees("[") and not self.closing:
                self.scan.take("[")
                parsed = nodes.Filter(parsed, self._condition())
            elif self.scan.sees("(") and isinstance(parsed, _CALLED):
                self.scan.take("(")
                parsed = self._call(parsed)
            else:
                return parsed
        raise Refused("", "the expression has too many steps in a row")

    def _member(self) -> str:
        name = self.scan.longest(self.members)
        if name is not None:
            self.scan.take_word(name)
            return name
        name = self.scan.take_simple()
        if name is None:
            raise self.scan.failure("expected a name after the point")
        return name

    def _condition(self) -> Node:
        self.in_filter += 1
        self.names.append(self.members | {"item"})
        parsed = self.expression()
        self.names.pop()
        self.in_filter -= 1
        self.scan.need("]")
        return parsed

    def _call(self, function: Node) -> Node:
        if self.scan.take(")"):
            return nodes.Call(function, (), None)
        if self.scan.sees_named_argument():
            named: dict[str, Node] = {}
            while True:
                name = self.scan.take_argument_name()
                if name in named:
                    raise self.scan.failure(f"the argument {name!r} is given twice")
                named[name] = self.expression()
                if not self.scan.take(","):
                    break
            self.scan.need(")")
            return nodes.Call(function, (), tuple(named.items()))
        return nodes.Call(function, self._until(")"), None)

    def _until(self, bracket: str) -> tuple[Node, ...]:
        items = [self.expression()]
        while self.scan.take(","):
            items.append(self.expression())
        self.scan.need(bracket)
        return tuple(items)

    # What an expression begins with.

    def _primary(self) -> Node:
        scan = self.scan
        number = scan.take_number()
        if number is not None:
            try:
                return nodes.Literal(NUMBERS.create_decimal(number))
            except (InvalidOperation, Overflow):
                raise scan.failure("a number is too large") from None
        if scan.sees('"'):
            return nodes.Literal(scan.take_string())
        if scan.take("@"):
            if not scan.sees('"'):
                raise scan.failure("expected a string after @")
            return nodes.Literal(at_literal(scan.take_string()))
        if scan.take("("):
            return self._bracket("(")
        if scan.take("["):
            return self._list()
        if scan.take("]"):
            return self._bracket("]")
        if scan.take("{"):
            return self._context()
        return self._word()

    def _bracket(self, opening: str) -> Node:
        inner = self.expression()
        if self.scan.take(".."):
            return self._interval(inner, closed=False)
        if opening == "]":
            raise self.scan.failure("expected an interval")
        self.scan.need(")")
        return inner

    def _list(self) -> Node:
        if self.scan.take("]"):
            return nodes.ListOf(())
        first = self.expression()
        if self.scan.take(".."):
            return self._interval(first, closed=True)
        items = [first]
        while self.scan.take(","):
            items.append(self.expression())
        self.scan.need("]")
        return nodes.ListOf(tuple(items))

    def _interval(self, low: Node, *, closed: bool) -> Node:
        outer, self.closing = self.closing, True
        high = self._additive()
        self.closing = outer
        if self.scan.take("]"):
            return nodes.Interval(low, high, closed, True)
        if self.scan.take(")") or self.scan.take("["):
            return nodes.Interval(low, high, closed, False)
        raise self.scan.failure("expected the end of an interval")

    def _context(self) -> Node:
        entries: dict[str, Node] = {}
        self.names.append(set())
        while not self.scan.take("}"):
            if entries:
                self.scan.need(",")
            key = self.scan.take_key()
            if key in entries:
                raise self.scan.failure(f"the key {key!r} is there twice")
            entries[key] = self.expression()
            self.names[-1].add(key)
            self.members.add(key)
        self.names.pop()
        return nodes.ContextOf(tuple(entries.items()))

    def _word(self) -> Node:
        scan = self.scan
        name = scan.longest(name for scope in self.names for name in scope)
        begin = scan.at
        word = scan.take_simple()
        scan.at = begin
        if word in _KEYWORDS and (name is None or len(name) <= len(word)):
            scan.take_simple()
            return self._keyword(word)
        if name is not None:
            scan.take_word(name)
            if name == TESTED:
                self.asked = True
            return nodes.Name(name)
        if word is not None and self.in_filter:
            scan.take_simple()
            return nodes.Name(word)
        if word is not None:
            raise scan.failure(f"{word!r} is not a name known here")
        raise scan.failure("expected a value")

    def _keyword(self, word: str) -> Node:
        match word:
            case "null":
                return nodes.Literal(None)
            case "true" | "false":
                return nodes.Literal(word == "true")
            case "if":
                condition = self.expression()
                self.scan.need_word("then")
                then = self.expression()
                self.scan.need_word("else")
                return nodes.If(condition, then, self.expression())
            case "for":
                return self._going_through("return", None)
            case "some" | "every":
                return self._going_through("satisfies", word == "every")
            case "function":
                return self._function()
        raise self.scan.failure(f"{word!r} cannot stand here")

    def _going_through(self, keyword: str, every: bool | None) -> Node:
        each: list[nodes.Each] = []
        self.names.append(set())
        while not each or self.scan.take(","):
            name = self.scan.take_name_before_in()
            source = self.expression()
            last = self.expression() if self.scan.take("..") else None
            each.append(nodes.Each(name, source, last))
            self.names[-1].add(name)
        self.scan.need_word(keyword)
        if every is None:
            self.names[-1].add("partial")
        body = self.expression()
        self.names.pop()
        if every is None:
            return nodes.For(tuple(each), body)
        return nodes.Quantified(every, tuple(each), body)

    def _function(self) -> Node:
        self.scan.need("(")
        parameters: dict[str, str | None] = {}
        while not self.scan.take(")"):
            if parameters:
                self.scan.need(",")
            name = self.scan.take_parameter()
            if name in parameters:
                raise self.scan.failure(f"the parameter {name!r} is there twice")
            parameters[name] = self.scan.take_type_name() if self.scan.take(":") else None
        if self.scan.sees_word("external"):
            raise self.scan.failure("external functions are not run")
        self.names.append(set(parameters))
        body = self.expression()
        self.names.pop()
        return nodes.Lambda(tuple(parameters.items()), body)

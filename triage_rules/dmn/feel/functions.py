"""FEEL's built-in functions, all in one book; how arguments find their parameters."""

from dataclasses import dataclass

from triage_rules.dmn.feel import dates, lists, numerals, range_texts, ranges, texts
from triage_rules.dmn.feel.arguments import Nothing, Signature
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import Function, Value

# DMN gives these more arguments than are read, or other names for them.
_WITH_MORE = frozenset({"date and time", "matches", "replace", "sort", "string join"}).union(
    name for name, _, _ in ranges.FUNCTIONS
)


@dataclass(frozen=True)
class Builtin(Function):
    """A function of the language; it may have several signatures."""

    name: str
    signatures: tuple[Signature, ...]

    def call(self, by_place: tuple[Value, ...], by_name: dict[str, Value] | None) -> Value:
        for signature in self.signatures:
            arguments = signature.fit(by_place, by_name)
            if arguments is not None:
                try:
                    return signature.run(*arguments)
                except Nothing:
                    return None
                except Refused as refusal:
                    if refusal.where:
                        raise
                    raise Refused("", f"{self.name}(): {refusal.why}") from None
        if self.name in _WITH_MORE or self.signatures[0].gathers:
            raise Refused("", f"{self.name}() is not read with these arguments")
        return None  # DMN 1.5, 10.3.2.13.4: it has no such arguments


def _book() -> dict[str, Value]:
    found: dict[str, list[Signature]] = {}
    for part in (numerals, texts, lists, dates, ranges, range_texts):
        for name, parameters, run in part.FUNCTIONS:
            found.setdefault(name, []).append(Signature.of(parameters, run))
    return {name: Builtin(name, tuple(signatures)) for name, signatures in found.items()}


BUILTINS: dict[str, Value] = _book()

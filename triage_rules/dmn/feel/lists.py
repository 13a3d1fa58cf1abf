"""FEEL's functions of lists and contexts (DMN 1.5, 10.3.4.4, 10.3.4.6 and 10.3.4.11)."""

from collections.abc import Callable
from decimal import Decimal
from functools import cmp_to_key

from triage_rules.dmn.feel.arguments import Nothing, context, items, number, string, whole
from triage_rules.dmn.refused import Refused
from triage_rules.dmn.values import NUMBERS, Function, Value, both, either, equal, kind, less, truth


def _same(one: Value, other: Value) -> bool:
    return equal(one, other) is True


def _listed(values: Value) -> tuple[Value, ...]:
    """A list, or null for the function: it is null of null, taken for a list of one or not."""
    if values is None:
        raise Nothing
    return items(values)


def _numbers(values: Value) -> list[Decimal]:
    found = _listed(values)
    if not found:
        raise Refused("", "DMN does not agree with itself about an empty list")
    if not all(isinstance(value, Decimal) for value in found):
        raise Refused("", "the list holds something that is no number")
    return [number(value) for value in found]


def total(values: Value) -> Value:
    """The numbers' sum."""
    result = Decimal(0)
    for value in _numbers(values):
        result = NUMBERS.add(result, value)
    return result


def _mean(values: Value) -> Value:
    return NUMBERS.divide(number(total(values)), Decimal(len(items(values))))


def _product(values: Value) -> Value:
    result = Decimal(1)
    for value in _numbers(values):
        result = NUMBERS.multiply(result, value)
    return result


def _median(values: Value) -> Value:
    if _listed(values) == ():
        raise Nothing
    found = sorted(_numbers(values))
    middle = len(found) // 2
    if len(found) % 2:
        return found[middle]
    return NUMBERS.divide(NUMBERS.add(found[middle - 1], found[middle]), Decimal(2))


def _deviation(values: Value) -> Value:
    found = _numbers(values)
    if len(found) < 2:
        raise Nothing
    mean = number(_mean(values))
    squares = Decimal(0)
    for value in found:
        off = NUMBERS.subtract(value, mean)
        squares = NUMBERS.add(squares, NUMBERS.multiply(off, off))
    return NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(found) - 1)))


def _mode(values: Value) -> Value:
    if items(values) == ():
        return ()
    found = _numbers(values)
    most = max(found.count(value) for value in found)
    return tuple(sorted({value for value in found if found.count(value) == most}))


def furthest(values: Value, *, least: bool) -> Value:
    """The first or last of values of one ordered type; null of none."""
    found = _listed(values)
    if not found:
        raise Nothing
    best = found[0]
    for value in found:
        earlier = less(value, best) if least else less(best, value)
        if earlier is None:
            raise Refused("", "the list's values are not of one type with an order")
        best = value if earlier else best
    return best


def _place(values: tuple[Value, ...], position: Value) -> int:
    """The place from 0; refused outside the list."""
    place = whole(position, "the position")
    if place == 0 or abs(place) > len(values):
        raise Refused("", "the position lies outside the list")
    return place - 1 if place > 0 else len(values) + place


def _sublist(values: Value, start: Value, length: Value = None) -> Value:
    found = items(values)
    first = _place(found, start)
    if length is None:
        return found[first:]
    count = whole(length, "the length")
    if not 0 < count <= len(found) - first:
        raise Refused("", "the length goes beyond the list")
    return found[first : first + count]


def _insert(values: Value, position: Value, new: Value) -> Value:
    found = items(values)
    place = _place(found, position)
    return (*found[:place], new, *found[place:])


def _remove(values: Value, position: Value) -> Value:
    found = items(values)
    place = _place(found, position)
    return found[:place] + found[place + 1 :]


def _distinct(values: Value) -> tuple[Value, ...]:
    kept: list[Value] = []
    found = items(values)
    if len(found) > 2_000:
        raise Refused("", "the list is too long")
    for value in found:
        if not any(_same(value, other) for other in kept):
            kept.append(value)
    return tuple(kept)


def _repeated(values: Value) -> Value:
    found = items(values)
    if len(found) > 2_000:
        raise Refused("", "the list is too long")
    return _distinct(tuple(v for v in found if sum(_same(v, other) for other in found) > 1))


def _joined(lists: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(value for one in lists for value in items(one))


def _concatenated(given: Value) -> tuple[Value, ...]:
    found = items(given)
    if len(found) < 2 or not all(isinstance(one, tuple) for one in found):
        raise Refused("", "what is joined is not two lists or more")
    return _joined(found)


def _appended(given: Value) -> Value:
    found = items(given)
    if len(found) < 2 or not isinstance(found[0], tuple):
        raise Refused("", "what is appended to is no list")
    return found[0] + found[1:]


def _flat(values: Value) -> tuple[Value, ...]:
    return tuple(
        inner
        for value in items(values)
        for inner in (_flat(value) if isinstance(value, tuple) else (value,))
    )


def _index_of(values: Value, match: Value) -> Value:
    found = enumerate(items(values), 1)
    return tuple(Decimal(place) for place, value in found if _same(value, match))


def _sorted(values: Value, precedes: Value) -> Value:
    found = items(values)
    if not isinstance(precedes, Function):
        raise Nothing
    before = _order(precedes)

    def by(one: Value, other: Value) -> int:
        return -1 if before(one, other) else int(before(other, one))

    return tuple(sorted(found, key=cmp_to_key(by)))


def _order(function: Function) -> Callable[[Value, Value], bool]:
    def before(one: Value, other: Value) -> bool:
        answer = function.call((one, other), None)
        if not isinstance(answer, bool):
            raise Refused("", "the order does not answer true or false")
        return answer

    return before


def _all(values: Value) -> Value:
    return both([truth(value) for value in _truths(values)])


def _any(values: Value) -> Value:
    return either([truth(value) for value in _truths(values)])


def _truths(values: Value) -> tuple[Value, ...]:
    found = _listed(values)
    if not all(value is None or isinstance(value, bool) for value in found):
        raise Refused("", "the list holds something that is not true or false")
    return found


def _entries(value: Value) -> Value:
    return tuple({"key": key, "value": entry} for key, entry in context(value).items())


def _from_entries(entries: Value) -> Value:
    made: dict[str, Value] = {}
    for entry in items(entries):
        if not isinstance(entry, dict) or not {"key", "value"} <= entry.keys():
            raise Nothing
        key = entry["key"]
        if not isinstance(key, str) or key in made:
            raise Nothing
        made[key] = entry["value"]
    return made


def _put(value: Value, key: Value, new: Value) -> Value:
    """By place: at a key, or along a path of keys."""
    return _put_along(value, key, new) if isinstance(key, tuple) else _put_at(value, key, new)


def _put_at(value: Value, key: Value, new: Value) -> Value:
    if isinstance(key, tuple) and len(key) == 1:
        raise Refused("", "a list of one key is given for a key")
    return {**context(value), string(key): new}


def _put_along(value: Value, keys: Value, new: Value) -> Value:
    if not isinstance(keys, tuple) or not keys:
        raise Nothing
    held, key = context(value), string(keys[0])
    if len(keys) == 1:
        return {**held, key: new}
    if key not in held:
        raise Refused("", "the path of keys is not in the context")
    return {**held, key: _put_along(held[key], keys[1:], new)}


def _get(value: Value, key: Value) -> Value:
    if isinstance(key, tuple):
        raise Refused("", "a path of keys is not read")
    return context(value).get(string(key))


def _replaced(values: Value, where: Value, new: Value) -> Value:
    """By place: at a position, or wherever the function of an item and the new one says so."""
    if isinstance(where, Function):
        return _replaced_matches(values, where, new)
    return _replaced_at(values, where, new)


def _replaced_at(values: Value, position: Value, new: Value) -> Value:
    found, place = items(values), whole(position, "the position")
    if place == 0 or abs(place) > len(found):
        raise Nothing
    place = place - 1 if place > 0 else len(found) + place
    return (*found[:place], new, *found[place + 1 :])


def _replaced_matches(values: Value, match: Value, new: Value) -> Value:
    if not isinstance(match, Function):
        raise Nothing
    found = items(values)
    answers = [match.call((item, new), None) for item in found]
    if not all(isinstance(answer, bool) for answer in answers):
        raise Nothing
    return tuple(new if hit else item for item, hit in zip(found, answers, strict=True))


def _merged(contexts: Value) -> Value:
    made: dict[str, Value] = {}
    for one in items(contexts):
        made.update(context(one))
    return made


def _is(one: Value, other: Value) -> Value:
    if kind(one) != kind(other):
        return False
    if kind(one) not in ("null", "boolean", "number", "string", "date"):
        raise Refused("", f"two values of the type {kind(one)} are not asked to be the same")
    return equal(one, other)


FUNCTIONS: tuple[tuple[str, str, Callable[..., Value]], ...] = (
    ("list contains", "list, element", lambda v, e: any(_same(value, e) for value in items(v))),
    ("count", "list...", lambda values: Decimal(len(items(values)))),
    ("min", "list...", lambda values: furthest(values, least=True)),
    ("max", "list...", lambda values: furthest(values, least=False)),
    ("sum", "list...", total),
    ("mean", "list...", _mean),
    ("product", "list...", _product),
    ("median", "list...", _median),
    ("stddev", "list...", _deviation),
    ("mode", "list...", _mode),
    ("all", "list...", _all),
    ("any", "list...", _any),
    ("sublist", "list, start position, length?", _sublist),
    ("append", "list...", _appended),
    ("concatenate", "list...", _concatenated),
    ("union", "list...", lambda lists: _distinct(_concatenated(lists))),
    ("insert before", "list, position, newItem", _insert),
    ("remove", "list, position", _remove),
    ("reverse", "list", lambda values: items(values)[::-1]),
    ("index of", "list, match", _index_of),
    ("distinct values", "list", _distinct),
    ("duplicate values", "list", _repeated),
    ("flatten", "list", _flat),
    ("sort", "list, precedes", _sorted),
    ("get value", "m, key", _get),
    ("get entries", "m", _entries),
    ("context", "entries", _from_entries),
    ("context put", "context, key|keys, value", _put),  # no argument can be called so
    ("context put", "context, key, value", _put_at),
    ("context put", "context, keys, value", _put_along),
    ("list replace", "list, position|match, newItem", _replaced),
    ("list replace", "list, position, newItem", _replaced_at),
    ("list replace", "list, match, newItem", _replaced_matches),
    ("context merge", "contexts", _merged),
    ("is", "value1, value2", _is),
)

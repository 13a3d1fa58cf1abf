"""How long a visit takes: the base, what the patient's needs add, a cap, and the grid. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

GRID = 5


@dataclass(frozen=True)
class Length:
    """A length in minutes and the sum it came from.

    parts: (code, minutes) pairs: 'base', then one a need, then 'cap' or 'grid' if they changed
    the sum (negative for a cap that cut).
    """

    minutes: int
    parts: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class LengthQuestion:
    """What a policy is asked: the visit type's figures (minutes), the patient's needs (codes)."""

    visit_type_id: int
    base: int
    cap: int
    additions: Mapping[str, int]
    needs: frozenset[str]
    patient_id: int | None = None
    invitation_id: int | None = None


class LengthPolicy(Protocol):
    """Answers how long a contact should be; `wsgi` may pass a better one than the default."""

    def __call__(self, session: object, question: LengthQuestion) -> Length:
        """The length for this patient and visit type."""
        ...


class LengthsPolicy(Protocol):
    """The same for many at once, in their order and in a bounded number of questions."""

    def __call__(self, session: object, questions: Sequence[LengthQuestion]) -> list[Length]:
        """The length for each."""
        ...


def by_need(base: int, cap: int, additions: Mapping[str, int], needs: Iterable[str]) -> Length:
    """Base plus each need's addition once, capped, rounded up to five minutes within the cap.

    The cap itself is rounded down to the grid, but never below the base. Codes that add
    nothing to this visit type are left out of the sum.
    """
    parts = [("base", base)]
    parts += [(need, additions[need]) for need in sorted(set(needs)) if need in additions]
    total = sum(minutes for _, minutes in parts)
    highest = max(cap // GRID * GRID, -(-base // GRID) * GRID)
    rounded = -(-total // GRID) * GRID
    if rounded > highest:
        parts.append(("cap", highest - total))
        return Length(highest, tuple(parts))
    if rounded != total:
        parts.append(("grid", rounded - total))
    return Length(rounded, tuple(parts))


def default_policy(_session: object, question: LengthQuestion) -> Length:
    """The visit type's own figures and nothing else."""
    return by_need(question.base, question.cap, question.additions, question.needs)


def default_policies(session: object, questions: Sequence[LengthQuestion]) -> list[Length]:
    """The visit types' own figures and nothing else."""
    return [default_policy(session, question) for question in questions]

"""What was asked for when contacts were booked together, as kept with the sequence. Pure."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from booking.sequences.planning import Rule


@dataclass(frozen=True)
class Repeating:
    """One kind of contact, repeated. clinician_id: only with them; None for anyone able."""

    kind: ClassVar[str] = "repeating"
    visit_type_id: int
    form: str
    rule: Rule
    clinician_id: int | None = None


@dataclass(frozen=True)
class Step:
    """One contact of a combined day; gaps are minutes after the one before ended."""

    visit_type_id: int
    form: str
    clinician_id: int | None = None
    min_gap: int = 0
    max_gap: int = 60


@dataclass(frozen=True)
class Combined:
    """Several contacts in order, on the first local day from first to last that has room."""

    kind: ClassVar[str] = "combined"
    first: date
    last: date
    steps: tuple[Step, ...]

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """(least, most) minutes before each step."""
        return [(step.min_gap, step.max_gap) for step in self.steps]


Asked = Repeating | Combined


def as_json(asked: Asked) -> dict[str, object]:
    """What `from_json` reads again."""
    if isinstance(asked, Combined):
        return {
            "first": asked.first.isoformat(),
            "last": asked.last.isoformat(),
            "steps": [
                {
                    "visit_type": step.visit_type_id,
                    "form": step.form,
                    "clinician": step.clinician_id,
                    "gap": [step.min_gap, step.max_gap],
                }
                for step in asked.steps
            ],
        }
    rule = asked.rule
    return {
        "visit_type": asked.visit_type_id,
        "form": asked.form,
        "clinician": asked.clinician_id,
        "first": rule.first.isoformat(),
        "every": [rule.every, rule.unit],
        "weekdays": sorted(rule.weekdays),
        "clock": rule.clock.isoformat("minutes"),
        "count": rule.count,
        "until": rule.until.isoformat() if rule.until else None,
        "within": [rule.days_off, rule.minutes_off],
    }


def from_json(kind: str, kept: dict[str, Any]) -> Asked:
    """What was asked for, from what `as_json` wrote."""
    if kind == Combined.kind:
        steps = tuple(
            Step(one["visit_type"], one["form"], one["clinician"], *one["gap"])
            for one in kept["steps"]
        )
        return Combined(date.fromisoformat(kept["first"]), date.fromisoformat(kept["last"]), steps)
    every, unit = kept["every"]
    days_off, minutes_off = kept["within"]
    rule = Rule(
        date.fromisoformat(kept["first"]),
        every,
        unit,
        time.fromisoformat(kept["clock"]),
        frozenset(kept["weekdays"]),
        kept["count"],
        date.fromisoformat(kept["until"]) if kept["until"] else None,
        days_off,
        minutes_off,
    )
    return Repeating(kept["visit_type"], kept["form"], rule, kept["clinician"])

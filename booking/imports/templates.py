"""Importing week templates: when clinicians, rooms and equipment are open."""

from typing import Any

from booking.calendar import queries, week_templates
from booking.calendar.week_templates import Hours
from booking.imports import keys
from booking.imports.batch import Batch, Checked, Reading
from booking.imports.fields import ClockCell, DayCell
from booking.imports.names import Names
from booking.platform.forms import Choice, Number, Text
from booking.platform.identity import SYSTEM


def fields(reading: Reading) -> dict[str, Any]:
    """The fields a row may have. weekday: 1 Monday … 7 Sunday."""
    clock = reading.mapping.times
    days = reading.mapping.dates
    return {
        "resource": Text(required=True),
        "site": Text(),
        "weekday": Number(1, 7, required=True),
        "weeks": Choice(("any", "odd", "even"), load_default="any"),
        "start": ClockCell(clock, required=True),
        "end": ClockCell(clock, required=True),
        "valid_from": DayCell(days, required=True),
        "valid_to": DayCell(days),
    }


def load(batch: Batch) -> None:
    """Add new hours; where the source says others, these follow from their first day on."""
    session, clinic = batch.session, batch.clinic
    names = Names(batch)

    def hours(row: Checked) -> Hours:
        said = row.values
        resource = names.resource("resource", said["resource"])
        return Hours(
            site_id=names.site(said.get("site"), resource).id,
            weekday=said["weekday"] - 1,
            weeks=said["weeks"],
            start=said["start"],
            end=said["end"],
            valid_from=said["valid_from"],
            valid_to=said.get("valid_to"),
        )

    def create(row: Checked) -> int:
        resource = names.resource("resource", row.values["resource"])
        [added] = week_templates.add(session, SYSTEM, clinic, resource, [hours(row)])
        return added.id

    def change(row: Checked, row_id: int) -> int:
        held = queries.template_of(session, clinic.id, row_id)
        if held.resource_id != names.resource("resource", row.values["resource"]).id:
            week_templates.remove(session, SYSTEM, clinic, held)
            return create(row)
        changed = week_templates.change(session, SYSTEM, clinic, held, held.version, hours(row))
        return changed.id

    keys.load_by_key(batch, "template", create, change)

"""Importing history: what happened to earlier visits. It never takes time."""

from typing import Any

from flask_babel import lazy_gettext as _
from marshmallow import fields as cells
from sqlalchemy import insert, select

from booking.appointments.models import PastVisit
from booking.appointments.visit_types.forms import FORMS
from booking.imports import whose
from booking.imports.batch import Batch, Checked, Reading
from booking.imports.fields import DayCell, ImpersonalCell, MomentCell, YesNoCell
from booking.imports.mapping import Fact
from booking.platform.forms import Choice, Number
from booking.platform.localtime import local_date

OUTCOMES = ("fulfilled", "noshow", "cancelled", "unknown")
# Unless the mapping says otherwise: too short for a CPR number or a phone number.
LARGEST = 9_999_999

NO_DAY = _("Rækken har hverken dag eller tidspunkt.")
TO_COME = _("Besøget ligger i fremtiden. Det hører til de kommende tider.")
BOOKED_LATER = _("Bookingdagen ligger efter besøget.")


def fields(reading: Reading) -> dict[str, Any]:
    """The fields a row may have, and the facts the mapping names."""
    mapping = reading.mapping
    return {
        **whose.fields(),
        "day": DayCell(mapping.dates),
        "at": MomentCell(mapping.instants, reading.zone),
        "booked_on": DayCell(mapping.dates),
        "booked_at": MomentCell(mapping.instants, reading.zone),
        "outcome": Choice(OUTCOMES, required=True),
        "form": Choice(FORMS),
        "label": ImpersonalCell(),
        **{f"facts.{name}": _cell(fact) for name, fact in mapping.facts.items()},
    }


def load(batch: Batch) -> None:
    """Add what is not here yet; what is here is left alone."""
    session, source = batch.session, batch.mapping.source
    here = set(
        session.scalars(
            select(PastVisit.source_key).where(
                PastVisit.source == source,
                PastVisit.source_key.in_([row.key for row in batch.rows]),
            )
        )
    )
    rows = []
    for row in batch.rows:
        if row.key in here:
            batch.counts["unchanged"] += 1
        elif _dated(batch, row):
            rows.append(row)
    patients = whose.find(batch, rows)
    visits = [(row, _visit(batch, row, patients[row.number])) for row in rows
              if row.number in patients]  # fmt: skip
    loaded = batch.together(
        visits,
        lambda some: _insert(batch, [visit for _row, visit in some]),
        lambda pair: pair[0],
    )
    batch.audit("history", loaded)


def _dated(batch: Batch, row: Checked) -> bool:
    """Work out the row's days and compare them: days, since not all sources know the hour."""
    said, zone = row.values, batch.clinic.zone
    if "at" in said:
        said.setdefault("day", local_date(said["at"], zone))
    if "booked_at" in said:
        said.setdefault("booked_on", local_date(said["booked_at"], zone))
    if "day" not in said:
        batch.refuse(row, "day", NO_DAY)
    elif said["day"] > local_date(batch.session.now(), zone):
        batch.refuse(row, "day", TO_COME)
    elif said.get("booked_on", said["day"]) > said["day"]:
        batch.refuse(row, "booked_on", BOOKED_LATER)
    else:
        return True
    return False


def _visit(batch: Batch, row: Checked, patient_id: int) -> dict[str, Any]:
    said = row.values
    return {
        "clinic_id": batch.clinic.id,
        "patient_id": patient_id,
        "day": said["day"],
        "at": said.get("at"),
        "booked_on": said.get("booked_on"),
        "booked_at": said.get("booked_at"),
        "outcome": said["outcome"],
        "label": said.get("label", ""),
        "facts": {**said.get("facts", {}), **({"form": said["form"]} if "form" in said else {})},
        "source": batch.mapping.source,
        "source_key": row.key,
    }


def _insert(batch: Batch, visits: list[dict[str, Any]]) -> list[int]:
    """The patients of the visits inserted."""
    batch.session.execute(insert(PastVisit), visits)
    return [visit["patient_id"] for visit in visits]


def _cell(fact: Fact) -> cells.Field[Any]:
    if fact.kind == "yes_no":
        return YesNoCell()
    if fact.kind == "number":
        low = -LARGEST if fact.low is None else fact.low
        return Number(low, LARGEST if fact.high is None else fact.high)
    return ImpersonalCell(longest=1000)

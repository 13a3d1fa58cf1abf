"""Importing visit types: the kinds of contact, how long they take and what they need."""

from dataclasses import replace
from typing import Any

from booking.appointments.visit_types import service
from booking.appointments.visit_types.forms import FORMS, MODES
from booking.appointments.visit_types.models import VisitType
from booking.appointments.visit_types.service import Definition, Demand
from booking.imports import keys
from booking.imports.batch import Batch, Checked, Reading
from booking.imports.fields import ListCell, YesNoCell
from booking.imports.names import Names
from booking.people import needs
from booking.platform.errors import NotFound
from booking.platform.forms import Choice, Number, Text
from booking.platform.identity import SYSTEM

PLAIN = (
    "name", "name_en", "forms", "base_minutes", "cap_minutes", "grid_minutes", "buffer_before",
    "buffer_after", "mode", "closing_hours", "move_limit", "profession", "clinicians_needed",
    "group_capacity", "preparation", "preparation_en",
)  # fmt: skip


def fields(_reading: Reading) -> dict[str, Any]:
    """The fields a row may have. need_<code>: the minutes that need adds."""
    return {
        "name": Text(required=True),
        "name_en": Text(),
        "forms": ListCell(tuple(FORMS)),
        "base_minutes": Number(1, 600, required=True),
        "cap_minutes": Number(1, 600),
        "grid_minutes": Number(5, 120),
        "buffer_before": Number(0, 240),
        "buffer_after": Number(0, 240),
        "mode": Choice(MODES),
        "closing_hours": Number(0, 2000),
        "move_limit": Number(0, 100),
        "profession": Text(longest=30),
        "clinicians_needed": Number(1, 5),
        "group_capacity": Number(1, 200),
        "preparation": Text(longest=5000),
        "preparation_en": Text(longest=5000),
        "active": YesNoCell(),
        "clinicians": ListCell(),
        "rooms": ListCell(),
        "rooms_label": Text(longest=100, load_default="Rum"),
        **{f"need_{code}": Number(0, 240) for code in needs.CODES},
    }


def load(batch: Batch) -> None:
    """Add new visit types and change those the source says something new of.

    What a row leaves empty stays as it is here, or as a new visit type begins.
    """
    session, clinic = batch.session, batch.clinic
    names = Names(batch)

    def definition(row: Checked, held: Definition) -> Definition:
        said = row.values
        plain = {name: said[name] for name in PLAIN if name in said}
        if "cap_minutes" not in said:
            plain["cap_minutes"] = max(held.cap_minutes, said["base_minutes"])
        added = {c: said[f"need_{c}"] for c in needs.CODES if f"need_{c}" in said}
        plain["additions"] = {c: m for c, m in {**held.additions, **added}.items() if m}
        if "clinicians" in said:
            plain["clinician_ids"] = [
                names.resource("clinicians", one, "clinician").id for one in said["clinicians"]
            ]
        if "rooms" in said:
            options = [names.resource("rooms", o, "room", "equipment").id for o in said["rooms"]]
            others = [one for one in held.demands if one.label != said["rooms_label"]]
            plain["demands"] = [*others, Demand(said["rooms_label"], options)]
        return replace(held, **plain)

    def create(row: Checked) -> int:
        made = service.create(session, SYSTEM, clinic, definition(row, Definition("", 0, 0)))
        if row.values.get("active") is False:
            made.active = False
            session.flush()
        return made.id

    def change(row: Checked, row_id: int) -> int:
        held = session.get(VisitType, row_id)
        if held is None or held.clinic_id != clinic.id:
            raise NotFound
        service.edit(
            session,
            SYSTEM,
            clinic,
            held,
            held.version,
            definition(row, _definition(held)),
            active=row.values.get("active", held.active),
        )
        return row_id

    keys.load_by_key(batch, "visit_type", create, change)


def _definition(held: VisitType) -> Definition:
    plain = {name: getattr(held, name) for name in PLAIN if name != "forms"}
    return Definition(
        **plain,
        forms=held.form_list,
        additions={one.need: one.minutes for one in held.need_additions},
        clinician_ids=[clinician.id for clinician in held.clinicians],
        demands=[
            Demand(r.label, [option.id for option in r.options], r.every_form)
            for r in held.requirements
        ],
    )

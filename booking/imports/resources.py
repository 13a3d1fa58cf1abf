"""Importing clinicians, rooms and equipment."""

from dataclasses import replace
from typing import Any

from booking.calendar import queries, service
from booking.calendar.models import Resource
from booking.calendar.service import ResourceDetails
from booking.imports import keys
from booking.imports.batch import Batch, Checked, Reading, Refused
from booking.imports.fields import YesNoCell
from booking.imports.names import UNKNOWN, Names
from booking.platform.forms import Choice, Text
from booking.platform.identity import SYSTEM

PLAIN: tuple[str, ...] = ("name", "profession", "title", "title_en", "video_url")


def fields(_reading: Reading) -> dict[str, Any]:
    """The fields a row may have."""
    return {
        "kind": Choice(queries.KINDS, required=True),
        "name": Text(required=True),
        "profession": Text(longest=30),
        "title": Text(longest=100),
        "title_en": Text(longest=100),
        "site": Text(),
        "video_url": Text(longest=300),
        "active": YesNoCell(),
    }


def load(batch: Batch) -> None:
    """Add new resources and change those the source says something new of.

    What a row leaves empty stays as it is here; the member of staff behind a calendar is not
    the source's to say.
    """
    session, clinic = batch.session, batch.clinic
    names = Names(batch)

    def details(row: Checked, held: ResourceDetails | None = None) -> ResourceDetails:
        said = {name: row.values[name] for name in PLAIN if name in row.values}
        if "site" in row.values or (row.values["kind"] == "room" and held is None):
            said["site_id"] = names.site(row.values.get("site")).id
        return replace(held, **said) if held else ResourceDetails(**said)

    def create(row: Checked) -> int:
        added = service.add_resource(session, SYSTEM, clinic, row.values["kind"], details(row))
        if row.values.get("active") is False:
            added.active = False
            session.flush()
        return added.id

    def change(row: Checked, row_id: int) -> int:
        resource = queries.resource_of(session, clinic.id, row_id)
        if resource.kind != row.values["kind"]:
            raise Refused("kind", UNKNOWN)
        service.edit_resource(
            session,
            SYSTEM,
            clinic,
            resource,
            resource.version,
            details(row, _details(resource)),
            active=row.values.get("active", resource.active),
        )
        return row_id

    keys.load_by_key(batch, "resource", create, change)


def _details(resource: Resource) -> ResourceDetails:
    return ResourceDetails(
        name=resource.name,
        profession=resource.profession,
        title=resource.title,
        title_en=resource.title_en,
        site_id=resource.site_id,
        staff_id=resource.staff_id,
        video_url=resource.video_url,
    )

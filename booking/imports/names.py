"""What a row calls a clinic's own things: the source's key for them, or their name here."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy import select

from booking.appointments.visit_types.models import VisitType
from booking.calendar import queries
from booking.calendar.models import Resource, Site
from booking.imports import keys
from booking.imports.batch import Batch, Refused

UNKNOWN = _("Klinikken har intet i brug med den nøgle eller det navn.")
SEVERAL = _("Klinikken har flere med det navn. Brug kildens nøgle i stedet.")
NO_SITE = _("Klinikken har flere steder. Skriv, hvilket det er.")


class Names:
    """A clinic's sites, resources and visit types that are in use, found as a row names them."""

    def __init__(self, batch: Batch) -> None:
        """Reads them all: they are dozens."""
        session, clinic_id = batch.session, batch.clinic.id
        self._batch = batch
        self._sites = queries.sites_of(session, clinic_id)
        self._resources = queries.resources_of(session, clinic_id)
        self._visit_types = session.scalars(
            select(VisitType).where(VisitType.clinic_id == clinic_id, VisitType.active)
        ).all()
        self._resource_keys = self._keys("resource", self._resources)
        self._visit_type_keys = self._keys("visit_type", self._visit_types)

    def resource(self, field: str, name: str, *kinds: str) -> Resource:
        """A resource of one of these kinds; raises Refused."""
        able = [r for r in self._resources if not kinds or r.kind in kinds]
        found: Resource = self._one(field, name, able, self._resource_keys)
        return found

    def visit_type(self, field: str, name: str) -> VisitType:
        """A visit type; raises Refused."""
        found: VisitType = self._one(field, name, self._visit_types, self._visit_type_keys)
        return found

    def site(self, name: str | None, room: Resource | None = None) -> Site:
        """The site with this name; without one, the room's, else the clinic's only one."""
        if name:
            found: Site = self._one("site", name, self._sites, {})
            return found
        if room is not None and room.site is not None:
            return room.site
        if len(self._sites) != 1:
            raise Refused("site", NO_SITE)
        return self._sites[0]

    def _keys(self, kind: str, rows: Iterable[Any]) -> dict[str, int]:
        batch = self._batch
        ids = [row.id for row in rows]
        return keys.row_ids(batch.session, batch.mapping.source, kind, ids)

    def _one(self, field: str, name: str, rows: Iterable[Any], by_key: dict[str, int]) -> Any:
        wanted = by_key.get(keys.concealed(self._batch.session.vault, name))
        named = defaultdict(list)
        for row in rows:
            if row.id == wanted:
                return row
            named[row.name.casefold()].append(row)
        found = named[name.casefold()]
        if not found:
            raise Refused(field, UNKNOWN)
        if len(found) > 1:
            raise Refused(field, SEVERAL)
        return found[0]

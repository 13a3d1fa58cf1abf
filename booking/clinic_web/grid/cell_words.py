"""What the cells of a grid say.

A cell says what it is in text, whatever it looks like: the time, the patient, which clock of a
referral runs, the kind of contact, its form, how it stands and what the patient needs; or that the
time is free, being offered on, closed and why, held, another clinic's, or a group's.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.appointments.models import ACTIVE
from booking.appointments.wording import FORMS, STATUSES
from booking.clinic_web.grid.holes import Hole
from booking.clinic_web.grid.layout import QUARTER, Placed
from booking.clinic_web.grid.reading import Column, Shown, Shut
from booking.clinic_web.grid.ruler import Ruler
from booking.clinic_web.grid.taking import Taken
from booking.people.needs import named
from booking.platform.i18n import clock_time, time_span
from booking.platform.localtime import to_local


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, and how many rows it covers.

    kind: contact, group, held, elsewhere, closed, free, hole (free, and being offered on) or none
    (nothing: the empty part of an extra column). css: how a contact stands. title and about: its
    words. ident: its number in the page. href: what it opens, relative to the clinic's address.
    version: of a contact that may be moved, else 0. clinician_id: whose time it is, and whether the
    column is their `own`. clock: when it begins (HH:MM), where that is not its row's own time.
    mark, mark_kind: what the patient's referral clock says, and how it looks. now: it begins in
    the present quarter of today.
    """

    kind: str
    rows: int = 1
    title: str = ""
    about: str = ""
    css: str = ""
    ident: str = ""
    href: str = ""
    appointment_id: int = 0
    version: int = 0
    clinician_id: int = 0
    own: bool = True
    clock: str = ""
    mark: str = ""
    mark_kind: str = ""
    now: bool = False


class Words:
    """The words of one grid's cells."""

    def __init__(self, shown: Shown, zone: ZoneInfo) -> None:
        """Everything said more than once is translated once."""
        self._shown, self._zone = shown, zone
        self._forms = {code: str(text) for code, text in FORMS.items()}
        self._standing = {code: str(text) for code, text in STATUSES.items()}
        self._yes, self._no_answer = _("Bekræftet"), _("Ikke besvaret")
        self._needs = {
            codes: [str(need.name) for need in named(codes)] for codes in set(shown.needs.values())
        }
        self._closed, self._held, self._elsewhere = _("Lukket"), _("Holdes"), _("Optaget")
        self._elsewhere_about, self._held_about = (
            _("i en anden klinik"),
            _("af en, der er ved at booke"),
        )
        self._free = Cell("free", title=_("ledig"))
        self._holes: defaultdict[int, list[tuple[Hole, Cell]]] = defaultdict(list)
        for hole in shown.holes:
            self._holes[hole.resource_id].append((hole, Cell("hole", title=_hole(hole))))

    def free(self, column: Column, ruler: Ruler, minute: int) -> Cell:
        """A free quarter, from a minute of its column."""
        for hole, cell in self._holes.get(column.id, ()):
            span = ruler.span(hole.starts_at, hole.ends_at)
            if span is not None and span[0] < minute + QUARTER and minute < span[1]:
                return cell
        return self._free

    def taken(self, column: Column, one: Taken, place: Placed) -> Cell:
        """What takes some rows of a column."""
        rows = place.after - place.first
        if one.contact is not None:
            return self._contact(column, one, rows)
        if one.group is not None:
            group = one.group
            return Cell(
                "group",
                rows,
                self._span(group.starts_at, group.ends_at)
                + " "
                + _(
                    "Hold: %(taken)s af %(places)s pladser",
                    taken=group.taken,
                    places=group.capacity,
                ),
                self._shown.visit_types.get(group.visit_type_id, ""),
                ident=f"g{group.id}-{column.id}",
                href=f"hold/{group.id}",
            )
        title, about = (
            (self._held, self._held_about) if one.held else (self._elsewhere, self._elsewhere_about)
        )
        span = self._span(one.starts_at, one.ends_at)
        return Cell("held" if one.held else "elsewhere", rows, f"{span} {title}", about)

    def closed(self, column: Column, ruler: Ruler, span: tuple[int, int], rows: int) -> Cell:
        """Closed rows: from when to when, and why where the calendar says so."""
        reasons = [
            one.reason
            for one in self._shown.shut
            if one.reason and _is_for(one, column) and _meets(ruler, one, span)
        ]
        start, end = (clock_time(*ruler.at(minute)) for minute in span)
        title = f"{self._closed} {start}–{end}"
        return Cell("closed", rows, title, ", ".join(dict.fromkeys(reasons)))

    def _contact(self, column: Column, one: Taken, rows: int) -> Cell:
        contact = one.contact
        assert contact is not None
        css, standing = contact.status, self._standing[contact.status]
        if contact.status == "booked":
            answered = contact.participant != "needs-action"
            css = "kept" if answered else "asked"
            standing = self._yes if answered else self._no_answer
        about = [
            self._shown.visit_types.get(contact.visit_type_id, ""),
            self._forms[contact.form],
            standing,
            *self._needs.get(self._shown.needs.get(contact.patient_id, ()), ()),
        ]
        mark = self._shown.marks.get(contact.patient_id) if contact.status in ACTIVE else None
        own = column.id == contact.clinician_id
        row, begins = (to_local(at, self._zone) for at in (one.starts_at, contact.starts_at))
        row = row.replace(minute=row.minute // QUARTER * QUARTER)
        return Cell(
            "contact",
            rows,
            f"{self._span(contact.starts_at, contact.ends_at)} {contact.patient}",
            ", ".join(about),
            css,
            f"a{contact.id}" if own else f"a{contact.id}-{column.id}",
            f"tider/{contact.id}",
            contact.id,
            contact.version if contact.status == "booked" else 0,
            contact.clinician_id,
            own,
            f"{begins:%H:%M}" if begins != row else "",
            f"{mark.what}: {mark.text}" if mark else "",
            mark.kind if mark else "",
        )

    def _span(self, start: datetime, end: datetime) -> str:
        return time_span(start, end, self._zone)


def _is_for(shut: Shut, column: Column) -> bool:
    """True for a closure of the resource itself or of more than one."""
    return shut.resource_id in (None, column.id)


def _meets(ruler: Ruler, shut: Shut, span: tuple[int, int]) -> bool:
    """True if some of a closure lies in a stretch of the column."""
    taken = ruler.span(shut.starts_at, shut.ends_at)
    return taken is not None and taken[0] < span[1] and span[0] < taken[1]


def _hole(hole: Hole) -> str:
    if hole.listed:
        return _("Ledigt hul")
    if not hole.asked:
        return _("Ledig, tilbydes ventelisten")
    return ngettext(
        "Ledig, %(num)d på ventelisten er spurgt",
        "Ledig, %(num)d på ventelisten er spurgt",
        hole.asked,
    )

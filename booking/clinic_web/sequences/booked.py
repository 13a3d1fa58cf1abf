"""A sequence that is booked: its parts, and skipping, restoring, moving and ending them."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import listing, occasions
from booking.appointments.errors import TimeTaken
from booking.appointments.search import Slot, find
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.sequences import words
from booking.clinic_web.sequences.asking import clinicians_of
from booking.clinic_web.words import REASONS_OF_CLINIC, REASONS_OF_PATIENT
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Choice, Form, Text, Yes, read, rejected
from booking.platform.i18n import clock_time, language_code, long_day
from booking.platform.localtime import day_bounds, local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.sequences import queries, service
from booking.sequences.errors import OutOfOrder
from booking.sequences.models import ContactSequence, SequencePart
from booking.sequences.proposing import nearest_to, occasion_for

pages = Pages(
    "staff_sequences", __name__, url_prefix="/klinik/<int:clinic_id>/flere-tider/<int:sequence_id>"
)

REASONS = {**REASONS_OF_PATIENT, **REASONS_OF_CLINIC}
CHANNELS = ["phone", "desk"]
MINUTE = timedelta(minutes=1)


class WhyForm(Form):
    """Why times are given up, and how that was agreed."""

    reason = Choice(REASONS, required=True, error_messages={"required": _l("Vælg en grund.")})
    channel = Choice(CHANNELS, load_default="phone")


class TimeForm(Form):
    """Another time for one part; anyway: though the day's order is broken."""

    start = Text(longest=60, required=True, error_messages={"required": _l("Vælg en tid.")})
    channel = Choice(CHANNELS, load_default="phone")
    anyway = Yes()


@pages.get("", access=Access.STAFF)
def show(clinic_id: int, sequence_id: int) -> ResponseReturnValue:
    """Every part with what may be done to it."""
    clinic, sequence = _here(clinic_id, sequence_id)
    now = db().now()
    troubles = service.troubles_of(sequence)
    return render_template(
        "clinic/sequences/show.html",
        **_frame(clinic, sequence),
        says=words.rule_in_words(sequence),
        rows=[_row(part, clinic, troubles) for part in sequence.parts],
        forms=FORMS,
        may_end=sequence.status == "open"
        and any(
            part.appointment and part.appointment.starts_at > now
            for part in queries.still_booked(sequence)
        ),
        troubled=bool(troubles),
    )


@pages.get("/<int:part_id>/spring-over", access=Access.STAFF)
def skip_form(clinic_id: int, sequence_id: int, part_id: int) -> ResponseReturnValue:
    """Why one date is taken out."""
    clinic, sequence = _here(clinic_id, sequence_id)
    page = _why_page(clinic, sequence, queries.part_of(sequence, part_id))
    return render_template(
        "clinic/sequences/why.html", values={"channel": "phone"}, errors={}, **page
    )


@pages.post("/<int:part_id>/spring-over", access=Access.STAFF)
def skip(clinic_id: int, sequence_id: int, part_id: int) -> ResponseReturnValue:
    """Take one date out; its time is free at once."""
    clinic, sequence = _here(clinic_id, sequence_id)
    part = queries.part_of(sequence, part_id)
    try:
        typed = read(WhyForm())
        with refusals():
            service.skip(db(), me(), part, typed["reason"], typed["channel"])
    except InvalidInput as error:
        return rejected("clinic/sequences/why.html", error, **_why_page(clinic, sequence, part))
    except DomainError as error:
        return _refused(error, clinic_id, sequence_id)
    flash(_("Datoen er sprunget over, og tiden er givet fri."), "success")
    return _back(clinic_id, sequence_id)


@pages.post("/<int:part_id>/gendan", access=Access.STAFF)
def restore(clinic_id: int, sequence_id: int, part_id: int) -> ResponseReturnValue:
    """Book a date again: where it was, at the time chosen, or show the nearest."""
    clinic, sequence = _here(clinic_id, sequence_id)
    part = queries.part_of(sequence, part_id)
    slot = None
    if "start" in request.form:
        slot, _form = listing.parsed(db(), request.form["start"])
    try:
        with refusals():
            service.restore(db(), me(), part, slot)
    except TimeTaken:
        db().rollback()
        return _restore_page(clinic, sequence, part, taken=True), 409
    except DomainError as error:
        return _refused(error, clinic_id, sequence_id)
    flash(_("Datoen er booket igen."), "success")
    return _back(clinic_id, sequence_id)


@pages.get("/<int:part_id>/gendan", access=Access.STAFF)
def restore_form(clinic_id: int, sequence_id: int, part_id: int) -> ResponseReturnValue:
    """The times nearest to where a date was."""
    clinic, sequence = _here(clinic_id, sequence_id)
    return _restore_page(clinic, sequence, queries.part_of(sequence, part_id), taken=False)


@pages.get("/<int:part_id>/flyt", access=Access.STAFF)
def move_form(clinic_id: int, sequence_id: int, part_id: int) -> ResponseReturnValue:
    """The day's free times for one part of a combined day, each with what it does to the order."""
    clinic, sequence = _here(clinic_id, sequence_id)
    part = queries.part_of(sequence, part_id)
    return render_template(
        "clinic/sequences/times.html",
        values={"channel": "phone"},
        errors={},
        **_move_page(clinic, sequence, part),
    )


@pages.post("/<int:part_id>/flyt", access=Access.STAFF)
def move(clinic_id: int, sequence_id: int, part_id: int) -> ResponseReturnValue:
    """Move one part; a time that breaks the day's order needs a second yes."""
    clinic, sequence = _here(clinic_id, sequence_id)
    part = queries.part_of(sequence, part_id)
    try:
        typed = read(TimeForm())
        slot, _form = listing.parsed(db(), typed["start"])
        if part.appointment is not None:
            slot = _lasting(slot, part.appointment.minutes)
        with refusals():
            service.move(db(), me(), part, slot, typed["channel"], out_of_order=typed["anyway"])
    except OutOfOrder as error:
        db().rollback()
        page = _move_page(clinic, sequence, part)
        shown = render_template(
            "clinic/sequences/times.html",
            values=request.form,
            errors={"anyway": _troubles_in_words(error)},
            **page,
        )
        return shown, 409
    except InvalidInput as error:
        page = _move_page(clinic, sequence, part)
        return rejected("clinic/sequences/times.html", error, **page)
    except DomainError as error:
        return _refused(error, clinic_id, sequence_id)
    flash(_("Tiden er flyttet."), "success")
    return _back(clinic_id, sequence_id)


@pages.get("/aflys-resten", access=Access.STAFF)
def end_form(clinic_id: int, sequence_id: int) -> ResponseReturnValue:
    """Why the rest is given up."""
    clinic, sequence = _here(clinic_id, sequence_id)
    page = _why_page(clinic, sequence, None)
    return render_template(
        "clinic/sequences/why.html", values={"channel": "phone"}, errors={}, **page
    )


@pages.post("/aflys-resten", access=Access.STAFF)
def end(clinic_id: int, sequence_id: int) -> ResponseReturnValue:
    """Give up every time that has not begun."""
    clinic, sequence = _here(clinic_id, sequence_id)
    try:
        typed = read(WhyForm())
        with refusals():
            count = service.end(db(), me(), sequence, typed["reason"], typed["channel"])
    except InvalidInput as error:
        return rejected("clinic/sequences/why.html", error, **_why_page(clinic, sequence, None))
    except DomainError as error:
        return _refused(error, clinic_id, sequence_id)
    flash(_("Aflyst: %(count)s. Resten af tiderne er givet fri.", count=count), "success")
    return _back(clinic_id, sequence_id)


def _here(clinic_id: int, sequence_id: int) -> tuple[Clinic, ContactSequence]:
    clinic = clinic_here(clinic_id)
    sequence = queries.at_clinic(db(), clinic_id, sequence_id)
    looked_at(sequence.patient_id, clinic_id=clinic_id)
    return clinic, sequence


def _back(clinic_id: int, sequence_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", clinic_id=clinic_id, sequence_id=sequence_id), 303)


def _refused(error: DomainError, clinic_id: int, sequence_id: int) -> ResponseReturnValue:
    db().rollback()
    flash(in_words(error), "warning")
    return _back(clinic_id, sequence_id)


def _frame(clinic: Clinic, sequence: ContactSequence) -> dict[str, Any]:
    return {
        "clinic": clinic,
        "sequence": sequence,
        "patient": sequence.patient,
        "kind": words.KINDS[sequence.kind],
    }


def _row(part: SequencePart, clinic: Clinic, troubles: dict[int, Any]) -> dict[str, Any]:
    """One part for the page; `may`: what may be done to it now."""
    appointment, sequence = part.appointment, part.sequence
    text, kind, icon = words.STATUSES[part.status]
    ahead = appointment.starts_at > db().now() if appointment else True
    opened = sequence.status == "open" and ahead
    booked = part.status == "booked"
    return {
        "part": part,
        "appointment": appointment,
        "has_time": booked and appointment is not None,
        "status": {"text": text, "kind": kind, "icon": icon},
        "trouble": words.TROUBLES.get(troubles.get(part.position, "")),
        "may_skip": opened and booked,
        "may_restore": opened and not booked and appointment is not None,
        "may_choose": opened and not booked and appointment is None,
        "may_move": opened and booked and sequence.kind == "combined",
    }


def _why_page(
    clinic: Clinic, sequence: ContactSequence, part: SequencePart | None
) -> dict[str, Any]:
    return {
        **_frame(clinic, sequence),
        "part": part,
        "reasons": list(REASONS.items()),
        "when": part.appointment.starts_at if part and part.appointment else None,
    }


def _restore_page(
    clinic: Clinic, sequence: ContactSequence, part: SequencePart, *, taken: bool
) -> str:
    occasion = occasion_for(db(), me(), sequence.course, part.visit_type_id, part.form)
    had = part.appointment
    if had is not None:
        slot = Slot(had.starts_at, had.ends_at, had.clinician_id, had.site_id)
    else:
        start = day_bounds(part.planned_on, clinic.zone)[0]
        slot = Slot(start, start, part.clinician_id or 0, 0)
    near = nearest_to(db(), occasion, _lasting(slot, occasion.length.minutes))
    return render_template(
        "clinic/sequences/times.html",
        **_frame(clinic, sequence),
        part=part,
        heading=_("Book datoen igen"),
        lead=_("Tiden er taget af en anden. Her er de nærmeste ledige.") if taken else "",
        action=url_for(".restore", clinic_id=clinic.id, sequence_id=sequence.id, part_id=part.id),
        day=_as_day(_("Ledige tider"), near, clinic, part, whole=True),
        may_anyway=False,
        values={},
        errors={},
    )


def _move_page(clinic: Clinic, sequence: ContactSequence, part: SequencePart) -> dict[str, Any]:
    day = part.planned_on
    near: list[Slot] = []
    if part.status == "booked" and part.appointment is not None:
        day = local_date(part.appointment.starts_at, clinic.zone)
        occasion = occasions.for_move(db(), me(), part.appointment)
        free = find(db(), occasion.wish(day, day)).slots()
        near = listing.once_each(free, part.appointment.clinician_id)
    return {
        **_frame(clinic, sequence),
        "part": part,
        "heading": _("Flyt %(what)s", what=part.visit_type.title(language_code())),
        "lead": "",
        "action": url_for(".move", clinic_id=clinic.id, sequence_id=sequence.id, part_id=part.id),
        "day": _as_day(long_day(day), near, clinic, part, whole=False),
        "may_anyway": True,
    }


def _as_day(
    legend: str, slots: Iterable[Slot], clinic: Clinic, part: SequencePart, *, whole: bool
) -> dict[str, Any]:
    """Times as `day_times` of macros/times.html wants them; those that break an order marked."""
    names = {number: one.name for number, one in clinicians_of(clinic).items()}
    times = []
    for slot in slots:
        found = service.troubles_of(part.sequence, {part.id: slot}) if not whole else {}
        day = f"{long_day(local_date(slot.start, clinic.zone))}, " if whole else ""
        marks = dict.fromkeys(str(words.TROUBLES[what]) for what in found.values())
        times.append(
            {
                "value": listing.value_of(slot, part.form),
                "clock": clock_time(slot.start, clinic.zone),
                "about": f"{day}{names.get(slot.clinician_id, '')}",
                "mark": ". ".join(marks),
            }
        )
    return {"id": "times", "legend": legend, "parts": [{"heading": "", "times": times}]}


def _lasting(slot: Slot, minutes: int) -> Slot:
    return Slot(slot.start, slot.start + MINUTE * minutes, slot.clinician_id, slot.site_id)


def _troubles_in_words(error: OutOfOrder) -> str:
    troubles: Any = error.context["troubles"]
    told = ". ".join(
        _("Nr. %(number)s: %(trouble)s", number=number, trouble=words.TROUBLES[what])
        for number, what in troubles.items()
    )
    return _("%(told)s. Sæt kryds, hvis den skal flyttes alligevel.", told=told)

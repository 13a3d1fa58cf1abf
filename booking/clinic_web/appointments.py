"""One appointment: its facts, its time's sum, its history, and what staff may do to it."""

from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from booking.appointments import queries, service
from booking.appointments.errors import CannotUndo
from booking.appointments.models import Allocation, Appointment, AppointmentChange
from booking.appointments.occasions import closes_at
from booking.appointments.refit import too_short
from booking.appointments.undo import last_act, undo, wants_reason
from booking.appointments.wording import FORMS, length_sum
from booking.calendar.models import Clinic
from booking.clinic_web import words
from booking.clinic_web.day import TEXTS
from booking.clinic_web.day_rows import actions_for
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.grid.obstacles import obstacles_of
from booking.clinic_web.referrals.pressing import marks
from booking.clinic_web.refusals import in_words, refusals
from booking.people.needs import named
from booking.people.queries import needs_of
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Choice, Form, read, rejected
from booking.platform.i18n import language_code, moment
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from booking.platform.web import rettid
from booking.referrals.letters import confirmation_letter

pages = Pages("staff_appointments", __name__, url_prefix="/klinik/<int:clinic_id>/tider")

CHANNELS = ["phone", "desk"]
REASONS = {**words.REASONS_OF_PATIENT, **words.REASONS_OF_CLINIC}


class RestoreForm(Form):
    """Why the old place lies after a deadline, where that is not known already."""

    late = Choice(words.LATE_REASONS)


class KeepForm(Form):
    """How the patient said yes."""

    channel = Choice(CHANNELS, load_default="phone")


class CancelForm(Form):
    """Why, and whether the patient is to have another time."""

    reason = Choice(REASONS, required=True, error_messages={"required": _l("Vælg en grund.")})
    new_time = Choice(
        ["yes", "no"],
        required=True,
        error_messages={"required": _l("Vælg, om patienten skal have en ny tid.")},
    )
    channel = Choice(CHANNELS, load_default="phone")
    words = FreeText(longest=500, load_default="")


@pages.get("/<int:appointment_id>", access=Access.STAFF)
def show(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """The appointment's page."""
    clinic, appointment = _here(clinic_id, appointment_id)
    cancelled = _cancelled_today(appointment)
    return render_template(
        "clinic/appointments/show.html",
        **_page_of(clinic, appointment),
        facts_shown=_facts(clinic, appointment),
        history=_history(clinic, appointment),
        needs=named(needs_of(db(), appointment.patient_id)),
        needed=too_short(db(), [appointment]).get(appointment.id),
        actions=actions_for(appointment, db().now()),
        texts=TEXTS,
        may_keep=appointment.status == "booked"
        and appointment.participant == "needs-action"
        and appointment.starts_at > db().now(),
        may_confirm=words.may_confirm(appointment, db().now()),
        may_restore=cancelled is not None,
        late_options=list(words.LATE_REASONS.items())
        if cancelled is not None and wants_reason(db(), cancelled)
        else [],
    )


@pages.post("/<int:appointment_id>/fortryd-aflysning", access=Access.STAFF)
def restore(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """Take a cancellation back that staff made today: the same place is booked again."""
    clinic, appointment = _here(clinic_id, appointment_id)
    try:
        late = read(RestoreForm()).get("late")
        with refusals():
            change = _cancelled_today(appointment)
            if change is None:
                raise CannotUndo
            again = undo(db(), me(), change, late_reason=late)
    except DomainError as error:
        db().rollback()
        why = " ".join(one.text for one in obstacles_of(error, clinic.zone))
        flash(_("Aflysningen kan ikke fortrydes. %(why)s", why=why), "warning")
        return _back(clinic_id, appointment_id)
    flash(_("Aflysningen er fortrudt. Tiden er booket igen."), "success")
    return _back(clinic_id, again.id)


@pages.post("/<int:appointment_id>/behold", access=Access.STAFF)
def keep(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """The patient has said yes to a provisional time, by telephone or here."""
    _clinic, appointment = _here(clinic_id, appointment_id)
    try:
        typed = read(KeepForm())
        with refusals():
            service.keep(db(), me(), appointment, typed["channel"])
        flash(_("Tiden er bekræftet på patientens vegne."), "success")
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    return _back(clinic_id, appointment_id)


@pages.post("/<int:appointment_id>/brev.pdf", access=Access.STAFF)
def letter(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """The letter that confirms the time, as PDF."""
    _clinic, appointment = _here(clinic_id, appointment_id)
    config = rettid().config
    try:
        pdf = confirmation_letter(
            db(),
            me(),
            appointment,
            public_url=config.public_url,
            corrections=config.instance / "rights.toml",
        )
    except DomainError:
        db().rollback()
        flash(_standing_now(appointment), "warning")
        return _back(clinic_id, appointment_id)
    return send_file(
        BytesIO(pdf), mimetype="application/pdf", as_attachment=False, download_name="brev.pdf"
    )


@pages.get("/<int:appointment_id>/afbud", access=Access.STAFF)
def cancel_form(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """Why the time is given up, and what then."""
    clinic, appointment = _here(clinic_id, appointment_id)
    if not appointment.active:
        flash(_standing_now(appointment), "warning")
        return _back(clinic_id, appointment_id)
    return render_template(
        "clinic/appointments/cancel.html",
        values={"channel": "phone"},
        errors={},
        **_page_of(clinic, appointment),
    )


@pages.post("/<int:appointment_id>/afbud", access=Access.STAFF)
def cancel(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    """Give the time up; it is free at once."""
    clinic, appointment = _here(clinic_id, appointment_id)
    try:
        typed = read(CancelForm())
        with refusals():
            service.cancel(
                db(),
                me(),
                appointment,
                typed["reason"],
                typed["channel"],
                wants_new=typed["new_time"] == "yes",
                words=typed["words"],
            )
    except InvalidInput as error:
        return rejected("clinic/appointments/cancel.html", error, **_page_of(clinic, appointment))
    except DomainError:
        db().rollback()
        flash(_standing_now(appointment), "warning")
        return _back(clinic_id, appointment_id)
    if typed["new_time"] == "yes":
        flash(_("Tiden er aflyst. Find en ny tid nu, eller tag den fra arbejdslisten."), "success")
    else:
        flash(_("Tiden er aflyst. Patienten får ingen ny tid."), "success")
    return _back(clinic_id, appointment_id)


def _here(clinic_id: int, appointment_id: int) -> tuple[Clinic, Appointment]:
    clinic = clinic_here(clinic_id)
    appointment = queries.at_clinic(db(), clinic_id, appointment_id)
    looked_at(appointment.patient_id, clinic_id=clinic_id)
    return clinic, appointment


def _cancelled_today(appointment: Appointment) -> AppointmentChange | None:
    """The cancellation that can be taken back, if there is one."""
    change = last_act(db(), me(), appointment)
    return change if change is not None and change.what == "cancelled" else None


def _back(clinic_id: int, appointment_id: int) -> ResponseReturnValue:
    return redirect(url_for(".show", clinic_id=clinic_id, appointment_id=appointment_id), 303)


def _standing_now(appointment: Appointment) -> str:
    return _(
        "Intet er ændret: tiden står nu som %(status)s.",
        status=words.standing(appointment).text,
    )


def _page_of(clinic: Clinic, appointment: Appointment) -> dict[str, Any]:
    return {
        "clinic": clinic,
        "appointment": appointment,
        "patient": appointment.patient,
        "when": moment(appointment.starts_at, clinic.zone),
        "standing": words.standing(appointment),
        "mark": marks(db(), clinic.id, [appointment.patient_id]).get(appointment.patient_id),
        "reasons": list(REASONS.items()),
        "day": local_date(appointment.starts_at, clinic.zone).isoformat(),
    }


def _facts(clinic: Clinic, appointment: Appointment) -> list[dict[str, Any]]:
    invitation, course = appointment.invitation, appointment.course
    takes = _takes(appointment)
    seen = [take.resource.name for take in takes if take.resource.kind == "clinician"]
    rooms = [take.resource.name for take in takes if take.resource.kind != "clinician"]
    booked = dict.fromkeys(seen or [appointment.clinician.name])
    address = {
        "term": _("Sted"),
        "detail": f"{appointment.site.name}, {appointment.site.address}",
    }
    return [
        {"term": _("Kontakttype"), "detail": appointment.visit_type.title(language_code())},
        {"term": _("Formål"), "detail": invitation.purpose if invitation else ""},
        {"term": _("Form"), "detail": FORMS[appointment.form]},
        {
            "term": _("Længde"),
            "detail": length_sum(
                appointment.minutes, [tuple(part) for part in appointment.minutes_reason]
            ),
        },
        {"term": _("Hos"), "detail": ", ".join(booked)},
        {"term": _("Rum og udstyr"), "detail": ", ".join(rooms)},
        address if appointment.form == "in_person" else {"term": "", "detail": ""},
        {
            "term": _("Videorum"),
            "detail": appointment.clinician.video_url if appointment.form == "video" else "",
        },
        {"term": _("Forløb"), "detail": course.title if course else ""},
        {
            "term": _("Ansvarlig behandler"),
            "detail": course.responsible.name if course and course.responsible else "",
        },
        {"term": _("Flyttet af patienten"), "detail": _times_moved(appointment)},
        {
            "term": _("Patienten kan flytte indtil"),
            "detail": moment(closes_at(appointment), clinic.zone)
            if appointment.status == "booked"
            else "",
        },
    ]


def _times_moved(appointment: Appointment) -> str:
    if not appointment.moves:
        return ""
    return _(
        "%(moves)s af højst %(limit)s gange",
        moves=appointment.moves,
        limit=appointment.visit_type.move_limit,
    )


def _takes(appointment: Appointment) -> list[Allocation]:
    """What the contact takes; a place in a group takes what the group does."""
    if appointment.group_session_id is None:
        return list(appointment.allocations)
    return list(
        db().scalars(
            select(Allocation).where(Allocation.group_session_id == appointment.group_session_id)
        )
    )


def _history(clinic: Clinic, appointment: Appointment) -> list[dict[str, str]]:
    """What was done, in words: when, what, by whom, how and why."""
    found = []
    for one in queries.history(db(), appointment):
        by = " ".join(part for part in (one.actor_name, words.channel(one.channel)) if part)
        details = [by]
        if one.what in ("booked", "moved") and one.to_start:
            details.append(_("til %(when)s", when=moment(one.to_start, clinic.zone)))
        if one.from_start:
            details.append(_("fra %(when)s", when=moment(one.from_start, clinic.zone)))
        details += [part for part in (words.reason(one.reason), one.words) if part]
        found.append(
            {
                "when": moment(one.at, clinic.zone),
                "text": words.change(one),
                "detail": " · ".join(details),
                "state": "done",
            }
        )
    return found

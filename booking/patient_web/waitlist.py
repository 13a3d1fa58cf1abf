"""The patient's side of the waitlist: a wish for an earlier time, and answering an offer."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from booking.appointments.errors import PatientBusy, WrongState
from booking.appointments.models import Appointment
from booking.calendar.service import today
from booking.patient_web.frame import domain_words, for_whom, my_appointment, my_ids, refused
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput
from booking.platform.forms import read, rejected
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, me
from booking.waitlist import answering, queries, service
from booking.waitlist.errors import CannotWait, OfferOver
from booking.waitlist.models import Offer
from booking.waitlist.schemas import WishForm, shown, wishes
from booking.waitlist.wording import choices_for

pages = Pages("patient_waitlist", __name__)

FORM, OFFER = "patient/earlier.html", "patient/offer.html"


@pages.get("/tid/<int:appointment_id>/tidligere", access=Access.PATIENT)
def form(appointment_id: int) -> ResponseReturnValue:
    """What would suit: everything is ticked, so that one press is enough."""
    appointment = my_appointment(appointment_id)
    try:
        service.check(db(), appointment)
    except CannotWait as error:
        return refused(error, appointment.clinic, appointment)
    entry = service.waiting_entry(db(), appointment)
    values = shown(entry, appointment.form, today(db(), appointment.clinic))
    return render_template(FORM, **_about(appointment), values=values, errors={})


@pages.post("/tid/<int:appointment_id>/tidligere", access=Access.PATIENT)
def wish(appointment_id: int) -> ResponseReturnValue:
    """Stand on the list, or stand there with other wishes."""
    appointment = my_appointment(appointment_id)
    try:
        typed = wishes(read(WishForm()), appointment, today(db(), appointment.clinic))
        with domain_words():
            service.wish(db(), me(), appointment, typed)
            db().flush()
    except InvalidInput as error:
        return rejected(FORM, error, **_about(appointment))
    except (CannotWait, ChangedMeanwhile) as error:
        return refused(error, appointment.clinic, appointment)
    flash(_("Du får besked, hvis en tidligere tid bliver ledig. Din tid gælder stadig."), "success")
    return redirect(url_for("patient_visit.visit", appointment_id=appointment_id), 303)


@pages.post("/tid/<int:appointment_id>/tidligere/nej", access=Access.PATIENT)
def unwish(appointment_id: int) -> ResponseReturnValue:
    """No longer on the list; twice is harmless."""
    appointment = my_appointment(appointment_id)
    entry = service.waiting_entry(db(), appointment)
    if entry is not None:
        service.withdraw(db(), me(), entry)
    flash(_("Du får ikke længere besked om tidligere tider."), "success")
    return redirect(url_for("patient_visit.visit", appointment_id=appointment_id), 303)


@pages.get("/tilbud/<int:offer_id>", access=Access.PATIENT)
def offer(offer_id: int) -> ResponseReturnValue:
    """The freed time, until when, and what the patient has now."""
    found = _mine(offer_id)
    return render_template(OFFER, **_about_offer(found))


@pages.post("/tilbud/<int:offer_id>/ja", access=Access.PATIENT)
def accept(offer_id: int) -> ResponseReturnValue:
    """Take it: the first has it."""
    found = _mine(offer_id)
    clinic, own = found.freed_time.clinic, found.entry.appointment
    try:
        with domain_words():
            appointment = answering.accept(db(), me(), found)
            db().flush()
    except (OfferOver, PatientBusy, WrongState, ChangedMeanwhile) as error:
        return refused(error, clinic, own)
    return redirect(url_for("patient_visit.receipt", appointment_id=appointment.id), 303)


@pages.post("/tilbud/<int:offer_id>/nej", access=Access.PATIENT)
def decline(offer_id: int) -> ResponseReturnValue:
    """No thanks; what the patient has stays, and so does their place on the list."""
    found = _mine(offer_id)
    answering.decline(db(), me(), found)
    flash(_("Tak for svaret. Tiden går videre, og du beholder, hvad du har."), "success")
    return redirect(url_for("patient_home.home"), 303)


def visit_card(session: Session, _actor: Actor, appointment: Appointment) -> Markup | None:
    """On one's own time: that one may wish for an earlier, or does so already."""
    try:
        service.check(session, appointment)
    except CannotWait:
        return None
    entry = service.waiting_entry(session, appointment)
    return _card("patient/earlier_card.html", appointment=appointment, entry=entry)


def home_card(session: Session, _actor: Actor, person: Patient) -> Markup | None:
    """Above the times: what the person is offered now."""
    offers = queries.open_offers_to(session, person.id)
    return (
        _card("patient/offer_card.html", offers=offers, name=for_whom(person)) if offers else None
    )


def _card(template: str, **values: object) -> Markup:
    return Markup(render_template(template, **values))  # noqa: S704  (a template escapes)


def _mine(offer_id: int) -> Offer:
    return queries.offer_of_patients(db(), my_ids(), offer_id)


def _about(appointment: Appointment) -> dict[str, object]:
    return {
        "appointment": appointment,
        "clinic": appointment.clinic,
        "name": for_whom(appointment.patient),
        "waiting": service.waiting_entry(db(), appointment) is not None,
        "choices": choices_for(appointment.visit_type.form_list),
    }


def _about_offer(found: Offer) -> dict[str, object]:
    standing = found.status == "open" and found.expires_at > db().now()
    own = found.entry.appointment
    return {
        "offer": found,
        "clinic": found.freed_time.clinic,
        "name": for_whom(found.patient),
        "standing": standing,
        "waits": found.entry.status == "waiting",
        "own": own if own and own.status == "booked" else None,
        "visit_type": found.entry.visit_type,
    }

"""Who a clinic's messages come from: beginning to send, changing it, and stopping."""

import re
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import refusals
from booking.platform.errors import ChangedMeanwhile, DomainError, InvalidInput, NotFound
from booking.platform.forms import Choice, Form, Number, Phone, Text, Yes, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from booking.platform.phone import readable
from reminders.clinic_web import wordings
from reminders.clinic_web.frame import MESSAGES
from reminders.planning import unplanned
from reminders.planning.queries import planned_at
from reminders.policies import queries, service
from reminders.policies.models import MessageSender
from reminders.policies.service import SenderDetails
from reminders.texts import lints
from reminders.texts.segments import in_gsm

pages = Pages("staff_message_sender", __name__, url_prefix=f"{MESSAGES}/afsender")
FORM, STOP = "messages/sender.html", "messages/stop.html"
NAME_LENGTH, PLACE_LENGTH = 11, 25
# What the operators let through as a name: at most 11 of these, and a letter among them.
NAME = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &+_-]+")


class SenderForm(Form):
    """Who messages come from. version: 0 where nobody has said before."""

    kind = Choice(
        ("number", "name"),
        required=True,
        error_messages={
            "required": cast(str, _l("Vælg, om de kommer fra et nummer eller et navn."))
        },
    )
    number = Phone(load_default="")
    name = Text(longest=NAME_LENGTH, load_default="")
    place = Text(longest=PLACE_LENGTH, required=True)
    may_link = Yes()
    a_minute = Number(1, 60_000, required=True)
    version = Number(0, required=True)


@pages.get("", access=Access.SECRETARY)
def form(clinic_id: int) -> ResponseReturnValue:
    """The form, empty where the clinic does not send messages yet."""
    clinic = _office(clinic_id)
    sender = queries.sender_of(db(), clinic_id)
    return render_template(FORM, values=_values(sender), errors={}, clinic=clinic, sender=sender)


@pages.post("", access=Access.SECRETARY)
def save(clinic_id: int) -> ResponseReturnValue:
    """Save it. The first time the clinic begins to send, and sees what waits to be planned."""
    clinic = _office(clinic_id)
    sender = queries.sender_of(db(), clinic_id)
    begins = sender is None
    try:
        with refusals():
            typed = read(SenderForm())
            details = _details(typed)
            if typed["version"] != (sender.version if sender else 0):
                raise ChangedMeanwhile
            saved = service.send_from(db(), me(), clinic, details)
    except DomainError as error:
        return rejected(FORM, error, row=sender, clinic=clinic, sender=sender)
    if not begins:
        flash(_("Afsenderen er gemt."), "success")
        faults = wordings.faulty(clinic, saved)
        if faults:
            texts = ", ".join(faults)
            flash(
                _("Nogle tekster passer ikke længere. Ret dem: %(texts)s.", texts=texts), "warning"
            )
        return redirect(url_for("staff_messages.overview", clinic_id=clinic_id), 303)
    unplanned.put_before_staff(db(), clinic)
    flash(
        _("Klinikken sender nu beskeder. Se reglerne og teksterne igennem, og ret dem."), "success"
    )
    return redirect(url_for("staff_messages.unplanned_form", clinic_id=clinic_id), 303)


@pages.get("/hold-op", access=Access.SECRETARY)
def stop_form(clinic_id: int) -> ResponseReturnValue:
    """What stopping means, before it is done."""
    clinic = _office(clinic_id)
    sender = queries.sender_of(db(), clinic_id)
    if sender is None:
        raise NotFound
    planned = planned_at(db(), clinic_id)
    return render_template(STOP, clinic=clinic, sender=sender, planned=planned)


@pages.post("/hold-op", access=Access.SECRETARY)
def stop(clinic_id: int) -> ResponseReturnValue:
    """Send nothing more."""
    clinic = _office(clinic_id)
    if queries.sender_of(db(), clinic_id) is not None:
        service.stop_sending(db(), me(), clinic)
    flash(_("Klinikken sender ikke flere beskeder. Regler og tekster er gemt."), "success")
    return redirect(url_for("staff_messages.overview", clinic_id=clinic_id), 303)


def _office(clinic_id: int) -> Clinic:
    return clinic_here(clinic_id, Role.SECRETARY, Role.LEADER)


def _details(typed: dict[str, Any]) -> SenderDetails:
    """What was typed; raises InvalidInput where the parts do not make a sender together."""
    wrong = {}
    sender = typed[typed["kind"]]
    if not sender:
        wrong[typed["kind"]] = _("Udfyld feltet.")
    elif typed["kind"] == "name" and not NAME.fullmatch(sender):
        wrong["name"] = _("Brug kun bogstaverne A til Z, tal og mellemrum, og mindst ét bogstav.")
    revealing = lints.shipped().found_in(typed["place"])
    others = "".join(dict.fromkeys(one for one in typed["place"] if not in_gsm(one)))
    if revealing:
        wrong["place"] = _(
            "Navnet kan røbe en sygdom: %(words)s. Skriv for eksempel sygehusets navn.",
            words=", ".join(revealing),
        )
    elif others:
        wrong["place"] = _(
            "Tegnet %(characters)s gør alle beskeder længere. Skriv det uden.", characters=others
        )
    if wrong:
        raise InvalidInput(wrong)
    return SenderDetails(
        typed["kind"], sender, typed["place"], typed["may_link"], typed["a_minute"]
    )


def _values(sender: MessageSender | None) -> dict[str, Any]:
    if sender is None:
        return {"kind": "number", "a_minute": SenderDetails.a_minute, "version": 0}
    return {
        "kind": sender.kind,
        "number": readable(sender.sender) if sender.may_reply else "",
        "name": "" if sender.may_reply else sender.sender,
        "place": sender.place,
        "may_link": sender.may_link,
        "a_minute": sender.a_minute,
        "version": sender.version,
    }

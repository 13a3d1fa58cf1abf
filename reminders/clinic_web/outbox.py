"""The outbox: a day's messages and what became of each; and one message with all its attempts."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Day, Form, Number, read
from booking.platform.localtime import day_bounds, local_date
from booking.platform.pages import Access, Pages, db, looked_at, me
from reminders.clinic_web import delivery_words, words
from reminders.clinic_web.frame import MESSAGES
from reminders.delivery import contents, retry
from reminders.messages import queries
from reminders.messages.models import Message
from reminders.messages.queries import A_PAGE, STANDINGS, Sought
from reminders.policies import queries as policies
from reminders.policies.steps import CHANNELS

pages = Pages(
    "staff_outbox", __name__, url_prefix=f"{MESSAGES}/udbakke", template_folder="templates"
)
TABS = (MenuEntry("staff_outbox.show", _l("Udbakke")),)
NOT_REACHED = "ikke-naaet"


class DayForm(Form):
    """Which day's messages, and which of them."""

    dag = Day(load_default=None)
    tilstand = Choice(STANDINGS, load_default="")
    slags = Choice(words.KINDS, load_default="")
    kanal = Choice(CHANNELS, load_default="")
    side = Number(1, 100_000, load_default=1)


class AgainForm(Form):
    """By which channel to try once more, and the page to come back to."""

    channel = Choice(
        CHANNELS,
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvordan den skal sendes."))},
    )
    fra = Choice((NOT_REACHED,), load_default="")


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """A day's messages by when they are due, a page at a time."""
    clinic = clinic_here(clinic_id)
    try:
        typed, errors, status = read(DayForm(), "query"), {}, 200
    except InvalidInput as error:
        typed, errors, status = DayForm().load({}), error.fields, 422
    day = typed["dag"] or today(db(), clinic)
    sought = Sought(
        clinic_id, *day_bounds(day, clinic.zone), typed["tilstand"], typed["slags"], typed["kanal"]
    )
    counts = queries.by_state(db(), sought)
    total = counts[sought.state] if sought.state else counts.total()
    last = max(1, -(-total // A_PAGE))
    page = min(typed["side"], last)
    messages = queries.outbox(db(), sought, page)
    looked_at(*{one.patient_id for one in messages}, clinic_id=clinic_id)
    chosen: dict[str, Any] = {
        "tilstand": sought.state or None,
        "slags": sought.kind or None,
        "kanal": sought.channel or None,
    }
    html = render_template(
        "messages/outbox.html",
        clinic=clinic,
        day=day,
        today=today(db(), clinic),
        messages=messages,
        total=counts.total(),
        counts=[
            (one, delivery_words.STANDINGS[one], counts[one], _link(clinic, day, chosen, one))
            for one in STANDINGS
            if counts[one]
        ],
        all_href=_link(clinic, day, chosen, None),
        state=sought.state,
        values={**chosen, "dag": day.isoformat()},
        errors=errors,
        kinds=list(words.KINDS.items()),
        channels=[(one, words.channel(one)) for one in CHANNELS],
        filtered=any(chosen.values()),
        page=page,
        pages=last,
        href_for=lambda number: url_for(
            ".show", clinic_id=clinic_id, dag=day.isoformat(), side=number, **chosen
        ),
        previous=_link(clinic, day - timedelta(days=1), chosen, sought.state),
        following=_link(clinic, day + timedelta(days=1), chosen, sought.state),
        to_today=_link(clinic, today(db(), clinic), chosen, sought.state),
        words=words,
        said=delivery_words,
    )
    return html, status


@pages.get("/<int:message_id>", access=Access.STAFF)
def one(clinic_id: int, message_id: int) -> ResponseReturnValue:
    """One message: what it says, every attempt, and what happens next."""
    clinic = clinic_here(clinic_id)
    message = queries.message_of(db(), clinic_id, message_id)
    looked_at(message.patient_id, clinic_id=clinic_id)
    return render_template("messages/message.html", **_page_of(clinic, message), errors={})


@pages.post("/<int:message_id>/igen", access=Access.STAFF)
def again(clinic_id: int, message_id: int) -> ResponseReturnValue:
    """Plan a message that reached nobody once more, by the channel somebody chose."""
    clinic = clinic_here(clinic_id)
    message = queries.message_of(db(), clinic_id, message_id)
    looked_at(message.patient_id, clinic_id=clinic_id)
    there = url_for(".one", clinic_id=clinic_id, message_id=message_id)
    try:
        typed = read(AgainForm())
    except InvalidInput as error:
        return render_template(
            "messages/message.html", **_page_of(clinic, message), errors=error.fields
        ), 422
    if typed["fra"] == NOT_REACHED:
        there = url_for("staff_not_reached.show", clinic_id=clinic_id)
    try:
        with refusals():
            retry.try_again(db(), me(), message, typed["channel"])
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "error")
    else:
        flash(
            _("Beskeden er planlagt igen: %(channel)s.", channel=words.CHANNELS[typed["channel"]]),
            "success",
        )
    return redirect(there, 303)


def _page_of(clinic: Clinic, message: Message) -> dict[str, Any]:
    ways = retry.ways(db(), message)
    return {
        "clinic": clinic,
        "message": message,
        "will_say": _will_say(message) if message.state == "planned" else None,
        "wording": message.wording_version.wording,
        "ways": [(one, words.channel(one)) for one in ways],
        "values": {"channel": ways[0]} if ways else {},
        "of_use": db().now() <= message.not_after,
        "day": local_date(message.due_at, clinic.zone).isoformat(),
        "words": words,
        "said": delivery_words,
    }


def _will_say(message: Message) -> tuple[str, str] | None:
    """Subject and text of a planned message, by the facts as they are now; None where the clinic
    has no sender.
    """
    sender = policies.sender_of(db(), message.clinic_id)
    if sender is None:
        return None
    _language, subject, body = contents.written(db(), message, sender)
    return subject, body


def _link(clinic: Clinic, day: date, chosen: Mapping[str, Any], state: str | None) -> str:
    wanted = {**chosen, "tilstand": state or None}
    return url_for(".show", clinic_id=clinic.id, dag=day.isoformat(), **wanted)

"""The print queue: letters to print and post, the most urgent first, and those not to be posted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import OFFICE, clinic_here
from booking.platform.errors import InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Form, Ids, Yes, read
from booking.platform.pages import Access, Pages, db, looked_at, me
from reminders.channels.letters import print_together
from reminders.clinic_web import delivery_words, words
from reminders.clinic_web.frame import MESSAGES
from reminders.delivery import posting
from reminders.messages import queries
from reminders.messages.models import MessageAttempt
from reminders.planning.planner import in_time

pages = Pages(
    "staff_letters", __name__, url_prefix=f"{MESSAGES}/breve", template_folder="templates"
)
TABS = (MenuEntry("staff_letters.show", _l("Breve")),)
# So many at a time are printed together in some seconds.
MOST = 200
PAGE, TWICE = "messages/letters.html", "messages/letters_twice.html"


class LettersForm(Form):
    """Which letters. again: whoever asks knows that some were printed before."""

    letters = Ids()
    again = Yes()


@dataclass(frozen=True)
class Row:
    """A letter in the queue. latest: the last local day it should be posted. late: posted now, it
    does not arrive in time. why_not: a code.
    """

    letter: MessageAttempt
    latest: date
    late: bool
    why_not: str


@pages.get("", access=Access.STAFF)
def show(clinic_id: int) -> ResponseReturnValue:
    """What is to be printed, what is printed and not yet posted, and what is not to be."""
    return render_template(PAGE, **_page_of(clinic_here(clinic_id)), errors={})


@pages.post("/pdf", access=Access.SECRETARY)
def pdf(clinic_id: int) -> ResponseReturnValue:
    """The chosen letters in one PDF; asks first where some of them were printed before."""
    clinic = clinic_here(clinic_id, *OFFICE)
    typed = read(LettersForm())
    letters = _still_so(queries.letters_of(db(), clinic_id, typed["letters"]))
    if not letters:
        return _nothing_chosen(clinic)
    before = [one for one in letters if one.looked_at is not None]
    looked_at(*{one.message.patient_id for one in letters}, clinic_id=clinic_id)
    if before and not typed["again"]:
        return render_template(TWICE, clinic=clinic, letters=letters, before=before), 409
    now = db().now()
    made = print_together(letters, now)
    posting.printed(db(), me(), letters)
    name = f"breve-{today(db(), clinic):%Y-%m-%d}.pdf"
    return Response(
        made,
        mimetype="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@pages.post("/sendt", access=Access.SECRETARY)
def posted(clinic_id: int) -> ResponseReturnValue:
    """The chosen letters are in the post. One that was never printed cannot be."""
    clinic = clinic_here(clinic_id, *OFFICE)
    letters = _still_so(queries.letters_of(db(), clinic_id, read(LettersForm())["letters"]))
    sent = [one for one in letters if one.looked_at is not None]
    if not letters:
        return _nothing_chosen(clinic)
    posting.posted(db(), me(), sent)
    if sent:
        text = ngettext(
            "%(num)d brev er lagt i posten.", "%(num)d breve er lagt i posten.", len(sent)
        )
        flash(text, "success")
    rest = len(letters) - len(sent)
    if rest:
        text = ngettext(
            "%(num)d brev er ikke printet endnu og bliver i køen.",
            "%(num)d breve er ikke printet endnu og bliver i køen.",
            rest,
        )
        flash(text, "warning")
    return redirect(url_for(".show", clinic_id=clinic_id), 303)


@pages.post("/ud", access=Access.SECRETARY)
def take_out(clinic_id: int) -> ResponseReturnValue:
    """Someone has seen which letters are not to be posted: they leave the queue."""
    clinic_here(clinic_id, *OFFICE)
    chosen = queries.letters_of(db(), clinic_id, read(LettersForm())["letters"])
    gone = [one for one in chosen if posting.out_of_date(db(), one.message)]
    posting.take_out(db(), me(), gone)
    text = ngettext(
        "%(num)d brev er taget ud af køen.", "%(num)d breve er taget ud af køen.", len(gone)
    )
    flash(text, "success")
    return redirect(url_for(".show", clinic_id=clinic_id), 303)


def _page_of(clinic: Clinic) -> dict[str, Any]:
    waiting = queries.letters_waiting(db(), clinic.id, MOST + 1)
    rows = [
        Row(
            one,
            posting.latest_posting(one.message, clinic),
            not in_time("letter", db().now(), one.message.not_after),
            posting.out_of_date(db(), one.message),
        )
        for one in waiting[:MOST]
    ]
    looked_at(*{row.letter.message.patient_id for row in rows}, clinic_id=clinic.id)
    good = [row for row in rows if not row.why_not]
    return {
        "clinic": clinic,
        "most": MOST if len(waiting) > MOST else 0,
        "today": today(db(), clinic),
        "to_print": [row for row in good if row.letter.looked_at is None],
        "to_post": [row for row in good if row.letter.looked_at is not None],
        "not_to_post": [row for row in rows if row.why_not],
        "writes": bool(me().roles.get(clinic.id, frozenset()) & OFFICE),
        "words": words,
        "said": delivery_words,
    }


def _still_so(letters: Sequence[MessageAttempt]) -> list[MessageAttempt]:
    """Those that should still be posted; the page tells of the others."""
    return [one for one in letters if not posting.out_of_date(db(), one.message)]


def _nothing_chosen(clinic: Clinic) -> ResponseReturnValue:
    error = InvalidInput({"letters": _("Vælg mindst ét brev, der stadig skal sendes.")})
    return render_template(PAGE, **_page_of(clinic), errors=error.fields), 422

"""What the clinic sets up for referrals: criteria, standard texts, how far back it looks."""

from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from werkzeug.wrappers import Response

from booking.calendar.models import Clinic
from booking.calendar.schemas import Version
from booking.clinic_web.refusals import in_words, refusals
from booking.clinic_web.setup.clinics import SETUP, office
from booking.people.schemas import FreeText
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.forms import Choice, Form, Number, Text, Yes, read, rejected
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, me
from booking.referrals import queries, setup
from booking.referrals.setup import CriterionDetails, TextDetails
from booking.referrals.wording import TEXT_KINDS

pages = Pages("staff_referral_setup", __name__, url_prefix=f"{SETUP}/henvisninger")
LONGEST_TEXT = 4000


def _asked(text: LazyString) -> dict[str, Any]:
    return {"required": True, "error_messages": {"required": cast(str, text)}}


class CriterionForm(Form):
    """One criterion."""

    text = Text(longest=300, **_asked(_l("Skriv kriteriet.")))
    missing_text = FreeText(longest=LONGEST_TEXT, load_default="")
    required = Yes()
    active = Yes()


class TextForm(Form):
    """One standard text."""

    kind = Choice(TEXT_KINDS, required=True)
    title = Text(longest=100, **_asked(_l("Skriv overskriften.")))
    body = FreeText(longest=LONGEST_TEXT, **_asked(_l("Skriv teksten.")))


class KindForm(Form):
    """Which kind of text to begin with."""

    kind = Choice(TEXT_KINDS, load_default="missing")


class MonthsForm(Form):
    """Within how many months the same problem is a re-referral."""

    version = Version()
    months = Number(setup.SHORTEST, setup.LONGEST, **_asked(_l("Skriv antallet af måneder.")))


def card(session: Session, _actor: Actor, clinic: Clinic) -> Markup:
    """The way here from the set-up overview."""
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "clinic/setup/referrals_card.html",
            clinic=clinic,
            criteria=len(queries.criteria(session, clinic.id)),
        )
    )


@pages.get("", access=Access.SECRETARY)
def everything(clinic_id: int) -> ResponseReturnValue:
    """Criteria in their order, those out of use last; the texts; how far back it looks."""
    clinic = office(clinic_id)
    values = {"version": clinic.version, "months": clinic.re_referral_months}
    return render_template(
        "clinic/setup/referrals.html", values=values, errors={}, **_page_of(clinic)
    )


@pages.post("/gentagen", access=Access.SECRETARY)
def look_back(clinic_id: int) -> ResponseReturnValue:
    """Keep within how many months the same problem is a re-referral."""
    clinic = office(clinic_id)
    try:
        typed = read(MonthsForm())
        setup.look_back(db(), me(), clinic, typed["version"], typed["months"])
    except DomainError as error:
        return rejected("clinic/setup/referrals.html", error, row=clinic, **_page_of(clinic))
    flash(_("Det er gemt."), "success")
    return _back(clinic_id)


@pages.get("/kriterier/ny", access=Access.SECRETARY)
def new_criterion_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a criterion."""
    office(clinic_id)
    return render_template(
        "clinic/setup/criterion.html", values={"required": True}, errors={}, criterion=None
    )


@pages.post("/kriterier/ny", access=Access.SECRETARY)
def new_criterion(clinic_id: int) -> ResponseReturnValue:
    """Add a criterion, after the others."""
    clinic = office(clinic_id)
    try:
        setup.add_criterion(db(), me(), clinic, _criterion(read(CriterionForm())))
    except DomainError as error:
        return rejected("clinic/setup/criterion.html", error, criterion=None)
    flash(_("Kriteriet er oprettet."), "success")
    return _back(clinic_id)


@pages.get("/kriterier/<int:criterion_id>", access=Access.SECRETARY)
def criterion_form(clinic_id: int, criterion_id: int) -> ResponseReturnValue:
    """The form for a criterion that is there."""
    office(clinic_id)
    one = queries.criterion_of(db(), clinic_id, criterion_id)
    names = ("text", "missing_text", "required", "active")
    values = {name: getattr(one, name) for name in names}
    return render_template("clinic/setup/criterion.html", values=values, errors={}, criterion=one)


@pages.post("/kriterier/<int:criterion_id>", access=Access.SECRETARY)
def save_criterion(clinic_id: int, criterion_id: int) -> ResponseReturnValue:
    """Save a criterion."""
    office(clinic_id)
    one = queries.criterion_of(db(), clinic_id, criterion_id)
    try:
        typed = read(CriterionForm())
        setup.edit_criterion(db(), me(), one, _criterion(typed), active=typed["active"])
    except DomainError as error:
        return rejected("clinic/setup/criterion.html", error, criterion=one)
    flash(_("Kriteriet er gemt."), "success")
    return _back(clinic_id)


@pages.post("/kriterier/<int:criterion_id>/op", access=Access.SECRETARY)
def move_up(clinic_id: int, criterion_id: int) -> ResponseReturnValue:
    """Ask for a criterion one place earlier."""
    office(clinic_id)
    setup.move_up(db(), me(), queries.criterion_of(db(), clinic_id, criterion_id))
    return _back(clinic_id)


@pages.get("/tekster/ny", access=Access.SECRETARY)
def new_text_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a standard text."""
    office(clinic_id)
    values = read(KindForm(), "query")
    return render_template(
        "clinic/setup/standard_text.html", values=values, errors={}, text=None, kinds=TEXT_KINDS
    )


@pages.post("/tekster/ny", access=Access.SECRETARY)
def new_text(clinic_id: int) -> ResponseReturnValue:
    """Add a standard text."""
    clinic = office(clinic_id)
    try:
        with refusals():
            setup.add_text(db(), me(), clinic, TextDetails(**read(TextForm())))
    except DomainError as error:
        return rejected("clinic/setup/standard_text.html", error, text=None, kinds=TEXT_KINDS)
    flash(_("Teksten er oprettet."), "success")
    return _back(clinic_id)


@pages.get("/tekster/<int:text_id>", access=Access.SECRETARY)
def text_form(clinic_id: int, text_id: int) -> ResponseReturnValue:
    """The form for a standard text that is there."""
    office(clinic_id)
    one = queries.text_of(db(), clinic_id, text_id)
    values = {name: getattr(one, name) for name in ("kind", "title", "body")}
    return render_template(
        "clinic/setup/standard_text.html", values=values, errors={}, text=one, kinds=TEXT_KINDS
    )


@pages.post("/tekster/<int:text_id>", access=Access.SECRETARY)
def save_text(clinic_id: int, text_id: int) -> ResponseReturnValue:
    """Save a standard text."""
    office(clinic_id)
    one = queries.text_of(db(), clinic_id, text_id)
    try:
        with refusals():
            setup.edit_text(db(), me(), one, TextDetails(**read(TextForm())))
    except DomainError as error:
        return rejected("clinic/setup/standard_text.html", error, text=one, kinds=TEXT_KINDS)
    flash(_("Teksten er gemt."), "success")
    return _back(clinic_id)


@pages.post("/tekster/<int:text_id>/slet", access=Access.SECRETARY)
def remove_text(clinic_id: int, text_id: int) -> ResponseReturnValue:
    """Take a standard text out of use."""
    office(clinic_id)
    one = queries.text_of(db(), clinic_id, text_id)
    try:
        with refusals():
            setup.remove_text(db(), me(), one)
        flash(_("Teksten er slettet. Det, der er sendt med den, står stadig."), "success")
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    return _back(clinic_id)


def _criterion(typed: dict[str, Any]) -> CriterionDetails:
    return CriterionDetails(typed["text"], typed["missing_text"], typed["required"])


def _page_of(clinic: Clinic) -> dict[str, Any]:
    everything = queries.criteria(db(), clinic.id, active=None)
    return {
        "clinic": clinic,
        "criteria": sorted(everything, key=lambda one: not one.active),
        "texts": [
            (kind, name, queries.texts(db(), clinic.id, kind)) for kind, name in TEXT_KINDS.items()
        ],
    }


def _back(clinic_id: int) -> Response:
    return redirect(url_for("staff_referral_setup.everything", clinic_id=clinic_id), 303)

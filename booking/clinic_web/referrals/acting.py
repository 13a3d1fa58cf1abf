"""What staff do to a referral: check, triage, ask, send back, note, explain; and its letter."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import CombinedMultiDict

from booking.appointments.invitations.service import live_appointment
from booking.appointments.wording import FORMS
from booking.clinic_web.choices import responsible_of, visit_type_of
from booking.clinic_web.referrals.one import begun_with, page_of, referral_here
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Choice, Day, Form, Id, Ids, read
from booking.platform.i18n import long_day, moment
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid
from booking.referrals import correcting, queries, sending, service
from booking.referrals.models import Referral
from booking.referrals.service import MILESTONES, Triage
from booking.referrals.wording import CLOCKS, DELAYS, TRACKS, URGENCIES

pages = Pages(
    "staff_referral_acts",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/henvisninger/<int:referral_id>",
)
LONGEST = 4000


class CheckForm(Form):
    """The criteria that are met; the others are not."""

    met = Ids()


class TriageForm(Form):
    """What the clinic decides; the criteria stand in the same form."""

    met = Ids()
    track = Choice(TRACKS, load_default="")
    visit_type = Id(required=True, error_messages={"required": _l("Vælg en kontakttype.")})
    form = Choice(FORMS, required=True, error_messages={"required": _l("Vælg en form.")})
    urgency = Choice(
        URGENCIES, required=True, error_messages={"required": _l("Vælg, hvor meget det haster.")}
    )
    responsible = Id()


class AskedForm(Form):
    """What is missing."""

    asked = FreeText(
        longest=LONGEST, required=True, error_messages={"required": _l("Skriv, hvad der mangler.")}
    )


class AnsweredForm(Form):
    """What came."""

    answered = FreeText(longest=LONGEST, load_default="")


class AdviceForm(Form):
    """What the sender may do instead."""

    advice = FreeText(
        longest=LONGEST, required=True, error_messages={"required": _l("Skriv rådet.")}
    )


class PlanForm(Form):
    """The written plan."""

    plan = FreeText(
        longest=LONGEST, required=True, error_messages={"required": _l("Skriv planen.")}
    )


class NoteForm(Form):
    """What happened, and on which day."""

    kind = Choice(MILESTONES, required=True)
    day = Day(required=True)


class TakeBackForm(Form):
    """Which of what was noted is to be taken back, and why."""

    event = Id(required=True)
    because = FreeText(longest=500, required=True)


class DelayForm(Form):
    """Why a clock is not met."""

    clock = Choice(CLOCKS, required=True)
    reason = Choice(DELAYS, required=True)
    why = FreeText(longest=500, load_default="")


class WithdrawForm(Form):
    """Who took it back, and why."""

    withdrawn = FreeText(longest=500, required=True)


@pages.post("/kriterier", access=Access.STAFF)
def check(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Keep which criteria are met."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        _keep_criteria(referral, typed["met"])

    return _carry_out(clinic_id, referral_id, CheckForm(), do, _("Kriterierne er gemt."))


@pages.post("/visiter", access=Access.STAFF)
def triage(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Take it in; a time is reserved at once where one is free."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        _keep_criteria(referral, typed["met"])
        decided = Triage(
            visit_type_of(db(), clinic_id, typed["visit_type"]),
            typed["form"],
            typed["urgency"],
            responsible_of(db(), referral.clinic, typed),
            typed["track"],
        )
        corrections = rettid().config.instance / "rights.toml"
        made = service.triage(db(), me(), referral, decided, corrections=corrections)
        reserved = live_appointment(db(), made)
        if reserved is None:
            last = long_day(made.window_to)
            told = _("Ingen ledig tid senest %(day)s. Den står på arbejdslisten.", day=last)
            flash(told, "warning")
        else:
            when = moment(reserved.starts_at, referral.clinic.zone)
            flash(_("Tiden %(when)s er reserveret. Lav nu brevet.", when=when), "success")

    return _carry_out(clinic_id, referral_id, TriageForm(), do, "")


@pages.post("/mangler", access=Access.STAFF)
def ask(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Ask the sender for what is missing."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        service.ask_missing(db(), me(), referral, typed["asked"])

    told = _("Det er noteret, hvad der mangler. Fristerne løber videre.")
    return _carry_out(clinic_id, referral_id, AskedForm(), do, told)


@pages.post("/svar", access=Access.STAFF)
def answered(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """What was missing came."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        service.missing_answered(db(), me(), referral, typed["answered"])

    return _carry_out(clinic_id, referral_id, AnsweredForm(), do, _("Oplysningerne er modtaget."))


@pages.post("/raad", access=Access.STAFF)
def send_back(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Send it back with advice."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        service.return_with_advice(db(), me(), referral, typed["advice"])

    told = _("Henvisningen er sendt tilbage med råd, og fristerne er stoppet.")
    return _carry_out(clinic_id, referral_id, AdviceForm(), do, told)


@pages.post("/plan", access=Access.STAFF)
def plan(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Write the plan for the work-up."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        service.write_plan(db(), me(), referral, typed["plan"])

    return _carry_out(clinic_id, referral_id, PlanForm(), do, _("Planen er gemt."))


@pages.post("/noter", access=Access.STAFF)
def note(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Note what happened on a day."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        service.note(db(), me(), referral, typed["kind"], typed["day"])

    return _carry_out(clinic_id, referral_id, NoteForm(), do, _("Det er noteret."))


@pages.post("/fortryd", access=Access.STAFF)
def take_back(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Take back what was noted by mistake."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        correcting.take_back(db(), me(), referral, typed["event"], typed["because"])

    told = _("Noteringen er taget tilbage, og fristerne er regnet om.")
    return _carry_out(clinic_id, referral_id, TakeBackForm(), do, told)


@pages.post("/grund", access=Access.STAFF)
def explain(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """Say why a clock is not met."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        service.explain(db(), me(), referral, typed["clock"], typed["reason"], typed["why"])

    return _carry_out(clinic_id, referral_id, DelayForm(), do, _("Grunden er gemt."))


@pages.post("/traek", access=Access.STAFF)
def withdraw(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """The sender or the patient takes it back."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        service.withdraw(db(), me(), referral, typed["withdrawn"])

    told = _("Henvisningen er trukket tilbage, og fristerne er stoppet.")
    return _carry_out(clinic_id, referral_id, WithdrawForm(), do, told)


@pages.post("/brev.pdf", access=Access.STAFF)
def letter(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """The letter with the time and the patient's rights, as PDF; made is not yet sent."""
    _clinic, referral = referral_here(clinic_id, referral_id)
    config = rettid().config
    try:
        with refusals():
            pdf = sending.letter(
                db(),
                me(),
                referral,
                public_url=config.public_url,
                corrections=config.instance / "rights.toml",
            )
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
        return _back(clinic_id, referral_id)
    return send_file(
        BytesIO(pdf), mimetype="application/pdf", as_attachment=False, download_name="brev.pdf"
    )


@pages.post("/sendt", access=Access.STAFF)
def sent(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    """The letter has been printed and posted; its clock stops if it had a time in it."""

    def do(referral: Referral, typed: dict[str, Any]) -> None:
        if sending.sent(db(), me(), referral):
            flash(_("Brevet er sendt, og fristen for brevet er stoppet."), "success")
        else:
            told = _("Brevet er sendt, men uden en tid. Fristen for brevet løber videre.")
            flash(told, "warning")

    return _carry_out(clinic_id, referral_id, Form(), do, "")


def _keep_criteria(referral: Referral, met: list[int]) -> None:
    for one in queries.criteria(db(), referral.clinic_id):
        service.check(db(), me(), referral, one, met=one.id in met)


def _carry_out(
    clinic_id: int,
    referral_id: int,
    schema: Form,
    do: Callable[[Referral, dict[str, Any]], None],
    done: str,
) -> ResponseReturnValue:
    _clinic, referral = referral_here(clinic_id, referral_id)
    try:
        typed = read(schema)
        with refusals():
            do(referral, typed)
    except InvalidInput as error:
        db().rollback()
        page = page_of(*referral_here(clinic_id, referral_id))
        # The other forms of the page hold what they did before.
        values = CombinedMultiDict([request.form, begun_with(page)])
        page |= {"values": values, "errors": error.fields}
        return render_template("clinic/referrals/show.html", **page), 422
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    else:
        if done:
            flash(done, "success")
    return _back(clinic_id, referral_id)


def _back(clinic_id: int, referral_id: int) -> ResponseReturnValue:
    there = url_for("staff_referral.show", clinic_id=clinic_id, referral_id=referral_id)
    return redirect(there, 303)

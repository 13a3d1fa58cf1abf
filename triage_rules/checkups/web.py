"""The review of planned check-ups: a leader begins it, clinicians go through it group by group."""

from datetime import timedelta
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Day, Form, Id, Ids, Number, Yes, read, rejected
from booking.platform.i18n import language_code
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, looked_at, me
from triage_rules.checkups import looking, queries, service, showing
from triage_rules.checkups.models import CheckupReview
from triage_rules.checkups.proposals import ACTED
from triage_rules.followup.history import short_year
from triage_rules.followup.pathways import of_clinic

pages = Pages(
    "staff_checkups",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/gennemgang",
    template_folder="templates",
)
MENU = MenuEntry(
    "staff_checkups.everything",
    _l("Kontroller"),
    frozenset({Role.CLINICIAN, Role.LEADER}),
    seldom=True,
)
LIST, ONE = "checkups/list.html", "checkups/review.html"
LOOK_AHEAD = timedelta(weeks=26)


class BeginForm(Form):
    """Which check-ups to go through."""

    visit_types = Ids()
    first = Day(required=True)
    last = Day(required=True)
    pathway = Id(load_default=None)


class ShowForm(Form):
    """Which group, and which page of it."""

    gruppe = Choice(queries.GROUPS, load_default="")
    side = Number(1, 10_000, load_default=1)


class SettleForm(Form):
    """What a clinician makes of the chosen lines: those ticked, or everyone shown."""

    lines = Ids()
    shown = Ids()
    everyone = Yes()
    sure = Yes()
    what = Choice(("accept", "reject"), required=True)
    reason = Choice(showing.REASONS, load_default="")
    words = FreeText(longest=2000, load_default="")
    gruppe = Choice(queries.GROUPS, required=True)
    side = Number(1, 10_000, load_default=1)


@pages.get("", access=Access.STAFF)
def everything(clinic_id: int) -> ResponseReturnValue:
    """Every review, and the form that begins one."""
    clinic = clinic_here(clinic_id)
    day = today(db(), clinic)
    values: dict[str, Any] = {
        "first": day.isoformat(),
        "last": (day + LOOK_AHEAD).isoformat(),
        "visit_types": [
            contact.visit_type_id for one in of_clinic(db(), clinic_id) for contact in one.contacts
        ],
    }
    return render_template(LIST, values=values, errors={}, **_list(clinic))


@pages.post("", access=Access.SECRETARY)
def begin(clinic_id: int) -> ResponseReturnValue:
    """Begin a review."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    try:
        typed = read(BeginForm())
        chosen = [one for one in visit_types_of(db(), clinic_id) if one.id in typed["visit_types"]]
        _check(clinic, typed, bool(chosen))
        pathways = {one.id: one for one in of_clinic(db(), clinic_id)}
        if typed["pathway"] is not None and typed["pathway"] not in pathways:
            raise NotFound
        with refusals():
            review = service.begin(
                db(),
                me(),
                clinic,
                chosen,
                typed["first"],
                typed["last"],
                pathways.get(typed["pathway"] or 0),
            )
    except DomainError as error:
        return rejected(LIST, error, **_list(clinic))
    return redirect(url_for(".show", clinic_id=clinic_id, review_id=review.id), 303)


@pages.get("/<int:review_id>", access=Access.STAFF)
def show(clinic_id: int, review_id: int) -> ResponseReturnValue:
    """A review: how far it is, its groups, and one of them line by line."""
    clinic = clinic_here(clinic_id)
    review = queries.review_here(db(), clinic_id, review_id)
    try:
        typed = read(ShowForm(), "query")
    except InvalidInput:
        typed = {"gruppe": "", "side": 1}
    return render_template(ONE, values={}, errors={}, **_one(clinic, review, **typed))


@pages.post("/<int:review_id>/afgoer", access=Access.CLINICIAN)
def settle(clinic_id: int, review_id: int) -> ResponseReturnValue:
    """Accept or reject the chosen lines; those that could not be are told of one by one."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    review = queries.review_here(db(), clinic_id, review_id)
    try:
        typed = read(SettleForm())
    except InvalidInput as error:
        return rejected(ONE, error, **_one(clinic, review, "", 1))
    here = {"gruppe": typed["gruppe"], "side": typed["side"]}
    wanted = typed["shown"] if typed["everyone"] else typed["lines"]
    wrong = {}
    if not wanted:
        wrong["lines"] = _("Vælg mindst én patient.")
    if typed["what"] == "reject" and not typed["reason"]:
        wrong["reason"] = _("Vælg, hvorfor kontrollen skal blive, som den er.")
    acts = typed["what"] == "accept" and typed["gruppe"] in ACTED
    if acts and typed["everyone"] and not typed["sure"]:
        wrong["sure"] = ngettext(
            "Sæt kryds, hvis den %(num)d kontrol skal ændres.",
            "Sæt kryds, hvis alle %(num)d kontroller skal ændres.",
            len(wanted),
        )
    if wrong:
        page = _one(clinic, review, **here)
        return rejected(ONE, InvalidInput(wrong), **page)
    lines = queries.chosen(db(), review, wanted)
    refused = service.settle(
        db(),
        me(),
        lines,
        accept=typed["what"] == "accept",
        reason=typed["reason"],
        words=typed["words"],
    )
    done = len(lines) - len(refused)
    if done and typed["what"] == "accept":
        said = ngettext("%(num)d er godkendt.", "%(num)d er godkendt.", done)
        if typed["gruppe"] in ACTED:
            tell = _("Patienterne skal have besked: se arbejdslisten.")
            said = f"{said} {tell}"
        flash(said, "success")
    elif done:
        flash(ngettext("%(num)d er afvist.", "%(num)d er afvist.", done), "success")
    if refused:
        looked_at(*{line.patient_id for line, _why in refused}, clinic_id=clinic.id)
    for line, refusal in refused:
        flash(f"{line.patient.name}: {in_words(refusal)}", "warning")
    return redirect(url_for(".show", clinic_id=clinic_id, review_id=review_id, **here), 303)


@pages.post("/<int:review_id>/linjer/<int:line_id>/igen", access=Access.CLINICIAN)
def reopen(clinic_id: int, review_id: int, line_id: int) -> ResponseReturnValue:
    """Take a line up again that was rejected, or kept as it is."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    review = queries.review_here(db(), clinic_id, review_id)
    (line,) = queries.chosen(db(), review, [line_id])
    here = read(ShowForm())
    try:
        service.reopen(db(), me(), line)
    except DomainError as error:
        return rejected(ONE, error, **_one(clinic, review, **here))
    return redirect(url_for(".show", clinic_id=clinic_id, review_id=review_id, **here), 303)


@pages.post("/<int:review_id>/igen", access=Access.STAFF)
def again(clinic_id: int, review_id: int) -> ResponseReturnValue:
    """Let the rules look once more at what nobody has settled."""
    clinic_here(clinic_id, Role.CLINICIAN, Role.LEADER)
    review = queries.review_here(db(), clinic_id, review_id)
    looking.again(db(), review, queries.open_lines(db(), review))
    looking.work(db(), review, looking.AT_ONCE)
    return redirect(url_for(".show", clinic_id=clinic_id, review_id=review_id), 303)


@pages.post("/<int:review_id>/luk", access=Access.SECRETARY)
def close(clinic_id: int, review_id: int) -> ResponseReturnValue:
    """Put a review away."""
    clinic_here(clinic_id, Role.LEADER)
    service.close(db(), me(), queries.review_here(db(), clinic_id, review_id))
    flash(_("Gennemgangen er lukket. Kalenderen er, som den er."), "success")
    return redirect(url_for(".everything", clinic_id=clinic_id), 303)


def _check(clinic: Clinic, typed: dict[str, Any], chosen: bool) -> None:
    wrong = {}
    if not chosen:
        wrong["visit_types"] = _("Vælg mindst én kontakttype.")
    if typed["last"] < max(typed["first"], today(db(), clinic)):
        wrong["last"] = _("Slutdatoen ligger før startdatoen eller er passeret.")
    if wrong:
        raise InvalidInput(wrong)


def _list(clinic: Clinic) -> dict[str, Any]:
    language = language_code()
    reviews = queries.reviews_of(db(), clinic.id)
    return {
        "clinic": clinic,
        "reviews": reviews,
        "progress": queries.progress(db(), [one.id for one in reviews]),
        "statuses": showing.STATUSES,
        "visit_type_options": [
            (one.id, one.title(language))
            for one in visit_types_of(db(), clinic.id)
            if one.group_capacity == 1
        ],
        "pathway_options": [(one.id, one.name) for one in of_clinic(db(), clinic.id)],
        "leads": Role.LEADER in me().roles.get(clinic.id, ()),
        "short_year": short_year,
    }


def _one(clinic: Clinic, review: CheckupReview, gruppe: str, side: int) -> dict[str, Any]:
    groups = queries.groups(db(), review)
    shown = [name for name in queries.GROUPS if name in groups]
    if gruppe not in groups:
        gruppe = next((one for one in shown if groups[one].open), shown[0] if shown else "")
    lines = queries.lines(db(), review, gruppe, side) if gruppe else []
    if lines:
        looked_at(*{one.patient_id for one in lines}, clinic_id=clinic.id)
    roles = me().roles.get(clinic.id, frozenset())
    total = groups[gruppe].total if gruppe else 0
    names = {one.id: one.title(language_code()) for one in visit_types_of(db(), clinic.id)}
    return {
        "clinic": clinic,
        "review": review,
        "what": [names[one] for one in review.visit_types if one in names],
        "progress": queries.progress(db(), [review.id])[review.id],
        "groups": [groups[one] for one in shown],
        "group": groups.get(gruppe),
        "lines": showing.lines(lines, clinic),
        "page": side,
        "page_count": -(-total // queries.SHOWN) or 1,
        "proposals": showing.PROPOSALS,
        "acted": ACTED,
        "statuses": showing.STATUSES,
        "reasons": showing.REASONS,
        "bars": showing.bars([groups[one] for one in shown]),
        "clinician": Role.CLINICIAN in roles,
        "leads": Role.LEADER in roles,
        "short_year": short_year,
    }

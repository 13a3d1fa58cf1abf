"""The ledger: what the national standards demand, how the clinic stands, and leaders' decisions."""

from typing import Any, cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.people.schemas import FreeText
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, DomainError, InvalidInput
from booking.platform.extension import MenuEntry
from booking.platform.forms import Choice, Form, Ids, Number, Text, read, rejected
from booking.platform.i18n import language_code
from booking.platform.identity import Actor, Role
from booking.platform.pages import Access, Pages, db, looked_at, me
from triage_rules.authoring import queries as rule_sets
from triage_rules.authoring.models import RuleSet
from triage_rules.followup.history import short_year
from triage_rules.standards import queries, service, showing
from triage_rules.standards.catalogue import Standard
from triage_rules.standards.obligations import STATES
from triage_rules.standards.queries import Owed
from triage_rules.standards.tally import Tally, tally
from triage_rules.tables.rule_set import RuleSet as Rules
from triage_rules.tables.written import content_hash

pages = Pages(
    "staff_standards",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/standarder",
    template_folder="templates",
)
MENU = MenuEntry(
    "staff_standards.ledger",
    _l("Standarder"),
    frozenset({Role.CLINICIAN, Role.LEADER}),
    seldom=True,
)
ONE, EXCEPTIONS = "standards/one.html", "standards/exceptions.html"
A_PAGE = 50


class ListForm(Form):
    """Which of the patients are listed."""

    krav = Text(longest=60, load_default="")
    stand = Choice(("", *STATES), load_default="")
    side = Number(1, 10_000, load_default=1)


class ApplyForm(Form):
    """Which pathways a standard applies to."""

    pathways = Ids()


class ExceptForm(Form):
    """Which obligation the rules may break, and why. rules: the hash of those that were shown."""

    obligation = Text(longest=60, required=True)
    rules = Text(longest=64, load_default="")
    words = FreeText(
        longest=2000,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvorfor det er i orden."))},
    )


@pages.get("", access=Access.STAFF)
def ledger(clinic_id: int) -> ResponseReturnValue:
    """Every standard that applies to somebody, how it stands, and those that could apply."""
    clinic = clinic_here(clinic_id)
    owed = queries.ledger(db(), clinic)
    day, confirmed = today(db(), clinic), queries.confirmed(db(), clinic_id)
    pathways = queries.pathways_of(db(), clinic_id)
    shown = [
        {
            "standard": standard,
            "tallies": _tallies(standard, owed),
            "pathways": service.of_pathways(pathways, standard),
            "confirmed": _confirmed(confirmed.get((standard.code, standard.edition)), clinic),
        }
        for standard in queries.in_force(db(), day)
    ]
    return render_template(
        "standards/ledger.html",
        clinic=clinic,
        used=[one for one in shown if one["pathways"]],
        others=[one for one in shown if not one["pathways"]],
        exceptions=queries.exceptions_at(db(), clinic_id),
        obligation_names=_obligation_names(clinic),
        not_followed=queries.not_followed(db(), clinic),
        **_words(),
    )


@pages.get("/<code>", access=Access.STAFF)
def one(clinic_id: int, code: str) -> ResponseReturnValue:
    """One standard: what it demands, how the clinic stands, and patient by patient."""
    clinic = clinic_here(clinic_id)
    return render_template(ONE, values={}, errors={}, **_one(clinic, code))


@pages.post("/<code>/bekraeft", access=Access.SECRETARY)
def confirm(clinic_id: int, code: str) -> ResponseReturnValue:
    """A leader says that the standard is what holds today."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    standard = queries.standard_of(db(), today(db(), clinic), code)
    service.confirm(db(), me(), clinic, standard)
    flash(_("Standarden er bekræftet for klinikken."), "success")
    return redirect(url_for(".one", clinic_id=clinic_id, code=code), 303)


@pages.post("/<code>/opfoelgningstyper", access=Access.SECRETARY)
def apply(clinic_id: int, code: str) -> ResponseReturnValue:
    """A leader says whom the standard is about."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    standard = queries.standard_of(db(), today(db(), clinic), code)
    try:
        with refusals():
            service.apply(db(), me(), clinic, standard, read(ApplyForm())["pathways"])
    except DomainError as error:
        return rejected(ONE, error, **_one(clinic, code))
    flash(_("Gemt. Oversigten tæller nu patienterne i de valgte opfølgningstyper."), "success")
    return redirect(url_for(".one", clinic_id=clinic_id, code=code), 303)


@pages.get("/regelsaet/<int:rule_set_id>", access=Access.STAFF)
def exceptions(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """What a draft breaks of the standards, and what a leader has decided about it."""
    clinic = clinic_here(clinic_id)
    rule_set = rule_sets.rule_set_here(db(), clinic_id, rule_set_id)
    return render_template(EXCEPTIONS, values={}, errors={}, **_exceptions(clinic, rule_set))


@pages.post("/regelsaet/<int:rule_set_id>", access=Access.SECRETARY)
def make_exception(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """A leader decides that the draft may break an obligation, and says why."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    rule_set = rule_sets.rule_set_here(db(), clinic_id, rule_set_id)
    rules = _rules(rule_set)
    try:
        typed = read(ExceptForm())
        if typed["rules"] != content_hash(rules):
            raise ChangedMeanwhile
        with refusals():
            service.make_exception(db(), me(), rule_set, rules, typed["obligation"], typed["words"])
    except InvalidInput as error:
        wrong = request.form.get("obligation", "")
        page = {**_exceptions(clinic, rule_set), "refused": wrong}
        return rejected(EXCEPTIONS, error, **page)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "warning")
    else:
        flash(_("Beslutningen er skrevet. Den gælder kun reglerne, som de står nu."), "success")
    return redirect(url_for(".exceptions", clinic_id=clinic_id, rule_set_id=rule_set_id), 303)


def card(session: Session, _actor: Actor, rule_set: RuleSet) -> Markup | None:
    """On a rule set's page: that its draft breaks standards; nothing where it does not."""
    if rule_set.draft is None:
        return None
    rules = rule_set.draft.rules
    found = service.broken_by(session, rule_set, rules)
    if not found:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "standards/rule_set_card.html",
            rule_set=rule_set,
            number=len({one.obligation.code for one in found}),
            waits=bool(service.not_excepted(session, rule_set, rules)),
        )
    )


def _one(clinic: Clinic, code: str) -> dict[str, Any]:
    day = today(db(), clinic)
    standard = queries.standard_of(db(), day, code)
    owed = queries.ledger(db(), clinic)
    codes = {one.code for one in standard.obligations}
    try:
        typed = read(ListForm(), "query")
    except InvalidInput:
        typed = {"krav": "", "stand": "", "side": 1}
    listed = [
        each
        for each in owed
        if each.standing.obligation.code in codes
        and typed["krav"] in ("", each.standing.obligation.code)
        and typed["stand"] in ("", each.standing.state)
    ]
    listed.sort(key=lambda each: STATES.index(each.standing.state))
    number = min(typed["side"], -(-len(listed) // A_PAGE) or 1)
    on_page = listed[(number - 1) * A_PAGE : number * A_PAGE]
    if on_page:
        looked_at(*{each.patient_id for each in on_page}, clinic_id=clinic.id)
    pathways = queries.pathways_of(db(), clinic.id)
    confirmed = queries.confirmed(db(), clinic.id).get((standard.code, standard.edition))
    return {
        "clinic": clinic,
        "standard": standard,
        "tallies": _tallies(standard, owed),
        "confirmed": _confirmed(confirmed, clinic),
        "exceptions": [
            each for each in queries.exceptions_at(db(), clinic.id) if each.obligation in codes
        ],
        "obligation_names": _obligation_names(clinic),
        "not_followed": queries.not_followed(db(), clinic),
        "pathways": pathways,
        "applies": [each.id for each in service.of_pathways(pathways, standard)],
        "listed": on_page,
        "total": len(listed),
        "page": number,
        "page_count": -(-len(listed) // A_PAGE) or 1,
        "filters": typed,
        "leads": Role.LEADER in me().roles.get(clinic.id, ()),
        "refused": "",
        **_words(),
    }


def _exceptions(clinic: Clinic, rule_set: RuleSet) -> dict[str, Any]:
    rules = _rules(rule_set)
    found = service.broken_by(db(), rule_set, rules)
    waiting = {one.obligation.code for one in service.not_excepted(db(), rule_set, rules)}
    by_obligation: dict[str, dict[str, Any]] = {}
    for each in found:
        shown = by_obligation.setdefault(
            each.obligation.code,
            {
                "obligation": each.obligation,
                "why": [],
                "waits": each.obligation.code in waiting,
            },
        )
        shown["why"].append(showing.broken(rules, each))
    return {
        "clinic": clinic,
        "rule_set": rule_set,
        "rules_hash": content_hash(rules),
        "broken": list(by_obligation.values()),
        "decided": [
            each for each in queries.exceptions_at(db(), clinic.id) if each.rule_set is rule_set
        ],
        "obligation_names": _obligation_names(clinic),
        "leads": Role.LEADER in me().roles.get(clinic.id, ()),
        "refused": "",
        **_words(),
    }


def _rules(rule_set: RuleSet) -> Rules:
    """The draft's rules; those in force where nothing is being written."""
    if rule_set.draft is not None:
        return rule_set.draft.rules
    version = rule_sets.in_force(db(), rule_set.id, db().now())
    if version is None:
        versions = rule_sets.versions_of(db(), rule_set.id)
        version = versions[0]
    return version.rules


def _tallies(standard: Standard, owed: list[Owed]) -> list[Tally]:
    return [tally(one, (each.standing for each in owed)) for one in standard.obligations]


def _confirmed(found: Any, clinic: Clinic) -> dict[str, Any]:
    """How the standard's confirmation stands: a text and a kind."""
    if found is None:
        return {"text": _("Ikke bekræftet endnu"), "kind": "warning", "row": None}
    stale = service.stale(found.confirmed_on, today(db(), clinic))
    return {
        "text": _("Skal bekræftes igen") if stale else _("Bekræftet"),
        "kind": "warning" if stale else "success",
        "row": found,
    }


def _obligation_names(clinic: Clinic) -> dict[str, str]:
    language = language_code()
    return {
        one.code: one.title(language)
        for standard in queries.in_force(db(), today(db(), clinic))
        for one in standard.obligations
    }


def _words() -> dict[str, Any]:
    return {
        "states": showing.STATES,
        "order": STATES,
        "reasons": showing.REASONS,
        "ways": showing.ways,
        "often": showing.often,
        "share": showing.share,
        "verdict": showing.verdict,
        "bar": showing.bar,
        "short_year": short_year,
        "language": language_code(),
    }

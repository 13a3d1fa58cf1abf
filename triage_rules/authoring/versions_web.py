"""One version of a rule set: what it says, what it changed, and bringing it into use again."""

from io import BytesIO
from typing import cast

from flask import flash, redirect, render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Day, Form, Yes, read, rejected
from booking.platform.pages import Access, Pages, db, me
from triage_rules.authoring import (
    approving,
    differences,
    queries,
    service,
    showing,
    taking_effect,
    words,
)
from triage_rules.authoring.errors import NotReady
from triage_rules.authoring.models import RuleSet, RuleVersion
from triage_rules.authoring.places import names_at, rule_set_at
from triage_rules.authoring.refusals import place
from triage_rules.dmn.refused import Refused
from triage_rules.tables import examples as trying
from triage_rules.tables.dmn_files import written_as_dmn
from triage_rules.tables.rule_set import RuleSet as Rules

pages = Pages(
    "rule_versions", __name__, url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>"
)
ONE = "authoring/version.html"
DMN = "application/xml"


class FromForm(Form):
    """From which day."""

    from_day = Day(required=True, error_messages={"required": cast(str, _l("Vælg en dag."))})
    sure = Yes()


@pages.get("/versioner/<int:number>", access=Access.STAFF)
def show(clinic_id: int, rule_set_id: int, number: int) -> ResponseReturnValue:
    """A version as it was published, and what it changed."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    version = queries.version_here(db(), clinic_id, rule_set_id, number)
    values = {"from_day": today(db(), clinic).isoformat()}
    return render_template(ONE, values=values, errors={}, **_page_of(clinic, rule_set, version))


@pages.post("/versioner/<int:number>/brug", access=Access.STAFF)
def release(clinic_id: int, rule_set_id: int, number: int) -> ResponseReturnValue:
    """Let the version count from a day; first say what it does, then do it."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    version = queries.version_here(db(), clinic_id, rule_set_id, number)
    try:
        typed = read(FromForm())
        day = typed["from_day"]
        if not typed["sure"]:
            begins = service.check_release(db(), me(), version, day)
            back = url_for(".show", clinic_id=clinic_id, rule_set_id=rule_set_id, number=number)
            fields = {"from_day": day}
            return taking_effect.ask(clinic, rule_set, number, begins, day, fields, back)
        service.release(db(), me(), version, day)
    except NotReady as error:
        page = _page_of(clinic, rule_set, version)
        page["in_the_way"] = showing.obstacles(
            version.rules, error.obstacles, names_at(clinic, version.rules)
        )
        return rejected(ONE, error, **page)
    except DomainError as error:
        return rejected(ONE, error, **_page_of(clinic, rule_set, version))
    flash(_("Version %(number)s er taget i brug.", number=number), "success")
    return _to(rule_set)


@pages.post("/versioner/<int:number>/skygge", access=Access.STAFF)
def shadow(clinic_id: int, rule_set_id: int, number: int) -> ResponseReturnValue:
    """Run the version beside the one in force."""
    _clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    service.shadow(db(), me(), queries.version_here(db(), clinic_id, rule_set_id, number))
    flash(_("Version %(number)s kører i skygge fra nu af.", number=number), "success")
    return _to(rule_set)


@pages.get("/versioner/<int:number>/dmn", access=Access.STAFF)
def export(clinic_id: int, rule_set_id: int, number: int) -> ResponseReturnValue:
    """The version as a DMN file."""
    _clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    version = queries.version_here(db(), clinic_id, rule_set_id, number)
    return _file(version.rules, f"{rule_set.code}-{number}.dmn")


@pages.get("/dmn", access=Access.STAFF)
def export_draft(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """The draft as a DMN file."""
    _clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    draft = queries.draft_here(db(), clinic_id, rule_set_id)
    return _file(draft.rules, f"{rule_set.code}-kladde.dmn")


def _page_of(clinic: Clinic, rule_set: RuleSet, version: RuleVersion) -> dict[str, object]:
    names = names_at(clinic, version.rules)
    changes = None
    if version.number > 1:
        earlier = queries.version_here(db(), clinic.id, rule_set.id, version.number - 1)
        changes = differences.difference(earlier.rules, version.rules, names)
    standing = queries.standing(db(), rule_set.id, db().now())
    counts, beside = standing.in_force, standing.in_shadow
    in_force = counts is not None and counts.version is version
    may = approving.is_approver(me(), clinic.id) and not approving.wrote(me(), version)
    return {
        "clinic": clinic,
        "rule_set": rule_set,
        "version": version,
        "writers": words.listed(queries.writers(db(), version)),
        "tables": showing.tables(version.rules, names),
        "looks": showing.looks(version.rules),
        "row_words": showing.ROW_WORDS,
        "changes": changes,
        "badges": differences.BADGES,
        "outcomes": showing.outcomes(version.rules, trying.read(version.examples), names),
        "in_force": in_force,
        "in_shadow": beside is not None and beside.version is version,
        "may_release": may and not in_force,
        "may_shadow": may and not in_force and counts is not None,
        "in_the_way": [],
        "today": today(db(), clinic),
    }


def _file(rules: Rules, name: str) -> ResponseReturnValue:
    try:
        document = written_as_dmn(rules)
    except Refused as refusal:
        text = _("Reglerne kan ikke skrives som DMN: %(where)s", where=place(refusal.where))
        raise InvalidInput({"": text}) from refusal
    return send_file(BytesIO(document), mimetype=DMN, as_attachment=True, download_name=name)


def _to(rule_set: RuleSet) -> ResponseReturnValue:
    there = url_for("rules.show", clinic_id=rule_set.clinic_id, rule_set_id=rule_set.id)
    return redirect(there, 303)

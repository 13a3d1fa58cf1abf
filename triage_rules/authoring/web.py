"""A clinic's rule sets: what is in force, what is being written, and every version there was."""

from datetime import date, datetime, timedelta
from typing import cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.frame import clinic_here
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.extension import MenuEntry
from booking.platform.forms import Form, Number, Text, Yes, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid
from triage_rules.authoring import approving, discarding, publishing, queries, service, showing
from triage_rules.authoring.grid_view import EXAMPLES
from triage_rules.authoring.models import RuleDraft, RuleRelease, RuleSet
from triage_rules.authoring.ownership import next_review
from triage_rules.authoring.places import (
    OF_CLINIC,
    RULE_SET,
    SEE,
    names_at,
    rule_set_at,
    writes,
)
from triage_rules.authoring.publishing import Obstacle
from triage_rules.library import entry
from triage_rules.tables import examples as trying

pages = Pages(
    "rules", __name__, url_prefix="/klinik/<int:clinic_id>/regler", template_folder="templates"
)
MENU_ENTRIES = (MenuEntry("rules.everything", _l("Regler"), roles=frozenset(SEE), seldom=True),)
ONE = "authoring/rule_set.html"
SOON = timedelta(days=30)


IN_FORCE, TO_COME, ENDED = _l("Gælder"), _l("Kommer"), _l("Slut")
WITHDRAWN, IN_SHADOW = _l("Trukket tilbage"), _l("I skygge")
KINDS: dict[str, LazyString] = {
    "publish": _l("Taget i brug"),
    "rollback": _l("Gået tilbage til"),
    "shadow": _l("Sat i skygge"),
}


class NoteForm(Form):
    """What was changed and why, on an edition of the draft."""

    edition = Number(1, required=True)
    note = Text(
        longest=2000,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvad der er ændret, og hvorfor."))},
    )


class DiscardForm(Form):
    """Which edition to throw away."""

    edition = Number(1, required=True)
    sure = Yes()


class WhyForm(Form):
    """Why."""

    why = Text(
        longest=1000, required=True, error_messages={"required": cast(str, _l("Skriv hvorfor."))}
    )


@pages.get("", access=Access.STAFF)
def everything(clinic_id: int) -> ResponseReturnValue:
    """Every rule set, and what stands of each."""
    clinic = clinic_here(clinic_id, *SEE)
    now = db().now()
    rows = []
    for rule_set in queries.of_clinic(db(), clinic_id):
        standing = queries.standing(db(), rule_set.id, now)
        counts = standing.in_force
        due = next_review(counts.version.rules) if counts else None
        rows.append((rule_set, standing, due))
    return render_template(
        "authoring/list.html",
        clinic=clinic,
        rows=rows,
        today=today(db(), clinic),
        writes=writes(clinic),
        cards=rettid().parts.cards(OF_CLINIC, db(), me(), clinic),
    )


@pages.get("/<int:rule_set_id>", access=Access.STAFF)
def show(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """One rule set: what counts, what is being written, what was."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    return render_template(ONE, values={}, errors={}, **_page_of(clinic, rule_set))


@pages.post("/<int:rule_set_id>/ny-kladde", access=Access.STAFF)
def begin_draft(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Go on writing from a version: the one in force, else the newest."""
    _clinic, rule_set = rule_set_at(clinic_id, rule_set_id, Role.CLINICIAN)
    newest = next(iter(queries.versions_of(db(), rule_set.id)), None)
    version = queries.in_force(db(), rule_set.id, db().now()) or newest
    if version is None:
        raise NotFound
    service.draft_from(db(), me(), version)
    flash(_("Kladden er klar. Den begynder som version %(number)s.", number=version.number))
    return _to(rule_set)


@pages.post("/<int:rule_set_id>/send", access=Access.STAFF)
def send(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Send the draft to someone else for approval."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id, Role.CLINICIAN)
    draft = queries.draft_here(db(), clinic_id, rule_set_id)
    try:
        typed = read(NoteForm())
        service.send_to_review(db(), me(), draft, typed["edition"], typed["note"])
    except DomainError as error:
        return rejected(ONE, error, **_page_of(clinic, rule_set))
    flash(_("Kladden er sendt til godkendelse. Den rettes ikke, mens den venter."), "success")
    return _to(rule_set)


@pages.post("/<int:rule_set_id>/tag-tilbage", access=Access.STAFF)
def take_back(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Write on in what was sent."""
    _clinic, rule_set = rule_set_at(clinic_id, rule_set_id, Role.CLINICIAN)
    service.take_back(db(), me(), queries.draft_here(db(), clinic_id, rule_set_id))
    flash(_("Kladden er taget tilbage og kan rettes igen."), "success")
    return _to(rule_set)


@pages.post("/<int:rule_set_id>/kasser", access=Access.STAFF)
def discard(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Throw the draft away, once the asker has said so."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id, Role.CLINICIAN)
    draft = queries.draft_here(db(), clinic_id, rule_set_id)
    try:
        typed = read(DiscardForm())
        if not typed["sure"]:
            raise InvalidInput({"sure": _("Sæt kryds, hvis kladden skal kasseres.")})
        whole = discarding.discard(db(), me(), draft, typed["edition"])
    except DomainError as error:
        return rejected(ONE, error, **_page_of(clinic, rule_set))
    flash(_("Kladden er kasseret."), "success")
    if whole:
        return redirect(url_for(".everything", clinic_id=clinic_id), 303)
    return _to(rule_set)


@pages.post("/<int:rule_set_id>/tilbage", access=Access.STAFF)
def roll_back(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Let the version before count again, at once."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    try:
        release = service.roll_back(db(), me(), rule_set, read(WhyForm())["why"])
    except DomainError as error:
        return rejected(ONE, error, **_page_of(clinic, rule_set))
    number = release.version.number
    flash(_("Version %(number)s gælder igen fra nu af.", number=number), "success")
    return _to(rule_set)


@pages.post("/<int:rule_set_id>/skygge/slut", access=Access.STAFF)
def end_shadow(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Let no version run in shadow."""
    _clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    service.end_shadow(db(), me(), rule_set)
    flash(_("Der kører ikke længere en version i skygge."), "success")
    return _to(rule_set)


@pages.post("/<int:rule_set_id>/kommende/<int:release_id>/traek", access=Access.STAFF)
def withdraw(clinic_id: int, rule_set_id: int, release_id: int) -> ResponseReturnValue:
    """Let what was to come never come."""
    _clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    service.withdraw(db(), me(), queries.release_here(db(), clinic_id, release_id))
    flash(_("Den kommende version er trukket tilbage."), "success")
    return _to(rule_set)


def _page_of(clinic: Clinic, rule_set: RuleSet) -> dict[str, object]:
    now, day = db().now(), today(db(), clinic)
    standing = queries.standing(db(), rule_set.id, now)
    counts, draft = standing.in_force, rule_set.draft
    due = next_review(counts.version.rules) if counts else None
    return {
        "clinic": clinic,
        "rule_set": rule_set,
        "origin": _origin(rule_set),
        "standing": standing,
        "before": queries.before(db(), rule_set.id, now),
        "due": due,
        "due_soon": due is not None and due <= day + SOON,
        "today": day,
        "draft": draft,
        **(_in_the_way(clinic, draft, day) if draft else {}),
        "versions": queries.versions_of(db(), rule_set.id),
        "releases": [
            (release, _state(release, standing, now))
            for release in queries.releases_of(db(), rule_set.id)
        ],
        "kinds": KINDS,
        "writes": writes(clinic),
        "approves": approving.is_approver(me(), clinic.id),
        "own": draft is not None and approving.wrote(me(), draft),
        "cards": rettid().parts.cards(RULE_SET, db(), me(), rule_set),
    }


def _in_the_way(clinic: Clinic, draft: RuleDraft, day: date) -> dict[str, object]:
    """What bars the draft, and whether filling in rows would help."""
    rules = draft.rules
    found = publishing.obstacles(rules, trying.read(draft.examples), day)

    def mended(one: Obstacle) -> str:
        return url_for(
            "rule_grid.show",
            clinic_id=clinic.id,
            rule_set_id=draft.rule_set_id,
            tabel=one.table or EXAMPLES,
        )

    link = mended if writes(clinic) else showing.nowhere
    return {
        "in_the_way": showing.obstacles(rules, found, names_at(clinic, rules), link),
        "rows_lack": any(one.bar in ("evidence", "owner", "review_by") for one in found),
    }


def _state(
    release: RuleRelease, standing: queries.Standing, now: datetime
) -> tuple[LazyString, str]:
    """What became of a release: a word and the kind of status it is."""
    if release.withdrawn_at is not None:
        return (ENDED if release.kind == "shadow" else WITHDRAWN), "neutral"
    if release in (standing.in_force, standing.in_shadow):
        return (IN_SHADOW, "info") if release.kind == "shadow" else (IN_FORCE, "success")
    return (TO_COME, "warning") if release.from_at > now else (ENDED, "neutral")


def _origin(rule_set: RuleSet) -> str:
    """What the rule set began as."""
    kind, _colon, name = rule_set.origin.partition(":")
    if kind == "library":
        return _("Bibliotekets »%(name)s«", name=entry(name).label)
    if kind == "file":
        return _("Filen »%(name)s«", name=name)
    if kind == "version":
        code, _slash, number = name.partition("/")
        others = queries.of_clinic(db(), rule_set.clinic_id)
        name = next((one.label for one in others if one.code == code), code)
        return _("En kopi af »%(name)s«, version %(number)s", name=name, number=number)
    return _("Et tomt regelsæt")


def _to(rule_set: RuleSet) -> ResponseReturnValue:
    there = url_for(".show", clinic_id=rule_set.clinic_id, rule_set_id=rule_set.id)
    return redirect(there, 303)

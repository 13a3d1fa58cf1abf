"""The pages of the preview: whom to try a draft on, how far it has come, and what it found."""

from typing import cast

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.clinic_web.refusals import refusals
from booking.platform.database import Session
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Form, Id, Number, Text, read, rejected
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, looked_at, me
from triage_rules.authoring.models import RuleDraft, RuleSet
from triage_rules.authoring.places import rule_set_at
from triage_rules.impact import booked, choosing, compare, queries, service, showing, wording
from triage_rules.impact.choosing import Group
from triage_rules.impact.models import ImpactRun

pages = Pages(
    "staff_impact",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>/virkning",
    template_folder="templates",
)
START, RUNNING, RESULT = (f"impact/{name}.html" for name in ("start", "running", "result"))
PAGE = 50


class StartForm(Form):
    """Which patients, and upon which edition of the draft."""

    group = Text(
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvilke patienter kladden prøves på."))},
    )
    edition = Id(required=True)


class SideForm(Form):
    """Which page of the list."""

    side = Number(1, 100_000, load_default=1)


@pages.get("", access=Access.STAFF)
def start_form(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Whom to try the draft on, and what was found before."""
    clinic, rule_set = _here(clinic_id, rule_set_id)
    context = _start(clinic, rule_set)
    groups = cast(list[Group], context["groups"])
    values = {"group": groups[0].key} if groups else {}
    return render_template(START, values=values, errors={}, **context)


@pages.post("", access=Access.STAFF)
def start(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Begin, and look at the first patients at once."""
    clinic, rule_set = _here(clinic_id, rule_set_id)
    try:
        with refusals():
            typed = read(StartForm())
            group = _chosen(rule_set, clinic, typed["group"])
            run = service.begin(db(), me(), rule_set, typed["edition"], group)
            service.work(db(), run, service.AT_ONCE)
    except DomainError as error:
        return rejected(START, error, **_start(clinic, rule_set))
    return redirect(_address(run), 303)


@pages.get("/<int:run_id>", access=Access.STAFF)
def show(clinic_id: int, rule_set_id: int, run_id: int) -> ResponseReturnValue:
    """How far it has come; or what it found."""
    clinic, rule_set = _here(clinic_id, rule_set_id)
    run = queries.run_here(db(), rule_set_id, run_id)
    context: dict[str, object] = {
        "clinic": clinic,
        "rule_set": rule_set,
        "run": run,
        "wording": wording,
        "stale": queries.is_stale(run),
        "gone": queries.is_gone(run),
    }
    if run.status == "running":
        return render_template(RUNNING, **context)
    found = compare.summary(queries.lines_of(db(), run), run.ran_on)
    count = -(-len(found.later) // PAGE)
    side = min(read(SideForm(), "query")["side"], max(1, count))
    shown = found.later[(side - 1) * PAGE : side * PAGE]
    patients = queries.patients(db(), (one.line.patient_id for one in shown))
    if patients:
        looked_at(*patients, clinic_id=clinic_id)
    return render_template(
        RESULT,
        found=found,
        parts=showing.parts(run, found),
        ages=showing.ages(found),
        moves=showing.moves(found),
        changes=showing.changes(found),
        lacking=showing.lacking(run, found),
        unreadable=queries.unreadable(db(), run),
        visit_types=booked.kinds(db(), run),
        later=[(one, patients[one.line.patient_id]) for one in shown],
        side=side,
        sides=count,
        side_href=lambda number: _address(run, side=number) + "#senere",
        **context,
    )


def card(session: Session, actor: Actor, rule_set: RuleSet) -> Markup | None:
    """The way here from the rule set's page; nothing where nothing is being written or tried."""
    if not actor.roles.get(rule_set.clinic_id, frozenset()) & set(service.MAY_RUN):
        return None
    runs = queries.recent(session, rule_set.id)
    done = next((run for run in runs if run.status == "done"), None)
    if rule_set.draft is None and done is None:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "impact/card.html",
            rule_set=rule_set,
            clinic=rule_set.clinic,
            run=done,
            stale=done is not None and queries.is_stale(done),
            wording=wording,
        )
    )


def review_card(session: Session, actor: Actor, draft: RuleDraft) -> Markup | None:
    """The same, for whoever reads a draft to approve it."""
    return card(session, actor, draft.rule_set)


def _here(clinic_id: int, rule_set_id: int) -> tuple[Clinic, RuleSet]:
    return rule_set_at(clinic_id, rule_set_id, *service.MAY_RUN)


def _start(clinic: Clinic, rule_set: RuleSet) -> dict[str, object]:
    return {
        "clinic": clinic,
        "rule_set": rule_set,
        "draft": rule_set.draft,
        "groups": choosing.groups(db(), rule_set, today(db(), clinic)),
        "runs": queries.recent(db(), rule_set.id),
        "is_stale": queries.is_stale,
        "is_gone": queries.is_gone,
        "wording": wording,
    }


def _chosen(rule_set: RuleSet, clinic: Clinic, key: str) -> Group:
    for one in choosing.groups(db(), rule_set, today(db(), clinic)):
        if one.key == key:
            return one
    raise InvalidInput({"group": _("Gruppen er tom nu. Vælg en anden.")})


def _address(run: ImpactRun, side: int | None = None) -> str:
    clinic_id = run.rule_set.clinic_id
    return url_for(
        ".show", clinic_id=clinic_id, rule_set_id=run.rule_set_id, run_id=run.id, side=side
    )

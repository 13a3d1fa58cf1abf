"""One reminder policy: its steps, the draft that is being written, and taking it into use."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.appointments.visit_types.forms import FORMS
from booking.appointments.visit_types.queries import visit_type_of
from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.platform.errors import ChangedMeanwhile, DomainError, InvalidInput, NotFound
from booking.platform.forms import Form, Id, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from reminders.clinic_web import flaw_words, step_form, words
from reminders.clinic_web.frame import MESSAGES
from reminders.clinic_web.overview import name_of, writes_here
from reminders.clinic_web.step_form import QuietForm, StepForm, VersionForm
from reminders.experiments import drawing
from reminders.planning.queries import coming_under
from reminders.planning.service import plan_ahead
from reminders.policies import editing, queries, service
from reminders.policies.checking import Flaw
from reminders.policies.errors import NoPolicyDraft
from reminders.policies.models import ReminderPolicy
from reminders.policies.steps import Policy, Step, from_json
from reminders.texts import lints

pages = Pages("staff_message_policies", __name__, url_prefix=f"{MESSAGES}/regler")
SHOW, STEP, QUIET, USE, VERSION = (
    f"messages/{name}.html" for name in ("policy", "step", "quiet", "use", "version")
)
MOVES = {"op": -1, "ned": 1}


class OwnForm(Form):
    """Which visit type gets its own policy."""

    visit_type = Id(required=True)


@pages.post("/egne", access=Access.SECRETARY)
def own(clinic_id: int) -> ResponseReturnValue:
    """Begin a visit type's own policy."""
    clinic = _office(clinic_id)
    visit_type = visit_type_of(db(), clinic.id, read(OwnForm())["visit_type"])
    policy = service.own_policy(db(), me(), visit_type)
    return redirect(_at(policy), 303)


@pages.get("/<int:policy_id>", access=Access.STAFF)
def show(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """The steps, as drafted where there is a draft; what is found in it; the versions so far."""
    clinic_here(clinic_id)
    policy = queries.policy_of(db(), clinic_id, policy_id)
    return render_template(SHOW, values={}, errors={}, **_page(policy))


@pages.get("/<int:policy_id>/versioner/<int:number>", access=Access.STAFF)
def version(clinic_id: int, policy_id: int, number: int) -> ResponseReturnValue:
    """The steps of one version."""
    clinic_here(clinic_id)
    policy = queries.policy_of(db(), clinic_id, policy_id)
    found = [one for one in queries.versions_of(db(), policy_id) if one.number == number]
    if not found:
        raise NotFound
    shown = {"shown": from_json(found[0].body), "version": found[0]}
    return render_template(VERSION, **(_frame(policy) | shown))


@pages.get("/<int:policy_id>/trin/nyt", access=Access.SECRETARY)
def new_step_form(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """The form for a new step."""
    policy = _policy(clinic_id, policy_id)
    values = {"on": "days_before", "version": policy.version}
    return render_template(STEP, values=values, errors={}, **_step_page(policy, None))


@pages.post("/<int:policy_id>/trin/nyt", access=Access.SECRETARY)
def new_step(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """Add a step to the draft, as the last."""
    policy = _policy(clinic_id, policy_id)
    key = editing.new_key(queries.step_keys(db(), clinic_id))
    return _save_step(policy, key, None)


@pages.get("/<int:policy_id>/trin/<key>", access=Access.SECRETARY)
def step_form_of(clinic_id: int, policy_id: int, key: str) -> ResponseReturnValue:
    """The form for a step that is there."""
    policy = _policy(clinic_id, policy_id)
    step = _step(policy, key)
    values = {**step_form.values_of(step), "version": policy.version}
    return render_template(STEP, values=values, errors={}, **_step_page(policy, step))


@pages.post("/<int:policy_id>/trin/<key>", access=Access.SECRETARY)
def save_step(clinic_id: int, policy_id: int, key: str) -> ResponseReturnValue:
    """Change a step of the draft."""
    policy = _policy(clinic_id, policy_id)
    return _save_step(policy, key, _step(policy, key))


@pages.post("/<int:policy_id>/trin/<key>/fjern", access=Access.SECRETARY)
def remove_step(clinic_id: int, policy_id: int, key: str) -> ResponseReturnValue:
    """Take a step out of the draft."""
    policy = _policy(clinic_id, policy_id)
    _step(policy, key)
    return _change(policy, editing.without(service.draft_of(db(), policy), key))


@pages.post("/<int:policy_id>/trin/<key>/<any(op, ned):way>", access=Access.SECRETARY)
def move_step(clinic_id: int, policy_id: int, key: str, way: str) -> ResponseReturnValue:
    """Move a step of the draft one place."""
    policy = _policy(clinic_id, policy_id)
    _step(policy, key)
    return _change(policy, editing.moved(service.draft_of(db(), policy), key, MOVES[way]))


@pages.get("/<int:policy_id>/stille", access=Access.SECRETARY)
def quiet_form(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """The form for the hours in which nothing is sent."""
    policy = _policy(clinic_id, policy_id)
    draft = service.draft_of(db(), policy)
    values = {
        "quiet_from": f"{draft.quiet_from:%H:%M}",
        "quiet_to": f"{draft.quiet_to:%H:%M}",
        "version": policy.version,
    }
    return render_template(QUIET, values=values, errors={}, **_frame(policy))


@pages.post("/<int:policy_id>/stille", access=Access.SECRETARY)
def save_quiet(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """Change them in the draft."""
    policy = _policy(clinic_id, policy_id)
    try:
        with refusals():
            typed = read(QuietForm())
            _unchanged(policy, typed["version"])
            steps = service.draft_of(db(), policy).steps
            draft = Policy(steps, typed["quiet_from"], typed["quiet_to"])
            service.write_draft(db(), me(), policy, draft)
    except DomainError as error:
        return rejected(QUIET, error, row=policy, **_frame(policy))
    return _drafted(policy)


@pages.post("/<int:policy_id>/kasser", access=Access.SECRETARY)
def throw_away(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """Drop the draft."""
    policy = _policy(clinic_id, policy_id)
    try:
        with refusals():
            _unchanged(policy, read(VersionForm())["version"])
            service.throw_away(db(), me(), policy)
    except DomainError as error:
        return _refused(policy, error)
    flash(_("Kladden er kasseret. Reglerne gælder, som de gjorde."), "success")
    return redirect(url_for("staff_messages.overview", clinic_id=clinic_id), 303)


@pages.get("/<int:policy_id>/tag-i-brug", access=Access.SECRETARY)
def use_form(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """What taking the draft into use would change, before it does."""
    policy = _policy(clinic_id, policy_id)
    if policy.draft is None:
        return _refused(policy, NoPolicyDraft())
    return render_template(USE, errors={}, **_use_page(policy))


@pages.post("/<int:policy_id>/tag-i-brug", access=Access.SECRETARY)
def use(clinic_id: int, policy_id: int) -> ResponseReturnValue:
    """Let the draft count, as it was shown."""
    policy = _policy(clinic_id, policy_id)
    try:
        with refusals():
            _unchanged(policy, read(VersionForm())["version"])
            service.publish(db(), me(), policy)
    except DomainError as error:
        return _refused(policy, error)
    flash(_("Reglerne er taget i brug, og de kommende tider er planlagt efter dem."), "success")
    return redirect(_at(policy), 303)


def _office(clinic_id: int) -> Clinic:
    return clinic_here(clinic_id, Role.SECRETARY, Role.LEADER)


def _policy(clinic_id: int, policy_id: int) -> ReminderPolicy:
    _office(clinic_id)
    return queries.policy_of(db(), clinic_id, policy_id)


def _step(policy: ReminderPolicy, key: str) -> Step:
    for step in service.draft_of(db(), policy).steps:
        if step.key == key:
            return step
    raise NotFound


def _unchanged(policy: ReminderPolicy, version: int) -> None:
    """Raise ChangedMeanwhile unless the policy is the one that was shown."""
    if policy.version != version:
        raise ChangedMeanwhile


def _save_step(policy: ReminderPolicy, key: str, known: Step | None) -> ResponseReturnValue:
    try:
        with refusals():
            typed = read(StepForm())
            codes = queries.wordings(db(), policy.clinic_id)
            step = step_form.step_of(key, typed, codes.keys() - lints.ANSWERS)
            draft = editing.with_step(service.draft_of(db(), policy), step)
            _fits(policy, draft, step)
            _unchanged(policy, typed["version"])
            service.write_draft(db(), me(), policy, draft)
    except DomainError as error:
        return rejected(STEP, error, row=policy, **_step_page(policy, known))
    return _drafted(policy)


def _fits(policy: ReminderPolicy, draft: Policy, step: Step) -> None:
    """Raise InvalidInput at once where the text of a step speaks of a time that there is not."""
    flaw = Flaw("time_named", (step.key,))
    if flaw in queries.flaws_in(db(), policy.clinic_id, draft):
        raise InvalidInput({"wording": str(flaw_words.FLAWS[flaw.code])})


def _change(policy: ReminderPolicy, draft: Policy) -> ResponseReturnValue:
    try:
        with refusals():
            _unchanged(policy, read(VersionForm())["version"])
            service.write_draft(db(), me(), policy, draft)
    except DomainError as error:
        return _refused(policy, error)
    return _drafted(policy)


def _drafted(policy: ReminderPolicy) -> ResponseReturnValue:
    flash(_("Gemt i kladden. Den gælder først, når den er taget i brug."), "success")
    return redirect(_at(policy), 303)


def _refused(policy: ReminderPolicy, error: DomainError) -> ResponseReturnValue:
    """Back to the policy, with what stood in the way."""
    there = _at(policy)
    db().rollback()
    said = _("Udfyld feltet.") if isinstance(error, InvalidInput) else in_words(error)
    flash(said, "warning")
    return redirect(there, 303)


def _at(policy: ReminderPolicy) -> str:
    return url_for(".show", clinic_id=policy.clinic_id, policy_id=policy.id)


def _frame(policy: ReminderPolicy) -> dict[str, Any]:
    wordings = queries.named_wordings(db(), policy.clinic_id)
    return {
        "clinic": policy.clinic,
        "policy": policy,
        "name": name_of(policy),
        "words": words,
        "wordings": {one.code: one for one in wordings},
    }


def _page(policy: ReminderPolicy) -> dict[str, Any]:
    shown = service.draft_of(db(), policy)
    flaws = queries.flaws_in(db(), policy.clinic_id, shown)
    return {
        **_frame(policy),
        "shown": shown,
        "drafted": policy.draft is not None,
        "flaws": [flaw_words.said(flaw, shown) for flaw in flaws],
        "versions": queries.versions_of(db(), policy.id),
        "writes": writes_here(policy.clinic),
        "experiment": drawing.running(db(), policy.id),
    }


def _step_page(policy: ReminderPolicy, step: Step | None) -> dict[str, Any]:
    on = request.form.get("on") or (step.when.on if step else "")
    happens = [one for one in words.OCCASIONS if one in flaw_words.HAPPENS or one == on]
    frame = _frame(policy)
    return {
        **frame,
        "step": step,
        "wording_options": [
            (code, one.name) for code, one in frame["wordings"].items() if code not in lints.ANSWERS
        ],
        "on_options": [
            ("days_before", _("Et antal dage før, på et klokkeslæt")),
            ("hours_before", _("Et antal timer før")),
            *((one, words.OCCASIONS[one]) for one in happens),
        ],
        "channel_options": [(one, words.channel(one)) for one in words.CHANNELS],
        "form_options": list(FORMS.items()),
    }


def _use_page(policy: ReminderPolicy) -> dict[str, Any]:
    page = _page(policy)
    coming = coming_under(db(), policy.id)
    return {
        **page,
        "coming": len(coming),
        "changed": plan_ahead(db(), coming, trial=page["shown"]),
        "barred": any(flaw.blocks for flaw in page["flaws"]) or page["experiment"] is not None,
    }

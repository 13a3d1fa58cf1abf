"""The pages of experiments: the list, a draft and its start, what may be told, stopping early."""

from datetime import timedelta
from typing import Any

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
from booking.platform.forms import Day, Form, Id, Number, Text, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from reminders.clinic_web import experiment_results as results
from reminders.clinic_web import experiment_words as words
from reminders.clinic_web.frame import MESSAGES
from reminders.effects import queries as effects
from reminders.effects.prices import Prices
from reminders.experiments import queries, service
from reminders.experiments.models import Experiment
from reminders.experiments.sample_size import patients_needed
from reminders.policies import queries as policies

pages = Pages(
    "staff_experiments",
    __name__,
    url_prefix=f"{MESSAGES}/forsoeg",
    template_folder="templates",
)
TABS = (MenuEntry("staff_experiments.show_all", _l("Forsøg"), frozenset({Role.LEADER})),)
NEW, DRAFT, EDIT, STOP = (f"experiments/{name}.html" for name in ("new", "draft", "edit", "stop"))
LONGEST = timedelta(days=2 * 365)


class NewForm(Form):
    """What a new experiment is about."""

    policy = Id(required=True)
    name = Text(required=True)
    question = Text(required=True, longest=2000)
    last_day = Day(required=True)


class EditForm(Form):
    """What a draft says of itself."""

    name = Text(required=True)
    question = Text(required=True, longest=2000)
    approval = Text(longest=2000, load_default="")
    last_day = Day(required=True)
    version = Number(1, required=True)


class StopForm(Form):
    """Why it is stopped."""

    reason = Text(required=True, longest=2000)


class SizeForm(Form):
    """How small a difference must be found, in points (hundredths of the visits)."""

    points = Number(1, 50, load_default=3)


class PricesForm(Form):
    """What messages cost, in øre."""

    sms = Number(0, 100_000, load_default=Prices.sms)
    voice = Number(0, 100_000, load_default=Prices.voice)
    email = Number(0, 100_000, load_default=Prices.email)
    letter = Number(0, 100_000, load_default=Prices.letter)
    digital_post = Number(0, 100_000, load_default=Prices.digital_post)


@pages.get("", access=Access.SECRETARY)
def show_all(clinic_id: int) -> ResponseReturnValue:
    """The clinic's experiments."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    return render_template(
        "experiments/list.html",
        clinic=clinic,
        experiments=queries.of_clinic(db(), clinic.id),
        states=words.STATES,
        state=lambda one: results.state(one, db().now()),
        words=words,
        sends=policies.sender_of(db(), clinic.id) is not None,
    )


@pages.get("/nyt", access=Access.SECRETARY)
def new(clinic_id: int) -> ResponseReturnValue:
    """What it is to find out, about which visits, and until when."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    return render_template(NEW, values={}, errors={}, **_new(clinic))


@pages.post("/nyt", access=Access.SECRETARY)
def create(clinic_id: int) -> ResponseReturnValue:
    """Begin on a draft."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    try:
        typed = read(NewForm())
        _check_day(clinic, typed)
        policy = policies.policy_of(db(), clinic.id, typed["policy"])
        made = service.draft(
            db(), me(), policy, typed["name"], typed["question"], typed["last_day"]
        )
    except DomainError as error:
        return rejected(NEW, error, **_new(clinic))
    return redirect(_address(made), 303)


@pages.get("/<int:experiment_id>", access=Access.SECRETARY)
def show(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """A draft and what it lacks; or how one goes; or what one found."""
    clinic, experiment = _here(clinic_id, experiment_id)
    if experiment.state == "draft":
        return render_template(DRAFT, errors={}, **_draft(clinic, experiment))
    prices = Prices(**read(PricesForm(), "query"))
    found = effects.result(db(), experiment, prices)
    return render_template(
        "experiments/result.html",
        clinic=clinic,
        experiment=experiment,
        state=results.state(experiment, db().now()),
        words=words,
        models=results.models(experiment, queries.wording_names(db(), clinic.id)),
        found=found.result,
        sizes=results.sizes(experiment, found.result),
        together=results.together(found.result),
        left_out=results.left_out(found),
        shown=results.shown(experiment, found.result),
        values={name: getattr(prices, name) for name in PricesForm().fields},
    )


@pages.get("/<int:experiment_id>/ret", access=Access.SECRETARY)
def edit(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """What a draft says of itself."""
    clinic, experiment = _here(clinic_id, experiment_id)
    values = {
        "name": experiment.name,
        "question": experiment.question,
        "approval": experiment.approval,
        "last_day": service.last_day(experiment).isoformat(),
        "version": experiment.version,
    }
    return render_template(
        EDIT, clinic=clinic, experiment=experiment, values=values, errors={}, words=words
    )


@pages.post("/<int:experiment_id>/ret", access=Access.SECRETARY)
def save(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """Keep it."""
    clinic, experiment = _here(clinic_id, experiment_id)
    try:
        typed = read(EditForm())
        _check_day(clinic, typed)
        with refusals():
            service.describe(db(), me(), experiment, **typed)
    except DomainError as error:
        return rejected(
            EDIT, error, row=experiment, clinic=clinic, experiment=experiment, words=words
        )
    flash(_("Kladden er gemt."), "success")
    return redirect(_address(experiment), 303)


@pages.post("/<int:experiment_id>/start", access=Access.SECRETARY)
def start(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """Let it run."""
    clinic, experiment = _here(clinic_id, experiment_id)
    try:
        with refusals():
            service.start(db(), me(), experiment)
    except DomainError as error:
        return _refused(clinic, experiment, error)
    flash(_("Forsøget er i gang."), "success")
    return redirect(_address(experiment), 303)


@pages.post("/<int:experiment_id>/som-nu", access=Access.SECRETARY)
def renew(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """Let the first model be what counts now."""
    clinic, experiment = _here(clinic_id, experiment_id)
    try:
        service.renew_usual(db(), me(), experiment)
    except DomainError as error:
        return _refused(clinic, experiment, error)
    flash(_("»Som nu« er nu de regler, klinikken bruger i dag."), "success")
    return redirect(_address(experiment), 303)


@pages.post("/<int:experiment_id>/smid-vaek", access=Access.SECRETARY)
def discard(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """Throw a draft away."""
    clinic, experiment = _here(clinic_id, experiment_id)
    try:
        service.discard(db(), me(), experiment)
    except DomainError as error:
        return _refused(clinic, experiment, error)
    flash(_("Kladden er smidt væk."), "success")
    return redirect(url_for(".show_all", clinic_id=clinic_id), 303)


@pages.get("/<int:experiment_id>/stop", access=Access.SECRETARY)
def stop_form(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """What stopping means, and why."""
    clinic, experiment = _here(clinic_id, experiment_id)
    return render_template(
        STOP, clinic=clinic, experiment=experiment, values={}, errors={}, words=words
    )


@pages.post("/<int:experiment_id>/stop", access=Access.SECRETARY)
def stop(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """Stop it before its day."""
    clinic, experiment = _here(clinic_id, experiment_id)
    try:
        typed = read(StopForm())
        with refusals():
            service.stop(db(), me(), experiment, typed["reason"])
    except DomainError as error:
        return rejected(STOP, error, clinic=clinic, experiment=experiment, words=words)
    flash(_("Forsøget er stoppet."), "success")
    return redirect(_address(experiment), 303)


@pages.get("/uden", access=Access.SECRETARY)
def without(clinic_id: int) -> ResponseReturnValue:
    """What the figures say of reminders without an experiment, and what they do not."""
    clinic = clinic_here(clinic_id, Role.LEADER)
    observed = effects.without_experiment(db(), clinic)
    return render_template(
        "experiments/without.html",
        clinic=clinic,
        observed=observed,
        words=words,
        bands=results.bands(observed),
    )


def _here(clinic_id: int, experiment_id: int) -> tuple[Clinic, Experiment]:
    clinic = clinic_here(clinic_id, Role.LEADER)
    return clinic, queries.experiment_of(db(), clinic_id, experiment_id)


def _new(clinic: Clinic) -> dict[str, object]:
    return {
        "clinic": clinic,
        "policies": [
            (policy.id, words.about(policy))
            for policy in policies.policies_of(db(), clinic.id)
            if policies.newest(db(), policy) is not None
        ],
    }


def _draft(clinic: Clinic, experiment: Experiment) -> dict[str, object]:
    names = queries.wording_names(db(), clinic.id)
    points = read(SizeForm(), "query")["points"]
    length = experiment.ends_at - db().now()
    pace = effects.pace(db(), experiment.policy, length) if length > timedelta(0) else None
    needed = None
    if pace is not None and 0 < points / 100 < pace.lost:
        needed = patients_needed(
            pace.lost,
            -points / 100,
            visits_per_patient=pace.per_patient,
            icc=pace.icc,
            visits_spread=pace.spread,
            challengers=max(1, len(experiment.arms) - 1),
        )
    weights = [arm.weight for arm in experiment.arms]
    return {
        "clinic": clinic,
        "experiment": experiment,
        "models": results.models(experiment, names),
        "words": words,
        "usual_has_changed": service.usual_has_changed(db(), experiment),
        "pace": pace,
        "needed": needed,
        "enough": needed is not None
        and pace is not None
        and pace.patients * min(weights) >= needed * sum(weights),
        "values": {"points": points},
    }


def _refused(clinic: Clinic, experiment: Experiment, error: DomainError) -> ResponseReturnValue:
    """The page again, whatever state it is in by now."""
    db().rollback()
    flash(in_words(error), "error")
    return redirect(url_for(".show", clinic_id=clinic.id, experiment_id=experiment.id), 303)


def _check_day(clinic: Clinic, typed: dict[str, Any]) -> None:
    first = today(db(), clinic)
    last = typed["last_day"]
    if not first < last <= first + LONGEST:
        raise InvalidInput({"last_day": _("Vælg en dag efter i dag og højst to år fremme.")})


def _address(experiment: Experiment) -> str:
    return url_for(".show", clinic_id=experiment.clinic_id, experiment_id=experiment.id)

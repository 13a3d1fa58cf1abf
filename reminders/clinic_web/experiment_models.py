"""The form of a model to try: which reminders go, when, by which channels and in which words."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import in_words, refusals
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Choice, Form, Number, Text, WallClock, Yes, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from reminders.clinic_web import experiment_words as words
from reminders.clinic_web.frame import MESSAGES
from reminders.experiments import queries, service
from reminders.experiments.errors import ModelFlawed
from reminders.experiments.models import Experiment, ExperimentArm
from reminders.policies.steps import Channel, Policy, Step, When, from_json
from reminders.texts import lints

pages = Pages(
    "staff_experiment_models",
    __name__,
    url_prefix=f"{MESSAGES}/forsoeg/<int:experiment_id>/modeller",
    template_folder="templates",
)
PAGE = "experiments/model.html"


@pages.get("/ny", access=Access.SECRETARY)
def new(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """Another model; it begins as the usual one."""
    clinic, experiment = _here(clinic_id, experiment_id)
    usual = _policy(experiment.arms[0])
    return _page(clinic, experiment, usual, {"weight": 1, **_values(usual, usual)})


@pages.post("/ny", access=Access.SECRETARY)
def add(clinic_id: int, experiment_id: int) -> ResponseReturnValue:
    """Take it into the draft."""
    clinic, experiment = _here(clinic_id, experiment_id)
    usual = _policy(experiment.arms[0])
    try:
        typed = read(_form(experiment, usual, None))
        with refusals():
            service.add_arm(
                db(), me(), experiment, typed["name"], typed["weight"], _built(typed, usual)
            )
    except DomainError as error:
        return _again(clinic, experiment, usual, error)
    return _back(experiment)


@pages.get("/<int:arm_id>", access=Access.SECRETARY)
def edit(clinic_id: int, experiment_id: int, arm_id: int) -> ResponseReturnValue:
    """A model as it is."""
    clinic, experiment = _here(clinic_id, experiment_id)
    arm = queries.arm_of_experiment(experiment, arm_id)
    usual = _policy(experiment.arms[0])
    values = {"name": arm.name, "weight": arm.weight, **_values(_policy(arm), usual)}
    return _page(clinic, experiment, usual, values, arm)


@pages.post("/<int:arm_id>", access=Access.SECRETARY)
def save(clinic_id: int, experiment_id: int, arm_id: int) -> ResponseReturnValue:
    """Keep it."""
    clinic, experiment = _here(clinic_id, experiment_id)
    arm = queries.arm_of_experiment(experiment, arm_id)
    usual = _policy(experiment.arms[0])
    try:
        typed = read(_form(experiment, usual, arm))
        built = usual if arm.number == 0 else _built(typed, usual)
        with refusals():
            service.change_arm(db(), me(), arm, typed.get("name", arm.name), typed["weight"], built)
    except DomainError as error:
        return _again(clinic, experiment, usual, error, arm)
    return _back(experiment)


@pages.post("/<int:arm_id>/fjern", access=Access.SECRETARY)
def remove(clinic_id: int, experiment_id: int, arm_id: int) -> ResponseReturnValue:
    """Take a model out of the draft."""
    _clinic, experiment = _here(clinic_id, experiment_id)
    arm = queries.arm_of_experiment(experiment, arm_id)
    try:
        service.remove_arm(db(), me(), arm)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "error")
        return redirect(_address(clinic_id, experiment_id), 303)
    flash(_("Modellen er fjernet."), "success")
    return redirect(_address(clinic_id, experiment_id), 303)


@pages.post("/<int:arm_id>/brug", access=Access.SECRETARY)
def adopt(clinic_id: int, experiment_id: int, arm_id: int) -> ResponseReturnValue:
    """Lay it as the draft of the clinic's policy."""
    _clinic, experiment = _here(clinic_id, experiment_id)
    arm = queries.arm_of_experiment(experiment, arm_id)
    try:
        service.adopt(db(), me(), arm)
    except DomainError as error:
        db().rollback()
        flash(in_words(error), "error")
        return redirect(_address(clinic_id, experiment_id), 303)
    flash(_("Modellen er lagt som kladde til reglerne. Se den igennem, og udgiv den."), "success")
    return redirect(url_for("staff_messages.overview", clinic_id=clinic_id), 303)


def _form(experiment: Experiment, usual: Policy, arm: ExperimentArm | None) -> Form:
    """The fields of a model: name, share, and four for each reminder; of the usual the share."""
    fields: dict[str, Any] = {"weight": Number(1, 100, load_default=1)}
    if arm is None or arm.number > 0:
        fields["name"] = Text(required=True, longest=40)
        wordings = _wordings(experiment, usual)
        for one in _offered(usual):
            fields[f"send_{one.key}"] = Yes()
            fields[f"amount_{one.key}"] = Number(0, 14 * 24, load_default=None)
            fields[f"at_{one.key}"] = WallClock(load_default=None)
            fields[f"channels_{one.key}"] = Choice(
                [code for code, _text in _orders(one)], load_default=",".join(one.channels)
            )
            fields[f"wording_{one.key}"] = Choice(wordings, load_default=one.wording)
    return cast(Form, Form.from_dict(fields)())


def _offered(usual: Policy) -> list[Step]:
    """The reminders there are, and one more."""
    return [*words.reminders(usual), _one_more(usual)]


def _one_more(usual: Policy) -> Step:
    """A reminder that is not there yet, under a key that is free."""
    taken = {one.key for one in usual.steps}
    key = next(key for key in (f"more_{number}" for number in count(1)) if key not in taken)
    return Step(key, When("days_before"), ("sms",), "reminder")


def _orders(one: Step) -> list[tuple[str, str]]:
    """The orders of channels to choose from, and the step's own where it is another."""
    orders = words.ORDERS if one.channels in words.ORDERS else (*words.ORDERS, one.channels)
    return [(",".join(order), words.order(order)) for order in orders]


def _wordings(experiment: Experiment, usual: Policy) -> dict[str, str]:
    """The texts to choose from, by code: not answers, nor those that tell of something else."""
    others = {one.wording for one in usual.steps if one.kind != "reminder"} | lints.ANSWERS
    names = queries.wording_names(db(), experiment.clinic_id)
    return {code: name for code, name in names.items() if code not in others}


def _values(policy: Policy, usual: Policy) -> dict[str, object]:
    """A model as the form shows it, with something to begin from for one reminder more."""
    more = _one_more(usual)
    values: dict[str, object] = {
        f"amount_{more.key}": 7,
        f"at_{more.key}": "10:00",
        f"wording_{more.key}": more.wording,
    }
    for one in words.reminders(policy):
        values |= {
            f"send_{one.key}": "1",
            f"amount_{one.key}": one.when.amount,
            f"at_{one.key}": f"{one.when.at:%H:%M}" if one.when.at else "",
            f"channels_{one.key}": ",".join(one.channels),
            f"wording_{one.key}": one.wording,
        }
    return values


def _built(typed: Mapping[str, Any], usual: Policy) -> Policy:
    """The usual policy with its reminders as they were typed; the rest stands."""
    steps = [one for one in usual.steps if one.kind != "reminder"]
    for one in _offered(usual):
        if typed[f"send_{one.key}"]:
            _check(typed, one)
            channels: tuple[Channel, ...] = tuple(typed[f"channels_{one.key}"].split(","))
            at = typed[f"at_{one.key}"] if one.when.on == "days_before" else None
            steps.append(
                replace(
                    one,
                    when=replace(one.when, amount=typed[f"amount_{one.key}"], at=at),
                    channels=channels,
                    wording=typed[f"wording_{one.key}"],
                )
            )
    order = {one.key: place for place, one in enumerate(usual.steps)}
    return replace(usual, steps=tuple(sorted(steps, key=lambda one: order.get(one.key, 99))))


def _check(typed: Mapping[str, Any], one: Step) -> None:
    """Raise InvalidInput for a reminder that is sent without saying when."""
    asked = ["amount", *(["at"] if one.when.on == "days_before" else [])]
    empty = [f"{name}_{one.key}" for name in asked if typed[f"{name}_{one.key}"] is None]
    if empty:
        raise InvalidInput({name: _("Udfyld feltet.") for name in empty})


def _again(
    clinic: Clinic,
    experiment: Experiment,
    usual: Policy,
    error: DomainError,
    arm: ExperimentArm | None = None,
) -> ResponseReturnValue:
    if isinstance(error, ModelFlawed):
        flaws = error.context["flaws"]
        assert isinstance(flaws, tuple)
        text = words.FLAWS.get(flaws[0])
        error = InvalidInput({"_form": str(text) if text else in_words(error)})
    return rejected(PAGE, error, **_context(clinic, experiment, usual, arm))


def _page(
    clinic: Clinic,
    experiment: Experiment,
    usual: Policy,
    values: Mapping[str, object],
    arm: ExperimentArm | None = None,
) -> ResponseReturnValue:
    return render_template(
        PAGE, values=values, errors={}, **_context(clinic, experiment, usual, arm)
    )


def _context(
    clinic: Clinic, experiment: Experiment, usual: Policy, arm: ExperimentArm | None
) -> dict[str, object]:
    extra = _one_more(usual)
    return {
        "clinic": clinic,
        "experiment": experiment,
        "arm": arm,
        "usual": arm is not None and arm.number == 0,
        "steps": [(one, words.when(one), _orders(one)) for one in words.reminders(usual)],
        "extra": (extra, _orders(extra)),
        "wordings": list(_wordings(experiment, usual).items()),
    }


def _policy(arm: ExperimentArm) -> Policy:
    return from_json(arm.policy_version.body)


def _here(clinic_id: int, experiment_id: int) -> tuple[Clinic, Experiment]:
    clinic = clinic_here(clinic_id, Role.LEADER)
    return clinic, queries.experiment_of(db(), clinic_id, experiment_id)


def _back(experiment: Experiment) -> ResponseReturnValue:
    flash(_("Modellen er gemt."), "success")
    return redirect(_address(experiment.clinic_id, experiment.id), 303)


def _address(clinic_id: int, experiment_id: int) -> str:
    return url_for("staff_experiments.show", clinic_id=clinic_id, experiment_id=experiment_id)

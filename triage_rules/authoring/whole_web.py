"""What is about a whole table or the whole draft: names, the safety net, second looks, undoing."""

from decimal import Decimal

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Day, Form, Number, Text, read
from booking.platform.pages import Access, Pages, db, me
from triage_rules.authoring import editing, queries, words
from triage_rules.authoring.drafting import Examples, Here, input_of, on_draft, shown, step
from triage_rules.authoring.editing import NotThere
from triage_rules.authoring.grid_forms import Figure, scale
from triage_rules.authoring.grid_view import WHOLE
from triage_rules.authoring.saving import Edit, carry_out, of_rules
from triage_rules.tables import examples as trying
from triage_rules.tables import written
from triage_rules.tables.model import Table
from triage_rules.tables.rule_set import STAGES, WEEKS, RuleSet

pages = Pages(
    "rule_whole",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>/kladde",
    template_folder="templates",
)


class WholeForm(Form):
    """What the rule set is called, and the longest anyone may be without a look, in weeks."""

    label = Text(required=True)
    latest_weeks = Number(1, int(WEEKS), required=True)


class LookForm(Form):
    """Near which limit of which number green is looked at."""

    oplysning = Text(required=True)
    limit = Figure(required=True)
    within = Figure(required=True)


class FillForm(Form):
    """What rows are to say where they say nothing."""

    evidence = Text(longest=500, load_default="")
    owner = Text(longest=100, load_default="")
    review_by = Day(load_default=None)


@pages.get("/navn", access=Access.CLINICIAN, endpoint="whole")
@on_draft
def whole_form(here: Here) -> ResponseReturnValue:
    """The rule set's name and safety net."""
    return _whole(here)


@pages.post("/navn", access=Access.CLINICIAN)
@on_draft
def save_whole(here: Here) -> ResponseReturnValue:
    """Keep them."""
    try:
        typed = read(WholeForm())
    except InvalidInput as error:
        return _whole(here, error)
    label, weeks = typed["label"], typed["latest_weeks"]
    said = _("kalde regelsættet »%(label)s«, højst %(time)s", label=label, time=words.weeks(weeks))
    change = of_rules(lambda rules: editing.set_label(rules, label, weeks))
    return carry_out(here, Edit(said, WHOLE, change, lambda _rules: "whole"))


@pages.post("/forpligtelser", access=Access.CLINICIAN)
@on_draft
def add_obligations(here: Here) -> ResponseReturnValue:
    """Begin on the last table, of what national standards ask."""
    change = of_rules(editing.with_obligations)
    return carry_out(here, Edit(_("tilføje en tabel med forpligtelser"), "obligations", change))


@pages.post("/forpligtelser/fjern", access=Access.CLINICIAN)
@on_draft
def remove_obligations(here: Here) -> ResponseReturnValue:
    """Do without it."""
    change = of_rules(editing.without_obligations)
    return carry_out(here, Edit(_("fjerne tabellen med forpligtelser"), WHOLE, change))


@pages.get("/ekstra-blik", access=Access.CLINICIAN, endpoint="look")
@on_draft
def look_form(here: Here) -> ResponseReturnValue:
    """A limit near which green is looked at by a clinician."""
    return _look(here)


@pages.post("/ekstra-blik", access=Access.CLINICIAN)
@on_draft
def add_look(here: Here) -> ResponseReturnValue:
    """Have it so."""
    try:
        typed = read(LookForm())
        if typed["within"] < 0:
            raise InvalidInput({"within": _("Skriv 0 eller et tal over 0.")})
    except InvalidInput as error:
        return _look(here, error)
    name = typed["oplysning"]
    asked = input_of(here.table("activity"), name)
    said = _(
        "se ekstra på grønne patienter nær %(input)s %(limit)s",
        input=words.label(asked),
        limit=words.number(typed["limit"]),
    )

    def change(rules: RuleSet) -> RuleSet:
        return editing.add_second_look(rules, name, typed["limit"], typed["within"])

    return carry_out(here, Edit(said, WHOLE, of_rules(change), lambda _rules: "new-look"))


@pages.post("/ekstra-blik/fjern", access=Access.CLINICIAN)
@on_draft
def remove_look(here: Here) -> ResponseReturnValue:
    """Have it no more."""
    name = request.form.get("oplysning", "")
    limits = [look.limit for look in here.rules.second_looks if look.input == name]
    wanted = next((one for one in limits if str(one) == request.form.get("limit")), None)
    if wanted is None:
        raise NotThere
    limit: Decimal = wanted
    change = of_rules(lambda rules: editing.remove_second_look(rules, name, limit))
    said = _("ikke længere se ekstra på grønne patienter nær en grænse")
    return carry_out(here, Edit(said, WHOLE, change, lambda _rules: "new-look"))


@pages.get("/begrundelser", access=Access.CLINICIAN, endpoint="fill")
@on_draft
def fill_form(here: Here) -> ResponseReturnValue:
    """The same evidence, owner and date for every row that says nothing."""
    return _fill(here)


@pages.post("/begrundelser", access=Access.CLINICIAN)
@on_draft
def save_fill(here: Here) -> ResponseReturnValue:
    """Put them there."""
    try:
        typed = read(FillForm())
    except InvalidInput as error:
        return _fill(here, error)
    change = of_rules(lambda rules: editing.fill_details(rules, **typed))
    said = _("skrive begrundelse, ansvarlig og dato på de rækker, der mangler dem")
    tab = request.form.get("tabel", WHOLE)
    return carry_out(here, Edit(said, tab, change, lambda _rules: "fill"))


@pages.get("/maade", access=Access.CLINICIAN, endpoint="policy")
@on_draft
def policy_form(here: Here) -> ResponseReturnValue:
    """How a table decides between rows that fit."""
    return _policy(here, here.table(_stage()))


@pages.post("/maade", access=Access.CLINICIAN)
@on_draft
def save_policy(here: Here) -> ResponseReturnValue:
    """Let it decide another way."""
    table = here.table(_stage())
    stage = next(one for one in STAGES if one.name == table.name)
    try:
        form = Form.from_dict({"policy": Choice(stage.policies, required=True)})()
        policy = read(form)["policy"]  # type: ignore[arg-type]
    except InvalidInput as error:
        return _policy(here, table, error)
    said = _(
        "I %(table)s: vælge »%(policy)s«",
        table=words.stage(table.name),
        policy=words.POLICIES[policy],
    )
    return carry_out(
        here,
        Edit(
            said,
            table.name,
            of_rules(lambda rules: editing.set_policy(rules, table.name, policy)),
            lambda _rules: "policy",
        ),
    )


@pages.post("/fortryd", access=Access.CLINICIAN)
@on_draft
def undo(here: Here) -> ResponseReturnValue:
    """Put the draft back as it was before the asker's latest save; again, to go further back."""
    latest = queries.step_to_undo(db(), here.draft, me().id)

    def change(_rules: RuleSet, _examples: Examples) -> tuple[RuleSet, Examples]:
        if latest is None:
            raise NotThere
        return written.read(latest.body), trying.read(latest.examples)

    tab = _stage() or "activity"
    return carry_out(here, Edit(_("fortryde det sidste"), tab, change, again=False, undone=latest))


def _policy(here: Here, table: Table, error: InvalidInput | None = None) -> ResponseReturnValue:
    stage = next(one for one in STAGES if one.name == table.name)
    options = [
        {"value": one, "text": words.POLICIES[one], "hint": words.POLICIES_ABOUT[one]}
        for one in stage.policies
    ]
    return step(
        here,
        "policy",
        heading=_("Når flere rækker passer"),
        tab=table.name,
        table=table,
        options=options,
        **shown(error, {"policy": table.hit_policy}),
    )


def _stage() -> str:
    return request.values.get("tabel", "")


def _whole(here: Here, error: InvalidInput | None = None) -> ResponseReturnValue:
    values = {"label": here.rules.label, "latest_weeks": here.rules.latest_weeks}
    return step(
        here,
        "whole",
        heading=_("Navn og sikkerhedsnet"),
        tab=WHOLE,
        most=int(WEEKS),
        **shown(error, values),
    )


def _look(here: Here, error: InvalidInput | None = None) -> ResponseReturnValue:
    numbers = [one for one in here.table("activity").inputs if one.kind == "number"]
    return step(
        here,
        "look",
        heading=_("Ekstra blik nær en grænse"),
        tab=WHOLE,
        options=[(one.name, f"{words.input_name(one)} {scale(one)}".strip()) for one in numbers],
        **shown(error, {"oplysning": numbers[0].name if numbers else "", "within": "1"}),
    )


def _fill(here: Here, error: InvalidInput | None = None) -> ResponseReturnValue:
    return step(
        here,
        "fill",
        heading=_("Begrundelse, ansvarlig og dato på alle rækker"),
        tab=request.values.get("tabel", WHOLE),
        **shown(error, {}),
    )

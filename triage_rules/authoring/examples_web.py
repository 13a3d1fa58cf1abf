"""A draft's example patients: written, changed, removed, and taken from what is suggested."""

from dataclasses import replace

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.platform.errors import InvalidInput
from booking.platform.forms import Form, Text, read
from booking.platform.pages import Access, Pages
from triage_rules.authoring import words
from triage_rules.authoring.drafting import Examples, Here, on_draft, shown, step
from triage_rules.authoring.editing import NotThere
from triage_rules.authoring.example_forms import NOBODY, example_values, read_example, taken
from triage_rules.authoring.examples_view import asked
from triage_rules.authoring.grid_view import EXAMPLES
from triage_rules.authoring.saving import Edit, carry_out
from triage_rules.tables import examples as trying
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import ACTIONS, COLOURS, FORMS, WHOM_TO_CALL, Malformed, RuleSet

pages = Pages(
    "rule_examples",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>/kladde",
    template_folder="templates",
)


class SuggestedForm(Form):
    """Examples in their written form, as they were suggested."""

    examples = Text(required=True, longest=500_000)


@pages.get("/eksempel", access=Access.CLINICIAN, endpoint="example")
@on_draft
def example_form(here: Here) -> ResponseReturnValue:
    """One example patient, or a new one."""
    return _example(here, _before(here))


@pages.post("/eksempel", access=Access.CLINICIAN)
@on_draft
def save(here: Here) -> ResponseReturnValue:
    """Keep it."""
    before = _before(here)
    try:
        example = read_example(asked(here.rules), before)
        others = [one.name for one in here.examples if one is not before]
        if example.name in others:
            raise taken(example.name)
    except InvalidInput as error:
        return _example(here, before, error)
    was = before.name if before else None

    def change(rules: RuleSet, examples: Examples) -> tuple[RuleSet, Examples]:
        if was is None:
            return rules, (*examples, example)
        place = _place(examples, was)
        return rules, (*examples[:place], example, *examples[place + 1 :])

    said = _("gemme eksempelpatienten »%(name)s«", name=example.name)
    return carry_out(here, Edit(said, EXAMPLES, change, lambda _rules: "new-example"))


@pages.post("/eksempel/fjern", access=Access.CLINICIAN)
@on_draft
def remove(here: Here) -> ResponseReturnValue:
    """Take an example away."""
    before = _before(here)
    if before is None:
        raise NotThere

    def change(rules: RuleSet, examples: Examples) -> tuple[RuleSet, Examples]:
        place = _place(examples, before.name)
        return rules, (*examples[:place], *examples[place + 1 :])

    said = _("fjerne eksempelpatienten »%(name)s«", name=before.name)
    return carry_out(here, Edit(said, EXAMPLES, change, lambda _rules: "new-example"))


@pages.post("/eksempel/forslag", access=Access.CLINICIAN)
@on_draft
def accept(here: Here) -> ResponseReturnValue:
    """Take suggested examples: what the rules say now is what is expected from now on."""
    try:
        suggested = trying.read(read(SuggestedForm())["examples"])
    except Malformed as error:
        raise NotThere from error

    def change(rules: RuleSet, examples: Examples) -> tuple[RuleSet, Examples]:
        for one in suggested:
            names = {each.name for each in examples}
            name, number = one.name, 2
            while name in names:
                name, number = f"{one.name} ({number})", number + 1
            examples = (*examples, replace(one, name=name))
        return rules, examples

    said = _("tage %(names)s med", names=words.listed([one.name for one in suggested]))
    return carry_out(here, Edit(said, EXAMPLES, change, lambda _rules: "suggestions"))


def _before(here: Here) -> Example | None:
    """The example that is changed; None for a new one; raises NotThere."""
    name = request.values.get("eksempel")
    return None if name is None else here.examples[_place(here.examples, name)]


def _place(examples: Examples, name: str) -> int:
    for place, one in enumerate(examples):
        if one.name == name:
            return place
    raise NotThere


def _example(
    here: Here, before: Example | None, error: InvalidInput | None = None
) -> ResponseReturnValue:
    facts = asked(here.rules)
    calls = [(NOBODY, _("ingen")), *((code, words.WHOM_TO_CALL[code]) for code in WHOM_TO_CALL)]
    return step(
        here,
        "example",
        heading=before.name if before else _("Ny eksempelpatient"),
        tab=EXAMPLES,
        before=before,
        facts=[
            (
                one,
                words.input_name(one),
                [(c, words.choice(one, c, here.names)) for c in one.choices],
            )
            for one in facts
        ],
        colours=[(code, words.COLOURS[code]) for code in COLOURS],
        actions=[(code, words.ACTIONS[code]) for code in ACTIONS],
        forms_of_contact=[(code, words.FORMS[code]) for code in FORMS],
        calls=calls,
        **shown(error, example_values(facts, before) if before else {}),
    )

"""The draft that a page is about, as it stands, and what its rules may ask."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.platform.errors import InvalidInput
from booking.platform.identity import Role
from booking.platform.pages import db
from triage_rules.authoring import queries, words
from triage_rules.authoring.editing import NotThere
from triage_rules.authoring.errors import NoDraft
from triage_rules.authoring.models import RuleDraft
from triage_rules.authoring.models import RuleSet as RuleSetRow
from triage_rules.authoring.sources import Source, names_of, sources
from triage_rules.authoring.words import Names
from triage_rules.tables import examples as trying
from triage_rules.tables.examples import Example
from triage_rules.tables.model import Input, Row, Table
from triage_rules.tables.rule_set import RuleSet

Examples = tuple[Example, ...]
FRAGMENT = "Rettid-Fragment"
TYPED = ("told", "told_en", "evidence", "owner", "label", "name", "flag")


@dataclass(frozen=True)
class Here:
    """The draft of this page, as it stands."""

    clinic: Clinic
    draft: RuleDraft
    rules: RuleSet
    examples: Examples
    found: list[Source]
    names: Names

    @property
    def editable(self) -> bool:
        """True while it may be edited; False while it waits for approval."""
        return self.draft.status == "editing"

    def input(self, name: str) -> Input | None:
        """An input by its name, of whichever table; None for none."""
        every = (one for table in self.rules.tables for one in table.inputs)
        return next((one for one in every if one.name == name), None)

    def table(self, stage: str) -> Table:
        """The table at a stage; raises NotThere."""
        table = self.rules.table(stage)
        if table is None:
            raise NotThere
        return table


def read_again(here: Here) -> Here:
    """The draft as it stands now."""
    return _here(here.clinic, here.draft)


def _here(clinic: Clinic, draft: RuleDraft) -> Here:
    rules = draft.rules
    found = sources(db(), clinic.id)
    names = names_of(db(), found, rules)
    return Here(clinic, draft, rules, trying.read(draft.examples), found, names)


def on_draft(
    view: Callable[[Here], ResponseReturnValue],
) -> Callable[[int, int], ResponseReturnValue]:
    """A view of the draft its address names; what is there no more is told of on a page."""

    @wraps(view)
    def answered(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
        clinic = clinic_here(clinic_id, Role.CLINICIAN)
        try:
            here = _here(clinic, queries.draft_here(db(), clinic_id, rule_set_id))
        except NoDraft:
            return _no_draft(clinic, queries.rule_set_here(db(), clinic_id, rule_set_id))
        try:
            return view(here)
        except NotThere:
            return gone(here)

    return answered


def row_of(table: Table, row_id: str) -> Row:
    """A table's row; raises NotThere."""
    found = next((row for row in table.rows if row.id == row_id), None)
    if found is None:
        raise NotThere
    return found


def input_of(table: Table, name: str) -> Input:
    """A table's input; raises NotThere."""
    found = next((one for one in table.inputs if one.name == name), None)
    if found is None:
        raise NotThere
    return found


def as_fragment() -> bool:
    """True where the page is there already, and only the part that changes is wanted."""
    return request.headers.get(FRAGMENT) == "1"


def step(here: Here, part: str, status: int = 200, **context: object) -> ResponseReturnValue:
    """A form of its own: the part alone, or on a page. `heading`, and `tab` to go back to."""
    part = f"authoring/grid/{part}.html"
    template = part if as_fragment() else "authoring/grid/step.html"
    given: dict[str, object] = {
        "here": here,
        "clinic": here.clinic,
        "part": part,
        "fragment": as_fragment(),
    }
    # A form that comes back with an error still builds on what was on the screen.
    given["edition"] = request.form.get("edition") or here.draft.edition
    given |= {"address": partial(address, here), "words": words, "values": {}, "errors": {}}
    return render_template(template, **{**given, **context}), status


def address(here: Here, endpoint: str, **where: Any) -> str:
    """The address of a page about this draft."""
    own: dict[str, Any] = {"clinic_id": here.clinic.id, "rule_set_id": here.draft.rule_set_id}
    return url_for(endpoint, **own, **where)


def gone(here: Here) -> ResponseReturnValue:
    """What was to be seen or changed is there no more; what was typed is kept on the screen."""
    return step(here, "gone", 409, heading=_("Det findes ikke mere"), kept=_kept(), tab="")


def _no_draft(clinic: Clinic, rule_set: RuleSetRow) -> ResponseReturnValue:
    """The draft is published or thrown away: said on a page or in part of one, with what was
    typed and the way to the rule set."""
    template = "authoring/grid/no_draft.html" if as_fragment() else "authoring/no_draft.html"
    given = {"clinic": clinic, "rule_set": rule_set, "kept": _kept(), "fragment": as_fragment()}
    return render_template(template, **given), 404


def _kept() -> list[str]:
    """What somebody had typed in their own words."""
    return [request.form[name] for name in TYPED if request.form.get(name)]


def shown(error: InvalidInput | None, values: dict[str, Any]) -> dict[str, Any]:
    """A form's values and errors: what was typed where something is wrong with it."""
    if error is None:
        return {"status": 200, "values": values, "errors": {}}
    return {"status": 422, "values": request.form, "errors": error.fields}

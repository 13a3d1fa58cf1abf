"""One edit of a draft, saved and shown.

An edit is a function of the rules and examples as they stand. Where someone else saved in
between, the page says who and when and what was about to be done, and the very same form can be
sent again upon theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.platform.error_table import shown
from booking.platform.errors import ChangedMeanwhile
from booking.platform.forms import Form, Number, read
from booking.platform.pages import db, me
from triage_rules.authoring import service
from triage_rules.authoring.drafting import Examples, Here, address, as_fragment, read_again, step
from triage_rules.authoring.editing import NotThere
from triage_rules.authoring.errors import UnderReview
from triage_rules.authoring.grid_view import content
from triage_rules.authoring.models import DraftStep
from triage_rules.tables.rule_set import Malformed, RuleSet, check


@dataclass(frozen=True)
class Edit:
    """One change. said: what it does, as in 'you were about to: …'. tab: where it shows.

    focus: the id of what to go on from, worked out on the rules that were made. again: False
    for what makes no sense upon what someone else wrote. undone: the save it undoes, if any.
    """

    said: str
    tab: str
    make: Callable[[RuleSet, Examples], tuple[RuleSet, Examples]]
    focus: Callable[[RuleSet], str] = lambda _rules: ""
    again: bool = True
    undone: DraftStep | None = None


class EditionForm(Form):
    """Which edition was on the screen."""

    edition = Number(1, 2_000_000_000, required=True)


def of_rules(
    change: Callable[[RuleSet], RuleSet],
) -> Callable[[RuleSet, Examples], tuple[RuleSet, Examples]]:
    """A change of the rules alone."""
    return lambda rules, examples: (change(rules), examples)


def carry_out(here: Here, edit: Edit) -> ResponseReturnValue:
    """Save an edit and show it done; raises NotThere."""
    edition = read(EditionForm())["edition"]
    if edition != here.draft.edition:
        return _meanwhile(here, edit)
    try:
        rules, examples = edit.make(here.rules, here.examples)
        check(rules)
        service.save(db(), me(), here.draft, edition, rules, examples, edit.undone)
    except ChangedMeanwhile:
        db().rollback()
        return _meanwhile(read_again(here), edit)
    except UnderReview as error:
        db().rollback()
        said = shown(error.code)
        return step(
            here, "refused", 409, heading=said.heading, text=said.text, tab=edit.tab, edit=edit
        )
    except Malformed as error:
        raise NotThere from error
    after = read_again(here)
    focus = edit.focus(after.rules)
    if as_fragment():
        return content(after, edit.tab, focus=focus, before=here)
    flash(_("Gemt."), "success")
    return redirect(address(here, "rule_grid.show", tabel=edit.tab, _anchor=focus or None), 303)


def _meanwhile(here: Here, edit: Edit) -> ResponseReturnValue:
    """Someone else saved first: who, when, and the same edit upon theirs at a press."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("edition", "csrf_token")
    ]
    return step(
        here,
        "meanwhile",
        409,
        heading=_("En anden har gemt imens"),
        tab=edit.tab,
        edit=edit,
        fields=fields,
        action=request.path,
    )

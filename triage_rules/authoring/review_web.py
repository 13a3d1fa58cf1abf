"""Reading what someone else has written, row by row, and publishing it or sending it back."""

from typing import cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.forms import Choice, Day, Form, Number, Text, Yes, read, rejected
from booking.platform.i18n import long_day
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid
from triage_rules.authoring import (
    approving,
    differences,
    publishing,
    queries,
    service,
    showing,
    taking_effect,
    words,
)
from triage_rules.authoring.errors import NotReady
from triage_rules.authoring.models import RuleDraft
from triage_rules.authoring.places import REVIEW, names_at, rule_set_at
from triage_rules.tables import examples as trying

pages = Pages(
    "rule_review",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>/godkend",
)
PAGE = "authoring/review.html"


class PublishForm(Form):
    """Which edition was read, and how it is to be used."""

    edition = Number(1, required=True)
    use = Choice(
        ("from", "shadow"),
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvordan versionen skal bruges."))},
    )
    from_day = Day(load_default=None)
    sure = Yes()


class WordsForm(Form):
    """What the author should look at."""

    words = Text(
        longest=1000,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvad der skal rettes."))},
    )


@pages.get("", access=Access.STAFF)
def show(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """The draft against what is in force."""
    clinic, _rule_set = rule_set_at(clinic_id, rule_set_id)
    draft = queries.draft_here(db(), clinic_id, rule_set_id)
    values = {"from_day": today(db(), clinic).isoformat(), "use": "from"}
    return render_template(PAGE, values=values, errors={}, **_page_of(clinic, draft))


@pages.post("", access=Access.STAFF)
def publish(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Publish: to count from a day, or in shadow; first say what it does, then do it."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    draft = queries.draft_here(db(), clinic_id, rule_set_id)
    page = _page_of(clinic, draft)
    try:
        typed = read(PublishForm())
        edition, use = typed["edition"], typed["use"]
        day = typed["from_day"] if use == "from" else None
        if use == "from" and day is None:
            raise InvalidInput({"from_day": _("Vælg en dag.")})
        if not typed["sure"]:
            begins = service.check_publication(db(), me(), draft, edition, day)
            number = queries.next_number(db(), rule_set_id)
            fields = {"edition": edition, "use": use, "from_day": day or ""}
            back = url_for(".show", clinic_id=clinic_id, rule_set_id=rule_set_id)
            return taking_effect.ask(clinic, rule_set, number, begins, day, fields, back)
        if day is None:
            release = service.publish_in_shadow(db(), me(), draft, edition)
            text = _("Version %(number)s kører i skygge fra nu af.", number=release.version.number)
        else:
            release = service.publish(db(), me(), draft, edition, day)
            number = release.version.number
            text = _("Version %(n)s er udgivet og gælder fra %(day)s.", n=number, day=long_day(day))
    except NotReady as error:  # on the day it is to count from, which need not be today
        in_the_way = showing.obstacles(draft.rules, error.obstacles, names_at(clinic, draft.rules))
        return rejected(PAGE, error, **page | {"in_the_way": in_the_way})
    except DomainError as error:
        return rejected(PAGE, error, **page)
    flash(text, "success")
    return redirect(url_for("rules.show", clinic_id=clinic_id, rule_set_id=rule_set.id), 303)


@pages.post("/tilbage", access=Access.STAFF)
def send_back(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Ask the author to write on."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    draft = queries.draft_here(db(), clinic_id, rule_set_id)
    page = _page_of(clinic, draft)
    try:
        service.send_back(db(), me(), draft, read(WordsForm())["words"])
    except DomainError as error:
        return rejected(PAGE, error, **page)
    flash(_("Kladden er sendt tilbage med dine ord."), "success")
    return redirect(url_for("rules.show", clinic_id=clinic_id, rule_set_id=rule_set.id), 303)


def _page_of(clinic: Clinic, draft: RuleDraft) -> dict[str, object]:
    rule_set, rules = draft.rule_set, draft.rules
    names = names_at(clinic, rules)
    examples = trying.read(draft.examples)
    counts = queries.in_force(db(), rule_set.id, db().now())
    found = publishing.obstacles(rules, examples, today(db(), clinic))
    vetoes = publishing.vetoes(db(), rule_set, rules)
    sound = not any(one.bar == "unsound" for one in found)
    return {
        "clinic": clinic,
        "rule_set": rule_set,
        "draft": draft,
        "writers": words.listed(queries.writers(db(), draft)),
        "counts": counts,
        "changes": differences.difference(counts.rules, rules, names) if counts else None,
        "badges": differences.BADGES,
        "tables": showing.tables(rules, names),
        "looks": showing.looks(rules),
        "row_words": showing.ROW_WORDS,
        "in_the_way": showing.obstacles(rules, [*found, *vetoes], names),
        "only_shadow": bool(vetoes) and not found,
        "outcomes": showing.outcomes(rules, examples, names) if sound else [],
        "untouched": showing.untouched(rules, examples) if sound else [],
        "approves": approving.is_approver(me(), clinic.id),
        "own": approving.wrote(me(), draft),
        "today": today(db(), clinic),
        "cards": rettid().parts.cards(REVIEW, db(), me(), draft),
    }

"""The second step before a version counts: what happens, from which day, and for how many."""

from collections.abc import Mapping
from datetime import date, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.platform.pages import db, me
from booking.platform.web import rettid
from triage_rules.authoring import queries, releasing
from triage_rules.authoring.models import RuleSet
from triage_rules.authoring.places import TAKES_EFFECT

TEMPLATE = "authoring/sure.html"


def ask(
    clinic: Clinic,
    rule_set: RuleSet,
    number: int,
    begins: datetime,
    day: date | None,
    fields: Mapping[str, object],
    back: str,
) -> ResponseReturnValue:
    """Whether it is meant that a version begins on a day; None: that it runs in shadow from now.

    fields: what is sent again, to the same address, by whoever is sure. back: where one who is
    not goes.
    """
    standing = queries.standing(db(), rule_set.id, db().now())
    return render_template(
        TEMPLATE,
        clinic=clinic,
        rule_set=rule_set,
        number=number,
        day=day,
        at_once=day == today(db(), clinic),
        replaces=queries.in_force(db(), rule_set.id, begins) if day else None,
        in_shadow=standing.in_shadow,
        overtaken=releasing.overtaken(db(), rule_set.id, begins) if day else [],
        cards=rettid().parts.cards(TAKES_EFFECT, db(), me(), rule_set) if day else [],
        fields=fields,
        action=request.path,
        back=back,
    )

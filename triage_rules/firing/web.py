"""The page that shows how often each row is used, and the alerts on the pages of rule sets."""

from flask import render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, looked_at
from triage_rules.authoring import words
from triage_rules.authoring.models import RuleSet
from triage_rules.authoring.places import names_at, rule_set_at
from triage_rules.firing import rates, shadow, watching, wording

pages = Pages(
    "staff_firing",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/regler/<int:rule_set_id>/maaling",
    template_folder="templates",
)


@pages.get("", access=Access.STAFF)
def show(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """How often each row of the version in force fired, and each input was missing."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id)
    watch = watching.watch(db(), rule_set)
    beside = shadow.beside(db(), rule_set)
    if beside is not None and beside.latest:
        looked_at(*(one.decision.patient_id for one in beside.latest), clinic_id=clinic_id)
    tables = []
    names = names_at(clinic, watch.version.rules) if watch else words.NO_NAMES
    for table in watch.version.rules.tables if watch else ():
        rows = [one for one in watch.rows if one.table is table] if watch else []
        if rows:
            tables.append((table, rows))
    return render_template(
        "firing/watch.html",
        clinic=clinic,
        rule_set=rule_set,
        watch=watch,
        tables=tables,
        names=names,
        beside=beside,
        words=words,
        wording=wording,
        least=rates.LEAST,
        times=rates.TIMES,
        one_in=rates.FALSE_ALARM.denominator // rates.FALSE_ALARM.numerator,
    )


def card(session: Session, _actor: Actor, rule_set: RuleSet) -> Markup | None:
    """What stands out, on the rule set's page; nothing where no version is in force."""
    watch = watching.watch(session, rule_set)
    if watch is None:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "firing/card.html",
            clinic=rule_set.clinic,
            rule_set=rule_set,
            watch=watch,
            wording=wording,
        )
    )


def list_card(session: Session, _actor: Actor, clinic: Clinic) -> Markup | None:
    """The rule sets where something stands out, above the list of them; nothing else."""
    found = [
        (rule_set, len(watch.alarming)) for rule_set, watch in watching.alarming(session, clinic.id)
    ]
    if not found:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template("firing/list_card.html", clinic=clinic, found=found)
    )

"""What may be done about standards: confirm, apply, deviate, and except a rule set.

Clinicians deviate for one patient; leaders confirm, apply and except. Nothing is taken back but
a deviation, and then it still stands to be read.
"""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from flask_babel import gettext as _

from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.people.models import Patient
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor, Role
from triage_rules.authoring.models import RuleSet
from triage_rules.followup.models import Pathway
from triage_rules.standards import queries
from triage_rules.standards.breaks import ANSWER_DAYS, Break, breaks, named_in
from triage_rules.standards.catalogue import Standard, applying
from triage_rules.standards.errors import NotBroken, NotOwed, Withdrawn
from triage_rules.standards.models import (
    ObligationDeviation,
    StandardConfirmation,
    StandardException,
)
from triage_rules.tables.rule_set import RuleSet as Rules
from triage_rules.tables.written import content_hash

CONFIRM_AGAIN = timedelta(days=365)
LONGEST_DEVIATION = timedelta(days=731)


def confirm(
    session: Session, by: Actor, clinic: Clinic, standard: Standard
) -> StandardConfirmation:
    """Say that this edition is what holds for the clinic today."""
    by.at(clinic.id, Role.LEADER)
    made = StandardConfirmation(
        clinic_id=clinic.id,
        standard=standard.code,
        edition=standard.edition,
        confirmed_on=today(session, clinic),
        confirmed_at=session.now(),
        by_id=by.id,
        by_name=by.name,
    )
    session.add(made)
    session.flush()
    audit.record(
        session,
        by,
        "standard.confirmed",
        reason=f"{standard.title_da} {standard.edition}",
        clinic_id=clinic.id,
    )
    return made


def apply(
    session: Session,
    by: Actor,
    clinic: Clinic,
    standard: Standard,
    pathway_ids: Collection[int],
) -> None:
    """Let a standard apply to these of the clinic's pathways, and to no others.

    Raises InvalidInput where one is not the clinic's, or not in use.
    """
    by.at(clinic.id, Role.LEADER)
    pathways = queries.pathways_of(session, clinic.id)
    if not {one.id for one in pathways}.issuperset(pathway_ids):
        raise InvalidInput({"pathways": _("Vælg blandt mulighederne.")})
    codes = {standard.code, *(one.code for one in standard.obligations)}
    for pathway in pathways:
        kept = [code for code in pathway.standards if code not in codes]
        applies = bool(codes & set(pathway.standards))
        if applies != (pathway.id in pathway_ids):
            pathway.standards = kept if applies else [*kept, standard.code]
    session.flush()
    audit.record(session, by, "standard.applied", reason=standard.title_da, clinic_id=clinic.id)


def deviate(
    session: Session,
    by: Actor,
    clinic: Clinic,
    patient: Patient,
    obligation: str,
    reason: str,
    words: str,
    until: date,
) -> ObligationDeviation:
    """Decide that an obligation is not met for a patient until a local day, and say why.

    Raises NotOwed where it does not apply to the patient, InvalidInput for a day gone by or more
    than two years ahead.
    """
    by.at(clinic.id, Role.CLINICIAN)
    day = today(session, clinic)
    owed = {
        one.standing.obligation.code: one for one in queries.ledger(session, clinic, patient.id)
    }
    if obligation not in owed:
        raise NotOwed
    if until < day:
        raise InvalidInput({"until": _("Dagen er gået. Vælg en dag fra i dag.")})
    if until > day + LONGEST_DEVIATION:
        raise InvalidInput({"until": _("Højst to år frem. Så skal nogen tage stilling igen.")})
    made = ObligationDeviation(
        clinic_id=clinic.id,
        patient_id=patient.id,
        plan_id=owed[obligation].plan_id,
        obligation=obligation,
        reason=reason,
        words=words,
        decided_on=day,
        until=until,
        decided_at=session.now(),
        by_id=by.id,
        by_name=by.name,
    )
    session.add(made)
    session.flush()
    audit.record(session, by, "deviation.recorded", [patient.id], clinic_id=clinic.id)
    return made


def withdraw(session: Session, by: Actor, deviation: ObligationDeviation) -> None:
    """Let a deviation count no more; raises Withdrawn if somebody else did."""
    by.at(deviation.clinic_id, Role.CLINICIAN)
    session.refresh(deviation, with_for_update=True)
    if deviation.withdrawn_at is not None:
        raise Withdrawn
    deviation.withdrawn_at, deviation.withdrawn_by = session.now(), by.name
    session.flush()
    audit.record(
        session,
        by,
        "deviation.withdrawn",
        [deviation.patient_id],
        clinic_id=deviation.clinic_id,
    )


def broken_by(session: Session, rule_set: RuleSet, rules: Rules) -> list[Break]:
    """What these rules would break of the standards that apply: by the pathways that follow the
    rule set, and those whose obligations the rules themselves name."""
    pathways = queries.pathways_using(session, rule_set)
    codes = {code for one in pathways for code in one.standards} | named_in(rules)
    owed = applying(queries.in_force(session, today(session, rule_set.clinic)), codes)
    asked = {one.questionnaire.code for one in pathways if one.questionnaire is not None}
    days = max((one.answer_days for one in pathways), default=ANSWER_DAYS)
    return breaks(rules, owed, asked, days)


def not_excepted(session: Session, rule_set: RuleSet, rules: Rules) -> list[Break]:
    """What stands in the way of these rules until a leader has decided."""
    found = broken_by(session, rule_set, rules)
    if not found:
        return []
    decided = queries.exceptions_for(session, rule_set.id, content_hash(rules))
    return [one for one in found if one.obligation.code not in decided]


def make_exception(
    session: Session, by: Actor, rule_set: RuleSet, rules: Rules, obligation: str, words: str
) -> StandardException:
    """A leader's decision that these very rules may break an obligation.

    Raises NotBroken where they do not, or where it is decided already.
    """
    by.at(rule_set.clinic_id, Role.LEADER)
    waiting = {one.obligation.code for one in not_excepted(session, rule_set, rules)}
    if obligation not in waiting:
        raise NotBroken
    made = StandardException(
        rule_set_id=rule_set.id,
        rules_hash=content_hash(rules),
        obligation=obligation,
        words=words,
        decided_on=today(session, rule_set.clinic),
        decided_at=session.now(),
        by_id=by.id,
        by_name=by.name,
    )
    session.add(made)
    session.flush()
    audit.record(
        session, by, "standard.excepted", reason=rule_set.label, clinic_id=rule_set.clinic_id
    )
    return made


def stale(confirmed_on: date, day: date) -> bool:
    """True a year after somebody last said that the standard is current."""
    return day > confirmed_on + CONFIRM_AGAIN


def of_pathways(pathways: Sequence[Pathway], standard: Standard) -> list[Pathway]:
    """Those of the pathways that a standard, or something of it, applies to."""
    codes = {standard.code, *(one.code for one in standard.obligations)}
    return [one for one in pathways if codes & set(one.standards)]

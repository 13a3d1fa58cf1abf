"""Deciding: a patient's facts through the one version in force, stored with all it was made from,
and set going, in the caller's transaction.
"""

from dataclasses import asdict, replace

from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor
from triage_rules.authoring import queries as rule_sets
from triage_rules.authoring.models import RuleVersion
from triage_rules.followup import acting, contacts, due, inputs, told, windows
from triage_rules.followup.errors import PlanEnded
from triage_rules.followup.events import FollowUpDecided
from triage_rules.followup.facts import Known
from triage_rules.followup.inputs import Inputs
from triage_rules.followup.models import (
    DecisionTrace,
    FollowUpDecision,
    FollowUpPlan,
    ShadowDecision,
)
from triage_rules.questionnaires import service as asking
from triage_rules.questionnaires.models import QuestionnaireResponse
from triage_rules.tables.decide import Decision


def decide(
    session: Session,
    by: Actor,
    plan: FollowUpPlan,
    cause: str,
    response: QuestionnaireResponse | None = None,
) -> FollowUpDecision | None:
    """Decide for a plan now, by the one version in force, and do what was decided.

    None where no version is in force: then a person is told. Raises PlanEnded.
    """
    session.flush()
    session.refresh(plan, with_for_update={"of": FollowUpPlan})
    if plan.ended_at is not None:
        raise PlanEnded
    version = rule_sets.in_force(session, plan.pathway.rule_set_id, session.now())
    if version is None:
        acting.no_rules(session, plan)
        return None
    patient = Known(session, plan.course, response)
    invited = contacts.standing(session, plan) is not None
    known = replace(patient.inputs(version.rules), invited=invited)
    made = run(version, known, session)
    row = _store(session, plan, version, known, made, cause, response)
    if patient.alarming is not None:
        acting.take_over(session, plan, patient.alarming.request)
    led = acting.act(session, plan, row, made, version.rules.latest_weeks)
    if known.wish and not acting.is_look(led.worklist_item):
        asking.put_wish(session, plan.patient, plan.clinic)  # a time alone is no one's to read
    due.seen(session, plan)
    _beside(session, plan, row, patient)
    audit.record(session, by, "follow_up.decided", [plan.patient_id], clinic_id=plan.clinic_id)
    session.publish(FollowUpDecided(row.id, plan.patient_id, plan.clinic_id))
    return row


def run(version: RuleVersion, known: Inputs, session: Session) -> Decision:
    """What a version says of these inputs now."""
    return inputs.decide(version.chain, known, session.now())


def _store(
    session: Session,
    plan: FollowUpPlan,
    version: RuleVersion,
    known: Inputs,
    made: Decision,
    cause: str,
    response: QuestionnaireResponse | None,
) -> FollowUpDecision:
    written = inputs.written(known)
    weeks = None
    if plan.pathway.questionnaire is not None:
        weeks = windows.interval(made.contact, plan.interval_weeks, version.rules.latest_weeks)
    told_da, told_en = (
        told.to_patient(made, plan.clinic.phone, weeks, language, invited=known.invited)
        for language in told.LANGUAGES
    )
    row = FollowUpDecision(
        plan=plan,
        patient_id=plan.patient_id,
        clinic_id=plan.clinic_id,
        response=response,
        rule_version=version,
        version_hash=version.hash,
        cause=cause,
        decided_at=session.now(),
        inputs_sealed=session.vault.seal(written) or "",
        inputs_hash=session.vault.fingerprint(inputs.KIND, written),
        colour=made.colour,
        action=made.action,
        contact=_plain(made),
        calls=list(made.calls),
        reasons=[{k: str(v) for k, v in asdict(reason).items()} for reason in made.reasons],
        obligations=list(made.obligations),
        told_da=told_da,
        told_en=told_en,
        told_clinician=told.to_clinician(version, made, wish=known.wish),
        trace=[
            *(
                DecisionTrace(kind="fired", table_name=table, name=fired.id)
                for table, fired in made.fired
            ),
            *(
                DecisionTrace(kind="lacking", table_name=table, name=name, state=state)
                for table, name, state in told.reads(made)
            ),
        ],
    )
    session.add(row)
    session.flush()
    return row


def _beside(session: Session, plan: FollowUpPlan, row: FollowUpDecision, patient: Known) -> None:
    """What the version in shadow, if there is one, would have said; it leads to nothing."""
    version = rule_sets.in_shadow(session, plan.pathway.rule_set_id, session.now())
    if version is None or version.id == row.version_id:
        return
    made = run(version, patient.inputs(version.rules), session)
    contact = _plain(made)
    session.add(
        ShadowDecision(
            decision=row,
            version_id=version.id,
            version_hash=version.hash,
            colour=made.colour,
            action=made.action,
            contact=contact,
            differs=(made.colour, made.action, contact) != (row.colour, row.action, row.contact),
        )
    )
    session.flush()


def _plain(made: Decision) -> dict[str, object] | None:
    return asdict(made.contact) if made.contact is not None else None

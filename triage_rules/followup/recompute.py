"""A stored decision made again, exactly: the same version, the same inputs, the same instant."""

import hashlib
import hmac
from dataclasses import replace

from cryptography.fernet import InvalidToken
from sqlalchemy.orm import object_session

from booking.platform.database import Session
from booking.platform.localtime import local_date
from triage_rules.followup import inputs, told
from triage_rules.followup.errors import DecisionSealed, DecisionTampered
from triage_rules.followup.inputs import Inputs
from triage_rules.followup.models import FollowUpDecision
from triage_rules.tables.decide import Decision


def again(decision: FollowUpDecision) -> Decision:
    """What the rules said, worked out anew from what is stored.

    Raises DecisionTampered where the rules or the inputs are not those it was made from.
    """
    version = decision.rule_version
    digest = hashlib.sha256(version.body.encode()).hexdigest()
    if not digest == version.hash == decision.version_hash:
        raise DecisionTampered
    return inputs.decide(version.chain, inputs_of(decision), decision.decided_at)


def without_alarm(decision: FollowUpDecision) -> Decision:
    """What the rules would have said, had no answer alarmed; raises as `again` does."""
    known = replace(inputs_of(decision), alarm=None)
    return inputs.decide(decision.rule_version.chain, known, decision.decided_at)


def words(decision: FollowUpDecision, made: Decision, language: str) -> list[str]:
    """What the patient was told, said anew of the decision made again, a line each; but for the
    first lines, `decision.calls`: whom to call is kept by its code, the number as it was then."""
    known, outcome = inputs_of(decision), decision.outcome
    weeks = None
    if outcome is not None and outcome.ask_on is not None:
        decided_on = local_date(decision.decided_at, decision.plan.clinic.zone)
        weeks = (outcome.ask_on - decided_on).days // 7
    said = told.to_patient(made, "", weeks, language, invited=known.invited)
    return said.splitlines()[len(made.calls) :]


def inputs_of(decision: FollowUpDecision) -> Inputs:
    """The inputs, opened; raises DecisionSealed where no key opens them, and DecisionTampered if
    they are not those that were sealed."""
    session = object_session(decision)
    if not isinstance(session, Session):
        raise TypeError("sealed inputs open only within a session")
    try:
        opened = session.vault.open(decision.inputs_sealed) or ""
    except (InvalidToken, KeyError):
        raise DecisionSealed from None
    kept = session.vault.fingerprint(inputs.KIND, opened)
    if not hmac.compare_digest(kept, decision.inputs_hash):
        raise DecisionTampered
    return inputs.read(opened)

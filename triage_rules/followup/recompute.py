"""A stored decision made again, exactly: the same version, the same inputs, the same instant."""

import hashlib
import hmac
from dataclasses import replace

from sqlalchemy.orm import object_session

from booking.platform.database import Session
from triage_rules.followup import inputs
from triage_rules.followup.errors import DecisionTampered
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


def inputs_of(decision: FollowUpDecision) -> Inputs:
    """The inputs, opened; raises DecisionTampered if they are not those that were sealed."""
    session = object_session(decision)
    if not isinstance(session, Session):
        raise TypeError("sealed inputs open only within a session")
    opened = session.vault.open(decision.inputs_sealed) or ""
    kept = session.vault.fingerprint(inputs.KIND, opened)
    if not hmac.compare_digest(kept, decision.inputs_hash):
        raise DecisionTampered
    return inputs.read(opened)

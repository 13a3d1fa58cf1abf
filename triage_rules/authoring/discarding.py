"""Throwing away what is being written."""

from sqlalchemy.exc import IntegrityError

from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from triage_rules.authoring import queries
from triage_rules.authoring.errors import InUse
from triage_rules.authoring.models import RuleDraft
from triage_rules.authoring.service import lock


def discard(session: Session, by: Actor, draft: RuleDraft, edition: int) -> bool:
    """Throw a draft away, and its rule set where no version was ever published; True if so.

    Raises ChangedMeanwhile for another edition, InUse for a rule set that something refers to.
    """
    rule_set = draft.rule_set
    by.at(rule_set.clinic_id, Role.CLINICIAN)
    lock(session, draft, edition)
    whole = not queries.versions_of(session, rule_set.id)
    audit.record(
        session,
        by,
        "rules.discarded",
        reason=rule_set.label,
        clinic_id=rule_set.clinic_id,
    )
    try:
        with session.begin_nested():
            session.delete(draft)
            session.flush()
            session.expire(rule_set, ["draft"])
            if whole:
                session.delete(rule_set)
                session.flush()
    except IntegrityError as error:
        session.expire(rule_set, ["draft"])  # it stands after all
        raise InUse from error
    return whole

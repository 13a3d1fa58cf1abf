"""Who has been shown to whom: a grid that asks again every few seconds logs each patient once.

Whoever has the same clinic's grid before them has seen the patients in it; a name that comes to it
is a new look, at that one patient, and a quarter of an hour later all of them are again.
"""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from booking.platform.audit import REPEAT_AFTER, AuditEntry, AuditSubject
from booking.platform.database import Session
from booking.platform.identity import Actor


def not_seen_lately(
    session: Session,
    actor: Actor,
    places: Collection[str],
    clinic_id: int,
    patients: Collection[int],
) -> set[int]:
    """Those of the patients whom none of these pages has shown the actor within 15 minutes."""
    asked = {
        "kind": actor.kind,
        "actor": actor.id,
        "since": session.now() - REPEAT_AFTER,
        "places": list(places),
        "clinic": clinic_id,
    }
    return set(patients).difference(session.scalars(_SEEN, asked))


_SEEN = (
    select(AuditSubject.patient_id)
    .join(AuditEntry, AuditEntry.id == AuditSubject.entry_id)
    .where(
        AuditEntry.actor_kind == bindparam("kind"),
        AuditEntry.actor_id == bindparam("actor"),
        AuditEntry.at > bindparam("since"),
        AuditEntry.action == "look",
        AuditEntry.place.in_(bindparam("places", expanding=True)),
        AuditEntry.clinic_id == bindparam("clinic"),
    )
    .distinct()
)

"""Locks taken before time is written, and the domain's words for what the database refuses.

The guard itself is in the database (migration 0002): an exclusion constraint on PostgreSQL,
triggers on SQLite. Locks only keep many writers on one hot time from deadlocking: on
PostgreSQL an advisory lock for each resource and patient, always in the same order; on
SQLite the transaction already holds the write lock.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from booking.appointments.errors import GroupFull, PatientBusy, TimeTaken
from booking.people.errors import AlreadyExists
from booking.platform.database import Session, constraint_of
from booking.platform.errors import ChangedMeanwhile, DomainError

RESOURCE, PATIENT = 1, 2

CONSTRAINTS: dict[str, type[DomainError]] = {
    "allocation_no_overlap": TimeTaken,
    "appointment_patient_no_overlap": PatientBusy,
    "group_session_capacity": GroupFull,
    "uq_allocation_grant_id": TimeTaken,
    "uq_overbooking_grant_resource_id": ChangedMeanwhile,
    "overbooking_grant_in_use": ChangedMeanwhile,
    "overbooking_grant_revoked": ChangedMeanwhile,
    "uq_hold_owner": ChangedMeanwhile,
    "uq_appointment_invitation_id": ChangedMeanwhile,
    "uq_visit_type_clinic_id_name": AlreadyExists,
}


def lock(session: Session, resources: Iterable[int], patients: Iterable[int] = ()) -> None:
    """Wait for these resources and patients to be ours until the transaction ends.

    Call before any write; the order (kind, id) is the same for everyone.
    """
    if not session.on_postgresql:
        return
    wanted = sorted({(RESOURCE, r) for r in resources} | {(PATIENT, p) for p in patients})
    kinds, numbers = [kind for kind, _ in wanted], [number for _, number in wanted]
    session.execute(_LOCK, {"kinds": kinds, "numbers": numbers})


@contextmanager
def attempt(session: Session) -> Iterator[None]:
    """A savepoint: what the database refuses within it is undone, and raised in domain words."""
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        kind = CONSTRAINTS.get(constraint_of(error))
        if kind is None:
            raise
        raise kind from error


# One statement for all, so as to wait on the network once; a function scan keeps their order.
_LOCK = text(
    "SELECT pg_advisory_xact_lock(one.kind, one.number)"
    " FROM unnest(CAST(:kinds AS int[]), CAST(:numbers AS int[])) AS one(kind, number)"
)

"""Staff accounts: who can sign in, and what they are at which clinic."""

from collections.abc import Iterable

from sqlalchemy import select

from booking.people.errors import AlreadyExists, LastLeader, WeakPassword
from booking.people.models import Staff, StaffRole
from booking.people.sign_in import hash_password
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import NotAllowed
from booking.platform.identity import Actor, Role

SHORTEST_PASSWORD = 12


def add_staff(
    session: Session,
    by: Actor,
    clinic_id: int,
    username: str,
    name: str,
    password: str,
    roles: Iterable[Role],
    *,
    title: str = "",
) -> Staff:
    """A new account with these roles at one clinic; raises AlreadyExists or WeakPassword."""
    username = username.strip().lower()
    if session.scalar(select(Staff.id).where(Staff.username == username)) is not None:
        raise AlreadyExists
    staff = Staff(
        username=username,
        name=name.strip(),
        title=title.strip(),
        password_hash=hash_password(_strong(username, password)),
    )
    staff.roles = [StaffRole(clinic_id=clinic_id, role=role) for role in sorted(set(roles))]
    session.add(staff)
    session.flush()
    audit.record(session, by, "staff.added", reason=username, clinic_id=clinic_id)
    return staff


def set_password(session: Session, by: Actor, staff: Staff, password: str) -> None:
    """Give a new password and end every session of theirs; raises WeakPassword."""
    staff.password_hash = hash_password(_strong(staff.username, password))
    staff.epoch += 1
    session.flush()
    audit.record(session, by, "staff.password_set", reason=staff.username)


def deactivate(session: Session, by: Actor, staff: Staff) -> None:
    """Close somebody else's account and end every session of theirs; raises LastLeader.

    One's own raises NotAllowed: nobody might be left who may open it again.
    """
    if (by.kind, by.id) == ("staff", staff.id):
        raise NotAllowed
    for held in staff.roles:
        if held.role == Role.LEADER:
            _leave_a_leader(session, held.clinic_id, staff)
    staff.active = False
    staff.epoch += 1
    session.flush()
    audit.record(session, by, "staff.deactivated", reason=staff.username)


def reactivate(session: Session, by: Actor, staff: Staff) -> None:
    """Open a closed account again, with the password it had."""
    staff.active = True
    session.flush()
    audit.record(session, by, "staff.reactivated", reason=staff.username)


def give_role(session: Session, by: Actor, clinic_id: int, staff: Staff, role: Role) -> None:
    """Let a member of staff be this at a clinic; nothing happens if they are already."""
    if not _held(staff, clinic_id, role):
        staff.roles.append(StaffRole(clinic_id=clinic_id, role=role))
        session.flush()
        reason = f"{staff.username}: {role}"
        audit.record(session, by, "staff.role_given", reason=reason, clinic_id=clinic_id)


def take_role(session: Session, by: Actor, clinic_id: int, staff: Staff, role: Role) -> None:
    """Let them no longer be this at a clinic; raises LastLeader."""
    if role == Role.LEADER and _held(staff, clinic_id, role):
        _leave_a_leader(session, clinic_id, staff)
    for held in _held(staff, clinic_id, role):
        staff.roles.remove(held)
        session.flush()
        reason = f"{staff.username}: {role}"
        audit.record(session, by, "staff.role_taken", reason=reason, clinic_id=clinic_id)


def _held(staff: Staff, clinic_id: int, role: Role) -> list[StaffRole]:
    return [held for held in staff.roles if held.clinic_id == clinic_id and held.role == role]


def _leave_a_leader(session: Session, clinic_id: int, staff: Staff) -> None:
    """Raise LastLeader unless another active leader stays at the clinic."""
    others = (
        select(Staff)
        .join(StaffRole)
        .where(
            StaffRole.clinic_id == clinic_id,
            StaffRole.role == Role.LEADER,
            Staff.active,
        )
        .order_by(Staff.id)
        .with_for_update()  # two leaders who remove each other at once: the second is refused
    )
    if all(one.id == staff.id for one in session.scalars(others)):
        raise LastLeader


def _strong(username: str, password: str) -> str:
    if len(password) < SHORTEST_PASSWORD or password.lower() == username:
        raise WeakPassword
    return password

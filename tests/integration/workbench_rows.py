"""What a clinic's rows say, read in SQL that shares nothing with the code that wrote them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, bindparam, text

from booking.platform.database import Session, UtcDateTime

ACTIVE = "('booked', 'arrived', 'checked-in')"
OURS = "(SELECT resource_id FROM resource_clinic WHERE clinic_id = :clinic)"

# What must find nothing: one statement for each thing that must never be so.
NEVER = {
    "a resource is taken twice": f"""
        SELECT a.id FROM allocation a JOIN allocation b
          ON b.resource_id = a.resource_id AND b.lane = a.lane AND b.id > a.id
        WHERE a.active AND b.active AND a.resource_id IN {OURS}
          AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "a lane above the plan without leave": f"""
        SELECT id FROM allocation
        WHERE lane > 0 AND grant_id IS NULL AND resource_id IN {OURS}""",
    "a patient has two times at once": f"""
        SELECT a.id FROM appointment a JOIN appointment b
          ON b.patient_id = a.patient_id AND b.id > a.id
        WHERE a.status IN {ACTIVE} AND b.status IN {ACTIVE} AND a.clinic_id = :clinic
          AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at""",
    "an invitation has two times": f"""
        SELECT invitation_id AS id FROM appointment
        WHERE clinic_id = :clinic AND status IN {ACTIVE} AND invitation_id IS NOT NULL
        GROUP BY invitation_id HAVING count(*) > 1""",
    "a live time without its clinician": f"""
        SELECT p.id FROM appointment p
        WHERE p.clinic_id = :clinic AND p.status IN {ACTIVE} AND p.group_session_id IS NULL
          AND (SELECT count(*) FROM allocation a
               WHERE a.appointment_id = p.id AND a.active AND a.role = 'clinician'
                 AND a.resource_id = p.clinician_id
                 AND a.starts_at <= p.starts_at AND a.ends_at >= p.ends_at) <> 1""",
    "a live time without a room": f"""
        SELECT p.id FROM appointment p
        WHERE p.clinic_id = :clinic AND p.status IN {ACTIVE} AND p.group_session_id IS NULL
          AND (SELECT count(*) FROM allocation a JOIN resource r ON r.id = a.resource_id
               WHERE a.appointment_id = p.id AND a.active AND r.kind = 'room'
                 AND a.starts_at <= p.starts_at AND a.ends_at >= p.ends_at) <> 1""",
    "a time that is over takes time": f"""
        SELECT p.id FROM appointment p JOIN allocation a ON a.appointment_id = p.id
        WHERE p.clinic_id = :clinic AND a.active AND p.status NOT IN {ACTIVE}""",
    "a time left takes time still": f"""
        SELECT p.id FROM appointment p JOIN allocation a ON a.appointment_id = p.id
        WHERE p.clinic_id = :clinic AND a.active AND p.status IN {ACTIVE}
          AND NOT (a.starts_at <= p.starts_at AND a.ends_at >= p.ends_at)""",
    "a group has more in it than it may": f"""
        SELECT g.id FROM group_session g
        WHERE g.clinic_id = :clinic
          AND (SELECT count(*) FROM appointment p
               WHERE p.group_session_id = g.id AND p.status IN {ACTIVE}) > g.capacity""",
    "a place in a group is at another time than the group": f"""
        SELECT p.id FROM appointment p JOIN group_session g ON g.id = p.group_session_id
        WHERE p.clinic_id = :clinic AND p.status IN {ACTIVE}
          AND (p.starts_at <> g.starts_at OR p.ends_at <> g.ends_at
               OR p.clinician_id <> g.clinician_id)""",
    "a place in a group takes time of its own": """
        SELECT p.id FROM appointment p JOIN allocation a ON a.appointment_id = p.id
        WHERE p.clinic_id = :clinic AND a.active AND p.group_session_id IS NOT NULL""",
    "a day was moved by half": """
        SELECT l.id FROM rescheduling_line l JOIN rescheduling r ON r.id = l.rescheduling_id
        WHERE r.clinic_id = :clinic AND (r.status = 'done') = (l.outcome = '')""",
    "a cancellation was taken back twice": """
        SELECT c.appointment_id AS id FROM appointment_change c
        JOIN appointment p ON p.id = c.appointment_id
        WHERE p.clinic_id = :clinic AND c.what = 'restored'
        GROUP BY c.appointment_id HAVING count(*) > 1""",
    "one holds two times": """
        SELECT min(id) AS id FROM hold WHERE clinic_id = :clinic
        GROUP BY owner HAVING count(*) > 1""",
    "a hold of what has been cancelled": """
        SELECT h.id FROM hold h JOIN appointment p ON p.id = h.moving_id
        WHERE h.clinic_id = :clinic AND p.status = 'cancelled'""",
    "a freed time has gone to two": """
        SELECT f.id FROM freed_time f JOIN offer o ON o.freed_time_id = f.id
        WHERE f.clinic_id = :clinic AND o.status = 'accepted' GROUP BY f.id HAVING count(*) > 1""",
    "a freed time is filled without a yes, or a yes has not filled it": """
        SELECT f.id FROM freed_time f
        WHERE f.clinic_id = :clinic
          AND (f.status = 'filled') <> EXISTS (
            SELECT 1 FROM offer o WHERE o.freed_time_id = f.id AND o.status = 'accepted')""",
    "somebody has two offers at once": """
        SELECT o.entry_id AS id FROM offer o JOIN waitlist_entry e ON e.id = o.entry_id
        WHERE e.clinic_id = :clinic AND o.status = 'open'
        GROUP BY o.entry_id HAVING count(*) > 1""",
    "an offer of what is filled or gone is still open": """
        SELECT o.id FROM offer o JOIN freed_time f ON f.id = o.freed_time_id
        WHERE f.clinic_id = :clinic AND o.status = 'open' AND f.status <> 'offering'""",
    "somebody waits for a time they no longer have": """
        SELECT e.id FROM waitlist_entry e JOIN appointment p ON p.id = e.appointment_id
        WHERE e.clinic_id = :clinic AND e.status = 'waiting' AND p.status = 'cancelled'""",
    "an open invitation is in nobody's sight": f"""
        SELECT i.id FROM invitation i
        WHERE i.clinic_id = :clinic AND i.status = 'open'
          AND NOT EXISTS (SELECT 1 FROM appointment p
                          WHERE p.invitation_id = i.id AND p.status IN {ACTIVE})
          AND NOT EXISTS (SELECT 1 FROM worklist_item w
                          WHERE w.invitation_id = i.id AND w.status = 'open')""",
    "a time that was closed upon is in nobody's sight": f"""
        SELECT p.id FROM appointment p
        WHERE p.clinic_id = :clinic AND p.status IN {ACTIVE} AND p.starts_at > :now
          AND EXISTS (
            SELECT 1 FROM closure c JOIN allocation a ON a.appointment_id = p.id AND a.active
            WHERE c.clinic_id = :clinic AND c.status = 'approved'
              AND (c.resource_id = a.resource_id
                   OR c.resource_id IS NULL AND a.role = 'clinician')
              AND c.starts_at < a.ends_at AND c.ends_at > a.starts_at)
          AND NOT EXISTS (SELECT 1 FROM worklist_item w
                          WHERE w.open_key = 'opening:' || p.id)""",
    "a change is without its trace": """
        SELECT p.id FROM appointment p
        WHERE p.clinic_id = :clinic
          AND p.starts_at <> (SELECT c.to_start FROM appointment_change c
                              WHERE c.appointment_id = p.id AND c.what IN ('booked', 'moved')
                              ORDER BY c.id DESC LIMIT 1)""",
}


def broken(session: Session, clinic_id: int, now: datetime) -> dict[str, list[int]]:
    """What is so and must never be, with the numbers of the rows; empty where all is well."""
    found: dict[str, list[int]] = {}
    for what, number in session.execute(_ALL, {"clinic": clinic_id, "now": now}):
        found.setdefault(_NAMES[what], []).append(number)
    return found


# All of it in one question: it is asked after every step.
_NAMES = list(NEVER)
_ALL = (
    text(
        " UNION ALL ".join(
            f"SELECT {place} AS what, id FROM ({statement}) AS found_{place}"
            for place, statement in enumerate(NEVER.values())
        )
    )
    .columns(what=Integer, id=Integer)
    .bindparams(bindparam("now", type_=UtcDateTime))
)


class Rows:
    """One clinic's rows."""

    def __init__(self, session: Session, clinic_id: int) -> None:
        self._session, self._clinic = session, {"clinic": clinic_id}

    def appointments(self) -> dict[int, tuple[Any, ...]]:
        """Number -> where it stands (start, end, clinician) and its status."""
        question = text(
            "SELECT id, starts_at, ends_at, clinician_id, status FROM appointment"
            " WHERE clinic_id = :clinic"
        ).columns(
            id=Integer, starts_at=UtcDateTime, ends_at=UtcDateTime, clinician_id=Integer,
            status=String,
        )  # fmt: skip
        return {row[0]: tuple(row[1:]) for row in self._session.execute(question, self._clinic)}

    def history(self) -> dict[int, int]:
        """Appointment -> how many acts its history has."""
        question = text(
            "SELECT p.id, count(*) FROM appointment p"
            " JOIN appointment_change c ON c.appointment_id = p.id"
            " WHERE p.clinic_id = :clinic GROUP BY p.id"
        )
        return {row[0]: row[1] for row in self._session.execute(question, self._clinic)}

    def filled(self) -> dict[int, int]:
        """Freed time -> the appointment that filled it."""
        question = text(
            "SELECT id, filled_by_id FROM freed_time"
            " WHERE clinic_id = :clinic AND filled_by_id IS NOT NULL"
        )
        return {row[0]: row[1] for row in self._session.execute(question, self._clinic)}

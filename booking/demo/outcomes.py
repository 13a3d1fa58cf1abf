"""What became of the demo's contacts: how each was booked, answered, and what happened on the day.

Rows are written many at a time. Everything lies before now or is still to come: nothing is
recorded as happening in the future.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp
from random import Random
from typing import Any

from sqlalchemy import insert

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import ACTIVE, Allocation, Appointment, AppointmentChange
from booking.calendar.models import Clinic
from booking.demo.calendar import Placed
from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.founding import Demo
from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.localtime import day_start, local_date

CANCELLED, MOVED = 0.09, 0.07
# The share that stays away: the usual at one clinic, and one where overbooking may help.
DID_NOT_COME = {RHEUMA: 0.045, ENDO: 0.12}
# Minutes past the booked time that somebody is called in: mean, deviation.
WAITS, WAITS_TODAY = (0, 4), (4, 6)
PURPOSES = {
    "doctor": ("Kontrol af sygdom og medicin", "Svar på blodprøver", "Årlig kontrol"),
    "nurse": ("Opfølgning på behandling", "Samtale om medicin"),
}
REASONS = ("ill", "work", "other")


def likely_missed(share: float, lead: int) -> float:
    """The longer ahead booked, the oftener missed; share: of those booked forty days ahead."""
    return 1 / (1 + (1 - share) / share * exp(-0.018 * (lead - 40)))


@dataclass
class Happened:
    """One contact's rows before they have ids."""

    clinic: Clinic
    placed: Placed
    appointment: dict[str, Any]
    invitation: dict[str, Any] | None
    changes: list[dict[str, Any]] = field(default_factory=list)


class Outcomes:
    """Decides what happened to each contact, and writes it."""

    def __init__(
        self,
        session: Session,
        demo: Demo,
        rng: Random,
        courses: Mapping[tuple[int, int], int],
        names: Mapping[int, str],
    ) -> None:
        """courses: (patient id, clinic id) -> course id. names: patient id -> name."""
        self._session, self._demo, self._rng = session, demo, rng
        self._courses, self._names = courses, names
        self._now = session.now()
        self._secretary = {
            demo.clinics[RHEUMA].id: demo.staff["hanne"],
            demo.clinics[ENDO].id: demo.staff["dorte"],
        }
        zone = demo.clinics[RHEUMA].zone
        self._midnight = day_start(local_date(self._now, zone), zone)
        self._missing = {demo.clinics[key].id: share for key, share in DID_NOT_COME.items()}

    def write(self, placed: Iterable[Placed]) -> int:
        """Write these contacts with everything that belongs to them; returns how many."""
        happened = [self._happened(one) for one in placed]
        invited = [one for one in happened if one.invitation is not None]
        ids = self._insert(Invitation, [one.invitation for one in invited if one.invitation])
        for one, invitation_id in zip(invited, ids, strict=True):
            one.appointment["invitation_id"] = invitation_id
        booked = self._insert(Appointment, [one.appointment for one in happened])
        allocations, changes = [], []
        for one, appointment_id in zip(happened, booked, strict=True):
            active = one.appointment["status"] in ACTIVE
            allocations += [
                {
                    "resource_id": resource,
                    "role": role,
                    "starts_at": start,
                    "ends_at": end,
                    "appointment_id": appointment_id,
                    "active": active,
                }
                for resource, role, start, end in one.placed.takes
            ]
            changes += [{**change, "appointment_id": appointment_id} for change in one.changes]
        self._insert(Allocation, allocations)
        self._insert(AppointmentChange, changes)
        return len(happened)

    def _insert(self, table: type[Any], rows: Sequence[dict[str, Any]]) -> Sequence[int]:
        if not rows:
            return []
        made = insert(table).returning(table.id, sort_by_parameter_order=True)
        return self._session.scalars(made, rows).all()

    def _happened(self, placed: Placed) -> Happened:
        """A contact as booked, then as its day went."""
        clinic, now, rng = placed.visit_type.clinic, self._now, self._rng
        free = placed.visit_type.mode == "free"
        latest = min(now, placed.start) - timedelta(hours=20)
        ahead = timedelta(days=rng.uniform(3, 25) if free else rng.uniform(10, 70))
        booked_at = min(placed.start - ahead, latest).replace(microsecond=0)
        accepted = free or placed.start < now or rng.random() < self._answered(placed.start)
        appointment: dict[str, Any] = {
            "clinic_id": clinic.id,
            "site_id": placed.site_id,
            "patient_id": placed.patient_id,
            "course_id": self._courses[placed.patient_id, clinic.id],
            "invitation_id": None,
            "visit_type_id": placed.visit_type.id,
            "clinician_id": placed.clinician_id,
            "form": placed.form,
            "starts_at": placed.start,
            "ends_at": placed.end,
            "minutes_reason": [list(part) for part in placed.length.parts],
            "status": "booked",
            "participant": "accepted" if accepted else "needs-action",
            "sequence": 0,
            "moves": 0,
            "arrived_at": None,
            "called_in_at": None,
            "done_at": None,
            "cancelled_at": None,
            "booked_at": booked_at,
        }
        happened = Happened(clinic, placed, appointment, None)
        if not free:
            happened.invitation = self._invitation(placed, clinic, booked_at)
        self._how_it_was_booked(happened, booked_at, latest, free=free, accepted=accepted)
        self._how_the_day_went(happened)
        return happened

    def _answered(self, start: datetime) -> float:
        """How likely a patient has said yes to a time that is so far off."""
        days = (start - self._now).days
        return 0.85 if days < 10 else 0.6 if days < 28 else 0.35

    def _invitation(self, placed: Placed, clinic: Clinic, created: datetime) -> dict[str, Any]:
        rng, plan = self._rng, self._demo.plans[placed.visit_type.id]
        day = local_date(placed.start, clinic.zone)
        first = "first" in plan.name_en.lower()
        deadline = local_date(created, clinic.zone) + timedelta(days=30) if first else None
        return {
            "patient_id": placed.patient_id,
            "clinic_id": clinic.id,
            "course_id": self._courses[placed.patient_id, clinic.id],
            "visit_type_id": placed.visit_type.id,
            "form": placed.form,
            "window_from": day - timedelta(days=rng.randint(2, 8)),
            "window_to": day + timedelta(days=rng.randint(3, 14)),
            "deadline_on": deadline if deadline and deadline >= day else None,
            "deadline_kind": "workup" if deadline and deadline >= day else "",
            "clinician_id": placed.clinician_id if plan.profession == "doctor" else None,
            "purpose": rng.choice(PURPOSES.get(plan.profession, ("",))),
            "status": "open",
            "created_at": created,
            "created_by": self._secretary[clinic.id].name,
        }

    def _how_it_was_booked(
        self,
        happened: Happened,
        booked_at: datetime,
        latest: datetime,
        *,
        free: bool,
        accepted: bool,
    ) -> None:
        rng, appointment = self._rng, happened.appointment
        secretary = self._secretary[happened.clinic.id]
        if free and rng.random() < 0.7:
            self._by_patient(happened, booked_at, "booked", "web")
        elif free:
            self._by_staff(happened, booked_at, "booked", "phone", secretary)
        else:
            self._note(happened, booked_at, "booked", "system", ("system", 0, "Rettid"))
        answered = booked_at + (latest - booked_at) * rng.uniform(0.05, 0.6)
        if accepted and not free and rng.random() < MOVED:
            appointment["moves"], appointment["sequence"] = 1, 1
            old = appointment["starts_at"] - timedelta(days=rng.choice((1, 2, 7)))
            self._by_patient(happened, answered, "moved", "web", from_start=old)
        elif accepted and not free:
            self._by_patient(happened, answered, "kept", "web")

    def _how_the_day_went(self, happened: Happened) -> None:
        now, rng, start = self._now, self._rng, happened.placed.start
        lead = (start - happened.appointment["booked_at"]).days
        missing = likely_missed(self._missing[happened.clinic.id], lead)
        zone = happened.clinic.zone
        if local_date(start, zone) < local_date(now, zone):
            chance = rng.random()
            if chance < missing:
                self._did_not_come(happened)
            elif chance < missing + CANCELLED:
                self._cancelled(happened)
            else:
                self._came(happened, done=True)
        elif happened.placed.end <= now:
            if rng.random() < missing:
                self._did_not_come(happened)
            else:
                self._came(happened, done=True)
        elif start <= now:
            self._came(happened, done=False)
        elif start - now < timedelta(minutes=45) and rng.random() < 0.6:
            arrived = now - timedelta(minutes=rng.randint(1, 12))
            happened.appointment.update(status="arrived", arrived_at=arrived)
            self._at_desk(happened, arrived, "arrived")

    def _came(self, happened: Happened, *, done: bool) -> None:
        """Arrived a little early, called in more or less on time, done or still in the room."""
        rng, placed, row = self._rng, happened.placed, happened.appointment
        arrived = placed.start - timedelta(minutes=rng.randint(2, 16))
        wait = max(0, round(rng.gauss(*(WAITS if placed.start < self._midnight else WAITS_TODAY))))
        called = min(placed.start + timedelta(minutes=wait), self._now)
        row.update(status="checked-in", arrived_at=arrived, called_in_at=called)
        self._at_desk(happened, arrived, "arrived")
        clinician = self._clinician(placed.clinician_id)
        self._by_staff(happened, called, "called_in", "desk", clinician)
        if done:
            lasted = timedelta(minutes=round(placed.length.minutes * rng.uniform(0.7, 1.15)))
            ended = min(called + lasted, self._now)
            row.update(status="fulfilled", done_at=ended)
            self._by_staff(happened, ended, "done", "desk", clinician)
            self._end_invitation(happened, "completed")

    def _did_not_come(self, happened: Happened) -> None:
        """Nobody came; the clinic has looked at it and ended the invitation."""
        happened.appointment["status"] = "noshow"
        noted = min(happened.placed.end, self._now)
        self._at_desk(happened, noted, "noshow")
        self._end_invitation(happened, "revoked")

    def _cancelled(self, happened: Happened) -> None:
        row = happened.appointment
        known = row["booked_at"]
        at = known + (happened.placed.start - known) * self._rng.uniform(0.62, 0.99)
        row.update(status="cancelled", participant="declined", cancelled_at=at)
        row["sequence"] += 1
        self._by_patient(happened, at, "cancelled", "web", reason=self._rng.choice(REASONS))
        self._end_invitation(happened, "revoked")

    def _end_invitation(self, happened: Happened, status: str) -> None:
        if happened.invitation is not None:
            happened.invitation["status"] = status

    def _clinician(self, resource_id: int) -> Staff:
        return next(
            self._demo.staff[username]
            for username, resource in self._demo.clinicians.items()
            if resource.id == resource_id
        )

    def _at_desk(self, happened: Happened, at: datetime, what: str) -> None:
        self._by_staff(happened, at, what, "desk", self._secretary[happened.clinic.id])

    def _by_staff(
        self, happened: Happened, at: datetime, what: str, channel: str, staff: Staff
    ) -> None:
        self._note(happened, at, what, channel, ("staff", staff.id, staff.name))

    def _by_patient(
        self, happened: Happened, at: datetime, what: str, channel: str, **more: Any
    ) -> None:
        patient = happened.placed.patient_id
        self._note(happened, at, what, channel, ("patient", patient, self._names[patient]), **more)

    def _note(
        self,
        happened: Happened,
        at: datetime,
        what: str,
        channel: str,
        actor: tuple[str, int, str],
        *,
        reason: str = "",
        from_start: datetime | None = None,
    ) -> None:
        happened.changes.append(
            {
                "at": at,
                "what": what,
                "actor_kind": actor[0],
                "actor_id": actor[1],
                "actor_name": actor[2],
                "channel": channel,
                "reason": reason,
                "from_start": from_start,
                "to_start": happened.placed.start,
            }
        )

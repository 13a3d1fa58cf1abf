"""Granting an extra place, placing somebody on it, taking it back, and stopping it all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import select

from booking.appointments import service as appointments
from booking.appointments.errors import DoesNotFit
from booking.appointments.extras import is_taken
from booking.appointments.guard import lock
from booking.appointments.models import Appointment, OverbookingGrant
from booking.appointments.occasions import Occasion
from booking.appointments.search import Slot
from booking.appointments.service import LateReason
from booking.appointments.serving import serving
from booking.appointments.visit_types.models import VisitType
from booking.appointments.worklist import service as worklist
from booking.appointments.writing import Channel
from booking.calendar.models import Clinic
from booking.calendar.queries import resources_of
from booking.overbooking import queries, sessions, settings
from booking.overbooking.deciding import Decision, Limits, decide, put_in
from booking.overbooking.deciding import Session as Question
from booking.overbooking.errors import GrantOver, LimitBroken, NotTurnedOn, TimesAreFree
from booking.overbooking.judgement import figures, judge, told
from booking.overbooking.possibilities import free_in, free_starts, one_at_most
from booking.overbooking.session_risk import Patient
from booking.overbooking.sessions import ClinicSession, ServiceTimes
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.identity import Actor, Role
from booking.platform.localtime import local_date


def grant(
    session: Session,
    by: Actor,
    visit_type: VisitType,
    clinician_id: int,
    start: datetime,
    *,
    reason: str = "",
) -> OverbookingGrant:
    """Leave for one extra of this type, of its usual length, from `start` with a clinician.

    reason: why a limit is set aside, which takes a leader. Raises NotTurnedOn, TimesAreFree,
    DoesNotFit where it is in no session or not on the grid, and LimitBroken.
    """
    clinic = visit_type.clinic
    by.at(clinic.id, Role.SECRETARY, Role.LEADER)
    lock(session, [clinician_id])
    policy = settings.policy_of(session, clinic)
    if not policy.on(clinician_id, visit_type.id) or settings.cannot_be_extra(visit_type):
        raise NotTurnedOn
    one = session_at(session, clinic, clinician_id, start)
    minutes, day = visit_type.base_minutes, local_date(start, clinic.zone)
    at = one.at(start)
    able = serving(session, visit_type).clinicians
    if (
        at not in one.question(visit_type, minutes, session.now()).starts
        or clinician_id not in able
    ):
        raise DoesNotFit
    if free_in(one, free_starts(session, visit_type, day, day)):
        raise TimesAreFree
    how_long = ServiceTimes(session, clinic).of(visit_type.id, minutes).distribution
    extra = one.one_more(how_long)
    decision = decide(one.asked((at,)), extra, one_at_most(policy.limits, one))
    if not decision.granted:
        if not reason:
            raise LimitBroken(decision.refused)
        by.at(clinic.id, Role.LEADER)
    made = OverbookingGrant(
        resource_id=clinician_id,
        clinic_id=clinic.id,
        site_id=one.site_id,
        visit_type_id=visit_type.id,
        session_start=one.start,
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
        lane=_free_lane(session, one),
        granted_by=by.name,
        granted_at=session.now(),
        reason="" if decision.granted else reason,
        overridden=not decision.granted,
        snapshot=snapshot(one, decision, put_in(one.patients, extra, at), policy.limits),
    )
    session.add(made)
    session.flush()
    action = "overbooking.overridden" if made.overridden else "overbooking.granted"
    audit.record(session, by, action, clinic_id=clinic.id)
    return made


def place(
    session: Session,
    by: Actor,
    grant: OverbookingGrant,
    occasion: Occasion,
    channel: Channel,
    *,
    late_reason: LateReason | None = None,
) -> Appointment:
    """Book, or move, somebody to where a grant lets an extra sit.

    The session is asked again, with the length this patient needs. Raises GrantOver, NotTurnedOn,
    LimitBroken for a limit the grant did not set aside, and what booking itself refuses.
    """
    clinic, visit_type = grant.clinic, occasion.visit_type
    by.at(clinic.id, Role.SECRETARY, Role.LEADER)
    _lock(session, grant)
    policy = settings.policy_of(session, clinic)
    if not policy.on(grant.resource_id, visit_type.id) or settings.cannot_be_extra(visit_type):
        raise NotTurnedOn
    one = session_of(session, grant, aside=grant.id)
    minutes = occasion.length.minutes
    how_long = ServiceTimes(session, clinic).of(visit_type.id, minutes).distribution
    then = put_in(one.patients, one.one_more(how_long), one.at(grant.starts_at))
    _, broken = judge(_with_extra(one, then), policy.limits)
    aside = {"extras", *set_aside(grant)}  # so many were counted when it was granted
    stops = [breach for breach in broken if breach.limit not in aside]
    if stops:
        raise LimitBroken(stops)
    grant.ends_at, grant.visit_type_id = grant.starts_at + timedelta(minutes=minutes), visit_type.id
    grant.judged_at = None
    session.flush()
    slot = Slot(grant.starts_at, grant.ends_at, grant.resource_id, grant.site_id)
    made = appointments.book(
        session, by, occasion, slot, channel, late_reason=late_reason, grant=grant
    )
    audit.record(session, by, "overbooking.placed", [made.patient_id], clinic_id=clinic.id)
    return made


def revoke(session: Session, by: Actor, grant: OverbookingGrant) -> None:
    """Take back a grant on which nobody stands; twice is harmless. Raises GrantOver for others."""
    by.at(grant.clinic_id, Role.SECRETARY, Role.LEADER)
    lock(session, [grant.resource_id])
    session.refresh(grant)
    if grant.revoked_at is not None:
        return
    if is_taken(session, grant):
        raise GrantOver
    _revoke(session, by, grant)
    audit.record(session, by, "overbooking.revoked", clinic_id=grant.clinic_id)


def stop(session: Session, by: Actor, clinic: Clinic) -> int:
    """Grant no more, and take back every grant on which nobody stands: how many those were.

    Whoever has been given an extra time keeps it.
    """
    by.at(clinic.id, Role.LEADER)
    # Whoever is granting or placing just now is waited for, or finds it stopped.
    lock(session, (one.id for one in resources_of(session, clinic.id, "clinician", active=None)))
    setting = settings.own(session, clinic)
    if setting.stopped_at is None:
        setting.stopped_at, setting.stopped_by = session.now(), by.name
        audit.record(session, by, "overbooking.stopped", clinic_id=clinic.id)
    return _take_back_open(session, by, clinic)


def resume(session: Session, by: Actor, clinic: Clinic) -> None:
    """Grant again, for those it was on for."""
    by.at(clinic.id, Role.LEADER)
    setting = settings.own(session, clinic)
    if setting.stopped_at is None:
        return
    _take_back_open(session, by, clinic)  # what has opened since
    setting.stopped_at, setting.stopped_by = None, ""
    session.flush()
    audit.record(session, by, "overbooking.resumed", clinic_id=clinic.id)


def session_at(
    session: Session, clinic: Clinic, clinician_id: int, start: datetime, aside: int = 0
) -> ClinicSession:
    """The clinician's session in which an instant lies, without the grant that is put aside.

    Raises DoesNotFit where there is none.
    """
    model, day = queries.believed(session, clinic), local_date(start, clinic.zone)
    found = sessions.read(session, clinic, day, day, model, clinician_id=clinician_id, aside=aside)
    for one in found:
        if one.start <= start < one.end:
            return one
    raise DoesNotFit


def session_of(session: Session, grant: OverbookingGrant, aside: int = 0) -> ClinicSession:
    """The session a grant is for. Raises DoesNotFit where the clinician is not there then."""
    one = session_at(session, grant.clinic, grant.resource_id, grant.starts_at, aside=aside)
    if one.site_id != grant.site_id:
        raise DoesNotFit
    return one


def about(grant: OverbookingGrant) -> str:
    """The key of what the worklist says of a grant."""
    return f"overbooking:{grant.id}"


def set_aside(grant: OverbookingGrant) -> set[str]:
    """The limits it was given against."""
    broken = cast(Iterable[Mapping[str, str]], grant.snapshot.get("broken", ()))
    return {one["limit"] for one in broken}


def _with_extra(one: ClinicSession, patients: Sequence[Patient]) -> Question:
    """The session with one more among its patients."""
    return replace(one.asked(()), patients=tuple(patients), extras=one.extras + 1)


def _lock(session: Session, grant: OverbookingGrant) -> None:
    """The grant as it stands, ours until the transaction ends; GrantOver if it is no more."""
    lock(session, [grant.resource_id])
    session.refresh(grant)
    gone = grant.revoked_at is not None or grant.starts_at <= session.now()
    if gone or is_taken(session, grant):
        raise GrantOver


def snapshot(
    one: ClinicSession, decision: Decision, with_extra: Sequence[Patient], limits: Limits
) -> dict[str, object]:
    """What it was granted on; broken: the limits that were set aside."""
    after, broken = decision.after, decision.refused
    if decision.granted:
        broken = ()
    else:
        after, all_broken = judge(_with_extra(one, with_extra), limits)
        known = {breach.limit for breach in broken}
        broken = (*broken, *(breach for breach in all_broken if breach.limit not in known))
    return {
        "booked": len(one.booked),
        "expected": one.expected,
        "missing": one.missing,
        "before": figures(decision.before),
        "after": figures(after),
        "broken": told(broken),
        "limits": asdict(limits),
    }


def _revoke(session: Session, by: Actor, grant: OverbookingGrant) -> None:
    grant.revoked_at, grant.revoked_by = session.now(), by.name
    session.flush()
    worklist.withdraw(session, about(grant))


def _take_back_open(session: Session, by: Actor, clinic: Clinic) -> int:
    """Every grant to come on which nobody stands; how many those were."""
    live = session.scalars(
        select(OverbookingGrant)
        .where(
            OverbookingGrant.clinic_id == clinic.id,
            OverbookingGrant.revoked_at.is_(None),
            OverbookingGrant.starts_at > session.now(),
        )
        .order_by(OverbookingGrant.id)
    ).all()
    open_ = [one for one in live if not is_taken(session, one)]
    for one in open_:
        _revoke(session, by, one)
    return len(open_)


def _free_lane(session: Session, one: ClinicSession) -> int:
    """The lowest lane that no live grant of the session has."""
    taken = set(
        session.scalars(
            select(OverbookingGrant.lane).where(
                OverbookingGrant.resource_id == one.clinician_id,
                OverbookingGrant.session_start == one.start,
                OverbookingGrant.revoked_at.is_(None),
            )
        )
    )
    return next(lane for lane in range(1, len(taken) + 2) if lane not in taken)

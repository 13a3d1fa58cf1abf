"""Referrals: received, checked, triaged to a time, answered with a letter; or sent back.

Every function works inside the caller's transaction, takes the acting person, and leaves what
happened in the referral's events, which only grow, and in the audit log. The clocks follow by
themselves: see `clocks`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Literal

from flask_babel import gettext as _

from booking.appointments.errors import WrongState
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import Order, open_course, order, revoke
from booking.appointments.visit_types.models import VisitType
from booking.calendar.models import Clinic, Resource
from booking.people.models import Patient
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import Actor
from booking.platform.localtime import local_date, to_utc
from booking.referrals import queries
from booking.referrals.clocks import rules_from
from booking.referrals.events import ReferralDecided, ReferralReceived
from booking.referrals.happenings import happened, keep
from booking.referrals.models import (
    Referral,
    ReferralCheck,
    ReferralCriterion,
    ReferralDelay,
)
from booking.referrals.sending import sent
from booking.referrals.wording import TRACKS

Urgency = Literal["acute", "soon", "routine"]
Reason = Literal["patient_wish", "capacity", "clinical"]

# Within how many days the first contact is looked for; a routine one has until its clock.
WITHIN = {"acute": 3, "soon": 14, "routine": 30}
# The rights that the first contact must be in time for; a package is none.
OF_THE_VISIT = frozenset(
    {"workup", "max_workup", "child_start", "heart_accepted", "heart_referred"}
)
# What staff may note as it happens, with its day.
MILESTONES = (
    "letter_sent",
    "workup_begun",
    "workup_done",
    "consented",
    "treatment_referred",
    "treatment_started",
    "after_referred",
    "after_started",
    "accepted",
    "discharged",
)
NOON = time(12)


@dataclass(frozen=True)
class Intake:
    """A referral as it came: on which local day, from whom, for what."""

    received_on: date
    sender: str
    problem: str
    problem_code: str = ""
    track: str = "general"


@dataclass(frozen=True)
class Triage:
    """What the clinic decides: which contact, in which form, how soon, by whom.

    track: another than it was written in with; '' leaves that.
    """

    visit_type: VisitType
    form: str
    urgency: Urgency
    responsible: Resource | None = None
    track: str = ""


def receive(
    session: Session, by: Actor, clinic: Clinic, patient: Patient, intake: Intake
) -> Referral:
    """Take a referral in; its clocks run from the day it was received."""
    today = local_date(session.now(), clinic.zone)
    fields = {}
    if intake.received_on > today:
        fields["received_on"] = _("Dagen ligger i fremtiden.")
    if intake.received_on < today - timedelta(days=365 * 3):
        fields["received_on"] = _("Dagen ligger mere end tre år tilbage.")
    if intake.track not in rules_from().tracks:
        fields["track"] = _("Vælg en af mulighederne.")
    if fields:
        raise InvalidInput(fields)
    referral = Referral(
        clinic=clinic,
        patient=patient,
        received_at=_instant(session, clinic, intake.received_on),
        sender=intake.sender,
        problem=intake.problem,
        problem_code=intake.problem_code.strip().upper(),
        track=intake.track,
        written_at=session.now(),
        written_by=by.name,
    )
    session.add(referral)
    session.flush()
    happened(session, by, referral, "received", intake.received_on)
    again = queries.earlier(session, referral)
    if again:
        referral.earlier = again[0]
    session.flush()
    session.publish(ReferralReceived(referral.id, patient.id, clinic.id))
    return referral


def check(
    session: Session, by: Actor, referral: Referral, criterion: ReferralCriterion, *, met: bool
) -> None:
    """Say whether the referral meets one of the clinic's criteria; the last word counts."""
    if criterion.clinic_id != referral.clinic_id:
        raise WrongState
    for one in referral.checks:
        if one.criterion_id == criterion.id:
            if one.met != met:
                one.met, one.at, one.by_name = met, session.now(), by.name
                _log_check(session, by, referral)
            return
    made = ReferralCheck(
        referral_id=referral.id,
        criterion_id=criterion.id,
        met=met,
        at=session.now(),
        by_name=by.name,
    )
    session.add(made)
    _log_check(session, by, referral)
    session.expire(referral, ["checks"])


def _log_check(session: Session, by: Actor, referral: Referral) -> None:
    session.flush()
    audit.record(
        session, by, "referral.checked", [referral.patient_id], clinic_id=referral.clinic_id
    )


def ask_missing(session: Session, by: Actor, referral: Referral, words: str) -> None:
    """Send a referral back for what it lacks; its clocks run on."""
    _must_be(referral, "received", "waiting")
    referral.status = "waiting"
    happened(session, by, referral, "missing_asked", words=words)


def missing_answered(session: Session, by: Actor, referral: Referral, words: str) -> None:
    """What was missing came."""
    _must_be(referral, "waiting")
    referral.status = "received"
    happened(session, by, referral, "missing_answered", words=words)


def triage(
    session: Session,
    by: Actor,
    referral: Referral,
    decided: Triage,
    *,
    corrections: Path | None = None,
) -> Invitation:
    """Take a referral in: a course begins, and a time is reserved at once before its clock.

    The invitation's deadline is the nearest of the clocks that the first contact must meet. Where
    nothing is free before it, the invitation stands on the worklist. One whose invitation was
    taken back is triaged again, in the same course. corrections: see `rights_on`.
    """
    if not may_triage(referral):
        raise WrongState
    clinic = referral.clinic
    _put_on_track(session, by, referral, decided.track)
    today = local_date(session.now(), clinic.zone)
    deadline = queries.nearest(session, referral, OF_THE_VISIT, corrections)
    last = today + timedelta(days=WITHIN[decided.urgency])
    if deadline is not None and deadline.due_on >= today:
        last = min(last, deadline.due_on)
    course = referral.course
    if course is None or course.ended_on is not None:
        course = open_course(
            session, by, clinic, referral.patient, referral.problem[:200], decided.responsible
        )
    course.responsible = decided.responsible or course.responsible
    invitation = order(
        session,
        by,
        course,
        Order(
            decided.visit_type,
            decided.form,
            today,
            last,
            decided.responsible,
            deadline.due_on if deadline else None,
            deadline.code if deadline else "",
        ),
    )
    referral.visit_type, referral.responsible = decided.visit_type, decided.responsible
    referral.urgency, referral.course, referral.invitation = decided.urgency, course, invitation
    happened(session, by, referral, "triaged", words=decided.visit_type.name)
    decide(session, by, referral, "triaged")
    return invitation


def may_triage(referral: Referral) -> bool:
    """True until it is taken in, and again where what was ordered for it was taken back."""
    ordered = referral.invitation
    if referral.status == "triaged":
        return ordered is None or ordered.status == "revoked"
    return referral.status in ("received", "waiting")


def return_with_advice(session: Session, by: Actor, referral: Referral, words: str) -> None:
    """Send a referral back to its sender with advice; its clocks stop."""
    _must_be(referral, "received", "waiting")
    referral.advice = words
    happened(session, by, referral, "returned", words=words)
    decide(session, by, referral, "returned")


def withdraw(session: Session, by: Actor, referral: Referral, words: str) -> None:
    """The sender or the patient takes it back: its clocks stop, and a time reserved is given up."""
    _must_be(referral, "received", "waiting", "triaged")
    if referral.invitation is not None and referral.invitation.status in ("planned", "open"):
        revoke(session, by, referral.invitation, "not_needed")
    happened(session, by, referral, "withdrawn", words=words)
    decide(session, by, referral, "closed")


def write_plan(session: Session, by: Actor, referral: Referral, words: str) -> None:
    """Write the plan that the patient is owed where the work-up cannot be done in time."""
    _must_be(referral, "received", "waiting", "triaged")
    if not words.strip():
        raise InvalidInput({"words": _("Skriv planen.")})
    happened(session, by, referral, "plan_written", words=words)


def note(
    session: Session, by: Actor, referral: Referral, kind: str, day: date, words: str = ""
) -> None:
    """Note one of `MILESTONES` on a local day from the referral's to today's.

    Nobody is discharged while a time or an invitation stands.
    """
    _must_be(referral, "received", "waiting", "triaged")
    zone = referral.clinic.zone
    first, today = local_date(referral.received_at, zone), local_date(session.now(), zone)
    if kind not in MILESTONES:
        raise InvalidInput({"kind": _("Vælg en af mulighederne.")})
    if not first <= day <= today:
        raise InvalidInput({"day": _("Skriv en dag fra henvisningen til i dag.")})
    ordered = referral.invitation
    if kind == "discharged" and ordered is not None and ordered.status in ("planned", "open"):
        told = _("Patienten er stadig indkaldt. Træk henvisningen tilbage i stedet.")
        raise InvalidInput({"kind": told})
    if kind == "letter_sent":
        sent(session, by, referral, day)
        return
    keep(session, by, referral, kind, day, words)
    audit.record(session, by, "referral.noted", [referral.patient_id], clinic_id=referral.clinic_id)
    if kind == "discharged":
        decide(session, by, referral, "closed")


def explain(
    session: Session, by: Actor, referral: Referral, clock: str, reason: Reason, words: str
) -> None:
    """Say why one of its clocks is not met; each word is kept, and the last one counts."""
    if clock not in {one.code for one in queries.clocks_of(session, [referral])[referral.id]}:
        raise InvalidInput({"clock": _("Vælg en af mulighederne.")})
    session.add(
        ReferralDelay(
            referral_id=referral.id,
            clock=clock,
            reason=reason,
            words=words,
            at=session.now(),
            by_name=by.name,
        )
    )
    audit.record(
        session,
        by,
        "referral.explained",
        [referral.patient_id],
        reason=reason,
        clinic_id=referral.clinic_id,
    )
    session.flush()
    session.expire(referral, ["delays"])


def _put_on_track(session: Session, by: Actor, referral: Referral, track: str) -> None:
    if track in ("", referral.track):
        return
    if track not in rules_from().tracks:
        raise InvalidInput({"track": _("Vælg en af mulighederne.")})
    told = f"{TRACKS[referral.track]} → {TRACKS[track]}"
    referral.track = track
    happened(session, by, referral, "track_changed", words=told)


def _must_be(referral: Referral, *statuses: str) -> None:
    if referral.status not in statuses:
        raise WrongState


def decide(session: Session, by: Actor, referral: Referral, status: str) -> None:
    """Give a referral its outcome: 'triaged', 'returned' or 'closed'."""
    referral.status = status
    referral.decided_at, referral.decided_by = session.now(), by.name
    session.flush()
    session.publish(ReferralDecided(referral.id, referral.patient_id, referral.clinic_id, status))


def _instant(session: Session, clinic: Clinic, day: date) -> datetime:
    """Now for today; noon for an earlier day, whose hour nobody wrote."""
    now = session.now()
    if day == local_date(now, clinic.zone):
        return now
    return to_utc(datetime.combine(day, NOON), clinic.zone)

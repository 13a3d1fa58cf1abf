"""What the appointments room adds to the application."""

from datetime import timedelta

from flask import Flask

from booking.appointments import belonging, consequences, holds, safety_net
from booking.appointments.guard import CONSTRAINTS
from booking.appointments.invitations.service import reach_horizon
from booking.appointments.length import default_policies, default_policy
from booking.appointments.refit import on_needs_changed
from booking.appointments.wording import ACTIONS, LOGGED_REASONS, NAMED_IN_LOG
from booking.appointments.worklist.escalation import escalate
from booking.calendar.events import (
    ClosureRemoved,
    OpeningChanged,
    TimeOffDecided,
    TimeOffRequested,
)
from booking.people import audit_words
from booking.people.events import PatientNeedsChanged
from booking.platform.jobs import Job
from booking.platform.web import Rettid


def register(app: Flask) -> None:
    """Words for refused constraints and for the log, the length policy, handlers and jobs."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    rettid.database.ports.setdefault("length", default_policy)
    rettid.database.ports.setdefault("lengths", default_policies)
    rettid.database.ports.setdefault(belonging.PORT, belonging.none)
    audit_words.WORDS.update(ACTIONS)
    audit_words.REASONS.update(LOGGED_REASONS)
    audit_words.NAMED.update(NAMED_IN_LOG)
    rettid.events.subscribe(PatientNeedsChanged, on_needs_changed)
    rettid.events.subscribe(OpeningChanged, consequences.on_opening_changed)
    rettid.events.subscribe(TimeOffRequested, consequences.on_time_off_requested)
    rettid.events.subscribe(TimeOffDecided, consequences.on_time_off_decided)
    rettid.events.subscribe(ClosureRemoved, consequences.on_closure_removed)
    rettid.jobs.add(Job("hold_sweep", timedelta(minutes=1), holds.sweep))
    rettid.jobs.add(Job("booking_horizon", timedelta(minutes=10), reach_horizon))
    rettid.jobs.add(Job("safety_net", timedelta(hours=1), safety_net.look))
    rettid.jobs.add(Job("worklist_unread", timedelta(minutes=5), escalate))

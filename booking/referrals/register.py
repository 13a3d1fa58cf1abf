"""What the referrals room adds to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.appointments.events import AppointmentBooked, AppointmentMoved, CourseEnded
from booking.people.audit_words import REASONS, WORDS
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from booking.referrals import following, watching
from booking.referrals.clocks import rules_from
from booking.referrals.wording import ACTIONS, DELAYS


def register(app: Flask) -> None:
    """Words for what it writes in the log, and the look at every clock."""
    rettid: Rettid = app.extensions["rettid"]
    WORDS["letter.confirmation"] = _("Lavede et brev, der bekræfter en tid")
    WORDS["letter.printed"] = _("Lavede et brev med en bookingkode")
    WORDS.update(ACTIONS)
    REASONS.update(DELAYS)
    corrections = rettid.config.instance / "rights.toml"
    rules_from(corrections)  # refuses to start on corrections it cannot read
    rettid.events.subscribe(
        AppointmentBooked, lambda session, event: following.on_booked(session, event, corrections)
    )
    rettid.events.subscribe(
        AppointmentMoved, lambda session, event: following.on_moved(session, event, corrections)
    )
    rettid.events.subscribe(CourseEnded, following.on_course_ended)
    rettid.jobs.add(
        Job(
            "referral_clocks",
            timedelta(hours=1),
            lambda session: watching.look(session, corrections),
        )
    )

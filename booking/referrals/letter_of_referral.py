"""What the letter says of the referral behind it: how long the wait is, and the plan."""

from flask_babel import gettext as _
from flask_babel import ngettext

from booking.appointments.models import Appointment
from booking.platform.i18n import long_day
from booking.platform.localtime import local_date
from booking.referrals.happenings import standing
from booking.referrals.letter_parts import Section
from booking.referrals.models import Referral


def of_referral(referral: Referral, appointment: Appointment | None) -> list[Section]:
    """When it was received and how long the wait is; the written plan, where there is one.

    Says nothing of what the patient is referred for: a letter may be opened by others.
    """
    zone = referral.clinic.zone
    received = local_date(referral.received_at, zone)
    paragraphs = [_("Vi fik din henvisning %(day)s.", day=long_day(received))]
    if appointment is not None:
        waits = (local_date(appointment.starts_at, zone) - received).days
        paragraphs.append(
            ngettext(
                "Din ventetid hos os er %(num)d dag, fra vi fik henvisningen.",
                "Din ventetid hos os er %(num)d dage, fra vi fik henvisningen.",
                waits,
            )
        )
    if referral.track != "general":
        paragraphs.append(
            _(
                "For din sygdom er der en længste ventetid. Kan vi ikke overholde den, hjælper vi "
                "dig til et andet hospital, hvis du ønsker det."
            )
        )
    sections: list[Section] = [{"heading": _("Din henvisning"), "paragraphs": paragraphs}]
    plans = [event.words for event in standing(referral) if event.kind == "plan_written"]
    if plans:
        lines = [line.strip() for line in plans[-1].splitlines() if line.strip()]
        sections.append({"heading": _("Din plan"), "paragraphs": lines})
    return sections

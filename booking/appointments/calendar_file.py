"""An appointment as a calendar file (iCalendar, RFC 5545 and 5546) for the patient's own calendar.

The same UID through every change, a SEQUENCE that grows with it, METHOD:CANCEL once cancelled.
Calendars are shared and shown on lock screens, so the text names neither clinic nor visit type.
"""

from datetime import datetime

from flask_babel import gettext as _
from icalendar import Calendar, Event, vText, vUri

from booking.appointments.models import Appointment
from booking.platform.phone import readable

PRODUCT = "-//Rettid//Rettid 1.0//DA"


def calendar_file(appointment: Appointment, now: datetime, public_url: str) -> bytes:
    """The file's bytes. public_url: the site's address without a slash at the end."""
    cancelled = not appointment.active and appointment.status != "fulfilled"
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    event = Event()
    event.add("uid", f"{appointment.uid}@rettid")
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", appointment.starts_at)
    event.add("dtend", appointment.ends_at)
    event.add("summary", _summary(appointment))
    event.add("description", _description(appointment, public_url))
    if appointment.form == "in_person":
        event.add("location", appointment.site.address)
    event.add("status", _status(appointment, cancelled=cancelled))
    event.add("url", vUri(_link(appointment, public_url)))
    # RFC 5546 wants an organizer; a person's address would say more than a calendar should.
    organizer = vUri(public_url)
    organizer.params["cn"] = vText("Rettid")
    event.add("organizer", organizer)
    calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made


def _status(appointment: Appointment, *, cancelled: bool) -> str:
    if cancelled:
        return "CANCELLED"
    return "TENTATIVE" if appointment.participant == "needs-action" else "CONFIRMED"


def _summary(appointment: Appointment) -> str:
    return {
        "video": _("Videosamtale med hospitalet"),
        "phone": _("Telefonsamtale med hospitalet"),
    }.get(appointment.form, _("Tid på hospitalet"))


def _description(appointment: Appointment, public_url: str) -> str:
    return _(
        "Se, flyt eller meld afbud: %(link)s\nTelefon: %(phone)s",
        link=_link(appointment, public_url),
        phone=readable(appointment.clinic.phone),
    )


def _link(appointment: Appointment, public_url: str) -> str:
    return f"{public_url}/tid/{appointment.id}"

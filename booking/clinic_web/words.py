"""What staff read about appointments: status, history, reasons and deadlines in words."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments import wording
from booking.appointments.models import Appointment, AppointmentChange
from booking.appointments.wording import STATUSES
from booking.referrals.wording import CLOCKS

REASONS_OF_PATIENT, REASONS_OF_CLINIC = wording.REASONS_OF_PATIENT, wording.REASONS_OF_CLINIC
LATE_REASONS = wording.LATE_REASONS
DEADLINES: dict[str, LazyString] = {
    "clinical": _l("Faglig frist"),
    "workup": _l("Udredningsret"),
    "treatment": _l("Behandlingsret"),
}
INVITATION_STATUSES: dict[str, LazyString] = {
    "planned": _l("Planlagt"),
    "open": _l("Åben"),
    "completed": _l("Gennemført"),
    "revoked": _l("Trukket tilbage"),
}

_REASONS = {**REASONS_OF_PATIENT, **REASONS_OF_CLINIC, **LATE_REASONS}
_CHANGES: dict[str, LazyString] = {
    "booked": _l("Booket"),
    "kept": _l("Bekræftet"),
    "moved": _l("Flyttet"),
    "cancelled": _l("Aflyst"),
    "restored": _l("Aflysningen er fortrudt"),
    "lengthened": _l("Længden ændret"),
    "held": _l("Holdes uden for åbningstiden"),
    "arrived": _l("Ankommet"),
    "called_in": _l("Kaldt ind"),
    "done": _l("Færdig"),
    "noshow": _l("Udeblevet"),
    "undone": _l("Fortrudt"),
}
_UNDOING: dict[str, LazyString] = {
    "moved": _l("Flyttet tilbage: flytningen er fortrudt"),
    "booked": _l("Booket igen: aflysningen er fortrudt"),
}
_CHANNELS: dict[str, LazyString] = {
    "web": _l("på nettet"),
    "phone": _l("i telefonen"),
    "desk": _l("i klinikken"),
    "sms": _l("på SMS"),
    "kiosk": _l("på skærmen i venteværelset"),
    "import": _l("ved indlæsning"),
}


@dataclass(frozen=True)
class Standing:
    """A status as the `status` macro wants it: the word always, colour and icon to help."""

    text: str
    kind: str
    icon: str


def standing(appointment: Appointment) -> Standing:
    """How an appointment stands, for staff."""
    if appointment.status == "booked" and appointment.participant == "needs-action":
        return Standing(_("Ikke besvaret"), "warning", "help")
    if appointment.status == "booked":
        return Standing(_("Bekræftet"), "neutral", "check")
    kind, icon = {
        "arrived": ("info", "person"),
        "checked-in": ("info", "arrow-forward"),
        "fulfilled": ("success", "success"),
        "noshow": ("error", "error"),
    }.get(appointment.status, ("neutral", "close"))
    return Standing(str(STATUSES[appointment.status]), kind, icon)


def may_confirm(appointment: Appointment, now: datetime) -> bool:
    """True for a coming time the patient has said yes to: it can be confirmed by letter."""
    coming = appointment.status == "booked" and appointment.starts_at > now
    return coming and appointment.participant == "accepted"


def change(done: AppointmentChange) -> str:
    """What was done, from the code in an appointment's history."""
    if done.before and "undoes" in done.before:
        return str(_UNDOING[done.what])
    return str(_CHANGES.get(done.what, done.what))


def channel(code: str) -> str:
    """How it was done; '' for what the system did by itself."""
    return str(_CHANNELS.get(code, ""))


def reason(code: str) -> str:
    """Why, from the code in an appointment's history; a status for what was undone."""
    if not code:
        return ""
    return str(_REASONS.get(code) or STATUSES.get(code) or _("En anden grund"))


def deadline(kind: str) -> str:
    """Which demand a deadline comes from."""
    return str(DEADLINES.get(kind) or CLOCKS.get(kind) or DEADLINES["clinical"])

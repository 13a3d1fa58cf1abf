"""This room's codes in the reader's words: forms, statuses, reasons, wishes, a length's sum."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.models import Appointment
from booking.appointments.visit_types import forms
from booking.calendar.models import Resource
from booking.calendar.professions import profession_name
from booking.people.needs import named
from booking.platform.i18n import language_code

FORMS = forms.FORMS

STATUSES: dict[str, LazyString] = {
    "booked": _l("Booket"),
    "arrived": _l("Ankommet"),
    "checked-in": _l("Kaldt ind"),
    "fulfilled": _l("Gennemført"),
    "cancelled": _l("Aflyst"),
    "noshow": _l("Udeblevet"),
    "entered-in-error": _l("Oprettet ved en fejl"),
}

CANCEL_REASONS: dict[str, LazyString] = {
    "ill": _l("Jeg er syg"),
    "work": _l("Jeg kan ikke få fri fra arbejde eller skole"),
    "transport": _l("Jeg kan ikke komme derhen"),
    "better": _l("Jeg har det bedre og har ikke brug for tiden"),
    "elsewhere": _l("Jeg bliver behandlet et andet sted"),
    "other": _l("En anden grund"),
}

# The same and others' as staff and the log say them.
REASONS_OF_PATIENT: dict[str, LazyString] = {
    "ill": _l("Syg"),
    "work": _l("Arbejde eller skole"),
    "transport": _l("Kan ikke komme frem"),
    "better": _l("Har det bedre og har ikke brug for tiden"),
    "elsewhere": _l("Bliver behandlet et andet sted"),
    "other": _l("En anden grund"),
}
REASONS_OF_CLINIC: dict[str, LazyString] = {
    "clinician_away": _l("Behandleren er fraværende"),
    "clinic": _l("Klinikken må aflyse"),
    "booked_in_error": _l("Oprettet ved en fejl"),
    "not_needed": _l("Kontakten er ikke nødvendig nu"),
    "replaced": _l("Erstattet af en anden kontakt"),
}
LATE_REASONS: dict[str, LazyString] = {
    "patient_wish": _l("Patienten ønsker det selv"),
    "capacity": _l("Der er ingen ledig tid før"),
}

WISHES: dict[str, LazyString] = {
    "earlier": _l("En tidligere dato"),
    "later": _l("En senere dato"),
    "morning": _l("Om formiddagen"),
    "afternoon": _l("Om eftermiddagen"),
    "video": _l("Video i stedet for fremmøde"),
    "phone": _l("Telefon i stedet for fremmøde"),
    "same_clinician": _l("Den samme behandler som sidst"),
    "transport": _l("Hjælp til at komme derhen"),
}

# What the log says was done to appointments and invitations.
ACTIONS: dict[str, LazyString] = {
    "appointment.booked": _l("Bookede en tid"),
    "appointment.kept": _l("Bekræftede en tid"),
    "appointment.moved": _l("Flyttede en tid"),
    "appointment.move_undone": _l("Fortrød en flytning"),
    "appointment.cancelled": _l("Aflyste en tid"),
    "appointment.restored": _l("Fortrød en aflysning"),
    "appointment.lengthened": _l("Ændrede en tids længde"),
    "appointment.no_time_fits": _l("Meldte, at ingen tid passede"),
    "appointment.arrived": _l("Registrerede fremmøde"),
    "appointment.called_in": _l("Kaldte patienten ind"),
    "appointment.done": _l("Afsluttede kontakten"),
    "appointment.noshow": _l("Registrerede udeblivelse"),
    "appointment.held": _l("Besluttede, at tiden holdes uden for åbningstiden"),
    "appointment.undone": _l("Fortrød en registrering"),
    "group_session.created": _l("Oprettede et hold"),
    "group_session.cancelled": _l("Aflyste et hold"),
    "course.opened": _l("Begyndte et forløb"),
    "course.ended": _l("Afsluttede et forløb"),
    "invitation.created": _l("Bestilte den næste kontakt"),
    "invitation.window_changed": _l("Ændrede en indkaldelses periode"),
    "invitation.revoked": _l("Trak en indkaldelse tilbage"),
    "visit_type.created": _l("Oprettede en kontakttype"),
    "visit_type.changed": _l("Ændrede en kontakttype"),
    "worklist.read": _l("Åbnede en opgave på arbejdslisten"),
    "worklist.finished": _l("Afsluttede en opgave på arbejdslisten"),
}

# Why; what was undone is said by the status it had.
LOGGED_REASONS = {**STATUSES, **REASONS_OF_PATIENT, **REASONS_OF_CLINIC, **LATE_REASONS}
# Those acts whose reason in the log is the name of what was changed.
NAMED_IN_LOG = ("visit_type.created", "visit_type.changed")


def length_sum(minutes: int, parts: Iterable[Sequence[object]]) -> str:
    """'30 min + 15 min for tolk = 45 min'; only the minutes where nothing was added.

    parts: the (code, minutes) pairs of `length.Length`, as kept with an appointment.
    """
    terms, capped = [], False
    for code, amount in parts:
        if code == "cap":
            capped = True
        elif code == "base":
            terms.append(_("%(minutes)s min", minutes=amount))
        elif code == "grid":
            terms.append(_("%(minutes)s min til afrunding", minutes=amount))
        else:
            terms.append(_("%(minutes)s min for %(need)s", minutes=amount, need=_need(str(code))))
    total = _("%(minutes)s min", minutes=minutes)
    if len(terms) < 2:
        return total
    text = f"{' + '.join(terms)} = {total}"
    return _("%(sum)s (længere kan tiden ikke blive)", sum=text) if capped else text


def clinician_name(resource: Resource) -> str:
    """'speciallæge Anna Holm', or the clinician's own title where one is given."""
    title = resource.title_text(language_code())
    if not title and resource.profession:
        title = profession_name(resource.profession)
    return f"{title} {resource.name}".strip()


def standing(appointment: Appointment, now: datetime, name: str = "") -> tuple[str, str]:
    """(text, kind) of how a time stands for its patient; kind as the `status` macro has it.

    name: the patient's, where somebody else reads it on their behalf.
    """
    if appointment.status != "booked":
        kinds = {"cancelled": "error", "noshow": "warning", "fulfilled": "success"}
        return str(STATUSES[appointment.status]), kinds.get(appointment.status, "info")
    if appointment.starts_at <= now:
        return _("Tiden er begyndt"), "info"
    if appointment.participant == "needs-action":
        if name:
            return _("Reserveret til %(name)s – svar gerne", name=name), "warning"
        return _("Reserveret til dig – svar gerne"), "warning"
    return _("Bekræftet"), "success"


def _need(code: str) -> str:
    """A need's name inside a sentence; the code itself where a rule brought its own."""
    known = named([code])
    return str(known[0].name).lower() if known else code

"""The log's codes in words. A room with actions of its own adds them with `WORDS.update(…)`."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from booking.people.reasons import CPR_LOOKUP

WORDS: dict[str, LazyString] = {
    "look": _("Så oplysninger"),
    "sign_in": _("Loggede ind"),
    "patient.registered": _("Oprettede patienten"),
    "patient.edited": _("Rettede oplysninger"),
    "patient.entered_by_cpr": _("Hentede patienten til klinikken med CPR-nummer"),
    "patient.cpr_unknown": _("Søgte på et CPR-nummer, som ingen har"),
    "patient.cpr_known": _("Skrev patientens CPR-nummer og fik at vide, at det er kendt"),
    "patient.holder_by_cpr": _("Fandt en fuldmagtshaver med CPR-nummer"),
    "patient.note_added": _("Skrev et notat"),
    "patient.needs_set": _("Ændrede behov"),
    "patient.code_issued": _("Lavede en bookingkode"),
    "proxy.added": _("Gav en fuldmagt"),
    "proxy.ended": _("Afsluttede en fuldmagt"),
    "staff.added": _("Oprettede en medarbejder"),
    "staff.password_set": _("Gav en ny adgangskode"),
    "staff.deactivated": _("Lukkede en medarbejders adgang"),
    "staff.reactivated": _("Åbnede en medarbejders adgang igen"),
    "staff.role_given": _("Gav en rolle"),
    "staff.role_taken": _("Fjernede en rolle"),
}

REASONS: dict[str, LazyString] = {
    **CPR_LOOKUP,
    "parent": _("Forælder"),
    "power_of_attorney": _("Fuldmagt"),
}


def action_text(action: str) -> LazyString | str:
    """What was done; the code itself where nobody gave it words."""
    return WORDS.get(action, action)


def reason_text(reason: str) -> LazyString | str:
    """A coded reason in words, or the reason as it was written."""
    return REASONS.get(reason, reason)

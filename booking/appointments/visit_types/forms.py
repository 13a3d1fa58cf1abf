"""Forms of contact and booking modes: codes, and their names in the reader's language."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

FORMS: dict[str, LazyString] = {
    "in_person": _("Fremmøde"),
    "video": _("Video"),
    "phone": _("Telefon"),
}

MODES: dict[str, LazyString] = {
    "free": _("Fri booking"),
    "web": _("Til web"),
    "code": _("Bookingkode"),
    "move_cancel": _("Kun flytning og afbud"),
}

MODES_EXPLAINED: dict[str, LazyString] = {
    "free": _("Patienter med et åbent forløb vælger selv en ledig tid, uden indkaldelse."),
    "web": _("Klinikken indkalder, og patienten vælger en tid i perioden efter login."),
    "code": _("Som til web, men brevets bookingkode er nok til at komme ind."),
    "move_cancel": _("Klinikken vælger tiden. Patienten kan kun flytte den eller melde afbud."),
}

GRIDS = (5, 10, 15, 20, 30, 60)


def form_name(code: str) -> str:
    """The name of a form of contact."""
    return str(FORMS[code])


def mode_name(code: str) -> str:
    """The name of a booking mode."""
    return str(MODES[code])

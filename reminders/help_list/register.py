"""What the help list adds to the application: words for the log, the worklist and a refusal."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.clinic_web.worklist import KINDS, Kind
from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown

ACTIONS = {"help_list.called": _("Ringede til patienten om en kommende tid")}
WORKLIST = {
    "help_transport": Kind(
        _("Patienten mangler transport til sin tid"),
        _("Find ud af, om patienten kan få kørsel, og giv patienten besked."),
    ),
    "help_other": Kind(
        _("Patienten mangler hjælp til at komme til sin tid"),
        _("Læs, hvad patienten mangler, og aftal med patienten, hvad I gør."),
    ),
}
REFUSALS = {
    "help_already_called": Shown(
        409,
        _("Der er allerede ringet om tiden"),
        _("En af jer har skrevet, hvad der kom ud af det. Dit opkald er ikke skrevet ned."),
    )
}


def register(_app: Flask) -> None:
    """Say them."""
    audit_words.WORDS.update(ACTIONS)
    KINDS.update(WORKLIST)
    ERRORS.update(REFUSALS)

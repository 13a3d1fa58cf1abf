"""What policies add to the application: words for what they refuse, and for the log."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.errors import ChangedMeanwhile
from booking.platform.web import Rettid

ACTIONS = {
    "messages.begun": _("Begyndte at sende beskeder"),
    "messages.sender_changed": _("Ændrede, hvem beskederne kommer fra"),
    "messages.stopped": _("Holdt op med at sende beskeder"),
    "messages.draft_dropped": _("Kasserede en kladde til regler for beskeder"),
    "messages.policy_published": _("Tog regler for beskeder i brug"),
    "messages.wording_added": _("Oprettede en tekst til beskeder"),
    "messages.wording_changed": _("Ændrede en tekst til beskeder"),
    "messages.unplanned_planned": _("Planlagde beskeder for tider, der ingen havde"),
    "messages.channel_chosen": _("Valgte, hvordan beskeder skal sendes"),
    "messages.started_again": _("Sagde ja til at få beskeder på nummeret igen"),
    "messages.extra_help_on": _("Gav patienten ekstra hjælp til at komme"),
    "messages.extra_help_off": _("Tog patientens ekstra hjælp til at komme fra igen"),
}
# Two who write the next version at once: the later must see the earlier's first.
CONSTRAINTS = {
    "uq_message_sender_clinic_id": ChangedMeanwhile,
    "uq_reminder_policy_clinic_id_visit_type_id": ChangedMeanwhile,
    "uq_reminder_policy_version_policy_id_number": ChangedMeanwhile,
    "uq_reminder_wording_clinic_id_code": ChangedMeanwhile,
    "uq_reminder_wording_version_wording_id_number": ChangedMeanwhile,
}
FAULTS = {
    "policy_not_ready": Shown(
        409,
        _("Reglerne kan ikke tages i brug endnu"),
        _("Kladden har fejl, og intet er ændret. Ret dem, der står med rødt, og prøv igen."),
    ),
    "no_policy_draft": Shown(
        409,
        _("Der er ingen kladde"),
        _("Den er taget i brug eller kasseret imens. Se reglerne, som de står nu."),
    ),
    "experiment_runs": Shown(
        409,
        _("Et forsøg kører under reglerne"),
        _("Intet er ændret, og kladden er gemt. Reglerne kan tages i brug, når forsøget er slut."),
    ),
    "wording_not_ready": Shown(
        422,
        _("Teksten er ikke gemt"),
        _("Der er noget i den, der er forkert. Det, du har skrevet, er bevaret: ret det, og gem."),
    ),
}


def register(app: Flask) -> None:
    """Words for the log and the error table."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    audit_words.WORDS.update(ACTIONS)
    ERRORS.update(FAULTS)

"""What experiments add to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from reminders.experiments import service
from reminders.experiments.errors import AnotherRuns
from reminders.policies.events import PolicyPublished

ACTS = {
    "experiment.drafted": _("Begyndte på et forsøg med påmindelser"),
    "experiment.described": _("Rettede et forsøg med påmindelser"),
    "experiment.started": _("Satte et forsøg med påmindelser i gang"),
    "experiment.stopped": _("Stoppede et forsøg med påmindelser før tid"),
    "experiment.adopted": _("Lagde en model fra et forsøg som kladde til reglerne"),
    "experiment.discarded": _("Smed en kladde til et forsøg væk"),
}


def register(app: Flask) -> None:
    """Words for its errors and the log, and the job that ends what is over."""
    rettid: Rettid = app.extensions["rettid"]
    audit_words.WORDS.update(ACTS)
    audit_words.NAMED.update(ACTS)
    ERRORS.update(_errors())
    rettid.constraints["uq_experiment_policy_id"] = AnotherRuns
    rettid.events.subscribe(PolicyPublished, service.on_published)
    rettid.jobs.add(Job("experiments_end", timedelta(minutes=10), service.end_due))


def _errors() -> dict[str, Shown]:
    return {
        "experiment_begun": Shown(
            409,
            _("Forsøget er begyndt"),
            _("Modeller og slutdag står fast, når et forsøg er i gang. Intet er ændret."),
        ),
        "experiment_not_running": Shown(
            409, _("Forsøget er ikke i gang"), _("Der er intet at stoppe. Intet er ændret.")
        ),
        "experiment_not_approved": Shown(
            409,
            _("Det står ikke, hvem der har godkendt forsøget"),
            _("Skriv, hvem der har godkendt det og på hvilket grundlag, og prøv igen."),
        ),
        "experiment_nothing_to_compare": Shown(
            409,
            _("Der er intet at sammenligne"),
            _("Et forsøg skal have mindst to modeller, og de skal sende noget forskelligt."),
        ),
        "experiment_end_too_early": Shown(
            409,
            _("Slutdagen er for tidlig"),
            _("Forsøget skal vare mindst en dag. Vælg en senere slutdag, og prøv igen."),
        ),
        "experiment_another_runs": Shown(
            409,
            _("Et andet forsøg er i gang for de samme besøg"),
            _("Vent, til det er slut. Med to på én gang kan ingen sige, hvad der virkede."),
        ),
        "experiment_usual_has_changed": Shown(
            409,
            _("Klinikkens regler er ændret, siden kladden blev lavet"),
            _("Brug de nye regler som »Som nu«, se modellerne igennem, og prøv igen."),
        ),
        "experiment_model_flawed": Shown(
            422,
            _("Modellen kan ikke bruges"),
            _("Den ville ikke kunne udgives som påmindelsesregler. Ret den, og gem igen."),
        ),
        "experiment_not_over": Shown(
            409,
            _("Forsøget er ikke slut"),
            _("En model kan først lægges som kladde til reglerne, når forsøget er slut."),
        ),
        "experiment_draft_in_the_way": Shown(
            409,
            _("Der er allerede en kladde til reglerne"),
            _("Udgiv den, eller smid den væk, og prøv igen. Kladden er ikke ændret."),
        ),
        "experiment_no_usual_model": Shown(
            409,
            _("Klinikken sender ikke påmindelser endnu"),
            _("Udgiv klinikkens påmindelsesregler først. Så er der noget at sammenligne med."),
        ),
    }

"""What the preview adds to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from triage_rules.authoring.places import REVIEW, RULE_SET
from triage_rules.impact import service, web


def register(app: Flask) -> None:
    """Words for its errors and the log; pages; the way to them; and the jobs that do the work."""
    rettid: Rettid = app.extensions["rettid"]
    audit_words.WORDS["impact.begun"] = _("Prøvede en kladde til et regelsæt på patienterne")
    audit_words.NAMED.add("impact.begun")
    ERRORS["impact_rows_lack_answers"] = Shown(
        409,
        _("Kladden kan ikke prøves endnu"),
        _("En række mangler et svar, eller svaret kan ikke bruges. Ret rækken, og prøv igen."),
    )
    ERRORS["impact_nobody"] = Shown(
        409,
        _("Der er ingen patienter i gruppen"),
        _("Vælg en anden gruppe at prøve kladden på."),
    )
    app.register_blueprint(web.pages)
    rettid.parts.add_card(RULE_SET, web.card)
    rettid.parts.add_card(REVIEW, web.review_card)
    rettid.jobs.add(Job("impact_previews", timedelta(seconds=5), service.work_on))
    rettid.jobs.add(Job("impact_previews_old", timedelta(days=1), service.remove_old))

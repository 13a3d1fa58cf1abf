"""What watching the rules adds to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.clinic_web.worklist import KINDS, Kind
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from triage_rules.authoring.places import OF_CLINIC, RULE_SET
from triage_rules.firing import alerts, web


def register(app: Flask) -> None:
    """The page, its alerts on the pages of rule sets, and the job that tells whoever answers."""
    rettid: Rettid = app.extensions["rettid"]
    KINDS[alerts.KIND] = Kind(
        _("Regler bruges ikke som før"),
        _("Se målingen på regelsættets side, find ud af hvorfor, og skriv, hvad I fandt."),
    )
    app.register_blueprint(web.pages)
    rettid.parts.add_card(RULE_SET, web.card)
    rettid.parts.add_card(OF_CLINIC, web.list_card)
    rettid.jobs.add(Job("rule_alerts", timedelta(days=1), alerts.put_before_owners))

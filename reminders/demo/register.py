"""What reminders add to the demo: clinics that send, and the patients' telephones."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.demo.seed import ADDITIONS
from booking.demo.web import WAYS
from booking.platform.web import Rettid
from reminders.demo import phone_web
from reminders.demo.seed import seed


def register(app: Flask) -> None:
    """Hang it on the demo; on anything else nothing."""
    rettid: Rettid = app.extensions["rettid"]
    ADDITIONS["reminders"] = seed
    if rettid.config.demo:
        app.register_blueprint(phone_web.pages)
        WAYS["demo_phone.choose"] = _("Se beskederne på patienternes telefoner, og svar på dem")

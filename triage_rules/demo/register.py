"""What follow-up adds to the demo: its clinics' rules, and patients one can sign in as."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.demo.seed import ADDITIONS
from booking.demo.web import SHOWS, STAFF
from triage_rules.demo.seed import seed


def register(_app: Flask) -> None:
    """Hang it on the demo."""
    ADDITIONS["triage_rules"] = seed
    SHOWS["waiting"] = (
        _("Skal svare på et spørgeskema"),
        _("Svar på det, og se, hvad der skal ske nu, og hvorfor."),
    )
    SHOWS["next_step"] = (
        _("Følges efter behov"),
        _("Har svaret på spørgeskemaer i et halvt år og kan se, hvad der er det næste."),
    )
    STAFF["henrik"] = _("Overlæge og leder: godkender regler, ser på standarder og kontroller.")

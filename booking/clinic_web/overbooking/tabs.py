"""The pages of overbooking, side by side."""

from flask import current_app, url_for
from flask_babel import gettext as _

from booking.calendar.models import Clinic
from booking.clinic_web.frame import stand_under


def tabs(clinic: Clinic, current: str) -> list[dict[str, object]]:
    """Each page with its address; the menu marks overbooking on all of them."""
    stand_under("staff_overbooking.sessions")
    texts = {
        "sessions": (_("Sessioner"), "staff_overbooking.sessions"),
        "aftermath": (_("Hvordan gik det?"), "staff_overbooking_aftermath.show"),
        "limits": (_("Grænser"), "staff_overbooking_limits.show"),
    }
    return [
        {"text": text, "href": url_for(endpoint, clinic_id=clinic.id), "current": key == current}
        for key, (text, endpoint) in texts.items()
        if endpoint in current_app.view_functions
    ]

"""What joins the pages about messages: one entry in the menu, and the tabs between them.

A page module that has a tab offers `TABS`: MenuEntry(endpoint, lazy text, roles). The tabs stand in
the order of `register.ROOMS`; a template shows them with `message_tabs(clinic.id)`.
"""

from flask import request, url_for

from booking.platform.pages import me
from booking.platform.web import rettid

MESSAGES = "/klinik/<int:clinic_id>/beskeder"
PLACE = "staff.messages"


def message_tabs(clinic_id: int) -> list[dict[str, object]]:
    """The tabs whoever is signed in may follow, as the layout's `tabs` macro wants them."""
    return [
        {
            "href": url_for(entry.endpoint, clinic_id=clinic_id),
            "text": entry.text,
            "current": request.endpoint == entry.endpoint,
        }
        for entry in rettid().parts.menu(PLACE, me())
    ]

"""What the staff's pages about messages add to the application: one blueprint a file.

Each module offers `pages` and, where it has any, `TABS` (frame.py) and `MENU_ENTRIES`.
"""

from flask import Flask

from booking.clinic_web.frame import MENU
from booking.clinic_web.places import PATIENT
from booking.platform.web import Rettid
from reminders.clinic_web import (
    experiment_models,
    experiments,
    help_list,
    inbox,
    letters,
    not_reached,
    outbox,
    overview,
    patient_messages,
    policies,
    preview,
    sender,
    wordings,
)
from reminders.clinic_web.frame import PLACE, message_tabs

# Their tabs stand in this order.
ROOMS = (
    overview,
    outbox,
    not_reached,
    letters,
    help_list,
    inbox,
    sender,
    policies,
    wordings,
    preview,
    patient_messages,
    experiments,
    experiment_models,
)


def register(app: Flask) -> None:
    """Hang the pages, their tabs and the menu entry on the application."""
    rettid: Rettid = app.extensions["rettid"]
    app.add_template_global(message_tabs, "message_tabs")
    for room in ROOMS:
        app.register_blueprint(room.pages)
        for entry in getattr(room, "MENU_ENTRIES", ()):
            rettid.parts.add_menu_entry(MENU, entry)
        for tab in getattr(room, "TABS", ()):
            rettid.parts.add_menu_entry(PLACE, tab)
    rettid.parts.add_tab(PATIENT, patient_messages.PATIENT_TAB)
    rettid.parts.add_card(PATIENT, preview.card)

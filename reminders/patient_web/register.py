"""What patients' own pages about messages add to the application."""

from flask import Flask

from booking.patient_web.frame import MENU
from booking.platform.web import Rettid
from reminders.patient_web import my_messages


def register(app: Flask) -> None:
    """The page, its place in the menu, and a card below the times."""
    rettid: Rettid = app.extensions["rettid"]
    app.register_blueprint(my_messages.pages)
    rettid.parts.add_menu_entry(MENU, my_messages.MENU_ENTRY)
    rettid.parts.add_card("patient.home.after", my_messages.home_card)

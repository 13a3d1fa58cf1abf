"""What the staff's pages add to the application: one blueprint a file, and the menu in order.

Blueprint names: 'staff' (sign-in, home), 'staff_patients', 'staff_setup', 'staff_day', … Each
module offers `pages` (a Pages blueprint) and, if it stands in the menu, `MENU` entries.
"""

from flask import Flask

from booking.clinic_web import accounts, audit, commands, home, patients, proxies
from booking.clinic_web.frame import MENU
from booking.platform.web import Rettid

ROOMS = (home, patients, proxies, accounts, audit)


def register(app: Flask) -> None:
    """Hang the pages, the menu and the staff commands on the application."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.sign_in_pages["staff"] = "/klinik/log-ind"
    for room in ROOMS:
        app.register_blueprint(room.pages)
        for entry in getattr(room, "MENU_ENTRIES", ()):
            rettid.parts.add_menu_entry(MENU, entry)
    app.cli.add_command(commands.staff)

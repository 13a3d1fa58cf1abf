"""What the staff's pages add to the application: one blueprint a file, and the menu in order.

Blueprint names: 'staff' (sign-in, home), 'staff_patients', 'staff_setup', 'staff_day', … Each
module offers `pages` (a Pages blueprint) and, if it stands in the menu, `MENU` entries.
"""

from flask import Flask

from booking.clinic_web import (
    accounts,
    appointments,
    arrivals,
    audit,
    booking_for,
    commands,
    courses,
    day,
    day_lists,
    finder,
    groups,
    home,
    invitations,
    orders,
    patient_card,
    patients,
    proxies,
    shortcuts,
    worklist,
)
from booking.clinic_web.frame import MENU
from booking.clinic_web.grid import booking as grid_booking
from booking.clinic_web.grid import moves as grid_moves
from booking.clinic_web.grid import page as grid
from booking.clinic_web.grid import week as grid_week
from booking.clinic_web.overbooking import aftermath as overbooking_aftermath
from booking.clinic_web.overbooking import granted, overview
from booking.clinic_web.overbooking import limits as overbooking_limits
from booking.clinic_web.overbooking import session as overbooked_session
from booking.clinic_web.places import PATIENT
from booking.clinic_web.referrals import acting as referral_acts
from booking.clinic_web.referrals import card as referrals_card
from booking.clinic_web.referrals import intake as referral_intake
from booking.clinic_web.referrals import measured as referral_shares
from booking.clinic_web.referrals import one as referral
from booking.clinic_web.referrals import overview as referrals
from booking.clinic_web.rescheduling import choosing as rescheduling
from booking.clinic_web.rescheduling import place as new_place
from booking.clinic_web.rescheduling import plan as replanning
from booking.clinic_web.sequences import booked as sequences
from booking.clinic_web.sequences import card as sequences_card
from booking.clinic_web.sequences import proposal as more_times
from booking.clinic_web.setup import (
    clinics,
    closures,
    hits,
    resources,
    templates,
    time_off,
    visit_types,
)
from booking.clinic_web.setup import referrals as referral_setup
from booking.clinic_web.waitlist import overview as waitlist
from booking.clinic_web.waitlist import wishing
from booking.platform.web import Rettid

ROOMS = (
    home,
    grid,
    grid_week,
    grid_moves,
    grid_booking,
    day,
    day_lists,
    patients,
    proxies,
    courses,
    worklist,
    referrals,
    referral,
    referral_acts,
    referral_intake,
    referral_shares,
    waitlist,
    wishing,
    overview,
    overbooked_session,
    granted,
    overbooking_limits,
    overbooking_aftermath,
    rescheduling,
    replanning,
    new_place,
    appointments,
    booking_for,
    orders,
    invitations,
    groups,
    more_times,
    sequences,
    time_off,
    clinics,
    resources,
    templates,
    closures,
    hits,
    visit_types,
    referral_setup,
    accounts,
    audit,
    finder,
    shortcuts,
    arrivals,
)


def register(app: Flask) -> None:
    """Hang the pages, the menu and the staff commands on the application."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.sign_in_pages["staff"] = "/klinik/log-ind"
    for room in ROOMS:
        app.register_blueprint(room.pages)
        for entry in getattr(room, "MENU_ENTRIES", ()):
            rettid.parts.add_menu_entry(MENU, entry)
    rettid.parts.add_card(PATIENT, patient_card.card)
    rettid.parts.add_card(PATIENT, referrals_card.card)
    rettid.parts.add_card(PATIENT, sequences_card.card)
    rettid.parts.add_card(clinics.OVERVIEW, referral_setup.card)
    app.cli.add_command(commands.clinic)
    app.cli.add_command(commands.staff)

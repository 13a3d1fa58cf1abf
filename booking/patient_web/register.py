"""What the patient's pages add to the application: a blueprint a file, and words for templates."""

from flask import Flask, request

from booking.appointments.wording import clinician_name, length_sum, standing
from booking.calendar.wording import phone_hours
from booking.patient_web import (
    about,
    cancel,
    check_in,
    hold,
    home,
    log,
    needs,
    sequences,
    sign_in,
    times,
    visit,
    waitlist,
    whole_day,
)
from booking.patient_web.frame import frame
from booking.platform.phone import readable
from booking.platform.web import Rettid

ROOMS = (
    sign_in,
    home,
    visit,
    check_in,
    times,
    whole_day,
    hold,
    cancel,
    needs,
    waitlist,
    log,
    about,
)


def register(app: Flask) -> None:
    """Hang the pages on the application."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.sign_in_pages["patient"] = "/"
    for room in ROOMS:
        app.register_blueprint(room.pages)
    rettid.parts.add_card("patient.visit", waitlist.visit_card)
    rettid.parts.add_card("patient.home", waitlist.home_card)
    rettid.parts.add_card("patient.visit", sequences.card)
    for word in (readable, length_sum, clinician_name, phone_hours, standing):
        app.add_template_filter(word)
    app.context_processor(lambda: {} if request.path.startswith("/klinik") else frame())

"""Pages for everyone: help and telephone numbers, and the accessibility statement."""

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.platform.pages import Access, Pages, db

pages = Pages("patient_about", __name__)


@pages.get("/hjaelp", access=Access.PUBLIC)
def help_page() -> ResponseReturnValue:
    """How the pages work, and every clinic's telephone."""
    clinics = db().scalars(select(Clinic).order_by(Clinic.name)).all()
    return render_template("patient/help.html", clinics=clinics)


@pages.get("/was", access=Access.PUBLIC)
def accessibility() -> ResponseReturnValue:
    """The accessibility statement the law asks for."""
    return render_template("patient/accessibility.html")

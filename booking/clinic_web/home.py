"""Staff sign in, choose a clinic, and sign out."""

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.clinic_web.frame import frame, own_clinics
from booking.people import sign_in
from booking.people.errors import BadCredentials
from booking.platform.errors import InvalidInput, TooManyAttempts
from booking.platform.forms import Form, Text, read, rejected
from booking.platform.pages import Access, Pages, db
from booking.platform.redirects import safe_path

pages = Pages("staff", __name__, url_prefix="/klinik", template_folder="templates")
pages.app_context_processor(lambda: frame() if request.path.startswith("/klinik") else {})


class UsernameForm(Form):
    """Who signs in. The password is taken as it is: its spaces are the owner's own."""

    username = Text(required=True)


@pages.get("/log-ind", access=Access.PUBLIC)
def sign_in_form() -> ResponseReturnValue:
    """The form for user name and password."""
    return render_template("clinic/sign_in.html", values={}, errors={})


@pages.post("/log-ind", access=Access.PUBLIC)
def sign_in_post() -> ResponseReturnValue:
    """Sign in; a failure is counted, so it answers the form instead of raising."""
    values = request.form
    try:
        username = read(UsernameForm())["username"]
    except InvalidInput as error:
        return rejected("clinic/sign_in.html", error)
    try:
        signed = sign_in.staff_by_password(
            db(), username, values.get("password", ""), request.remote_addr or ""
        )
    except BadCredentials:
        errors = {"username": _("Brugernavn og adgangskode passer ikke sammen. Prøv igen.")}
        return render_template("clinic/sign_in.html", values=values, errors=errors), 422
    except TooManyAttempts:
        errors = {"username": _("Der er prøvet for mange gange. Vent et kvarter, og prøv igen.")}
        return render_template("clinic/sign_in.html", values=values, errors=errors), 429
    onwards = safe_path(cookie.pop("next", None)) or url_for("staff.home")
    language = cookie.get("language", "da")
    cookie.clear()
    cookie.update(sign_in=signed, language=language)
    cookie.permanent = True
    return redirect(onwards, 303)


@pages.get("/", access=Access.STAFF)
def home() -> ResponseReturnValue:
    """The clinics one works at; straight on where there is only one."""
    clinics = own_clinics()
    if len(clinics) == 1:
        return redirect(url_for("staff_day.day", clinic_id=clinics[0].id), 303)
    return render_template("clinic/home.html", clinics=clinics)


@pages.post("/log-ud", access=Access.STAFF)
def sign_out() -> ResponseReturnValue:
    """End this session."""
    cookie.pop("sign_in", None)
    flash(_("Du er logget ud."), "success")
    return redirect(url_for("staff.sign_in_form"), 303)

"""The front page: in with the code from a letter and a birth date; and out again."""

from datetime import date

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from booking.patient_web.schemas import SignInForm
from booking.people.errors import BadCredentials
from booking.people.models import Patient
from booking.people.sign_in import patient_by_code
from booking.platform.errors import InvalidInput, TooManyAttempts
from booking.platform.forms import read, rejected
from booking.platform.i18n import LANGUAGES
from booking.platform.pages import Access, Pages, db
from booking.platform.redirects import safe_path

pages = Pages("patient_sign_in", __name__, template_folder="templates")

FRONT = "patient/front.html"
DATE_PARTS = ("born_day", "born_month", "born_year")
SHORTEST_YEAR = 1000


@pages.get("/", access=Access.PUBLIC)
def front() -> ResponseReturnValue:
    """The form for code and birth date; straight on for whoever is signed in already."""
    actor = g.get("actor")
    if actor is not None and actor.kind == "patient":
        return redirect(url_for("patient_home.home"), 303)
    return render_template(FRONT, values={}, errors={})


@pages.post("/", access=Access.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Sign in; a failure is counted, so it answers the form instead of raising."""
    try:
        typed, born = code_and_birth_date()
    except InvalidInput as error:
        return rejected(FRONT, error)
    try:
        signed = patient_by_code(db(), typed, born, request.remote_addr or "")
    except BadCredentials:
        wrong = _("Koden og fødselsdatoen passer ikke sammen. Se efter i brevet, og prøv igen.")
        return render_template(FRONT, values=request.form, errors={"code": wrong}), 422
    except TooManyAttempts:
        locked = _(
            "Der er prøvet for mange gange. Vent en time, og prøv igen, "
            "eller ring til nummeret i dit brev."
        )
        return render_template(FRONT, values=request.form, errors={"code": locked}), 429
    onwards = _own_page(cookie.pop("next", None)) or url_for("patient_home.home")
    patient = db().get_one(Patient, signed["id"])
    language = patient.language if patient.language in LANGUAGES else cookie.get("language", "da")
    cookie.clear()
    cookie.update(sign_in=signed, language=language)
    cookie.permanent = True
    return redirect(onwards, 303)


@pages.post("/log-ud", access=Access.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End this session; harmless for whoever has none."""
    language = cookie.get("language", "da")
    cookie.clear()
    cookie["language"] = language
    flash(_("Du er logget ud."), "success")
    return redirect(url_for("patient_sign_in.front"), 303)


def _own_page(target: object) -> str | None:
    """A path among the patient's own pages; None for anything else."""
    path = safe_path(target)
    if path is None or path.startswith(("/klinik", "/demo")):
        return None
    adapter = current_app.url_map.bind("")
    return path if adapter.test(path.partition("?")[0], method="GET") else None


def code_and_birth_date() -> tuple[str, date | None]:
    """The code and the date as typed; raises InvalidInput for what is missing or no date."""
    errors: dict[str, str] = {}
    code = ""
    try:
        code = read(SignInForm())["code"]
    except InvalidInput as error:
        errors |= error.fields
    parts = [request.form.get(name, "").strip() for name in DATE_PARTS]
    born = None
    try:
        day, month, year = (int(part) for part in parts)
        # Not a guess at somebody's date: nobody is let in by it, and it is not counted.
        if 0 <= year < SHORTEST_YEAR:
            errors["born"] = _("Skriv årstallet med fire cifre, for eksempel 1961.")
        else:
            born = date(year, month, day)
    except (ValueError, OverflowError):
        missing = not all(parts)
        errors["born"] = (
            _("Skriv din fødselsdato: dag, måned og år.")
            if missing
            else _("Den dato findes ikke. Skriv den med tal, for eksempel 4 3 1961.")
        )
    if errors:
        raise InvalidInput(errors)
    return code, born

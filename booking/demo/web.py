"""One-click sign-ins for the demo. Registered in demo mode only: anywhere else this is a 404."""

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from booking.demo import state
from booking.demo.founding import PASSWORD
from booking.demo.stories import SYSTEM
from booking.people import sign_in
from booking.people.models import Patient, PatientIdentifier, Staff
from booking.platform.errors import NotFound
from booking.platform.identity import SignIn
from booking.platform.pages import Access, Pages, db
from booking.platform.web import rettid

pages = Pages("demo", __name__, url_prefix="/demo", template_folder="templates")

# In the order of the page; features add theirs.
SHOWS: dict[str, tuple[LazyString, LazyString]] = {
    "provisional": (
        _l("Har en foreløbig tid"),
        _l("Tiden er reserveret. Behold den, find en anden, eller meld afbud."),
    ),
    "parent": (
        _l("Barn og forælder"),
        _l("En mor ser sin egen tid på video og sin datters foreløbige tid."),
    ),
    "free": (
        _l("Kan booke frit"),
        _l("Et åbent forløb uden indkaldelse: vælg selv sygeplejerske, diætist eller scanning."),
    ),
    "interpreter": (
        _l("Skal bruge tolk"),
        _l("Første besøg med tolk. Tiden er længere, og siden siger hvorfor."),
    ),
    "closing": (
        _l("Tæt på sin tid"),
        _l("For sent at flytte på siden. Telefonnummeret står der, og man kan stadig melde afbud."),
    ),
    "deadline": (
        _l("Har en lovbestemt frist"),
        _l("Ny henvist. Der advares, før en tid efter fristen vælges."),
    ),
    "no_time": (
        _l("Mangler en tid"),
        _l("Har meldt afbud og vil gerne have en ny tid. Klinikken ser det på sin arbejdsliste."),
    ),
    "proxy": (
        _l("Har fuldmagt"),
        _l("En søn ordner tiderne for sin far på 86, som er fritaget for Digital Post."),
    ),
    "video": (
        _l("Video nu og telefon senere"),
        _l("En bekræftet tid på video, og en kontrol, der først får sin tid senere."),
    ),
}
# Other pages of the demo, by endpoint; features add theirs.
WAYS: dict[str, LazyString] = {}
STAFF: dict[str, LazyString] = {
    "hanne": _l("Sekretær i reumatologien: dagens liste, arbejdsliste, booking for patienter."),
    "dorte": _l("Sekretær i endokrinologien: overbooking, hvor mere end hver tiende udebliver."),
    "maja": _l("Sekretær i begge klinikker."),
    "mette": _l("Overlæge og leder: dagens patienter, bestiller næste kontakt, opsætning."),
    "annesofie": _l("Overlæge, der arbejder i begge klinikker."),
    "lone": _l("Sygeplejerske: egne patienter, også på hold."),
    "bente": _l("Leder af begge klinikker: opsætning, personale, lukkedage og overbooking."),
}


@dataclass(frozen=True)
class ShownPatient:
    """One sign-in on the page. code: '' where it was not kept."""

    story: str
    patient: Patient
    heading: LazyString
    text: LazyString
    code: str


@pages.get("", access=Access.PUBLIC)
def choose() -> ResponseReturnValue:
    """Whom one can be."""
    codes = state.codes(rettid().config)
    rows = db().execute(
        select(PatientIdentifier.value, Patient)
        .join(Patient)
        .where(PatientIdentifier.system == SYSTEM)
    )
    by_story = {row.value: row.Patient for row in rows}
    patients = [
        ShownPatient(key, by_story[key], *SHOWS[key], codes.get(key, ""))
        for key in SHOWS
        if key in by_story
    ]
    found = {one.username: one for one in db().scalars(select(Staff))}
    staff = [(found[name], text) for name, text in STAFF.items() if name in found]
    return render_template(
        "demo/choose.html", patients=patients, staff=staff, password=PASSWORD, ways=WAYS
    )


@pages.post("/patient/<story>", access=Access.PUBLIC)
def as_patient(story: str) -> ResponseReturnValue:
    """Be one of the patients."""
    patient = db().scalar(
        select(Patient)
        .join(PatientIdentifier)
        .where(PatientIdentifier.system == SYSTEM, PatientIdentifier.value == story)
    )
    if patient is None:
        raise NotFound
    return _enter(sign_in.begin_patient(db(), patient), "patient_home.home")


@pages.post("/personale/<username>", access=Access.PUBLIC)
def as_staff(username: str) -> ResponseReturnValue:
    """Be one of the staff."""
    staff = db().scalar(select(Staff).where(Staff.username == username, Staff.active))
    if staff is None or username not in STAFF:
        raise NotFound
    return _enter(sign_in.begin_staff(db(), staff), "staff.home")


def _enter(signed: SignIn, endpoint: str) -> ResponseReturnValue:
    language = cookie.get("language", "da")
    cookie.clear()
    cookie.update(sign_in=signed, language=language)
    cookie.permanent = True
    return redirect(url_for(endpoint), 303)

"""Beginning a rule set: from nothing, from the library, from another, or from a file."""

from typing import cast

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.utils import secure_filename

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.forms import Form, Text, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from triage_rules import library
from triage_rules.authoring import editing, queries, refusals, service, showing
from triage_rules.authoring.codes import code_for
from triage_rules.authoring.importing import Imported, read_file
from triage_rules.authoring.models import RuleSet, RuleVersion
from triage_rules.authoring.places import SEE, names_at, rule_set_at, writes
from triage_rules.dmn.refused import Refused
from triage_rules.tables import examples as trying
from triage_rules.tables.rule_set import RuleSet as Rules

pages = Pages("rule_starts", __name__, url_prefix="/klinik/<int:clinic_id>/regler/ny")
NEW, ENTRY, FILE = "authoring/new.html", "authoring/library.html", "authoring/file.html"
COPY = "authoring/copy.html"
LONGEST = 200


class NameForm(Form):
    """What the rule set is to be called."""

    label = Text(
        longest=LONGEST,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvad regelsættet skal hedde."))},
    )


class FileForm(Form):
    """What it is to be called; what the file says, where nothing is written."""

    label = Text(longest=LONGEST, load_default="")


@pages.get("", access=Access.STAFF)
def new(clinic_id: int) -> ResponseReturnValue:
    """The ways to begin."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    return render_template(NEW, values={}, errors={}, **_ways(clinic))


@pages.post("", access=Access.STAFF)
def blank(clinic_id: int) -> ResponseReturnValue:
    """Begin from nothing."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    try:
        label = read(NameForm())["label"]
        made = _begin(clinic, label, editing.blank("", label))
    except DomainError as error:
        return rejected(NEW, error, **_ways(clinic))
    flash(_("Regelsættet er begyndt."), "success")
    return _to(made)


@pages.get("/bibliotek/<code>", access=Access.STAFF)
def entry(clinic_id: int, code: str) -> ResponseReturnValue:
    """A rule set of the library, read through before it is cloned."""
    clinic = clinic_here(clinic_id, *SEE)
    values = {"label": library.entry(code).label}
    return render_template(ENTRY, values=values, errors={}, **_entry(clinic, code))


@pages.post("/bibliotek/<code>", access=Access.STAFF)
def clone(clinic_id: int, code: str) -> ResponseReturnValue:
    """Begin from a rule set of the library, nobody answering for its rows yet."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    found = library.entry(code)
    try:
        label = read(NameForm())["label"]
        imported = Imported(found.rules, found.examples)
        made = _begin(clinic, label, imported.rules, imported, f"library:{code}")
    except DomainError as error:
        return rejected(ENTRY, error, **_entry(clinic, code))
    flash(_("Kladden er lavet. Nu skal klinikken gøre hver række til sin egen."), "success")
    return _to(made)


@pages.get("/kopi/<int:rule_set_id>", access=Access.STAFF)
def copy_form(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Name the copy of one of the clinic's own rule sets."""
    clinic, version = _copied(clinic_id, rule_set_id)
    return render_template(COPY, values={}, errors={}, clinic=clinic, version=version)


@pages.post("/kopi/<int:rule_set_id>", access=Access.STAFF)
def copy(clinic_id: int, rule_set_id: int) -> ResponseReturnValue:
    """Begin as one of the clinic's own rule sets; whoever answers for a row does so here too."""
    clinic, version = _copied(clinic_id, rule_set_id)
    try:
        label = read(NameForm())["label"]
        imported = Imported(version.rules, trying.read(version.examples))
        origin = f"version:{version.rule_set.code}/{version.number}"
        made = _begin(clinic, label, imported.rules, imported, origin)
    except DomainError as error:
        return rejected(COPY, error, clinic=clinic, version=version)
    flash(_("Kopien er lavet som en kladde."), "success")
    return _to(made)


@pages.get("/fil", access=Access.STAFF)
def file_form(clinic_id: int) -> ResponseReturnValue:
    """Choose a file."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    return render_template(FILE, values={}, errors={}, clinic=clinic)


@pages.post("/fil", access=Access.STAFF)
def import_file(clinic_id: int) -> ResponseReturnValue:
    """Begin from a file; what cannot be held is refused, naming its place, and nothing is made."""
    clinic = clinic_here(clinic_id, Role.CLINICIAN)
    sent = request.files.get("file")
    try:
        label = read(FileForm())["label"]
        if sent is None or not sent.filename:
            raise InvalidInput({"file": _("Vælg en fil.")})
        imported = read_file(sent.read())
        label = label or imported.rules.label[:LONGEST] or imported.rules.name[:LONGEST]
        name = secure_filename(sent.filename)[-100:]
        made = _begin(clinic, label, imported.rules, imported, f"file:{name}")
    except Refused as refusal:
        told = InvalidInput({"file": _("Filen kan ikke bruges. Intet er gemt.")})
        return rejected(FILE, told, clinic=clinic, refusal=refusal, refusals=refusals)
    except DomainError as error:
        return rejected(FILE, error, clinic=clinic)
    flash(_("Filen er læst ind som en kladde."), "success")
    return _to(made)


def _begin(
    clinic: Clinic, label: str, rules: Rules, imported: Imported | None = None, origin: str = ""
) -> RuleSet:
    taken = {one.code for one in queries.of_clinic(db(), clinic.id)}
    examples = imported.examples if imported else ()
    code = code_for(label, taken)
    return service.begin(db(), me(), clinic, code, label, rules, examples, origin)


def _copied(clinic_id: int, rule_set_id: int) -> tuple[Clinic, RuleVersion]:
    """The text of one of the clinic's rule sets: what counts, else the newest."""
    clinic, rule_set = rule_set_at(clinic_id, rule_set_id, Role.CLINICIAN)
    counts = queries.in_force(db(), rule_set.id, db().now())
    versions = queries.versions_of(db(), rule_set.id)
    if not versions:
        raise NotFound
    return clinic, counts or versions[0]


def _ways(clinic: Clinic) -> dict[str, object]:
    own = [one for one in queries.of_clinic(db(), clinic.id) if queries.versions_of(db(), one.id)]
    entries = [library.entry(code) for code, _title in library.titles()]
    return {"clinic": clinic, "entries": entries, "own": own}


def _entry(clinic: Clinic, code: str) -> dict[str, object]:
    found = library.entry(code)
    names = names_at(clinic, found.rules)
    return {
        "clinic": clinic,
        "entry": found,
        "tables": showing.tables(found.rules, names),
        "looks": showing.looks(found.rules),
        "row_words": showing.ROW_WORDS,
        "outcomes": showing.outcomes(found.rules, found.examples, names),
        "writes": writes(clinic),
    }


def _to(rule_set: RuleSet) -> ResponseReturnValue:
    there = url_for("rules.show", clinic_id=rule_set.clinic_id, rule_set_id=rule_set.id)
    return redirect(there, 303)

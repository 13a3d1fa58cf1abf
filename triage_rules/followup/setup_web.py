"""Setting up how a clinic follows its patients: by which rules, and what a contact becomes."""

from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from markupsafe import Markup, escape

from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic
from booking.calendar.professions import PROFESSIONS, profession_name
from booking.calendar.queries import resources_of
from booking.calendar.schemas import Version
from booking.clinic_web.refusals import refusals
from booking.clinic_web.setup.clinics import SETUP, office
from booking.platform.database import Session
from booking.platform.errors import DomainError
from booking.platform.forms import Form, Id, Ids, Number, Text, Yes, read, rejected
from booking.platform.i18n import language_code
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, me
from triage_rules.authoring import queries as rules
from triage_rules.authoring.models import RuleSet
from triage_rules.followup import pathways
from triage_rules.followup.models import Pathway
from triage_rules.questionnaires import queries as questionnaires

pages = Pages("staff_pathways", __name__, url_prefix=SETUP, template_folder="templates")

ONE, LIST = "followup/setup/pathway.html", "followup/setup/pathways.html"
NEW: dict[str, object] = {"answer_days": 14, "unread_hours": 24}
ANY = "any"


class PlainForm(Form):
    """A pathway but for its contacts."""

    version = Version()
    name = Text(required=True, error_messages={"required": cast(str, _l("Skriv et navn."))})
    rule_set = Id(required=True, error_messages={"required": cast(str, _l("Vælg et regelsæt."))})
    questionnaire = Id(load_default=None)
    answer_days = Number(1, 90, required=True)
    unread_hours = Number(1, 168, required=True)
    active = Yes()


# Which visit types a contact becomes, a field for each profession and one for all the others.
PathwayForm = PlainForm.from_dict(
    {f"contacts_{code}": Ids() for code in (ANY, *PROFESSIONS)}, name="PathwayForm"
)


def _called(rule_set: RuleSet) -> str:
    """The rule set's name, and that nobody can be followed by it yet, where that is so."""
    if rules.in_force(db(), rule_set.id, db().now()) is not None:
        return rule_set.label
    return _("%(name)s (ikke udgivet)", name=rule_set.label)


@pages.get("/opfoelgning", access=Access.SECRETARY)
def everything(clinic_id: int) -> ResponseReturnValue:
    """Every pathway, those in use first."""
    clinic = office(clinic_id)
    found = pathways.of_clinic(db(), clinic_id, active=None)
    return render_template(
        LIST,
        clinic=clinic,
        pathways=sorted(found, key=lambda one: not one.active),
        followed=pathways.followed(db(), clinic_id),
        rule_sets=rules.of_clinic(db(), clinic_id),
        language=language_code(),
        profession_name=profession_name,
    )


@pages.get("/opfoelgning/ny", access=Access.SECRETARY)
def new_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a new pathway."""
    clinic = office(clinic_id)
    return render_template(ONE, values=NEW, errors={}, pathway=None, **_choices(clinic))


@pages.post("/opfoelgning/ny", access=Access.SECRETARY)
def new(clinic_id: int) -> ResponseReturnValue:
    """Add a pathway."""
    clinic = office(clinic_id)
    try:
        with refusals():
            pathways.create(db(), me(), clinic, _definition(_typed()))
    except DomainError as error:
        return rejected(ONE, error, pathway=None, **_choices(clinic))
    flash(_("Opfølgningstypen er oprettet. Nu kan patienter følges ved den."), "success")
    return redirect(url_for(".everything", clinic_id=clinic_id), 303)


@pages.get("/opfoelgning/<int:pathway_id>", access=Access.SECRETARY)
def edit_form(clinic_id: int, pathway_id: int) -> ResponseReturnValue:
    """The form for a pathway that is there."""
    clinic = office(clinic_id)
    pathway = pathways.pathway_here(db(), clinic_id, pathway_id)
    context = _choices(clinic, pathway)
    return render_template(ONE, values=_values(pathway), errors={}, pathway=pathway, **context)


@pages.post("/opfoelgning/<int:pathway_id>", access=Access.SECRETARY)
def edit(clinic_id: int, pathway_id: int) -> ResponseReturnValue:
    """Save a pathway."""
    clinic = office(clinic_id)
    pathway = pathways.pathway_here(db(), clinic_id, pathway_id)
    try:
        with refusals():
            typed = _typed()
            wanted = _definition(typed, pathway)
            version, active = typed["version"], typed["active"]
            pathways.edit(db(), me(), clinic, pathway, version, wanted, active=active)
    except DomainError as error:
        context = _choices(clinic, pathway)
        return rejected(ONE, error, row=pathway, pathway=pathway, **context)
    flash(_("Opfølgningstypen er gemt. Det gælder fra næste gang, reglerne spørges."), "success")
    return redirect(url_for(".everything", clinic_id=clinic_id), 303)


def card(_session: Session, _actor: Actor, clinic: Clinic) -> Markup:
    """The way here from the overview of what is set up."""
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "followup/setup/card.html",
            clinic=clinic,
            count=len(pathways.of_clinic(db(), clinic.id)),
        )
    )


def _typed() -> dict[str, Any]:
    return read(cast(Form, PathwayForm()))


def _definition(typed: dict[str, Any], pathway: Pathway | None = None) -> pathways.Definition:
    return pathways.Definition(
        name=typed["name"],
        rule_set_id=typed["rule_set"],
        questionnaire_id=typed["questionnaire"],
        answer_days=typed["answer_days"],
        unread_hours=typed["unread_hours"],
        contacts={"": typed[f"contacts_{ANY}"]}
        | {code: typed[f"contacts_{code}"] for code in PROFESSIONS},
        standards=pathway.standards if pathway is not None else (),
    )


def _values(pathway: Pathway) -> dict[str, Any]:
    values: dict[str, Any] = {
        "version": pathway.version,
        "name": pathway.name,
        "rule_set": pathway.rule_set_id,
        "questionnaire": pathway.questionnaire_id,
        "answer_days": pathway.answer_days,
        "unread_hours": pathway.unread_hours,
        "active": pathway.active,
    }
    for one in pathway.contacts:
        values.setdefault(f"contacts_{one.profession or ANY}", []).append(one.visit_type_id)
    return values


def takes_effect(session: Session, _actor: Actor, rule_set: RuleSet) -> Markup:
    """How many the clinic follows by the rules that are about to count."""
    counts = pathways.followed(session, rule_set.clinic_id)
    pathways_of_it = pathways.of_clinic(session, rule_set.clinic_id, active=None)
    here = sum(counts.get(one.id, 0) for one in pathways_of_it if one.rule_set_id == rule_set.id)
    if not here:
        return escape(_("Ingen patienter følges efter reglerne endnu."))
    return escape(
        ngettext(
            "%(num)d patient følges efter reglerne; de næste svar afgøres efter versionen.",
            "%(num)d patienter følges efter reglerne; deres næste svar afgøres efter versionen.",
            here,
        )
    )


def _choices(clinic: Clinic, pathway: Pathway | None = None) -> dict[str, Any]:
    """What can be chosen: what is in use, and what is chosen already, which must not fall out."""
    chosen = {one.visit_type_id for one in pathway.contacts} if pathway is not None else set()
    used = {one.profession for one in resources_of(db(), clinic.id, "clinician")}
    used |= {one.profession for one in pathway.contacts} if pathway is not None else set()
    language = language_code()
    return {
        "clinic": clinic,
        "rule_sets": [(one.id, _called(one)) for one in rules.of_clinic(db(), clinic.id)],
        "questionnaires": [
            (one.questionnaire_id, one.questionnaire.title(language))
            for one in questionnaires.available(db(), clinic.id)
        ],
        "visit_types": [
            (one.id, one.title(language))
            for one in visit_types_of(db(), clinic.id, active=None)
            if one.active or one.id in chosen
        ],
        "professions": [(code, name) for code, name in PROFESSIONS.items() if code in used],
    }

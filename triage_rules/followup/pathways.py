"""Defining how a clinic follows one kind of patient. What has been decided keeps its rules."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from booking.appointments.visit_types.queries import visit_types_of
from booking.calendar.models import Clinic
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.errors import ChangedMeanwhile, InvalidInput, NotFound
from booking.platform.identity import Actor
from triage_rules.authoring import queries as rules
from triage_rules.followup.models import FollowUpPlan, Pathway, PathwayContact
from triage_rules.questionnaires import queries as questionnaires


@dataclass(frozen=True)
class Definition:
    """All that a pathway is; fields as in the table. contacts: profession ('' for any) -> the
    numbers of the visit types a contact with it may become."""

    name: str
    rule_set_id: int
    questionnaire_id: int | None
    answer_days: int
    unread_hours: int
    contacts: Mapping[str, Collection[int]]
    standards: Sequence[str] = ()


def create(session: Session, by: Actor, clinic: Clinic, wanted: Definition) -> Pathway:
    """Add a pathway to a clinic; raises InvalidInput naming the fields."""
    pathway = Pathway(clinic_id=clinic.id)
    _write(session, clinic, pathway, wanted)
    session.add(pathway)
    session.flush()
    audit.record(session, by, "pathway.created", reason=pathway.name, clinic_id=clinic.id)
    return pathway


def edit(
    session: Session,
    by: Actor,
    clinic: Clinic,
    pathway: Pathway,
    version: int,
    wanted: Definition,
    *,
    active: bool = True,
) -> Pathway:
    """Change a pathway for what is decided from now on, or let nobody more begin on it.

    Raises ChangedMeanwhile where someone else has saved it in between.
    """
    if pathway.version != version:
        raise ChangedMeanwhile
    _write(session, clinic, pathway, wanted)
    pathway.active = active
    # Its contacts are part of it, and a change to them is a new version too.
    flag_modified(pathway, "name")
    session.flush()
    audit.record(session, by, "pathway.changed", reason=pathway.name, clinic_id=clinic.id)
    return pathway


def of_clinic(session: Session, clinic_id: int, *, active: bool | None = True) -> list[Pathway]:
    """A clinic's pathways by name. active: None for all."""
    wanted = (
        select(Pathway)
        .where(Pathway.clinic_id == clinic_id)
        .options(
            joinedload(Pathway.rule_set),
            joinedload(Pathway.questionnaire),
            selectinload(Pathway.contacts).joinedload(PathwayContact.visit_type),
        )
        .order_by(Pathway.name, Pathway.id)
    )
    if active is not None:
        wanted = wanted.where(Pathway.active.is_(active))
    return list(session.scalars(wanted))


def pathway_here(session: Session, clinic_id: int, pathway_id: int) -> Pathway:
    """One of a clinic's pathways; raises NotFound for any other."""
    pathway = session.get(Pathway, pathway_id)
    if pathway is None or pathway.clinic_id != clinic_id:
        raise NotFound
    return pathway


def followed(session: Session, clinic_id: int) -> dict[int, int]:
    """How many patients are followed by each pathway now."""
    counted = (
        select(FollowUpPlan.pathway_id, func.count())
        .where(FollowUpPlan.clinic_id == clinic_id, FollowUpPlan.ended_at.is_(None))
        .group_by(FollowUpPlan.pathway_id)
    )
    return dict(session.execute(counted).all())


def _write(session: Session, clinic: Clinic, pathway: Pathway, wanted: Definition) -> None:
    _check(session, clinic, pathway, wanted)
    pathway.name = wanted.name
    pathway.rule_set_id, pathway.questionnaire_id = wanted.rule_set_id, wanted.questionnaire_id
    pathway.answer_days, pathway.unread_hours = wanted.answer_days, wanted.unread_hours
    pathway.standards = list(wanted.standards)
    asked = {(profession, one) for profession, ids in wanted.contacts.items() for one in ids}
    held = {(one.profession, one.visit_type_id): one for one in pathway.contacts}
    for contact in [one for key, one in held.items() if key not in asked]:
        pathway.contacts.remove(contact)
    pathway.contacts += [
        PathwayContact(profession=profession, visit_type_id=one)
        for profession, one in sorted(asked - held.keys())
    ]


def _check(session: Session, clinic: Clinic, pathway: Pathway, wanted: Definition) -> None:
    same = select(Pathway.id).where(
        Pathway.clinic_id == clinic.id, func.lower(Pathway.name) == wanted.name.lower()
    )
    rules.rule_set_here(session, clinic.id, wanted.rule_set_id)
    wrong: dict[str, str] = {}
    with session.no_autoflush:
        if any(found != pathway.id for found in session.scalars(same)):
            wrong["name"] = _("Klinikken har allerede en opfølgningstype med det navn.")
        asked = {one.questionnaire_id for one in questionnaires.available(session, clinic.id)}
        if wanted.questionnaire_id not in {None, *asked, pathway.questionnaire_id}:
            wrong["questionnaire"] = _("Vælg en af mulighederne.")
        known = {one.id for one in visit_types_of(session, clinic.id, active=None)}
    chosen = {one for ids in wanted.contacts.values() for one in ids}
    if not chosen:
        wrong["contacts_any"] = _("Vælg mindst én kontakttype.")
    elif not chosen <= known:
        wrong["contacts_any"] = _("Vælg blandt mulighederne.")
    if wrong:
        raise InvalidInput(wrong)

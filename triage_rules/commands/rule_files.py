"""Where the commands find a rule set: the library, a file, or a clinic's own in the database."""

import re
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import select

from booking.platform.database import Session
from booking.platform.web import rettid
from triage_rules import library
from triage_rules.authoring import queries
from triage_rules.authoring.importing import read_file
from triage_rules.authoring.models import RuleSet as RuleSetRow
from triage_rules.authoring.ownership import nobodys
from triage_rules.tables import examples as trying
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import RuleSet

_OF_CLINIC = re.compile(r"([0-9]{1,9})/([^/]+)")


@dataclass(frozen=True)
class Found:
    """A rule set with its example patients, and what it is called."""

    name: str
    rules: RuleSet
    examples: tuple[Example, ...]


def find(named: str) -> Found:
    """A code of the library, a file, or CLINICID/CODE; raises Refused, Malformed or UsageError.

    Nobody answers for the library's rows, wherever they go.
    """
    if named in library.CODES:
        entry = library.entry(named)
        return Found(f"library rule set {named}", nobodys(entry.rules), entry.examples)
    if _OF_CLINIC.fullmatch(named):
        with rettid().database.reading() as session:
            return _of_clinic(session, named)
    path = Path(named)
    if path.is_file():
        return in_file(path)
    there = ", ".join(library.CODES)
    raise click.UsageError(
        f"{named!r} is no file, no CLINICID/CODE, and not in the library, which has {there}."
    )


def in_file(path: Path) -> Found:
    """A rule set in a file: DMN, the written form, or {"rules": …, "examples": […]}."""
    held = read_file(path.read_bytes())
    return Found(path.name, held.rules, held.examples)


def rule_set_of(session: Session, named: str) -> RuleSetRow:
    """A clinic's own rule set as CLINICID/CODE; raises UsageError where there is none."""
    found = _OF_CLINIC.fullmatch(named)
    row = None
    if found:
        clinic, code = found.groups()
        row = session.scalars(
            select(RuleSetRow).where(RuleSetRow.clinic_id == int(clinic), RuleSetRow.code == code)
        ).one_or_none()
    if row is None:
        raise click.UsageError(f"There is no rule set {named!r}: it is CLINICID/CODE.")
    return row


def _of_clinic(session: Session, named: str) -> Found:
    """The version in force, else what is being written."""
    row = rule_set_of(session, named)
    version = queries.in_force(session, row.id, session.now())
    if version is not None:
        name = f"{named} version {version.number}"
        return Found(name, version.rules, trying.read(version.examples))
    if row.draft is None:
        raise click.UsageError(f"{named} has nothing in force and nothing being written.")
    return Found(f"{named} (draft)", row.draft.rules, trying.read(row.draft.examples))

"""Where the commands find a rule set: the library, a file, or a clinic's own in the database."""

import json
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy import select

from booking.platform.database import Session
from booking.platform.web import rettid
from triage_rules import library
from triage_rules.authoring import queries
from triage_rules.authoring.models import RuleSet as RuleSetRow
from triage_rules.dmn.refused import Refused
from triage_rules.tables import examples as trying
from triage_rules.tables import written
from triage_rules.tables.dmn_files import read_rules
from triage_rules.tables.examples import Example
from triage_rules.tables.rule_set import RuleSet

MOST_BYTES = 5_000_000


@dataclass(frozen=True)
class Found:
    """A rule set with its example patients, and what it is called."""

    name: str
    rules: RuleSet
    examples: tuple[Example, ...]


def find(named: str) -> Found:
    """A code of the library, a file, or CLINICID/CODE; raises Refused, Malformed or UsageError."""
    clinic, _, code = named.partition("/")
    if named in library.CODES:
        entry = library.entry(named)
        return Found(f"library rule set {named}", entry.rules, entry.examples)
    if clinic.isdecimal() and code and "/" not in code:
        with rettid().database.reading() as session:
            return _of_clinic(session, int(clinic), code)
    path = Path(named)
    if path.is_file():
        return in_file(path)
    there = ", ".join(library.CODES)
    raise click.UsageError(
        f"{named!r} is no file, no CLINIC/CODE, and not in the library, which has {there}."
    )


def in_file(path: Path) -> Found:
    """A rule set in a file: DMN, the written form, or {"rules": …, "examples": […]}."""
    text = path.read_bytes()
    if path.suffix.lower() == ".dmn":
        return Found(path.name, read_rules(text), ())
    if len(text) > MOST_BYTES:
        raise Refused("the file", f"it has more than {MOST_BYTES} bytes")
    try:
        plain = json.loads(text)
    except ValueError as error:  # no UTF-8 is such an error too
        raise Refused("the file", f"it is no JSON: {error}") from None
    examples: object = []
    if isinstance(plain, dict) and "rules" in plain:
        plain, examples = plain["rules"], plain.get("examples", [])
    rules = written.read(json.dumps(plain))
    return Found(path.name, rules, trying.read(json.dumps(examples)))


def _of_clinic(session: Session, clinic: int, code: str) -> Found:
    """The version in force, else what is being written."""
    row = session.scalars(
        select(RuleSetRow).where(RuleSetRow.clinic_id == clinic, RuleSetRow.code == code)
    ).one_or_none()
    if row is None:
        raise click.UsageError(f"Clinic {clinic} has no rule set {code!r}.")
    version = queries.in_force(session, row.id, session.now())
    if version is not None:
        name = f"{clinic}/{code} version {version.number}"
        return Found(name, version.rules, trying.read(version.examples))
    if row.draft is None:
        raise click.UsageError(f"{clinic}/{code} has nothing in force and nothing being written.")
    return Found(f"{clinic}/{code} (draft)", row.draft.rules, trying.read(row.draft.examples))

"""`rules verify` and `rules test`: what is wrong with rules, and whether their examples hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import force_locale

from booking.platform.web import rettid
from triage_rules.authoring import findings
from triage_rules.authoring.findings import Found
from triage_rules.commands.answering import A_FILE, REFUSED, WRONG, refusing
from triage_rules.commands.rule_files import find, in_file
from triage_rules.dmn.model import Decision, Definitions
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.tables.dmn_strict import between_inputs
from triage_rules.tables.examples import Outcome, run_all
from triage_rules.tables.from_decision import table_of
from triage_rules.tables.from_dmn import from_dmn, is_between, is_whole
from triage_rules.tables.model import Table
from triage_rules.tables.rule_set import RuleSet
from triage_rules.tables.soundness import unsound
from triage_rules.tables.verify import flaws, merges


@dataclass(frozen=True)
class Checked:
    """What was looked through: the tables, what is wrong, and what could not be read."""

    rules: RuleSet
    found: list[Found]
    refused: list[Refused]


@click.command("verify")
@click.argument("file", metavar="FILE", type=A_FILE)
@with_appcontext
def verify_file(file: Path) -> None:
    """Say what is wrong with the rules in FILE: a .dmn, or the written form as .json.

    Each finding names its table and rows and, where there is one, a patient it happens to. Exit
    code 1 where anything bars publishing, 2 where a part could not be read.
    """
    with refusing(), force_locale("en"):
        checked = _checked(file)
        for refusal in checked.refused:
            click.echo(f"not read: {refusal.where}: {refusal.why}")
        for found in checked.found:
            click.echo(f"{_where(checked.rules, found)}: {findings.finding(checked.rules, found)}")
        for table in checked.rules.tables:
            for merge in merges(table):
                click.echo(f"suggestion, {table.name}: {findings.merge(table, merge)}")
        count = sum(len(table.rows) for table in checked.rules.tables)
        what = f"{len(checked.rules.tables)} tables, {count} rows"
        click.echo(f"{what}: {len(checked.found)} findings")
    if checked.found:
        raise click.exceptions.Exit(WRONG)
    if checked.refused:
        raise click.exceptions.Exit(REFUSED)


def _checked(file: Path) -> Checked:
    if file.suffix.lower() != ".dmn":
        rules = in_file(file).rules
        return Checked(rules, unsound(rules), [])
    definitions = read(file.read_bytes())
    if is_whole(definitions):
        rules = from_dmn(definitions)
        return Checked(rules, unsound(rules), [])
    return _tables_alone(definitions)


def _tables_alone(definitions: Definitions) -> Checked:
    """A model from elsewhere that is no whole chain: each of its tables by itself."""
    tables: list[Table] = []
    refused: list[Refused] = []
    for part in definitions.parts.values():
        if not isinstance(part, Decision) or is_between(part):
            continue
        try:
            tables.append(table_of(definitions, part, between_inputs(definitions)))
        except Refused as refusal:
            refused.append(refusal)
    if not tables and not refused:
        raise Refused("the model", "it has no decisions")
    rules = RuleSet(definitions.name, definitions.name, tuple(tables), 1)
    return Checked(rules, [(table.name, one) for table in tables for one in flaws(table)], refused)


def _where(rules: RuleSet, found: Found) -> str:
    """'activity, row 3 (a3), input act'."""
    place = findings.place(found)
    table = rules.table(place.table)
    assert table is not None
    numbers = {row.id: number for number, row in enumerate(table.rows, 1)}
    rows = [f"row {numbers[one]} ({one})" for one in place.rows]
    return ", ".join([table.name, *rows, *([f"input {place.input}"] if place.input else [])])


@click.command("test")
@click.argument("named", metavar="SET")
@with_appcontext
def test_set(named: str) -> None:
    """Run the example patients of SET: a library code, a file, or CLINICID/CODE.

    A clinic's own set is tested as it is in force, or else as it is being written. Exit code 1
    where an example comes out otherwise than its author expects.
    """
    with refusing():
        found = find(named)
        outcomes = run_all(found.rules, found.examples, rettid().clock.now())
    for outcome in outcomes:
        click.echo("\n".join(_said(outcome)))
    red = sum(not outcome.held for outcome in outcomes)
    click.echo(f"{found.name}: {len(outcomes)} examples, {red} red")
    if red:
        raise click.exceptions.Exit(WRONG)


def _said(outcome: Outcome) -> Iterator[str]:
    yield f"{'ok ' if outcome.held else 'RED'} {outcome.example.name}"
    for one in outcome.differences:
        if one.what == "unknown_fact":
            yield f"    no table asks for {one.got}"
        else:
            yield f"    {one.what}: expected {one.expected}, got {one.got}"

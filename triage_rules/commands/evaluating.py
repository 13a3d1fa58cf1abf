"""`rules eval`: one decision of a DMN model for one patient. Nothing is looked up or stored."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from booking.platform.clock import SystemClock
from triage_rules.commands.answering import A_FILE, refusing
from triage_rules.dmn.evaluate import evaluate
from triage_rules.dmn.facts import read_facts, to_json
from triage_rules.dmn.logic import Fired
from triage_rules.dmn.model import Definitions
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused
from triage_rules.tables.dmn_strict import StrictModel
from triage_rules.tables.evaluate import Fact


@click.command("eval")
@click.argument("file", metavar="FILE.dmn", type=A_FILE)
@click.option("--decision", metavar="NAME", required=True, help="Its name or id.")
@click.option("--facts", "facts", type=A_FILE, required=True, help="JSON: names and values.")
@click.option("--spec", is_flag=True, help="With DMN's own rules for what is missing.")
@click.option("--at", "at", metavar="TIME", help="As of this instant (ISO 8601); else as of now.")
@click.option("--json", "on_one_line", is_flag=True, help="The answer on one line, for a program.")
@with_appcontext
def evaluate_file(
    file: Path, decision: str, facts: Path, at: str | None, *, spec: bool, on_one_line: bool
) -> None:
    """Evaluate one decision of a DMN model and print its value and the rows that fired.

    Strictly, unless --spec is given: where a missing, too old, impossible or mistyped fact could
    matter, the value is null and needs_clinician says why. What is outside the declared subset is
    refused, with exit code 2. See docs/dmn.md.
    """
    if spec and at is not None:
        raise click.UsageError("--at is for the strict reading: DMN's own has no time.")
    indent = None if on_one_line else 2
    with refusing(indent):
        model, given = read(file.read_bytes()), read_facts(facts.read_bytes())
        if spec:
            answer = evaluate(model, decision, given)
            told = _told(answer.decision, answer.value, answer.fired)
        else:
            told = _strictly(model, decision, given, _instant(at) if at else SystemClock().now())
        click.echo(to_json(told, indent))


def _strictly(
    model: Definitions, decision: str, given: Mapping[str, object], now: datetime
) -> Mapping[str, object]:
    facts = {name: _fact(name, value, now) for name, value in given.items()}
    outcome = StrictModel(model)(decision, facts, now)
    told = _told(outcome.decision, outcome.value, outcome.fired)
    if not outcome.needs:
        return told
    needs = [
        {"table": need.table, "input": need.input, "state": need.state} for need in outcome.needs
    ]
    return {**told, "needs_clinician": needs}


def _told(decision: str, value: object, fired: Iterable[Fired]) -> Mapping[str, object]:
    rows = [{"table": row.table, "row": row.row, "id": row.id} for row in fired]
    return {"decision": decision, "value": value, "fired": rows}


def _fact(name: str, given: object, now: datetime) -> Fact:
    """A value of this very instant, or a value and the instant it was true (null: unknown)."""
    if not isinstance(given, dict):
        given = {"value": given}
    where = f"fact {name!r}"
    if "value" not in given or set(given) - {"value", "at"}:
        raise Refused(where, 'it is neither a value nor {"value": …, "at": …}')
    at = given.get("at", now)
    if isinstance(at, str):
        at = _instant(at, where)
    if at is not None and not isinstance(at, datetime):
        raise Refused(where, "its time is no text")
    return Fact(given["value"], at)


def _instant(text: str, where: str = "--at") -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Refused(where, f"{text[:40]!r} is no time") from None
    if found.tzinfo is None:
        raise Refused(where, f"{text[:40]!r} says no offset from UTC")
    return found

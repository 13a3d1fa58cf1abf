"""`flask --app wsgi rules …`: rules on the command line. Nothing is looked up, nothing stored."""

from collections.abc import Mapping
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup

from triage_rules.dmn.evaluate import Answer, evaluate
from triage_rules.dmn.facts import read_facts, to_json
from triage_rules.dmn.read import read
from triage_rules.dmn.refused import Refused

A_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
REFUSED = 2  # the exit code
NO_STRICT = "a model from outside is only evaluated as DMN says so far: add --spec"

rules = AppGroup("rules", help="The rules that decide who is seen, and when.")


@rules.command("eval", with_appcontext=False)
@click.argument("file", metavar="FILE.dmn", type=A_FILE)
@click.option("--decision", metavar="NAME", required=True, help="Its name or id.")
@click.option("--facts", "facts", type=A_FILE, required=True, help="JSON: names and values.")
@click.option("--spec", is_flag=True, help="With DMN's own rules for what is missing.")
@click.option("--json", "on_one_line", is_flag=True, help="The answer on one line, for a program.")
def evaluate_file(file: Path, decision: str, facts: Path, *, spec: bool, on_one_line: bool) -> None:
    """Evaluate one decision of a DMN model and print its value and the rows that fired.

    What is outside the declared subset is refused, with exit code 2. See docs/dmn.md.
    """
    indent = None if on_one_line else 2
    try:
        if not spec:
            raise Refused("", NO_STRICT)
        found = evaluate(read(file.read_bytes()), decision, read_facts(facts.read_bytes()))
        text = to_json(_told(found), indent)
    except Refused as refusal:
        told = {"refused": {"where": refusal.where, "why": refusal.why}}
        click.echo(to_json(told, indent))
        raise click.exceptions.Exit(REFUSED) from None
    click.echo(text)


def _told(answer: Answer) -> Mapping[str, object]:
    fired = [{"table": row.table, "row": row.row, "id": row.id} for row in answer.fired]
    return {"decision": answer.decision, "value": answer.value, "fired": fired}


def register(app: Flask) -> None:
    """Add the rules' commands."""
    app.cli.add_command(rules)

"""What the rules' commands have in common: their answers, refusals and exit codes."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from triage_rules.dmn.facts import to_json
from triage_rules.dmn.refused import Refused
from triage_rules.tables.rule_set import Malformed

A_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
WRONG = 1  # the exit code where something was found
REFUSED = 2  # the exit code where something could not be read


@contextmanager
def refusing(indent: int | None = 2) -> Iterator[None]:
    """Print a refusal as JSON and leave with its exit code."""
    try:
        yield
    except Refused as refusal:
        _refuse(refusal.where, refusal.why, indent)
    except Malformed as error:
        _refuse(error.where, error.why, indent)
    except ArithmeticError:
        _refuse("the file", "a number is too large, or has too many decimals", indent)
    except RecursionError:
        _refuse("the file", "it is nested too deep", indent)


def _refuse(where: str, why: str, indent: int | None) -> None:
    told: Mapping[str, object] = {"refused": {"where": where, "why": why}}
    click.echo(to_json(told, indent))
    raise click.exceptions.Exit(REFUSED) from None

"""Questionnaires from the command line: `flask --app wsgi questionnaires …`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from booking.calendar.models import Clinic
from booking.platform.errors import NotAllowed
from booking.platform.identity import SYSTEM
from booking.platform.web import rettid
from triage_rules.questionnaires import service, shipped
from triage_rules.questionnaires.fhir_shapes import Refused

questionnaires = AppGroup("questionnaires", help="Questionnaires that clinics can send.")


@questionnaires.command("install")
def install() -> None:
    """Publish the questionnaires that come with Rettid, for every clinic."""
    with rettid().database.transaction() as session:
        for version in shipped.install(session, SYSTEM):
            click.echo(f"{version.questionnaire.code}: version {version.number}")


@questionnaires.command("add")
@click.argument("code")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--clinic", type=int, help="The clinic's number; without it every clinic has it.")
def add(code: str, file: Path, clinic: int | None) -> None:
    """Publish a FHIR R4 Questionnaire from a JSON file under a code."""
    with rettid().database.transaction() as session:
        if clinic is not None and session.get(Clinic, clinic) is None:
            raise click.ClickException(f"There is no clinic {clinic}.")
        try:
            text = file.read_text(encoding="utf-8")
            version = service.publish(session, SYSTEM, code, text, clinic)
        except UnicodeDecodeError:
            raise click.ClickException(f"{file} is not UTF-8 text.") from None
        except Refused as refused:
            raise click.ClickException(str(refused)) from None
        except NotAllowed:
            raise click.ClickException(f"{code} belongs to someone else.") from None
        click.echo(f"{code}: version {version.number}")

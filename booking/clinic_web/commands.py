"""Staff accounts from the command line: `flask --app wsgi staff …`.

They live here because a role is held at a clinic, and people know no clinics.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy import select

from booking.calendar.models import Clinic
from booking.calendar.service import HOME_ZONE, ClinicDetails, SiteDetails, add_site, create_clinic
from booking.people import queries, staffing
from booking.people.models import Staff
from booking.platform.database import Session
from booking.platform.error_table import shown
from booking.platform.errors import DomainError, InvalidInput, NotFound
from booking.platform.identity import SYSTEM, Role
from booking.platform.phone import e164
from booking.platform.web import rettid

staff = AppGroup("staff", help="Staff accounts.")

clinic = AppGroup("clinic", help="Clinics.")

ROLES = click.Choice([role.value for role in Role])
PASSWORD = "RETTID_PASSWORD"  # noqa: S105 (the variable's name)


@clinic.command("add")
@click.argument("name")
@click.option("--phone", required=True, help="Where patients phone, for example 99 32 00 00.")
@click.option("--specialty", default="", help="For example Reumatologi.")
@click.option("--zone", default=HOME_ZONE, show_default=True, help="Its time zone, by IANA name.")
def add_clinic(name: str, phone: str, specialty: str, zone: str) -> None:
    """Begin a clinic, so that it can have staff; they set up the rest on its pages."""
    with _unit() as session:
        number = e164(phone)
        if number is None:
            raise click.ClickException(f"{phone!r} is not a phone number.")
        made = create_clinic(
            session, SYSTEM, ClinicDetails(name, number, specialty, zone_name=zone)
        )
        click.echo(f"Added clinic {made.id}: {made.name}. Next: flask --app wsgi staff add …")


@clinic.command("site")
@click.argument("name")
@click.option("--clinic", required=True, metavar="NAME_OR_ID", help="Whose address it is.")
@click.option("--address", required=True, help="For example 'Parkvej 1, 9000 Aalborg'.")
def add_site_command(name: str, clinic: str, address: str) -> None:
    """Add an address where a clinic works; imports name it."""
    with _unit() as session:
        at = _clinic(session, clinic)
        made = add_site(session, SYSTEM, at, SiteDetails(name, address))
        click.echo(f"Added {made.name} at {at.name}.")


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="As patients and colleagues see it.")
@click.option("--title", default="", help="Profession or title.")
@click.option("--clinic", required=True, metavar="NAME_OR_ID", help="Where the roles are held.")
@click.option("--role", "roles", required=True, multiple=True, type=ROLES, help="May be repeated.")
def add(username: str, name: str, title: str, clinic: str, roles: tuple[str, ...]) -> None:
    """Add an account; the password is asked for, or read from RETTID_PASSWORD."""
    with _unit() as session:
        at = _clinic(session, clinic)
        _refuse_known(session, username)
        held = [Role(role) for role in roles]
        made = staffing.add_staff(
            session, SYSTEM, at.id, username, name, _password(), held, title=title
        )
        click.echo(f"Added {made.username} at {at.name}: {', '.join(roles)}.")


@staff.command("list")
def everyone() -> None:
    """List accounts: user name, name, and roles by clinic."""
    with _unit() as session:
        clinics = {clinic.id: clinic.name for clinic in session.scalars(select(Clinic))}
        for one in session.scalars(select(Staff).order_by(Staff.username)):
            roles = "; ".join(f"{clinics[held.clinic_id]}: {held.role}" for held in one.roles)
            state = "" if one.active else " (deactivated)"
            click.echo(f"{one.username}{state}\t{one.name}\t{roles}")


@staff.command("password")
@click.argument("username")
def password(username: str) -> None:
    """Give a new password and end every session of theirs."""
    with _unit() as session:
        staffing.set_password(session, SYSTEM, _known(session, username), _password())
        click.echo("The password is changed, and every session of theirs has ended.")


@staff.command("deactivate")
@click.argument("username")
def deactivate(username: str) -> None:
    """Close an account and end every session of theirs."""
    with _unit() as session:
        staffing.deactivate(session, SYSTEM, _known(session, username))
        click.echo(f"{username} can no longer sign in.")


@contextmanager
def _unit() -> Iterator[Session]:
    """One transaction; a domain error becomes a line for the operator."""
    try:
        with rettid().database.transaction() as session:
            yield session
    except InvalidInput as error:
        raise click.ClickException(" ".join(error.fields.values())) from None
    except DomainError as error:
        text = shown(error.code)
        with force_locale("en"):
            raise click.ClickException(f"{text.heading}. {text.text}") from None


def _clinic(session: Session, name_or_id: str) -> Clinic:
    wanted = Clinic.id == int(name_or_id) if name_or_id.isdecimal() else Clinic.name == name_or_id
    clinic = session.scalars(select(Clinic).where(wanted)).one_or_none()
    if clinic is None:
        names = ", ".join(session.scalars(select(Clinic.name).order_by(Clinic.name)))
        raise click.ClickException(f"No clinic {name_or_id!r}. There are: {names or 'none yet'}.")
    return clinic


def _refuse_known(session: Session, username: str) -> None:
    """Before anyone is asked for a password."""
    try:
        there = queries.staff_by_username(session, username)
    except NotFound:
        return
    raise click.ClickException(
        f"There is an account {there.username!r} already: {there.name}. Nothing was changed. "
        "A leader gives it further roles on the page Personale; `staff password` gives it a new "
        "password."
    )


def _known(session: Session, username: str) -> Staff:
    try:
        return queries.staff_by_username(session, username)
    except NotFound:
        raise click.ClickException(f"Nobody has the user name {username!r}.") from None


def _password() -> str:
    given = os.environ.get(PASSWORD)
    if given is not None:
        return given
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed

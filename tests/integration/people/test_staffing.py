"""Staff accounts, and never a clinic without a leader."""

import pytest
from flask import Flask

from booking.people import queries, sign_in, staffing
from booking.people.errors import AlreadyExists, LastLeader, WeakPassword
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import NotAllowed, NotFound
from booking.platform.identity import SYSTEM, Role
from booking.platform.web import Rettid
from tests import factories
from tests.integration.people.conftest import Desk

GOOD = "tolv tegn er nok"


def test_an_added_account_can_sign_in_and_holds_its_roles(session: Session, desk: Desk) -> None:
    clinic = desk.clinic.id
    made = staffing.add_staff(
        session, desk.by, clinic, " Mette ", "Mette Leder", GOOD, [Role.LEADER, Role.CLINICIAN]
    )
    assert made.username == "mette"
    signed = sign_in.staff_by_password(session, "METTE", GOOD, "192.0.2.1")
    actor = sign_in.staff_actor(session, signed)
    assert actor is not None
    assert actor.roles == {clinic: {Role.LEADER, Role.CLINICIAN}}
    assert GOOD not in made.password_hash


def test_user_names_are_unique_and_passwords_long(session: Session, desk: Desk) -> None:
    clinic, roles = desk.clinic.id, [Role.SECRETARY]
    staffing.add_staff(session, desk.by, clinic, "mette", "Mette", GOOD, roles)
    with pytest.raises(AlreadyExists):
        staffing.add_staff(session, desk.by, clinic, "METTE", "En anden", GOOD, roles)
    for weak in ("", "elleve tegn", "x" * 11):
        with pytest.raises(WeakPassword):
            staffing.add_staff(session, desk.by, clinic, "ny", "Ny", weak, roles)
    with pytest.raises(WeakPassword):
        staffing.add_staff(session, desk.by, clinic, "x" * 12, "Ny", "X" * 12, roles)


def test_a_new_password_ends_the_sessions_begun_with_the_old(session: Session, desk: Desk) -> None:
    staff = desk.secretary
    signed = sign_in.staff_by_password(session, staff.username, factories.PASSWORD, "192.0.2.1")
    staffing.set_password(session, SYSTEM, staff, GOOD)
    assert sign_in.staff_actor(session, signed) is None
    assert sign_in.staff_by_password(session, staff.username, GOOD, "192.0.2.1")


def test_roles_are_given_and_taken_at_one_clinic(session: Session, desk: Desk) -> None:
    elsewhere = factories.clinic(session)
    staff, clinic = desk.secretary, desk.clinic.id
    staffing.give_role(session, SYSTEM, elsewhere.id, staff, Role.CLINICIAN)
    staffing.give_role(session, SYSTEM, elsewhere.id, staff, Role.CLINICIAN)
    assert queries.staff_of(session, elsewhere.id) == [staff]
    staffing.take_role(session, SYSTEM, clinic, staff, Role.SECRETARY)
    staffing.take_role(session, SYSTEM, clinic, staff, Role.SECRETARY)
    session.expire_all()
    assert sign_in.actor_of(staff).roles == {elsewhere.id: {Role.CLINICIAN}}
    with pytest.raises(NotFound):
        queries.staff_member_of(session, clinic, staff.id)


def test_a_clinic_keeps_its_last_leader(session: Session, desk: Desk) -> None:
    clinic = desk.clinic
    first = factories.staff(session, clinic, Role.LEADER)
    with pytest.raises(LastLeader):
        staffing.take_role(session, desk.by, clinic.id, first, Role.LEADER)
    with pytest.raises(LastLeader):
        staffing.deactivate(session, desk.by, first)
    second = factories.staff(session, clinic, Role.LEADER)
    staffing.deactivate(session, desk.by, first)
    assert not first.active
    with pytest.raises(LastLeader):
        staffing.take_role(session, desk.by, clinic.id, second, Role.LEADER)
    staffing.reactivate(session, desk.by, first)
    staffing.take_role(session, desk.by, clinic.id, second, Role.LEADER)


def test_nobody_closes_their_own_account(session: Session, desk: Desk) -> None:
    first, _second = (factories.staff(session, desk.clinic, Role.LEADER) for _ in range(2))
    with pytest.raises(NotAllowed):
        staffing.deactivate(session, actor_of(first), first)
    assert first.active


def test_an_operator_does_it_from_the_command_line(app: Flask, rettid: Rettid) -> None:
    with rettid.database.transaction() as session:
        name = factories.clinic(session, name="Reumatologi").name
    run = app.test_cli_runner()
    add = ["staff", "add", "mette", "--name", "Mette Leder", "--role", "leader", "--clinic"]
    unknown = run.invoke(args=[*add, "Ukendt"], env={"RETTID_PASSWORD": GOOD})
    assert unknown.exit_code != 0
    assert "Reumatologi" in unknown.output
    short = run.invoke(args=[*add, name], env={"RETTID_PASSWORD": "kort"})
    assert "12" in short.output
    assert run.invoke(args=[*add, name], env={"RETTID_PASSWORD": GOOD}).exit_code == 0
    again = run.invoke(args=[*add, name])
    assert again.exit_code == 1
    assert "There is an account 'mette' already: Mette Leder." in again.output
    assert "Password" not in again.output, "nobody is asked for a password in vain"
    listed = run.invoke(args=["staff", "list"])
    assert "mette\tMette Leder\tReumatologi: leader" in listed.output
    prompted = run.invoke(args=["staff", "password", "mette"], input=f"{GOOD} 2\n{GOOD} 2\n")
    assert prompted.exit_code == 0
    with rettid.database.writing() as session:
        assert sign_in.staff_by_password(session, "mette", f"{GOOD} 2", "192.0.2.1")
        session.rollback()
    last = run.invoke(args=["staff", "deactivate", "mette"])
    assert last.exit_code != 0
    assert run.invoke(args=["staff", "deactivate", "nobody"]).exit_code != 0

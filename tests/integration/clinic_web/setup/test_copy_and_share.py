"""Copying hours, taking a shared clinician off a clinic, past closures, and a clinic's zone."""

from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from booking.appointments import occasions, service
from booking.appointments.search import find
from booking.calendar.models import Clinic, Closure, WeekTemplate, resource_clinic
from booking.people.models import StaffRole
from booking.people.sign_in import actor_of
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.identity import Role
from booking.platform.localtime import local_date
from tests import factories as make
from tests.integration.clinic_web.setup.conftest import Here, Saved, SignIn

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday


@pytest.fixture
def office(here: Here, signed_in: SignIn) -> FlaskClient:
    return signed_in(here.secretary)


@pytest.fixture
def elsewhere(session: Session, here: Here) -> Clinic:
    """Another clinic of the same secretary, which shares the doctor and has hours with them."""
    other = make.clinic(session, name="Endokrinologisk Ambulatorium")
    here.doctor.clinics.append(other)
    site = make.site(session, other)
    make.open_weekdays(session, here.doctor, site, days=[5])
    make.open_weekdays(session, here.doctor, site, days=[6], valid_from=date(2027, 1, 1))
    here.secretary.roles.append(StaffRole(clinic_id=other.id, role=Role.SECRETARY))
    session.commit()
    return other


def hours_of(saved: Saved, resource: int) -> list[tuple[int, str, date, int]]:
    """A resource's hours: weekday, from–to, the first day, the site."""
    wanted = (
        select(WeekTemplate)
        .where(WeekTemplate.resource_id == resource)
        .order_by(WeekTemplate.weekday, WeekTemplate.start_time)
    )
    return [
        (t.weekday, f"{t.start_time:%H:%M}–{t.end_time:%H:%M}", t.valid_from, t.site_id)
        for t in saved.all(wanted)
    ]


def test_a_new_room_gets_the_hours_of_another_at_its_own_site(
    session: Session, here: Here, saved: Saved, office: FlaskClient
) -> None:
    site = make.site(session, here.clinic, name="Thisted")
    room, site_id = make.room(session, site).id, site.id
    session.commit()
    page = f"{here.setup}/ressourcer/{room}/kopier"
    assert here.room.name in office.get(page).text
    typed = {"source": here.room.id, "valid_from": "2026-12-01"}
    session.commit()
    assert office.post(page, data=typed).status_code == 303
    expected = [(day, "08:00–16:00", date(2026, 12, 1), site_id) for day in range(5)]
    assert hours_of(saved, room) == expected
    again = office.post(page, data=typed)
    assert again.status_code == 422
    assert "Overlapper et skema, der findes" in again.text
    assert hours_of(saved, room) == expected


def test_where_there_is_nothing_to_copy_it_says_so(
    session: Session, here: Here, office: FlaskClient
) -> None:
    empty = make.room(session, here.site).id
    session.commit()
    page = f"{here.setup}/ressourcer/{here.room.id}/kopier"
    session.commit()
    answer = office.post(page, data={"source": empty, "valid_from": "2026-12-01"})
    assert answer.status_code == 422
    assert "Der er ingen timer at kopiere fra den dag." in answer.text


def at_clinics(saved: Saved, resource_id: int) -> set[int]:
    column = resource_clinic.c
    return set(saved.all(select(column.clinic_id).where(column.resource_id == resource_id)))


def test_a_shared_clinician_is_taken_off_a_clinic_and_the_hours_there_end(
    here: Here, elsewhere: Clinic, saved: Saved, office: FlaskClient
) -> None:
    page, other, doctor = f"{here.setup}/ressourcer/{here.doctor.id}", elsewhere.id, here.doctor.id
    assert "Tag af Endokrinologisk Ambulatorium" in office.get(page).text
    assert office.post(f"{page}/deling/{other}").location == page
    assert at_clinics(saved, doctor) == {here.clinic.id}
    left = saved.all(select(WeekTemplate.valid_to).where(WeekTemplate.clinic_id == other))
    assert left == [date(2026, 11, 22)], "hours that had not begun are gone"
    assert len(hours_of(saved, doctor)) == 6
    assert "Deling" not in office.get(page).text
    refused = office.post(f"{page}/deling/{here.clinic.id}", follow_redirects=True)
    assert "Behandleren er kun her." in refused.text
    (entry,) = saved.all(select(AuditEntry).where(AuditEntry.action == "resource.unshared"))
    assert entry.clinic_id == other


def test_not_while_there_are_times_to_come(
    session: Session, here: Here, elsewhere: Clinic, saved: Saved, office: FlaskClient
) -> None:
    control = make.visit_type(session, elsewhere, clinicians=[here.doctor])
    patient = make.patient(session, elsewhere)
    course = make.course(session, elsewhere, patient)
    by = actor_of(here.secretary)
    occasion = occasions.free(session, by, course, control)
    today = local_date(session.now(), elsewhere.zone)
    slot = min(find(session, occasion.wish(today, today + timedelta(days=13))).slots())
    booked = service.book(session, by, occasion, slot, "phone")
    session.commit()
    address = f"{here.setup}/ressourcer/{here.doctor.id}/deling/{elsewhere.id}"
    doctor, clinics = here.doctor.id, {here.clinic.id, elsewhere.id}
    session.commit()
    answer = office.post(address, follow_redirects=True)
    assert "Der er 1 kommende tid i Endokrinologisk Ambulatorium." in answer.text
    assert at_clinics(saved, doctor) == clinics
    service.cancel(session, by, booked, "clinic", "desk", wants_new=False)
    session.commit()
    answer = office.post(address, follow_redirects=True)
    assert "Tag først behandleren af kontakttyperne i Endokrinologisk Ambulatorium" in answer.text
    control.clinicians = []
    session.commit()
    answer = office.post(address, follow_redirects=True)
    assert "er ikke længere i Endokrinologisk Ambulatorium." in answer.text


def test_only_that_clinics_own_office_takes_it_off(
    session: Session, here: Here, elsewhere: Clinic, saved: Saved, signed_in: SignIn
) -> None:
    address = f"{here.setup}/ressourcer/{here.doctor.id}"
    other, doctor = elsewhere.id, here.doctor.id
    stranger = make.staff(session, here.clinic, Role.SECRETARY)
    session.commit()
    browser = signed_in(stranger)
    assert "Tag af Endokrinologisk" not in browser.get(address).text
    assert browser.post(f"{address}/deling/{other}", follow_redirects=True).status_code == 200
    assert len(at_clinics(saved, doctor)) == 2


def test_past_closures_are_listed_the_latest_first(
    session: Session, here: Here, office: FlaskClient
) -> None:
    for days, reason in ((40, "Maling"), (10, "Kursus"), (-10, "Ferie"), (500, "For længe siden")):
        start = session.now() - timedelta(days=days)
        row = Closure(clinic=here.clinic, starts_at=start, ends_at=start + timedelta(hours=5))
        row.reason = reason
        make.add(session, row)
    session.commit()
    page = office.get(f"{here.setup}/lukninger?vis=tidligere").text
    assert page.index("Kursus") < page.index("Maling")
    assert "Ferie" not in page
    assert "For længe siden" not in page
    now = office.get(f"{here.setup}/lukninger").text
    assert "Ferie" in now
    assert "Kursus" not in now


def test_a_clinic_has_its_own_zone_until_hours_are_meant_in_it(
    here: Here, saved: Saved, office: FlaskClient
) -> None:
    typed = {
        "name": "Ambulatoriet i Tórshavn",
        "phone": "99 32 00 00",
        "horizon_weeks": "8",
        "zone_name": "Atlantic/Faroe",
    }
    page = office.post("/klinik/ny-klinik", data=typed).location
    (made,) = saved.all(select(Clinic).where(Clinic.name == typed["name"]))
    assert made.zone.key == "Atlantic/Faroe"
    moved = {**typed, "version": made.version, "zone_name": "America/Nuuk"}
    assert office.post(f"{page}/klinik", data=moved).status_code == 303
    (made,) = saved.all(select(Clinic).where(Clinic.name == typed["name"]))
    assert made.zone.key == "America/Nuuk"
    here_too = {**typed, "version": "1", "name": "Her"}
    refused = office.post(f"{here.setup}/klinik", data=here_too)
    assert refused.status_code == 422
    assert "Klinikken har ugeskemaer eller lukninger" in refused.text
    same = {**here_too, "zone_name": "Europe/Copenhagen"}
    assert office.post(f"{here.setup}/klinik", data=same).status_code == 303


def test_the_command_takes_a_zone_and_refuses_one_nobody_knows(app: Flask, saved: Saved) -> None:
    runner = app.test_cli_runner()
    add = ["clinic", "add", "Vitória", "--phone", "99 32 00 00", "--zone"]
    refused = runner.invoke(args=[*add, "America/Sao Paulo"])
    assert refused.exit_code == 1
    assert "IANA" in refused.output
    done = runner.invoke(args=[*add, "America/Sao_Paulo"])
    assert done.exit_code == 0, done.output
    (made,) = saved.all(select(Clinic).where(Clinic.name == "Vitória"))
    assert made.zone_name == "America/Sao_Paulo"

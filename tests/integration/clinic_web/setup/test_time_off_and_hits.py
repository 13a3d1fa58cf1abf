"""Closures that hit appointments, and clinicians' own wishes for time off, through the pages."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from booking.appointments.models import Allocation, Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Closure
from booking.platform.audit import AuditEntry, AuditSubject
from booking.platform.database import Session
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.clinic_web.setup.conftest import Here, Saved, SignIn

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday

TUESDAY = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)  # 9.00 in Denmark


@pytest.fixture
def booked(session: Session, here: Here) -> Appointment:
    """The patient's control with the doctor, Tuesday at 9.00."""
    times = {"starts_at": TUESDAY, "ends_at": TUESDAY + timedelta(minutes=30)}
    appointment = make.add(
        session,
        Appointment(
            clinic_id=here.clinic.id,
            site_id=here.site.id,
            patient_id=here.patient.id,
            visit_type_id=here.control.id,
            clinician_id=here.doctor.id,
            form="in_person",
            booked_at=session.now(),
            **times,
        ),
    )
    for resource, role in ((here.doctor, "clinician"), (here.room, "Rum")):
        row = Allocation(resource_id=resource.id, role=role, appointment=appointment, **times)
        make.add(session, row)
    session.commit()
    return appointment


def test_saving_a_closure_shows_whom_it_hits_and_the_log_says_who_saw_them(
    saved: Saved, here: Here, booked: Appointment, signed_in: SignIn
) -> None:
    office = signed_in(here.secretary)
    data = {"place": f"resource-{here.doctor.id}", "first": "1-12-2026", "reason": "Kursus"}
    answer = office.post(f"{here.setup}/lukninger/ny", data=data)
    assert "/ramte?" in answer.location
    page = office.get(answer.location).text
    assert here.patient.name in page
    assert f"/klinik/{here.clinic.id}/arbejdsliste" in page
    looks = (
        select(AuditSubject.patient_id)
        .join(AuditEntry)
        .where(AuditEntry.action == "look", AuditEntry.place == "staff_hits.show")
    )
    assert saved.all(looks) == [here.patient.id]
    worklist = office.get(f"/klinik/{here.clinic.id}/arbejdsliste").text
    assert "Tiden ligger uden for åbningstiden" in worklist
    assert "Senest mandag 23. november 2026" in worklist
    (closure,) = saved.all(select(Closure))
    removal = {"version": closure.version}
    office.post(f"{here.setup}/lukninger/{closure.id}/slet", data=removal)
    assert [i.status for i in saved.all(select(WorklistItem))] == ["done"]
    assert "Arbejdslisten er tom" in office.get(f"/klinik/{here.clinic.id}/arbejdsliste").text


def test_a_closure_that_hits_nobody_goes_straight_back(
    here: Here, booked: Appointment, signed_in: SignIn
) -> None:
    office = signed_in(here.secretary)
    data = {"place": "clinic", "first": "2026-12-02"}
    answer = office.post(f"{here.setup}/lukninger/ny", data=data)
    assert answer.location == f"{here.setup}/lukninger"


def test_ending_hours_shows_whom_it_hits(
    here: Here, booked: Appointment, signed_in: SignIn
) -> None:
    office = signed_in(here.secretary)
    data = {"name": here.doctor.name, "profession": "doctor", "version": here.doctor.version}
    answer = office.post(f"{here.setup}/ressourcer/{here.doctor.id}/ret", data=data)
    assert here.patient.name in office.get(answer.location).text


def test_a_clinician_asks_and_the_secretary_answers(
    saved: Saved, here: Here, booked: Appointment, signed_in: SignIn
) -> None:
    own = f"/klinik/{here.clinic.id}/fri"
    clinician = signed_in(here.clinician)
    assert clinician.get(own).status_code == 200
    wish = {"first": "2026-12-01", "last": "2026-12-04", "reason": "Ferie"}
    assert clinician.post(own, data=wish).location == own
    assert "Afventer svar" in clinician.get(own).text
    (closure,) = saved.all(select(Closure))
    office = signed_in(here.secretary)
    assert "Ønsker om fri venter på svar" in office.get(here.setup).text
    worklist = office.get(f"/klinik/{here.clinic.id}/arbejdsliste").text
    page = f"{here.setup}/lukninger/{closure.id}"
    assert page in worklist
    assert here.patient.name in office.get(page).text
    answer = office.post(f"{page}/svar", data={"decision": "approve"})
    assert here.patient.name in office.get(answer.location).text
    again = office.post(f"{page}/svar", data={"decision": "decline"}, follow_redirects=True)
    assert "En anden har ændret det samme imens" in again.text
    assert "Godkendt" in signed_in(here.clinician).get(own).text


def test_a_wish_is_declined_or_taken_back(saved: Saved, here: Here, signed_in: SignIn) -> None:
    own = f"/klinik/{here.clinic.id}/fri"
    clinician = signed_in(here.clinician)
    clinician.post(own, data={"first": "2026-12-01"})
    clinician.post(own, data={"first": "2026-12-08"})
    first, second = saved.all(select(Closure).order_by(Closure.id))
    assert clinician.post(f"{own}/{first.id}/fortryd").location == own
    office = signed_in(here.secretary)
    office.post(f"{here.setup}/lukninger/{second.id}/svar", data={"decision": "decline"})
    assert "Afslået" in office.get(f"{here.setup}/lukninger/{second.id}").text
    assert [c.status for c in saved.all(select(Closure))] == ["declined"]
    assert {i.status for i in saved.all(select(WorklistItem))} == {"done"}


@pytest.mark.parametrize(
    "data", [{}, {"first": "x", "start": "25.00"}, {"first": "2020-01-01"}, {"first": "\x00"}]
)
def test_a_wish_that_cannot_be(here: Here, signed_in: SignIn, data: dict[str, str]) -> None:
    answer = signed_in(here.clinician).post(f"/klinik/{here.clinic.id}/fri", data=data)
    assert answer.status_code == 422
    assert "Ret dette, og send igen" in answer.text


def test_only_the_clinicians_own(session: Session, here: Here, signed_in: SignIn) -> None:
    other = make.staff(session, here.clinic, Role.CLINICIAN, name="Bo Lund")
    wish = make.add(
        session,
        Closure(
            clinic_id=here.clinic.id,
            resource_id=here.doctor.id,
            starts_at=TUESDAY,
            ends_at=TUESDAY + timedelta(days=1),
            status="requested",
        ),
    )
    session.commit()
    own = f"/klinik/{here.clinic.id}/fri"
    without_calendar = signed_in(other)
    assert "Du har ingen kalender" in without_calendar.get(own).text
    assert without_calendar.post(own, data={"first": "2026-12-01"}).status_code == 403
    refused = without_calendar.post(f"{own}/{wish.id}/fortryd", follow_redirects=True)
    assert "Det har du ikke adgang til" in refused.text
    assert without_calendar.post(f"{own}/4711/fortryd").status_code == 404
    assert signed_in(here.secretary).get(own).status_code == 403


def test_the_worklist_is_worked_off(
    session: Session, saved: Saved, here: Here, booked: Appointment, signed_in: SignIn
) -> None:
    kinds = ["no_time_in_window", "needs_longer_time", "wants_new_time", "window_ends", "noget"]
    for number, kind in enumerate(kinds):
        make.add(
            session,
            WorklistItem(
                clinic_id=here.clinic.id,
                kind=kind,
                patient_id=here.patient.id,
                appointment_id=booked.id,
                words="Kun om <b>morgenen</b>",
                details={"minutes": 45, "has": 30, "wishes": ["morning"], "visit_type": "Kontrol"},
                due_on=date(2026, 11, 21) + timedelta(days=number) if number < 3 else None,
                created_at=session.now(),
            ),
        )
    session.commit()
    office = signed_in(here.secretary)
    page = f"/klinik/{here.clinic.id}/arbejdsliste"
    shown = office.get(page).text
    assert "(5)" in shown
    assert shown.count("Over fristen") == 2
    assert shown.count("<h2>Uden frist</h2>") == 1
    assert "Kun om &lt;b&gt;morgenen&lt;/b&gt;" in shown
    assert "Skal bruge 45 minutter, har 30." in shown
    assert "Ønsker: Om formiddagen" in shown
    items = saved.all(select(WorklistItem).order_by(WorklistItem.id))
    for data in ({}, {"outcome": "\x00"}, {"outcome": "x" * 1001}):
        refused = office.post(f"{page}/{items[0].id}", data=data)
        assert refused.status_code == 422
        assert refused.text.count('id="field-outcome"') == 1
    done = {"outcome": "Ringet og aftalt"}
    assert office.post(f"{page}/{items[0].id}", data=done).location == (
        f"{page}#opgave-{items[1].id}"
    )
    again = office.post(f"{page}/{items[0].id}", data=done, follow_redirects=True)
    assert "Det passer ikke længere" in again.text
    past = office.get(f"{page}?vis=faerdige").text
    assert "Ringet og aftalt" in past
    assert "Signe Sekretær" in past
    assert office.get(f"{page}?vis=noget").status_code == 422


def test_another_clinics_worklist_is_not_found(
    session: Session, here: Here, signed_in: SignIn
) -> None:
    other = here.foreign.clinics[0]
    item = make.add(
        session, WorklistItem(clinic_id=other.id, kind="no_time_fits", created_at=session.now())
    )
    session.commit()
    office = signed_in(here.secretary)
    assert office.get(f"/klinik/{other.id}/arbejdsliste").status_code == 404
    page = f"/klinik/{here.clinic.id}/arbejdsliste/{item.id}"
    assert office.post(page, data={"outcome": "Løst"}).status_code == 404


def test_a_clinician_sees_the_worklist_but_does_not_set_up(here: Here, signed_in: SignIn) -> None:
    clinician = signed_in(here.clinician)
    page = clinician.get(f"/klinik/{here.clinic.id}/arbejdsliste")
    assert page.status_code == 200
    assert here.setup not in page.text

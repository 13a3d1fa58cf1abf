"""What the worklist lets a person do about an invitation without a time, and an unmarked one."""

from datetime import date, timedelta

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import func, select

from booking.appointments import safety_net
from booking.appointments.invitations.models import Invitation
from booking.appointments.worklist import service
from booking.appointments.worklist.escalation import escalate
from booking.appointments.worklist.models import WorklistItem
from booking.people.sign_in import actor_of
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.clinic_web.day.conftest import NINE, Work, signed_in
from tests.integration.patient_web.conftest import Visitor

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday

SATURDAY = date(2026, 11, 28)


def test_finishing_is_refused_while_the_invitation_needs_a_time(
    work: Work, secretary: Visitor
) -> None:
    work.invited(SATURDAY, SATURDAY)
    item = work.session.scalars(select(WorklistItem)).one()
    page = f"{work.at}/arbejdsliste"
    work.session.commit()
    secretary.get(page).says("Ingen ledig tid i perioden", "Find en tid", "Se indkaldelsen")
    secretary.post(f"{page}/{item.id}", outcome="Talt med patienten")
    secretary.says("Indkaldelsen er stadig åben", "Find en tid", "Se indkaldelsen", status=409)
    assert 'value="Talt med patienten"' in secretary.page.text


def test_other_days_are_given_on_the_invitations_page(work: Work, secretary: Visitor) -> None:
    invitation = work.invited(SATURDAY, SATURDAY)
    page = f"{work.at}/invitationer/{invitation.id}"
    secretary.get(page).says("Ændr perioden")
    secretary.post(f"{page}/periode", window_from="2026-11-28", window_to="2026-11-20")
    secretary.says("Slutdatoen ligger før startdatoen.", status=422)
    assert 'value="2026-11-20"' in secretary.page.text
    secretary.post(f"{page}/periode", window_from="2026-11-28")
    secretary.says("Udfyld feltet.", status=422)
    secretary.post(f"{page}/periode", window_from="2026-11-28", window_to="2026-11-29")
    secretary.says("Perioden er ændret, men ingen tid er ledig i den.")
    secretary.post(f"{page}/periode", window_from="2026-11-28", window_to="2026-12-01")
    secretary.says("Perioden er ændret. Reserveret mandag 30. november 2026 kl. 8.00.")
    secretary.get(f"{work.at}/arbejdsliste").says("Arbejdslisten er tom")
    secretary.post(f"{page}/periode", window_from="2026-12-01", window_to="2026-12-03")
    secretary.says("ligger uden for den og er ikke flyttet.")
    secretary.post(f"{page}/periode", window_from="2027-11-01", window_to="2027-11-30")
    secretary.says("ligger uden for den og er ikke flyttet.")


def test_a_time_of_yesterday_is_marked_from_the_worklist(
    work: Work, secretary: Visitor, freezer: FrozenDateTimeFactory
) -> None:
    booked = work.booked()
    freezer.move_to("2026-11-24T08:00:00Z")
    secretary.post("/klinik/log-ind", username=work.place.staff.username, password=make.PASSWORD)
    safety_net.look(work.session)
    work.session.commit()
    secretary.get(f"{work.at}/arbejdsliste")
    secretary.says("Tiden er ikke afsluttet", "Sæt til færdig eller udeblevet")
    secretary.get(f"{work.at}/dag?dato=2026-11-23&hos=alle").says("Færdig", "Udeblevet")
    secretary.post(f"{work.at}/tider/{booked.id}/dagen", do="done").says("Gennemført")
    assert work.status(booked.id) == "fulfilled"
    secretary.get(f"{work.at}/arbejdsliste").says("Arbejdslisten er tom")


def test_a_time_on_a_closed_day_is_moved_cancelled_or_held_with_a_reason(
    work: Work, secretary: Visitor
) -> None:
    booked, page = work.booked(start=NINE + timedelta(weeks=1)), f"{work.at}/arbejdsliste"
    secretary.post(
        f"{work.at}/opsaetning/lukninger/ny", place="clinic", first="2026-11-30", reason="Kursus"
    )
    item = work.session.scalars(select(WorklistItem.id)).one()
    work.session.commit()
    secretary.get(page).says("Tiden ligger uden for åbningstiden", "Flyt til…", "Aflys")
    secretary.says("Holdes alligevel")
    secretary.post(f"{page}/{item}", outcome="Ringer senere")
    secretary.says("Tiden ligger stadig uden for åbningstiden", status=409)
    assert 'value="Ringer senere"' in secretary.page.text
    secretary.post(f"{page}/{item}", held="1").says("Skriv, hvad der kom ud af det.", status=422)
    secretary.post(f"{page}/{item}", held="1", outcome="Lægen kommer ind den dag")
    secretary.says("Opgaven er færdig.", "Arbejdslisten er tom")
    secretary.get(f"{page}?vis=faerdige")
    secretary.says("Tiden holdes alligevel.", "Lægen kommer ind den dag")
    secretary.get(f"{work.at}/tider/{booked.id}")
    secretary.says("Holdes uden for åbningstiden", "Lægen kommer ind den dag")


def test_one_goes_on_with_the_next_item(work: Work, secretary: Visitor) -> None:
    items = [
        service.add(work.session, work.place.clinic.id, "window_ends", key=f"n{n}", due_on=day)
        for n, day in enumerate(date(2026, 12, 1) + timedelta(days=n) for n in range(3))
    ]
    work.session.commit()
    numbers = [item.id for item in items]
    page = f"{work.at}/arbejdsliste"
    secretary.get(page)
    assert all(f'id="opgave-{number}"' in secretary.page.text for number in numbers)
    for done, following in ((1, 2), (2, 0), (0, None)):
        answer = secretary.client.post(f"{page}/{numbers[done]}", data={"outcome": "Ringet"})
        anchor = "" if following is None else f"#opgave-{numbers[following]}"
        assert answer.location == page + anchor


def test_signed_out_meanwhile_one_is_told_that_nothing_was_kept(
    work: Work, secretary: Visitor
) -> None:
    item = service.add(work.session, work.place.clinic.id, "window_ends", key="n")
    work.session.commit()
    secretary.post("/klinik/log-ud")
    page = f"{work.at}/arbejdsliste"
    secretary.client.post(
        f"{page}/{item.id}",
        data={"outcome": "Ringet"},
        headers={"Referer": f"http://localhost{page}"},
    )
    secretary.get("/klinik/log-ind").says("det, du sendte, er ikke gemt")
    secretary.post("/klinik/log-ind", username=work.place.staff.username, password=make.PASSWORD)
    assert secretary.path == page


def test_an_order_sent_twice_is_one_order(work: Work, secretary: Visitor) -> None:
    path = f"{work.at}/patienter/{work.place.patient.id}/naeste"
    fields = {"visit_type": work.place.control.id, "form": "in_person", "weeks": "2-4"}
    secretary.post(path, **fields)
    first = secretary.path
    secretary.post(path, **fields)
    secretary.says("Der er ikke bestilt en til.", "Reserveret tid")
    assert secretary.path == first
    secretary.post(path, **fields, purpose="Blodprøver")
    assert secretary.path != first
    assert work.session.scalars(select(func.count()).select_from(Invitation)).one() == 2


def test_an_order_is_repeated_on_purpose_later(
    work: Work, secretary: Visitor, freezer: FrozenDateTimeFactory
) -> None:
    path = f"{work.at}/patienter/{work.place.patient.id}/naeste"
    fields = {"visit_type": work.place.control.id, "form": "in_person", "weeks": "2-4"}
    secretary.post(path, **fields)
    freezer.move_to("2026-11-23T07:11:00Z")
    secretary.post(path, **fields)
    assert work.session.scalars(select(func.count()).select_from(Invitation)).one() == 2


def test_whoever_works_at_one_clinic_lands_on_its_day(app: Flask, work: Work) -> None:
    browser = signed_in(app, work.place.staff)
    assert browser.get("/klinik/").path == f"{work.at}/dag"
    other = make.clinic(work.session)
    busy = make.staff(work.session, other)
    busy.roles += make.staff(work.session, work.place.clinic).roles
    work.session.commit()
    assert signed_in(app, busy).get("/klinik/").path == "/klinik/"


def test_red_comes_first_and_what_nobody_owns_or_opens_is_the_leaders(
    app: Flask, work: Work, secretary: Visitor
) -> None:
    clinic, monday = work.place.clinic, date(2026, 11, 23)
    service.add(work.session, clinic.id, "did_not_come", due_on=monday)
    item = service.add(
        work.session, clinic.id, "never_marked", due_on=date(2026, 11, 25), urgency="red"
    )
    leader = make.staff(work.session, clinic, Role.LEADER)
    work.session.commit()
    secretary.get(f"{work.at}/arbejdsliste").says("Haster", "Senest onsdag 25. november 2026")
    page = secretary.page.text
    assert page.index("Senest onsdag 25.") < page.index("Senest mandag 23.")
    assert "har ingen ejer" not in page
    lead = signed_in(app, leader)
    lead.get(f"{work.at}/arbejdsliste")
    lead.says("1 opgave er ikke åbnet i tide, eller den haster og har ingen ejer.")
    item.owner_id = work.doctor_account.id
    item.escalate_at = work.session.now()
    work.session.commit()
    assert escalate(work.session) == 1
    work.session.commit()
    lead.get(f"{work.at}/arbejdsliste")
    lead.says("Ingen har åbnet opgaven i tide", f"Ejer: {work.doctor_account.name}")
    service.mark_read(work.session, lead_actor := actor_of(leader), item)
    work.session.commit()
    assert item.read_by == lead_actor.name
    lead.get(f"{work.at}/arbejdsliste")
    assert "ikke åbnet i tide" not in lead.page.text

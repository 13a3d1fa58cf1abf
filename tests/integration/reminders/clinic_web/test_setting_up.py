"""Beginning to send, who messages come from, stopping, and times that wait to be planned."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from booking.appointments.events import AppointmentsImported
from booking.appointments.worklist.models import WorklistItem
from booking.calendar.models import Clinic
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.messages.models import Message
from reminders.planning.unplanned import plan_unplanned
from reminders.policies import queries
from reminders.policies.models import MessageSender
from tests.integration.appointments.conftest import Place
from tests.integration.reminders.conftest import Sending
from tests.integration.triage_rules.followup_pages.conftest import says

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
NUMBER = {
    "kind": "number",
    "number": "52 51 23 45",
    "place": "Sygehus Nord",
    "a_minute": "600",
    "version": "0",
}
TEN = datetime(2026, 12, 7, 9, 0, tzinfo=UTC)


def test_a_clinic_begins_to_send_and_sees_what_waits_before_it_is_planned(
    session: Session, place: Place, desk: FlaskClient, home: str, unsent: Sending
) -> None:
    unsent.book(TEN)
    says(desk.get(home), "Klinikken sender ikke beskeder endnu", "Begynd at sende beskeder")
    begun = desk.post(f"{home}/afsender", data=NUMBER)
    assert (begun.status_code, begun.location) == (303, f"{home}/uden-beskeder")
    assert unsent.worklist() == ["unplanned_messages"]
    preview = says(
        desk.get(begun.location),
        "Klinikken sender nu beskeder",
        "1 kommende tid har ingen planlagte beskeder",
        "Beskeder, der planlægges 2",
        "fredag 4. december 2026",
    )
    assert "søndag 6. december 2026" in preview
    assert unsent.messages() == []  # to look is not to plan
    says(desk.get(f"{home[: -len('/beskeder')]}/arbejdsliste"), "Tider uden planlagte beskeder")
    done = desk.post(f"{home}/uden-beskeder", follow_redirects=True)
    says(done, "2 beskeder er planlagt", "Sygehus Nord", "52 51 23 45")
    assert [kind for kind, _due in unsent.planned()] == ["reminder", "reminder"]
    assert unsent.worklist() == []
    says(desk.get(f"{home}/uden-beskeder"), "Alle kommende tider har deres beskeder")
    actions = set(session.scalars(select(AuditEntry.action)))
    assert {"messages.begun", "messages.unplanned_planned"} <= actions


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"number": ""}, "Udfyld feltet."),
        ({"number": "112x"}, "Skriv et telefonnummer"),
        ({"kind": "name", "name": ""}, "Udfyld feltet."),
        ({"kind": "name", "name": "Sygehus Nord"}, "Højst 11 tegn."),
        ({"kind": "name", "name": "SygehusÅ"}, "Brug kun bogstaverne A til Z"),
        ({"kind": "name", "name": "12345"}, "mindst ét bogstav"),
        ({"place": "Diabetesambulatoriet"}, "Navnet kan røbe en sygdom: Diabetesambulatoriet"),
        ({"place": "Et sted med et alt for langt navn"}, "Højst 25 tegn."),
        ({"place": "Sygehus ’Nord’"}, "gør alle beskeder længere"),
        ({"a_minute": "0"}, "Skriv et tal fra 1 til 60000"),
    ],
)
def test_a_sender_that_cannot_be_is_not_saved_and_what_was_typed_stays(
    session: Session, place: Place, desk: FlaskClient, home: str, typed: dict[str, str], said: str
) -> None:
    page = desk.post(f"{home}/afsender", data=NUMBER | typed)
    says(page, said, status=422)
    assert f'value="{typed.get("place", "Sygehus Nord")}"' in page.text
    assert queries.sender_of(session, place.clinic.id) is None


def test_who_messages_come_from_is_changed_by_one_at_a_time(
    session: Session, place: Place, desk: FlaskClient, home: str, sending: Sending
) -> None:
    version = str(sender(session, place).version)
    session.rollback()
    named = {**NUMBER, "kind": "name", "name": "SygehusNord", "may_link": "1", "version": version}
    saved = desk.post(f"{home}/afsender", data=named, follow_redirects=True)
    says(saved, "Afsenderen er gemt", "SygehusNord", "Kan patienten svare? Nej", "Må sendes")
    late = desk.post(f"{home}/afsender", data={**NUMBER, "version": version})
    says(late, "En anden har ændret det samme imens", status=409)
    assert sender(session, place).sender == "SygehusNord"


def test_stopping_takes_back_what_is_planned_and_beginning_again_brings_it_back(
    session: Session, place: Place, desk: FlaskClient, home: str, sending: Sending
) -> None:
    sending.book(TEN)
    planned = len(sending.planned())
    says(desk.get(f"{home}/afsender/hold-op"), f"{planned} planlagte beskeder bliver trukket")
    assert len(sending.planned()) == planned
    says(desk.post(f"{home}/afsender/hold-op", follow_redirects=True), "sender ikke flere beskeder")
    assert sending.planned() == []
    assert sending.worklist() == []
    desk.post(f"{home}/afsender", data=NUMBER)
    says(desk.get(f"{home}/uden-beskeder"), "1 kommende tid", "Beskeder, der planlægges 2")
    desk.post(f"{home}/uden-beskeder")
    assert [kind for kind, _due in sending.planned()] == ["reminder", "reminder"]
    says(desk.get(f"{home}/uden-beskeder"), "Alle kommende tider har deres beskeder")


def test_imported_times_are_put_before_staff_once(
    session: Session, place: Place, desk: FlaskClient, home: str, sending: Sending
) -> None:
    first, other = sending.book(TEN), sending.book(TEN + timedelta(days=7))
    session.execute(delete(Message))
    for _again in range(2):
        session.publish(AppointmentsImported((first.id, other.id), place.clinic.id))
    session.commit()
    assert sending.worklist() == ["unplanned_messages"]
    (item,) = session.scalars(select(WorklistItem))
    assert (item.due_on, item.patient_id) == (session.now().date(), None)
    session.rollback()
    says(desk.get(home), "2 kommende tider har ingen planlagte beskeder")
    desk.post(f"{home}/uden-beskeder")
    assert sending.worklist() == []


def test_two_who_plan_at_once_plan_each_time_once(
    session: Session, rettid: Rettid, place: Place, sending: Sending
) -> None:
    sending.book(TEN)
    session.execute(delete(Message))
    by, clinic_id = place.secretary, place.clinic.id
    session.commit()
    ready = Barrier(2)

    def press() -> int:
        with rettid.database.transaction() as mine:
            ready.wait()
            return plan_unplanned(mine, by, mine.get_one(Clinic, clinic_id)).new

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(press), pool.submit(press)]
        assert sorted(one.result() for one in both) == [0, 2]
    assert [kind for kind, _due in sending.planned()] == ["reminder", "reminder"]


def test_nothing_is_put_before_staff_where_the_clinic_sends_nothing(
    session: Session, place: Place, unsent: Sending
) -> None:
    appointment = unsent.book(TEN)
    session.publish(AppointmentsImported((appointment.id,), place.clinic.id))
    session.commit()
    assert unsent.worklist() == []


def test_who_may_not_write_reads_and_changes_nothing(
    session: Session, place: Place, doctor: FlaskClient, home: str, sending: Sending
) -> None:
    page = says(doctor.get(home), "Sygehus Nord", "3 dage før kl. 10.00 · SMS, så opkald")
    assert "Ret afsenderen" not in page
    says(doctor.get(f"{home}/uden-beskeder"), "Alle kommende tider")
    assert doctor.get(f"{home}/afsender").status_code == 403
    for path in ("afsender", "afsender/hold-op", "uden-beskeder", "regler/egne"):
        assert doctor.post(f"{home}/{path}", data=NUMBER).status_code == 403
    assert session.scalar(select(func.count()).select_from(AuditEntry)) == signed_in_entries(
        session
    )


def sender(session: Session, place: Place) -> MessageSender:
    session.expire_all()
    found = queries.sender_of(session, place.clinic.id)
    assert found is not None
    return found


def signed_in_entries(session: Session) -> int:
    wanted = select(func.count()).where(AuditEntry.action.in_(("sign_in", "messages.begun")))
    return session.scalars(wanted).one()

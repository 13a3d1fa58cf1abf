"""A secretary sees which session can take one more, grants it, and gives it to who is next."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from booking.appointments.models import Allocation, Appointment, OverbookingGrant
from booking.overbooking import judging
from booking.overbooking.models import OverbookingUse
from booking.people.models import Staff
from booking.platform.audit import AuditEntry
from booking.platform.identity import Role
from booking.waitlist import service as waitlist
from booking.waitlist.models import WaitlistEntry
from booking.waitlist.service import Wishes
from tests import factories as make
from tests.integration.overbooking.morning import Morning, believed, morning
from tests.integration.patient_web.conftest import Visitor

__all__ = ["morning"]
pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")  # a Monday, 9.00 in Denmark

TUESDAY = "2026-11-24"


@pytest.fixture
def secretary(app: Flask, morning: Morning) -> Visitor:
    """The secretary at the clinic's pages."""
    return signed_in(app, morning, morning.secretary.id)


@pytest.fixture
def leader(app: Flask, morning: Morning) -> Visitor:
    """The clinic's leader."""
    return signed_in(app, morning, morning.leader.id)


def signed_in(app: Flask, morning: Morning, staff_id: int) -> Visitor:
    username = morning.session.get_one(Staff, staff_id).username
    morning.session.commit()
    visitor = Visitor(app.test_client())
    visitor.post("/klinik/log-ind", username=username, password=make.PASSWORD)
    return visitor


def there(morning: Morning) -> str:
    number = morning.clinic.id
    morning.session.commit()
    return f"/klinik/{number}/overbooking"


def press(morning: Morning, kl: str = "08:00", **more: object) -> dict[str, object]:
    """What the button sends."""
    return {
        "dato": TUESDAY, "kl": kl, "hos": morning.doctor.id, "kontakt": morning.visit_type.id,
        **more,
    }  # fmt: skip


def waits(morning: Morning, days: int, **patient: object) -> WaitlistEntry:
    """Somebody who would rather come earlier than on a Friday, for so many days by now."""
    session = morning.session
    person, course = morning.patient(**patient)
    start = morning.at(0) + timedelta(days=17)
    own = make.add(
        session,
        Appointment(
            clinic_id=morning.clinic.id, site_id=morning.site.id, patient_id=person.id,
            course_id=course.id, visit_type_id=morning.visit_type.id,
            clinician_id=morning.doctor.id, form="in_person", starts_at=start,
            ends_at=start + timedelta(minutes=20), participant="accepted",
            booked_at=session.now() - timedelta(days=30),
        ),
    )  # fmt: skip
    make.add(
        session,
        Allocation(
            resource_id=morning.doctor.id, starts_at=own.starts_at + timedelta(minutes=20 * days),
            ends_at=own.ends_at + timedelta(minutes=20 * days), appointment_id=own.id,
        ),
    )  # fmt: skip
    entry = waitlist.wish(session, morning.secretary, own, Wishes(forms=("in_person",)))
    entry.created_at -= timedelta(days=days)
    session.commit()
    return entry


def granted(morning: Morning, secretary: Visitor) -> OverbookingGrant:
    secretary.post(there(morning), **press(morning)).says("Der er plads til én ekstra")
    found = morning.session.scalars(select(OverbookingGrant)).one()
    morning.session.commit()
    return found


def test_the_words_of_a_session_and_one_press(morning: Morning, secretary: Visitor) -> None:
    secretary.get(f"{there(morning)}?dato={TUESDAY}")
    secretary.says(
        "Kl. 8.00–12.00, Anna Dahl",
        "12 booket. 1,4 ventes at udeblive (forsigtigt regnet 1,3).",
        "Én ekstra er mulig kl. 8.10.",
        "(grænse 20 %). Længste forventede ventetid",
        "Giv plads kl. 8.10",
    )
    made = granted(morning, secretary)
    secretary.says("Ikke brugt endnu", "12 booket. 1,4 ventes", "Ingen på ventelisten passer")
    secretary.get(f"{there(morning)}?dato={TUESDAY}")
    secretary.says(
        "Givne pladser (1)", "1 ekstra er der allerede.",
        "Der må højst være 1 ekstra i en session.",
        "Ingen session de næste syv dage kan tage en ekstra.",
    )  # fmt: skip
    secretary.post(f"{there(morning)}/plads/{made.id}/tag-tilbage").says("taget tilbage")
    morning.session.expire_all()
    assert made.revoked_at is not None


def test_who_is_next_gets_it_and_nobody_is_passed_over_silently(
    morning: Morning, secretary: Visitor
) -> None:
    session = morning.session
    second, first = waits(morning, 3), waits(morning, 9)
    made = granted(morning, secretary)
    page = f"{there(morning)}/plads/{made.id}"
    numbers = [first.id, second.id]
    names = [first.patient.name, second.patient.name]
    session.commit()
    text = secretary.get(page).text
    assert text.index(names[0]) < text.index(names[1])
    secretary.post(page, entry=numbers[1]).says("Spørg dem før på listen først", status=422)
    html = secretary.page.get_data(as_text=True)
    assert [f'value="{one}" checked' in html for one in numbers] == [False, True]
    secretary.post(page).says("Vælg, hvem der skal have pladsen.", status=422)
    secretary.post(page, entry=numbers[1], asked="1").says("har fået pladsen")
    session.expire_all()
    assert second.status == "fulfilled"
    assert second.appointment is not None
    assert second.appointment.starts_at == made.starts_at
    assert first.status == "waiting"
    done = session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("overbooking%")))
    assert "overbooking.passed_over" in done.all()
    session.commit()
    secretary.post(page, entry=numbers[0]).says("Pladsen er ikke længere ledig", status=422)
    secretary.get(f"{there(morning)}?dato={TUESDAY}").says(names[1], "Holder")


def test_a_patient_who_rings_is_placed_on_it(morning: Morning, secretary: Visitor) -> None:
    session = morning.session
    patient, course = morning.patient(given_name="Bodil", family_name="Ringer")
    session.commit()
    made = granted(morning, secretary)
    place = f"dato={TUESDAY}&kl=08:00&hos={morning.doctor.id}&ekstra={made.id}"
    book = f"/klinik/{morning.clinic.id}/kalender/book"
    secretary.get(f"{book}?{place}").says("Ekstra plads oven i planen.")
    secretary.post(f"{book}?{place}", text="Bodil Ringer").says("Bodil Ringer")
    secretary.get(f"{book}?{place}&patient={patient.id}").says("Ekstra plads oven i planen.")
    secretary.post(
        f"{book}/gem?{place}&patient={patient.id}",
        what=f"v{morning.visit_type.id}", course=course.id, channel="phone",
    ).says("Bodil Ringer har fået tid")  # fmt: skip
    row = session.scalars(select(Allocation).where(Allocation.grant_id == made.id)).one()
    assert (row.lane, row.active) == (1, True)
    session.commit()
    other = f"dato={TUESDAY}&kl=08:20&hos={morning.doctor.id}&ekstra={made.id}"
    answer = secretary.post(
        f"{book}/gem?{other}&patient={patient.id}",
        what=f"v{morning.visit_type.id}", course=course.id, channel="phone",
    )  # fmt: skip
    answer.says("Siden findes ikke", status=404)


def test_a_refusal_says_which_limit_and_a_leader_may_set_it_aside(
    morning: Morning, secretary: Visitor, leader: Visitor
) -> None:
    believed(morning.session, morning.clinic, 0.05, 0.8)
    morning.session.commit()
    secretary.get(f"{there(morning)}?dato={TUESDAY}").says(
        "Ingen ekstra. Forsigtigt regnet ventes kun 0,5 at udeblive, og det skal være mindst 1."
    )
    session_page = (
        f"{there(morning)}/session?dato={TUESDAY}&kl=08:00&hos={morning.doctor.id}"
        f"&kontakt={morning.visit_type.id}"
    )
    assert "Giv plads trods" not in secretary.get(session_page).text
    secretary.post(there(morning), **press(morning)).says("En grænse holder ikke")
    leader.get(session_page).says("Ventetid på hver plads", "Giv plads trods grænsen")
    override = f"{there(morning)}/session"
    leader.post(override, **press(morning, "08:10"))
    leader.says("Skriv, hvorfor grænsen tilsidesættes.", status=422)
    leader.post(override, **press(morning, "08:10", grund="Akut fra lægevagten"))
    leader.says(
        "Der er plads til én ekstra", "Akut fra lægevagten", "Tilsidesat af klinikkens leder"
    )
    made = morning.session.scalars(select(OverbookingGrant)).one()
    assert made.overridden


def test_a_session_that_changed_is_on_the_worklist(morning: Morning, secretary: Visitor) -> None:
    session = morning.session
    made = granted(morning, secretary)
    believed(session, morning.clinic, 0.04)
    made.judged_at = None
    judging.run(session)
    session.commit()
    secretary.get(f"/klinik/{morning.clinic.id}/arbejdsliste").says(
        "En grænse holder ikke længere for en ekstra patient",
        "Forsigtigt regnet ventes kun",
        "Se pladsen",
    )
    secretary.get(f"{there(morning)}?dato={TUESDAY}").says("Holder ikke længere")


def test_off_by_default_and_bad_input_is_told(morning: Morning, secretary: Visitor) -> None:
    session = morning.session
    session.delete(session.scalars(select(OverbookingUse)).one())
    session.commit()
    secretary.get(there(morning)).says("Overbooking er slået fra")
    secretary.get(f"{there(morning)}?dato=i%20morgen").says("Skriv en dato", status=422)
    secretary.post(there(morning), **press(morning, "kl. otte")).says(status=422)
    secretary.get(f"{there(morning)}/plads/999").says("Siden findes ikke", status=404)


def test_a_clinician_sees_it_and_may_not_grant(
    app: Flask, morning: Morning, secretary: Visitor
) -> None:
    doctor = make.staff(morning.session, morning.clinic, Role.CLINICIAN)
    visitor = signed_in(app, morning, doctor.id)
    page = visitor.get(f"{there(morning)}?dato={TUESDAY}")
    assert "Giv plads kl." not in page.text
    visitor.post(there(morning), **press(morning)).says(status=403)


def test_it_opens_on_today(morning: Morning, secretary: Visitor) -> None:
    secretary.get(there(morning)).says("Sessioner mandag 23. november 2026")

"""A day is moved from the pages, and whatever is sent to them is answered in words."""

import pytest
from flask import Flask
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import func, select

from booking.appointments import listing, occasions
from booking.appointments import service as appointments
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.platform.audit import AuditEntry
from booking.platform.database import Session
from booking.rescheduling import by_hand, service
from booking.rescheduling.gathering import Outage
from booking.rescheduling.models import Rescheduling
from tests import factories as make
from tests.integration.appointments.conftest import Place, place
from tests.integration.patient_web.conftest import Visitor
from tests.integration.waitlist.conftest import Booked, all_hear, at, booked

__all__ = ["all_hear", "booked", "place"]
pytestmark = pytest.mark.freeze_time("2026-12-07T05:00:00Z")
STALE = "Noget er ændret, siden planen blev lavet"


@pytest.fixture
def secretary(app: Flask, session: Session, place: Place) -> Visitor:
    """The secretary at the clinic's pages."""
    visitor = Visitor(app.test_client())
    visitor.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    return visitor


def start(session: Session, place: Place, secretary: Visitor) -> Rescheduling:
    """The plan that the form makes for the Tuesday without the doctor."""
    secretary.post(
        f"/klinik/{place.clinic.id}/omlaegning/ny",
        resources=[place.doctor.id],
        first="2026-12-08",
        reason="clinician_away",
    )
    plan = session.scalars(select(Rescheduling)).one()
    session.commit()
    return plan


def test_from_what_is_out_to_everyone_moved(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    one, other = booked(at(8, 9)), booked(at(8, 10))
    plan = start(session, place, secretary)
    here = f"/klinik/{place.clinic.id}/omlaegning/{plan.id}"
    secretary.says(one.patient.name, other.patient.name)
    line, version = plan.lines[0].id, plan.version
    session.commit()
    secretary.get(f"{here}/linjer/{line}?fra=2026-12-17").says("Vælg en tid til")
    chosen = secretary.times[0]
    secretary.post(f"{here}/linjer/{line}", start=chosen, version=version)
    secretary.says("valgt af jer")
    session.expire_all()
    version = plan.version
    session.commit()
    secretary.post(f"{here}/igen", version=version).says("Planen er lavet igen", "valgt af jer")
    session.expire_all()
    version = plan.version
    session.commit()
    secretary.get(f"{here}/gennemfoer").says("Gennemfør nu")
    secretary.post(f"{here}/gennemfoer", version=version).says("Omlægningen er gennemført.")
    session.expire_all()
    assert one.starts_at >= at(17, 1)
    assert other.starts_at > at(9, 1)
    version = plan.version
    session.commit()
    # Pressed once more, from an old page or the new one.
    for sent in (version - 1, version):
        secretary.post(f"{here}/gennemfoer", version=sent)
        secretary.says("Omlægningen er gennemført, og planen kan ikke ændres mere.")
    secretary.post(f"{here}/kasser").says("kan ikke ændres mere")
    secretary.get(f"{here}/gennemfoer").says("Flyttet")
    for address in ("", f"/linjer/{line}"):
        secretary.get(f"{here}{address}").says()
    secretary.post(f"{here}/linjer/{line}", start=chosen, version=version)
    assert secretary.page.status_code < 500
    looks = select(AuditEntry.place).where(AuditEntry.action == "look")
    assert {"staff_replanning.show", "staff_new_place.look"} <= set(session.scalars(looks))


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"resources": []}, "Vælg hvem eller hvad der er ude."),
        ({"first": ""}, "Vælg den første dag."),
        ({"first": "2026-12-99"}, "dag"),
        ({"first": "2020-01-06"}, "Det er allerede forbi."),
        ({"last": "2026-12-01"}, "Den sidste dag ligger før den første."),
        ({"start": "14:00", "end": "9:00"}, "Sluttidspunktet skal ligge efter starten."),
        ({"start": "i morgen"}, "klok"),
        ({"reason": "ferie"}, "Vælg"),
        ({"words": "x" * 400}, "200"),
        ({"resources": ["room"], "reason": "clinician_away"}, "Ingen behandler er valgt."),
    ],
)
def test_what_cannot_be_planned_is_said_and_what_was_typed_stays(
    session: Session, place: Place, secretary: Visitor, sent: dict[str, object], told: str
) -> None:
    fields = {
        "resources": [place.doctor.id],
        "first": "2026-12-08",
        "reason": "clinic",
        "words": "Vandskade i kælderen",
        **sent,
    }
    if fields["resources"] == ["room"]:
        fields["resources"] = [place.rooms[0].id]
    secretary.post(f"/klinik/{place.clinic.id}/omlaegning/ny", **fields)
    secretary.says(told, status=422)
    for value in (fields["first"], fields["words"]):
        assert str(value) in secretary.page.text
    if sent.get("resources") is None:
        assert f'value="{place.doctor.id}" checked' in secretary.page.text
    assert session.scalars(select(func.count(Rescheduling.id))).one() == 0


def test_what_belongs_to_others_or_is_nowhere_is_not_found(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    booked(at(8, 9))
    elsewhere = make.clinic(session)
    site = make.site(session, elsewhere)
    others = [make.clinician(session, elsewhere).id, make.room(session, site).id]
    session.commit()
    plan = start(session, place, secretary)
    line, number_of, version = plan.lines[0].id, plan.id, plan.version
    ours, foreign = (f"/klinik/{one.id}/omlaegning" for one in (place.clinic, elsewhere))
    session.commit()
    for number in (*others, 987654, 2**62):
        secretary.post(
            f"{ours}/ny", resources=[number], first="2026-12-08", reason="clinician_away"
        )
        assert secretary.page.status_code in (404, 422), secretary.text
        assert secretary.get(f"{ours}/ny?ressource={number}").page.status_code in (404, 422)
    for address in (
        f"{ours}/987654",
        f"{foreign}/{number_of}",
        f"{ours}/{number_of}/linjer/987654",
    ):
        assert secretary.get(address).page.status_code in (403, 404)
    for address in ("igen", "gennemfoer", "kasser", f"linjer/{line}/bliv", f"linjer/{line}/slip"):
        secretary.post(f"{foreign}/{number_of}/{address}", version=version)
        assert secretary.page.status_code in (403, 404)
    assert session.scalars(select(func.count(Rescheduling.id))).one() == 1


def test_an_old_page_changes_nothing_and_says_so(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    one = booked(at(8, 9))
    plan = start(session, place, secretary)
    line, here = plan.lines[0], f"/klinik/{place.clinic.id}/omlaegning/{plan.id}"
    before, line_id = (plan.version, line.starts_at), line.id
    free = Slot(at(17, 9), at(17, 9), place.doctor.id, place.site.id)
    taken = Slot(at(8, 9), at(8, 9), place.doctor.id, place.site.id)
    session.commit()
    for version in ("", "0", "999999999999", "syv"):
        lines = (f"linjer/{line_id}/bliv", f"linjer/{line_id}/slip")
        for address in ("igen", "kasser", "gennemfoer", *lines):
            secretary.post(f"{here}/{address}", version=version, out="1")
            assert secretary.page.status_code < 500, secretary.text
            assert STALE in secretary.text or secretary.page.status_code == 422
    value = listing.value_of(free, "in_person")
    secretary.post(f"{here}/linjer/{line_id}", start=value, version="0")
    assert secretary.page.status_code in (409, 422)
    for sent in ("", "x", listing.value_of(taken, "in_person"), listing.value_of(free, "video")):
        secretary.post(f"{here}/linjer/{line_id}", start=sent, version=before[0])
        assert secretary.page.status_code in (409, 422), secretary.text
        assert "Vælg en tid til" in secretary.text
    for asked in ("fra=0001-01-01", "fra=9999-12-31", "fra=x", "hos=987654", "form=phone"):
        assert secretary.get(f"{here}/linjer/{line_id}?{asked}").page.status_code in (200, 422)
    session.expire_all()
    assert (plan.version, line.starts_at) == before
    assert session.get_one(Appointment, one.id).starts_at == at(8, 9)


def test_a_plan_whose_day_has_gone_by_says_so_and_is_thrown_away(
    session: Session,
    place: Place,
    booked: Booked,
    secretary: Visitor,
    freezer: FrozenDateTimeFactory,
) -> None:
    one = booked(at(8, 9))
    plan = start(session, place, secretary)
    line, version = plan.lines[0].id, plan.version
    overview = f"/klinik/{place.clinic.id}/omlaegning"
    here = f"{overview}/{plan.id}"
    session.commit()
    freezer.move_to("2026-12-20T08:00:00Z")
    secretary.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    secretary.get(overview).says("Dagen er gået")
    for address in ("", "/gennemfoer", f"/linjer/{line}"):
        secretary.get(f"{here}{address}").says("Planen kan ikke længere gennemføres")
        assert "Lav planen igen" not in secretary.text
    for address in ("gennemfoer", "igen", f"linjer/{line}/bliv", f"linjer/{line}/slip"):
        secretary.post(f"{here}/{address}", version=version)
        secretary.says("Dagen er gået.", "Intet er flyttet.")
    secretary.post(f"{here}/kasser", version=version).says("Planen er kasseret.")
    secretary.get(here).says("Planen blev kasseret. Intet er flyttet med den.")
    assert "1 flyttet" not in secretary.text
    assert session.get_one(Appointment, one.id).starts_at == at(8, 9)


def test_a_place_taken_meanwhile_is_told_with_what_to_do(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    booked(at(8, 9))
    plan = start(session, place, secretary)
    there, version = plan.lines[0].starts_at, plan.version
    assert there is not None
    booked(there)
    secretary.post(f"/klinik/{place.clinic.id}/omlaegning/{plan.id}/gennemfoer", version=version)
    secretary.says(STALE, "Lav planen igen")


def test_whom_to_call_are_those_of_today_as_they_stand_now(
    session: Session,
    place: Place,
    booked: Booked,
    secretary: Visitor,
    freezer: FrozenDateTimeFactory,
) -> None:
    today, cancelled, tomorrow, later = (
        booked(start) for start in (at(7, 9), at(7, 10), at(8, 9), at(8, 10))
    )
    out = [Outage(place.doctor.id, at(7, 7), at(8, 20))]
    plan = service.draft(session, place.secretary, place.clinic, out, "clinician_away")
    line = next(line for line in plan.lines if line.appointment_id == tomorrow.id)
    found = by_hand.choices(session, place.secretary, line, at(7, 9).date())
    chosen = next(one for one in found if one.slot.start == at(7, 14))
    by_hand.choose_place(session, place.secretary, line, plan.version, chosen.slot, "in_person")
    service.carry_out(session, place.secretary, plan, plan.version)
    assert later.starts_at >= at(8, 8)
    # One has moved and one has cancelled since.
    occasion = occasions.for_move(session, place.secretary, today)
    slot = Slot(at(16, 13), at(16, 13, 30), place.doctor.id, place.site.id)
    appointments.book(session, place.secretary, occasion, slot, "phone")
    appointments.cancel(session, place.secretary, cancelled, "patient", wants_new=False)
    here = f"/klinik/{place.clinic.id}/omlaegning/{plan.id}"
    session.commit()

    def to_call() -> str:
        _before, _, rest = secretary.get(here).text.partition("Ring til dem, det gælder i dag")
        return rest.partition("Ny tid (")[0]

    called = to_call()
    for name in (today.patient.name, "16. dec. kl. 13.00", tomorrow.patient.name, "kl. 14.00"):
        assert name in called
    for one in (cancelled, later):
        assert one.patient.name not in called
    session.commit()
    freezer.move_to("2026-12-08T08:00:00Z")
    secretary.post("/klinik/log-ind", username=place.staff.username, password=make.PASSWORD)
    assert to_call() == ""


def test_later_times_begin_on_the_day_after_the_last_one_shown(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    often = make.visit_type(session, place.clinic, base_minutes=10, grid_minutes=5)
    booked(at(8, 9), visit_type=often)
    plan = start(session, place, secretary)
    here = f"/klinik/{place.clinic.id}/omlaegning/{plan.id}/linjer/{plan.lines[0].id}"
    session.commit()
    secretary.get(f"{here}?fra=2026-12-09")
    assert len(secretary.times) == 95
    assert "fra=2026-12-10&amp;" in secretary.page.text


def test_a_plan_made_again_because_somebody_stays_says_so(
    session: Session, place: Place, booked: Booked, secretary: Visitor
) -> None:
    first, second = booked(at(8, 9)), booked(at(8, 10))
    room = next(row.resource_id for row in first.allocations if row.role != "clinician")
    by, out = place.secretary, [Outage(room, at(8, 8), at(8, 16))]
    plan = service.draft(session, by, place.clinic, out, "clinic")
    lines = {line.appointment_id: line for line in plan.lines}
    # The first goes into the other room, and the second where the first one was.
    for one, start in ((first, at(8, 15)), (second, at(8, 9))):
        found = by_hand.choices(session, by, lines[one.id], at(8, 9).date())
        chosen = next(choice for choice in found if choice.slot.start == start)
        by_hand.choose_place(session, by, lines[one.id], plan.version, chosen.slot, "in_person")
    here = f"/klinik/{place.clinic.id}/omlaegning/{plan.id}/linjer"
    stays, other, version = lines[first.id].id, lines[second.id].id, plan.version
    session.commit()
    secretary.post(f"{here}/{stays}/bliv", version=version, out="1")
    secretary.says("Tiden bliver stående. Planen havde givet den til en anden")
    session.expire_all()
    assert lines[second.id].starts_at != at(8, 9)
    version = plan.version
    session.commit()
    secretary.post(f"{here}/{other}/slip", version=version).says("Planen vælger selv en tid")

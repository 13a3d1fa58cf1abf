"""Finding a time: the list, its filters, moving, deadlines, free booking, and when none fits."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from booking.appointments import groups
from booking.appointments.models import Appointment
from booking.appointments.search import Slot, Wish
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import (
    NEXT_WEEK,
    Visitor,
    choose,
    closed,
    how_many,
    invited,
    reread,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_the_patient_finds_another_time_and_moves_in_one_swap(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    visitor.get(path).says(
        "Find en anden tid",
        "Den er din, indtil du har bekræftet en ny.",
        "Behold min tid",
        "Uge 49, 30. november – 6. december",
        f"mandag 30. november kl. 8.15 , {place.rooms[0].name}, speciallæge {place.doctor.name}",
    )
    before = appointment.starts_at
    held = choose(visitor, path, visitor.times[-1])
    visitor.says("Bekræft den nye tid", "Din nuværende tid", "kl. 9.10")
    reread(session, appointment)
    assert appointment.starts_at == before
    visitor.post(held).says("Din tid er flyttet", "fredag 4. december 2026 kl. 15.30")
    assert visitor.path == f"/tid/{appointment.id}/kvittering"
    visitor.post(held).says("Din tid er flyttet")
    visitor.get(held).says("Din tid er flyttet")
    reread(session, appointment)
    assert (appointment.moves, appointment.participant) == (1, "accepted")
    assert appointment.starts_at == datetime(2026, 12, 4, 14, 30, tzinfo=UTC)


def test_the_time_one_has_is_not_among_the_others(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    visitor.get(f"/tid/{appointment.id}/flyt")
    assert not any(value.startswith("20261130T0700Z") for value in visitor.times)


def test_an_invitation_without_a_time_is_booked(
    visitor: Visitor, session: Session, place: Place
) -> None:
    invitation = make.invitation(session, place.course, place.control, *NEXT_WEEK)
    session.commit()
    path = f"/indkaldelse/{invitation.id}/tider"
    held = choose(visitor.get(path), path, visitor.times[0])
    visitor.post(held).says("Din tid er booket")
    assert visitor.get(path).path.endswith("/flyt"), "from now on it is moved"
    assert how_many(session, Appointment) == 1


def test_the_first_week_with_free_times_is_shown_never_an_empty_one(
    visitor: Visitor, session: Session, place: Place
) -> None:
    place.control.mode = "free"
    everyone = (place.doctor, place.other_doctor)
    for clinician in everyone:
        closed(session, place, clinician, date(2026, 11, 23), date(2026, 12, 20))
    session.commit()
    path = f"/ny-tid/{place.course.id}/{place.control.id}"
    visitor.get(path).says("Uge 52", "mandag 21. december")
    assert "Forrige uge" not in visitor.text
    visitor.get(f"{path}?fra=2026-12-01").says(
        "Ingen ledige tider i denne uge", "Ledige tider: Uge 52"
    )


def test_weeks_are_paged_only_inside_the_window(
    visitor: Visitor, session: Session, place: Place
) -> None:
    invitation = make.invitation(
        session, place.course, place.control, date(2026, 11, 25), date(2026, 12, 9)
    )
    session.commit()
    path = f"/indkaldelse/{invitation.id}/tider"
    visitor.get(path).says("Uge 48", "Næste uge")
    assert "Forrige uge" not in visitor.text
    visitor.get(f"{path}?fra=2026-12-09").says("Uge 50", "Forrige uge")
    assert "Næste uge" not in visitor.text
    visitor.get(f"{path}?fra=2031-01-01").says("Uge 50")


def test_the_responsible_clinician_comes_first_and_everyone_may_be_chosen(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    visitor.get(path)
    assert place.other_doctor.name not in visitor.page.text.split('class="day"', 1)[1]
    visitor.get(f"{path}?behandler={place.other_doctor.id}")
    assert {value.split("|")[1] for value in visitor.times} == {str(place.other_doctor.id)}
    everyone = visitor.get(f"{path}?behandler=alle").times
    starts = [value.split("|")[0] for value in everyone]
    assert len(starts) == len(set(starts)), "one radio for each start"


def test_a_responsible_clinician_without_times_gives_way(
    visitor: Visitor, session: Session, place: Place
) -> None:
    closed(session, place, place.doctor, *NEXT_WEEK)
    invitation = make.invitation(session, place.course, place.control, *NEXT_WEEK)
    session.commit()
    times = visitor.get(f"/indkaldelse/{invitation.id}/tider").times
    assert {value.split("|")[1] for value in times} == {str(place.other_doctor.id)}


def test_filters_narrow_and_nonsense_in_them_is_said(
    visitor: Visitor, session: Session, place: Place
) -> None:
    place.control.forms = "in_person,video"
    other = make.site(session, place.clinic, name="Hobro", address="Stolbjergvej 8, 9500 Hobro")
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    mornings = visitor.get(f"{path}?tid=morning").times
    assert mornings
    assert all(value[9:13] < "1100" for value in mornings)
    assert all("|video|" in value for value in visitor.get(f"{path}?form=video").times)
    visitor.get(f"{path}?sted={other.id}").says("Ingen ledige tider passer", "Vis alle tider")
    for nonsense in (
        "tid=natten",
        "fra=i+morgen",
        "sted=-1",
        "behandler=x",
        "form=fax",
        "sted=9e9",
    ):
        visitor.get(f"{path}?{nonsense}").says("Vi kunne ikke læse alle valgene")
    visitor.get(f"{path}?behandler=99999999999999999999&fra=1900-01-01")
    assert visitor.page.status_code == 200


def test_video_is_booked_as_video(visitor: Visitor, session: Session, place: Place) -> None:
    place.control.forms = "in_person,video"
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt?form=video"
    held = choose(visitor.get(path), path, visitor.times[0])
    visitor.post(held).says("Videosamtale")
    reread(session, appointment)
    assert appointment.form == "video"


@pytest.mark.parametrize(
    "value",
    [
        "x",
        "||||",
        "20261130T0715Z|1|1|in_person",
        "20261130T0715Z|1|1|fax|",
        "20261130T0715Z|-1|1|in_person|",
        f"20261130T0715Z|{10**30}|1|in_person|",
        "00010101T0000Z|1|1|in_person|",
        "99991231T2359Z|1|1|in_person|",
        "20261130T0715Z|1|1|in_person|\x00",
    ],
)
def test_a_nonsense_time_is_answered_with_the_list(
    visitor: Visitor, session: Session, place: Place, value: str
) -> None:
    _, appointment = invited(session, place)
    visitor.post(f"/tid/{appointment.id}/flyt", start=value).says("Vælg en af tiderne", status=422)
    assert visitor.times
    visitor.post(f"/tid/{appointment.id}/flyt").says("Vælg en af tiderne, før", status=422)


def test_a_time_that_never_was_on_offer_is_refused_with_real_ones(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    sunday = f"20261129T0715Z|{place.doctor.id}|{place.site.id}|in_person|"
    visitor.post(f"/tid/{appointment.id}/flyt", start=sunday).says("Tiden passer ikke", status=409)
    assert visitor.times
    missing = "20261201T0715Z|999999|999999|in_person|"
    visitor.post(f"/tid/{appointment.id}/flyt", start=missing).says(status=409)
    group = f"20261201T0715Z|{place.doctor.id}|{place.site.id}|in_person|999999"
    visitor.post(f"/tid/{appointment.id}/flyt", start=group).says(status=409)
    video = f"20261201T0715Z|{place.doctor.id}|{place.site.id}|video|"
    visitor.post(f"/tid/{appointment.id}/flyt", start=video).says(status=409)


def test_the_limit_on_moves_is_told_before_it_is_reached_and_then_held(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    appointment.moves = place.control.move_limit - 1
    session.commit()
    visitor.get(path).says("Du kan flytte tiden én gang mere her.")
    appointment.moves = place.control.move_limit
    session.commit()
    visitor.get(path).says("Tiden kan ikke flyttes flere gange her", "+45 99", status=409)
    visitor.get(f"/tid/{appointment.id}").says("flyttet så mange gange")


def test_a_clinics_own_deadline_is_not_called_a_right(
    visitor: Visitor, session: Session, place: Place
) -> None:
    day = date(2026, 12, 1)
    _, appointment = invited(session, place, deadline_on=day, deadline_kind="clinical")
    visitor.get(f"/tid/{appointment.id}").says("Senest tirsdag 1. december")
    assert "har ret til" not in visitor.text
    path = f"/tid/{appointment.id}/flyt"
    visitor.get(path).says("Klinikken har sat en frist", "Efter fristen")
    assert "har ret til" not in visitor.text
    held = choose(visitor, path, visitor.times[-1])
    visitor.get(held).says("Klinikken har bestemt", "Jeg ønsker selv den senere tid")
    assert "har ret til" not in visitor.text


def test_leaving_a_deadline_is_warned_of_marked_and_needs_a_tick(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place, deadline_on=date(2026, 12, 1), deadline_kind="workup")
    visitor.get(f"/tid/{appointment.id}").says("Du har ret til en tid senest tirsdag 1. december")
    path = f"/tid/{appointment.id}/flyt"
    visitor.get(path).says("Hold øje med fristen", "Efter fristen")
    held = choose(visitor, path, visitor.times[-1])
    visitor.says("Jeg ønsker selv den senere tid")
    visitor.post(held).says("Sæt kryds, hvis du selv ønsker den senere tid.", status=422)
    visitor.post(held, late_ok="banan").says(status=422)
    visitor.post(held, late_ok="1").says("Din tid er flyttet")


def test_none_fits_becomes_a_worklist_item_with_the_wishes(
    visitor: Visitor, session: Session, place: Place
) -> None:
    invitation, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/ingen-passer"
    visitor.get(path).says("Hvad passer bedre?")
    visitor.post(path).says("mindst ét ønske", status=422)
    visitor.post(path, wishes="fax", words="Gerne tirsdag").says("Vælg", status=422)
    assert "Gerne tirsdag" in visitor.page.text
    visitor.post(path, wishes=["morning", "video"], words="Gerne tirsdag").says(
        "Din tid gælder indtil da."
    )
    item = session.scalars(select(WorklistItem)).one()
    assert (item.kind, item.words) == ("no_time_fits", "Gerne tirsdag")
    assert item.details["wishes"] == ["morning", "video"]
    assert invitation.status == "open"


def test_free_booking_needs_an_open_course_and_the_mode(
    visitor: Visitor, session: Session, place: Place
) -> None:
    path = f"/ny-tid/{place.course.id}/{place.control.id}"
    visitor.get(path).says(status=404)
    place.control.mode = "free"
    session.commit()
    visitor.get("/ny-tid").says(place.control.name, "Find en tid")
    held = choose(visitor.get(path), path, visitor.times[0])
    visitor.post(held).says("Din tid er booket")
    visitor.get("/mine-tider").says("Bekræftet")
    place.course.ended_on = date(2026, 11, 22)
    session.commit()
    visitor.get(path).says(status=404)
    visitor.get("/ny-tid").says("Der er ikke noget at booke her")


def test_a_visit_type_the_clinic_books_itself_gives_the_telephone(
    visitor: Visitor, session: Session, place: Place
) -> None:
    place.control.mode = "move_cancel"
    invitation = make.invitation(session, place.course, place.control, *NEXT_WEEK)
    session.commit()
    visitor.get("/mine-tider").says("Klinikken finder tiden", "+45 99 32 00 00")
    visitor.get(f"/indkaldelse/{invitation.id}/tider").says(
        "Tiden kan ikke vælges her", "+45 99 32 00 00", status=403
    )
    visitor.post(f"/indkaldelse/{invitation.id}/tider", start="x|1|1|video|").says(status=403)


def test_a_place_in_a_group_is_booked(visitor: Visitor, session: Session, place: Place) -> None:
    kind = make.visit_type(
        session, place.clinic, rooms=place.rooms, group_capacity=2, base_minutes=60, name="Hold"
    )
    start = datetime.combine(date(2026, 12, 1), time(9), tzinfo=UTC)
    slot = Slot(start, start + timedelta(minutes=60), place.doctor.id, place.site.id)
    day = start.date()
    wish = Wish(kind, "in_person", 60, day, day, 0, datetime(2026, 11, 23, tzinfo=UTC))
    groups.create(session, place.secretary, wish, slot)
    invitation = make.invitation(session, place.course, kind, *NEXT_WEEK)
    session.commit()
    path = f"/indkaldelse/{invitation.id}/tider"
    visitor.get(path).says("tirsdag 1. december kl. 10.00", place.rooms[0].name)
    assert len(visitor.times) == 1
    held = choose(visitor, path, visitor.times[0])
    visitor.post(held).says("Din tid er booket")


def test_a_contact_with_two_clinicians_takes_both_and_names_both(
    visitor: Visitor, session: Session, place: Place
) -> None:
    joint = make.visit_type(
        session, place.clinic, name="Fælles samtale", mode="free", clinicians_needed=2
    )
    session.commit()
    path = f"/ny-tid/{place.course.id}/{joint.id}"
    held = choose(visitor.get(path), path, visitor.times[0])
    visitor.says(place.doctor.name, place.other_doctor.name)
    visitor.post(held).says("Din tid er booket", place.doctor.name, place.other_doctor.name)
    booked = session.scalars(select(Appointment)).one()
    both = {place.doctor.id, place.other_doctor.id}
    assert {row.resource_id for row in booked.allocations} == both
    closed(session, place, place.other_doctor, date(2026, 12, 1), date(2026, 12, 1))
    session.commit()
    visitor.get(f"/tid/{booked.id}/flyt?uge=2026-11-30")
    assert not any(value.startswith("20261201") for value in visitor.times), "one of them is away"


def test_a_cpr_number_in_a_wish_is_not_kept_and_the_rest_is(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    words = "Helst efter skole 010203-1234"
    visitor.post(f"/tid/{appointment.id}/ingen-passer", words=words)
    visitor.says("Skriv det uden CPR-nummer.", words, status=422)
    assert how_many(session, WorklistItem) == 0

"""What one sees of a time, keeping it, its calendar file, and giving it up."""

from datetime import date
from typing import Any

import pytest
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select

from booking.appointments.models import Appointment
from booking.appointments.worklist.models import WorklistItem
from booking.people.models import Proxy
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import Visitor, invited, reread, signed_in

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_home_shows_the_reserved_time_and_one_press_keeps_it(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    visitor.get("/mine-tider").says(
        "Reserveret til dig", "mandag 30. november 2026 kl. 8.00", "Behold tiden"
    )
    visitor.post(f"/tid/{appointment.id}/behold").says("Din tid er bekræftet")
    visitor.post(f"/tid/{appointment.id}/behold").says("Din tid er bekræftet")
    visitor.get("/mine-tider").says("Bekræftet")
    reread(session, appointment)
    assert appointment.participant == "accepted"


def test_a_visit_tells_where_how_what_whom_and_what_if_nothing_is_done(
    visitor: Visitor, session: Session, place: Place
) -> None:
    place.site.directions = "Gå ind ad indgang 7.\nTag elevatoren til 3. sal."
    place.control.preparation = "Tag din medicinliste med."
    _, appointment = invited(session, place)
    visitor.get(f"/tid/{appointment.id}").says(
        "Hovedhuset",
        "Parkvej 1, 9000 Aalborg",
        "indgang 7",
        "Tag din medicinliste med.",
        f"speciallæge {place.doctor.name}",
        place.rooms[0].name,
        "30 min",
        "også hvis du ikke svarer",
        "+45 99 32 00 00",
        "Senest søndag 29. november 2026 kl. 8.00",
    )


def test_a_video_visit_has_its_link_and_no_address(
    visitor: Visitor, session: Session, place: Place
) -> None:
    place.doctor.video_url = "https://video.example/anna"
    _, appointment = invited(session, place)
    appointment.form = "video"
    session.commit()
    visitor.get(f"/tid/{appointment.id}").says("Videosamtale", "Gå til videosamtalen")
    assert "https://video.example/anna" in visitor.page.text
    assert place.site.address not in visitor.text


def calendar_of(visitor: Visitor, appointment: Appointment) -> Any:
    page = visitor.get(f"/tid/{appointment.id}/tid.ics").page
    assert page.mimetype == "text/calendar"
    assert page.headers["Content-Disposition"] == 'attachment; filename="tid.ics"'
    return Calendar.from_ical(page.data)


def test_the_calendar_file_keeps_its_uid_and_counts_up(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    before = calendar_of(visitor, appointment)
    assert str(before["method"]) == "PUBLISH"
    event = before.events[0]
    assert event["dtstart"].dt == appointment.starts_at
    assert str(event["status"]) == "TENTATIVE"
    assert str(event["summary"]) == "Tid på hospitalet"
    assert str(event["location"]) == place.site.address
    whole = before.to_ical().decode()
    assert place.clinic.name not in whole
    assert place.control.name not in whole
    assert place.patient.family_name not in whole
    visitor.post(f"/tid/{appointment.id}/afbud", new_time="no")
    after = calendar_of(visitor, appointment)
    assert str(after["method"]) == "CANCEL"
    gone = after.events[0]
    assert str(gone["status"]) == "CANCELLED"
    assert gone["uid"] == event["uid"]
    assert gone["sequence"] > event["sequence"]


def test_giving_a_time_up_asks_first_and_states_what_follows(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/afbud"
    visitor.get(path).says("ny tid, eller vil du afslutte", "du vælger en ny bagefter")
    visitor.post(path).says("Vælg, om du vil have en ny tid.", status=422)
    visitor.post(path, new_time="maybe", reason="x").says("Vælg en af mulighederne.", status=422)
    visitor.post(path, new_time="no", reason="ill").says("Dit afbud er modtaget", "Fjern tiden")
    assert visitor.path == f"/tid/{appointment.id}/kvittering"
    visitor.post(path, new_time="no").says("Dit afbud er modtaget")
    visitor.get(path).says("Dit afbud er modtaget")
    item = session.scalars(select(WorklistItem)).one()
    assert item.kind == "cancelled"


def test_wanting_a_new_time_leads_straight_to_the_times(
    visitor: Visitor, session: Session, place: Place
) -> None:
    invitation, appointment = invited(session, place)
    visitor.post(f"/tid/{appointment.id}/afbud", new_time="yes", reason="work")
    assert visitor.path == f"/indkaldelse/{invitation.id}/tider"
    visitor.says("Dit afbud er modtaget", "Vælg en tid")
    assert visitor.times


def test_inside_the_closing_period_one_phones_to_move_and_may_still_cancel(
    visitor: Visitor, session: Session, place: Place, freezer: object
) -> None:
    _, appointment = invited(session, place)
    freezer.move_to("2026-11-29T12:00:00Z")  # type: ignore[attr-defined]
    visitor = signed_in(visitor.client.application, session, place.patient)
    visitor.get(f"/tid/{appointment.id}").says("kun flyttes ved at ringe", "+45 99 32 00 00")
    assert "Find en anden tid" not in visitor.text
    visitor.get(f"/tid/{appointment.id}/flyt").says(
        "Det er for tæt på tiden", "+45 99 32 00 00", "Meld afbud", status=409
    )
    assert 'href="tel:+4599320000"' in visitor.page.text
    visitor.post(f"/tid/{appointment.id}/afbud", new_time="no").says("Dit afbud er modtaget")


def test_the_card_at_home_offers_only_what_can_be_done_there(
    visitor: Visitor, session: Session, place: Place, freezer: object
) -> None:
    invited(session, place)
    visitor.get("/mine-tider").says("Se tiden, flyt eller meld afbud")
    freezer.move_to("2026-11-29T12:00:00Z")  # type: ignore[attr-defined]
    visitor = signed_in(visitor.client.application, session, place.patient)
    visitor.get("/mine-tider").says("Se tiden eller meld afbud")
    assert "flyt" not in visitor.text
    freezer.move_to("2026-11-30T07:01:00Z")  # type: ignore[attr-defined]
    visitor = signed_in(visitor.client.application, session, place.patient)
    visitor.get("/mine-tider").says("Se tiden")
    assert "meld afbud" not in visitor.text


def test_a_time_that_has_begun_can_be_neither_kept_nor_cancelled(
    visitor: Visitor, session: Session, place: Place, freezer: object
) -> None:
    _, appointment = invited(session, place)
    freezer.move_to("2026-11-30T07:01:00Z")  # type: ignore[attr-defined]
    visitor = signed_in(visitor.client.application, session, place.patient)
    visitor.get(f"/tid/{appointment.id}").says("Tiden er begyndt")
    for path in ("behold", "afbud"):
        visitor.post(f"/tid/{appointment.id}/{path}", new_time="no").says(
            "Tiden er begyndt", status=409
        )
    visitor.get(f"/tid/{appointment.id}/afbud").says("Tiden er begyndt", status=409)


def test_other_peoples_times_and_numbers_that_are_nobodys_are_not_found(
    visitor: Visitor, session: Session, place: Place
) -> None:
    stranger = make.patient(session, place.clinic)
    place.course = make.course(session, place.clinic, stranger, responsible=place.doctor)
    invitation, theirs = invited(session, place)
    for number in (theirs.id, 999_999, 2**31, 10**30):
        for path in ("", "/kvittering", "/tid.ics", "/afbud", "/flyt", "/ingen-passer"):
            visitor.get(f"/tid/{number}{path}").says("Siden findes ikke", status=404)
    for number in (theirs.id, 999_999):
        for path in ("/behold", "/afbud", "/flyt", "/ingen-passer"):
            visitor.post(f"/tid/{number}{path}", new_time="no").says(status=404)
    for path in ("tider", "ingen-passer"):
        visitor.get(f"/indkaldelse/{invitation.id}/{path}").says(status=404)
        visitor.post(f"/indkaldelse/{invitation.id}/{path}").says(status=404)
    visitor.get(f"/behov/{stranger.id}").says(status=404)
    visitor.post(f"/behov/{stranger.id}", needs="interpreter").says(status=404)
    visitor.get(f"/hvem-har-set/{stranger.id}").says(status=404)
    reread(session, theirs)
    assert (theirs.status, theirs.participant) == ("booked", "needs-action")


def test_a_parent_acts_for_a_child_and_not_after_it_ends(
    app: Flask, session: Session, place: Place, freezer: object
) -> None:
    _, appointment = invited(session, place)
    place.patient.birth_date = date(2012, 1, 15)
    parent = make.patient(session, given_name="Mor", birth_date=date(1980, 5, 6))
    session.add(
        Proxy(holder=parent, patient=place.patient, kind="parent", valid_from=date(2026, 1, 1))
    )
    visitor = signed_in(app, session, parent)
    visitor.says(place.patient.name, "Behold tiden", f"Reserveret til {place.patient.name}")
    assert "til dig " not in visitor.text
    visitor.get(f"/tid/{appointment.id}").says(f"Reserveret til {place.patient.name}")
    assert "til dig." not in visitor.text
    visitor.post(f"/tid/{appointment.id}/behold").says(
        "Din tid er bekræftet", f"for {place.patient.name}"
    )
    visitor.get("/behov").says(place.patient.name, parent.name)
    freezer.move_to("2027-01-16T08:00:00Z")  # type: ignore[attr-defined]
    late = signed_in(app, session, parent)
    late.get(f"/tid/{appointment.id}").says(status=404)


def test_planned_and_bookable_invitations_stand_on_the_home_page(
    visitor: Visitor, session: Session, place: Place
) -> None:
    make.invitation(
        session, place.course, place.control, date(2027, 5, 3), date(2027, 5, 14), status="planned"
    )
    make.invitation(session, place.course, place.control, date(2026, 12, 7), date(2026, 12, 11))
    session.commit()
    visitor.get("/mine-tider").says("Planlagt", "Du mangler en tid", "Vælg en tid")


def test_the_cards_of_a_childs_invitations_name_the_child(
    app: Flask, session: Session, place: Place
) -> None:
    place.patient.birth_date = date(2016, 1, 15)
    parent = make.patient(session, given_name="Mor", birth_date=date(1980, 5, 6))
    session.add(
        Proxy(holder=parent, patient=place.patient, kind="parent", valid_from=date(2026, 1, 1))
    )
    for first, last, status in (
        (date(2027, 5, 3), date(2027, 5, 14), "planned"),
        (date(2026, 12, 7), date(2026, 12, 11), "open"),
    ):
        make.invitation(session, place.course, place.control, first, last, status=status)
    visitor = signed_in(app, session, parent)
    name = place.patient.name
    visitor.says(f"{name} mangler en tid", f"vil gerne se {name} mellem", "Tiden kommer, når")
    for wrong in ("Du mangler en tid", "se dig", "til dig"):
        assert wrong not in visitor.text
    visitor.get("/ny-tid").says(f"{name} er indkaldt")


def test_nobody_without_times_meets_an_empty_page(visitor: Visitor) -> None:
    visitor.get("/mine-tider").says("Ingen tider lige nu")

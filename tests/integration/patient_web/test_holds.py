"""A held time: confirmed, extended, given up, run out, lost to another, or pressed twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient

from booking.appointments import holds, occasions
from booking.appointments.models import Appointment, Hold
from booking.appointments.search import Slot
from booking.platform.database import Session
from tests import factories as make
from tests.integration.appointments.conftest import Place
from tests.integration.patient_web.conftest import (
    NEXT_WEEK,
    Visitor,
    choose,
    how_many,
    invited,
    reread,
    signed_in,
)

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def test_a_time_taken_meanwhile_offers_the_nearest_others(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    visitor.get(path)
    wanted = visitor.times[20]
    start = datetime.strptime(wanted[:14], "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    for doctor in (place.doctor, place.other_doctor):
        rival = make.patient(session, place.clinic)
        course = make.course(session, place.clinic, rival)
        invitation = make.invitation(session, course, place.control, *NEXT_WEEK)
        theirs = occasions.for_invitation(session, make.as_patient(rival), invitation)
        holds.place(
            session, theirs, Slot(start, start + timedelta(minutes=30), doctor.id, place.site.id)
        )
    session.commit()
    visitor.post(path, start=wanted).says(
        "Tiden er lige blevet taget", "De nærmeste andre tider", status=409
    )
    assert 0 < len(visitor.times) <= 8
    held = choose(visitor, path, visitor.times[0])
    visitor.post(held).says("Din tid er flyttet")


def test_a_hold_can_be_extended_twice_and_given_up(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt?tid=afternoon"
    held = choose(visitor.get(path), path, visitor.times[0])
    for _more in range(2):
        visitor.post(f"{held}/forlaeng").says("Vi holder tiden i ti minutter mere.")
    assert "Forlæng" not in visitor.text
    visitor.post(f"{held}/forlaeng").says("Tiden kan ikke holdes længere.")
    visitor.post(f"{held}/slip").says("Find en anden tid")
    assert visitor.page.request.args.get("tid") == "afternoon", "the filters are kept"
    assert how_many(session, Hold) == 0
    held = choose(visitor, path, visitor.times[0])
    visitor.post(f"{held}/slip", til="behold")
    assert visitor.path == f"/tid/{appointment.id}"


def test_choosing_again_frees_the_time_held_before(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    visitor.get(path)
    first, second = visitor.times[3], visitor.times[9]
    before = choose(visitor, path, first)
    choose(visitor, path, second)
    assert how_many(session, Hold) == 1
    visitor.post(before).says("Tiden holdes ikke længere", status=409)


def test_an_expired_hold_says_what_is_true_and_where_to_go(
    visitor: Visitor, session: Session, place: Place, freezer: object
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    held = choose(visitor.get(path), path, visitor.times[0])
    freezer.move_to("2026-11-23T08:11:00Z")  # type: ignore[attr-defined]
    for answer in (visitor.get(held), visitor.post(held), visitor.post(f"{held}/forlaeng")):
        answer.says("Tiden holdes ikke længere", "gælder stadig", status=409)
    assert f'href="{path}"' in visitor.page.text
    assert how_many(session, Appointment) == 1


def test_a_hold_confirmed_in_another_browser_says_which_time_the_patient_has_now(
    app: Flask, visitor: Visitor, session: Session, place: Place, freezer: object
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    held = choose(visitor.get(path), path, visitor.times[0])
    other = signed_in(app, session, place.patient)
    other.get(held).says("Bekræft den nye tid")
    freezer.move_to("2026-11-23T08:05:00Z")  # type: ignore[attr-defined]
    visitor.post(held).says("Din tid er flyttet")
    reread(session, appointment)
    now = "Du har nu en tid mandag 30. november 2026 kl. 8.15."
    for answer in (other.get(held), other.post(held), other.post(f"{held}/slip")):
        answer.says(now, "Den blev bekræftet mandag 23. november 2026 kl. 9.05.", status=409)
        assert "ikke booket noget" not in answer.text
        assert f'href="/tid/{appointment.id}"' in answer.page.text
    stranger = signed_in(app, session, make.patient(session, place.clinic))
    stranger.get(held).says("der er ikke booket noget", status=409)
    assert "har nu en tid" not in stranger.text
    visitor.post(f"/tid/{appointment.id}/afbud", new_time="no")
    other.get(held).says("der er ikke booket noget", status=409)


def test_nonsense_and_other_peoples_holds_are_over(
    app: Flask, visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    path = f"/tid/{appointment.id}/flyt"
    held = choose(visitor.get(path), path, visitor.times[0])
    stranger = signed_in(app, session, make.patient(session, place.clinic))
    assert stranger.get("/tider/%00").page.status_code == 404
    for token in ("x", "æ", held.rsplit("/", 1)[1], "x" * 5000):
        for tail in ("", "/forlaeng", "/slip"):
            stranger.post(f"/tider/{token}{tail}").says("Tiden holdes ikke længere", status=409)
        stranger.get(f"/tider/{token}").says("Tiden holdes ikke længere", status=409)
    visitor.post(held).says("Din tid er flyttet")


def test_a_second_contact_at_the_same_time_is_refused_at_the_last_step_too(
    visitor: Visitor, session: Session, place: Place
) -> None:
    """Holds take resources, not the patient; so two may stand on one hour until one is booked."""
    place.control.forms = "phone"
    invitations = [
        make.invitation(session, place.course, place.control, *NEXT_WEEK, clinician_id=doctor.id)
        for doctor in (place.doctor, place.other_doctor)
    ]
    session.commit()
    held = []
    for invitation in invitations:
        path = f"/indkaldelse/{invitation.id}/tider"
        held.append(choose(visitor.get(path), path, visitor.times[0]))
    visitor.post(held[0]).says("Din tid er booket")
    visitor.post(held[1]).says("Der er allerede en tid på samme tidspunkt", status=409)
    assert visitor.times, "with other times to choose from"


def pressed_twice(visitor: Visitor, path: str, **fields: object) -> set[tuple[int, str]]:
    """Send a form twice at the same moment; the answers: status, and where it leads."""
    with visitor.client.session_transaction() as kept:
        cookie = dict(kept)
    barrier = Barrier(2)

    def press(client: FlaskClient) -> tuple[int, str]:
        barrier.wait()
        answer = client.post(path, data=fields)
        return answer.status_code, answer.headers.get("Location", answer.text)

    both = [visitor.client.application.test_client() for _press in range(2)]
    for client in both:
        with client.session_transaction() as its:
            its.update(cookie)
    with ThreadPoolExecutor(2) as pool:
        return set(pool.map(press, both))


def test_two_presses_at_the_same_moment_do_a_thing_once(
    visitor: Visitor, session: Session, place: Place
) -> None:
    _, appointment = invited(session, place)
    visit = f"/tid/{appointment.id}"
    receipt = {(303, f"{visit}/kvittering")}
    assert pressed_twice(visitor, f"{visit}/behold") == receipt
    wanted = visitor.get(f"{visit}/flyt").times[0]
    answers = pressed_twice(visitor, f"{visit}/flyt", start=wanted)
    assert {status for status, _ in answers} == {303}
    assert how_many(session, Hold) == 1
    held = choose(visitor, f"{visit}/flyt", wanted)
    assert pressed_twice(visitor, held) == receipt
    reread(session, appointment)
    assert appointment.moves == 1
    assert pressed_twice(visitor, f"{visit}/afbud", new_time="no") == receipt
    waiting = make.invitation(session, place.course, place.control, *NEXT_WEEK)
    session.commit()
    path = f"/indkaldelse/{waiting.id}/tider"
    held = choose(visitor.get(path), path, visitor.times[0])
    (status, where), *more = pressed_twice(visitor, held)
    assert (status, more) == (303, [])
    visitor.get(where).says("Din tid er booket")
    assert how_many(session, Appointment) == 2

"""Nobody is lost sight of: not an invitation without a time, not a time nobody marked."""

from collections.abc import Sequence
from datetime import date

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments import attendance, safety_net, service, settling
from booking.appointments.errors import InvitationStillOpen, WrongState
from booking.appointments.invitations import service as invitations
from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.appointments.worklist import queries as worklist_queries
from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from booking.platform.errors import InvalidInput
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.appointments.conftest import Place

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

SATURDAY = date(2026, 11, 28)  # nobody works
NEXT_DAY = "2026-12-01T08:00:00Z"


@pytest.fixture
def waiting(session: Session, place: Place) -> Invitation:
    """An invitation for a day on which no time is free."""
    made = make.invitation(session, place.course, place.control, SATURDAY, SATURDAY)
    assert invitations.reserve(session, SYSTEM, made) is None
    session.commit()
    return made


@pytest.fixture
def booked(session: Session, place: Place) -> Appointment:
    """A time on Monday 30 November, on an invitation."""
    made = make.invitation(
        session, place.course, place.control, date(2026, 11, 30), date(2026, 11, 30)
    )
    appointment = invitations.reserve(session, SYSTEM, made)
    session.commit()
    assert appointment is not None
    return appointment


def listed(session: Session, place: Place) -> Sequence[WorklistItem]:
    return worklist_queries.open_items(session, place.clinic.id)


def test_an_item_cannot_be_finished_while_its_invitation_needs_a_time(
    session: Session, place: Place, waiting: Invitation
) -> None:
    (item,) = listed(session, place)
    with pytest.raises(InvitationStillOpen):
        settling.finish(session, place.secretary, item, "Talt med patienten")
    invitations.revoke(session, place.secretary, waiting, "clinic")
    assert listed(session, place) == []


def test_an_item_read_together_with_its_patient_can_be_finished(
    session: Session, place: Place
) -> None:
    worklist.add(session, place.clinic.id, "no_time_fits", patient_id=place.patient.id)
    session.commit()
    session.expunge_all()
    (item,) = listed(session, place)
    settling.finish(session, place.secretary, item, "Løst")
    with pytest.raises(WrongState):
        settling.finish(session, place.secretary, item, "Løst igen")


@pytest.mark.parametrize(
    ("last", "kind"),
    [
        (date(2026, 11, 20), "window_ends"),
        (date(2026, 12, 7), "window_ends"),
        (date(2026, 12, 8), "no_time_in_window"),
    ],
)
def test_an_open_invitation_that_fell_off_the_list_is_put_back_once(
    session: Session, place: Place, last: date, kind: str
) -> None:
    lost = make.invitation(session, place.course, place.control, date(2026, 11, 16), last)
    make.invitation(session, place.course, place.control, last, last, status="planned")
    assert safety_net.without_a_time(session) == 1
    (item,) = listed(session, place)
    assert (item.kind, item.invitation_id, item.due_on) == (kind, lost.id, last)
    assert safety_net.without_a_time(session) == 0


def test_an_invitation_with_a_time_or_already_listed_is_left_alone(
    session: Session, place: Place, waiting: Invitation, booked: Appointment
) -> None:
    assert safety_net.without_a_time(session) == 0
    (item,) = listed(session, place)
    assert item.invitation_id == waiting.id


def test_a_time_nobody_marked_is_listed_until_it_is(
    session: Session,
    rettid: Rettid,
    place: Place,
    booked: Appointment,
    freezer: FrozenDateTimeFactory,
) -> None:
    freezer.move_to("2026-11-30T18:00:00Z")
    assert safety_net.never_marked(session) == 0, "the day is hardly over"
    freezer.move_to(NEXT_DAY)
    session.commit()
    for _again in range(2):
        rettid.jobs.run_now(rettid.database, "safety_net")
    (item,) = listed(session, place)
    assert (item.kind, item.appointment_id) == ("never_marked", booked.id)
    attendance.done(session, place.secretary, booked)
    assert listed(session, place) == []
    attendance.undo(session, place.secretary, booked)
    assert booked.status == "booked", "nobody ever said that the patient had arrived"
    assert safety_net.never_marked(session) == 1
    attendance.did_not_come(session, place.secretary, booked)
    assert [one.kind for one in listed(session, place)] == ["did_not_come"]


def test_a_time_that_is_settled_in_another_way_is_taken_off(
    session: Session, place: Place, booked: Appointment, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to(NEXT_DAY)
    assert safety_net.look(session) == 1
    assert safety_net.look(session) == 0
    booked.status = "entered-in-error"
    session.flush()
    assert safety_net.marked_since(session) == 1
    assert listed(session, place) == []


def test_a_time_that_has_not_ended_is_not_done_before_the_patient_came(
    session: Session, place: Place, booked: Appointment
) -> None:
    with pytest.raises(WrongState):
        attendance.done(session, place.secretary, booked)


def test_longer_days_give_an_invitation_its_time_at_once(
    session: Session, place: Place, waiting: Invitation
) -> None:
    who = place.secretary
    assert invitations.change_window(session, who, waiting, SATURDAY, date(2026, 11, 29)) is None
    (item,) = listed(session, place)
    assert item.due_on == date(2026, 11, 29)
    made = invitations.change_window(session, who, waiting, SATURDAY, date(2026, 12, 1))
    assert made is not None
    assert made.starts_at.date() == date(2026, 11, 30)
    assert listed(session, place) == []
    assert invitations.change_window(session, who, waiting, SATURDAY, SATURDAY) is made


def test_days_beyond_the_horizon_are_planned(
    session: Session, place: Place, waiting: Invitation
) -> None:
    far = date(2027, 11, 1)
    assert invitations.change_window(session, place.secretary, waiting, far, far) is None
    assert waiting.status == "planned"
    assert listed(session, place) == []


def test_days_that_cannot_be_are_refused(
    session: Session, place: Place, waiting: Invitation
) -> None:
    who, past = place.secretary, date(2026, 11, 22)
    with pytest.raises(InvalidInput):
        invitations.change_window(session, who, waiting, SATURDAY, past)
    with pytest.raises(InvalidInput):
        invitations.change_window(session, who, waiting, past, past)
    invitations.revoke(session, who, waiting, "clinic")
    with pytest.raises(WrongState):
        invitations.change_window(session, who, waiting, SATURDAY, SATURDAY)


def test_a_cancelled_time_is_not_called_unmarked(
    session: Session, place: Place, booked: Appointment, freezer: FrozenDateTimeFactory
) -> None:
    service.cancel(session, place.secretary, booked, "clinic", "desk", wants_new=True)
    freezer.move_to(NEXT_DAY)
    assert safety_net.never_marked(session) == 0

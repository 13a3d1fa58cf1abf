"""What might send a message twice, lose it, or hold up all the others."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from booking.people.models import Patient
from booking.platform.database import Session
from reminders.channels.port import Found, Outgoing
from reminders.delivery.dispatch import GOOD_FOR
from reminders.messages.models import Message
from reminders.policies.models import MessageSender, ReminderWordingVersion
from reminders.preferences import service as preferences
from tests import factories as make
from tests.integration.reminders.delivery.conftest import Carried
from tests.integration.reminders.delivery.provider import Killed, NoDatabase, Provider
from tests.integration.reminders.replies.conftest import has_number

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TIME = datetime(2026, 12, 3, 9, tzinfo=UTC)
LATER = datetime(2026, 12, 3, 10, tzinfo=UTC)


def sibling(carried: Carried) -> Patient:
    """Another patient with the same number, and a time at the same hour at the other doctor's."""
    sending = carried.sending
    place = sending.place
    other = make.patient(sending.session, place.clinic, given_name="Ib")
    has_number(other, "+4520301020")
    course = make.course(sending.session, place.clinic, other, responsible=place.other_doctor)
    sending.session.commit()
    first, place.course, place.doctor = (place.course, place.doctor), course, place.other_doctor
    sending.book(TIME)
    place.course, place.doctor = first
    return other


# What nobody knows


def test_what_was_accepted_is_found_and_not_sent_again(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append("timeout after")
    carried.dispatch()
    assert carried.states() == ["unknown"]
    carried.look()
    carried.dispatch()
    assert (carried.states(), len(carried.provider.accepted)) == (["sent"], 1)
    assert carried.message().state == "sent"


@pytest.mark.parametrize("trouble", ["killed before", "killed after", "not recorded"])
def test_a_process_that_dies_sends_nothing_twice(carried: Carried, trouble: str) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append(trouble)
    with pytest.raises((Killed, NoDatabase)):
        carried.dispatch()
    assert carried.states() == ["sending"]
    carried.dispatch()
    carried.look(minutes=3)
    carried.dispatch()
    assert carried.states() == ["unknown"]
    carried.look()
    carried.pass_by(minutes=2)
    carried.dispatch()
    assert len(carried.provider.accepted) == 1
    assert carried.message().state == "sent"


def test_what_was_never_accepted_is_tried_once_more_and_then_by_a_call(carried: Carried) -> None:
    appointment = carried.sending.book(TIME)
    carried.dispatch()
    carried.sending.move(appointment, LATER)
    carried.provider.troubles.extend(["timeout before", "timeout before"])
    for _ in range(4):
        carried.dispatch()
        carried.look()
    assert carried.states()[1:] == ["lost", "lost", "sent"]
    assert [one.outgoing.channel for one in carried.provider.accepted] == ["sms", "voice"]


def test_two_alike_to_one_number_are_not_taken_for_each_other(carried: Carried) -> None:
    carried.sending.book(TIME)
    sibling(carried)
    carried.provider.troubles.extend(["timeout after", "timeout after"])
    carried.dispatch()
    bodies = {one.outgoing.body for one in carried.provider.accepted}
    assert len(bodies) == 1
    carried.look()
    assert carried.states() == ["sent", "sent"]
    names = {one.provider_id for one in carried.sending.attempts()}
    assert names == {one.sid for one in carried.provider.accepted}


def test_a_find_that_was_anothers_is_given_up_when_the_other_is_told_of(carried: Carried) -> None:
    carried.sending.book(TIME)
    sibling(carried)
    carried.provider.troubles.extend(["timeout before", "timeout after"])
    carried.dispatch()
    carried.provider.troubles.clear()
    first, second = carried.sending.attempts()
    with pytest.MonkeyPatch.context() as only_first:
        only_first.setattr("reminders.delivery.reconcile.MOST", 1)
        carried.look()
    assert carried.states() == ["sent", "unknown"]  # it took the other's for its own
    carried.told(second, "sent", carried.provider.accepted[0].sid)
    first, second = carried.sending.attempts()
    assert (first.state, first.error_code, second.state) == ("failed", "mistaken", "sent")
    carried.pass_by(minutes=2)
    carried.dispatch()
    assert [one.state for one in carried.sending.messages() if one.kind == "booked"] == ["sent"] * 2
    assert len(carried.provider.accepted) == 2


def test_another_providers_list_proves_nothing(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append("timeout after")
    carried.dispatch()
    other = Provider(carried.database, "another")
    carried.database.ports["channels"] = {"sms": other.channel("sms")}
    carried.look()
    carried.dispatch()
    assert carried.states() == ["unknown"]
    assert other.accepted == []


def test_what_nobody_ever_knows_goes_before_a_person(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append("timeout before")
    carried.dispatch()
    carried.provider.silent = True
    for _ in range(30):
        carried.look()
        carried.dispatch()
    assert carried.states() == ["failed"]
    assert (carried.message().state, carried.message().reason) == ("failed", "cannot_be_asked")
    assert carried.sending.worklist() == ["not_reached"]


def test_one_that_cannot_be_looked_for_holds_nobody_up(carried: Carried) -> None:
    class Breaks(Provider):
        def find(self, outgoing: Outgoing, since: datetime, known: object) -> Found | None:
            if len(self.asked) and outgoing.attempt == self.asked[0].attempt:
                raise ValueError("not foreseen")
            return super().find(outgoing, since, known)  # type: ignore[arg-type]

    provider = Breaks(carried.database, "model")
    carried.database.ports["channels"] = {"sms": provider.channel("sms")}
    carried.sending.book(TIME)
    sibling(carried)
    provider.troubles.extend(["timeout after", "timeout after"])
    carried.dispatch()
    carried.look()
    assert carried.states() == ["unknown", "sent"]


def test_a_record_that_gave_way_to_another_is_written_anew(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.provider.troubles.append("record in the way")
    assert carried.dispatch() == 1
    assert (carried.states(), len(carried.provider.accepted)) == (["sent"], 1)


# What was given up, and arrived after all


def test_one_found_too_late_is_told_of_as_double(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.provider.lag = timedelta(hours=1)
    carried.provider.troubles.append("timeout after")
    carried.dispatch()
    carried.look()
    carried.pass_by(minutes=2)
    carried.dispatch()
    assert carried.states() == ["lost", "sent"]
    first = carried.sending.attempts()[0]
    carried.told(first, "delivered", carried.provider.accepted[0].sid)
    assert carried.states() == ["double", "sent"]
    assert carried.message().state == "sent"


def test_after_a_double_the_channel_is_left_alone(carried: Carried) -> None:
    appointment = carried.sending.book(TIME)
    carried.dispatch()
    carried.sending.move(appointment, LATER)
    carried.dispatch()
    moved = carried.sending.attempts()[1]
    carried.told(moved, "failed", code="30003")
    carried.pass_by(minutes=2)
    carried.dispatch()
    carried.told(moved, "delivered")
    again = carried.sending.attempts()[2]
    carried.told(again, "failed", code="30003")
    carried.pass_by(minutes=5)
    carried.dispatch()
    assert [one.channel for one in carried.sending.attempts()] == ["sms", "sms", "sms", "voice"]


def test_one_told_of_before_its_second_try_is_not_tried_again(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.dispatch()
    carried.told(carried.sending.attempts()[0], "failed", code="30003")
    assert carried.message().state == "planned"
    carried.told(carried.sending.attempts()[0], "delivered")
    carried.pass_by(hours=1)
    carried.dispatch()
    assert (carried.states(), carried.message().state) == (["delivered"], "delivered")


# A claim is good for seconds


def test_a_claim_that_has_grown_old_is_let_go_of(carried: Carried) -> None:
    carried.sending.book(TIME)
    sibling(carried)
    carried.provider.meanwhile.append(lambda: carried.pass_by(seconds=GOOD_FOR.seconds + 1))
    carried.dispatch()
    carried.dispatch()
    assert carried.states() == ["sent", "failed", "sent"]
    assert carried.sending.attempts()[1].error_code == "not_called"
    assert len(carried.provider.asked) == 2


def test_a_machine_that_slept_after_the_claim_sends_nothing_old(
    carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.monotonic", lambda: 1.0)  # it stands still while a machine sleeps
    carried.sending.book(TIME)
    sibling(carried)

    def sleep() -> None:
        carried.pass_by(minutes=20)
        monkeypatch.setattr("time.monotonic", lambda: 100.0 if len(carried.states()) > 2 else 1.0)

    carried.provider.meanwhile.append(sleep)
    carried.dispatch()
    assert carried.sending.attempts()[1].error_code == "not_called"


def test_after_a_failed_record_the_others_are_let_go_of_at_once(carried: Carried) -> None:
    carried.sending.book(TIME)
    sibling(carried)
    carried.provider.troubles.append("not recorded")
    with pytest.raises(NoDatabase):
        carried.dispatch()
    assert carried.states() == ["sending", "failed"]
    carried.dispatch()
    assert carried.states() == ["sending", "failed", "sent"]


def test_what_came_to_be_of_no_use_during_a_batch_is_not_sent(carried: Carried) -> None:
    sibling(carried)
    carried.freezer.move_to(TIME - timedelta(seconds=5))
    carried.sending.session.execute(
        update(Message).where(Message.kind == "booked").values(next_at=TIME - GOOD_FOR)
    )
    carried.sending.session.commit()
    carried.dispatch()
    assert len(carried.provider.asked) == 1
    carried.pass_by(seconds=6)
    carried.dispatch()
    assert len(carried.provider.asked) == 1


# One message holds up no other


def test_what_no_clinic_sends_any_more_is_withdrawn(carried: Carried, session: Session) -> None:
    carried.sending.book(TIME)
    session.execute(delete(MessageSender))
    session.commit()
    carried.dispatch()
    assert (carried.message().state, carried.message().reason) == ("withdrawn", "stopped")


def test_one_that_cannot_be_written_goes_before_a_person(
    carried: Carried, session: Session
) -> None:
    carried.sending.book(TIME)
    sibling(carried)
    first = session.get_one(Message, carried.message().id)
    like = session.get_one(ReminderWordingVersion, first.wording_version_id)
    broken = ReminderWordingVersion(
        wording_id=like.wording_id,
        number=99,
        texts={"da": {"email": ["Emne", "Ingen sms"]}},
        made_by="",
        made_at=session.now(),
    )
    session.add(broken)
    session.flush()
    first.wording_version_id = broken.id
    session.commit()
    for _ in range(8):
        carried.dispatch()
        carried.pass_by(minutes=15)
    told = [one for one in carried.sending.messages() if one.kind == "booked"]
    assert sorted((one.state, one.reason) for one in told) == [
        ("failed", "unforeseen"),
        ("sent", ""),
    ]
    assert carried.sending.worklist() == ["not_reached"]


def test_what_is_lost_when_it_is_too_late_is_too_late(carried: Carried) -> None:
    carried.freezer.move_to(TIME - timedelta(minutes=4))
    carried.sending.book(TIME)
    carried.provider.troubles.append("timeout before")
    carried.dispatch()
    carried.look()
    assert (carried.states(), carried.message().state) == (["lost"], "too_late")
    assert carried.sending.worklist() == []


def test_what_planning_again_finds_no_way_for_goes_before_a_person(
    carried: Carried, session: Session
) -> None:
    carried.sending.book(TIME)
    carried.dispatch()
    place = carried.sending.place
    preferences.choose(session, place.as_patient, place.patient, "voice")
    session.commit()
    carried.sending.without_addresses()
    preferences.choose(session, place.as_patient, place.patient, "sms")
    session.commit()
    assert "failed" in {one.state for one in carried.sending.messages()}
    assert carried.sending.worklist() == ["not_reached"]


# At night


def test_a_second_try_waits_for_the_morning(carried: Carried) -> None:
    carried.freezer.move_to("2026-11-23T18:59:00Z")
    carried.sending.book(TIME)
    carried.provider.troubles.append("30003")
    carried.dispatch()
    carried.pass_by(minutes=30)
    carried.dispatch()
    assert carried.states() == ["failed"]
    carried.freezer.move_to("2026-11-24T07:00:00Z")
    carried.dispatch()
    assert carried.states() == ["failed", "sent"]


def test_what_lay_while_nobody_sent_waits_for_the_morning(carried: Carried) -> None:
    carried.sending.book(TIME)
    carried.freezer.move_to("2026-11-23T21:00:00Z")
    carried.dispatch()
    assert carried.states() == []
    carried.freezer.move_to("2026-11-24T07:00:00Z")
    carried.dispatch()
    assert carried.states() == ["sent"]


def test_a_second_try_of_a_cancelled_time_is_not_made(carried: Carried) -> None:
    appointment = carried.sending.book(TIME)
    carried.provider.troubles.append("30003")
    carried.dispatch()
    carried.sending.cancel(appointment)
    carried.pass_by(minutes=5)
    carried.dispatch()
    assert [one.outgoing.body for one in carried.provider.accepted] == [
        carried.sending.attempts()[-1].body
    ]
    assert [one.message.kind for one in carried.sending.attempts()] == ["booked", "cancelled"]

"""What became of the appointments an experiment counts, read from what the clinic did."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from freezegun.api import FrozenDateTimeFactory

from booking.appointments import attendance, occasions
from booking.appointments import service as booking
from booking.appointments.models import Appointment
from booking.appointments.search import Slot
from booking.appointments.writing import Channel
from booking.people.models import Patient
from booking.platform.database import Session
from booking.platform.web import Rettid
from reminders.delivery.dispatch import dispatch
from reminders.effects import queries
from reminders.effects.prices import Prices
from reminders.experiments import service
from tests import factories as make
from tests.integration.reminders.experiments.conftest import Trial

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

DAY = datetime(2026, 12, 7, 8, tzinfo=UTC)  # 9.00 in Denmark
_numbers = count(100)
HALF = timedelta(minutes=30)
AFTER = datetime(2027, 3, 1, 8, tzinfo=UTC)


def at(number: int) -> datetime:
    return DAY + HALF * number


def cancel(trial: Trial, made: Appointment, reason: str = "ill") -> None:
    by = trial.place.secretary
    booking.cancel(trial.session, by, made, reason, "phone", wants_new=False)
    trial.session.commit()


def move(trial: Trial, made: Appointment, start: datetime, channel: Channel = "phone") -> None:
    by = trial.place.secretary
    occasion = occasions.for_move(trial.session, by, made)
    slot = Slot(start, start + HALF, trial.place.doctor.id, trial.place.site.id)
    booking.book(trial.session, by, occasion, slot, channel)
    trial.session.commit()


def done(trial: Trial, *appointments: Appointment) -> None:
    for made in appointments:
        attendance.done(trial.session, trial.place.secretary, made)
    trial.session.commit()


def missed(trial: Trial, *appointments: Appointment) -> None:
    for made in appointments:
        attendance.did_not_come(trial.session, trial.place.secretary, made)
    trial.session.commit()


def test_every_ending_is_counted_and_what_is_not_counted_is_said(
    trial: Trial, session: Session, freezer: FrozenDateTimeFactory
) -> None:
    earlier = trial.book(at(0))  # before it began: it is with nobody
    trial.start()
    came, stayed_away, early, late, clinic, forgotten, moved, moved_late = (
        trial.book(at(number)) for number in range(1, 9)
    )
    too_late = trial.book(AFTER)
    cancel(trial, early)
    cancel(trial, clinic, "clinic")
    refill = trial.book(early.starts_at)
    move(trial, moved, at(10))
    freezer.move_to(DAY - timedelta(hours=3))
    cancel(trial, late)
    move(trial, moved_late, at(24 * 2))
    freezer.move_to(DAY + timedelta(days=3))
    done(trial, earlier, came, moved, moved_late, refill)
    missed(trial, stayed_away)
    found = queries.result(session, trial.experiment, Prices())
    assert not found.result.called
    assert found.result.together == {
        "lost": 3,
        "did_not_come": 1,
        "cancelled_late": 2,
        "cancelled_in_time": 1,
        "refilled": 1,
    }
    assert sum(size.visits for size in found.result.sizes) == 7
    assert found.left_out == {"by_clinic": 1, "not_marked": 1, "after_end": 1}
    assert too_late.starts_at >= trial.experiment.ends_at
    assert forgotten.status == "booked"


def test_a_clinics_own_move_is_no_time_given_back(
    trial: Trial, session: Session, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    made = trial.book(at(0))
    freezer.move_to(DAY - timedelta(hours=1))
    move(trial, made, at(3), "desk")
    freezer.move_to(DAY + timedelta(days=1))
    done(trial, made)
    assert queries.result(session, trial.experiment, Prices()).result.together["lost"] == 0


def test_a_time_that_nobody_else_got_is_not_refilled(trial: Trial, session: Session) -> None:
    trial.start()
    early = trial.book(at(0))
    trial.book(at(1))
    cancel(trial, early)
    trial.book(at(2))
    together = queries.result(session, trial.experiment, Prices()).result.together
    assert (together["cancelled_in_time"], together["refilled"]) == (1, 0)
    other = make.clinician(session, trial.place.clinic)
    make.open_weekdays(session, other, trial.place.site)
    trial.place.doctor, doctor = other, trial.place.doctor
    trial.book(at(0))  # with somebody else
    trial.place.doctor = doctor
    assert queries.result(session, trial.experiment, Prices()).result.together["refilled"] == 0


def test_what_was_sent_is_paid_for_by_the_arm_that_sent_it(
    trial: Trial, session: Session, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    # So many that an arm without anybody is one chance in a hundred thousand.
    made = [trial.book(at(number), _reachable(trial)) for number in range(14)]
    times = [DAY + timedelta(days=1, minutes=30 * number) for number in range(5)]
    made += [trial.book(start, _reachable(trial)) for start in times]
    for hours in range(0, 24 * 16, 6):
        freezer.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(hours=hours))
        dispatch(rettid.database)
    session.expire_all()
    done(trial, *made)
    freezer.move_to(AFTER)
    found = queries.result(session, trial.experiment, Prices(sms=100)).result
    assert found.called
    usual, single = found.shares
    # Told when booked, and reminded twice or once.
    assert (usual.cost, single.cost) == (300, 200)
    free = queries.result(session, trial.experiment, Prices(sms=0)).result
    assert free.cost == 0


def test_only_the_end_that_was_fixed_tells(
    trial: Trial, session: Session, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    missed_ones = [trial.book(at(number)) for number in range(4)]
    freezer.move_to(DAY + timedelta(days=1))
    missed(trial, *missed_ones)
    assert not queries.result(session, trial.experiment, Prices()).result.called
    freezer.move_to(trial.experiment.ends_at)
    assert queries.result(session, trial.experiment, Prices()).result.called


def test_one_that_was_stopped_never_tells(
    trial: Trial, session: Session, freezer: FrozenDateTimeFactory
) -> None:
    trial.start()
    trial.book(at(0))
    service.stop(session, trial.leader, trial.experiment, "Fordi")
    freezer.move_to(AFTER)
    found = queries.result(session, trial.experiment, Prices()).result
    assert not found.called
    assert found.shares == () == found.comparisons


def test_how_it_went_before_says_how_many_are_needed(
    trial: Trial, session: Session, freezer: FrozenDateTimeFactory
) -> None:
    often = make.patient(session, trial.place.clinic)
    appointments = [trial.book(at(number), often) for number in range(3)]
    others = [trial.book(at(number)) for number in range(3, 8)]
    freezer.move_to(DAY + timedelta(days=1))
    assert queries.pace(session, trial.policy, timedelta(hours=1)) is None
    missed(trial, *appointments[:2])
    done(trial, appointments[2], *others)
    found = queries.pace(session, trial.policy, timedelta(days=30))
    assert found is not None
    assert (found.patients, found.visits, found.lost) == (6, 8, 0.25)
    assert found.per_patient == pytest.approx(8 / 6)
    assert 0 < found.spread < 1
    # Booked a fortnight ahead, they would be in no experiment of ten days.
    assert queries.pace(session, trial.policy, timedelta(days=10)) is None


def test_without_an_experiment_there_are_rates_and_no_effect(
    trial: Trial, session: Session, rettid: Rettid, freezer: FrozenDateTimeFactory
) -> None:
    told = [trial.book(at(number), _reachable(trial)) for number in range(4)]
    for hours in range(0, 24 * 14, 6):
        freezer.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(hours=hours))
        dispatch(rettid.database)
    freezer.move_to(DAY - timedelta(minutes=10))
    at_once = [trial.book(at(number)) for number in range(4, 8)]
    freezer.move_to(DAY + timedelta(days=1))
    session.expire_all()
    missed(trial, *told[:2], at_once[0])
    done(trial, *told[2:], *at_once[1:])
    found = queries.without_experiment(session, trial.place.clinic)
    assert (found.whole.reminded.missed, found.whole.reminded.visits) == (2, 4)
    assert (found.whole.others.missed, found.whole.others.visits) == (1, 4)
    assert found.ahead is not None
    assert found.ahead.from_days == 14
    assert "not_randomised" in found.reasons
    assert queries.without_experiment(session, make.clinic(session)).reasons == (
        "not_randomised",
        "nobody_reminded",
    )


def _reachable(trial: Trial) -> Patient:
    """A patient with a mobile telephone."""
    vault = trial.session.vault
    number = f"+4520301{next(_numbers)}"
    return make.patient(
        trial.session,
        trial.place.clinic,
        phone_sealed=vault.seal(number),
        phone_hash=vault.fingerprint("phone", number),
    )

"""Whose waits are compared with whose."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from freezegun.api import FrozenDateTimeFactory
from sqlalchemy import update

from booking.appointments.models import Appointment, PastVisit
from booking.overbooking import groups, predicting
from booking.overbooking.models import SessionPrediction
from booking.overbooking.waiting_ratio import Wait
from booking.people.models import PatientNeed
from tests import factories as make
from tests.integration.overbooking.morning import EIGHT, TUESDAY, Morning, morning

__all__ = ["morning"]

pytestmark = pytest.mark.freeze_time("2026-11-23T18:00:00Z")  # a Monday, 19.00 in Denmark


@pytest.fixture
def over(morning: Morning, freezer: FrozenDateTimeFactory) -> list[SessionPrediction]:
    """The morning, at which everybody was called in five minutes late."""
    session = morning.session
    predicting.keep(session, morning.clinic, TUESDAY)
    for one in morning.booked:
        called = one.starts_at + timedelta(minutes=5)
        values = {"status": "fulfilled", "called_in_at": called, "done_at": called}
        session.execute(update(Appointment).where(Appointment.id == one.id).values(values))
    freezer.move_to(EIGHT + timedelta(hours=5))
    session.expire_all()
    predicting.observe(session, morning.clinic)
    return list(predicting.kept_since(session, morning.clinic, EIGHT))


def of_first(morning: Morning, over: list[SessionPrediction], **facts: Any) -> Mapping[str, bool]:
    """The groups of the morning's first patient."""
    if facts:
        make.add(
            morning.session,
            PastVisit(
                clinic_id=morning.clinic.id, patient_id=morning.booked[0].patient_id,
                day=date(2026, 5, 1), outcome="fulfilled", facts=facts, source="before",
                source_key=str(facts),
            ),
        )  # fmt: skip
    return read(morning, over)[0].groups


def read(morning: Morning, over: list[SessionPrediction]) -> list[Wait]:
    morning.session.flush()
    return groups.waits(morning.session, morning.clinic, over)


def test_every_wait_of_the_sessions_is_read(
    morning: Morning, over: list[SessionPrediction]
) -> None:
    found = read(morning, over)
    assert [one.patient for one in found] == [one.patient_id for one in morning.booked]
    assert {(one.session, one.minutes) for one in found} == {(over[0].id, 5.0)}
    assert read(morning, []) == []
    over[0].starts_at = EIGHT + timedelta(minutes=30)
    assert len(read(morning, over)) == 10


@pytest.mark.parametrize(
    ("born", "group"),
    [
        (date(1986, 11, 25), "age_under_40"),  # forty tomorrow
        (date(1986, 11, 24), "age_40_64"),
        (date(1961, 11, 25), "age_40_64"),
        (date(1961, 11, 24), "age_65_74"),
        (date(1951, 11, 24), "age_75"),
        (date(1920, 2, 29), "age_75"),
    ],
)
def test_age_on_the_day(
    morning: Morning, over: list[SessionPrediction], born: date, group: str
) -> None:
    morning.booked[0].patient.birth_date = born
    found = of_first(morning, over)
    assert [code for code in groups.AGES if found[code]] == [group]


def test_an_unknown_age_is_in_no_group(morning: Morning, over: list[SessionPrediction]) -> None:
    morning.booked[0].patient.birth_date = None
    assert not set(groups.AGES) & set(of_first(morning, over))


def test_language_and_need(morning: Morning, over: list[SessionPrediction]) -> None:
    found = of_first(morning, over)
    assert (found["language"], found["need"]) == (False, False)
    patient = morning.booked[0].patient
    patient.language = "ar"
    found = of_first(morning, over)
    assert (found["language"], found["need"]) == (True, False)
    patient.language = "da"
    need = PatientNeed(
        patient_id=patient.id, need="interpreter", told_by="staff", since=morning.session.now()
    )
    make.add(morning.session, need)
    found = of_first(morning, over)
    assert (found["language"], found["need"]) == (True, True)
    need.need = "walking_aid"
    found = of_first(morning, over)
    assert (found["language"], found["need"]) == (False, True)


def test_deprivation_only_where_an_imported_visit_says(
    morning: Morning, over: list[SessionPrediction]
) -> None:
    assert "deprivation" not in of_first(morning, over, label="Kontrol", welfare="ja")
    assert of_first(morning, over, scholarship=False)["deprivation"] is False
    assert of_first(morning, over, deprivation=True)["deprivation"] is True
    assert "deprivation" not in read(morning, over)[1].groups

"""Who may act for whom, and until when."""

from datetime import date

import pytest

from booking.people import queries, service
from booking.people.errors import AlreadyExists, BirthDateUnknown, ProxyNotPossible
from booking.people.models import Patient
from booking.people.service import ProxyKind
from booking.platform import audit
from booking.platform.database import Session
from tests import factories
from tests.integration.people.conftest import Desk

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")

TODAY = date(2026, 11, 23)


@pytest.fixture
def mother(session: Session, desk: Desk) -> Patient:
    """Someone of age."""
    return factories.patient(session, desk.clinic, given_name="Mor")


@pytest.fixture
def child(session: Session, desk: Desk) -> Patient:
    """Fourteen, and fifteen on 1 June 2027."""
    return factories.patient(session, desk.clinic, given_name="Barn", birth_date=date(2012, 6, 1))


def test_a_parents_leave_ends_by_itself_the_day_before_the_fifteenth_birthday(
    session: Session, desk: Desk, mother: Patient, child: Patient
) -> None:
    service.add_proxy(session, desk.by, desk.clinic.id, mother, child, "parent", TODAY)
    assert not queries.may_act_for(session, mother.id, child.id, date(2026, 11, 22))
    assert queries.may_act_for(session, mother.id, child.id, TODAY)
    assert queries.may_act_for(session, mother.id, child.id, date(2027, 5, 31))
    assert not queries.may_act_for(session, mother.id, child.id, date(2027, 6, 1))
    assert not queries.may_act_for(session, child.id, mother.id, TODAY)


def test_it_ends_earlier_when_the_birth_date_is_corrected(
    session: Session, desk: Desk, mother: Patient, child: Patient
) -> None:
    service.add_proxy(session, desk.by, desk.clinic.id, mother, child, "parent", TODAY)
    child.birth_date = date(2010, 6, 1)
    session.flush()
    assert not queries.may_act_for(session, mother.id, child.id, TODAY)
    assert queries.people_of(session, mother.id, TODAY) == [mother]


def test_people_of_begins_with_oneself(
    session: Session, desk: Desk, mother: Patient, child: Patient
) -> None:
    old = factories.patient(session, desk.clinic, birth_date=date(1935, 1, 1))
    service.add_proxy(session, desk.by, desk.clinic.id, mother, child, "parent", TODAY)
    until = date(2027, 1, 1)
    service.add_proxy(
        session, desk.by, desk.clinic.id, mother, old, "power_of_attorney", TODAY, until
    )
    assert queries.people_of(session, mother.id, TODAY) == [mother, old, child]
    assert queries.people_of(session, mother.id, date(2027, 1, 2)) == [mother, child]
    assert queries.may_act_for(session, mother.id, mother.id, TODAY)


@pytest.mark.parametrize(
    ("kind", "born", "first", "last"),
    [
        ("parent", date(2011, 11, 23), TODAY, None),  # fifteen today
        ("parent", date(1990, 1, 1), TODAY, date(2027, 1, 1)),
        ("power_of_attorney", date(1990, 1, 1), TODAY, None),
        ("power_of_attorney", date(1990, 1, 1), TODAY, date(2026, 11, 22)),
    ],
)
def test_some_leaves_cannot_be_given(
    session: Session,
    desk: Desk,
    mother: Patient,
    kind: ProxyKind,
    born: date,
    first: date,
    last: date | None,
) -> None:
    other = factories.patient(session, desk.clinic, birth_date=born)
    with pytest.raises(ProxyNotPossible):
        service.add_proxy(session, desk.by, desk.clinic.id, mother, other, kind, first, last)


def test_nobody_acts_for_themselves_or_as_parent_of_someone_without_a_birth_date(
    session: Session, desk: Desk, mother: Patient
) -> None:
    unknown = factories.patient(session, desk.clinic, birth_date=None)
    with pytest.raises(BirthDateUnknown):
        service.add_proxy(session, desk.by, desk.clinic.id, mother, unknown, "parent", TODAY)
    with pytest.raises(ProxyNotPossible):
        service.add_proxy(session, desk.by, desk.clinic.id, mother, mother, "parent", TODAY)


def test_the_same_leave_is_not_given_twice_but_may_be_given_again_after_its_end(
    session: Session, desk: Desk, mother: Patient, child: Patient
) -> None:
    by, clinic = desk.by, desk.clinic.id
    first = service.add_proxy(session, by, clinic, mother, child, "parent", TODAY)
    with pytest.raises(AlreadyExists):
        service.add_proxy(session, by, clinic, mother, child, "parent", date(2027, 1, 1))
    service.end_proxy(session, by, clinic, first, date(2026, 12, 1))
    assert first.valid_to == date(2026, 11, 30)
    service.add_proxy(session, by, clinic, mother, child, "parent", date(2026, 12, 1))
    assert queries.may_act_for(session, mother.id, child.id, date(2026, 12, 24))


def test_ending_works_at_once_and_is_in_both_peoples_log(
    session: Session, desk: Desk, mother: Patient, child: Patient
) -> None:
    proxy = service.add_proxy(session, desk.by, desk.clinic.id, mother, child, "parent", TODAY)
    service.end_proxy(session, desk.by, desk.clinic.id, proxy, TODAY)
    assert not queries.may_act_for(session, mother.id, child.id, TODAY)
    assert queries.proxies_for(session, child.id, TODAY) == []
    for person in (mother, child):
        actions = [entry.action for entry in session.scalars(audit.about_patient(person.id))]
        assert actions == ["proxy.ended", "proxy.added"]

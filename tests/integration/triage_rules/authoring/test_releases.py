"""Which version counts: back again, in shadow, withdrawn; and what may forbid it."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from booking.people.models import Staff, StaffRole
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.errors import (
    NotAllowed,
    NotFound,
)
from booking.platform.identity import Role
from tests import factories as make
from tests.integration.triage_rules.authoring.conftest import (
    TODAY,
    House,
    count_numbers,
    draft_of,
    sound,
)
from triage_rules.authoring import publishing, queries, service
from triage_rules.authoring.errors import (
    AlreadyBegun,
    HasDraft,
    NoneInForce,
    NothingBefore,
    NothingChanged,
    NotReady,
    OwnWork,
)
from triage_rules.authoring.models import RuleRelease, RuleSet
from triage_rules.authoring.publishing import Obstacle
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TOMORROW = TODAY + timedelta(days=1)


def test_another_room_may_forbid_what_counts_and_not_what_only_runs_in_shadow(
    session: Session, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(_session: Session, _rule_set: RuleSet, rules: Rules) -> list[Obstacle]:
        return [Obstacle("other", text="For længe")] if rules.latest_weeks > 60 else []

    monkeypatch.setattr(publishing, "CHECKS", [too_long])
    rule_set = house.begin(session)
    house.published(session, rule_set)
    with pytest.raises(NotReady):
        house.next(session, rule_set, 70)
    draft = draft_of(rule_set)
    shadow = service.publish_in_shadow(session, house.approver, draft, draft.edition)
    with pytest.raises(NotReady):
        service.release(session, house.approver, shadow.version, TODAY)


def test_the_same_text_again_is_no_new_version(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    (version,) = queries.versions_of(session, rule_set.id)
    draft = service.draft_from(session, house.author, version)
    with pytest.raises(HasDraft):
        service.draft_from(session, house.author, version)
    house.sent(session, rule_set)
    with pytest.raises(NothingChanged):
        service.publish(session, house.approver, draft, draft.edition, TODAY)


def test_going_back_twice_goes_further_back(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    with pytest.raises(NothingBefore):
        service.roll_back(session, house.approver, rule_set, "Fejl")
    house.next(session, rule_set, 40)
    house.next(session, rule_set, 30)
    coming = house.next(session, rule_set, 20, TOMORROW)
    first = service.roll_back(session, house.approver, rule_set, "For mange røde")
    assert (first.version.number, first.kind, first.why) == (2, "rollback", "For mange røde")
    assert coming.withdrawn_at == session.now()
    assert service.roll_back(session, house.approver, rule_set, "Også").version.number == 1
    with pytest.raises(NothingBefore):
        service.roll_back(session, house.approver, rule_set, "Mere")
    session.commit()
    in_a_week = session.now() + timedelta(days=7)
    standing = queries.in_force(session, rule_set.id, in_a_week)
    assert standing is not None
    assert standing.number == 1
    assert count_numbers(session, rule_set) == [4, 3, 2, 1]
    with pytest.raises(NotAllowed):
        service.roll_back(session, house.author, rule_set, "Nej")


def test_an_older_text_never_follows_a_newer(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    house.published(session, rule_set)
    next_week = house.next(session, rule_set, 40, TODAY + timedelta(days=7))
    tomorrow = house.next(session, rule_set, 30, TOMORROW)
    assert next_week.withdrawn_at is not None
    assert list(queries.coming(session, rule_set.id, session.now())) == [tomorrow]
    service.withdraw(session, house.approver, tomorrow)
    assert not queries.coming(session, rule_set.id, session.now())
    begun = queries.release_in_force(session, rule_set.id, session.now())
    assert begun is not None
    with pytest.raises(AlreadyBegun):
        service.withdraw(session, house.approver, begun)


def test_a_shadow_runs_beside_until_it_ends_or_comes_into_force(
    session: Session, house: House
) -> None:
    rule_set = house.begin(session)
    draft = house.sent(session, rule_set)
    with pytest.raises(NoneInForce):
        service.publish_in_shadow(session, house.approver, draft, draft.edition)
    session.rollback()
    rule_set = house.begin(session)
    one = house.published(session, rule_set).version
    draft = service.draft_from(session, house.author, one)
    service.save(session, house.author, draft, draft.edition, sound(latest_weeks=40))
    house.sent(session, rule_set)
    two = service.publish_in_shadow(session, house.approver, draft, draft.edition).version
    now = session.now()
    assert queries.in_force(session, rule_set.id, now) is one
    assert queries.in_shadow(session, rule_set.id, now) is two
    with pytest.raises(OwnWork):
        service.release(session, actor_of(as_approver(session, house)), two, TOMORROW)
    release = service.release(session, house.approver, two, TOMORROW)
    assert queries.in_shadow(session, rule_set.id, now) is two
    assert queries.in_shadow(session, rule_set.id, release.from_at) is None
    assert queries.in_force(session, rule_set.id, release.from_at) is two
    service.shadow(session, house.approver, two)
    service.end_shadow(session, house.approver, rule_set)
    assert queries.in_shadow(session, rule_set.id, now) is None


def as_approver(session: Session, house: House) -> Staff:
    house.writes.roles.append(StaffRole(clinic_id=house.clinic.id, role=Role.APPROVER))
    session.flush()
    return house.writes


def test_a_new_shadow_takes_the_place_of_the_old(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    one = house.published(session, rule_set).version
    two = house.next(session, rule_set, 40).version
    three = house.next(session, rule_set, 30).version
    service.shadow(session, house.approver, one)
    service.shadow(session, house.approver, two)
    assert queries.in_shadow(session, rule_set.id, session.now()) is two
    with pytest.raises(NothingChanged):
        service.shadow(session, house.approver, three)
    shadows = session.scalars(select(RuleRelease).where(RuleRelease.kind == "shadow"))
    assert [one.withdrawn_at is None for one in shadows] == [False, True]


def test_a_clinics_rule_sets_are_its_own(session: Session, house: House) -> None:
    rule_set = house.begin(session)
    assert list(queries.of_clinic(session, house.clinic.id)) == [rule_set]
    elsewhere = make.clinic(session)
    assert not queries.of_clinic(session, elsewhere.id)
    for read in (queries.rule_set_here, queries.draft_here):
        with pytest.raises(NotFound):
            read(session, elsewhere.id, rule_set.id)
    with pytest.raises(NotFound):
        queries.version_here(session, house.clinic.id, rule_set.id, 1)
    assert rule_set.draft is not None
    assert rule_set.created_at.date() == date(2026, 11, 23)

"""A clinic's own limits and for whom it is on: the leader's to change, judged by at once."""

import pytest
from sqlalchemy import select

from booking.overbooking import granting, settings
from booking.overbooking.deciding import Limits, Weights
from booking.overbooking.models import OverbookingUse
from booking.platform.audit import AuditEntry
from booking.platform.errors import ChangedMeanwhile, InvalidInput, NotAllowed
from tests import factories as make
from tests.integration.overbooking.morning import EIGHT, Morning, morning

__all__ = ["morning"]

pytestmark = pytest.mark.freeze_time("2026-11-23T07:00:00Z")  # a Monday, 8.00 in Denmark

OWN = Limits(0.25, 15.5, 0.08, 2, Weights(2, 4, 6))


def pair(morning: Morning) -> tuple[int, int]:
    return morning.doctor.id, morning.visit_type.id


def acts(morning: Morning) -> list[str]:
    wanted = select(AuditEntry.action).where(AuditEntry.action.like("overbooking.%"))
    return list(morning.session.scalars(wanted.order_by(AuditEntry.id)))


def test_nothing_is_on_and_the_limits_are_the_usual_until_somebody_says_so(
    morning: Morning,
) -> None:
    other = make.clinic(morning.session)
    policy = settings.policy_of(morning.session, other)
    assert (policy.limits, policy.uses, policy.stopped_at) == (Limits(), frozenset(), None)


def test_the_leader_sets_the_limits_once_for_each_version(morning: Morning) -> None:
    session, clinic = morning.session, morning.clinic
    with pytest.raises(NotAllowed):
        settings.save(session, morning.secretary, clinic, OWN, 0)
    with pytest.raises(ChangedMeanwhile):
        settings.save(session, morning.leader, clinic, OWN, 1)
    settings.save(session, morning.leader, clinic, OWN, 0)
    assert settings.policy_of(session, clinic).limits == OWN
    with pytest.raises(ChangedMeanwhile):
        settings.save(session, morning.leader, clinic, Limits(), 0)
    setting = settings.setting_of(session, clinic)
    assert setting is not None
    settings.save(session, morning.leader, clinic, Limits(), setting.version)
    assert settings.policy_of(session, clinic).limits == Limits()
    assert acts(morning) == ["overbooking.limits"] * 2


def test_new_limits_are_not_stopped_or_started_by(morning: Morning) -> None:
    session, clinic = morning.session, morning.clinic
    granting.stop(session, morning.leader, clinic)
    setting = settings.setting_of(session, clinic)
    assert setting is not None
    settings.save(session, morning.leader, clinic, OWN, setting.version)
    assert settings.policy_of(session, clinic).stopped_at is not None


def test_grants_to_come_are_judged_anew_by_new_limits_and_when_it_is_turned_off(
    morning: Morning,
) -> None:
    session, clinic = morning.session, morning.clinic
    made = granting.grant(session, morning.secretary, morning.visit_type, morning.doctor.id, EIGHT)
    made.judged_at = session.now()
    session.flush()
    settings.save(session, morning.leader, clinic, OWN, 0)
    session.expire(made)
    assert made.judged_at is None
    made.judged_at = session.now()
    session.flush()
    settings.turn_on(session, morning.leader, clinic, [])
    session.expire(made)
    assert made.judged_at is None
    granting.revoke(session, morning.secretary, made)
    made.judged_at = session.now()
    session.flush()
    settings.turn_on(session, morning.leader, clinic, [pair(morning)])
    session.expire(made)
    assert made.judged_at is not None  # it was taken back: nothing is to be judged


def test_it_is_on_for_exactly_those_who_are_named(morning: Morning) -> None:
    session, clinic = morning.session, morning.clinic
    colleague = make.clinician(session, clinic, name="Bo Lund")
    with pytest.raises(NotAllowed):
        settings.turn_on(session, morning.secretary, clinic, [])
    settings.turn_on(session, morning.leader, clinic, [pair(morning)])
    assert acts(morning) == []  # it was so already
    both = {pair(morning), (colleague.id, morning.visit_type.id)}
    settings.turn_on(session, morning.leader, clinic, both)
    assert settings.policy_of(session, clinic).uses == both
    settings.turn_on(session, morning.leader, clinic, [(colleague.id, morning.visit_type.id)])
    assert settings.policy_of(session, clinic).on(colleague.id, morning.visit_type.id)
    assert not settings.policy_of(session, clinic).on(*pair(morning))
    assert acts(morning) == ["overbooking.uses"] * 2


def test_what_cannot_be_an_extra_is_refused_and_nothing_is_changed(morning: Morning) -> None:
    session, clinic = morning.session, morning.clinic
    group = make.visit_type(session, clinic, group_capacity=8)
    nurses = make.visit_type(session, clinic, profession="nurse")
    elsewhere = make.clinic(session)
    stranger, theirs = make.clinician(session, elsewhere), make.visit_type(session, elsewhere)
    for wrong in (
        (morning.doctor.id, group.id),
        (morning.doctor.id, nurses.id),
        (morning.doctor.id, theirs.id),
        (stranger.id, morning.visit_type.id),
        (morning.doctor.id, 0),
    ):
        with pytest.raises(InvalidInput):
            settings.turn_on(session, morning.leader, clinic, [pair(morning), wrong])
    assert settings.policy_of(session, clinic).uses == {pair(morning)}
    (doctors,) = [
        kinds
        for one, kinds in settings.possible_uses(session, clinic)
        if one.id == morning.doctor.id
    ]
    assert [one.id for one in doctors] == [morning.visit_type.id]


def test_another_clinics_choice_stands(morning: Morning) -> None:
    """A doctor who works at two clinics is turned off at one of them."""
    session = morning.session
    other = make.clinic(session)
    morning.doctor.clinics.append(other)
    theirs = make.visit_type(session, other)
    make.add(
        session,
        OverbookingUse(clinic_id=other.id, clinician_id=morning.doctor.id, visit_type_id=theirs.id),
    )
    settings.turn_on(session, morning.leader, morning.clinic, [])
    assert settings.policy_of(session, other).uses == {(morning.doctor.id, theirs.id)}

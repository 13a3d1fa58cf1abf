"""Rows that fall silent, rows that suddenly fire, inputs that go missing: seen and told of."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from booking.appointments.worklist import service as worklist
from booking.appointments.worklist.models import WorklistItem
from booking.platform.database import Session
from booking.platform.identity import SYSTEM
from booking.platform.web import Rettid
from tests import factories as make
from tests.integration.triage_rules.firing.conftest import (
    BEFORE,
    LATELY,
    decided,
    drifted,
    in_force,
)
from tests.integration.triage_rules.followup.conftest import Followed, contact, rules
from triage_rules.firing import watching
from triage_rules.firing.rates import Counted
from triage_rules.firing.watching import Watch, WatchedRow
from triage_rules.tables.rule_set import RuleSet as Rules

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")


def watch(session: Session, here: Followed) -> Watch:
    found = watching.watch(session, here.rule_set)
    assert found is not None
    return found


def row(found: Watch, name: str) -> WatchedRow:
    return next(one for one in found.rows if f"{one.table.name}/{one.row.id}" == name)


def a_year_of_green(session: Session, here: Followed) -> None:
    """Half green, a quarter yellow, a quarter red; and lately as before but for the red."""
    decided(session, here, BEFORE, 60, "activity/a3", "contact/c3")
    decided(session, here, BEFORE, 30, "activity/a2", "contact/c2")
    decided(session, here, BEFORE, 30, "activity/a1", "contact/c1")
    decided(session, here, LATELY, 20, "activity/a3", "contact/c3")
    decided(session, here, LATELY, 10, "activity/a2", "contact/c2")


def test_a_row_that_fires_as_before_is_none(session: Session, followed: Followed) -> None:
    a_year_of_green(session, followed)
    decided(session, followed, LATELY, 10, "activity/a1", "contact/c1")
    assert watch(session, followed).alarming == []


def test_rows_are_counted_in_both_periods_and_no_further_back(
    session: Session, followed: Followed
) -> None:
    a_year_of_green(session, followed)
    decided(session, followed, 28 + 84 + 1, 50, "activity/a1")
    found = watch(session, followed)
    assert (found.lately, found.before) == (30, 120)
    assert row(found, "activity/a1").counted == Counted(0, 30, 30, 120)
    assert row(found, "activity/a1").alarm == "silent"
    assert row(found, "contact/c1").alarm == "silent"
    assert row(found, "activity/a3").alarm is None
    assert row(found, "red_flags/f1").counted == Counted(0, 30, 0, 120)
    alarming = [f"{one.table.name}/{one.row.id}" for one in found.rows if one.alarm]
    assert alarming == ["activity/a1", "contact/c1"]


def test_what_changes_a_little_every_week_stands_out_at_last(
    session: Session, followed: Followed
) -> None:
    drifted(session, followed)
    decided(session, followed, 34 * 7 + 1, 50, "activity/a1")
    found = row(watch(session, followed), "activity/a1")
    assert (found.counted.of_lately, found.slowly.of_lately, found.slowly.of_before) == (
        100, 200, 650,
    )  # fmt: skip
    assert (found.alarm, found.drift) == (None, "oftener")
    assert [one.drift for one in watch(session, followed).alarming] == ["oftener"]


def test_an_input_that_goes_missing_is_seen_and_counted_once_a_decision(
    session: Session, followed: Followed
) -> None:
    decided(session, followed, BEFORE, 95, "activity/a3")
    decided(session, followed, BEFORE, 5, "activity/a5", lacking=["phq9"])
    decided(session, followed, LATELY, 20, "activity/a3")
    decided(session, followed, LATELY, 20, "activity/a5", lacking=["phq9", "phq9_9"])
    found = {one.input.name: one for one in watch(session, followed).inputs}
    assert found["phq9"].counted == Counted(20, 40, 5, 100)
    assert found["phq9"].alarm == "oftener"
    assert found["phq9_9"].counted == Counted(20, 40, 0, 100)


def test_an_input_that_is_missing_less_is_no_alarm(session: Session, followed: Followed) -> None:
    decided(session, followed, BEFORE, 100, "activity/a5", lacking=["phq9"])
    decided(session, followed, LATELY, 40, "activity/a5")
    assert [one.alarm for one in watch(session, followed).inputs] == [None, None]


def test_few_decisions_say_nothing(session: Session, followed: Followed) -> None:
    decided(session, followed, BEFORE, 100, "activity/a1")
    decided(session, followed, LATELY, 19, "activity/a3")
    found = watch(session, followed)
    assert not found.enough
    assert found.alarming == []


def test_a_row_that_stands_the_same_is_followed_through_a_new_version(
    session: Session, followed: Followed
) -> None:
    first = in_force(session, followed)
    decided(session, followed, BEFORE, 60, "activity/a1", "contact/c1")
    decided(session, followed, BEFORE, 60, "activity/a3", "contact/c3")
    second = followed.publish(session, with_another_green_contact(first.rules))
    decided(session, followed, LATELY, 40, "activity/a3", "contact/c3", version=second)
    found = watch(session, followed)
    assert found.version is second
    assert found.changed
    assert row(found, "activity/a1").counted == Counted(0, 40, 60, 120)
    assert row(found, "activity/a1").alarm == "silent"
    changed = row(found, "contact/c3")
    assert (changed.counted, changed.earlier) == (Counted(40, 40, 0, 0), False)


def with_another_green_contact(before: Rules) -> Rules:
    return replace(rules(green=contact("questionnaire", "none", (4, 8, 16))), label=before.label)


def test_rules_not_in_force_are_not_watched(session: Session, unpublished: Followed) -> None:
    assert watching.watch(session, unpublished.rule_set) is None


def items(session: Session) -> list[WorklistItem]:
    wanted = select(WorklistItem).where(WorklistItem.kind == "rule_alert")
    return list(session.scalars(wanted.order_by(WorklistItem.id)))


def test_whoever_answers_for_the_row_finds_it_on_the_worklist_once(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    owner = make.staff(session, followed.place.clinic, name="AH")
    a_year_of_green(session, followed)
    session.commit()
    assert rettid.jobs.run_now(rettid.database, "rule_alerts") == 1
    assert rettid.jobs.run_now(rettid.database, "rule_alerts") == 0
    (item,) = items(session)
    assert (item.clinic_id, item.owner_id) == (followed.place.clinic.id, owner.id)
    assert item.details["about"] == "Depression"
    assert item.details["what"] == ["activity/a1/silent", "contact/c1/silent"]
    worklist.close(session, SYSTEM, item, "Vi har færre syge patienter.")
    session.commit()
    assert rettid.jobs.run_now(rettid.database, "rule_alerts") == 0


def test_more_that_stands_out_is_put_to_the_item_that_is_open(
    session: Session, rettid: Rettid, followed: Followed
) -> None:
    a_year_of_green(session, followed)
    session.commit()
    rettid.jobs.run_now(rettid.database, "rule_alerts")
    decided(session, followed, LATELY, 30, "activity/a5", "contact/c2", lacking=["phq9"])
    session.commit()
    assert rettid.jobs.run_now(rettid.database, "rule_alerts") == 1
    session.expire_all()
    (item,) = items(session)
    what = item.details["what"]
    assert isinstance(what, list)
    assert {"activity/a1/silent", "activity/a5/oftener", "input/phq9"} <= set(what)

"""What a new plan does to what waits to be sent."""

from dataclasses import replace
from datetime import time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reminders.planning.comparing import Changes, compare
from reminders.planning.planner import Planned, plan
from reminders.policies.standard import STANDARD
from reminders.policies.steps import OCCASIONS, Occasion, When
from tests.unit.reminders.planning.plainly import MINUTE, at, booked

NOON = at("2027-06-06 12:00")


def by_step(planned: tuple[Planned, ...]) -> dict[str, Planned]:
    return {one.step: one for one in planned}


def test_a_policy_that_is_changed_moves_what_waits_and_nothing_else() -> None:
    about = booked("2027-06-16 13:00")
    before = plan(about, STANDARD, NOON, None)
    later = [
        replace(step, when=When("days_before", 2, time(9))) if step.key == "three_days" else step
        for step in STANDARD.steps
        if step.key != "last_day"
    ]
    later.append(replace(STANDARD.steps[-1], key="last_hours", when=When("hours_before", 4)))
    after = plan(about, replace(STANDARD, steps=tuple(later)), NOON, None)
    changes = compare(by_step(before), after, now=NOON, happened=None)
    assert [one.step for one in changes.new] == ["last_hours"]
    assert [(old.step, new.due_at) for old, new in changes.changed] == [
        ("three_days", at("2027-06-14 09:00"))
    ]
    assert [one.step for one in changes.withdrawn] == ["last_day"]
    assert changes.same == ()


def test_the_same_policy_again_changes_nothing() -> None:
    before = plan(booked("2027-06-16 13:00"), STANDARD, NOON, None)
    assert compare(by_step(before), before, now=NOON, happened=None) == Changes(same=before)


def test_what_was_sent_is_not_planned_again() -> None:
    about = booked("2027-06-16 13:00")
    later = replace(STANDARD.steps[-2], when=When("days_before", 2, time(10)))
    changed = replace(STANDARD, steps=(later,))
    after = plan(about, changed, at("2027-06-13 10:30"), None)
    assert [one.step for one in after] == ["three_days"]
    now, done = at("2027-06-13 10:30"), frozenset({"three_days"})
    assert compare({}, after, now=now, happened=None, done=done) == Changes()


def test_what_is_due_but_not_yet_sent_is_not_lost_by_planning_again() -> None:
    about = booked("2027-06-16 13:00")
    before = by_step(plan(about, STANDARD, NOON, None))
    now = before["three_days"].due_at + MINUTE
    changes = compare(before, plan(about, STANDARD, now, None), now=now, happened=None)
    assert {one.step for one in changes.same} == {"three_days", "last_day"}
    assert changes.withdrawn == ()


def test_a_message_that_waits_for_morning_survives_a_change_of_policy() -> None:
    about, night = booked("2027-06-16 13:00"), at("2027-06-06 22:00")
    before = by_step(plan(about, STANDARD, night, "booked"))
    hour = timedelta(hours=1)
    changes = compare(
        before, plan(about, STANDARD, night + hour, None), now=night + hour, happened=None
    )
    assert "booked" in {one.step for one in changes.same}
    assert (changes.new, changes.changed, changes.withdrawn) == ((), (), ())


def test_a_move_replaces_all_that_was_said_of_the_old_time() -> None:
    night = at("2027-06-06 22:00")
    before = by_step(plan(booked("2027-06-16 13:00"), STANDARD, night, "booked"))
    after = plan(booked("2027-06-18 13:00"), STANDARD, night + MINUTE, "moved")
    changes = compare(before, after, now=night + MINUTE, happened="moved")
    assert [one.step for one in changes.new] == ["moved"]
    assert [new.step for _, new in changes.changed] == ["three_days", "last_day"]
    assert [one.step for one in changes.withdrawn] == ["booked"]


def test_a_cancellation_withdraws_everything_but_the_word_of_it() -> None:
    about = booked("2027-06-16 13:00")
    before = by_step(plan(about, STANDARD, NOON, None))
    after = plan(about, STANDARD, NOON, "cancelled")
    changes = compare(before, after, now=NOON, happened="cancelled")
    assert [one.step for one in changes.new] == ["cancelled"]
    assert [one.step for one in changes.withdrawn] == ["three_days", "last_day"]


planned = st.builds(
    Planned,
    st.sampled_from("abcdef"),
    st.sampled_from(["reminder", "booked"]),
    st.just("words"),
    st.just(("sms",)),
    st.integers(-2, 2).map(lambda n: NOON + n * MINUTE),
    st.just(NOON + timedelta(days=1)),
)
plans = st.lists(planned, unique_by=lambda one: one.step).map(tuple)
keys = st.frozensets(st.sampled_from("abcdef"))


@given(plans, plans, keys, st.none() | st.sampled_from(OCCASIONS))
def test_every_message_has_one_fate(
    before: tuple[Planned, ...],
    after: tuple[Planned, ...],
    done: frozenset[str],
    happened: Occasion | None,
) -> None:
    waiting = {step: one for step, one in by_step(before).items() if step not in done}
    changes = compare(waiting, after, now=NOON, happened=happened, done=done)
    fates = [*changes.withdrawn, *changes.same, *(old for old, _ in changes.changed)]
    assert sorted(one.step for one in fates) == sorted(waiting)
    assert all(waiting[one.step] == one for one in fates)
    assert all(old.step == new.step and old != new for old, new in changes.changed)
    # Carried out, it is the new plan, and what may no longer be touched.
    result = {one.step: one for one in [*changes.new, *changes.same]}
    result |= {new.step: new for _, new in changes.changed}
    untouched = {
        step: one
        for step, one in waiting.items()
        if happened is None and (one.due_at <= NOON or one.kind != "reminder")
    }
    fresh = {step: one for step, one in by_step(after).items() if step not in done}
    assert result == fresh | untouched

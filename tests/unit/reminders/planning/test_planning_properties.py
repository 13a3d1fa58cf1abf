"""Whatever the policy, the visit and the night: held against planning minute by minute."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from reminders.planning.planner import TOO_SOON, About, Planned, applies, plan
from reminders.policies.steps import (
    CHANNELS,
    Answered,
    Channel,
    Conditions,
    Occasion,
    Policy,
    Step,
    When,
)
from tests.unit.reminders.planning import plainly
from tests.unit.reminders.planning.plainly import DENMARK, MINUTE

# Europe's changes of the clock, the Southern hemisphere's of half an hour, and a plain day.
DAYS = ("2027-03-28", "2027-10-31", "2027-04-04", "2027-10-03", "2027-06-16")
ZONES = (DENMARK, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/New_York"))
HAPPENED: tuple[Occasion | None, ...] = ("booked", "offered", "moved", "cancelled", "offer", None)
ANSWERED: tuple[Answered, ...] = ("", "no", "yes")
# Who gets a letter, or nothing yet, has not been told.
UNTOLD = ((), ("letter",))

clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
# Where a night neither begins nor ends in the hour that the clock skips or shows twice.
plain_clocks = clocks.filter(lambda clock: clock.hour != 2)

whens = st.one_of(
    st.builds(When, st.just("hours_before"), st.integers(1, 50)),
    st.builds(When, st.just("days_before"), st.integers(0, 3), clocks),
)
occasions = st.builds(When, st.sampled_from([one for one in HAPPENED if one]))
ways = st.lists(st.sampled_from(CHANNELS), min_size=1, unique=True).map(tuple)
conditions = st.builds(
    Conditions,
    extra_help=st.sampled_from([None, True, False]),
    answered=st.sampled_from(ANSWERED),
)


@st.composite
def policies(draw: st.DrawFn, nights: st.SearchStrategy[time] = clocks) -> Policy:
    kinds = draw(st.lists(st.one_of(whens, occasions), max_size=5))
    steps = [
        Step(f"step_{n}", when, draw(ways), "words", draw(conditions))
        for n, when in enumerate(kinds)
    ]
    return Policy(tuple(steps), draw(nights), draw(nights))


@st.composite
def visits(draw: st.DrawFn, zone: ZoneInfo | None = None) -> tuple[About, datetime]:
    """An appointment, and a moment at most four days before it or a little after it began."""
    midnight = plainly.at(f"{draw(st.sampled_from(DAYS))} 00:00")
    start = midnight + draw(st.integers(-24 * 60, 48 * 60)) * MINUTE
    now = start - draw(st.integers(-60, 96 * 60)) * MINUTE
    about = About(
        "appointment",
        start,
        now,
        zone or draw(st.sampled_from(ZONES)),
        extra_help=draw(st.booleans()),
        answered=draw(st.booleans()),
        last_useful=draw(st.none() | st.just(start - timedelta(hours=3))),
    )
    return about, now


usables = st.frozensets(st.sampled_from(CHANNELS))
wishes = st.none() | st.sampled_from(CHANNELS)


def of(planned: tuple[Planned, ...], policy: Policy) -> list[tuple[Step, Planned]]:
    steps = {step.key: step for step in policy.steps}
    return [(steps[one.step], one) for one in planned]


@given(policies(plain_clocks), visits(DENMARK))
def test_reminders_go_when_walking_the_minutes_says(
    policy: Policy, visit: tuple[About, datetime]
) -> None:
    about, now = replace(visit[0], last_useful=None), visit[1]
    assert about.starts_at is not None
    expected: dict[str, datetime] = {}
    for step in policy.steps:
        if step.kind == "reminder" and applies(step.conditions, about):
            due = plainly.reminder_due(step.when, about.starts_at, about.zone, policy)
            if due is not None and due >= now:
                expected[step.key] = due
    planned = {one.step: one.due_at for one in plan(about, policy, now, None)}
    assert planned.items() <= expected.items()
    # What is left out goes at the very time of something else that is sent.
    assert {expected[step] for step in expected} == set(planned.values())


@given(policies(plain_clocks), visits(DENMARK), st.sampled_from(HAPPENED))
def test_what_has_happened_is_told_when_walking_the_minutes_says(
    policy: Policy, visit: tuple[About, datetime], happened: Occasion | None
) -> None:
    about, now = visit
    assert about.starts_at is not None
    until = about.last_useful or about.starts_at
    morning = now
    while plainly.quiet(morning, policy, about.zone):
        morning += MINUTE
    due = morning if morning <= until else now
    on = {step.when.on for step in policy.steps}
    name = "booked" if happened == "offered" and "offered" not in on else happened
    steps = [
        step
        for step in policy.steps
        if step.when.on == name and applies(step.conditions, about) and now <= until
    ]
    told = [one for one in plan(about, policy, now, happened) if one.kind != "reminder"]
    assert [(one.step, one.kind, one.due_at, one.not_after) for one in told] == [
        (step.key, happened, due, until) for step in steps
    ]


@given(policies(), visits(), st.sampled_from(HAPPENED), wishes, usables)
def test_nothing_is_late_early_or_in_the_night(
    policy: Policy,
    visit: tuple[About, datetime],
    happened: Occasion | None,
    wish: Channel | None,
    usable: frozenset[Channel],
) -> None:
    about, now = visit
    planned = plan(about, policy, now, happened, preferred=wish, usable=usable)
    assert about.starts_at is not None
    for step, one in of(planned, policy):
        assert now <= one.due_at <= one.not_after <= about.starts_at
        if plainly.quiet(one.due_at, policy, about.zone):
            assert one.kind != "reminder"
            assert one.due_at == now
            morning = now
            while plainly.quiet(morning, policy, about.zone) and morning <= one.not_after:
                morning += MINUTE
            assert morning > one.not_after
        assert set(one.channels) <= usable & {*step.channels, wish}
        assert len(set(one.channels)) == len(one.channels)
        named = [channel for channel in one.channels if channel != wish]
        assert named == [channel for channel in step.channels if channel in named]
        assert wish not in one.channels[1:]
        for channel in usable & set(step.channels) - set(one.channels):
            assert channel == "letter"
            assert one.due_at + timedelta(days=5) > one.not_after


@given(policies(), visits(), st.sampled_from(HAPPENED))
def test_the_order_is_by_time_and_then_as_the_policy_has_it(
    policy: Policy, visit: tuple[About, datetime], happened: Occasion | None
) -> None:
    about, now = visit
    planned = plan(about, policy, now, happened)
    place = {step.key: n for n, step in enumerate(policy.steps)}
    keys = [(one.due_at, one.kind == "reminder", place[one.step]) for one in planned]
    assert keys == sorted(set(keys))
    assert plan(about, policy, now, happened) == planned


@given(policies(), visits(), st.integers(0, 72 * 60))
def test_planning_again_later_brings_the_rest_and_nothing_new(
    policy: Policy, visit: tuple[About, datetime], minutes: int
) -> None:
    about, now = visit
    later = now + minutes * MINUTE
    rest = tuple(one for one in plan(about, policy, now, None) if one.due_at >= later)
    assert plan(about, policy, later, None) == rest


@given(policies(), visits(), st.sampled_from(HAPPENED))
def test_an_occasion_takes_away_but_the_reminders_that_come_too_soon(
    policy: Policy, visit: tuple[About, datetime], happened: Occasion | None
) -> None:
    about, now = visit
    planned = plan(about, policy, now, happened)
    reminders = {one for one in planned if one.kind == "reminder"}
    alone = set(plan(about, policy, now, None))
    if happened in ("cancelled", "offer"):
        assert not reminders
        return
    assert reminders <= alone
    told = [
        one.due_at for one in planned if one.kind != "reminder" and one.channels[:1] not in UNTOLD
    ]
    for one in alone - reminders:
        assert any(one.due_at < moment + TOO_SOON for moment in told)
    for one in reminders:
        assert all(one.due_at >= moment + TOO_SOON for moment in told)

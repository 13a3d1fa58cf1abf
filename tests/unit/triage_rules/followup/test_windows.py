"""From weeks to days: never before the first day, never beyond the last, never past the net."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from triage_rules.followup import windows
from triage_rules.tables.decide import Contact

TODAY = date(2026, 11, 23)
NET = 52


@st.composite
def contacts(draw: st.DrawFn) -> Contact:
    """Weeks in order, within the safety net, as the chain leaves them."""
    first, target, latest = sorted(draw(st.tuples(*[st.integers(0, NET)] * 3)))
    urgency = draw(st.sampled_from(["acute", "soon", "routine"]))
    return Contact("in_person", first, target, latest, 30, "", urgency)


@given(contacts())
def test_a_time_is_looked_for_inside_the_window(contact: Contact) -> None:
    days = windows.window(contact, TODAY)
    assert TODAY <= days.opens_on <= days.aim_on <= days.latest_on
    assert days.latest_on == TODAY + timedelta(weeks=contact.latest_weeks)


@given(contacts())
def test_only_what_is_routine_waits_for_its_target(contact: Contact) -> None:
    days = windows.window(contact, TODAY)
    if contact.urgency != "routine":
        assert days.aim_on == days.opens_on
    else:
        week_before = TODAY + timedelta(weeks=contact.target_weeks - 1)
        assert days.aim_on == max(days.opens_on, week_before)


@given(
    st.none() | contacts(), st.none() | st.integers(1, 260), st.integers(1, 90), st.integers(1, NET)
)
def test_there_is_always_a_latest_day_and_never_beyond_the_net(
    contact: Contact | None, wished: int | None, answer_days: int, net: int
) -> None:
    step = windows.next_step(contact, wished, net, answer_days, TODAY)
    assert TODAY < step.ask_on <= step.latest_on <= TODAY + timedelta(weeks=net)


@given(contacts(), st.integers(1, 260))
def test_a_clinicians_interval_stays_within_the_rules_bounds(contact: Contact, wished: int) -> None:
    low, high = windows.bounds(contact, NET)
    weeks = windows.interval(contact, wished, NET)
    assert 1 <= low <= weeks <= high <= NET
    assert weeks == wished or weeks in (low, high)

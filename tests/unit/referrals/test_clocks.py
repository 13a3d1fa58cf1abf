"""The clocks of the law, day by day: holidays, week 53, the nights of summer time, new rules."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest
from holidays.utils import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from booking.referrals.clocks import (
    Clock,
    Happened,
    after_months,
    after_working_days,
    clocks,
    rules_from,
    working_days_between,
)
from booking.referrals.compliance import compliance

RULES = rules_from()
CLOSED = frozenset(country_holidays("DK", years=range(2022, 2030)))
DAYS = st.dates(date(2023, 1, 2), date(2028, 12, 1))


def day(text: str) -> date:
    return date.fromisoformat(text)


def of(
    happened: Sequence[Happened], today: str = "2026-11-23", track: str = "general"
) -> dict[str, Clock]:
    return {one.code: one for one in clocks(track, happened, RULES, day(today), CLOSED)}


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-11-23", "2026-12-03"),  # a Monday
        ("2026-11-27", "2026-12-09"),  # a Friday
        ("2026-11-28", "2026-12-09"),  # a Saturday counts from the Monday
        ("2026-12-22", "2027-01-05"),  # Christmas and New Year; the 24th and 31st are working days
        ("2026-12-28", "2027-01-08"),  # a Monday of week 53
        ("2027-03-18", "2027-04-02"),  # Easter, and the clocks go forward on the 28th
        ("2026-10-20", "2026-10-30"),  # the clocks go back on the 25th
        ("2023-04-28", "2023-05-11"),  # Store bededag, on 5 May 2023 …
        ("2024-04-19", "2024-05-01"),  # … was no more in 2024
        ("2028-02-21", "2028-03-02"),  # a leap day
        ("2027-05-03", "2027-05-14"),  # Ascension Day
        ("2026-12-18", "2026-12-31"),  # two Christmas days, and nothing else
        ("2026-12-23", "2027-01-06"),
        ("2027-01-03", "2027-01-13"),  # the Sunday of week 53
        ("2027-03-22", "2027-04-06"),  # Maundy Thursday, Good Friday and Easter Monday
        ("2026-05-29", "2026-06-10"),  # the 5th of June is no holiday
    ],
)
def test_the_letter_is_due_after_eight_working_days(received: str, due: str) -> None:
    assert of([("received", day(received))], received)["letter"].due_on == day(due)


@pytest.mark.parametrize(
    ("code", "start", "started", "due"),
    [
        ("workup", "received", "2026-11-23", "2026-12-23"),
        ("plan", "received", "2026-12-15", "2027-01-14"),
        ("treatment", "consented", "2023-05-31", "2023-06-30"),
        ("treatment", "consented", "2023-06-01", "2023-07-31"),  # sixty days from that day …
        ("treatment", "consented", "2024-12-31", "2025-03-01"),
        ("treatment", "consented", "2025-01-01", "2025-01-31"),  # … until this one
        ("max_workup", "received", "2026-11-23", "2026-12-07"),
        ("max_consent", "consented", "2026-11-23", "2026-12-07"),
        ("max_treatment", "treatment_referred", "2026-11-23", "2026-12-21"),
        ("max_after", "after_referred", "2026-11-23", "2026-12-07"),
        ("package", "received", "2026-11-23", "2026-12-20"),
        ("max_told", "received", "2026-11-23", "2026-12-03"),  # eight working days: the sooner
        ("max_told", "received", "2027-03-22", "2027-04-02"),  # over Easter: eleven days
        ("max_told", "received", "2026-12-22", "2027-01-02"),  # eleven days: the sooner
    ],
)
def test_the_other_clocks(code: str, start: str, started: str, due: str) -> None:
    clock = of([(start, day(started))], started, "cancer_breast")[code]
    assert (clock.due_on, clock.state) == (day(due), "running")


@pytest.mark.parametrize(
    ("track", "accepted", "referred"),
    [
        ("heart_left_main", "2026-12-05", "2026-12-07"),
        ("heart_unstable", "2026-12-09", "2026-12-14"),
        ("heart_after_mi", "2026-12-16", "2026-12-28"),
    ],
)
def test_hearts(track: str, accepted: str, referred: str) -> None:
    found = of(
        [("received", day("2026-11-23")), ("accepted", day("2026-11-25"))], "2026-11-25", track
    )
    assert found["heart_accepted"].due_on == day(accepted)
    assert found["heart_referred"].due_on == day(referred)


def test_a_rule_holds_for_clocks_that_start_while_it_does() -> None:
    assert "max_workup" not in of([("received", day("2024-01-31"))], track="cancer")
    assert "max_workup" in of([("received", day("2024-02-01"))], track="cancer")
    assert "max_workup" not in of([("received", day("2026-11-23"))])


def test_children_have_months_and_nobody_has_verified_them() -> None:
    found = of([("received", day("2026-12-31"))], "2026-12-31", "child_psychiatry")
    assert found["child_start"].due_on == day("2027-01-31")
    assert found["child_treatment"].due_on == day("2027-02-28")
    assert not found["child_start"].verified
    assert found["letter"].verified


@pytest.mark.parametrize(
    ("happened", "today", "state", "stopped", "left"),
    [
        ([], "2026-11-23", "running", None, 8),
        ([], "2026-12-02", "running", None, 1),
        ([], "2026-12-03", "running", None, 0),
        ([], "2026-12-04", "late", None, -1),
        ([], "2026-12-07", "late", None, -2),  # over a weekend
        ([("letter_sent", "2026-12-03")], "2026-12-20", "met", "2026-12-03", 0),
        ([("letter_sent", "2026-12-04")], "2026-12-20", "late", "2026-12-04", -1),
        ([("letter_sent", "2026-12-04")], "2026-12-01", "running", None, 2),  # not yet happened
        ([("returned", "2026-11-25")], "2026-12-20", "stopped", "2026-11-25", 6),
        ([("returned", "2026-12-10")], "2026-12-20", "late", "2026-12-10", -5),
        (
            [("letter_sent", "2026-12-01"), ("withdrawn", "2026-12-02")],
            "2026-12-20", "met", "2026-12-01", 2,
        ),
    ],
)  # fmt: skip
def test_how_the_letter_stands(
    happened: list[tuple[str, str]], today: str, state: str, stopped: str | None, left: int
) -> None:
    events = [("received", day("2026-11-23")), *((kind, day(when)) for kind, when in happened)]
    clock = of(events, today)["letter"]
    assert (clock.state, clock.stopped_on) == (state, day(stopped) if stopped else None)
    assert clock.days_left == left


def test_a_plan_in_time_stands_for_the_work_up_and_one_too_late_does_not() -> None:
    received = ("received", day("2026-11-23"))
    in_time = of([received, ("plan_written", day("2026-12-23"))], "2027-02-01")
    assert (in_time["workup"].state, in_time["plan"].state) == ("stopped", "met")
    late = of([received, ("plan_written", day("2026-12-24"))], "2027-02-01")
    assert (late["workup"].state, late["plan"].state) == ("late", "late")
    assert late["workup"].open
    assert not late["plan"].open


def test_a_work_up_done_in_time_is_met_whether_or_not_a_plan_was_written() -> None:
    events = [("received", "2026-11-23"), ("plan_written", "2026-12-07")]
    done = of([(k, day(d)) for k, d in [*events, ("workup_done", "2026-12-21")]], "2027-02-01")
    assert (done["workup"].state, done["workup"].stopped_on) == ("met", day("2026-12-21"))
    after = of([(k, day(d)) for k, d in [*events, ("workup_done", "2027-01-04")]], "2027-02-01")
    assert (after["workup"].state, after["workup"].stopped_on) == ("stopped", day("2026-12-07"))


def test_what_stops_a_clock_happens_after_what_starts_it() -> None:
    events = [
        ("received", "2026-11-23"), ("treatment_started", "2026-11-25"),
        ("consented", "2026-12-01"), ("treatment_started", "2026-12-10"),
    ]  # fmt: skip
    clock = of([(kind, day(when)) for kind, when in events], "2027-02-01")["treatment"]
    assert (clock.state, clock.stopped_on) == ("met", day("2026-12-10"))


def test_corrections_of_an_installation_come_first(tmp_path: Path) -> None:
    own = tmp_path / "rights.toml"
    own.write_text("[[workup]]\nfrom = 2026-01-01\ndays = 20\n", encoding="utf-8")
    received = [("received", day("2026-11-23"))]
    found = clocks("general", received, rules_from(own), day("2026-11-23"), CLOSED)
    assert {one.code: one.due_on for one in found}["workup"] == day("2026-12-13")


def test_an_installation_corrects_a_clock_from_a_day_on(tmp_path: Path) -> None:
    entry = (
        'code = "max_workup"\ntracks = ["cancer", "cancer_breast"]\nfrom = 2026-11-01\ndays = 10'
    )
    (tmp_path / "clocks.toml").write_text(f"[[clock]]\n{entry}\n", encoding="utf-8")
    rules = rules_from(tmp_path / "rights.toml")
    assert rules.tracks == RULES.tracks
    for received, due in (("2026-10-31", "2026-11-14"), ("2026-11-01", "2026-11-11")):
        found = clocks("cancer", [("received", day(received))], rules, day(received), CLOSED)
        assert {one.code: one.due_on for one in found}["max_workup"] == day(due)
    (tmp_path / "clocks.toml").write_text('[[clock]]\ncode = "nonsense"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="nonsense"):
        rules_from(tmp_path / "rights.toml")


@given(DAYS, st.integers(0, 40))
def test_working_days_by_counting_them(start: date, number: int) -> None:
    end = after_working_days(start, number, CLOSED)
    counted = [
        one
        for one in (start + timedelta(days=n) for n in range(1, (end - start).days + 1))
        if one.weekday() < 5 and one not in CLOSED
    ]
    assert len(counted) == number
    assert not counted or counted[-1] == end
    assert working_days_between(start, end, CLOSED) == number
    assert working_days_between(end, start, CLOSED) == -number


@given(DAYS, st.integers(0, 60))
def test_months_stay_in_their_month(start: date, number: int) -> None:
    end = after_months(start, number)
    assert (end.year - start.year) * 12 + end.month - start.month == number
    assert end.day == start.day or (end + timedelta(days=1)).day == 1


@given(
    DAYS,
    st.lists(
        st.tuples(
            st.sampled_from(
                ["letter_sent", "workup_done", "plan_written", "consented", "treatment_started",
                 "returned", "withdrawn", "accepted", "treatment_referred"]
            ),
            st.integers(0, 60),
        ),
        max_size=8,
    ),
    st.integers(0, 90),
    st.sampled_from(RULES.tracks),
)  # fmt: skip
def test_what_happens_later_changes_nothing_today(
    received: date, later: list[tuple[str, int]], after: int, track: str
) -> None:
    events = [
        ("received", received), *((kind, received + timedelta(days=n)) for kind, n in later)
    ]  # fmt: skip
    today = received + timedelta(days=after)
    now = clocks(track, events, RULES, today, CLOSED)
    known = [(kind, when) for kind, when in events if when <= today]
    assert clocks(track, known, RULES, today, CLOSED) == now
    for one in now:
        assert (one.state == "late") == ((one.stopped_on or today) > one.due_on)
        assert (one.days_left < 0) <= (one.state == "late")
    opened = [one for one in now if one.open]
    assert now[: len(opened)] == opened
    assert [one.due_on for one in opened] == sorted(one.due_on for one in opened)


def test_the_share_met_and_why_the_others_were_not() -> None:
    def letter(sent: str | None) -> list[Clock]:
        events = [("received", day("2026-10-01"))]
        if sent:
            events.append(("letter_sent", day(sent)))
        found = clocks("general", events, RULES, day("2026-11-23"), CLOSED)
        return [one for one in found if one.code == "letter"]

    (share,) = compliance(
        [
            (letter("2026-10-05"), {}),
            (letter("2026-10-13"), {}),
            (letter("2026-10-20"), {"letter": "capacity"}),
            (letter(None), {}),
        ]
    )
    assert (share.code, share.met, share.late, share.running) == ("letter", 2, 2, 0)
    assert share.by_reason == {"capacity": 1, "": 1}
    assert (share.met_share, share.unexplained) == (0.5, 1)
    assert compliance([]) == []

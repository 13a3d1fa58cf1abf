"""What a policy comes to for one visit, in cases a secretary would tell."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from reminders.planning.planner import (
    TOO_SOON,
    About,
    Planned,
    applies,
    in_time,
    order,
    plan,
    send_from,
    still_applies,
)
from reminders.policies.standard import STANDARD
from reminders.policies.steps import (
    CHANNELS,
    Channel,
    Conditions,
    Occasion,
    Policy,
    Step,
    When,
)
from tests.unit.reminders.planning.plainly import DENMARK, at, booked

DAY_BEFORE = Step("day_before", When("days_before", 1, time(10)), ("sms",), "reminder")
HOURS_24 = Step("hours_24", When("hours_before", 24), ("sms",), "reminder")
NO_NIGHT = time(0)


def policy(*steps: Step, quiet: tuple[int, int] = (20, 8)) -> Policy:
    return Policy(steps, time(quiet[0]), time(quiet[1]))


def told(planned: tuple[Planned, ...]) -> list[tuple[str, str]]:
    """Steps and when, as the clock in the clinic shows it."""
    return [(one.step, f"{one.due_at.astimezone(DENMARK):%m-%d %H:%M}") for one in planned]


def test_a_visit_in_ten_days_is_told_of_now_and_reminded_of_twice() -> None:
    planned = plan(booked("2027-06-16 13:00"), STANDARD, at("2027-06-06 11:00"), "booked")
    assert told(planned) == [
        ("booked", "06-06 11:00"),
        ("three_days", "06-13 10:00"),
        ("last_day", "06-15 13:00"),
    ]
    assert [one.kind for one in planned] == ["booked", "reminder", "reminder"]
    assert [one.wording for one in planned] == ["booked", "reminder", "reminder_last"]
    assert [one.not_after for one in planned] == [
        at("2027-06-16 13:00"),
        at("2027-06-16 12:30"),
        at("2027-06-16 12:30"),
    ]


def test_who_gets_extra_help_is_called_a_week_before() -> None:
    about = replace(booked("2027-06-16 13:00"), extra_help=True)
    planned = plan(about, STANDARD, at("2027-06-06 11:00"), "booked")
    assert ("help_call", "06-09 16:00") in told(planned)
    assert next(one for one in planned if one.step == "help_call").channels == ("voice",)


@pytest.mark.parametrize(
    ("start", "day_before", "hours_24"),
    [
        # Spring: the night to 28 March is an hour short, so 24 hours reach an hour further back.
        ("2027-03-28 13:00", "03-27 10:00", "03-27 12:00"),
        ("2027-03-29 13:00", "03-28 10:00", "03-28 13:00"),
        # Autumn: the night to 31 October is an hour long.
        ("2027-10-31 13:00", "10-30 10:00", "10-30 14:00"),
        ("2027-11-01 13:00", "10-31 10:00", "10-31 13:00"),
        ("2027-06-16 13:00", "06-15 10:00", "06-15 13:00"),
    ],
)
def test_a_day_before_is_not_24_hours_before_when_the_clock_is_changed(
    start: str, day_before: str, hours_24: str
) -> None:
    planned = plan(booked(start), policy(DAY_BEFORE, HOURS_24), at("2027-01-04 09:00"), None)
    assert dict(told(planned)) == {"day_before": day_before, "hours_24": hours_24}


@pytest.mark.parametrize(
    ("start", "due"),
    [
        # 02.30 does not exist on 28 March: the first time that does.
        ("2027-03-29 13:00", datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),
        # It exists twice on 31 October: the first.
        ("2027-11-01 13:00", datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_time_the_clock_skips_or_shows_twice(start: str, due: datetime) -> None:
    step = Step("night", When("days_before", 1, time(2, 30)), ("sms",), "reminder")
    awake = Policy((step,), NO_NIGHT, NO_NIGHT)
    (one,) = plan(booked(start), awake, at("2027-01-04 09:00"), None)
    assert one.due_at == due


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        ("2027-06-15 09:59", ["day_before"]),
        ("2027-06-15 10:00", ["day_before"]),
        ("2027-06-15 10:01", []),
    ],
)
def test_what_is_past_is_not_planned_and_what_is_just_now_is(now: str, steps: list[str]) -> None:
    planned = plan(booked("2027-06-16 13:00"), policy(DAY_BEFORE), at(now), None)
    assert [one.step for one in planned] == steps


@pytest.mark.parametrize(
    ("happened", "steps"),
    [
        ("booked", ["booked", "three_days", "last_day"]),
        ("offered", ["offered", "three_days", "last_day"]),
        ("moved", ["moved", "three_days", "last_day"]),
        ("cancelled", ["cancelled"]),
        ("offer", []),
        (None, ["three_days", "last_day"]),
    ],
)
def test_each_occasion_has_its_own_steps(happened: Occasion | None, steps: list[str]) -> None:
    planned = plan(booked("2027-06-16 13:00"), STANDARD, at("2027-06-06 11:00"), happened)
    assert [one.step for one in planned] == steps


def test_a_provisional_time_is_told_of_in_the_words_for_booked_where_it_has_none() -> None:
    just_booked = policy(Step("booked", When("booked"), ("sms",), "words"))
    (one,) = plan(booked("2027-06-16 13:00"), just_booked, at("2027-06-06 11:00"), "offered")
    assert (one.step, one.kind, one.wording) == ("booked", "offered", "words")


def test_a_provisional_time_has_but_its_own_step_where_there_is_one_for_others() -> None:
    video = Conditions(forms=frozenset({"video"}))
    steps = policy(
        Step("booked", When("booked"), ("sms",), "words"),
        Step("offered", When("offered"), ("sms",), "words", video),
    )
    assert plan(booked("2027-06-16 13:00"), steps, at("2027-06-06 11:00"), "offered") == ()


def test_a_questionnaire_is_of_use_until_its_last_day_ends() -> None:
    about = About(
        "questionnaire",
        None,
        at("2027-06-06 11:00"),
        DENMARK,
        last_useful=at("2027-06-14 00:00"),
    )
    (one,) = plan(about, STANDARD, at("2027-06-06 11:00"), "questionnaire")
    assert (one.due_at, one.not_after) == (at("2027-06-06 11:00"), at("2027-06-14 00:00"))
    assert one.channels == ("sms", "letter")
    assert plan(about, STANDARD, at("2027-06-06 11:00"), None) == ()


def test_the_offer_of_a_freed_time_ends_with_its_time_limit() -> None:
    step = Step("offer", When("offer"), ("sms", "letter"), "words")
    about = replace(booked("2027-06-26 13:00"), last_useful=at("2027-06-06 15:00"))
    (one,) = plan(about, policy(step, DAY_BEFORE), at("2027-06-06 11:00"), "offer")
    assert one.not_after == at("2027-06-06 15:00")
    assert one.channels == ("sms",)


@pytest.mark.parametrize("happened", ["booked", "moved", "offered"])
def test_who_was_told_just_now_is_not_reminded_the_next_hour(happened: Occasion) -> None:
    start, reminder = booked("2027-06-16 15:00"), at("2027-06-15 15:00")
    late = plan(start, STANDARD, reminder - TOO_SOON + timedelta(minutes=1), happened)
    assert [one.step for one in late] == [happened]
    early = plan(start, STANDARD, reminder - TOO_SOON, happened)
    assert [one.step for one in early] == [happened, "last_day"]


def test_nor_when_it_is_planned_again() -> None:
    start, now = booked("2027-06-16 13:00"), at("2027-06-15 12:30")
    assert plan(start, STANDARD, now, None, told_at=at("2027-06-15 12:00")) == ()
    assert [one.step for one in plan(start, STANDARD, now, None)] == ["last_day"]


def test_a_letter_on_its_way_does_not_stand_for_the_reminder() -> None:
    step = Step("booked", When("booked"), ("letter",), "words")
    soon = Step("six_days", When("hours_before", 6 * 24), ("sms",), "reminder")
    now = at("2027-06-10 12:00")
    planned = plan(booked("2027-06-16 13:00"), policy(step, soon), now, "booked")
    assert [one.step for one in planned] == ["booked", "six_days"]


@pytest.mark.parametrize(
    ("now", "start", "due"),
    [
        # At night: in the morning.
        ("2027-06-06 22:00", "2027-06-16 13:00", "06-07 08:00"),
        ("2027-06-06 07:59", "2027-06-16 13:00", "06-06 08:00"),
        ("2027-06-06 08:00", "2027-06-16 13:00", "06-06 08:00"),
        ("2027-06-06 19:59", "2027-06-16 13:00", "06-06 19:59"),
        # The visit is before the night has ended: at once.
        ("2027-06-06 22:00", "2027-06-07 07:30", "06-06 22:00"),
        ("2027-06-06 22:00", "2027-06-07 08:00", "06-07 08:00"),
        # The nights on which the clock is changed.
        ("2027-03-27 22:00", "2027-04-16 13:00", "03-28 08:00"),
        ("2027-10-30 22:00", "2027-11-16 13:00", "10-31 08:00"),
    ],
)
def test_a_message_waits_for_morning_unless_it_cannot(now: str, start: str, due: str) -> None:
    for happened in ("moved", "cancelled"):
        one = plan(booked(start), STANDARD, at(now), happened)[0]
        assert told((one,)) == [(happened, due)]


def test_nobody_is_told_of_a_visit_that_has_begun() -> None:
    assert plan(booked("2027-06-06 13:00"), STANDARD, at("2027-06-06 13:01"), "cancelled") == ()


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2027-06-16 13:00", 24, "06-15 13:00"),
        ("2027-06-16 07:30", 24, "06-15 08:00"),
        # Eleven hours before a visit at 7.30 is 20.30: it goes at 19.45.
        ("2027-06-16 07:30", 11, "06-15 19:45"),
        ("2027-06-16 08:29", 11, "06-15 19:45"),
        ("2027-06-16 08:30", 11, "06-16 08:00"),
        ("2027-06-16 07:30", 1, "06-15 19:45"),
    ],
)
def test_a_reminder_at_night_goes_in_the_morning_or_else_the_evening_before(
    start: str, hours: int, due: str
) -> None:
    step = Step("hours", When("hours_before", hours), ("sms",), "reminder")
    assert told(plan(booked(start), policy(step), at("2027-06-10 12:00"), None)) == [("hours", due)]


def test_a_reminder_that_should_have_gone_the_evening_before_is_left_out() -> None:
    step = Step("hours", When("hours_before", 1), ("sms",), "reminder")
    assert plan(booked("2027-06-16 07:30"), policy(step), at("2027-06-15 19:46"), None) == ()


def test_a_reminder_on_the_day_is_left_out_for_visits_before_it() -> None:
    step = Step("same_day", When("days_before", 0, time(10)), ("sms",), "reminder")
    now = at("2027-06-10 12:00")
    assert plan(booked("2027-06-16 10:29"), policy(step), now, None) == ()
    assert len(plan(booked("2027-06-16 10:30"), policy(step), now, None)) == 1


def test_where_the_opening_between_two_nights_is_short_it_goes_when_it_opens() -> None:
    step = Step("hours", When("hours_before", 2), ("sms",), "reminder")
    short = Policy((step,), time(12, 5), time(12))
    assert told(plan(booked("2027-06-16 09:00"), short, at("2027-06-10 12:00"), None)) == [
        ("hours", "06-15 12:00")
    ]


def test_two_reminders_that_wait_for_the_same_morning_are_one() -> None:
    early = Step("early", When("hours_before", 28), ("sms",), "first")
    late = Step("late", When("hours_before", 25), ("sms", "voice"), "second")
    about, now = booked("2027-06-16 08:30"), at("2027-06-10 12:00")
    assert told(plan(about, policy(early, late), now, None)) == [("early", "06-15 08:00")]
    call = replace(late, channels=("voice",))
    assert len(plan(about, policy(early, call), now, None)) == 2
    answered = replace(early, conditions=Conditions(answered="yes"))
    unanswered = replace(late, conditions=Conditions(answered="no"))
    assert len(plan(about, policy(answered, unanswered), now, None)) == 2


@pytest.mark.parametrize(
    ("conditions", "for_whom"),
    [
        (Conditions(), True),
        (Conditions(forms=frozenset({"video", "phone"})), False),
        (Conditions(forms=frozenset({"in_person"})), True),
        (Conditions(lead_days_from=10), True),
        (Conditions(lead_days_from=11), False),
        (Conditions(lead_days_to=10), True),
        (Conditions(lead_days_to=9), False),
        (Conditions(interpreter=True), True),
        (Conditions(interpreter=False), False),
        (Conditions(extra_help=True), False),
        (Conditions(extra_help=False), True),
    ],
)
def test_whom_a_step_is_for(conditions: Conditions, *, for_whom: bool) -> None:
    # Late in the evening of one day to early in the morning of another: ten local days.
    about = replace(
        booked("2027-06-16 00:30", when="2027-06-06 23:30"), interpreter=True, form="in_person"
    )
    assert about.lead_days == 10
    assert applies(conditions, about) is for_whom
    assert still_applies(conditions, about) is for_whom


@pytest.mark.parametrize(
    ("asked", "answered", "planned", "sent"),
    [
        ("", True, True, True),
        ("", False, True, True),
        ("no", False, True, True),
        ("no", True, False, False),
        ("yes", True, True, True),
        # They may yet say yes.
        ("yes", False, True, False),
    ],
)
def test_the_answer_is_asked_for_when_it_is_planned_and_again_when_it_is_sent(
    asked: str, *, answered: bool, planned: bool, sent: bool
) -> None:
    about = replace(booked("2027-06-16 13:00"), answered=answered)
    conditions = Conditions(answered=asked)  # type: ignore[arg-type]
    assert (applies(conditions, about), still_applies(conditions, about)) == (planned, sent)


def test_conditions_on_a_visit_do_not_keep_a_questionnaire_back() -> None:
    about = About(
        "questionnaire", None, at("2027-06-06 11:00"), DENMARK, last_useful=at("2027-06-14 00:00")
    )
    assert applies(Conditions(forms=frozenset({"video"}), lead_days_from=30), about)
    assert not applies(Conditions(interpreter=True), about)


@pytest.mark.parametrize(
    ("asked_for", "usable", "channels"),
    [
        (None, CHANNELS, ("sms", "voice")),
        ("voice", CHANNELS, ("voice", "sms")),
        ("email", CHANNELS, ("email", "sms", "voice")),
        ("email", ("sms", "letter"), ("sms",)),
        (None, ("voice", "letter"), ("voice",)),
        (None, ("letter",), ()),
        ("letter", ("letter",), ("letter",)),
    ],
)
def test_what_the_patient_asked_for_comes_first(
    asked_for: Channel | None, usable: tuple[Channel, ...], channels: tuple[Channel, ...]
) -> None:
    assert order(("sms", "voice"), asked_for, frozenset(usable)) == channels


def test_a_letter_is_not_posted_to_arrive_after_the_visit() -> None:
    step = Step("booked", When("booked"), ("sms", "letter"), "words")
    now = at("2027-06-06 11:00")
    (late,) = plan(booked("2027-06-11 10:59"), policy(step), now, "booked")
    (soon,) = plan(booked("2027-06-11 11:00"), policy(step), now, "booked")
    assert (late.channels, soon.channels) == (("sms",), ("sms", "letter"))
    assert in_time("sms", now, now)
    assert not in_time("letter", now, now)


def test_who_can_be_reached_by_nothing_is_still_planned_for() -> None:
    about, now = booked("2027-06-16 13:00"), at("2027-06-06 11:00")
    planned = plan(about, STANDARD, now, "booked", usable=frozenset({"letter"}))
    assert [(one.step, one.channels) for one in planned] == [
        ("booked", ("letter",)),
        ("three_days", ()),
        ("last_day", ()),
    ]


def test_who_asked_for_letters_gets_an_sms_when_there_is_no_time_for_one() -> None:
    about, now = booked("2027-06-16 13:00"), at("2027-06-06 11:00")
    planned = plan(about, STANDARD, now, "booked", preferred="letter")
    assert [one.channels[0] for one in planned] == ["letter", "sms", "sms"]


@pytest.mark.parametrize(
    ("kind", "now", "goes"),
    [
        ("reminder", "2027-06-15 15:00", "2027-06-15 15:00"),
        ("reminder", "2027-06-15 21:00", None),
        ("moved", "2027-06-15 21:00", "2027-06-15 21:00"),
        ("reminder", "2027-06-14 21:00", "2027-06-15 08:00"),
        ("moved", "2027-06-14 21:00", "2027-06-15 08:00"),
        ("moved", "2027-06-16 07:31", None),
    ],
)
def test_a_message_that_is_late_keeps_to_the_same_rule(
    kind: str, now: str, goes: str | None
) -> None:
    until = at("2027-06-16 07:30")
    assert send_from(kind, at(now), until, STANDARD, DENMARK) == (at(goes) if goes else None)


def test_what_nothing_bounds_is_refused() -> None:
    now = at("2027-06-06 11:00")
    with pytest.raises(ValueError, match="last day"):
        About("questionnaire", None, now, DENMARK)
    with pytest.raises(ValueError, match="start"):
        About("appointment", None, now, DENMARK)
    with pytest.raises(ValueError, match="start"):
        About("questionnaire", now + timedelta(days=1), now, DENMARK, last_useful=now)


def test_what_does_not_happen_to_an_appointment_is_refused() -> None:
    with pytest.raises(ValueError, match="does not happen"):
        plan(booked("2027-06-16 13:00"), STANDARD, at("2027-06-06 11:00"), "questionnaire")

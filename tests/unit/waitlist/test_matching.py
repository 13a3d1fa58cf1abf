"""Who is asked about a freed time: against a plain search through everything, and what is fair."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from booking.waitlist.matching import Gap, Rules, Waiting, match, order

ZONE = ZoneInfo("Europe/Copenhagen")
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SECRET = b"the same for everyone"
GRID = timedelta(minutes=15)
ALL = frozenset(range(7))
EITHER = frozenset(("in_person", "video"))


def gap(start: datetime = NOW + timedelta(days=2), minutes: int = 30, **values: object) -> Gap:
    """A free half hour the day after tomorrow at nine."""
    return Gap(**{  # type: ignore[arg-type]
        "key": 1, "starts_at": start, "ends_at": start + timedelta(minutes=minutes),
        "clinician_id": 1, "site_id": 1, "zone": ZONE, **values,
    })  # fmt: skip


def entry(key: int, **values: object) -> Waiting:
    """Someone who would take anything earlier, and wished for it a week ago."""
    return Waiting(**{  # type: ignore[arg-type]
        "key": key, "patient_id": key, "minutes": 30, "forms": ("in_person",),
        "possible": EITHER, "able": frozenset((1, 2)), "earliest_on": date(2026, 11, 1),
        "since": NOW - timedelta(days=7), **values,
    })  # fmt: skip


def anywhere(one: Waiting, form: str) -> Sequence[datetime]:
    """Rooms enough: every quarter of two months is a start."""
    return QUARTERS


QUARTERS = [NOW + GRID * n for n in range(4 * 24 * 12)]


def verdict(one: Waiting, where: Gap | None = None) -> str:
    """What is said of one who waits alone."""
    return match(where or gap(), [one], NOW, SECRET, anywhere).verdicts[one.key]


def test_each_reason_has_its_word() -> None:
    """Everything that can keep somebody from a time is told apart from the rest."""
    said = {
        "offered": entry(1),
        "too_short": entry(1, minutes=45),
        "other_clinician": entry(1, clinician_id=2),
        "cannot_serve": entry(1, able=frozenset((2,))),
        "other_site": entry(1, site_id=2),
        "form": entry(1, forms=("phone",)),
        "weekday": entry(1, weekdays=frozenset((0, 1))),
        "part_of_day": entry(1, parts=frozenset(("pm",))),
        "before_earliest": entry(1, earliest_on=date(2026, 11, 26)),
        "after_latest": entry(1, latest_on=date(2026, 11, 24)),
        "not_earlier_than_own": entry(1, own_start=NOW + timedelta(days=2, hours=3)),
        "too_short_notice": entry(1, notice=timedelta(hours=72)),
        "together": entry(1, together=True),
        "has_offer": entry(1, has_offer=True),
        "asked_before": entry(1, asked=True),
        "declined_lately": entry(1, refused_at=(NOW - timedelta(days=1),) * 3),
        "not_reachable:stopped": entry(1, unreachable="stopped"),
    }
    assert {code: verdict(one) for code, one in said.items()} == {code: code for code in said}
    assert verdict(entry(1), gap(left_by=1)) == "left_it"


@given(
    minutes=st.integers(1, 10).map(lambda n: n * 15),
    before=st.integers(0, 6),
    length=st.integers(1, 6),
    after=st.integers(0, 6),
    taken=st.sets(st.integers(0, 24)),
)
def test_a_visit_lies_in_the_gap_or_reaches_out_of_it_only_where_it_must(
    minutes: int, before: int, length: int, after: int, taken: set[int]
) -> None:
    """Against every start there is: inside the free stretch, using as much of the gap as can be."""
    start = NOW + timedelta(days=2)
    here = gap(start, length * 15)
    stretch = (start - before * GRID, here.ends_at + after * GRID)
    here = replace(here, around=stretch)
    one = entry(1, minutes=minutes)
    free = [at for n, at in enumerate(stretch[0] + GRID * k for k in range(25)) if n not in taken]
    visit = timedelta(minutes=minutes)

    def used(at: datetime) -> timedelta:
        return min(at + visit, here.ends_at) - max(at, here.starts_at)

    may = [
        at
        for at in free
        if stretch[0] <= at and at + visit <= stretch[1] and used(at) > timedelta()
        and (minutes > here.minutes or used(at) == visit)
    ]  # fmt: skip
    found = match(here, [one], NOW, SECRET, lambda *_: free).offers
    if not may:
        assert found == ()
        return
    (put,) = found
    assert put.starts_at in may
    assert used(put.starts_at) == max(map(used, may))


def test_no_start_is_the_rooms_fault_or_the_patients_other_visit() -> None:
    """Where nothing fits, the patient's own other contact is told apart from rooms."""
    busy = ((gap().starts_at, gap().ends_at),)
    entries = [entry(1), entry(2, busy=busy)]
    assert match(gap(), entries, NOW, SECRET, lambda one, form: []).verdicts == {
        1: "no_room",
        2: "patient_busy",
    }


def test_a_pressing_deadline_comes_before_the_longest_wait() -> None:
    """Then whoever has waited longest; the rest come later in the order."""
    entries = [
        entry(1, since=NOW - timedelta(days=1)),
        entry(2, since=NOW - timedelta(days=90)),
        entry(3, since=NOW - timedelta(days=2), deadline_on=date(2026, 11, 30)),
        entry(4, since=NOW - timedelta(days=30), deadline_on=date(2027, 3, 1)),
        entry(5, since=NOW, deadline_on=date(2026, 11, 26)),
    ]
    found = match(gap(), entries, NOW, SECRET, anywhere)
    assert [put.entry for put in found.offers] == [5, 3, 2]
    assert (found.verdicts[4], found.verdicts[1]) == ("later_in_order", "later_in_order")


def test_a_short_visit_that_came_later_is_never_before_a_long_one() -> None:
    """A fit without waste decides only among those of one day."""
    long, newer = entry(1, minutes=60), entry(2, since=NOW - timedelta(days=6))
    same_day = entry(3, minutes=30)
    where = gap(minutes=60)
    ranked = [
        put.entry for put in match(where, [newer, same_day, long], NOW, SECRET, anywhere).offers
    ]
    assert ranked == [1, 3, 2]


def test_a_visit_shorter_than_the_gap_leaves_the_rest_in_one_piece() -> None:
    """It is put at an end of the gap; at the later end where the patient cannot come earlier."""
    where = gap(datetime(2026, 11, 25, 10, 30, tzinfo=UTC), minutes=60)
    first, after_noon = entry(1), entry(2, parts=frozenset(("pm",)))
    puts = {
        put.entry: put for put in match(where, [first, after_noon], NOW, SECRET, anywhere).offers
    }
    assert puts[1].starts_at == where.starts_at
    assert puts[2].ends_at == where.ends_at


def test_the_first_form_the_patient_named_comes_first() -> None:
    """Another form is put to them only where the first cannot be had."""
    either = entry(1, forms=("in_person", "video"))
    by_form = {"in_person": [], "video": [gap().starts_at]}
    (put,) = match(gap(), [either], NOW, SECRET, lambda one, form: by_form[form]).offers
    assert put.form == "video"


days = st.integers(-20, 20)
entries = st.builds(
    lambda key, minutes, clinician, site, first, last, weekdays, parts, notice, since, deadline,
    own, flags, refused: entry(
        key,
        minutes=minutes,
        clinician_id=clinician,
        site_id=site,
        earliest_on=date(2026, 11, 25) + timedelta(days=first),
        latest_on=None if last is None else date(2026, 11, 25) + timedelta(days=last),
        weekdays=weekdays,
        parts=parts,
        notice=timedelta(hours=notice),
        since=NOW - timedelta(days=since),
        deadline_on=None if deadline is None else date(2026, 11, 25) + timedelta(days=deadline),
        own_start=None if own is None else NOW + timedelta(days=own),
        has_offer=flags == 1,
        asked=flags == 2,
        refused_at=tuple(NOW - timedelta(days=n) for n in refused),
    ),
    st.just(0),
    st.sampled_from((15, 30, 45, 60, 75)),
    st.sampled_from((None, None, 1, 2)),
    st.sampled_from((None, None, 1, 2)),
    st.integers(-20, 2),
    st.none() | st.integers(-2, 20),
    st.just(ALL) | st.frozensets(st.integers(0, 6), min_size=1),
    st.sampled_from((frozenset(("am", "pm")), frozenset(("am",)), frozenset(("pm",)))),
    st.sampled_from((0, 24, 48, 96)),
    st.integers(0, 40),
    st.none() | st.integers(-1, 30),
    st.none() | st.integers(1, 30),
    st.sampled_from((0, 0, 0, 0, 1, 2)),
    st.lists(st.integers(0, 20), max_size=5),
)  # fmt: skip
lists = st.lists(entries, max_size=12).map(
    lambda made: [replace(one, key=n, patient_id=n) for n, one in enumerate(made, 1)]
)
gaps = st.builds(
    lambda hour, minutes, away: gap(
        datetime(2026, 11, 23, tzinfo=UTC) + timedelta(days=away, hours=hour), minutes
    ),
    st.integers(9, 14),
    st.sampled_from((15, 30, 45, 60)),
    st.integers(0, 9),
)


def fits_by_search(where: Gap, one: Waiting) -> bool:
    """Whether some quarter would do, asking everything anew for each of them."""
    for start in QUARTERS:
        end, local = start + timedelta(minutes=one.minutes), start.astimezone(ZONE)
        own = one.own_start.astimezone(ZONE).date() if one.own_start else date.max
        if (
            where.starts_at <= start
            and end <= where.ends_at
            and start - NOW >= one.notice
            and one.earliest_on <= local.date() <= (one.latest_on or date.max)
            and local.date() < own
            and local.weekday() in one.weekdays
            and ("am" if local.hour < 12 else "pm") in one.parts
            and one.clinician_id in (None, 1)
            and one.site_id in (None, 1)
            and not one.has_offer
            and not one.asked
            and sum(NOW - at < timedelta(days=7) for at in one.refused_at) < 3
        ):
            return True
    return False


def before(one: Waiting, other: Waiting) -> bool | None:
    """Whether one is strictly ahead of another by deadline and day of wishing; None: neither."""

    def pressing(who: Waiting) -> date:
        near = who.deadline_on and (who.deadline_on - NOW.date()).days <= 14
        return who.deadline_on if near and who.deadline_on else date.max

    ours = (pressing(one), one.since.astimezone(ZONE).date())
    theirs = (pressing(other), other.since.astimezone(ZONE).date())
    return None if ours == theirs else ours < theirs


@given(gaps, lists)
def test_as_a_search_through_everything_would(where: Gap, waiting: list[Waiting]) -> None:
    """Offered or later in order: exactly those for whom some start fits; nobody passes another."""
    found = match(where, waiting, NOW, SECRET, anywhere)
    fit = {one.key for one in waiting if fits_by_search(where, one)}
    assert {
        key for key, word in found.verdicts.items() if word in ("offered", "later_in_order")
    } == fit
    assert found.verdicts.keys() == {one.key for one in waiting}
    asked = [put.entry for put in found.offers]
    assert len(asked) == min(len(fit), Rules().at_once)
    by_key = {one.key: one for one in waiting}
    for key in asked:
        for other in fit - set(asked):
            assert before(by_key[other], by_key[key]) is not True
    for put in found.offers:
        assert where.starts_at <= put.starts_at
        assert put.ends_at <= where.ends_at
        assert put.ends_at - put.starts_at == timedelta(minutes=by_key[put.entry].minutes)
    assert [put.rank for put in found.offers] == list(range(1, len(asked) + 1))


@given(gaps, lists, st.randoms())
def test_the_order_they_are_read_in_and_who_they_are_change_nothing(
    where: Gap, waiting: list[Waiting], chance: object
) -> None:
    """Shuffled, and under other patients' numbers, the same entries are asked."""
    found = match(where, waiting, NOW, SECRET, anywhere)
    shuffled = [replace(one, patient_id=one.patient_id + 1000) for one in waiting]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert match(where, shuffled, NOW, SECRET, anywhere) == found


@given(gaps, lists, st.integers(1, 30))
def test_waiting_longer_never_puts_anyone_later(
    where: Gap, waiting: list[Waiting], more: int
) -> None:
    """A day further back in time is at least as far ahead."""
    for one in waiting:
        older = replace(one, since=one.since - timedelta(days=more))
        assert order(where, older, NOW, SECRET, Rules()) < order(where, one, NOW, SECRET, Rules())

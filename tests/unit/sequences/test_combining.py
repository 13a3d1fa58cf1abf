"""Several contacts on one day, against trying everything."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from booking.sequences.combining import Need, Part, Put, Way, arrange, troubles

TICKS = 14


@st.composite
def days(draw: st.DrawFn) -> list[Part]:
    """A small day: few clinicians and rooms, so that parts get in each other's way."""
    parts = []
    for _ in range(draw(st.integers(1, 3))):
        ways = []
        for clinician, site in draw(
            st.lists(st.sampled_from([(1, 1), (2, 1), (1, 2), (3, 2)]), max_size=3, unique=True)
        ):
            needs = tuple(
                Need(rooms, tuple(draw(st.integers(0, (1 << TICKS) - 1)) for _room in rooms))
                for rooms in draw(st.lists(st.sampled_from([(10, 11), (12,)]), max_size=1))
            )
            mask = draw(st.integers(0, (1 << TICKS) - 1))
            for need in needs:
                mask &= need.able[0] | (need.able[1] if len(need.able) > 1 else 0)
            ways.append(Way(clinician, site, mask, needs))
        least = draw(st.integers(0, 2))
        parts.append(
            Part(
                draw(st.integers(1, 3)),
                tuple(ways),
                draw(st.integers(0, 2)),
                draw(st.integers(0, 2)),
                least,
                least + draw(st.integers(0, 5)),
            )
        )
    return parts


def every_day(parts: list[Part]) -> list[list[Put]]:
    """Every arrangement there is, found without any cleverness."""
    found = []
    options = [[(way, start) for way in p.ways for start in range(TICKS)] for p in parts]
    for chosen in product(*options):
        put: list[Put] = []
        for part, (way, start) in zip(parts, chosen, strict=True):
            span = (start - part.before, start + part.length + part.after)
            busy = {
                resource
                for other, one in zip(parts, put, strict=False)
                for resource in one.takes
                if one.start - other.before < span[1]
                and span[0] < one.start + other.length + other.after
            }
            takes = {way.clinician_id}
            fits = way.starts >> start & 1 and way.clinician_id not in busy
            fits = fits and (not put or put[0].site_id == way.site_id)
            if put:
                gap = start - put[-1].start - parts[len(put) - 1].length
                fits = fits and part.min_gap <= gap <= part.max_gap
            for need in way.needs:
                able = [
                    room
                    for room, mask in zip(need.options, need.able, strict=True)
                    if mask >> start & 1 and room not in busy
                ]
                fits = fits and len(able) >= need.count
                takes.update(able[: need.count])
            if not fits:
                break
            put.append(Put(start, way.clinician_id, way.site_id, frozenset(takes)))
        else:
            found.append(put)
    return found


def worth(parts: list[Part], put: list[Put]) -> tuple[int, int]:
    """The stay, and the first start: what is least is best."""
    return put[-1].start + parts[-1].length - put[0].start, put[0].start


@given(days())
def test_it_is_the_shortest_stay_then_the_earliest_of_all_there_are(parts: list[Part]) -> None:
    found, everything = arrange(parts), every_day(parts)
    assert (found is None) == (not everything)
    if found is not None:
        assert found in everything
        assert worth(parts, found) == min(worth(parts, one) for one in everything)


def mask(*ticks: int) -> int:
    return sum(1 << tick for tick in ticks)


def test_a_blood_test_before_the_doctor_leaves_time_for_the_answer() -> None:
    blood = Part(2, (Way(1, 1, mask(0, 10, 20)),))
    doctor = Part(6, (Way(2, 1, mask(3, 16, 28)),), min_gap=4, max_gap=12)
    found = arrange([blood, doctor])
    assert found is not None
    assert [one.start for one in found] == [10, 16]


def test_one_clinician_rests_between_two_parts_and_another_need_not() -> None:
    first = Part(3, (Way(1, 1, mask(0)),), after=2)
    same = Part(3, (Way(1, 1, mask(3, 5)),), max_gap=9)
    found = arrange([first, same])
    assert found is not None
    assert found[1].start == 5
    other = arrange([first, Part(3, (Way(2, 1, mask(3, 5)),), max_gap=9)])
    assert other is not None
    assert other[1].start == 3


def test_the_whole_day_is_at_one_site() -> None:
    first = Part(2, (Way(1, 1, mask(0)), Way(1, 2, mask(4))))
    assert arrange([first, Part(2, (Way(2, 2, mask(2)),), max_gap=9)]) is None
    found = arrange([first, Part(2, (Way(2, 2, mask(2, 8)),), max_gap=9)])
    assert found is not None
    assert [(one.start, one.site_id) for one in found] == [(4, 2), (8, 2)]


def test_what_is_wrong_with_an_order_is_told() -> None:
    gaps = [(0, 0), (10, 60), (10, 60), (10, 60)]
    assert troubles([(0, 10), (20, 30), (40, 50), (110, 120)], gaps) == {}
    assert troubles([(0, 10), (5, 30), (35, 50), (120, 130)], gaps) == {
        1: "overlaps",
        2: "too_soon",
        3: "too_late",
    }

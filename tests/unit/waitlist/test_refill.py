"""A few months of cancellations, played through: more is reused than by phone, and fairly."""

from benchmarks import refill
from benchmarks.refill import ByPhone, Rettid, make_year


def test_more_freed_time_finds_a_patient_and_no_group_waits_longer() -> None:
    """Three short years with fixed seeds; a group that means nothing makes no difference."""
    (measured,) = refill.measures(seeds=3, days=100)
    assert measured.ratio > 1.3
    assert measured.more["waiting_low"] <= 1.05
    assert 0 < measured.peer < measured.ours < 1


def test_the_same_seed_plays_the_same_year() -> None:
    """Nothing depends on the clock or on the order of a set."""
    year = make_year(7, days=40)
    assert year == make_year(7, days=40)
    assert Rettid(year, 7).run() == Rettid(year, 7).run()
    assert ByPhone(year, 7).run() == ByPhone(year, 7).run()

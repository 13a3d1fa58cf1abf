"""Shares and differences of visits where the patient, not the visit, was drawn by lot.

A patient's visits are alike, so they count for less than as many strangers': the variance is taken
over patients. Every function takes arrays whose last axis is the patients; what is in front of it
is computed in one go. A patient without visits is nobody: such places fill up shorter rows.

Sources: the share is a ratio estimator (Cochran, Sampling Techniques, 1977, section 6.3), its
variance what leaving each patient out in turn would move it (Bell and McCaffrey, Survey Methodology
28, 2002: less too narrow than the plain sandwich where patients are few). The interval is Wilson's
with the number of visits the data are worth and Student's t (Korn and Graubard, Survey Methodology
24, 1998); the degrees of freedom are those of as many patients, all of one size, as these are worth
(Kish, Survey Sampling, 1965). Two shares' difference is put together from theirs (Newcombe,
Statistics in Medicine 17, 1998, method 10; Zou and Donner, Statistics in Medicine 27, 2008), with
Welch's degrees of freedom; a quotient of differences is Fieller's (Journal of the Royal Statistical
Society B 16, 1954). Under some fifteen losses an arm a 95 % interval covers 93 to 94 %.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, stdtrit

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Ratio:
    """A mean by visit. value: in the unit of what was summed. variance: of `value`.

    patients: those with a visit. worth: how many patients of one size they equal. shift: what
    leaving each patient out does, for covariances. All NaN where nobody has a visit; the variance
    is NaN where only one has.
    """

    value: Numbers
    variance: Numbers
    patients: Numbers
    worth: Numbers
    shift: Numbers


@dataclass(frozen=True)
class Span:
    """A value with the ends of its interval."""

    value: Numbers
    low: Numbers
    high: Numbers


def ratio(sums: Numbers, visits: Numbers) -> Ratio:
    """The sum over visits. sums, visits: one number a patient, of their visits."""
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = visits.sum(-1)
        value = sums.sum(-1) / whole
        part = visits / whole[..., None]
        patients = (visits > 0).sum(-1).astype(np.float64)
        worth = 1 / (part**2).sum(-1)
        shift = (sums / whole[..., None] - value[..., None] * part) / (1 - part)
        variance = (patients - 1) / patients * (shift**2).sum(-1)
    return Ratio(value, variance, patients, worth, shift)


def share_span(share: Ratio, level: float) -> Span:
    """The interval of one share (a ratio from 0 to 1), within 0 and 1."""
    low, high = _wilson(share, _two_sided(level, share.worth - 1))
    return Span(share.value, low, high)


def difference_span(one: Ratio, other: Ratio, level: float) -> Span:
    """`one` less `other`, both shares, of different patients; in shares, so .05 is 5 points."""
    critical = _two_sided(level, _welch(one, other))
    low_one, high_one = _wilson(one, critical)
    low_other, high_other = _wilson(other, critical)
    value = one.value - other.value
    low = value - np.hypot(one.value - low_one, high_other - other.value)
    high = value + np.hypot(high_one - one.value, other.value - low_other)
    return Span(value, low, high)


def quotient_span(above: tuple[Ratio, Ratio], below: tuple[Ratio, Ratio], level: float) -> Span:
    """How much of a first difference there is for each of a second: Fieller's interval.

    above, below: (one, other) of each difference, over the same patients. The ends are NaN where
    the second cannot be told from nothing, since then every number fits.
    """
    (one, other), (first, second) = above, below
    square = _two_sided(level, _welch(first, second)) ** 2
    upper, lower = one.value - other.value, first.value - second.value
    both = _covariance(one, first) + _covariance(other, second)
    vary_upper, vary_lower = one.variance + other.variance, first.variance + second.variance
    with np.errstate(invalid="ignore", divide="ignore"):
        a = lower**2 - square * vary_lower
        b = upper * lower - square * both
        c = upper**2 - square * vary_upper
        reach = np.sqrt(np.maximum(b**2 - a * c, 0)) / a
        known = a > 0
        low = np.where(known, b / a - reach, np.nan)
        high = np.where(known, b / a + reach, np.nan)
        return Span(upper / lower, low, high)


def sample_ratio_p(patients: Numbers, weights: Numbers) -> Numbers:
    """How often a lot by `weights` falls as unevenly as this. Last axis: arms.

    Pearson's chi-square; 1 where fewer than five would be expected in an arm: too few to say.
    """
    expected = patients.sum(-1, keepdims=True) * weights / weights.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        square = ((patients - expected) ** 2 / expected).sum(-1)
    p: Numbers = np.asarray(chdtrc(len(weights) - 1, square))
    return np.where(expected.min(-1) < 5, 1.0, p)


def likeness(sums: Numbers, visits: Numbers) -> float:
    """How alike a patient's visits are: the intraclass correlation of a yes-or-no, 0 to 1.

    By the analysis of variance (Ridout, Demétrio and Firth, Biometrics 55, 1999); 0 where no
    patient has two visits or all went alike.
    """
    sums, visits = sums[visits > 0], visits[visits > 0]
    patients, whole = len(visits), visits.sum()
    share = sums.sum() / whole if whole else 0.0
    if patients < 2 or whole == patients or share in (0.0, 1.0):
        return 0.0
    within = (sums - sums**2 / visits).sum() / (whole - patients)
    between = (visits * (sums / visits - share) ** 2).sum() / (patients - 1)
    typical = (whole - (visits**2).sum() / whole) / (patients - 1)
    found = (between - within) / (between + (typical - 1) * within)
    return float(np.clip(found, 0, 1))


def _two_sided(level: float, freedom: Numbers) -> Numbers:
    critical: Numbers = np.asarray(stdtrit(freedom, (1 + level) / 2), dtype=np.float64)
    return critical


def _wilson(share: Ratio, critical: Numbers) -> tuple[Numbers, Numbers]:
    """Wilson's interval on the visits that the data are worth; 0 and 1 where it cannot be told."""
    p, spread = share.value, share.value * (1 - share.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        # Where all went alike there is no variance to see: then each patient counts once.
        worth = np.where((spread > 0) & (share.variance > 0), spread / share.variance, share.worth)
        square = critical**2
        middle = (p + square / (2 * worth)) / (1 + square / worth)
        reach = critical / (1 + square / worth) * np.sqrt(spread / worth + square / (4 * worth**2))
        low, high = np.maximum(middle - reach, 0), np.minimum(middle + reach, 1)
    told = np.isfinite(low) & np.isfinite(high)
    return np.where(told, np.minimum(low, p), 0), np.where(told, np.maximum(high, p), 1)


def _welch(one: Ratio, other: Ratio) -> Numbers:
    """Welch and Satterthwaite's degrees of freedom; the smaller arm's where nothing varies."""
    with np.errstate(invalid="ignore", divide="ignore"):
        freedom = (one.variance + other.variance) ** 2 / (
            one.variance**2 / (one.worth - 1) + other.variance**2 / (other.worth - 1)
        )
    least = np.minimum(one.worth, other.worth) - 1
    return np.where(np.isfinite(freedom), freedom, least)


def _covariance(one: Ratio, other: Ratio) -> Numbers:
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = (one.patients - 1) / one.patients
        return np.asarray(scale * (one.shift * other.shift).sum(-1), dtype=np.float64)

"""How many patients an experiment needs, so that its end can be fixed before it begins."""

from math import ceil

from scipy.special import ndtri


def patients_needed(
    base: float,
    difference: float,
    *,
    visits_per_patient: float,
    icc: float,
    power: float = 0.8,
    alpha: float = 0.05,
    visits_spread: float = 0.0,
    challengers: int = 1,
) -> int:
    """Patients in each arm, to find `difference` from a share of `base` with chance `power`.

    base, difference: shares of visits (.08; -.03 is three points fewer). visits_per_patient: the
    mean while the experiment runs. icc: how alike a patient's visits are, 0 to 1
    (`clustered.likeness`). visits_spread: the standard deviation of visits per patient divided by
    their mean. challengers: arms held against the usual one, which share `alpha`.
    Raises ValueError where a share would lie outside 0 to 1, or there is nothing to find.

    Source: two proportions by the normal approximation (Fleiss, Statistical Methods for Rates and
    Proportions, 1981, chapter 3), times the design effect for clusters of unequal size (Eldridge,
    Ashby and Kerry, International Journal of Epidemiology 35, 2006).
    """
    then = base + difference
    if not difference or not 0 <= base <= 1 or not 0 <= then <= 1 or visits_per_patient < 1:
        raise ValueError("shares")
    reach = float(ndtri(1 - alpha / challengers / 2) + ndtri(power))
    visits = reach**2 * (base * (1 - base) + then * (1 - then)) / difference**2
    design = 1 + ((1 + visits_spread**2) * visits_per_patient - 1) * icc
    return max(2, ceil(visits * design / visits_per_patient))

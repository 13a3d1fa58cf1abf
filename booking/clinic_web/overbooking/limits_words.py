"""What the leader's page says of the clinic's own rate, and of last month's sessions."""

from collections.abc import Mapping, Sequence

from flask_babel import LazyString, format_decimal, format_percent, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.overbooking.last_month import Outcome, Row
from booking.overbooking.model_evaluation import LEAST_SLOPE, MOST_SLOPE
from booking.overbooking.models import MissingModel
from booking.overbooking.session_picture import Words
from booking.platform.i18n import language_code

# As they stand in the table and at the picture's marks.
OUTCOMES: Mapping[Outcome, LazyString] = {
    "could": _l("Kunne have taget en ekstra"),
    "free": _l("Kunne, men havde ledige tider"),
    "missing": _l("For få ventes at udeblive"),
    "late": _l("For stor risiko for overarbejde"),
    "wait": _l("For lang forventet ventetid"),
    "long_wait": _l("For stor risiko for lang ventetid"),
    "cost": _l("Ville koste mere, end det sparer"),
    "extras": _l("Havde allerede så mange ekstra"),
    "nowhere": _l("Ingen starttid passer"),
}
BECAUSE: Mapping[Outcome, LazyString] = {
    "free": _l("%(number)s kunne, men havde ledige tider, som bookes først"),
    "missing": _l("%(number)s ikke, fordi for få forsigtigt regnet ventes at udeblive"),
    "late": _l("%(number)s ikke på grund af risikoen for over 15 minutters overarbejde"),
    "wait": _l("%(number)s ikke, fordi en patient ville komme til at vente for længe"),
    "long_wait": _l("%(number)s ikke på grund af risikoen for at vente over 30 minutter"),
    "cost": _l("%(number)s ikke, fordi det ville koste mere, end det sparer"),
    "extras": _l("%(number)s ikke, fordi der allerede var så mange ekstra, som der må være"),
    "nowhere": _l("%(number)s ikke, fordi ingen starttid passer"),
}


def percent(value: float) -> str:
    """A probability as per cent, with a decimal where it has one."""
    return str(format_percent(value, "0.#%" if language_code() == "en" else "0.#\u00a0%"))


def figure(value: float) -> str:
    """A number with a decimal where it has one, as it is typed in a field."""
    return str(format_decimal(value, "0.#"))


def whole(number: int) -> str:
    """A count, its thousands told apart."""
    return str(format_decimal(number))


def rate_in_force(trained: MissingModel) -> str:
    """Whose probabilities are reckoned with, and why not the model's."""
    if trained.passes:
        return _(
            "Der regnes med en model af klinikkens egne besøg. Den er prøvet på besøg, den ikke "
            "kendte, og bestod."
        )
    return _(
        "Der regnes med klinikkens egen andel, den samme for alle. %(why)s", why=_why_not(trained)
    )


def _why_not(trained: MissingModel) -> str:
    found = trained.evaluation
    if found is None:
        return _("Der er for få besøg til en model.")
    if found["noticed"]:
        return _("Modellens tal ser for gode ud til at være sande, så den er ikke taget i brug.")
    if not LEAST_SLOPE <= found["slope"] <= MOST_SLOPE:
        return _(
            "Modellen bestod ikke sin prøve: dens hældning var %(slope)s og skal ligge mellem "
            "%(least)s og %(most)s.",
            slope=format_decimal(found["slope"], "0.00"),
            least=figure(LEAST_SLOPE),
            most=figure(MOST_SLOPE),
        )
    return _("Modellen bestod ikke sin prøve: den ramte ikke bedre end at sige det samme om alle.")


def in_words(rows: Sequence[Row]) -> str:
    """'Af 84 sessioner kunne 12 have taget en ekstra; 61 ikke, fordi …'."""
    numbers = {one.outcome: one.sessions for one in rows}
    whole = sum(numbers.values())
    able = numbers.pop("could", 0)
    if able:
        said = ngettext(
            "Af %(num)d session kunne %(able)s have taget en ekstra",
            "Af %(num)d sessioner kunne %(able)s have taget en ekstra",
            whole,
            able=able,
        )
    else:
        said = ngettext(
            "Af %(num)d session kunne ingen have taget en ekstra",
            "Af %(num)d sessioner kunne ingen have taget en ekstra",
            whole,
        )
    reasons = [str(BECAUSE[outcome]) % {"number": number} for outcome, number in numbers.items()]
    return "; ".join([said, *reasons]) + "."


def of_picture(rows: Sequence[Row], late: float) -> Words:
    """What is written in the picture. late: the limit."""
    numbers = {one.outcome: one.sessions for one in rows}
    return Words(
        title=_("De sidste fire ugers sessioner, hver med en ekstra patient"),
        description=in_words(rows),
        across=_("Udeblivelser, forsigtigt regnet"),
        up=_("Risiko for over 15 min. overarbejde med en ekstra"),
        limit=_("Grænse %(limit)s", limit=percent(late)),
        one=_("Mindst én"),
        marks={
            outcome: f"{text} ({numbers.get(outcome, 0)})" for outcome, text in OUTCOMES.items()
        },
    )

"""What came of the sessions, in words and in the rows of tables."""

from collections.abc import Mapping, Sequence

from flask_babel import LazyString, format_decimal, format_percent, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.overbooking import aftermath_picture as picture
from booking.overbooking.aftermath import BANDS, LEAST, Aftermath, Band, Code, Measure, Part
from booking.overbooking.intervals import Interval
from booking.overbooking.waiting_ratio import Ratio
from booking.platform.i18n import language_code

MEASURES: Mapping[Code, LazyString] = {
    "late": _l("Sluttede over 15 minutter for sent"),
    "overtime": _l("Overarbejde i gennemsnit"),
    "wait": _l("Ventetid i gennemsnit"),
    "long_wait": _l("Ventede over 30 minutter"),
}
WORSE: Mapping[Code, LazyString] = {
    "late": _l("hvor mange sessioner der sluttede over 15 minutter for sent"),
    "overtime": _l("hvor meget overarbejde der var"),
    "wait": _l("hvor længe patienterne ventede"),
    "long_wait": _l("hvor mange patienter der ventede over 30 minutter"),
}
SHARES = ("late", "long_wait")
GROUPS: Mapping[str, LazyString] = {
    "age_under_40": _l("Under 40 år"),
    "age_40_64": _l("40–64 år"),
    "age_65_74": _l("65–74 år"),
    "age_75": _l("75 år og ældre"),
    "language": _l("Taler et andet sprog end dansk eller har tolk"),
    "need": _l("Har et behov, der er noteret"),
    "deprivation": _l("Socialt udsat"),
}


def verdict(found: Aftermath) -> tuple[str, str, str]:
    """(kind of alert, heading, text) of the sessions with extras."""
    part = found.with_extras
    if part.verdict == "holds":
        return (
            "success",
            _("Løftet holdt"),
            _(
                "Der er ikke tegn på, at sessioner med ekstra patienter gav mere overarbejde eller "
                "længere ventetid end forventet aftenen før."
            ),
        )
    if part.verdict == "worse":
        said = _(
            "I sessioner med ekstra patienter lå dette over det forventede, og mere end et "
            "tilfælde kan forklare: %(worse)s.",
            worse=", ".join(str(WORSE[code]) for code in part.worse),
        )
        if set(part.worse) <= set(found.without.worse):
            elsewhere = _(
                "Det samme ses i sessioner uden ekstra patienter, så grunden er ikke kun de ekstra."
            )
            said = f"{said} {elsewhere}"
        return "warning", _("Det gik dårligere end lovet"), said
    return (
        "info",
        _("For få sessioner endnu"),
        _(
            "Der skal være %(least)s sessioner med ekstra patienter, hvor det er noteret, hvornår "
            "patienterne blev kaldt ind og var færdige. Indtil nu er sluttidspunktet kendt for "
            "%(timed)s og ventetiden for %(waited)s.",
            least=LEAST,
            timed=part.timed,
            waited=part.waited,
        ),
    )


def counted(found: Aftermath) -> str:
    """How many sessions all of it is about."""
    over = found.with_extras.sessions + found.without.sessions
    return " ".join(
        (
            ngettext(
                "%(num)d session i perioden har en forventning fra aftenen før.",
                "%(num)d sessioner i perioden har en forventning fra aftenen før.",
                found.kept,
            ),
            _(
                "%(over)s er gjort op; %(extras)s af dem havde ekstra patienter.",
                over=over,
                extras=found.with_extras.sessions,
            ),
        )
    )


def measures(part: Part) -> list[list[object]]:
    """Rows: what, expected, seen with its interval, over how many sessions."""
    return [
        [MEASURES[one.code], _of(one, one.promised), _between(one), one.sessions]
        for one in part.measures
    ]


def pictures(part: Part) -> list[Markup]:
    """Expected beside seen, the shares and the minutes by themselves."""
    found = []
    for ident, title, unit, codes in (
        ("andele", _("Andele: forventet og set"), "%", SHARES),
        ("minutter", _("Minutter: forventet og set"), "min.", ("overtime", "wait")),
    ):
        rows = [_row(one) for one in part.measures if one.code in codes]
        if rows:
            told = "; ".join(f"{row.label}: {row.text}" for row in rows)
            words = picture.Words(title, told, _("Forventet"), _("Set, og det kan være"))
            found.append(picture.pairs(ident, words, rows, unit))
    return found


def bands(found: Aftermath) -> list[list[object]]:
    """Rows: the expected rate, sessions, visits, expected and observed missing, and whether."""
    rows = [[_band(one), *_missing(one)] for one in found.bands]
    if found.whole and len(found.bands) > 1:
        rows.append([_("Alle"), *_missing(found.whole)])
    return rows


def groups(with_extras: Sequence[Ratio], everywhere: Sequence[Ratio]) -> list[list[object]]:
    """Rows of those large enough: the ratio in sessions with extras and in all, and the verdict."""
    return [
        [GROUPS[one.code], _ratio(one), _ratio(other), _judged(one)]
        for one, other in zip(with_extras, everywhere, strict=True)
        if one.seen or other.seen
    ]


def too_small(everywhere: Sequence[Ratio]) -> list[LazyString]:
    """The groups that nothing is said of."""
    return [GROUPS[one.code] for one in everywhere if one.known and one.seen is None]


def flagged(ratios: Sequence[Ratio]) -> list[LazyString]:
    """The groups that wait too long."""
    return [GROUPS[one.code] for one in ratios if one.flagged]


def _row(one: Measure) -> picture.Row:
    hundred = 100.0 if one.code in SHARES else 1.0
    text = f"{_of(one, one.promised)} → {_of(one, one.seen.value)}"
    label = str(MEASURES[one.code])
    return picture.Row(label, hundred * one.promised, one.seen.times(hundred), text)


def _of(one: Measure, value: float) -> str:
    return _share(value) if one.code in SHARES else _("%(number)s min.", number=_decimal(value))


def _between(one: Measure) -> str:
    hundred = 100.0 if one.code in SHARES else 1.0
    return f"{_of(one, one.seen.value)} ({_ends(one.seen.times(hundred), '0.0')})"


def _band(one: Band) -> str:
    low, high = (format_decimal(100 * end, "0") for end in (one.low, min(1.0, one.high)))
    if one.low == BANDS[0]:
        return _("Under %(high)s %%", high=high)
    if one.high == BANDS[-1]:
        return _("%(low)s %% og derover", low=low)
    return _("%(low)s %% til under %(high)s %%", low=low, high=high)


def _missing(one: Band) -> list[object]:
    observed, said = str(one.missed), _("For få sessioner")
    if one.seen is not None:
        observed = f"{one.missed} ({_ends(one.seen, '0')})"
        said = _("Passer")
        if one.off:
            more = one.missed > one.expected
            said = _("Flere end forventet") if more else _("Færre end forventet")
    return [one.sessions, one.visits, _decimal(one.expected), observed, said]


def _ratio(one: Ratio) -> str:
    if one.seen is None:
        return _("For få")
    return f"{format_decimal(one.seen.value, '0.00')} ({_ends(one.seen, '0.00')})"


def _judged(one: Ratio) -> str:
    if one.flagged:
        return _("Venter længere")
    if one.within:
        return _("Inden for grænsen")
    return _("Kan ikke afgøres endnu")


def _ends(interval: Interval, format_: str) -> str:
    return f"{format_decimal(interval.low, format_)}–{format_decimal(interval.high, format_)}"


def _share(value: float) -> str:
    return str(format_percent(value, "0.0%" if language_code() == "en" else "0.0\u00a0%"))


def _decimal(value: float) -> str:
    return str(format_decimal(value, "0.0"))

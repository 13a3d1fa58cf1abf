"""Standards in words and pictures: states, ways, reasons, why rules break one, and the bars."""

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.appointments.wording import FORMS
from booking.platform.i18n import language_code
from triage_rules.authoring import words
from triage_rules.followup.measurements import MEASURES
from triage_rules.standards.breaks import Break
from triage_rules.standards.obligations import Obligation, State, Way
from triage_rules.standards.tally import Tally
from triage_rules.tables.rule_set import RuleSet

# The word always stands; the kind is the `status` macro's.
STATES: dict[State, tuple[LazyString, str]] = {
    "overdue": (_l("Overskredet"), "error"),
    "due": (_l("Skal gøres"), "warning"),
    "deviated": (_l("Fraveget"), "info"),
    "met": (_l("Opfyldt"), "success"),
}
REASONS: dict[str, LazyString] = {
    "not_relevant": _l("Giver ikke mening for patienten"),
    "declined": _l("Patienten ønsker det ikke"),
    "elsewhere": _l("Det gøres et andet sted"),
    "too_frail": _l("Patienten er for svækket"),
    "postponed": _l("Udskudt efter aftale med patienten"),
    "other": _l("En anden grund"),
}
WIDTH, HEIGHT = 240, 20


def way(one: Way) -> str:
    """How an obligation may be met."""
    if one.kind == "measurement":
        known = MEASURES.get(one.code)
        name = known.name(language_code()) if known else one.code
        return _("måling: %(what)s", what=name)
    if one.kind == "contact":
        return _("kontakt: %(form)s", form=str(FORMS[one.code]).lower())
    return _("spørgeskema: %(what)s", what=one.code)


def ways(obligation: Obligation) -> str:
    """All the ways, either of which is enough."""
    return words.listed(sorted(way(one) for one in obligation.ways), either=True)


def often(obligation: Obligation) -> str:
    """How often it is demanded."""
    if obligation.months % 12:
        return ngettext("hver måned", "hver %(num)d. måned", obligation.months)
    years = obligation.months // 12
    return _("hvert år") if years == 1 else _("hvert %(years)s. år", years=years)


def share(tally: Tally) -> str:
    """'87 % (26 af 30)'; that there is nobody to count."""
    if tally.share is None:
        return _("Ingen at tælle endnu")
    return _(
        "%(share)s %% (%(met)s af %(all)s)",
        share=tally.share,
        met=tally.fulfilled,
        all=tally.counted,
    )


def verdict(tally: Tally) -> tuple[str, str]:
    """(text, kind) of the share met against the one demanded."""
    if tally.enough is None:
        return _("Ingen andel krævet") if tally.obligation.share is None else "–", "neutral"
    return (_("Nået"), "success") if tally.enough else (_("Ikke nået"), "error")


def bar(tally: Tally) -> Markup:
    """The share met as a bar, with a line at the share demanded. The table beside it says it in
    figures, so nobody has to see it."""
    met = 0 if tally.share is None else WIDTH * tally.fulfilled // tally.counted
    kind = {True: "enough", False: "short", None: "plain"}[tally.enough]
    parts = [
        Markup(
            '<svg class="share" viewBox="0 0 {} {}" aria-hidden="true" focusable="false">'
        ).format(WIDTH, HEIGHT),
        Markup('<rect class="share__all" width="{}" height="{}"/>').format(WIDTH, HEIGHT),
        Markup('<rect class="share__met share__met--{}" width="{}" height="{}"/>').format(
            kind, met, HEIGHT
        ),
    ]
    if tally.obligation.share is not None:
        at = WIDTH * tally.obligation.share // 100
        parts.append(
            Markup('<line class="share__demanded" x1="{}" x2="{}" y1="0" y2="{}"/>').format(
                at, at, HEIGHT
            )
        )
    return Markup("").join([*parts, Markup("</svg>")])


def broken(rules: RuleSet, found: Break) -> str:
    """Which row breaks the obligation, and why."""
    contact = rules.table("contact")
    assert contact is not None
    row = next(one for one in contact.rows if one.id == found.row)
    where = f"{words.row_name(contact, found.row)} ({words.row_conditions(contact, row)})"
    where = where[:1].upper() + where[1:]
    if found.why == "no_way":
        return _(
            "%(row)s: den, som rækken gælder for hver gang, får aldrig det, som kravet opfyldes "
            "med.",
            row=where,
        )
    assert found.days is not None
    if found.why == "too_late":
        return _("%(row)s: der kan gå %(time)s.", row=where, time=words.days(found.days))
    return _(
        "%(row)s: der kan gå %(time)s i alt, sammen med det, der følger efter.",
        row=where,
        time=words.days(found.days),
    )

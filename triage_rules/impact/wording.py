"""What a preview found, in the reader's language."""

from collections.abc import Sequence
from datetime import date

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.visit_types.models import VisitType
from booking.calendar.professions import profession_name
from booking.platform.i18n import language_code, short_day
from triage_rules.authoring.words import ACTIONS, COLOURS, FORMS, listed
from triage_rules.impact.choosing import Group
from triage_rules.impact.compare import AgeGroup, Change, Later, Step
from triage_rules.impact.models import ImpactRun

NONE = _l("intet planlagt")
AGES: dict[AgeGroup, LazyString] = {
    "0-17": _l("0–17 år"),
    "18-39": _l("18–39 år"),
    "40-64": _l("40–64 år"),
    "65-79": _l("65–79 år"),
    "80+": _l("80 år og derover"),
    "unknown": _l("ukendt alder"),
}
CHANGES: dict[Change, LazyString] = {
    "action": _l("hvad der skal ske"),
    "colour": _l("farven"),
    "when": _l("hvornår"),
    "form": _l("formen"),
    "profession": _l("faggruppen"),
    "minutes": _l("længden"),
    "other": _l("hast, frist, hvem der ringes til, eller forpligtelser"),
}


def action(code: str) -> str:
    """'kontakt', 'intet planlagt'."""
    return str(NONE if code == "none" else ACTIONS[code])


def outcome(colour: str, what: str) -> str:
    """'grøn, kun nyt spørgeskema'; without a colour where no rules said one."""
    return f"{COLOURS[colour]}, {action(what)}" if colour else action(what)


def form(code: str) -> str:
    """'fremmøde'."""
    return str(FORMS.get(code, code))


def profession(code: str) -> str:
    """'speciallæge', 'alle faggrupper'."""
    return profession_name(code) if code else _("alle faggrupper")


def day(on: date) -> str:
    """'4. mar. 2027': a day that may lie years away."""
    return f"{short_day(on).partition(' ')[2]} {on.year}"


def week(monday: date) -> str:
    """'uge 48, 2026'."""
    year, number, _day = monday.isocalendar()
    return _("uge %(number)s, %(year)s", number=number, year=year)


def step(one: Step) -> str:
    """A next step, whole: 'video med sygeplejerske 4. mar. 2027, 30 minutter'."""
    if one.action == "none":
        return str(NONE)
    if one.action == "look" or one.on is None:
        return _("en kliniker ser på det nu")
    if one.action == "questionnaire":
        return _("nyt spørgeskema %(day)s", day=day(one.on))
    return _(
        "%(form)s %(day)s, %(who)s, %(minutes)s minutter",
        form=form(one.form),
        day=day(one.on),
        who=profession(one.profession),
        minutes=one.minutes,
    )


def delay(later: Later) -> str:
    """'3 uger', or that there is no contact any more."""
    if later.weeks is None:
        return _("ingen kontakt planlagt")
    return ngettext("%(num)s uge", "%(num)s uger", later.weeks)


def age(years: int | None) -> str:
    """'47 år'."""
    if years is None:
        return _("ukendt")
    return f"{years}" if language_code() == "en" else _("%(years)s år", years=years)


def group(one: Group) -> str:
    """Whom a draft may be tried on."""
    if one.kind == "followed":
        return _("Alle, der følges efter dette regelsæt")
    if one.kind == "pathway" and one.pathway is not None:
        return _("Alle, der følges som »%(name)s«", name=one.name)
    return _("Åbne forløb: %(title)s", title=one.name or _("uden titel"))


def tried_on(run: ImpactRun) -> str:
    """Whom a draft was tried on."""
    if run.course_title is not None:
        return _("Åbne forløb: %(title)s", title=run.course_title or _("uden titel"))
    if run.pathway is not None:
        return _("Alle, der følges som »%(name)s«", name=run.pathway.name)
    return _("Alle, der følges efter dette regelsæt")


def compared_with(run: ImpactRun, visit_types: Sequence[VisitType]) -> str:
    """What 'today' is. visit_types: the kinds of contact that count, where it is the calendar."""
    if run.version is not None:
        return _("Version %(number)s, som gælder i dag", number=run.version.number)
    if not visit_types:
        return _(
            "Den næste tid eller indkaldelse i kalenderen, uanset kontakttype. Knyt regelsættet "
            "til en opfølgningstype: så tælles kun dens kontakttyper."
        )
    names = listed([one.title(language_code()) for one in visit_types])
    return _("Den næste tid eller indkaldelse i kalenderen til %(names)s", names=names)

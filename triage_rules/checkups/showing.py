"""Reviews of check-ups in words: proposals, why, what came of them, and a picture of the groups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic
from booking.calendar.service import today
from booking.platform.i18n import language_code, moment
from booking.platform.localtime import local_date
from booking.platform.pages import db
from triage_rules.authoring import words
from triage_rules.checkups.looking import OVERDUE, OWED, pathway_of
from triage_rules.checkups.models import MISSING, REPLACED, CheckupLine
from triage_rules.checkups.proposals import ACTED
from triage_rules.checkups.queries import Group, replacements
from triage_rules.followup.history import short_year
from triage_rules.followup.showing import contact as in_words
from triage_rules.standards import queries as standards
from triage_rules.tables.rule_set import RuleSet


@dataclass(frozen=True)
class Proposed:
    """A group: its name, what it is, what accepting it does, and the button's word."""

    name: LazyString
    about: LazyString
    accept: LazyString


PROPOSALS: dict[str, Proposed] = {
    "unneeded": Proposed(
        _l("Ser ud til at kunne undværes"),
        _l("Reglerne ville have sendt et nyt spørgeskema i stedet for en kontrol."),
        _l("Godkend: aflys, og følg med spørgeskema"),
    ),
    "later": Proposed(
        _l("Kan vente"),
        _l("Reglerne ville have set patienten senere end planlagt."),
        _l("Godkend: flyt til senere"),
    ),
    "sooner": Proposed(
        _l("Bør være før"),
        _l("Reglerne ville have set patienten tidligere end planlagt."),
        _l("Godkend: find en tidligere tid"),
    ),
    "other_form": Proposed(
        _l("Kan holdes på en anden måde"),
        _l("Reglerne ville have valgt en anden form: video, telefon eller fremmøde."),
        _l("Godkend: skift form"),
    ),
    "demanded": Proposed(
        _l("Kræves af en national standard"),
        _l("Reglerne alene ville have valgt noget andet, men kun denne kontakt når kravet i tide."),
        _l("Behold kontrollen"),
    ),
    "keep": Proposed(
        _l("Passer, som den er"),
        _l("Reglerne ville have valgt det samme."),
        _l("Behold kontrollen"),
    ),
    "unsure": Proposed(
        _l("En kliniker skal se på det"),
        _l("Reglerne kan ikke svare sikkert, eller de beder selv om, at nogen ser på det."),
        _l("Behold kontrollen"),
    ),
    "lacking": Proposed(
        _l("Mangler svar eller målinger"),
        _l("Reglerne ved for lidt om patienten til at foreslå noget. Se på dem til sidst."),
        _l("Behold kontrollen"),
    ),
}
STATUSES: dict[str, tuple[LazyString, str]] = {
    "working": (_l("Reglerne er i gang"), "info"),
    "ready": (_l("Klar til gennemgang"), "warning"),
    "closed": (_l("Lukket"), "neutral"),
}
REASONS: dict[str, LazyString] = {
    "clinical": _l("Faglig vurdering"),
    "wish": _l("Patienten ønsker det"),
    "agreed": _l("Det er aftalt med patienten"),
    "other": _l("En anden grund"),
}
OUTCOMES: dict[str, LazyString] = {
    "kept": _l("Beholdt, som den er"),
    "cancelled": _l("Aflyst, og patienten følges med spørgeskema"),
    "changed": _l("Ændret"),
    "no_time": _l("Ingen ledig tid: den står på arbejdslisten"),
    "gone": _l("Kontrollen fandtes ikke længere"),
}
LACKS: dict[str, LazyString] = {
    MISSING: _l("De ved ikke nok om patienten."),
    "course": _l("Patienten har intet åbent forløb."),
    "rules": _l("Ingen udgivne regler gælder for patienten."),
    "answers": _l("Patientens svar kan ikke læses."),
    "questionnaire": _l("Opfølgningstypen har intet spørgeskema."),
    "ordered": _l("Reglerne har allerede bestilt en kontakt. Se, om begge er nødvendige."),
}
DEMANDS: dict[str, LazyString] = {
    OVERDUE: _l("Overskredet, og skal gøres også uden denne kontakt: %(what)s."),
    OWED: _l("Skal gøres, også uden denne kontakt: %(what)s."),
}
COLOURS: dict[str, tuple[LazyString, str]] = {
    "red": (_l("Rød"), "error"),
    "yellow": (_l("Gul"), "warning"),
    "green": (_l("Grøn"), "success"),
}
WHYS: dict[str, LazyString] = {
    "alarm": _l("Et svar alarmerer i sig selv, hvad reglerne end siger."),
    "red_flag": _l("Et rødt flag."),
    "missing": _l("Der mangler: %(input)s."),
    "no_row": _l("Ingen række passer."),
    "conflict": _l("Reglerne siger flere ting på én gang."),
    "near_limit": _l("Tæt på en grænse: %(input)s."),
    "asked": _l("Patienten vil gerne kontaktes."),
    "yellow": _l("Reglerne beder en kliniker se på det."),
}
WIDTH, HEIGHT = 240, 16


@dataclass(frozen=True)
class Shown:
    """A line as it is read. rows: those that fired; why: what else there is to say."""

    row: CheckupLine
    when: str
    what: str
    says: str
    colour: tuple[LazyString, str] | None
    rows: list[str]
    why: list[str]
    outcome: str
    freed: int


def lines(rows: Sequence[CheckupLine], clinic: Clinic) -> list[Shown]:
    """Lines in words."""
    language = language_code()
    names = {
        one.code: one.title(language)
        for standard in standards.in_force(db(), today(db(), clinic))
        for one in standard.obligations
    }
    instead = replacements(db(), rows)
    return [_line(row, clinic, names, instead.get(row.id)) for row in rows]


def _line(
    row: CheckupLine,
    clinic: Clinic,
    names: Mapping[str, str],
    instead: tuple[Invitation, Appointment | None] | None,
) -> Shown:
    return Shown(
        row,
        _when(row.appointment, row.invitation, clinic),
        _what(row.appointment or row.invitation, row.minutes),
        _says(row, clinic),
        COLOURS.get(row.colour),
        _rows(row),
        [*_why(row), *_demands(row, names), *_not_its_own(row)],
        _instead(*instead, clinic) if instead is not None else _outcome(row, clinic),
        row.freed,
    )


def bars(groups: Sequence[Group]) -> dict[str, Markup]:
    """A bar for each group, its length the number of lines. The table says it in figures."""
    most = max((one.total for one in groups), default=0)
    drawn = Markup(
        '<svg class="share" viewBox="0 0 {} {}" aria-hidden="true">'
        '<rect class="share__met share__met--plain" width="{}" height="{}"/></svg>'
    )
    return {
        one.proposal: drawn.format(WIDTH, HEIGHT, max(2, WIDTH * one.total // most), HEIGHT)
        for one in groups
    }


def _when(time: Appointment | None, invitation: Invitation | None, clinic: Clinic) -> str:
    if time is not None:
        return moment(time.starts_at, clinic.zone)
    assert invitation is not None
    return _(
        "%(first)s–%(last)s, uden tid endnu",
        first=short_year(invitation.window_from),
        last=short_year(invitation.window_to),
    )


def _instead(invitation: Invitation, time: Appointment | None, clinic: Clinic) -> str:
    """The contact that came instead of the check-up, as it stands now."""
    if time is None and invitation.status not in ("planned", "open"):
        return _("Erstattet af en anden kontakt, som er taget tilbage siden.")
    minutes = time.minutes if time is not None else invitation.visit_type.base_minutes
    return _(
        "Erstattet af: %(what)s, %(when)s.",
        what=_what(time or invitation, minutes),
        when=_when(time, invitation, clinic),
    )


def _what(booked: Appointment | Invitation | None, minutes: int) -> str:
    assert booked is not None
    title = booked.visit_type.title(language_code())
    said = _(
        "%(title)s, %(form)s, %(minutes)s min",
        title=title,
        form=str(FORMS[booked.form]).lower(),
        minutes=minutes,
    )
    return f"{said}, {booked.clinician.name}" if isinstance(booked, Appointment) else said


def _says(row: CheckupLine, clinic: Clinic) -> str:
    """What the rules would have done, with its window as days."""
    if row.lacks:
        return str(LACKS[row.lacks])
    if row.contact is None or row.action == "look":
        return str(words.ACTIONS.get(row.action, "")).capitalize()
    looked = row.looked_at or db().now()
    told = in_words(row.contact, local_date(looked, clinic.zone))
    last = short_year(told["latest"])  # type: ignore[arg-type]
    if row.action == "questionnaire":
        return _("Nyt spørgeskema, senest %(day)s", day=last)
    first = short_year(told["from"])  # type: ignore[arg-type]
    return _("%(form)s mellem %(first)s og %(last)s", form=told["form"], first=first, last=last)


def _rows(row: CheckupLine) -> list[str]:
    if row.rule_version is None:
        return []
    rules = row.rule_version.rules
    found = []
    for name, row_id in row.fired:
        if name == "obligations":  # told of by their names, where they matter
            continue
        table = rules.table(name)
        assert table is not None
        fired = next(one for one in table.rows if one.id == row_id)
        found.append(
            f"{words.stage(name)}, {words.row_name(table, row_id)}: "
            f"{words.row_summary(table, fired)}"
        )
    return found


def _why(row: CheckupLine) -> list[str]:
    labels = _labels(row.rule_version.rules) if row.rule_version is not None else {}
    said = []
    for one in row.reasons:
        if one["why"] in (OWED, OVERDUE, REPLACED):
            continue
        name = one.get("input", "")
        text = str(WHYS[one["why"]])
        said.append(text % {"input": labels.get(name, name)} if name else text)
    return list(dict.fromkeys(one for one in said if "%(" not in one))


def _labels(rules: RuleSet) -> dict[str, str]:
    return {one.name: words.label(one) for table in rules.tables for one in table.inputs}


def _demands(row: CheckupLine, names: Mapping[str, str]) -> list[str]:
    """What the standards say of it: that they demand it, or what is to be done without it."""
    said = [_("Kræves: %(what)s.", what=names.get(code, code)) for code in row.demands]
    for why, text in DEMANDS.items():
        owed = [names.get(one["input"], one["input"]) for one in row.reasons if one["why"] == why]
        if owed:
            said.append(str(text) % {"what": words.listed(owed)})
    return said


def _not_its_own(row: CheckupLine) -> list[str]:
    """That the check-up is of a kind its pathway does not order: it may be for something else."""
    pathway, booked = pathway_of(row), row.appointment or row.invitation
    if pathway is None or booked is None or row.proposal not in ACTED:
        return []
    if any(one.visit_type_id == booked.visit_type_id for one in pathway.contacts):
        return []
    return [
        _("Opfølgningstypen bestiller ikke selv den kontakttype. Se, om reglerne erstatter den.")
    ]


def _outcome(row: CheckupLine, clinic: Clinic) -> str:
    if row.status == "rejected":
        said = _("Afvist: %(why)s.", why=REASONS.get(row.reason, REASONS["other"]))
        return f"{said} {row.words}".strip()
    if row.status != "carried_out":
        return ""
    time = row.appointment
    moved = time is not None and local_date(time.starts_at, clinic.zone) != row.on
    if row.outcome == "changed" and moved:
        return _("Flyttet fra %(day)s", day=short_year(row.on))
    return str(OUTCOMES.get(row.outcome, ""))

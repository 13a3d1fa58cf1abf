"""What is said of a decision: to the patient in plain words, and to the clinician in full.

Both are kept with the decision as they were said.
"""

from flask_babel import force_locale
from flask_babel import gettext as _

from booking.platform.i18n import said_in
from triage_rules.authoring import words
from triage_rules.authoring.models import RuleVersion
from triage_rules.followup.wording import CALLS, LATER, NEXT, WHY, colour_name, lacking
from triage_rules.tables.decide import ANSWERED, Decision
from triage_rules.tables.evaluate import Answer
from triage_rules.tables.model import Row

LANGUAGES = ("da", "en")


def to_patient(
    made: Decision, phone: str, weeks: int | None, language: str, *, invited: bool
) -> str:
    """Paragraphs, one a line: whom to call at once, why, and what happens next.

    weeks: until the next questionnaire, where that is what happens; None where there is none to
    ask, and so a person looks. invited: the patient had been invited before, which stands until
    a person has seen to it.
    """
    stands = invited and made.action != "contact"
    said = [said_in(language, CALLS[call], phone=phone) for call in made.calls]
    rows = _rows(made, stands=stands)
    said += [row.told_en if language == "en" and row.told_en else row.told for row in rows]
    said += [said_in(language, WHY[why]) for why in _whys(made)]
    if stands:
        said.append(said_in(language, LATER["invited"]))
    said += _next(made, weeks, language)
    return "\n".join(dict.fromkeys(one for one in said if one))


def to_clinician(version: RuleVersion, made: Decision, *, wish: bool) -> str:
    """Paragraphs, one a line, in Danish: the colour, the rows that fired, why it is looked at."""
    with force_locale("da"):
        said = [
            _(
                "%(colour)s efter %(rules)s, version %(number)s.",
                colour=colour_name(made.colour),
                rules=version.rules.label,
                number=version.number,
            )
        ]
        if _alarmed(made):
            said.append(_("Et svar alarmerer i sig selv og gør den rød, hvad reglerne end siger."))
        for answer in made.answers:
            said += [_fired(answer, row) for row in answer.rows]
        for answer in made.answers:
            said += [
                f"{words.stage(answer.table.name)}: {lacking(one.input.label, one.state)}"
                for one in answer.read
                if one.state != "known" and one.input.name in answer.unsure
            ]
            if answer.conflict:
                said.append(
                    _("%(table)s: rækkerne er uenige.", table=words.stage(answer.table.name))
                )
            elif answer.needs_clinician and not answer.unsure:
                said.append(
                    _("%(table)s: ingen række passer.", table=words.stage(answer.table.name))
                )
        for reason in made.reasons:
            if reason.why == "near_limit":
                label = next(
                    (
                        one.input.label
                        for answer in made.answers
                        for one in answer.read
                        if one.input.name == reason.input
                    ),
                    reason.input,
                )
                said.append(_("%(input)s ligger tæt på en grænse.", input=label))
        if wish:
            said.append(_("Patienten vil gerne kontaktes."))
        return "\n".join(dict.fromkeys(said))


def _fired(answer: Answer, row: Row) -> str:
    table = answer.table
    return (
        f"{words.stage(table.name)}, {words.row_name(table, row.id)}: "
        f"{words.row_summary(table, row)}"
    )


def _rows(made: Decision, *, stands: bool) -> list[Row]:
    """The rows whose words hold whatever else the decision says. Those on what happens next do
    not where an earlier invitation stands, nor where a look is for an alarm."""
    unsaid = made.action != "contact" and (stands or _alarmed(made))
    rows: list[Row] = []
    for answer in made.answers:
        table = answer.table.name
        same = {"activity": made.colour, "contact": made.action}.get(table)
        decided = answer.value is not None and answer.value[0] == same
        if table == "red_flags" or (decided and not (table == "contact" and unsaid)):
            rows += answer.rows
    return rows


def _alarmed(made: Decision) -> bool:
    return any(reason.why == "alarm" for reason in made.reasons)


def _whys(made: Decision) -> list[str]:
    """Why a person looks, as codes, without what the patient need not hear twice."""
    return [one for one in dict.fromkeys(reason.why for reason in made.reasons) if one in WHY]


def _next(made: Decision, weeks: int | None, language: str) -> list[str]:
    if made.action == "contact" and made.contact is not None:
        latest, form = made.contact.latest_weeks, made.contact.form
        what = said_in(language, NEXT.get(form, NEXT["none"]))
        when = said_in(
            language,
            LATER["soon" if latest < 1 else "one" if latest == 1 else "many"],
            weeks=latest,
        )
        first = [said_in(language, LATER["look_now"])] if _alarmed(made) else []
        return [*first, f"{what} {when}", said_in(language, LATER["time"])]
    if made.action == "questionnaire" and weeks is not None:
        key = "ask_one" if weeks == 1 else "ask"
        return [said_in(language, LATER[key], weeks=weeks), said_in(language, LATER["always"])]
    if made.colour == "red":
        return [said_in(language, LATER["look_now"])]
    wished = any(reason.why == "asked" for reason in made.reasons)
    return [said_in(language, LATER["look_wished" if wished else "look"])]


def reads(made: Decision) -> list[tuple[str, str, str]]:
    """(table, input, state) of every input that could not be used, each once a table."""
    return [
        (answer.table.name, one.input.name, one.state)
        for answer in made.answers
        for one in answer.read
        if one.state != "known" and one.input.name not in ANSWERED
    ]

"""Why a file of rules was refused, and where in it, in the reader's language.

Files are read without a language, by the command line too, so a refusal is an English sentence.
Each sentence an import can meet has its words here. What is said of FEEL itself, DMN's language of
formulas, is one sentence to a clinician: the field is written in a way that is not read.
"""

import re
from ast import literal_eval

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from triage_rules.authoring import words

NOT_READ = _l("Feltet er skrevet på en måde, som Rettid ikke læser.")
# The words of several sentences at once. In a sentence, {name} stands for what differs: `every` and
# `either` for lists, `quoted` for what is in quotes.
_WHY: tuple[tuple[LazyString, tuple[str, ...]], ...] = (
    # The file.
    (
        _l("Filen er for stor."),
        (
            "it is larger than {most} bytes",
            "it has more than {most} bytes",
            "there are more than {most} elements",
            "elements are nested more than {most} deep",
        ),
    ),
    (_l("Filen begynder som JSON, men kan ikke læses som JSON."), ("it is not JSON",)),
    (_l("Filen er ikke gyldig XML, som en DMN-fil skal være."), ("this is no XML: {error}",)),
    (_l("Filens tegnsæt kan ikke læses."), ("its encoding cannot be read: {error}",)),
    (
        _l("Filen har en dokumenttype (DOCTYPE). Den slags læses ikke af hensyn til sikkerheden."),
        ("a document type or entity is not read",),
    ),
    (
        _l("Filen er ikke DMN 1.3, 1.4 eller 1.5."),
        ("this is not DMN 1.3, 1.4 or 1.5: its namespace is another",),
    ),
    (_l("<%(inner)s> står to gange i <%(outer)s>."), ("a second <{inner}> in <{outer}>",)),
    (_l("To dele af filen har samme id: »%(id)s«."), ("the id {id} is there twice",)),
    (_l("To typer i filen har samme navn."), ("two item definitions have one name",)),
    (_l("<%(element)s> har intet navn."), ("<{element}> has no name",)),
    (
        _l("Sproget er ikke FEEL. Rettid læser kun FEEL."),
        ("its language {language} is not FEEL", "its language is not FEEL"),
    ),
    # The decisions and their tables.
    (
        _l("Ingen beslutning i filen hedder som et af trinene i et regelsæt."),
        ("none of its decisions is called after a table of a rule set",),
    ),
    (
        _l("Et regelsæt har ikke plads til den. Dets tabeller hedder %(every)s."),
        ("a rule set has no place for it; its tables are called {every}",),
    ),
    (
        _l("Rettid bestemmer selv, hvad der ligger mellem tabellerne, og i filen er det ændret."),
        ("what the chain makes of its first tables is not the model's to say",),
    ),
    (_l("Det er tabel nummer to for trinet »%(stage)s«."), ("a second table for {stage}",)),
    (
        _l("Den er ikke en beslutningstabel, og klinikkens regler er kun tabeller."),
        (
            "it is no decision table, and clinicians' rules are tables only",
            "it does not have one decision logic",
            "<{element}> is not read",
            "it has no name",
            "only the last entry may be without a name",
            "the name is there twice",
            "its columns do not have different names",
            "its parameters do not have different names",
            "only functions written in FEEL are read",
        ),
    ),
    (
        _l("»%(policy)s« er ikke en hit policy i DMN."),
        ("the hit policy {policy} is not DMN's",),
    ),
    (
        _l("DMN kan ikke samle svarene med »%(aggregation)s« her."),
        ("the aggregation {aggregation} is not DMN's for {policy}",),
    ),
    (
        _l("Tabellen lægger svar sammen på en måde, som Rettid ikke læser."),
        (
            "several outputs are not aggregated",
            "an aggregate of a type of the model's own is not read",
        ),
    ),
    (
        _l("Tabellens hit policy skal være %(either)s."),
        ("its hit policy must be {either}", "hit policy must be one of {either}"),
    ),
    (_l("Tabellens svar skal være %(every)s."), ("its outputs must be {every}",)),
    (
        _l("Tabellens svar er ikke dem, der hører til trinet."),
        ("outputs must be those of the stage",),
    ),
    (_l("Tabellens svar skal have hvert sit navn."), ("its outputs do not have different names",)),
    (
        _l("Svarene skal stå i rækkefølgen %(every)s."),
        ("its values must stand in the order {every}",),
    ),
    (
        _l("Tabellen har flere end %(rows)s rækker eller %(columns)s kolonner."),
        ("it has more than {rows} rows or {columns} columns",),
    ),
    (_l("Tabellen har flere end %(rows)s rækker."), ("it has more than {rows} rows",)),
    (
        _l("Rækken har ikke et felt for hver kolonne."),
        (
            "it has not one cell for every column",
            "a cell for each input, a value for each output",
        ),
    ),
    (
        _l("Tabellen har et standardsvar. Skriv det som en sidste række i stedet."),
        ("a default is not held: write it as a last row",),
    ),
    (
        _l("Den tomme række, som Rettid selv satte ind i filen, er ændret."),
        ("the row of nulls that keeps the list from being empty has been changed",),
    ),
    (
        _l("Den samme oplysning står i to kolonner."),
        ("one input stands in two columns", "an input twice"),
    ),
    # The columns.
    (
        _l("En kolonne skal spørge om én oplysning ved navn, ikke om noget, der regnes ud."),
        (
            "a column asks for one input by its name, not for an expression",
            "it has no expression",
        ),
    ),
    (
        _l("»%(decision)s« svarer med flere ting, og et felt kan kun spørge om én."),
        (
            "{decision} answers with a list, and a cell tests one value",
            "{decision} has several outputs, and a cell tests one value",
        ),
    ),
    (
        _l("Typen »%(type)s« er hverken tal, valg eller ja og nej."),
        (
            "{type} is neither number, choice nor yes and no",
            "the type {type} is not one the model defines or FEEL has",
        ),
    ),
    (
        _l("Typen er beskrevet på en måde, som Rettid ikke læser."),
        (
            "its type is nested too deep, or in a circle",
            "a function as a type is not read",
            "a constraint of a whole collection is not read",
            "allowed values and a constraint at once are not read",
            "imported values are not read",
        ),
    ),
    (
        _l("Filen siger ikke, om det er tal, valg eller ja og nej, eller den siger flere ting."),
        ("its type is not said, or is several",),
    ),
    (
        _l("Et spørgsmål med ja og nej skal tillade begge svar."),
        ("of yes and no both are allowed, or it is no question",),
    ),
    (
        _l("De tilladte værdier står to gange, og ikke ens."),
        ("its allowed values are said twice, and differently",),
    ),
    (_l("Valgene skal skrives op ét for ét."), ("the choices are not listed one by one",)),
    (
        _l("Et tals område skal gå fra et tal til et tal, som begge er tilladt."),
        ("a number's range goes from and to a number that is allowed too",),
    ),
    (_l("De tilladte værdier skal være tal."), ("what is allowed is no list of numbers",)),
    (
        _l("Der skal være lige langt mellem de tilladte tal."),
        ("the numbers are not evenly spaced",),
    ),
    (_l("Trinnet mellem to tal skal være over 0."), ("the step must be above 0",)),
    # The fields of a row.
    (NOT_READ, ("no cell of a clinicians' table can hold this",)),
    (_l("Feltet er tomt."), ("the cell is empty",)),
    (
        _l("Et felt kan kun have ét sammenhængende område af tal. Skriv en række for hvert."),
        ("a cell holds one stretch of numbers: write a row for each",),
    ),
    (
        _l("»Alle andre« – not(…) – kan kun læses, hvor valgene er skrevet op."),
        ("what is left by not(…) is only known where the choices are listed",),
    ),
    (_l("Kolonnen er med tal, og feltet spørger om noget andet."), ("the column is of numbers",)),
    (
        _l("Kolonnen er med ja og nej, og feltet spørger om noget andet."),
        ("the column is of yes and no",),
    ),
    (_l("Kolonnen er med valg, og feltet spørger om noget andet."), ("the column is of choices",)),
    (
        _l("Et område skal gå fra et tal til et tal."),
        ("an interval goes from a number to a number",),
    ),
    (
        _l("Et felt er ja, nej eller mangler. Skriv en række for hvert."),
        ("a cell is yes, no or missing: write a row for each",),
    ),
    (
        _l("Et felt er enten »mangler« eller nogle af valgene. Skriv en række for hvert."),
        ("a cell is missing or some choices: write a row for each",),
    ),
    (
        _l("Tallet er for stort eller har for mange decimaler."),
        ("the number is too large, or has too many decimals",),
    ),
    (
        _l("Her kan kun stå et tal, en tekst i anførselstegn, true, false eller null."),
        ("only a number, a text in quotes, true, false or null can stand here",),
    ),
    (_l("Svaret mangler. En række skal svare noget."), ("an output without a value is not held",)),
    (
        _l("Svaret er ikke blandt de tilladte."),
        (
            "the output is not among the values allowed",
            "the value is not among those {type} allows",
        ),
    ),
    (
        _l("Svaret er ikke af den type, som filen siger."),
        (
            "its type makes another value of what it answers",
            "a context of the type {type} is needed, not a {other}",
            "it lacks {names}",
            "its type {type} has no {names}",
            "this is no {type}",
            "a {type} is needed, not a {other}",
            "it is nested more than {most} deep",
            "the number has more than {most} digits, or is none",
            "a {type} is no fact",
            "it has no declared type, and may be a string or a date, a time or a duration",
        ),
    ),
    # Rettid's own form, and what Rettid adds to DMN.
    (
        _l("Et regelsæt skal have hvert trin én gang og i den rigtige rækkefølge."),
        ("each stage once, in order",),
    ),
    (_l("Tabellen mangler."), ("missing",)),
    (_l("Sikkerhedsnettet skal være fra 1 til %(weeks)s uger."), ("1 to {weeks} weeks",)),
    (_l("To rækker har samme id."), ("a row id twice",)),
    (_l("Feltet passer ikke til kolonnen."), ("not a cell for this input", "no such cell")),
    (
        _l("Her skal netop stå %(every)s."),
        ("needs just {every}", "needs a {every}"),
    ),
    (_l("Her skal stå %(either)s."), ("must be one of {either}",)),
    (_l("Her skal stå en liste."), ("must be a list",)),
    (_l("Her skal stå tekst."), ("must be a text",)),
    (_l("Her skal stå tekst eller null."), ("must be a text or null",)),
    (_l("Her skal stå en liste af tekster."), ("must be texts",)),
    (_l("Her skal stå en liste af tekster eller null."), ("must be texts or null",)),
    (
        _l("Her skal stå et tal."),
        ("must be a number", "must be a finite number", "{quoted} is no number"),
    ),
    (
        _l("Her skal stå et helt tal."),
        ("must be a whole number", "{quoted} is no whole number"),
    ),
    (_l("Her skal stå et helt tal eller null."), ("must be a whole number or null",)),
    (_l("Her skal stå hele antal dage."), ("must be whole numbers of days",)),
    (_l("Her skal stå true eller false."), ("must be true or false",)),
    (
        _l("Her skal stå et tal, en tekst, true, false eller null."),
        ("must be a number, a text, true, false or null",),
    ),
    (
        _l("Datoen kan ikke læses. Den skrives som 2027-01-31."),
        ("review_by is no date", "{quoted} is no date"),
    ),
)

LONGEST = 200
_LIST = re.compile(", | and | or ")
_QUOTED = r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\""""
# A column's name as the file has it, commas and brackets and all, and what may follow.
_NAMED = r"\((?P<name>.*?)\)(?=$|, (?:(?:input|output) values$|default$|item \d|['\"]))"
# What stands before the first comma of a place, and after each.
_PLACES = (
    (_l("filen"), r"the file"),
    (_l("modellen"), r"the model"),
    (_l("regelsættet"), r"the rule set"),
    (_l("regelsættets navn"), r"the rule set's name or label"),
    (_l("linje %(number)s"), r"line (?P<number>\d+)"),
    (_l("beslutningen »%(name)s«"), rf"decision (?P<name>{_QUOTED})"),
    (_l("funktionen »%(name)s«"), rf"knowledge model (?P<name>{_QUOTED})"),
    (_l("typen »%(name)s«"), rf"item definition (?P<name>{_QUOTED})"),
    (_l("række %(number)s"), r"row (?P<number>\d+)"),
    (_l("tilladte værdier"), r"(?:input|output|allowed) values"),
    (_l("standardsvar"), r"default"),
    (_l("oplysning %(number)s (%(name)s)"), rf"input (?P<number>\d+) {_NAMED}"),
    (_l("oplysning %(number)s"), r"input (?P<number>\d+)"),
    (_l("svar %(number)s (%(name)s)"), rf"output (?P<number>\d+) {_NAMED}"),
    (_l("svar %(number)s"), r"output (?P<number>\d+)"),
    (_l("svaret »%(name)s«"), rf"output (?P<name>{_QUOTED})"),
    (_l("led %(number)s"), r"(?:item|entry) (?P<number>\d+)"),
    (_l("»%(name)s«"), rf"(?:(?:entry|column|parameter) )?(?P<name>{_QUOTED})"),
)
_COMPILED_PLACES = [
    (text, re.compile(rf"{pattern}(?:, |$)", re.DOTALL)) for text, pattern in _PLACES
]
_NUMBERED = {
    "examples": _l("eksempelpatient %(number)s"),
    "second_looks": _l("ekstra blik %(number)s"),
}


def _compiled(sentence: str) -> re.Pattern[str]:
    pattern = ""
    for place, part in enumerate(re.split(r"\{(\w+)\}", sentence)):
        inside = _QUOTED if part == "quoted" else ".*"
        pattern += f"(?P<{part}>{inside})" if place % 2 else re.escape(part)
    return re.compile(pattern, re.DOTALL)


_SENTENCES = [(_compiled(sentence), text) for text, sentences in _WHY for sentence in sentences]


def why(sentence: str) -> str:
    """A refusal's reason in words; NOT_READ for what is said of a formula."""
    for pattern, text in _SENTENCES:
        found = pattern.fullmatch(sentence)
        if found is not None:
            return _filled(text, found)
    return str(NOT_READ)


def place(where: str) -> str:
    """A refusal's place in words: 'Beslutningen »Activity«, række 1, oplysning 1 (ACT)'."""
    text = ", ".join(_in_model(where) or _in_written_form(where)) or _("filen")
    return text[0].upper() + text[1:]


def _in_model(where: str) -> list[str]:
    """The parts of a place in a DMN model; none where it is not such a place."""
    found: list[str] = []
    at = 0
    while at < len(where):
        matches = ((text, pattern.match(where, at)) for text, pattern in _COMPILED_PLACES)
        text, match = next(((t, m) for t, m in matches if m is not None), (None, None))
        if text is None or match is None:
            return found and [*found, short(where[at:])]
        found.append(_filled(text, match))
        at = match.end()
    return found


def _in_written_form(where: str) -> list[str]:
    """The parts of a place as 'activity/r2/act'; a number there counts from 0."""
    first, *more = where.split("/") if where else [""]
    if first in _NUMBERED and more and more[0].isdecimal():
        number = int(more.pop(0)[:9]) + 1
        found = [str(_NUMBERED[first]) % {"number": number}]
    else:
        found = [_("»%(name)s«", name=short(words.stage(first)))] if first else []
    return found + [_("»%(name)s«", name=short(one)) for one in more]


def _filled(text: LazyString, found: re.Match[str]) -> str:
    """The words with what differs put into them."""
    return str(text) % {name: _field(name, said) for name, said in found.groupdict().items()}


def _field(name: str, said: str) -> str:
    if name not in ("every", "either"):
        return short(_unquoted(said))
    listed = re.findall(rf"None|{_QUOTED}", said) if said.startswith("(") else _LIST.split(said)
    known = ["null" if one == "None" else short(_unquoted(one)) for one in listed]
    return words.listed(known, either=name == "either")


def _unquoted(text: str) -> str:
    """A name as it is in the file, which a sentence has as Python writes it."""
    try:
        return str(literal_eval(text)) if re.fullmatch(_QUOTED, text) else text
    except (SyntaxError, ValueError):
        return text


def short(text: str) -> str:
    """A name of a length to be read, with signs that can be written."""
    return text[:LONGEST].encode(errors="replace").decode()

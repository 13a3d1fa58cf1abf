"""The texts patients read: in each language and channel, with their versions and what is found."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.models import Clinic
from booking.clinic_web.frame import clinic_here
from booking.clinic_web.refusals import refusals
from booking.platform.errors import ChangedMeanwhile, DomainError, InvalidInput, NotFound
from booking.platform.forms import Choice, Form, Id, Number, Text, Yes, read, rejected
from booking.platform.identity import Role
from booking.platform.pages import Access, Pages, db, me
from reminders.clinic_web import lint_words, saying, words
from reminders.clinic_web.frame import MESSAGES
from reminders.clinic_web.overview import name_of, writes_here
from reminders.policies import queries, service
from reminders.policies.errors import WordingNotReady
from reminders.policies.models import MessageSender, ReminderWording, ReminderWordingVersion
from reminders.policies.steps import CHANNELS, Step
from reminders.texts import lints
from reminders.texts.fields import FIELDS, WordingError
from reminders.texts.languages import FIRST, WRITTEN
from reminders.texts.lints import Finding
from reminders.texts.wordings import names_the_time

pages = Pages("staff_message_wordings", __name__, url_prefix=f"{MESSAGES}/tekster")
LIST, ONE, NEW = (f"messages/{name}.html" for name in ("wordings", "wording", "new_wording"))
WITH_SUBJECT = frozenset({"email", "letter", "digital_post"})
LONGEST = 4000
FIELD_WORDS: dict[str, LazyString] = {
    "dag": _l("Dagen, for eksempel tirsdag 24/11"),
    "kl": _l("Klokkeslættet, for eksempel 09.30"),
    "sted": _l("Stedet, som klinikken kalder det i beskeder"),
    "telefon": _l("Klinikkens telefonnummer"),
    "link": _l("Adressen på patientens egen side"),
    "klinik": _l("Klinikkens navn"),
    "svar": _l("Hvordan man svarer: 1, 2 eller 3. Kan man ikke svare, siger det dét."),
    "valg": _l("De tider, der spørges om, hver med sit bogstav"),
    "frist": _l("Hvornår et tilbud senest kan besvares, for eksempel tirsdag 24/11 kl. 09.30"),
}


class LanguageForm(Form):
    """Which language is shown."""

    sprog = Choice(WRITTEN, load_default=FIRST)


class TextForm(Form):
    """A wording's texts in one language; an empty one is not there. version: the one shown."""

    sms = Text(longest=LONGEST, load_default="")
    voice = Text(longest=LONGEST, load_default="")
    email_subject = Text(longest=200, load_default="")
    email = Text(longest=LONGEST, load_default="")
    letter_subject = Text(longest=200, load_default="")
    letter = Text(longest=LONGEST, load_default="")
    digital_post_subject = Text(longest=200, load_default="")
    digital_post = Text(longest=LONGEST, load_default="")
    accepted = Yes()
    version = Number(0, required=True)


class NewForm(Form):
    """A wording of the clinic's own."""

    name = Text(
        longest=100,
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvad teksten skal hedde."))},
    )
    like = Id(required=True)


@dataclass
class Latest:
    """The number of a wording's newest version, to go on from."""

    version: int


@dataclass(frozen=True)
class Use:
    """A step that uses a wording. name: of its policy; draft: in a draft only."""

    policy_id: int
    name: str
    step: Step
    draft: bool


@dataclass(frozen=True)
class Found:
    """What is found in one channel's text, in words. channel: '' for the wording as a whole."""

    channel: str
    text: str
    error: bool


@pages.get("", access=Access.STAFF)
def everything(clinic_id: int) -> ResponseReturnValue:
    """Every wording, and the steps that use it."""
    clinic, sender = _sending(clinic_id)
    rows = []
    for one in queries.named_wordings(db(), clinic_id):
        newest = _newest(one)
        found = _findings(clinic, sender, one.code, newest.texts) if newest else []
        rows.append((one, newest, _used_by(one), found))
    return render_template(
        LIST, clinic=clinic, rows=rows, writes=writes_here(clinic), answers=lints.ANSWERS
    )


@pages.get("/ny", access=Access.SECRETARY)
def new_form(clinic_id: int) -> ResponseReturnValue:
    """The form for a wording of the clinic's own."""
    clinic, _sender = _sending(clinic_id, Role.SECRETARY, Role.LEADER)
    return render_template(NEW, values={}, errors={}, clinic=clinic, likes=_likes(clinic))


@pages.post("/ny", access=Access.SECRETARY)
def new(clinic_id: int) -> ResponseReturnValue:
    """Add it; it begins as a copy of another."""
    clinic, _sender = _sending(clinic_id, Role.SECRETARY, Role.LEADER)
    try:
        with refusals():
            typed = read(NewForm())
            like = _newest(queries.wording_of(db(), clinic_id, typed["like"]))
            if like is None:
                raise NotFound
            taken = {one.code for one in queries.named_wordings(db(), clinic_id)}
            code = next(f"own_{at}" for at in range(1, 10_000) if f"own_{at}" not in taken)
            wording = service.new_wording(db(), me(), clinic, code, typed["name"])
            service.write_wording(db(), me(), wording, like.texts)
    except DomainError as error:
        return rejected(NEW, error, clinic=clinic, likes=_likes(clinic))
    flash(_("Teksten er oprettet. Ret den, og vælg den så i et trin."), "success")
    return redirect(url_for(".show", clinic_id=clinic_id, wording_id=wording.id), 303)


@pages.get("/<int:wording_id>", access=Access.STAFF)
def show(clinic_id: int, wording_id: int) -> ResponseReturnValue:
    """A wording in one language, to be read or written."""
    clinic, sender = _sending(clinic_id)
    wording = queries.wording_of(db(), clinic_id, wording_id)
    language = _language()
    texts = _texts(wording)
    values = _values(texts.get(language, {})) | {"version": _latest(wording).version}
    found = _findings(clinic, sender, wording.code, {language: texts.get(language, {})})
    page = _page(clinic, sender, wording, language)
    return render_template(ONE, values=values, errors={}, found=found, **page)


@pages.post("/<int:wording_id>", access=Access.SECRETARY)
def save(clinic_id: int, wording_id: int) -> ResponseReturnValue:
    """Write the next version, unless something in it is wrong or has not been seen."""
    clinic, sender = _sending(clinic_id, Role.SECRETARY, Role.LEADER)
    wording = queries.wording_of(db(), clinic_id, wording_id)
    language = _language()
    found: list[Found] = []
    page = _page(clinic, sender, wording, language)
    try:
        typed = read(TextForm())
        known = _texts(wording)
        texts = {**known, language: _typed(typed)}
        texts = {one: by_channel for one, by_channel in texts.items() if by_channel}
        found = [
            *_whole(texts),
            *_timeless(wording, texts),
            *_findings(clinic, sender, wording.code, {language: texts.get(language, {})}),
        ]
        if typed["version"] != _latest(wording).version:
            raise ChangedMeanwhile
        if any(one.error for one in found):
            raise WordingNotReady
        if found and not typed["accepted"]:
            text = _("Se på advarslerne, og sæt kryds, hvis teksten skal gemmes alligevel.")
            raise InvalidInput({"accepted": text})
        if texts != known:
            with refusals():
                service.write_wording(db(), me(), wording, texts)
    except DomainError as error:
        return rejected(ONE, error, row=_latest(wording), found=found, **page)
    if texts == known:
        flash(_("Teksten er, som den var. Intet er gemt."), "info")
    else:
        flash(
            _("Teksten er gemt. Nye beskeder får den; de planlagte beholder den, de har."),
            "success",
        )
    there = url_for(".show", clinic_id=clinic_id, wording_id=wording_id, sprog=language)
    return redirect(there, 303)


def faulty(clinic: Clinic, sender: MessageSender) -> list[str]:
    """The names of the texts that no longer go with who messages come from."""
    return [
        wording.name
        for wording in queries.named_wordings(db(), clinic.id)
        if any(one.error for one in _findings(clinic, sender, wording.code, _texts(wording)))
    ]


def _sending(clinic_id: int, *roles: Role) -> tuple[Clinic, MessageSender]:
    """The clinic and its sender; raises NotFound for one that sends nothing."""
    clinic = clinic_here(clinic_id, *roles)
    sender = queries.sender_of(db(), clinic_id)
    if sender is None:
        raise NotFound
    return clinic, sender


def _language() -> str:
    try:
        language: str = read(LanguageForm(), "query")["sprog"]
    except InvalidInput:
        return FIRST
    return language


def _newest(wording: ReminderWording) -> ReminderWordingVersion | None:
    versions = queries.wording_versions(db(), wording.id)
    return versions[0] if versions else None


def _latest(wording: ReminderWording) -> Latest:
    newest = _newest(wording)
    return Latest(newest.number if newest else 0)


def _texts(wording: ReminderWording) -> service.Texts:
    newest = _newest(wording)
    return newest.texts if newest else {}


def _likes(clinic: Clinic) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in queries.named_wordings(db(), clinic.id)]


def _values(by_channel: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    values = {}
    for channel, (subject, body) in by_channel.items():
        values[channel] = body
        values[f"{channel}_subject"] = subject
    return values


def _typed(typed: dict[str, Any]) -> dict[str, list[str]]:
    """texts[channel] as it was typed; a browser's line ends are plain ones."""
    written: dict[str, list[str]] = {}
    for channel in CHANNELS:
        subject = typed[f"{channel}_subject"] if channel in WITH_SUBJECT else ""
        body = typed[channel].replace("\r\n", "\n")
        if subject or body:
            written[channel] = [subject, body]
    return written


def _findings(
    clinic: Clinic, sender: MessageSender, code: str, texts: Mapping[str, Any]
) -> list[Found]:
    return [
        Found(channel, lint_words.finding(one), one.severity == "error")
        for language, by_channel in texts.items()
        for channel, text in by_channel.items()
        for one in saying.findings(db(), clinic, sender, code, language, channel, text)
    ]


def _whole(texts: service.Texts) -> list[Found]:
    """What is missing of a wording in all its languages."""
    found: list[Finding] = lints.lint_languages(texts, [FIRST])
    return [Found("", lint_words.finding(one), one.severity == "error") for one in found]


def _timeless(wording: ReminderWording, texts: service.Texts) -> list[Found]:
    """That a text which is sent about a questionnaire speaks of a time."""
    if not names_the_time(texts) or not service.must_not_name_time(db(), wording):
        return []
    text = _("Teksten bruges om spørgeskemaer, som ingen tid har. Tag {dag} og {kl} ud.")
    return [Found("", text, error=True)]


def _used_by(wording: ReminderWording) -> list[Use]:
    """The steps that use a wording, in what counts and in drafts."""
    return [
        Use(policy.id, name_of(policy), step, drafted)
        for policy, step, drafted in queries.steps_with(db(), wording)
    ]


def _page(
    clinic: Clinic, sender: MessageSender, wording: ReminderWording, language: str
) -> dict[str, Any]:
    versions = queries.wording_versions(db(), wording.id)
    texts = versions[0].texts if versions else {}
    sms = texts.get(language, {}).get("sms")
    return {
        "clinic": clinic,
        "wording": wording,
        "language": language,
        "tongues": [(one, words.language_name(one), one in texts) for one in WRITTEN],
        "versions": versions,
        "used_by": _used_by(wording),
        "answers": wording.code in lints.ANSWERS,
        "fields": [(f"{{{one}}}", FIELD_WORDS[one]) for one in _fields(clinic, sender, wording)],
        "longest": saying.longest_sms(db(), clinic, sender, wording.code, language, sms[1])
        if sms
        else None,
        "examples": _examples(clinic, sender, wording, texts, language),
        "writes": writes_here(clinic),
        "words": words,
        "with_subject": WITH_SUBJECT,
        "channels": CHANNELS,
    }


def _fields(clinic: Clinic, sender: MessageSender, wording: ReminderWording) -> list[str]:
    """The fields that mean something in a wording."""
    there = saying.worst(db(), clinic, sender, wording.code, "sms", FIRST)
    return [one for one in FIELDS if one in there]


def _examples(
    clinic: Clinic,
    sender: MessageSender,
    wording: ReminderWording,
    texts: service.Texts,
    language: str,
) -> dict[str, saying.Said]:
    """What each channel's text says of a time two weeks from now."""
    start = saying.example_start(db().now(), clinic.zone)
    examples = {}
    for channel in texts.get(language, {}):
        with suppress(WordingError):
            examples[channel] = saying.said(
                db(), clinic, sender, texts, wording.code, channel, language, start
            )
    return examples

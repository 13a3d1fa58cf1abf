"""What is answered: in the clinic's own words, else in those that come with Rettid."""

from collections.abc import Mapping, Sequence

import structlog

from booking.appointments.models import Appointment
from booking.calendar.models import Clinic
from booking.platform.database import Session
from booking.platform.phone import readable
from reminders.policies import queries as policies
from reminders.policies.models import ReminderWordingVersion
from reminders.texts import fields, standard
from reminders.texts.languages import language_of
from reminders.texts.wordings import written_for

log = structlog.get_logger()

Texts = Mapping[str, Mapping[str, Sequence[str]]]

_OPTION = {"da": "{letter}: {day} kl. {clock}", "en": "{letter}: {day} at {clock}"}


def answer(
    session: Session,
    code: str,
    clinic: Clinic | None,
    language: str,
    *,
    channel: str = "sms",
    about: Appointment | None = None,
    options: str = "",
) -> str:
    """A wording filled in, in the language wanted or the one nearest it.

    clinic: None where nobody knows which was meant. options: for the question whose, as `times`.
    A clinic's own wording with a field that an answer cannot have gives way to the one that comes
    with Rettid: whoever wrote is answered.
    """
    own = _own(session, code, clinic)
    for texts in [own, standard.texts_of(code)] if own else [standard.texts_of(code)]:
        chosen = language_of(language, texts)
        _subject, body = written_for(texts, chosen, channel)
        values = {"valg": options, **_of_clinic(session, clinic, chosen)}
        if about is not None:
            local = about.starts_at.astimezone(about.clinic.zone)
            values["dag"] = fields.day_text(local, chosen, long=channel == "voice")
            values["kl"] = fields.time_text(local)
        try:
            return fields.fill(body, values)
        except fields.WordingError as error:
            log.error("an answer's wording cannot be filled in", code=code, field=error.field)
    raise AssertionError("what comes with Rettid asks for no more than there is")


def times(options: Sequence[tuple[str, Appointment]], language: str) -> str:
    """'A: tirsdag 24/11 kl. 09.00, B: onsdag 25/11 kl. 10.30': a text message has no names."""
    chosen = language_of(language, _OPTION)
    said = []
    for letter, one in options:
        local = one.starts_at.astimezone(one.clinic.zone)
        day, clock = fields.day_text(local, chosen), fields.time_text(local)
        said.append(_OPTION[chosen].format(letter=letter, day=day, clock=clock))
    return ", ".join(said)


# Where a clinic that sends no more is: its name may tell of an illness.
_SOMEWHERE = {"da": "hospitalet", "en": "the hospital"}


def _own(session: Session, code: str, clinic: Clinic | None) -> Texts | None:
    version_id = policies.wordings(session, clinic.id).get(code) if clinic else None
    if version_id is None:
        return None
    return session.get_one(ReminderWordingVersion, version_id).texts


def _of_clinic(session: Session, clinic: Clinic | None, language: str) -> dict[str, str]:
    """The fields about a clinic, which nobody's message has not."""
    if clinic is None:
        return {}
    sender = policies.sender_of(session, clinic.id)
    return {
        "sted": sender.place if sender else _SOMEWHERE[language_of(language, _SOMEWHERE)],
        "telefon": readable(clinic.phone),
        "klinik": clinic.name,
        "link": f"{session.ports['public_url']()}/mine-tider",
        "svar": fields.answer_text(language, may_reply=True),
    }

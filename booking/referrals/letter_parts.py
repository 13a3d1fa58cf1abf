"""What every letter is put together from: its envelope, its sections, and the typesetting."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typst
from flask_babel import gettext as _

from booking.appointments.invitations.models import Invitation
from booking.appointments.models import Appointment
from booking.appointments.visit_types.models import VisitType
from booking.appointments.wording import FORMS, clinician_name
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.platform.i18n import language_code, long_day, moment
from booking.platform.localtime import local_date
from booking.platform.phone import readable
from booking.referrals.rights import Rights

TEMPLATE = Path(__file__).with_name("letter.typ")

Section = dict[str, Any]


def typeset(content: dict[str, Any], at: datetime) -> bytes:
    """Typeset a letter; the text goes in as data, so nothing in it can be read as markup."""
    return typeset_together([content], content["title"], at)


def typeset_together(letters: Sequence[dict[str, Any]], title: str, at: datetime) -> bytes:
    """Several letters as one PDF for the printer, each from a sheet and a page 1 of its own."""
    content = {"title": title, "lang": letters[0]["lang"], "letters": letters}
    pdf: bytes = typst.compile(
        str(TEMPLATE),
        root=str(TEMPLATE.parent),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(content)},
        pdf_standards=["ua-1"],
        timestamp=int(at.timestamp()),
    )
    return pdf


def letter(
    clinic: Clinic,
    patient: Patient,
    today: date,
    *,
    heading: str,
    intro: str,
    facts: Sequence[Sequence[str]],
    sections: Sequence[Section],
) -> dict[str, Any]:
    """All of a letter as `typeset` takes it, in the language of the moment."""
    language, phone = language_code(), readable(clinic.phone)
    return {
        "lang": language,
        "title": _("Din tid hos %(clinic)s", clinic=clinic.name),
        "heading": heading,
        "sender": [clinic.name, _("Telefon %(phone)s", phone=phone), clinic.hours_text(language)],
        "recipient": _recipient(patient),
        "date": long_day(today),
        "intro": intro,
        "facts": facts,
        "sections": sections,
        "footer": clinic.name,
        "page": _("Side"),
    }


def facts_of(appointment: Appointment, clinic: Clinic, language: str) -> list[list[str]]:
    """When, how long, how, with whom and where: (term, detail) pairs without empty ones."""
    site = appointment.site
    facts = [
        [_("Tid"), moment(appointment.starts_at, clinic.zone)],
        [_("Varighed"), _("%(minutes)s minutter", minutes=appointment.minutes)],
        [_("Hvordan"), str(FORMS[appointment.form])],
        [_("Du møder"), clinician_name(appointment.clinician)],
    ]
    if appointment.form == "in_person":
        directions = site.directions_en if language == "en" else ""
        facts.append([_("Sted"), f"{site.name}, {site.address}"])
        facts.append([_("Find vej"), directions or site.directions])
    elif appointment.form == "video":
        link = appointment.clinician.video_url
        facts.append([_("Videosamtale"), link or _("Linket står, når du logger ind med koden.")])
    else:
        facts.append([_("Sted"), _("Vi ringer til dig. Hav din telefon hos dig.")])
    return [fact for fact in facts if fact[1]]


def preparation(visit_type: VisitType, language: str) -> list[Section]:
    """How to prepare, where the visit type says so."""
    text = visit_type.preparation_text(language)
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    if not paragraphs:
        return []
    return [{"heading": _("Sådan forbereder du dig"), "paragraphs": paragraphs}]


def until_when(appointment: Appointment, phone: str) -> str:
    """How long a time may be moved and cancelled on the web."""
    return _(
        "Du kan flytte tiden på nettet indtil %(hours)s timer før. Derefter skal du ringe "
        "på %(phone)s. Du kan melde afbud, lige til tiden begynder.",
        hours=appointment.visit_type.closing_hours,
        phone=phone,
    )


def code_section(
    heading: str, paragraphs: Sequence[str], code: str, public_url: str, last_step: str
) -> Section:
    """The booking code and how it is used; last_step: what is done once inside."""
    return {
        "heading": heading,
        "paragraphs": [*paragraphs, _("Din bookingkode er:")],
        "code": code,
        "steps": [
            _("Gå til %(address)s", address=public_url),
            _("Skriv koden og din fødselsdato."),
            last_step,
        ],
    }


def deadline_of(
    invitation: Invitation, appointment: Appointment | None, clinic: Clinic
) -> list[Section]:
    """Whether the deadline can be met, where there is one; only the law's is called a right."""
    deadline, by_law = invitation.deadline_on, invitation.deadline_by_law
    if deadline is None:
        return []
    if appointment is None and by_law:
        text = _(
            "Du har ret til en tid senest %(day)s. Vi har ikke en tid endnu.",
            day=long_day(deadline),
        )
    elif appointment is None:
        text = _(
            "Du skal have en tid senest %(day)s. Vi har ikke en tid endnu.",
            day=long_day(deadline),
        )
    elif local_date(appointment.starts_at, clinic.zone) <= deadline:
        text = _("Tiden ligger inden for din frist, som er %(day)s.", day=long_day(deadline))
    elif not by_law:
        text = _("Tiden ligger efter din frist, som er %(day)s.", day=long_day(deadline))
    else:
        text = _(
            "Tiden ligger efter din frist, som er %(day)s. Du kan få hjælp til at komme til et "
            "andet hospital.",
            day=long_day(deadline),
        )
    return [{"heading": _("Din frist"), "paragraphs": [text]}]


def rights_section(rights: Rights, phone: str) -> Section:
    """What the law promises, and where to ask or complain."""
    return {
        "heading": _("Dine rettigheder"),
        "paragraphs": [],
        "points": [
            _("Du kan frit vælge mellem de offentlige hospitaler, som kan hjælpe dig."),
            _(
                "Du har ret til at blive udredt inden %(days)s dage fra henvisningen, hvis det er "
                "fagligt muligt. Ellers får du en plan for det videre forløb.",
                days=rights.workup_days,
            ),
            _(
                "Kan du ikke blive udredt inden %(workup)s dage, eller kan behandlingen ikke "
                "begynde inden %(treatment)s dage, kan du vælge et privat hospital, som regionen "
                "har en aftale med. Det hedder udvidet frit sygehusvalg.",
                workup=rights.workup_days,
                treatment=rights.treatment_days,
            ),
            _(
                "Patientvejledningen i regionen vejleder dig gratis om valg af hospital og om "
                "ventetiderne på andre hospitaler. Ring til os på %(phone)s, så hjælper vi dig "
                "videre.",
                phone=phone,
            ),
            _(
                "Du kan klage til Styrelsen for Patientklager, og du kan se på nettet, hvem i "
                "klinikken der har set dine oplysninger."
            ),
        ],
    }


def help_section(clinic: Clinic, phone: str) -> Section:
    """The telephone, and what to say in good time."""
    answered = clinic.hours_text(language_code())
    hours = _(" (%(hours)s)", hours=answered) if answered else ""
    return {
        "heading": _("Har du brug for hjælp?"),
        "paragraphs": [
            _("Ring til os på %(phone)s%(hours)s.", phone=phone, hours=hours),
            _(
                "Har du brug for tolk, eller er det svært for dig at komme frem, så sig det til os "
                "i god tid, helst når du svarer på tiden."
            ),
        ],
    }


def _recipient(patient: Patient) -> list[str]:
    lines = (patient.address or "").splitlines() if patient.address else []
    return [patient.name, *(line.strip() for line in lines if line.strip())]

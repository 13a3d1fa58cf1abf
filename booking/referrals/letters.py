"""The letter of an invitation: a tagged PDF (PDF/UA) with date, place, booking code and rights.

Codes are kept only as hashes, so every letter carries a fresh one. The texts are in the
patient's language; what is not Danish is written in English.
"""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import typst
from flask_babel import force_locale
from flask_babel import gettext as _

from booking.appointments.errors import WrongState
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import live_appointment
from booking.appointments.models import Appointment
from booking.appointments.wording import FORMS, clinician_name
from booking.calendar.models import Clinic
from booking.people.models import Patient
from booking.people.service import issue_code
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.i18n import language_code, long_day, moment
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.platform.phone import readable
from booking.referrals.rights import Rights, rights_on

TEMPLATE = Path(__file__).with_name("letter.typ")

Section = dict[str, Any]


def invitation_letter(
    session: Session,
    by: Actor,
    invitation: Invitation,
    *,
    public_url: str,
    replace_codes: bool = False,
    corrections: Path | None = None,
) -> bytes:
    """Print an invitation with a fresh booking code; raises BirthDateUnknown, WrongState.

    replace_codes: the codes of earlier letters stop working. corrections: see `rights_on`.
    """
    if invitation.status not in ("open", "planned"):
        raise WrongState
    patient, clinic = invitation.patient, invitation.clinic
    code = issue_code(session, by, patient, replace=replace_codes, clinic_id=clinic.id)
    appointment = live_appointment(session, invitation)
    today = local_date(session.now(), clinic.zone)
    with force_locale("da" if patient.language == "da" else "en"):
        content = _content(
            invitation,
            appointment,
            today,
            code,
            public_url,
            rights_on(today, corrections),
        )
    audit.record(session, by, "letter.printed", [patient.id], clinic_id=clinic.id)
    return _set(content, session.now())


def _set(content: dict[str, Any], at: datetime) -> bytes:
    """Typeset; the text goes in as data, so nothing in it can be read as markup."""
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


def _content(
    invitation: Invitation,
    appointment: Appointment | None,
    today: date,
    code: str,
    public_url: str,
    rights: Rights,
) -> dict[str, Any]:
    clinic, patient = invitation.clinic, invitation.patient
    language = language_code()
    phone = readable(clinic.phone)
    sections = [
        *_preparation(invitation, language),
        _how(invitation, appointment, code, public_url, phone),
        _nothing(appointment, phone),
        *_deadline(invitation, appointment, clinic),
        _rights(rights, phone),
        _help(clinic, phone),
    ]
    return {
        "lang": language,
        "title": _("Din tid hos %(clinic)s", clinic=clinic.name),
        "heading": _("Du har fået en tid") if appointment else _("Du skal have en tid hos os"),
        "sender": [clinic.name, _("Telefon %(phone)s", phone=phone), clinic.hours_text(language)],
        "recipient": _recipient(patient),
        "date": long_day(today),
        "intro": _intro(invitation, appointment, clinic),
        "facts": _facts(appointment, clinic, language) if appointment else [],
        "sections": sections,
        "footer": clinic.name,
        "page": _("Side"),
    }


def _recipient(patient: Patient) -> list[str]:
    lines = (patient.address or "").splitlines() if patient.address else []
    return [patient.name, *(line.strip() for line in lines if line.strip())]


def _intro(invitation: Invitation, appointment: Appointment | None, clinic: Clinic) -> str:
    kind = invitation.visit_type.title(language_code())
    if appointment is not None:
        return _("Vi har reserveret en tid til dig: %(kind)s.", kind=kind)
    window = {
        "kind": kind,
        "first": long_day(invitation.window_from),
        "last": long_day(invitation.window_to),
    }
    if invitation.status == "planned":
        day = invitation.window_from - timedelta(weeks=clinic.horizon_weeks)
        return _(
            "Du skal have en tid (%(kind)s) mellem %(first)s og %(last)s. Vi reserverer tiden "
            "omkring %(day)s og skriver til dig, når den er der.",
            day=long_day(day),
            **window,
        )
    return _(
        "Du skal have en tid (%(kind)s) mellem %(first)s og %(last)s. Der er ingen ledig tid lige "
        "nu. Vi leder videre og skriver til dig, så snart vi har en tid.",
        **window,
    )


def _facts(appointment: Appointment, clinic: Clinic, language: str) -> list[list[str]]:
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


def _preparation(invitation: Invitation, language: str) -> list[Section]:
    text = invitation.visit_type.preparation_text(language)
    paragraphs = [line.strip() for line in text.splitlines() if line.strip()]
    if not paragraphs:
        return []
    return [{"heading": _("Sådan forbereder du dig"), "paragraphs": paragraphs}]


def _how(
    invitation: Invitation, appointment: Appointment | None, code: str, public_url: str, phone: str
) -> Section:
    """What the code lets this patient do; never more than the visit type's mode."""
    if appointment is None and (
        invitation.status == "planned" or invitation.visit_type.mode == "move_cancel"
    ):
        heading, last = _("Følg med på nettet"), _("Her kan du se, når tiden er der.")
    elif appointment is None:
        heading, last = _("Se efter ledige tider"), _("Vælg en af de ledige tider.")
    else:
        heading = _("Svar på nettet")
        last = _("Behold tiden, flyt den, eller meld afbud.")
    closing = []
    if appointment is not None:
        closing = [
            _(
                "Du kan flytte tiden på nettet indtil %(hours)s timer før. Derefter skal du ringe "
                "på %(phone)s. Du kan melde afbud, lige til tiden begynder.",
                hours=appointment.visit_type.closing_hours,
                phone=phone,
            )
        ]
    return {
        "heading": heading,
        "paragraphs": [*closing, _("Din bookingkode er:")],
        "code": code,
        "steps": [
            _("Gå til %(address)s", address=public_url),
            _("Skriv koden og din fødselsdato."),
            last,
        ],
    }


def _nothing(appointment: Appointment | None, phone: str) -> Section:
    if appointment is not None:
        text = _(
            "Tiden er din, også selv om du ikke svarer. Kan du ikke komme, så meld afbud på nettet "
            "eller på telefon %(phone)s, så en anden kan få tiden.",
            phone=phone,
        )
    else:
        text = _("Du skal ikke gøre noget. Vi skriver til dig, når vi har en tid til dig.")
    return {"heading": _("Hvis du ikke gør noget"), "paragraphs": [text]}


def _deadline(
    invitation: Invitation, appointment: Appointment | None, clinic: Clinic
) -> list[Section]:
    """Whether the deadline can be met, where there is one."""
    deadline = invitation.deadline_on
    if deadline is None:
        return []
    if appointment is None:
        text = _(
            "Du har ret til en tid senest %(day)s. Vi har ikke en tid endnu.",
            day=long_day(deadline),
        )
    elif local_date(appointment.starts_at, clinic.zone) <= deadline:
        text = _("Tiden ligger inden for din frist, som er %(day)s.", day=long_day(deadline))
    else:
        text = _(
            "Tiden ligger efter din frist, som er %(day)s. Du kan få hjælp til at komme til et "
            "andet hospital.",
            day=long_day(deadline),
        )
    return [{"heading": _("Din frist"), "paragraphs": [text]}]


def _rights(rights: Rights, phone: str) -> Section:
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
                "Kan behandlingen ikke begynde inden %(days)s dage, kan du vælge et privat "
                "hospital, som regionen har en aftale med.",
                days=rights.treatment_days,
            ),
            _(
                "Patientvejledningen i regionen vejleder dig gratis om ventetider og valg af "
                "hospital. Ring til os på %(phone)s, så hjælper vi dig videre.",
                phone=phone,
            ),
            _(
                "Du kan klage til Styrelsen for Patientklager, og du kan se på nettet, hvem i "
                "klinikken der har set dine oplysninger."
            ),
        ],
    }


def _help(clinic: Clinic, phone: str) -> Section:
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

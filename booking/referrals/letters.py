"""Letters of invitations and of times agreed on: tagged PDF (PDF/UA) with date, place and rights.

Codes are kept only as hashes, so every letter carries a fresh one. The texts are in the
patient's language; what is not Danish is written in English.
"""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _

from booking.appointments.errors import WrongState
from booking.appointments.invitations.models import Invitation
from booking.appointments.invitations.service import live_appointment
from booking.appointments.models import Appointment
from booking.appointments.occasions import closes_at
from booking.calendar.models import Clinic
from booking.people.service import issue_code
from booking.platform import audit
from booking.platform.database import Session
from booking.platform.i18n import language_code, long_day
from booking.platform.identity import Actor
from booking.platform.localtime import local_date
from booking.platform.phone import readable
from booking.referrals import queries
from booking.referrals.letter_of_referral import of_referral
from booking.referrals.letter_parts import (
    Section,
    code_section,
    deadline_of,
    facts_of,
    help_section,
    letter,
    preparation,
    rights_section,
    typeset,
    until_when,
)
from booking.referrals.rights import Rights, rights_on


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
            [
                section
                for referral in queries.of_invitation(session, invitation.id)
                for section in of_referral(referral, appointment)
            ],
        )
    audit.record(session, by, "letter.printed", [patient.id], clinic_id=clinic.id)
    return typeset(content, session.now())


def confirmation_letter(
    session: Session,
    by: Actor,
    appointment: Appointment,
    *,
    public_url: str,
    corrections: Path | None = None,
) -> bytes:
    """Print the confirmation of a time the patient has said yes to; raises WrongState for others.

    It carries a fresh booking code where the birth date is known, since a code works only with
    it; else the telephone alone. corrections: see `rights_on`.
    """
    coming = appointment.status == "booked" and appointment.starts_at > session.now()
    if not coming or appointment.participant != "accepted":
        raise WrongState
    patient, clinic = appointment.patient, appointment.clinic
    code = ""
    if patient.birth_date is not None:
        code = issue_code(session, by, patient, clinic_id=clinic.id)
    today = local_date(session.now(), clinic.zone)
    with force_locale("da" if patient.language == "da" else "en"):
        language, phone = language_code(), readable(clinic.phone)
        invitation = appointment.invitation
        content = letter(
            clinic,
            patient,
            today,
            heading=_("Din tid er aftalt"),
            intro=_confirmed(appointment),
            facts=facts_of(appointment, clinic, language),
            sections=[
                *preparation(appointment.visit_type, language),
                _if_it_must_change(appointment, session.now(), code, public_url, phone),
                *(deadline_of(invitation, appointment, clinic) if invitation else []),
                rights_section(rights_on(today, corrections), phone),
                help_section(clinic, phone),
            ],
        )
    audit.record(session, by, "letter.confirmation", [patient.id], clinic_id=clinic.id)
    return typeset(content, session.now())


def _confirmed(appointment: Appointment) -> str:
    kind = appointment.visit_type.title(language_code())
    if appointment.sequence:
        return _(
            "Vi bekræfter din tid: %(kind)s. Den gælder i stedet for den tid, du havde før.",
            kind=kind,
        )
    return _("Vi bekræfter den tid, vi har aftalt med dig: %(kind)s.", kind=kind)


def _if_it_must_change(
    appointment: Appointment, now: datetime, code: str, public_url: str, phone: str
) -> Section:
    heading = _("Hvis tiden skal ændres")
    if not code:
        text = _("Ring til os på %(phone)s, hvis tiden skal flyttes eller aflyses.", phone=phone)
        return {"heading": heading, "paragraphs": [text]}
    if closes_at(appointment) > now:
        last, how = _("Flyt tiden, eller meld afbud."), until_when(appointment, phone)
    else:
        last = _("Se tiden, eller meld afbud.")
        how = _(
            "Tiden er så tæt på, at den kun kan flyttes ved at ringe på %(phone)s. Du kan melde "
            "afbud på nettet, lige til tiden begynder.",
            phone=phone,
        )
    return code_section(heading, [how], code, public_url, last)


def _content(
    invitation: Invitation,
    appointment: Appointment | None,
    today: date,
    code: str,
    public_url: str,
    rights: Rights,
    of_the_referral: list[Section],
) -> dict[str, Any]:
    clinic = invitation.clinic
    language, phone = language_code(), readable(clinic.phone)
    return letter(
        clinic,
        invitation.patient,
        today,
        heading=_("Du har fået en tid") if appointment else _("Du skal have en tid hos os"),
        intro=_intro(invitation, appointment, clinic),
        facts=facts_of(appointment, clinic, language) if appointment else [],
        sections=[
            *preparation(invitation.visit_type, language),
            _how(invitation, appointment, code, public_url, phone),
            _nothing(appointment, phone),
            *of_the_referral,
            *deadline_of(invitation, appointment, clinic),
            rights_section(rights, phone),
            help_section(clinic, phone),
        ],
    )


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
    closing = [until_when(appointment, phone)] if appointment is not None else []
    return code_section(heading, closing, code, public_url, last)


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

"""The demo's referrals: a dozen near their deadlines, one that came before, some sent back."""

from datetime import datetime, time, timedelta

from sqlalchemy import select

from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.founding import Demo
from booking.demo.stories import SECRETARY
from booking.people.models import ClinicPatient, Patient
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date, to_utc
from booking.referrals import service
from booking.referrals.models import Referral, ReferralCriterion, ReferralEvent, ReferralText
from booking.referrals.service import Intake

SENDERS = ("Lægerne Vesterbro 12", "Lægehuset Ved Fjorden", "Lægerne Hobrovej", "Hjørring Lægehus")
# Days since it was received, and what for.
CAME = (
    (1, "Hævede fingerled og morgenstivhed, anti-CCP positiv", "M059"),
    (2, "Lænderygsmerter om natten, HLA-B27 positiv", "M459"),
    (4, "Smerter i hofter og skuldre, høj CRP", "M353"),
    (7, "Tør mund og øjne, ANA positiv", "M350"),
    (9, "Gentagne anfald af podagra", "M109"),
    (11, "Psoriasis og hævet knæ", "L405"),
    (13, "Raynaud og stramme fingre", "M349"),
    (16, "Udslæt og ledsmerter, mistanke om lupus", "M329"),
    (24, "Hævede håndled hos gravid", "M069"),
    (27, "Rygsmerter og uveitis", "M459"),
    (33, "Mistanke om leddegigt, ventet på røntgen", "M069"),
    (3, "Trætte led, ingen hævelse", "M255"),
)
CRITERIA = {
    RHEUMA: (
        ("Hævede led er beskrevet", "Beskriv venligst, hvilke led der er hævede."),
        ("Anti-CCP, reumafaktor og CRP er målt", "Send venligst anti-CCP, reumafaktor og CRP."),
        ("Medicin står i henvisningen", "Send venligst patientens aktuelle medicin."),
    ),
    ENDO: (
        ("TSH og frit T4 er målt", "Send venligst TSH og frit T4."),
        ("Medicin står i henvisningen", "Send venligst patientens aktuelle medicin."),
    ),
}
TEXTS = {
    RHEUMA: (
        ("missing", "Blodprøver", "Vi mangler anti-CCP, reumafaktor og CRP for at kunne visitere."),
        ("advice", "Artrose", "Billedet tyder på artrose. Vi foreslår træning og smertelindring."),
    ),
    ENDO: (
        ("missing", "Blodprøver", "Vi mangler TSH og frit T4 for at kunne visitere."),
        ("advice", "Let forhøjet TSH", "Vi foreslår ny måling af TSH om tre måneder."),
    ),
}


def tell(session: Session, demo: Demo) -> None:
    """Call when the clinics have their patients."""
    _ask_of_them(session, demo)
    by = actor_of(demo.staff[SECRETARY[RHEUMA]])
    patients = list(
        session.scalars(
            select(Patient)
            .join(ClinicPatient, ClinicPatient.patient_id == Patient.id)
            .where(ClinicPatient.clinic_id == demo.clinics[RHEUMA].id)
            .order_by(Patient.id.desc())
            .limit(len(CAME))
        )
    )
    _once_before(session, demo, by, patients[0])
    came = [
        _received(session, demo, by, number, patient) for number, patient in enumerate(patients)
    ]
    waiting, late, returned = came[4], came[10], came[11]
    service.ask_missing(session, by, waiting, "Send venligst urinsyre og nyretal.")
    service.explain(session, by, late, "letter", "capacity", "Ingen lægetider i uge 45 og 46.")
    service.return_with_advice(session, by, returned, TEXTS[RHEUMA][1][2])


def _ask_of_them(session: Session, demo: Demo) -> None:
    for key, clinic in demo.clinics.items():
        for position, (text, missing) in enumerate(CRITERIA[key]):
            session.add(
                ReferralCriterion(
                    clinic_id=clinic.id, text=text, missing_text=missing, position=position
                )
            )
        for kind, title, body in TEXTS[key]:
            session.add(ReferralText(clinic_id=clinic.id, kind=kind, title=title, body=body))
    session.flush()


def _received(session: Session, demo: Demo, by: Actor, number: int, patient: Patient) -> Referral:
    clinic = demo.clinics[RHEUMA]
    days, problem, code = CAME[number]
    day = local_date(session.now(), clinic.zone) - timedelta(days=days)
    intake = Intake(day, SENDERS[number % len(SENDERS)], problem, code)
    return service.receive(session, by, clinic, patient, intake)


def _once_before(session: Session, demo: Demo, by: Actor, patient: Patient) -> None:
    """Seven months ago, and back with advice the week after."""
    clinic = demo.clinics[RHEUMA]
    _days, problem, code = CAME[0]
    first = local_date(session.now(), clinic.zone) - timedelta(days=210)
    came = to_utc(datetime.combine(first, time(10)), clinic.zone)
    back, advice = first + timedelta(days=5), "Mål anti-CCP igen, og henvis på ny ved hævede led."
    referral = Referral(
        clinic=clinic, patient=patient, received_at=came, sender=SENDERS[0], problem=problem,
        problem_code=code, track="general", status="returned", advice=advice, written_at=came,
        written_by=by.name, decided_at=came + timedelta(days=5), decided_by=by.name,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    for kind, day, words in (("received", first, ""), ("returned", back, advice)):
        at = came + (day - first)
        session.add(
            ReferralEvent(
                referral_id=referral.id, kind=kind, happened_on=day, at=at, by_name=by.name,
                words=words,
            )
        )  # fmt: skip
    session.flush()

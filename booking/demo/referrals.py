"""The demo's referrals: a dozen near their deadlines, some triaged, one late with a reason, one
that came before, one that waits for blood tests and one sent back.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from booking.demo.clinics import ENDO, RHEUMA
from booking.demo.clock import as_at
from booking.demo.founding import Demo
from booking.demo.stories import SECRETARY
from booking.people.models import ClinicPatient, Patient
from booking.people.sign_in import actor_of
from booking.platform.database import Session
from booking.platform.identity import Actor
from booking.platform.localtime import local_date, to_utc
from booking.referrals import queries, sending, service, watching
from booking.referrals.clocks import after_working_days
from booking.referrals.models import Referral, ReferralCriterion, ReferralEvent, ReferralText
from booking.referrals.queries import HOLIDAYS
from booking.referrals.service import Intake, Triage, Urgency

SENDERS = ("Lægerne Vesterbro 12", "Lægehuset Ved Fjorden", "Lægerne Hobrovej", "Hjørring Lægehus")
# A referral whose letter must be sent today, the latest.
LETTER_DUE = 0
FRIDAY = 4
# Days since it was received, and what for.
CAME = (
    (1, "Hævede fingerled og morgenstivhed, anti-CCP positiv", "M059"),
    (2, "Lænderygsmerter om natten, HLA-B27 positiv", "M459"),
    (4, "Smerter i hofter og skuldre, høj CRP", "M353"),
    (7, "Tør mund og øjne, ANA positiv", "M350"),
    (9, "Gentagne anfald af podagra", "M109"),
    (11, "Psoriasis og hævet knæ", "L405"),
    (5, "Raynaud og stramme fingre", "M349"),
    (8, "Udslæt og ledsmerter, mistanke om lupus", "M329"),
    (10, "Hævede håndled og feber", "M069"),
    (27, "Rygsmerter og uveitis", "M459"),
    (33, "Mistanke om leddegigt, ventet på røntgen", "M069"),
    (3, "Trætte led, ingen hævelse", "M255"),
    (LETTER_DUE, "Hævede tæer og morgenstivhed", "M069"),
)
LATE = "Ingen lægetider: to læger er syge."
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
    _met(session, by, came[1], 3)
    _met(session, by, came[2], 2)
    with _as_of(session, came[4], 2):
        service.ask_missing(session, by, came[4], "Send venligst urinsyre og nyretal.")
    _triaged(session, demo, by, came[5], "routine")
    sending.letter_made(session, by, came[5])
    sending.sent(session, by, came[5])
    _triaged(session, demo, by, came[12], "soon")
    with _as_of(session, came[10], 12):
        service.explain(session, by, came[10], "letter", "capacity", LATE)
    with _as_of(session, came[10], 31):
        service.explain(session, by, came[10], "workup", "capacity", LATE)
    with _as_of(session, came[11], 1):
        service.return_with_advice(session, by, came[11], TEXTS[RHEUMA][1][2])
    watching.look(session)


@contextmanager
def _as_of(session: Session, referral: Referral, days: int) -> Iterator[None]:
    """What is done inside was done so many days after the referral was received."""
    at = referral.received_at + timedelta(days=days, minutes=40)
    if days:
        at += timedelta(days=7 - at.weekday() if at.weekday() > FRIDAY else 0)
    with as_at(session, min(at, session.now())):
        yield


def _met(session: Session, by: Actor, referral: Referral, number: int) -> None:
    """The first so many of the clinic's criteria were seen to be met when it came."""
    with _as_of(session, referral, 0):
        for position, one in enumerate(queries.criteria(session, referral.clinic_id)):
            service.check(session, by, referral, one, met=position < number)


def _triaged(session: Session, demo: Demo, by: Actor, referral: Referral, urgency: Urgency) -> None:
    _met(session, by, referral, 3)
    visit = demo.visits[RHEUMA, "Første besøg hos læge"]
    service.triage(session, by, referral, Triage(visit, "in_person", urgency))


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
    today = local_date(session.now(), clinic.zone)
    day = _whose_letter_is_due(today) if days == LETTER_DUE else today - timedelta(days=days)
    if days != LETTER_DUE:  # the post comes on weekdays
        day -= timedelta(days=max(0, day.weekday() - FRIDAY))
    intake = Intake(day, SENDERS[number % len(SENDERS)], problem, code)
    with as_at(session, to_utc(datetime.combine(day, time(9, 5 + 4 * number)), clinic.zone)):
        return service.receive(session, by, clinic, patient, intake)


def _whose_letter_is_due(today: date) -> date:
    """The latest day whose eight working days end today, or on the next working day."""
    day = today
    while after_working_days(day, 8, HOLIDAYS) > after_working_days(
        today - timedelta(1), 1, HOLIDAYS
    ):
        day -= timedelta(days=1)
    return day


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

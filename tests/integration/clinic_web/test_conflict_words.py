"""What stands in the way of a time has words of its own, in both languages."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import force_locale

from booking.appointments.conflicts import Conflict
from booking.clinic_web.conflict_words import in_words
from booking.platform.error_table import UNKNOWN

ZONE = ZoneInfo("Europe/Copenhagen")
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)
HALF_PAST = NINE + timedelta(minutes=30)
DAY, LATER = date(2026, 11, 24), date(2026, 11, 27)
WHEN = {"starts_at": NINE, "ends_at": HALF_PAST}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("same_time", {}, "Tiden ligger der allerede."),
    ("past", {}, "Tidspunktet er passeret."),
    ("invitation_ended", {}, "Indkaldelsen er afsluttet eller trukket tilbage."),
    ("invitation_has_time", {"appointment_id": 3}, "Indkaldelsen har allerede en tid."),
    ("does_not_fit", {}, "Holdet findes ikke længere på det tidspunkt."),
    ("group_called_off", {}, "Holdet er aflyst."),
    ("group_full", {}, "Holdet er fuldt."),
    ("group_form", {}, "Holdet mødes i en anden form."),
    ("in_group_already", {}, "Patienten har allerede en plads på holdet."),
    ("group_place", {}, "En plads på et hold kan kun flyttes til et andet hold."),
    ("outside_hours", {}, "Holdet ligger uden for åbningstiden."),
    ("outside_hours", {"clinician": "Anna", "hours": []}, "Anna arbejder ikke her den dag."),
    (
        "outside_hours",
        {"clinician": "Anna", "hours": [(NINE, HALF_PAST)]},
        "Uden for åbningstiden: Anna arbejder her kl. 9.00–9.30.",
    ),
    (
        "wrong_site",
        {"clinician": "Anna", "site": "Annekset", "site_id": 2},
        "Anna er på Annekset på det tidspunkt.",
    ),
    (
        "closure",
        {"reason": "Møde", "of": "clinic", **WHEN},
        "Klinikken er lukket kl. 9.00–9.30 (Møde).",
    ),
    (
        "closure",
        {"reason": "", "of": "clinician", "starts_at": NINE, "ends_at": NINE + timedelta(days=3)},
        "Behandleren er væk 24. november til 27. november.",
    ),
    ("holiday", {"name": "Juledag", "day": DAY}, "Klinikken er lukket: Juledag."),
    *(
        ("clinician_taken", {"clinician": "Anna", "by": by, "appointment_id": None, **WHEN}, words)
        for by, words in (
            ("appointment", "Anna har en anden tid kl. 9.00–9.30."),
            ("group", "Anna har et hold kl. 9.00–9.30."),
            ("hold", "Anna: tiden kl. 9.00–9.30 holdes lige nu til en anden."),
            ("elsewhere", "Anna er optaget et andet sted kl. 9.00–9.30."),
        )
    ),
    (
        "no_resource",
        {"label": "Rum", "options": [("Rum 1", "taken"), ("Rum 2", "closed")]},
        "Ikke ledig: Rum (Rum 1: optaget, Rum 2: lukket).",
    ),
    ("no_resource", {"label": "Rum", "options": []}, "Intet i brug kan være Rum."),
    (
        "too_few_clinicians",
        {"needs": 1, "free": 0},
        "Der skal 1 behandlere mere til, og 0 er ledige.",
    ),
    ("patient_busy", {}, "Patienten er optaget på det tidspunkt."),
    (
        "patient_busy",
        {"appointment_id": 3, **WHEN},
        "Patienten har en anden tid her kl. 9.00–9.30.",
    ),
    (
        "short_notice",
        {"hours": 24},
        "Der er mindre end 24 timer til: patienten kan ikke selv ændre tiden.",
    ),
    (
        "window",
        {"first": DAY, "last": LATER},
        "Uden for indkaldelsens periode, 24. november til 27. november.",
    ),
    (
        "too_far",
        {"first": DAY, "last": LATER},
        "Der kan tidligst bookes tirsdag 24. november 2026 og senest fredag 27. november 2026.",
    ),
    ("deadline", {"deadline": DAY}, "Efter fristen 24. november: vælg en begrundelse."),
    ("off_grid", {"minutes": 15}, "Tider af den slags begynder hvert 15. minut."),
    ("clinician_not_able", {"clinician": "Anna"}, "Anna har ikke den slags kontakter."),
    ("form_not_offered", {"form": "video"}, "Kontakten tilbydes ikke i formen video."),
    (
        "too_short",
        {"needs": 45, "room_for": 30},
        "Der er plads til 30 minutter, men patienten har brug for 45.",
    ),
    ("other_length", {"minutes": 45, "was": 30}, "Tiden bliver 45 minutter; den er 30 nu."),
    ("wrong_state", {}, "Det passer ikke længere"),
    ("closing_period", {}, "Det er for tæt på tiden"),
]


def test_each_has_words(app: Flask) -> None:
    with app.test_request_context():
        for code, data, danish in CASES:
            assert in_words(Conflict(code, data=data), ZONE) == danish
            with force_locale("en"):
                english = in_words(Conflict(code, data=data), ZONE)
            assert english not in ("", danish, str(UNKNOWN.heading))

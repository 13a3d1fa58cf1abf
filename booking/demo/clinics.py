"""What the demo's clinics are: two ambulatories of one made-up hospital, at three towns. Pure.

Everything is a description; `founding` makes rows of it. Texts are the clinics' own data, kept
in Danish with English beside it, not texts of the pages.
"""

from dataclasses import dataclass, field
from datetime import time

RHEUMA, ENDO = "rheuma", "endo"
AALBORG, HJORRING, THISTED = "Aalborg", "Hjørring", "Thisted"
DAY = (time(8), time(15, 30))
LATE = (time(8), time(18))


@dataclass(frozen=True)
class ClinicPlan:
    """A clinic: sites as (name, address, directions, the same in English)."""

    key: str
    name: str
    specialty: str
    phone: str
    phone_hours: str
    phone_hours_en: str
    optional_closures: str
    titles: tuple[str, ...]
    sites: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True)
class Hours:
    """Local opening on some weekdays (0 Monday) of any, odd or even weeks."""

    clinic: str
    site: str
    days: tuple[int, ...]
    span: tuple[time, time] = DAY
    weeks: str = "any"


@dataclass(frozen=True)
class ClinicianPlan:
    """Someone who sees patients. username: their sign-in; leads: the clinics they lead."""

    username: str
    name: str
    profession: str
    title: str
    hours: tuple[Hours, ...]
    leads: tuple[str, ...] = ()
    video: bool = True


@dataclass(frozen=True)
class RoomPlan:
    """A room, or equipment that stands at a site."""

    clinic: str
    site: str
    name: str
    use: str
    kind: str = "room"


@dataclass(frozen=True)
class VisitPlan:
    """A visit type. uses: what each requirement is called and the rooms' use that serve it.

    adds: minutes a need adds. share: how much of its profession's calendar it fills.
    """

    clinic: str
    name: str
    name_en: str
    profession: str
    minutes: int
    cap: int
    mode: str
    forms: str = "in_person"
    uses: tuple[tuple[str, str], ...] = (("Rum", "consulting"),)
    adds: dict[str, int] = field(default_factory=dict)
    share: float = 1.0
    closing_hours: int = 24
    buffer_after: int = 0
    clinicians_needed: int = 1
    capacity: int = 1
    who: tuple[str, ...] = ()
    preparation: str = ""
    preparation_en: str = ""


CLINICS = (
    ClinicPlan(
        RHEUMA, "Reumatologisk Ambulatorium", "Reumatologi", "+4594100110",
        "hverdage kl. 8–14", "weekdays 8:00–14:00", "12-24,12-31,06-05",
        ("Leddegigt", "Leddegigt", "Psoriasisgigt", "Rygsøjlegigt", "Urinsyregigt", "Polymyalgi"),
        (
            (AALBORG, "Sundhedsparken 12, indgang C, 2. sal, 9000 Aalborg",
             ("Tag elevatoren ved indgang C til 2. sal, og meld din ankomst på skærmen. "
             "Bus 2 og 12 holder ved døren. Der er gratis parkering i p-kælder C."),
             ("Take the lift at entrance C to the 2nd floor and check in on the screen. "
             "Buses 2 and 12 stop at the door. Parking in garage C is free.")),
            (HJORRING, "Lyngbakken 4, indgang B, stuen, 9800 Hjørring",
             ("Gå ind ad indgang B. Ambulatoriet ligger første dør til højre. "
             "Der er handicapparkering lige ved indgangen."),
             ("Use entrance B; we are the first door on the right. "
             "Disabled parking is right at the entrance.")),
        ),
    ),
    ClinicPlan(
        ENDO, "Endokrinologisk Ambulatorium", "Endokrinologi", "+4594100220",
        "hverdage kl. 8.30–14.30", "weekdays 8:30–14:30", "12-24,12-31",
        ("Type 1-diabetes", "Type 2-diabetes", "Type 2-diabetes", "Stofskiftesygdom",
         "Knogleskørhed", "Binyrebarksvigt"),
        (
            (AALBORG, "Sundhedsparken 14, indgang F, 1. sal, 9000 Aalborg",
             ("Indgang F ligger ud mod fjorden. Tag trappen eller elevatoren til 1. sal. "
             "Bus 2 og 12 holder ved indgang C, tre minutters gang herfra."),
             ("Entrance F faces the fjord. Take the stairs or the lift to the 1st floor. "
             "Buses 2 and 12 stop at entrance C, three minutes' walk away.")),
            (THISTED, "Fjordvænget 7, 7700 Thisted",
             "Ambulatoriet ligger i den lave bygning bag sundhedshuset. Parker ved gavlen.",
             "We are in the low building behind the health centre. Park at the gable end."),
        ),
    ),
)  # fmt: skip

CLINICIANS = (
    ClinicianPlan("mette", "Mette Lindgaard Krogh", "doctor", "Overlæge", (
        Hours(RHEUMA, AALBORG, (0, 1, 2)),
        Hours(RHEUMA, HJORRING, (3,), weeks="even"),
        Hours(RHEUMA, AALBORG, (3,), LATE, "odd"),
    ), leads=(RHEUMA,)),
    ClinicianPlan("jens", "Jens Højlund", "doctor", "Afdelingslæge", (
        Hours(RHEUMA, HJORRING, (0, 2)),
        Hours(RHEUMA, AALBORG, (1, 4)),
    )),
    ClinicianPlan("annesofie", "Anne-Sofie Bundgaard", "doctor", "Overlæge", (
        Hours(RHEUMA, AALBORG, (0, 1)),
        Hours(ENDO, AALBORG, (3, 4)),
        Hours(ENDO, AALBORG, (2,), weeks="odd"),
    )),
    ClinicianPlan("fatima", "Fatima Saleh", "junior_doctor", "Læge i hoveduddannelse", (
        Hours(RHEUMA, AALBORG, (1, 2, 3)),
        Hours(RHEUMA, AALBORG, (4,), weeks="odd"),
    )),
    ClinicianPlan("lone", "Lone Østergaard", "nurse", "Specialesygeplejerske", (
        Hours(RHEUMA, AALBORG, (0, 1, 2, 4)),
        Hours(RHEUMA, AALBORG, (3,), LATE),
    )),
    ClinicianPlan("kirsten", "Kirsten Vad", "nurse", "Sygeplejerske", (
        Hours(RHEUMA, HJORRING, (0, 2)),
        Hours(RHEUMA, HJORRING, (3,), weeks="even"),
        Hours(RHEUMA, AALBORG, (1,)),
    )),
    ClinicianPlan("thomas", "Thomas Rask", "physiotherapist", "Fysioterapeut", (
        Hours(RHEUMA, AALBORG, (0, 2)),
        Hours(RHEUMA, HJORRING, (1,), weeks="odd"),
    )),
    ClinicianPlan("camilla", "Camilla Nørskov", "occupational_therapist", "Ergoterapeut", (
        Hours(RHEUMA, AALBORG, (1, 3), (time(8, 30), time(14, 30))),
    )),
    ClinicianPlan("henrik", "Henrik Balle", "doctor", "Overlæge", (
        Hours(ENDO, AALBORG, (0, 1, 3)),
        Hours(ENDO, THISTED, (2,), weeks="odd"),
        Hours(ENDO, AALBORG, (2,), weeks="even"),
    ), leads=(ENDO,)),
    ClinicianPlan("sara", "Sara Amini", "doctor", "Afdelingslæge", (
        Hours(ENDO, AALBORG, (0, 1, 2, 4)),
    )),
    ClinicianPlan("emil", "Emil Storgaard", "junior_doctor", "Læge i hoveduddannelse", (
        Hours(ENDO, AALBORG, (0, 1, 2, 3, 4)),
    )),
    ClinicianPlan("pia", "Pia Trane", "nurse", "Diabetessygeplejerske", (
        Hours(ENDO, AALBORG, (0, 1, 2, 4)),
        Hours(ENDO, AALBORG, (3,), LATE),
    )),
    ClinicianPlan("ole", "Ole Fjordside", "nurse", "Diabetessygeplejerske", (
        Hours(ENDO, THISTED, (1, 2, 3)),
    )),
    ClinicianPlan("nanna", "Nanna Skovgaard", "dietitian", "Klinisk diætist", (
        Hours(ENDO, AALBORG, (0, 3)),
        Hours(ENDO, THISTED, (1,), weeks="even"),
    )),
    ClinicianPlan("birgit", "Birgit Hald", "podiatrist", "Fodterapeut", (
        Hours(ENDO, AALBORG, (1, 2)),
        Hours(ENDO, THISTED, (3,)),
    ), video=False),
    ClinicianPlan("jonas", "Jonas Brandt", "bioanalyst", "Bioanalytiker", (
        Hours(ENDO, AALBORG, (0, 2, 4), (time(8), time(14))),
    ), video=False),
)  # fmt: skip

TITLES_EN = {
    "Overlæge": "Consultant",
    "Afdelingslæge": "Staff specialist",
    "Læge i hoveduddannelse": "Specialty registrar",
    "Specialesygeplejerske": "Specialist nurse",
    "Sygeplejerske": "Nurse",
    "Fysioterapeut": "Physiotherapist",
    "Ergoterapeut": "Occupational therapist",
    "Diabetessygeplejerske": "Diabetes nurse",
    "Klinisk diætist": "Clinical dietitian",
    "Fodterapeut": "Podiatrist",
    "Bioanalytiker": "Biomedical laboratory scientist",
}

SECRETARIES = (
    ("hanne", "Hanne Lykkegaard", "Lægesekretær", (RHEUMA,)),
    ("dorte", "Dorte Kvist", "Lægesekretær", (ENDO,)),
    ("maja", "Maja Elkjær", "Koordinerende lægesekretær", (RHEUMA, ENDO)),
)
LEADERS = (("bente", "Bente Hvidberg", "Afdelingssygeplejerske", (RHEUMA, ENDO)),)

ROOMS = (
    *(RoomPlan(RHEUMA, AALBORG, f"Rum C2.{n}", "consulting") for n in (1, 2, 3, 4, 5)),
    RoomPlan(RHEUMA, AALBORG, "Behandlingsrum C2.11", "treatment"),
    RoomPlan(RHEUMA, AALBORG, "Behandlingsrum C2.12", "treatment"),
    RoomPlan(RHEUMA, AALBORG, "Træningssal C2.20", "training"),
    RoomPlan(RHEUMA, AALBORG, "Undervisningslokale C2.30", "teaching"),
    RoomPlan(RHEUMA, AALBORG, "Ultralydsscanner 1", "ultrasound", "equipment"),
    *(RoomPlan(RHEUMA, HJORRING, f"Rum B{n}", "consulting") for n in (1, 2, 3)),
    RoomPlan(RHEUMA, HJORRING, "Træningssal B9", "training"),
    RoomPlan(RHEUMA, HJORRING, "Ultralydsscanner 2", "ultrasound", "equipment"),
    *(RoomPlan(ENDO, AALBORG, f"Rum F1.{n}", "consulting") for n in (1, 2, 3, 4, 5, 6)),
    RoomPlan(ENDO, AALBORG, "Fodklinik F1.8", "feet"),
    RoomPlan(ENDO, AALBORG, "Scanningsrum F0.2", "scanning"),
    RoomPlan(ENDO, AALBORG, "DXA-scanner", "dxa", "equipment"),
    RoomPlan(ENDO, AALBORG, "Undervisningslokale F1.20", "teaching"),
    *(RoomPlan(ENDO, THISTED, f"Rum {n}", "consulting") for n in (1, 2, 3)),
    RoomPlan(ENDO, THISTED, "Fodklinik", "feet"),
)

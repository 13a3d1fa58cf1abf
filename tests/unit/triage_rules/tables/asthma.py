"""A rule set for asthma by ACT, as a clinic could write it (bands: EPR-3, AAFP 2009)."""

from decimal import Decimal

from triage_rules.tables.model import AnyValue, Input, Interval, Is, Missing, OneOf, Row, Table
from triage_rules.tables.rule_set import ANSWERS, STAGES, RuleSet, SecondLook

ACT = Input(
    "act",
    "ACT",
    "number",
    "point",
    Decimal(5),
    Decimal(25),
    greatest_age_days=30,
    source="score:act",
)
BREATHLESS = Input("breathless_at_rest", "Åndenød i hvile", "boolean", greatest_age_days=7)
COLOUR = ANSWERS["colour"]
ANY = AnyValue()
OUTPUTS = {stage.name: stage.outputs for stage in STAGES}


def contact(
    action: str, form: str, first: int, target: int, latest: int, urgency: str
) -> tuple[object, ...]:
    """A contact row's outputs: weeks, half an hour with a doctor."""
    weeks = (Decimal(first), Decimal(target), Decimal(latest))
    return (action, form, *weeks, Decimal(30), "doctor", urgency)


def row(name: str, cells: tuple[object, ...], outputs: tuple[object, ...], told: str = "") -> Row:
    return Row(name, cells, outputs, told, evidence="EPR-3, AAFP 2009", owner="AH")  # type: ignore[arg-type]


def upto(high: int) -> Interval:
    return Interval(None, Decimal(high))


def rules(**changes: object) -> RuleSet:
    """Sound as it stands."""
    red_flags = Table(
        "red_flags",
        "Røde flag",
        "RULE ORDER",
        (BREATHLESS,),
        OUTPUTS["red_flags"],
        (row("f1", (Is(True),), ("Åndenød i hvile", "112"), "Ring 112."),),
    )
    activity = Table(
        "activity",
        "Aktivitet",
        "UNIQUE",
        (ACT,),
        OUTPUTS["activity"],
        (
            row("a1", (upto(15),), ("red",), "Din astma er ikke under kontrol."),
            row(
                "a2",
                (Interval(Decimal(16), Decimal(19)),),
                ("yellow",),
                "Din astma er delvist under kontrol.",
            ),
            row("a3", (Interval(Decimal(20), None),), ("green",), "Din astma er under kontrol."),
            row("a4", (Missing(),), ("yellow",), "Vi mangler dine svar."),
        ),
    )
    contacts = Table(
        "contact",
        "Kontakt",
        "FIRST",
        (COLOUR,),
        OUTPUTS["contact"],
        (
            row(
                "c1", (OneOf(frozenset({"red"})),), contact("contact", "in_person", 0, 1, 2, "soon")
            ),
            row(
                "c2",
                (OneOf(frozenset({"yellow"})),),
                contact("contact", "video", 2, 4, 6, "routine"),
            ),
            row("c3", (ANY,), contact("contact", "phone", 4, 12, 26, "routine")),
        ),
    )
    values: dict[str, object] = {
        "name": "astma",
        "label": "Astma efter ACT",
        "tables": (red_flags, activity, contacts),
        "latest_weeks": 52,
        "second_looks": (SecondLook("act", Decimal(20), Decimal(0)),),
        **changes,
    }
    return RuleSet(**values)  # type: ignore[arg-type]

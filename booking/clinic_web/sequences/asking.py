"""What the forms ask for, read into what the sequences room understands."""

from datetime import date, time, timedelta
from typing import Any

from flask_babel import gettext as _

from booking.appointments.serving import serving
from booking.appointments.visit_types.models import VisitType
from booking.appointments.wording import FORMS
from booking.calendar.models import Clinic, Resource
from booking.calendar.queries import resources_of
from booking.clinic_web.choices import visit_type_of
from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Choices, Day, Form, Id, Number, WallClock, read
from booking.platform.pages import db
from booking.sequences.asked import Asked, Combined, Repeating, Step
from booking.sequences.planning import MOST, Rule

STEPS = 4
WHOLE_DAY = 24 * 60
USUAL_PERIOD = timedelta(weeks=4)
WITHIN = ("0", "30", "60", "120", str(WHOLE_DAY))


class RepeatingForm(Form):
    """One kind of contact, repeated until so many or a day."""

    course = Id()
    visit_type = Id(required=True)
    form = Choice(FORMS)
    clinician = Id()
    first = Day(required=True)
    every = Number(1, 52, load_default=1)
    unit = Choice(["day", "week", "month"], load_default="week")
    weekdays = Choices([str(one) for one in range(7)])
    count = Number(1, MOST)
    until = Day()
    clock = WallClock(required=True)
    days_off = Number(0, 6, load_default=0)
    minutes_off = Choice(WITHIN, load_default="60")


CombinedForm = Form.from_dict(
    {
        "course": Id(),
        "first": Day(required=True),
        "last": Day(required=True),
        **{f"type_{place}": Id(required=place <= 2) for place in range(1, STEPS + 1)},
        **{f"clinician_{place}": Id() for place in range(1, STEPS + 1)},
        **{f"least_{place}": Number(0, 480, load_default=0) for place in range(2, STEPS + 1)},
        **{f"most_{place}": Number(0, 480, load_default=60) for place in range(2, STEPS + 1)},
    },
    name="CombinedForm",
)

FORM_OF: dict[str, type[Form]] = {
    "repeating": RepeatingForm,
    "combined": CombinedForm,  # type: ignore[dict-item]  # made of Form, says marshmallow's docs
}


def asked_for(clinic: Clinic, kind: str) -> tuple[Asked, int | None]:
    """What the query asks for, and in which course; raises InvalidInput for what cannot be."""
    typed = read(FORM_OF[kind](), "query")
    asked = _repeating(clinic, typed) if kind == "repeating" else _combined(clinic, typed)
    return asked, typed.get("course")


def defaults(kind: str, today: date) -> dict[str, Any]:
    """A form that nothing was typed in."""
    if kind == "repeating":
        return {
            "first": today.isoformat(), "every": 1, "unit": "week", "count": 6,
            "clock": "09:00", "days_off": 0, "minutes_off": "60", "weekdays": [],
        }  # fmt: skip
    gaps = {f"{name}_{place}": value for place in (2, 3, 4) for name, value in _GAPS}
    last = today + USUAL_PERIOD
    return {"first": today.isoformat(), "last": last.isoformat(), **gaps}


_GAPS = (("least", 0), ("most", 60))


def _repeating(clinic: Clinic, typed: dict[str, Any]) -> Repeating:
    visit_type = _single(clinic, typed["visit_type"], "visit_type")
    count, until = typed.get("count"), typed.get("until")
    if (count is None) == (until is None):
        raise InvalidInput({"count": _("Skriv enten et antal eller en sidste dag.")})
    if until is not None and until < typed["first"]:
        raise InvalidInput({"until": _("Den sidste dag ligger før den første.")})
    weekdays = frozenset(int(one) for one in typed["weekdays"])
    clock: time = typed["clock"]
    rule = Rule(
        typed["first"],
        typed["every"],
        typed["unit"],
        clock,
        weekdays if typed["unit"] == "week" else frozenset(),
        count,
        until,
        typed["days_off"],
        int(typed["minutes_off"]),
    )
    form = typed.get("form", visit_type.form_list[0])
    if form not in visit_type.form_list:
        raise InvalidInput({"form": _("Kontakttypen findes ikke i den form.")})
    clinician = _able(clinic, visit_type, typed.get("clinician"), "clinician")
    return Repeating(visit_type.id, form, rule, clinician)


def _combined(clinic: Clinic, typed: dict[str, Any]) -> Combined:
    if typed["last"] < typed["first"]:
        raise InvalidInput({"last": _("Den sidste dag ligger før den første.")})
    steps = []
    for place in range(1, STEPS + 1):
        if f"type_{place}" not in typed:
            continue
        visit_type = _single(clinic, typed[f"type_{place}"], f"type_{place}")
        clinician = _able(clinic, visit_type, typed.get(f"clinician_{place}"), f"clinician_{place}")
        least, most = typed.get(f"least_{place}", 0), typed.get(f"most_{place}", 0)
        if most < least:
            raise InvalidInput({f"most_{place}": _("Det højeste er mindre end det mindste.")})
        forms = visit_type.form_list
        form = "in_person" if "in_person" in forms else forms[0]
        steps.append(Step(visit_type.id, form, clinician, least, most))
    return Combined(typed["first"], typed["last"], tuple(steps))


def _single(clinic: Clinic, visit_type_id: int, field: str) -> VisitType:
    """A visit type for one patient at a time."""
    try:
        visit_type = visit_type_of(db(), clinic.id, visit_type_id)
    except InvalidInput as error:
        raise InvalidInput({field: _("Vælg en af mulighederne.")}) from error
    if visit_type.group_capacity > 1:
        raise InvalidInput({field: _("Et hold har sine egne tider og bookes for sig.")})
    return visit_type


def _able(
    clinic: Clinic, visit_type: VisitType, clinician_id: int | None, field: str
) -> int | None:
    if clinician_id is None:
        return None
    if clinician_id not in serving(db(), visit_type).clinicians:
        raise InvalidInput({field: _("Behandleren har ikke den slags kontakter.")})
    return clinician_id


def clinicians_of(clinic: Clinic) -> dict[int, Resource]:
    """The clinic's clinicians by number, those who have left among them."""
    return {one.id: one for one in resources_of(db(), clinic.id, "clinician", active=None)}

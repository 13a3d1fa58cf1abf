"""What the form for a visit type may send. Each need has a field `need_<code>`, in minutes;
demand number n has `demand<n>_label`, `demand<n>_options` and `demand<n>_every_form`.
"""

from typing import Any, cast

from flask_babel import gettext, lazy_gettext
from marshmallow import fields

from booking.appointments.visit_types.forms import FORMS, GRIDS, MODES
from booking.appointments.visit_types.service import MOST_DEMANDS, Definition, Demand
from booking.calendar.professions import PROFESSIONS
from booking.calendar.schemas import LONG_TEXT, Version, needed
from booking.people.needs import NEEDS
from booking.platform.errors import InvalidInput
from booking.platform.forms import Choice, Form, Ids, Number, Text, Yes

DEMANDS = range(1, MOST_DEMANDS + 1)
LONGEST_VISIT = 480


def _(message: str) -> str:
    """A text in the language of whoever reads it; marshmallow wants it to pass for a str."""
    return cast(str, lazy_gettext(message))


class _PlainForm(Form):
    version = Version()
    name = Text(**needed(_("Skriv navnet.")))
    name_en = Text(load_default="")
    forms = fields.List(
        Choice(FORMS),
        **needed(_("Vælg mindst én kontaktform.")),
    )
    base_minutes = Number(5, LONGEST_VISIT, **needed(_("Skriv grundlængden.")))
    cap_minutes = Number(5, LONGEST_VISIT, **needed(_("Skriv den højeste længde.")))
    grid_minutes = Choice(
        [str(minutes) for minutes in GRIDS], **needed(_("Vælg minutter mellem starttiderne."))
    )
    buffer_before = Number(0, 120, load_default=0)
    buffer_after = Number(0, 120, load_default=0)
    mode = Choice(MODES, **needed(_("Vælg, hvordan der bookes.")))
    closing_hours = Number(0, 24 * 60, **needed(_("Skriv lukkeperioden i timer.")))
    move_limit = Number(0, 50, **needed(_("Skriv, hvor mange gange tiden må flyttes.")))
    profession = Choice(PROFESSIONS, load_default="")
    clinicians_needed = Number(1, 10, load_default=1)
    group_capacity = Number(1, 200, load_default=1)
    clinicians = Ids()
    preparation = Text(longest=LONG_TEXT, load_default="")
    preparation_en = Text(longest=LONG_TEXT, load_default="")
    active = Yes()


_NEED_FIELDS = {f"need_{need.code}": Number(0, LONGEST_VISIT, load_default=0) for need in NEEDS}
_DEMAND_FIELDS = {
    f"demand{number}_{name}": field
    for number in DEMANDS
    for name, field in (
        ("label", Text(longest=100, load_default="")),
        ("options", Ids()),
        ("every_form", Yes()),
    )
}

VisitTypeForm = cast(
    type[Form], _PlainForm.from_dict({**_NEED_FIELDS, **_DEMAND_FIELDS}, name="VisitTypeForm")
)


def definition(typed: dict[str, Any]) -> Definition:
    """A loaded VisitTypeForm as the service takes it; raises InvalidInput for half a demand."""
    demands = []
    for number in DEMANDS:
        label, options = typed[f"demand{number}_label"], typed[f"demand{number}_options"]
        if label and not options:
            text = gettext("Vælg mindst én mulighed, eller slet teksten.")
            raise InvalidInput({f"demand{number}_options": text})
        if options and not label:
            text = gettext("Skriv, hvad der er brug for, for eksempel Rum.")
            raise InvalidInput({f"demand{number}_label": text})
        if label:
            demands.append(Demand(label, options, typed[f"demand{number}_every_form"]))
    return Definition(
        name=typed["name"],
        name_en=typed["name_en"],
        forms=typed["forms"],
        base_minutes=typed["base_minutes"],
        cap_minutes=typed["cap_minutes"],
        grid_minutes=int(typed["grid_minutes"]),
        buffer_before=typed["buffer_before"],
        buffer_after=typed["buffer_after"],
        mode=typed["mode"],
        closing_hours=typed["closing_hours"],
        move_limit=typed["move_limit"],
        profession=typed["profession"],
        clinicians_needed=typed["clinicians_needed"],
        group_capacity=typed["group_capacity"],
        preparation=typed["preparation"],
        preparation_en=typed["preparation_en"],
        additions={
            need.code: typed[f"need_{need.code}"] for need in NEEDS if typed[f"need_{need.code}"]
        },
        clinician_ids=typed["clinicians"],
        demands=demands,
    )

"""This room's codes in the reader's words."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

# What the patients are told is the appointments' own words for the same codes.
REASONS: dict[str, LazyString] = {
    "clinician_away": _l("En behandler er syg eller fraværende"),
    "clinic": _l("Andet i klinikken: lukket lokale, strejke, nedbrud"),
}
STATUSES: dict[str, LazyString] = {
    "draft": _l("Forslag"),
    "done": _l("Gennemført"),
    "discarded": _l("Kasseret"),
}
OUTCOMES: dict[str, LazyString] = {
    "moved": _l("Flyttet"),
    "waiting": _l("På arbejdslisten"),
    "left": _l("Blev stående"),
}
# Why a line is as it is: without a place, or other than it was.
WHY: dict[str, LazyString] = {
    "no_time": _l("Ingen ledig tid inden for perioden og fristen"),
    "all_taken": _l("De tider, der passer, gives til andre i planen"),
    "group": _l("Et hold flyttes for sig selv"),
    "several_clinicians": _l("Kræver flere behandlere på samme tid"),
    "combined": _l("Hører sammen med andre tider samme dag"),
    "arrived": _l("Patienten er kommet"),
    "begun": _l("Tiden er begyndt. Spørg, om patienten er kommet"),
    "other_clinician": _l("Anden behandler"),
    "other_form": _l("Anden form"),
    "other_site": _l("Et andet sted"),
    "after_deadline": _l("Efter fristen"),
    "choice_taken": _l("Den valgte tid er ikke længere ledig"),
}

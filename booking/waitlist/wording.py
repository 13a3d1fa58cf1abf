"""This room's codes in the reader's words."""

from collections.abc import Iterable

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.appointments.wording import FORMS
from booking.platform.error_table import Shown
from booking.platform.i18n import language_code
from booking.waitlist.models import WaitlistEntry

PARTS: dict[str, LazyString] = {"am": _l("Om formiddagen"), "pm": _l("Om eftermiddagen")}
WEEKDAYS: dict[str, LazyString] = {
    "0": _l("Mandag"),
    "1": _l("Tirsdag"),
    "2": _l("Onsdag"),
    "3": _l("Torsdag"),
    "4": _l("Fredag"),
}
NOTICES: dict[str, LazyString] = {
    "2": _l("Samme dag er fint"),
    "24": _l("Dagen før"),
    "72": _l("Mindst tre dage før"),
}

VERDICTS: dict[str, LazyString] = {
    "offered": _l("Fik tilbuddet"),
    "later_in_order": _l("Står senere i rækken"),
    "too_short": _l("Tiden er for kort til besøget"),
    "other_clinician": _l("Ønsker en anden behandler"),
    "cannot_serve": _l("Behandleren har ikke den slags kontakt"),
    "other_site": _l("Ønsker et andet sted"),
    "form": _l("Kontakten kan ikke foregå i den ønskede form"),
    "weekday": _l("Kan ikke den ugedag"),
    "part_of_day": _l("Kan ikke på den tid af dagen"),
    "before_earliest": _l("Kan først senere"),
    "after_latest": _l("Ligger efter den periode, tiden skal ligge i"),
    "not_earlier_than_own": _l("Har selv en tid den dag eller før"),
    "too_short_notice": _l("Vil have længere varsel"),
    "patient_busy": _l("Har en anden tid samtidig"),
    "no_room": _l("Der er ikke lokale eller udstyr til besøget"),
    "has_offer": _l("Har allerede et åbent tilbud"),
    "asked_before": _l("Er spurgt om den her tid før"),
    "declined_lately": _l("Har sagt nej eller ikke svaret tre gange på en uge"),
    "together": _l("Hører sammen med andre tider samme dag og flyttes kun med dem"),
    "left_it": _l("Har selv givet tiden fra sig"),
    "too_late": _l("Ville være spurgt, men der var for kort tid til at svare"),
    "not_reachable:silent": _l("Kan ikke få besked: klinikken sender ikke beskeder"),
    "not_reachable:no_way": _l(
        "Kan ikke få besked: har hverken telefon, e-mail eller digital post"
    ),
    "not_reachable:stopped": _l("Kan ikke få besked: har svaret STOP"),
    "not_reachable:letter": _l("Kan ikke få besked: kun brev, og det er for langsomt"),
    "not_reachable:policy": _l(
        "Kan ikke få besked: klinikkens beskeder om ledige tider går ad andre veje"
    ),
    "not_reachable:failed": _l("Kan ikke få besked: det sidste tilbud kom ikke frem"),
}

OFFER_STATUSES: dict[str, LazyString] = {
    "open": _l("Venter på svar"),
    "accepted": _l("Tog tiden"),
    "declined": _l("Sagde nej tak"),
    "expired": _l("Svarede ikke i tide"),
    "lost": _l("En anden var først"),
    "withdrawn": _l("Tilbuddet bortfaldt"),
}

FREED_STATUSES: dict[str, LazyString] = {
    "offering": _l("Bliver tilbudt"),
    "filled": _l("Taget af en fra ventelisten"),
    "listed": _l("Ledigt hul"),
    "gone": _l("Er ikke længere ledig"),
}

CAUSES: dict[str, LazyString] = {
    "cancelled": _l("Afbud"),
    "moved": _l("Flyttet"),
    "rest": _l("Rest af en tid"),
}

ENTRY_CAUSES: dict[str, LazyString] = {
    "wish": _l("Ønske om en tidligere tid"),
    "deadline": _l("Fristen nærmer sig"),
}

# What the log says was done.
ACTIONS: dict[str, LazyString] = {
    "waitlist.wished": _l("Skrev et ønske om en tidligere tid på ventelisten"),
    "waitlist.withdrawn": _l("Tog et ønske af ventelisten"),
    "waitlist.at_once": _l("Ændrede, hvor mange der spørges om en ledig tid ad gangen"),
    "waitlist.accepted": _l("Tog imod et tilbud om en ledig tid"),
    "waitlist.declined": _l("Sagde nej tak til et tilbud om en ledig tid"),
}

REFUSALS = {
    "offer_over": Shown(
        409,
        _l("Tiden er desværre ikke ledig længere"),
        _l(
            "En anden nåede at tage den, eller fristen er gået. "
            "Har du en tid i forvejen, gælder den stadig."
        ),
    ),
    "not_waiting": Shown(
        409,
        _l("Der er ikke en tid at vente med"),
        _l("Kun en kommende tid, der ikke er på et hold, kan få besked om en tidligere."),
    ),
    "nothing_earlier": Shown(
        409,
        _l("Tiden kan ikke blive tidligere"),
        _l(
            "Den ligger på den første dag i den periode, klinikken har bestemt. "
            "Ring til klinikken, hvis det haster mere nu."
        ),
    ),
    "belongs_together": Shown(
        409,
        _l("Tiden hører sammen med andre tider samme dag"),
        _l("Den kan ikke flyttes alene. Flyt hele dagen i stedet."),
    ),
}


def choices_for(possible: Iterable[str]) -> dict[str, list[tuple[str, object]]]:
    """What the fields of a wish may be, in words. possible: the visit type's forms."""
    return {
        "parts": list(PARTS.items()),
        "weekdays": list(WEEKDAYS.items()),
        "forms": [(form, FORMS[form]) for form in possible],
        "notices": list(NOTICES.items()),
    }


def said_of(entry: WaitlistEntry) -> list[str]:
    """What an entry asks for, in words; only what is not 'anything'."""
    said = [str(FORMS[form]) for form in entry.forms.split(",")]
    if entry.clinician is not None:
        said.append(_("kun hos %(name)s", name=entry.clinician.name))
    if entry.site is not None:
        said.append(_("kun på %(site)s", site=entry.site.name))
    if len(entry.parts.split(",")) < len(PARTS):
        said += [str(PARTS[part]).lower() for part in entry.parts.split(",")]
    days = [str(WEEKDAYS[day]) for day in entry.weekdays.split(",") if day in WEEKDAYS]
    if language_code() == "da":  # English has its weekdays in capitals wherever they stand
        days = [day.lower() for day in days]
    if len(days) < len(WEEKDAYS):
        said.append(", ".join(days))
    said.append(_("%(hours)s timers varsel", hours=entry.notice_hours))
    return said

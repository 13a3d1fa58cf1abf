"""What `policies.checking` finds, in the reader's words, with the steps it is about."""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from reminders.clinic_web import words
from reminders.policies.checking import Flaw
from reminders.policies.steps import OCCASIONS, Occasion, Policy

FLAWS: dict[str, LazyString] = {
    "no_step": _l("Der er ingen trin: patienterne får ingen beskeder. Tilføj mindst ét trin."),
    "key_twice": _l("To trin har samme kode. Fjern det ene, og tilføj det igen."),
    "key_form": _l("Trinnets kode kan ikke bruges. Fjern trinnet, og tilføj det igen."),
    "amount_range": _l("Trinnet ligger for langt fra tiden: højst 336 timer eller 90 dage før."),
    "clock_missing": _l("Trinnet mangler et klokkeslæt."),
    "no_channel": _l("Trinnet har ingen kanal."),
    "channel_twice": _l("Trinnet har den samme kanal to gange."),
    "wording_missing": _l("Trinnets tekst findes ikke. Vælg en anden."),
    "time_named": _l("Teksten nævner dag eller klokkeslæt, og et spørgeskema har ingen tid."),
    "lead_days_crossed": _l("Trinnet er for ingen: det mindste antal dage er over det højeste."),
    "letter_never": _l(
        "Et brev er fem dage om at nå frem og kommer for sent. Brug en anden kanal."
    ),
    "quiet_too_long": _l("Der er under fire timer om dagen, hvor der må sendes beskeder."),
    "letter_late": _l(
        "Et brev er fem dage om at nå frem. Brevet bliver aldrig sendt, kun de andre kanaler."
    ),
    "in_quiet": _l(
        "Klokkeslættet ligger i den tid, hvor der ingen beskeder sendes. Beskeden venter, eller "
        "den går før."
    ),
    "never_in_time": _l("De patienter, trinnet er for, booker altid for sent til at få beskeden."),
    "same_time": _l("Nogle patienter får begge disse beskeder på samme tid."),
    "visit_only": _l("Et spørgeskema har ingen tid, så betingelserne om besøget tæller ikke."),
    "offered_as_booked": _l(
        "Intet trin er for reserverede tider. Patienten får teksten for en booket tid i stedet."
    ),
    "silent_booked": _l("Ingen får besked, når en tid er booket."),
    "silent_offered": _l("Ingen får besked, når klinikken har reserveret en tid."),
    "silent_moved": _l("Ingen får besked, når en tid er flyttet."),
    "silent_cancelled": _l("Ingen får besked, når en tid er aflyst."),
}
# The steps that can be chosen.
HAPPENS: tuple[Occasion, ...] = OCCASIONS


@dataclass(frozen=True)
class Said:
    """A flaw in words. steps: what it is about, each in one line; blocks: it bars publication."""

    text: str
    steps: tuple[str, ...]
    blocks: bool


def said(flaw: Flaw, policy: Policy) -> Said:
    """One flaw of a policy."""
    lines = []
    for number, step in enumerate(policy.steps, 1):
        if step.key in flaw.steps:
            lines.append(_("Trin %(number)s: %(when)s", number=number, when=words.when(step.when)))
    return Said(str(FLAWS[flaw.code]), tuple(lines), flaw.blocks)

"""Follow-up's codes in the reader's words."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from triage_rules.authoring import words


def N_(text: str) -> str:  # noqa: N802  (the catalogue's own name for a text said later)
    """A text of the catalogue, said later in a language of its own choosing."""
    return text


# To the patient, kept in both languages with the decision.
CALLS: Mapping[str, str] = {
    "112": N_("Ring 112 nu."),
    "1813": N_("Ring til lægevagten nu. I Region Hovedstaden er nummeret 1813."),
    "clinic": N_("Ring til klinikken nu på %(phone)s."),
}
WHY: Mapping[str, str] = {
    "alarm": N_("Et af dine svar gør os bekymrede for dig, uanset hvad du ellers har svaret."),
    "missing": N_("Vi mangler noget for at kunne afgøre, hvad du har brug for."),
    "no_row": N_("Klinikkens regler siger ikke, hvad der skal ske nu."),
    "conflict": N_("Klinikkens regler siger ikke entydigt, hvad der skal ske nu."),
    "near_limit": N_("Et af dine svar ligger tæt på en grænse, så vi ser på det en ekstra gang."),
    "asked": N_("Du har bedt om at blive kontaktet."),
}
NEXT: Mapping[str, str] = {
    "in_person": N_("Du bliver indkaldt til et besøg i klinikken."),
    "video": N_("Du bliver indkaldt til en videosamtale."),
    "phone": N_("Du bliver indkaldt til en telefonsamtale."),
    "none": N_("Klinikken indkalder dig."),
}
LATER: Mapping[str, str] = {
    "soon": N_("Det sker så hurtigt som muligt."),
    "one": N_("Det sker inden for en uge."),
    "many": N_("Det sker inden for %(weeks)s uger."),
    "invited": N_(
        "Du er allerede indkaldt. Det gælder stadig, til en fra klinikken har set på svarene og "
        "givet dig besked."
    ),
    "time": N_("Du kan se din tid under Mine tider, når den er fundet."),
    "ask": N_("Du får et nyt spørgeskema om %(weeks)s uger."),
    "ask_one": N_("Du får et nyt spørgeskema om en uge."),
    "always": N_("Du kan altid bede om at blive kontaktet."),
    "look": N_("En fra klinikken ser på det og kontakter dig, hvis der er brug for det."),
    "look_wished": N_("En fra klinikken kontakter dig."),
    "look_now": N_("En fra klinikken ser på det så hurtigt som muligt og kontakter dig."),
}

COLOURS: Mapping[str, LazyString] = {
    "red": _l("Rød"),
    "yellow": _l("Gul"),
    "green": _l("Grøn"),
}

# Why a clinician did something else than the rules said.
REASONS: Mapping[str, LazyString] = {
    "clinical_judgement": _l("Klinisk vurdering"),
    "patient_wish": _l("Patientens ønske"),
    "known_condition": _l("Tilstanden er kendt og behandlet"),
    "data_wrong": _l("Svar eller målinger er forkerte"),
    "capacity": _l("Klinikken har ikke tid før"),
    "other": _l("En anden grund"),
}


def colour_name(colour: str) -> str:
    """'Rød', 'Gul' or 'Grøn'."""
    return str(COLOURS[colour])


def allowed(low: int, high: int) -> str:
    """Which weeks a clinician may choose between."""
    return _("Reglerne tillader fra %(low)s til %(high)s.", low=low, high=words.weeks(high))


def lacking(label: str, state: str) -> str:
    """Why an input could not be used: 'ACT er for gammel'."""
    if state == "stale":
        return _("%(input)s er for gammel", input=label)
    if state == "out_of_range":
        return _("%(input)s ligger uden for det mulige", input=label)
    if state == "mistyped":
        return _("%(input)s kan ikke læses", input=label)
    return _("%(input)s mangler", input=label)

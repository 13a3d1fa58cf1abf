"""What `texts.lints` finds, in the reader's words."""

from collections.abc import Iterable, Mapping
from typing import cast

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from reminders.clinic_web.words import language_name
from reminders.texts.lints import Finding

_PLAIN = {
    "empty": _l("Teksten er tom."),
    "no_subject": _l("Emnet mangler."),
    "cpr": _l("Teksten ser ud til at have et CPR-nummer. Det må aldrig sendes."),
    "link_refused": _l(
        "Teksten har et link, men afsenderen må ikke sende links: operatørerne stopper beskeden. "
        "Tag linket ud, eller ret afsenderen, når den er registreret til links."
    ),
    "cannot_be_answered": _l(
        "Teksten beder om svar, men beskeder fra denne afsender kan ikke besvares. "
        "Brug feltet {svar}, eller bed patienten ringe."
    ),
    "svar_outside_sms": _l("Feltet {svar} kan kun stå i en SMS."),
    "time_missing": _l("Teksten siger ikke, hvilken dag og hvad klokken er. Brug {dag} og {kl}."),
    "reply_keys_missing": _l(
        "Teksten siger ikke, hvordan man svarer. Sæt feltet {svar} ind, så patienten kan melde "
        "afbud ved at svare 2."
    ),
}


def finding(found: Finding) -> str:
    """One thing found, and what to do about it."""
    if found.code in _PLAIN:
        return str(_PLAIN[found.code])
    details = found.details
    said = {
        "fields": ", ".join(f"{{{one}}}" for one in _texts(details, "fields")),
        "words": ", ".join(f"»{one}«" for one in _texts(details, "words")),
        "characters": " ".join(_texts(details, "characters")),
        "languages": ", ".join(language_name(one) for one in _texts(details, "languages")),
        "parts": str(details.get("parts", "")),
    }
    texts = {
        "unknown_field": _("Feltet findes ikke: %(fields)s. Se listen over felter."),
        "sensitive_field": _("Det må ikke stå i en besked: %(fields)s."),
        "no_value": _("Beskeder med denne tekst ved ikke, hvad der skal stå i: %(fields)s."),
        "reveals": _("Teksten kan røbe en sygdom: %(words)s. Skriv det uden."),
        "clinic_reveals": _(
            "Klinikkens navn kan røbe en sygdom: %(words)s. Brug feltet {sted} i stedet."
        ),
        "place_reveals": _("Stedets navn kan røbe en sygdom: %(words)s. Ret afsenderen."),
        "opt_out_word": _(
            "Den, der svarer %(words)s, får aldrig flere beskeder: operatøren tager det som STOP. "
            "Bed om 1, 2 eller 3 i stedet."
        ),
        "opt_in_word": _(
            "Operatøren tager %(words)s som en tilmelding, og svaret når ikke frem. "
            "Bed om 1, 2 eller 3 i stedet."
        ),
        "missing_language": _("Teksten mangler på %(languages)s."),
        "missing_sms": _(
            "Der mangler en SMS på %(languages)s. De andre kanaler bruger den, når de ingen har."
        ),
        "over_one_part": _("Beskeden kan blive til %(parts)s SMS-dele, og hver del koster."),
        "ucs2_from_fields": _(
            "Felterne %(fields)s kan give tegn, der gør beskeden længere: %(characters)s."
        ),
    }
    if found.code == "ucs2":
        return _ucs2(said["characters"], details)
    return texts[found.code] % said


def _ucs2(characters: str, details: Mapping[str, object]) -> str:
    text = _(
        "Tegnene %(characters)s gør, at en SMS-del kun rummer 70 tegn i stedet for 160.",
        characters=characters,
    )
    better = cast(Mapping[str, str], details.get("replacements", {}))
    if not better:
        return text
    nothing = _("ingenting")
    pairs = ", ".join(f"{old} → {new or nothing}" for old, new in better.items())
    return text + " " + _("Skriv i stedet: %(pairs)s.", pairs=pairs)


def _texts(details: Mapping[str, object], name: str) -> list[str]:
    return [str(one) for one in cast(Iterable[object], details.get(name, ()))]

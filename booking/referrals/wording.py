"""Referrals in the reader's words: tracks, clocks, what happened, and what the log says."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

STATUSES: dict[str, LazyString] = {
    "received": _l("Modtaget"),
    "waiting": _l("Venter på oplysninger"),
    "triaged": _l("Visiteret"),
    "returned": _l("Sendt tilbage med råd"),
    "closed": _l("Afsluttet"),
}
URGENCIES: dict[str, LazyString] = {
    "acute": _l("Haster: inden for 3 dage"),
    "soon": _l("Snart: inden for 14 dage"),
    "routine": _l("Almindelig: inden for fristen"),
}
TRACKS: dict[str, LazyString] = {
    "general": _l("Almindelig"),
    "cancer": _l("Kræft"),
    "cancer_breast": _l("Brystkræft"),
    "heart_left_main": _l("Hjerte: hovedstammestenose"),
    "heart_unstable": _l("Hjerte: ustabil angina"),
    "heart_after_mi": _l("Hjerte: efter blodprop"),
    "child_psychiatry": _l("Børne- og ungdomspsykiatri"),
}
CLOCKS: dict[str, LazyString] = {
    "letter": _l("Brev til patienten"),
    "workup": _l("Udredning"),
    "plan": _l("Skriftlig plan"),
    "treatment": _l("Behandling"),
    "max_told": _l("Besked om dato"),
    "max_workup": _l("Begyndt udredning"),
    "max_consent": _l("Behandling efter samtykke"),
    "max_treatment": _l("Behandling efter henvisning til den"),
    "max_after": _l("Efterbehandling"),
    "package": _l("Hele pakkeforløbet"),
    "heart_accepted": _l("Behandling efter accept"),
    "heart_referred": _l("Behandling efter henvisning"),
    "child_start": _l("Begyndt udredning af barnet"),
    "child_treatment": _l("Begyndt behandling af barnet"),
}
KINDS: dict[str, LazyString] = {
    "right": _l("Patientens ret"),
    "duty": _l("Klinikkens pligt"),
    "recommendation": _l("Anbefaling"),
}
EVENTS: dict[str, LazyString] = {
    "received": _l("Modtaget"),
    "missing_asked": _l("Bedt om oplysninger"),
    "missing_answered": _l("Oplysninger modtaget"),
    "triaged": _l("Visiteret"),
    "letter_made": _l("Brev lavet"),
    "letter_sent": _l("Brev sendt"),
    "letter_untimed": _l("Brev sendt uden en tid"),
    "plan_written": _l("Plan skrevet"),
    "workup_begun": _l("Udredning begyndt"),
    "workup_done": _l("Udredning færdig"),
    "consented": _l("Samtykke til behandling"),
    "treatment_referred": _l("Henvist til behandling"),
    "treatment_started": _l("Behandling begyndt"),
    "after_referred": _l("Henvist til efterbehandling"),
    "after_started": _l("Efterbehandling begyndt"),
    "accepted": _l("Accepteret til indgrebet"),
    "returned": _l("Sendt tilbage med råd"),
    "withdrawn": _l("Trukket tilbage"),
    "discharged": _l("Afsluttet"),
    "track_changed": _l("Spor ændret"),
    "taken_back": _l("Notering taget tilbage"),
}
TEXT_KINDS: dict[str, LazyString] = {
    "missing": _l("Når der mangler oplysninger"),
    "advice": _l("Råd, når der sendes tilbage"),
}
DELAYS: dict[str, LazyString] = {
    "patient_wish": _l("Patientens ønske"),
    "capacity": _l("Mangel på ledige tider"),
    "clinical": _l("Lægefaglig grund"),
}
ACTIONS: dict[str, LazyString] = {
    "referral.received": _l("Skrev en henvisning ind"),
    "referral.checked": _l("Så en henvisning efter mod klinikkens kriterier"),
    "referral.missing_asked": _l("Bad om oplysninger til en henvisning"),
    "referral.missing_answered": _l("Modtog oplysninger til en henvisning"),
    "referral.triaged": _l("Visiterede en henvisning"),
    "referral.returned": _l("Sendte en henvisning tilbage med råd"),
    "referral.withdrawn": _l("Trak en henvisning tilbage"),
    "referral.explained": _l("Skrev, hvorfor en frist ikke holder"),
    "referral.letter_sent": _l("Sendte brevet om en henvisning"),
    "referral.letter_untimed": _l("Sendte et brev uden en tid om en henvisning"),
    "referral.plan_written": _l("Skrev en plan for udredningen"),
    "referral.track_changed": _l("Ændrede, hvilket spor en henvisning hører til"),
    "referral.taken_back": _l("Tog en notering på en henvisning tilbage"),
    "referral.noted": _l("Noterede, hvor langt en henvisning er"),
    "criterion.added": _l("Oprettede et kriterium for henvisninger"),
    "criterion.changed": _l("Ændrede et kriterium for henvisninger"),
    "standard_text.added": _l("Oprettede en standardtekst til henvisninger"),
    "standard_text.changed": _l("Ændrede en standardtekst til henvisninger"),
    "standard_text.removed": _l("Slettede en standardtekst til henvisninger"),
    "clinic.re_referral_changed": _l("Ændrede, hvor længe en henvisning gælder som gentagen"),
}

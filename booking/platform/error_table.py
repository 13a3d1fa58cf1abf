"""The one table from a domain error's code to an HTTP status and a text.

Texts may use the error's context by name. What a person should do next is part of the text.
"""

from dataclasses import dataclass

from flask_babel import LazyString
from flask_babel import lazy_gettext as _


@dataclass(frozen=True)
class Shown:
    """How one kind of error is answered: status, heading, what to do."""

    status: int
    heading: LazyString
    text: LazyString


UNKNOWN = Shown(
    400,
    _("Det kunne ikke lade sig gøre"),
    _("Intet er ændret. Gå tilbage og prøv igen, eller ring til klinikken."),
)

ERRORS: dict[str, Shown] = {
    "not_found": Shown(
        404,
        _("Siden findes ikke"),
        _("Adressen er forkert, eller du har ikke adgang til siden. Intet er ændret."),
    ),
    "not_allowed": Shown(
        403,
        _("Det har du ikke adgang til"),
        _("Intet er ændret. Spørg klinikken, hvis du mener, at du skal have adgang."),
    ),
    "sign_in_needed": Shown(
        401,
        _("Log ind for at fortsætte"),
        _("Du er ikke logget ind, eller du har været væk for længe."),
    ),
    "invalid_input": Shown(
        422,
        _("Noget mangler eller kan ikke bruges"),
        _("Ret felterne, og send igen. Det, du har skrevet, er bevaret."),
    ),
    "changed_meanwhile": Shown(
        409,
        _("En anden har ændret det samme imens"),
        _("Dine ændringer er ikke gemt. Se den nye udgave, og ret igen."),
    ),
    "too_many_attempts": Shown(
        429,
        _("Der er prøvet for mange gange"),
        _("Vent lidt, og prøv igen. Du kan altid ringe til klinikken."),
    ),
    "busy": Shown(
        503, _("Systemet har meget travlt"), _("Intet er ændret. Prøv igen om et øjeblik.")
    ),
    "nonexistent_local_time": Shown(
        422,
        _("Det klokkeslæt findes ikke"),
        _("Uret stilles frem den nat. Vælg et andet klokkeslæt."),
    ),
    "ambiguous_local_time": Shown(
        422,
        _("Det klokkeslæt findes to gange"),
        _("Uret stilles tilbage den nat. Vælg et andet klokkeslæt."),
    ),
    "day_gone_by": Shown(
        409,
        _("Dagen er gået"),
        _("Planen kan ikke længere gennemføres eller ændres. Kassér den."),
    ),
    "time_taken": Shown(
        409,
        _("Tiden er lige blevet taget"),
        _("En anden nåede at tage tiden. Vælg en af de andre tider."),
    ),
    "patient_busy": Shown(
        409,
        _("Der er allerede en tid på samme tidspunkt"),
        _("To tider kan ikke ligge oven i hinanden. Vælg en anden tid."),
    ),
    "hold_expired": Shown(
        409,
        _("Tiden blev ikke holdt længere"),
        _(
            "De ti minutter er gået, og tiden er givet fri. "
            "Din gamle tid gælder stadig, hvis du havde en. Vælg en tid igen."
        ),
    ),
    "closing_period": Shown(
        409,
        _("Det er for tæt på tiden"),
        _(
            "Så tæt på tiden kan den kun ændres ved at ringe til klinikken. "
            "Du kan stadig melde afbud her."
        ),
    ),
    "move_limit": Shown(
        409,
        _("Tiden kan ikke flyttes flere gange her"),
        _("Ring til klinikken, så finder vi en tid sammen. Din tid gælder stadig."),
    ),
    "does_not_fit": Shown(
        409,
        _("Tiden passer ikke"),
        _("Tiden ligger uden for det, der kan vælges. Vælg en af de viste tider."),
    ),
    "mode_not_allowed": Shown(
        403,
        _("Tiden kan ikke vælges her"),
        _("Denne slags tid aftales med klinikken. Ring, så hjælper vi."),
    ),
    "too_late": Shown(
        409,
        _("Tiden er begyndt"),
        _("Tiden er begyndt eller overstået og kan ikke ændres her. Ring til klinikken."),
    ),
    "too_early": Shown(
        409,
        _("Tiden er ikke begyndt"),
        _("Ankomst kan først skrives på dagen, og at nogen ikke kom, først når tiden er begyndt."),
    ),
    "wrong_state": Shown(
        409,
        _("Det passer ikke længere"),
        _("Tiden er ændret imens. Se, hvordan den står nu, og prøv igen."),
    ),
    "part_not_free": Shown(
        409,
        _("En af tiderne er lige blevet taget"),
        _("Ingen af tiderne er booket. Vælg en anden i stedet, og book igen."),
    ),
    "out_of_order": Shown(
        409,
        _("Tiderne ligger ikke i rækkefølge"),
        _("Intet er ændret. Se, hvilke tider det gælder, og vælg igen."),
    ),
    "nothing_chosen": Shown(
        422,
        _("Der mangler en tid"),
        _("Intet er booket. Vælg en tid til hver kontakt."),
    ),
    "invitation_still_open": Shown(
        409,
        _("Indkaldelsen er stadig åben"),
        _("Find en tid, eller træk indkaldelsen tilbage, så forsvinder opgaven af sig selv."),
    ),
    "time_stands_outside": Shown(
        409,
        _("Tiden ligger stadig uden for åbningstiden"),
        _("Flyt eller aflys tiden, eller skriv, hvorfor den holdes alligevel."),
    ),
    "deadline_passed": Shown(
        409,
        _("Tiden ligger efter fristen"),
        _("Tiden ligger efter din frist. Bekræft, at du selv ønsker den."),
    ),
    "same_time": Shown(
        409,
        _("Tiden ligger der allerede"),
        _("Intet er ændret, og ingen har fået besked. Vælg et andet sted."),
    ),
    "cannot_undo": Shown(
        409,
        _("Det kan ikke fortrydes her"),
        _("Kun det seneste, der er sket med tiden i dag, kan fortrydes. Flyt eller book i stedet."),
    ),
    "old_place_taken": Shown(
        409,
        _("Det gamle tidspunkt er ikke længere frit"),
        _("Intet er ændret. Vælg en anden tid."),
    ),
    "referral_over": Shown(
        409,
        _("Henvisningen er afsluttet"),
        _("Der bookes ikke igen på en henvisning, som er trukket tilbage eller sendt retur."),
    ),
    "letter_not_made": Shown(
        409,
        _("Brevet er ikke lavet endnu"),
        _("Lav brevet først. Er det skrevet et andet sted, så noter, at det er sendt."),
    ),
    "letter_outdated": Shown(
        409,
        _("Tiden er ændret, siden brevet blev lavet"),
        _("Lav brevet igen. Er det gamle sendt, før tiden blev ændret, så noter det med dagen."),
    ),
    "has_one_already": Shown(
        409,
        _("Du har allerede en tid af den slags"),
        _("Flyt den tid, du har, hvis den ikke passer, eller ring til klinikken."),
    ),
    "group_full": Shown(
        409, _("Holdet er fuldt"), _("Der er ikke flere pladser på holdet. Vælg et andet hold.")
    ),
    "bad_credentials": Shown(
        422, _("Oplysningerne passer ikke sammen"), _("Prøv igen, eller ring til klinikken.")
    ),
    "already_exists": Shown(
        409, _("Det findes allerede"), _("Intet er gemt. Find det, der findes i forvejen.")
    ),
    "birth_date_unknown": Shown(
        409,
        _("Fødselsdatoen mangler"),
        _("Intet er ændret. Skriv patientens fødselsdato ind, og prøv igen."),
    ),
    "proxy_not_possible": Shown(
        409,
        _("Fuldmagten kan ikke gives"),
        _(
            "En forælder kan handle for et barn under 15 år, og andre i en aftalt tid. "
            "Ingen kan have fuldmagt for sig selv."
        ),
    ),
    "weak_password": Shown(
        422,
        _("Adgangskoden er for svag"),
        _("Skriv mindst 12 tegn, og ikke blot brugernavnet."),
    ),
    "last_leader": Shown(
        409,
        _("Klinikken ville stå uden leder"),
        _("Intet er ændret. Giv først en anden rollen som leder."),
    ),
}


def shown(code: str) -> Shown:
    """How an error with this code is answered."""
    return ERRORS.get(code, UNKNOWN)

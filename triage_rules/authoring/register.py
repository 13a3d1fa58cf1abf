"""What authoring adds to the application."""

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.clinic_web.frame import MENU
from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.web import Rettid
from triage_rules.authoring import (
    columns_web,
    examples_web,
    grid_web,
    review_web,
    starting_web,
    versions_web,
    web,
    whole_web,
)
from triage_rules.authoring.errors import CONSTRAINTS

ROOMS = (
    web,
    starting_web,
    versions_web,
    review_web,
    grid_web,
    columns_web,
    whole_web,
    examples_web,
)
ACTIONS = {
    "rules.begun": _("Begyndte på et regelsæt"),
    "rules.draft_begun": _("Begyndte på en ny udgave af et regelsæt"),
    "rules.edited": _("Rettede i et regelsæt"),
    "rules.discarded": _("Kasserede en kladde til et regelsæt"),
    "rules.sent_to_review": _("Sendte et regelsæt til godkendelse"),
    "rules.taken_back": _("Tog et regelsæt tilbage fra godkendelse"),
    "rules.sent_back": _("Sendte et regelsæt tilbage til den, der skrev det"),
    "rules.published": _("Udgav et regelsæt"),
    "rules.rolled_back": _("Gik tilbage til en tidligere udgave af et regelsæt"),
    "rules.release_withdrawn": _("Trak en kommende udgave af et regelsæt tilbage"),
    "rules.shadowed": _("Satte en udgave af et regelsæt i skygge"),
    "rules.shadow_ended": _("Stoppede en udgave i skygge"),
}


def register(app: Flask) -> None:
    """Words for its errors and the log; pages."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    audit_words.WORDS.update(ACTIONS)
    audit_words.NAMED.update(ACTIONS)
    ERRORS.update(
        {
            "rules_not_ready": Shown(
                409,
                _("Regelsættet er ikke klar"),
                _("Intet er ændret. Siden siger, hvad der står i vejen."),
            ),
            "rules_no_draft": Shown(
                404,
                _("Kladden findes ikke mere"),
                _("Den er udgivet eller kasseret. Regelsættets side siger, hvad der er sket."),
            ),
            "rules_unchanged": Shown(
                409,
                _("Det er de samme regler"),
                _("Der står det samme som i den version, der gælder. Intet er udgivet."),
            ),
            "rules_under_review": Shown(
                409,
                _("Kladden venter på godkendelse"),
                _("Tag den tilbage, hvis der skal rettes i den. Intet er gemt."),
            ),
            "rules_not_in_review": Shown(
                409,
                _("Kladden er ikke sendt til godkendelse"),
                _("Den er taget tilbage, eller den er udgivet. Se den, som den står nu."),
            ),
            "rules_own_work": Shown(
                403,
                _("Man godkender ikke sine egne regler"),
                _("Du har selv skrevet i dem. En anden godkender skal læse dem. Intet er ændret."),
            ),
            "rules_nothing_before": Shown(
                409,
                _("Der er ingen tidligere version"),
                _("Den første version gælder stadig. Udgiv en rettet version i stedet."),
            ),
            "rules_none_in_force": Shown(
                409,
                _("Der er ingen version at køre ved siden af"),
                _("Udgiv en version, der gælder, før en anden kan køre i skygge."),
            ),
            "rules_has_draft": Shown(
                409,
                _("Der skrives allerede på regelsættet"),
                _("Skriv videre i den kladde, der er. Intet er ændret."),
            ),
            "rules_in_use": Shown(
                409,
                _("Regelsættet er i brug"),
                _("En opfølgningstype henviser til det. Vælg et andet regelsæt dér først."),
            ),
            "rules_already_begun": Shown(
                409,
                _("Versionen gælder allerede"),
                _("Gå tilbage til den forrige version i stedet. Intet er ændret."),
            ),
        }
    )
    for room in ROOMS:
        app.register_blueprint(room.pages)
    for entry in web.MENU_ENTRIES:
        rettid.parts.add_menu_entry(MENU, entry)

"""What questionnaires add to the application."""

from datetime import timedelta

from flask import Flask
from flask_babel import lazy_gettext as _

from booking.clinic_web.places import PATIENT
from booking.clinic_web.worklist import KINDS, Kind
from booking.people import audit_words
from booking.platform.error_table import ERRORS, Shown
from booking.platform.jobs import Job
from booking.platform.web import Rettid
from triage_rules.questionnaires import alarm, commands, service, staff_web, web
from triage_rules.questionnaires.errors import CONSTRAINTS
from triage_rules.questionnaires.events import QuestionnaireAnswered, QuestionnaireCorrected

ACTIONS = {
    "questionnaire.published": _("Udgav et spørgeskema"),
    "questionnaire.asked": _("Sendte et spørgeskema"),
    "questionnaire.begun": _("Begyndte på et spørgeskema"),
    "questionnaire.answered": _("Afleverede et spørgeskema"),
    "questionnaire.corrected": _("Rettede svar på et spørgeskema"),
    "questionnaire.withdrawn": _("Trak et spørgeskema tilbage"),
    "contact.wished": _("Bad om at blive kontaktet"),
}


def register(app: Flask) -> None:
    """Words for its errors, the log and the worklist; pages; and the job that sees silence."""
    rettid: Rettid = app.extensions["rettid"]
    rettid.constraints.update(CONSTRAINTS)
    audit_words.WORDS.update(ACTIONS)
    audit_words.NAMED.update(["questionnaire.published"])
    KINDS[service.OVERDUE] = Kind(
        _("Spørgeskemaet er ikke besvaret"),
        _("Kontakt patienten, og skriv svarene ind, eller vurder, hvad der skal ske."),
        staff_web.TAB.endpoint,
    )
    KINDS[service.WANTS_CONTACT] = Kind(
        _("Patienten vil gerne kontaktes"),
        _("Ring til patienten i dag, og skriv, hvad I aftalte."),
    )
    KINDS[alarm.ALARMING] = Kind(
        _("Et svar kræver, at nogen ser på det i dag"),
        _("Se svarene nu, og ring til patienten. Skriv, hvad I aftalte."),
        staff_web.TAB.endpoint,
    )
    ERRORS["questionnaire_answered"] = Shown(
        409,
        _("Spørgeskemaet er allerede besvaret"),
        _("De første svar gælder. Ring til klinikken, hvis noget skal rettes."),
    )
    ERRORS["questionnaire_withdrawn"] = Shown(
        410,
        _("Klinikken har trukket spørgeskemaet tilbage"),
        _("Du skal ikke svare. Ring til klinikken, hvis du er i tvivl."),
    )
    ERRORS["questionnaire_lacking"] = Shown(
        422,
        _("Der mangler svar"),
        _("Gå tilbage, og besvar de spørgsmål, der mangler. Det, du har skrevet, er bevaret."),
    )
    app.register_blueprint(web.pages)
    app.register_blueprint(staff_web.pages)
    rettid.parts.add_tab(PATIENT, staff_web.TAB)
    rettid.parts.add_card(web.HOME, alarm.home_card)
    rettid.parts.add_card(web.HOME, web.home_card)
    rettid.parts.add_card(web.AFTER, web.contact_card)
    rettid.parts.add_card(web.ANSWERED, alarm.card)
    rettid.events.subscribe(QuestionnaireAnswered, alarm.on_answered)
    rettid.events.subscribe(QuestionnaireCorrected, alarm.on_answered)
    app.cli.add_command(commands.questionnaires)
    rettid.jobs.add(Job("questionnaires_overdue", timedelta(minutes=10), service.overdue))

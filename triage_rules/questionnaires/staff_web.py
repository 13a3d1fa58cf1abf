"""The staff's pages: what a patient is asked and answered; asking, paper and correcting."""

from datetime import date, datetime, time, timedelta
from typing import Any, cast

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from booking.calendar.service import today
from booking.clinic_web.patients import patient_here
from booking.clinic_web.places import PatientHere, patient_tabs
from booking.platform.errors import DomainError, InvalidInput
from booking.platform.extension import Tab
from booking.platform.forms import Choice, Day, Form, Id, read, rejected
from booking.platform.i18n import language_code
from booking.platform.localtime import local_date
from booking.platform.pages import Access, Pages, db, me
from triage_rules.questionnaires import alarm, queries, service, showing
from triage_rules.questionnaires.answering import on_page, read_typed
from triage_rules.questionnaires.form import Answers, open_questions
from triage_rules.questionnaires.form import Questionnaire as Asked
from triage_rules.questionnaires.models import QuestionnaireRequest, QuestionnaireResponse

pages = Pages(
    "staff_questionnaires",
    __name__,
    url_prefix="/klinik/<int:clinic_id>/patienter/<int:patient_id>/spoergeskemaer",
    template_folder="templates",
)
TAB = Tab("staff_questionnaires.of_patient", _l("Spørgeskemaer"))
ANSWER_WITHIN = timedelta(days=14)
LIST, PAPER = "questionnaires/staff/list.html", "questionnaires/staff/paper.html"

CORRECTIONS: dict[str, LazyString] = {
    "typing": _l("Tastefejl"),
    "patient": _l("Patienten har rettet sit svar"),
    "other": _l("En anden grund"),
}
STATUSES: dict[str, tuple[LazyString, str]] = {
    "open": (_l("Venter på svar"), "info"),
    "answered": (_l("Besvaret"), "success"),
    "overdue": (_l("Ikke besvaret i tide"), "warning"),
    "withdrawn": (_l("Trukket tilbage"), "neutral"),
}
GIVEN_BY: dict[str, LazyString] = {
    "patient": _l("Besvaret af patienten"),
    "proxy": _l("Besvaret på patientens vegne"),
    "staff": _l("Skrevet ind fra papir"),
}


class AskForm(Form):
    """What to ask, in which course, and by when."""

    version = Id(required=True, error_messages={"required": cast(str, _l("Vælg et spørgeskema."))})
    course = Id(required=True, error_messages={"required": cast(str, _l("Vælg et forløb."))})
    due_on = Day(
        required=True,
        error_messages={"required": cast(str, _l("Skriv, hvornår der senest skal svares."))},
    )


# Its example lies in the past, as the day must.
PAST_DAY = _l("Skriv en dag, der har været, for eksempel 24-11-2025.")


class PaperForm(Form):
    """When the paper was filled in."""

    filled_on = Day(
        required=True,
        error_messages={
            "required": cast(str, _l("Skriv, hvilken dag papiret er udfyldt.")),
            "invalid": cast(str, PAST_DAY),
            "format": cast(str, PAST_DAY),
        },
    )


class CorrectionForm(Form):
    """Why the answers are put right."""

    why = Choice(
        tuple(CORRECTIONS),
        required=True,
        error_messages={"required": cast(str, _l("Vælg, hvorfor svarene rettes."))},
    )


@pages.get("", access=Access.STAFF)
def of_patient(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """What the clinic has asked the patient, and what was answered."""
    here = patient_here(clinic_id, patient_id)
    values = {"due_on": (today(db(), here.clinic) + ANSWER_WITHIN).isoformat()}
    return render_template(LIST, values=values, errors={}, **_list(here))


@pages.post("", access=Access.STAFF)
def ask(clinic_id: int, patient_id: int) -> ResponseReturnValue:
    """Send a questionnaire."""
    here = patient_here(clinic_id, patient_id)
    try:
        typed = read(AskForm())
        if typed["due_on"] < today(db(), here.clinic):
            raise InvalidInput({"due_on": _("Dagen er gået. Vælg en dag fra i dag.")})
        course = _course(here, typed["course"])
        version = queries.version_for(db(), clinic_id, typed["version"])
        service.ask(db(), me(), here.patient, course, version, typed["due_on"])
    except InvalidInput as error:
        return rejected(LIST, error, **_list(here))
    flash(_("Spørgeskemaet er sendt. Patienten ser det på sin side."), "success")
    return _back(here)


@pages.post("/<int:request_id>/tilbage", access=Access.STAFF)
def withdraw(clinic_id: int, patient_id: int, request_id: int) -> ResponseReturnValue:
    """Take back what was not answered."""
    here, asked = _asked(clinic_id, patient_id, request_id)
    service.withdraw(db(), me(), asked)
    flash(_("Spørgeskemaet er trukket tilbage."), "success")
    return _back(here)


@pages.get("/<int:request_id>/papir", access=Access.STAFF)
def paper_form(clinic_id: int, patient_id: int, request_id: int) -> ResponseReturnValue:
    """The whole questionnaire on one page, to be typed in from paper."""
    here, asked = _asked(clinic_id, patient_id, request_id)
    if not asked.waits:
        return _back(here)
    values = showing.as_values(service.draft_of(db(), asked))
    values["filled_on"] = today(db(), here.clinic).isoformat()
    return render_template(PAPER, values=values, errors={}, **_paper(here, asked))


@pages.post("/<int:request_id>/papir", access=Access.STAFF)
def paper(clinic_id: int, patient_id: int, request_id: int) -> ResponseReturnValue:
    """Hand in what stood on the paper."""
    here, asked = _asked(clinic_id, patient_id, request_id)
    try:
        answers, extra = _sent(asked.version.form, PaperForm())
        if extra["filled_on"] > today(db(), here.clinic):
            raise InvalidInput({"filled_on": _("Dagen er ikke kommet endnu.")})
        when = _instant(here, extra["filled_on"])
        response = service.submit(db(), me(), asked, answers, completed_at=when)
    except DomainError as error:
        return rejected(PAPER, error, **_paper(here, asked))
    flash(_("Svarene er gemt."), "success")
    if alarm.alarms(response):
        flash(
            _("Et svar kræver, at nogen ser på det i dag. Sig det til en behandler nu."), "warning"
        )
    return _to(here, response)


@pages.get("/svar/<int:response_id>", access=Access.STAFF)
def answers(clinic_id: int, patient_id: int, response_id: int) -> ResponseReturnValue:
    """One response: every answer and score, and whether it still stands."""
    here = patient_here(clinic_id, patient_id)
    response = queries.response_of(db(), clinic_id, patient_id, response_id)
    form, given, language = response.request.version.form, response.answers, language_code()
    opened = open_questions(form.items, given)
    return render_template(
        "questionnaires/staff/answers.html",
        clinic=here.clinic,
        patient=here.patient,
        asked=response.request,
        response=response,
        given=response.request.responses[0],
        stands=response.request.response is response,
        title=form.title.said(language),
        copyright_note=form.copyright_note.said(language),
        sections=[
            (page.words.said(language), showing.lines(page, given, opened, form, language))
            for page in form.pages()
            if opened.intersection(on_page(page.items))
        ],
        scores=[
            (score.words.said(language), showing.figure(response.score(score.name), language))
            for score in form.scores
        ],
        given_by=GIVEN_BY,
        corrections=CORRECTIONS,
    )


@pages.get("/svar/<int:response_id>/ret", access=Access.STAFF)
def correct_form(clinic_id: int, patient_id: int, response_id: int) -> ResponseReturnValue:
    """The answers, to be put right."""
    here = patient_here(clinic_id, patient_id)
    response = queries.response_of(db(), clinic_id, patient_id, response_id)
    typed = showing.typed_answers(response.request.version.form, response.answers)
    values = showing.as_values(typed)
    return render_template(PAPER, values=values, errors={}, **_correction(here, response))


@pages.post("/svar/<int:response_id>/ret", access=Access.STAFF)
def correct(clinic_id: int, patient_id: int, response_id: int) -> ResponseReturnValue:
    """Write the corrected answers beside the old, which stay to be seen."""
    here = patient_here(clinic_id, patient_id)
    response = queries.response_of(db(), clinic_id, patient_id, response_id)
    try:
        given, extra = _sent(response.request.version.form, CorrectionForm())
        corrected = service.correct(db(), me(), response, given, extra["why"])
    except DomainError as error:
        return rejected(PAPER, error, **_correction(here, response))
    flash(_("Rettelsen er gemt. De gamle svar kan stadig ses."), "success")
    return _to(here, corrected)


def _asked(
    clinic_id: int, patient_id: int, request_id: int
) -> tuple[PatientHere, QuestionnaireRequest]:
    here = patient_here(clinic_id, patient_id)
    return here, queries.of_clinic(db(), clinic_id, patient_id, request_id)


def _sent(form: Asked, beside: Form) -> tuple[Answers, dict[str, Any]]:
    """The answers of a form with all questions, and what stood beside them."""
    typed = showing.posted([question.link_id for question in form.questions()])
    found = read_typed(form, typed)
    wrong = showing.messages(form, found.problems)
    try:
        extra = read(beside)
    except InvalidInput as error:
        raise InvalidInput({**error.fields, **wrong}) from None
    if wrong:
        raise InvalidInput(wrong)
    return found.answers, extra


def _course(here: PatientHere, course_id: int) -> Any:
    for course in queries.open_courses(db(), here.clinic.id, here.patient.id):
        if course.id == course_id:
            return course
    raise InvalidInput({"course": _("Vælg et forløb.")})


def _instant(here: PatientHere, day: date) -> datetime:
    """Noon of the day a paper bears; now for today, since noon may not have been yet."""
    if day == local_date(db().now(), here.clinic.zone):
        return db().now()
    return datetime.combine(day, time(12), here.clinic.zone)


def _list(here: PatientHere) -> dict[str, object]:
    language = language_code()
    return {
        "clinic": here.clinic,
        "patient": here.patient,
        "tabs": patient_tabs(here),
        "asked": queries.asked(db(), here.clinic.id, here.patient.id),
        "statuses": STATUSES,
        "language": language,
        "versions": [
            (one.id, one.questionnaire.title(language))
            for one in queries.available(db(), here.clinic.id)
        ],
        "courses": [
            (one.id, one.title or _("Uden titel"))
            for one in queries.open_courses(db(), here.clinic.id, here.patient.id)
        ],
        "figure": showing.figure,
    }


def _paper(here: PatientHere, asked: QuestionnaireRequest) -> dict[str, object]:
    form = asked.version.form
    return {
        "clinic": here.clinic,
        "patient": here.patient,
        "title": form.title.said(language_code()),
        "questions": showing.fields(form.items, language_code()),
        "reasons": (),
    }


def _correction(here: PatientHere, response: QuestionnaireResponse) -> dict[str, object]:
    return {**_paper(here, response.request), "reasons": tuple(CORRECTIONS.items())}


def _back(here: PatientHere) -> ResponseReturnValue:
    clinic_id, patient_id = here.clinic.id, here.patient.id
    return redirect(url_for(".of_patient", clinic_id=clinic_id, patient_id=patient_id), 303)


def _to(here: PatientHere, response: QuestionnaireResponse) -> ResponseReturnValue:
    there = url_for(
        ".answers",
        clinic_id=here.clinic.id,
        patient_id=here.patient.id,
        response_id=response.id,
    )
    return redirect(there, 303)

"""The patient's pages: answering a page at a time, reading over, handing in, wanting contact.

Everything typed is kept from page to page in a draft, so one may stop at any page and go on.
"""

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup

from booking.calendar.models import Clinic
from booking.patient_web.frame import acting_for, for_whom, my_ids, my_people
from booking.people.models import Patient
from booking.people.schemas import FreeText
from booking.platform.database import Session
from booking.platform.errors import InvalidInput, NotFound
from booking.platform.forms import Choice, Form, Text, read, rejected
from booking.platform.forms import _ as _l
from booking.platform.i18n import language_code
from booking.platform.identity import Actor
from booking.platform.pages import Access, Pages, db, me
from booking.platform.web import rettid
from triage_rules.questionnaires import queries, service, showing
from triage_rules.questionnaires.answering import Read, on_page, read_typed
from triage_rules.questionnaires.errors import AlreadyAnswered
from triage_rules.questionnaires.form import Group, Questionnaire, open_questions
from triage_rules.questionnaires.models import QuestionnaireRequest

pages = Pages(
    "patient_questionnaires", __name__, url_prefix="/spoergeskema", template_folder="templates"
)
HOME, AFTER, ANSWERED = "patient.home", "patient.home.after", "patient.answered"
NEXT, LATER, CONTACT = "next", "later", "contact"


class PageForm(Form):
    """asked: the questions that were on the page, so that one that has opened since is known."""

    act = Choice((NEXT, LATER, CONTACT), load_default=NEXT)
    asked = Text(longest=10_000, load_default="")


class WordsForm(Form):
    """What the clinic should know before it phones."""

    words = FreeText(
        longest=1000,
        required=True,
        error_messages={"required": _l("Skriv, hvad klinikken skal vide.")},
    )


@dataclass(frozen=True)
class Answering:
    """A questionnaire that is being answered, with what has been typed so far."""

    request: QuestionnaireRequest
    form: Questionnaire
    typed: dict[str, str]

    @property
    def read(self) -> Read:
        """The answers so far, and what is wrong."""
        return read_typed(self.form, self.typed)

    @property
    def opened(self) -> set[str]:
        """The questions that are open now."""
        return open_questions(self.form.items, self.read.answers)

    def parts(self) -> list[tuple[int, Group]]:
        """The pages with an open question, each with its number from 1 among all pages."""
        opened = self.opened
        return [
            (number, page)
            for number, page in enumerate(self.form.pages(), 1)
            if opened.intersection(on_page(page.items))
        ]


@pages.get("/<int:request_id>", access=Access.PATIENT)
def start(request_id: int) -> ResponseReturnValue:
    """What it is about, by when, and the way in."""
    asked = _mine(request_id)
    if not asked.waits:
        return _over(asked)
    answering = _answering(asked)
    first = answering.parts()[0][0]
    if answering.typed:
        problems = answering.read.problems
        first = next(
            (n for n, page in answering.parts() if problems.keys() & set(on_page(page.items))), 0
        )
    return render_template(
        "questionnaires/start.html",
        **_about(asked),
        first=first,
        begun=bool(answering.typed),
        count=len(list(answering.form.questions())),
    )


@pages.get("/<int:request_id>/del/<int:number>", access=Access.PATIENT)
def part(request_id: int, number: int) -> ResponseReturnValue:
    """One page of questions, with what was typed before."""
    asked = _mine(request_id)
    if not asked.waits:
        return _over(asked)
    answering = _answering(asked)
    context = _part(answering, number)
    values = showing.as_values(answering.typed)
    return render_template("questionnaires/part.html", values=values, errors={}, **context)


@pages.post("/<int:request_id>/del/<int:number>", access=Access.PATIENT)
def save_part(request_id: int, number: int) -> ResponseReturnValue:
    """Keep a page, and go to the next; or stop here; or ask to be contacted."""
    asked = _mine(request_id)
    if not asked.waits:
        return _over(asked)
    answering = _answering(asked)
    here = on_page(_page(answering.form, number).items)
    sent = read(PageForm())
    shown = set(sent["asked"].split()) & set(here)
    answering.typed.update(showing.posted(shown))
    if sent["act"] == NEXT:
        problems = {name: w for name, w in answering.read.problems.items() if name in shown}
        if problems:
            fields = showing.messages(answering.form, problems)
            error, context = InvalidInput(fields), _part(answering, number)
            return rejected("questionnaires/part.html", error, **context)
    service.save_draft(db(), me(), asked, answering.typed)
    if sent["act"] == CONTACT:
        return contact(asked.patient_id, asked.clinic_id)
    if sent["act"] == LATER:
        flash(_("Dine svar er gemt. Du kan fortsætte her, når du vil."), "success")
        return redirect(url_for("patient_home.home"), 303)
    more = next((name for name in here if name in answering.opened - shown), None)
    if more is not None:
        flash(_("Dit svar giver et spørgsmål mere på denne side."), "info")
        there = url_for(
            ".part", request_id=request_id, number=number, _anchor=showing.place_of(more)
        )
        return redirect(there, 303)
    for following, _page_after in answering.parts():
        if following > number:
            return redirect(url_for(".part", request_id=request_id, number=following), 303)
    return redirect(url_for(".review", request_id=request_id), 303)


@pages.get("/<int:request_id>/gennemse", access=Access.PATIENT)
def review(request_id: int) -> ResponseReturnValue:
    """All answers to read over before they are handed in."""
    asked = _mine(request_id)
    if not asked.waits:
        return _over(asked)
    return render_template("questionnaires/review.html", errors={}, **_review(_answering(asked)))


@pages.post("/<int:request_id>/gennemse", access=Access.PATIENT)
def hand_in(request_id: int) -> ResponseReturnValue:
    """Hand in what was typed; where something lacks, say what."""
    asked = _mine(request_id)
    if not asked.waits:
        return _over(asked)
    answering = _answering(asked)
    found = answering.read
    if found.problems:
        count = len(found.problems)
        error = InvalidInput({"_form": _lacking(count)})
        return rejected("questionnaires/review.html", error, **_review(answering))
    try:
        service.submit(db(), me(), asked, found.answers)
    except AlreadyAnswered:
        db().rollback()
    return redirect(url_for(".thanks", request_id=request_id), 303)


@pages.get("/<int:request_id>/tak", access=Access.PATIENT)
def thanks(request_id: int) -> ResponseReturnValue:
    """That it is handed in, what other rooms have to say about the answers, and whom to call."""
    asked = _mine(request_id)
    if asked.response is None:
        return redirect(url_for(".start", request_id=request_id), 303)
    cards = rettid().parts.cards(ANSWERED, db(), me(), asked.response)
    return render_template("questionnaires/thanks.html", cards=cards, **_about(asked))


@pages.post("/kontakt/<int:patient_id>/<int:clinic_id>", access=Access.PATIENT)
def contact(patient_id: int, clinic_id: int) -> ResponseReturnValue:
    """Put on the clinic's list, at once, that this person wants to be contacted."""
    patient, clinic = _patient_at(patient_id, clinic_id)
    service.wish_contact(db(), me(), patient, clinic)
    return redirect(url_for(".contact_wished", patient_id=patient_id, clinic_id=clinic_id), 303)


@pages.get("/kontakt/<int:patient_id>/<int:clinic_id>", access=Access.PATIENT)
def contact_wished(patient_id: int, clinic_id: int) -> ResponseReturnValue:
    """That the clinic knows, whom to call meanwhile, and room for some words."""
    patient, clinic = _patient_at(patient_id, clinic_id)
    return render_template(
        "questionnaires/contact.html", values={}, errors={}, **_contact(patient, clinic)
    )


@pages.post("/kontakt/<int:patient_id>/<int:clinic_id>/ord", access=Access.PATIENT)
def contact_words(patient_id: int, clinic_id: int) -> ResponseReturnValue:
    """Put words to the wish."""
    patient, clinic = _patient_at(patient_id, clinic_id)
    try:
        typed = read(WordsForm())
    except InvalidInput as error:
        return rejected("questionnaires/contact.html", error, **_contact(patient, clinic))
    service.wish_contact(db(), me(), patient, clinic, typed["words"])
    flash(_("Klinikken har fået det, du skrev."), "success")
    return redirect(url_for("patient_home.home"), 303)


def home_card(session: Session, _actor: Actor, patient: Patient) -> Markup | None:
    """What a person has to answer."""
    waiting = queries.waiting(session, patient.id)
    if not waiting:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template(
            "questionnaires/home_card.html",
            name=for_whom(patient),
            waiting=waiting,
            language=language_code(),
            level=3 if len(my_people()) > 1 else 2,
        )
    )


def contact_card(session: Session, _actor: Actor, patient: Patient) -> Markup | None:
    """The wish to be contacted, for each clinic; nothing for who has no course."""
    clinics = queries.clinics_of(session, patient.id)
    if not clinics:
        return None
    return Markup(  # noqa: S704  (a template escapes)
        render_template("questionnaires/contact_card.html", patient=patient, clinics=clinics)
    )


def _mine(request_id: int) -> QuestionnaireRequest:
    return queries.of_patients(db(), my_ids(), request_id)


def _answering(asked: QuestionnaireRequest) -> Answering:
    return Answering(asked, asked.version.form, service.draft_of(db(), asked))


def _patient_at(patient_id: int, clinic_id: int) -> tuple[Patient, Clinic]:
    """Someone one acts for and a clinic of theirs; raises NotFound otherwise."""
    patient = acting_for(patient_id)
    for clinic in queries.clinics_of(db(), patient_id):
        if clinic.id == clinic_id:
            return patient, clinic
    raise NotFound


def _page(form: Questionnaire, number: int) -> Group:
    found = form.pages()
    if not 1 <= number <= len(found):
        raise NotFound
    return found[number - 1]


def _over(asked: QuestionnaireRequest) -> ResponseReturnValue:
    if asked.response is not None:
        return redirect(url_for(".thanks", request_id=asked.id), 303)
    return render_template("questionnaires/withdrawn.html", **_about(asked)), 410


def _about(asked: QuestionnaireRequest) -> dict[str, object]:
    form = asked.version.form
    return {
        "asked": asked,
        "clinic": asked.clinic,
        "title": form.title.said(language_code()),
        "description": form.description.said(language_code()),
        "name": for_whom(asked.patient),
    }


def _part(answering: Answering, number: int) -> dict[str, object]:
    """Context of a page of questions."""
    page, opened = _page(answering.form, number), answering.opened
    numbers = [one for one, _page_of in answering.parts()]
    before = [one for one in numbers if one < number]
    return {
        **_about(answering.request),
        "heading": page.words.said(language_code()),
        "questions": showing.fields(page.items, language_code(), opened),
        "asked_here": " ".join(name for name in on_page(page.items) if name in opened),
        "number": len(before) + 1,
        "total": max(len(numbers), len(before) + 1),
        "previous": before[-1] if before else None,
    }


def _review(answering: Answering) -> dict[str, object]:
    language, found, opened = language_code(), answering.read, answering.opened
    problems = found.problems
    return {
        **_about(answering.request),
        "sections": [
            {
                "number": number,
                "heading": page.words.said(language),
                "lines": showing.lines(page, found.answers, opened, answering.form, language),
                "lacking": len(problems.keys() & set(on_page(page.items))),
            }
            for number, page in answering.parts()
        ],
        "lacking": _lacking(len(problems)) if problems else "",
    }


def _lacking(count: int) -> str:
    if count == 1:
        return _("Ét spørgsmål mangler et svar, eller svaret kan ikke bruges.")
    return _("%(count)s spørgsmål mangler svar, eller svarene kan ikke bruges.", count=count)


def _contact(patient: Patient, clinic: Clinic) -> dict[str, object]:
    return {"patient": patient, "clinic": clinic, "name": for_whom(patient)}

"""Text messages as Twilio hands them on: signed, in any order and whatever they say."""

import re
from xml.etree import ElementTree as ET

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm.exc import StaleDataError
from structlog.testing import capture_logs
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from booking.appointments.events import AppointmentCancelled
from booking.platform.database import Session
from booking.platform.web import Rettid
from tests.integration.reminders.conftest import SENDER
from tests.integration.reminders.replies.conftest import NUMBER, PUBLIC_URL, Telephone, Twilio

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
SMS = "/beskeder/twilio/sms"


def said(response: TestResponse) -> str:
    """The text message in Twilio's markup; '' where there is none."""
    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    return "".join(ET.fromstring(response.data).itertext())


def test_an_answer_is_done_and_answered(telephone: Telephone, twilio: Twilio) -> None:
    appointment = telephone.told_of()
    answer = said(twilio.sms("2"))
    assert "26/11" in answer
    telephone.session.refresh(appointment)
    assert appointment.status == "cancelled"


def test_delivered_twice_it_is_done_once(telephone: Telephone, twilio: Twilio) -> None:
    telephone.told_of()
    first = said(twilio.sms("3", name="SM01"))
    assert said(twilio.sms("3", name="SM01")) == first
    assert len(telephone.inbound()) == 1
    assert telephone.open_items() == ["wants_new_time_sms"]


@pytest.mark.parametrize("signature", ["", "bm90IGl0", "ø"])
def test_a_wrong_signature_is_refused_and_logged(
    telephone: Telephone, twilio: Twilio, signature: str
) -> None:
    appointment = telephone.told_of()
    form = {"MessageSid": "SM1", "From": NUMBER, "To": SENDER.sender, "Body": "2"}
    headers = {"X-Twilio-Signature": signature} if signature else {}
    telephone.session.commit()
    with capture_logs() as logged:
        response = twilio.client.post(SMS, data=form, headers=headers)
    assert response.status_code == 403
    telephone.session.refresh(appointment)
    assert appointment.status == "booked"
    assert telephone.inbound() == []
    assert "signature refused" in [one["event"] for one in logged]
    assert NUMBER not in str(logged)


def test_what_was_signed_for_another_address_or_text_is_refused(
    telephone: Telephone, twilio: Twilio
) -> None:
    form = {"MessageSid": "SM1", "From": NUMBER, "To": SENDER.sender, "Body": "1"}
    validator = RequestValidator("the account's own token")
    elsewhere = validator.compute_signature(f"https://elsewhere.example{SMS}", form)
    assert twilio.post(SMS, form, signature=elsewhere).status_code == 403
    ours = validator.compute_signature(PUBLIC_URL + SMS, form)
    assert twilio.post(SMS, form | {"Body": "2"}, signature=ours).status_code == 403
    assert twilio.post(SMS, form, signature=ours).status_code == 200


def test_without_an_account_there_is_nothing_here(client: FlaskClient) -> None:
    for path in (SMS, "/beskeder/twilio/status/x", "/beskeder/twilio/opkald/x"):
        assert client.post(path, data={"Body": "2"}).status_code == 404


def test_no_forms_token_is_asked_for(telephone: Telephone, twilio: Twilio, app: Flask) -> None:
    telephone.told_of()
    app.config["WTF_CSRF_ENABLED"] = True
    assert said(twilio.sms("1"))
    assert twilio.post("/beskeder/twilio/status/x", {"MessageStatus": "sent"}).status_code == 204
    assert twilio.post("/beskeder/twilio/opkald/x", {}).status_code == 200


def test_twilio_has_said_it_itself(telephone: Telephone, twilio: Twilio) -> None:
    telephone.told_of()
    assert said(twilio.sms("Stop", OptOutType="STOP")) == ""
    assert said(twilio.sms("START", OptOutType="START")) == ""
    assert said(twilio.sms("ikke mere", OptOutType="STOP")) == ""
    assert "26/11" in said(twilio.sms("YES", OptOutType="START"))
    assert telephone.outcomes() == [
        ("stop", "stopped"),
        ("start", "started"),
        ("stop", "stopped"),
        ("confirm", "done"),
    ]


def test_an_old_start_does_not_undo_a_stop(telephone: Telephone, twilio: Twilio) -> None:
    telephone.told_of()
    for text in ("YES", "START"):
        twilio.sms(text, name=f"SM{text}", OptOutType="START")
        twilio.sms("STOP", OptOutType="STOP")
        twilio.sms(text, name=f"SM{text}", OptOutType="START")
        assert telephone.say("hvad?") == ""


def test_a_change_at_the_same_moment_loses_no_answer(
    telephone: Telephone, twilio: Twilio, rettid: Rettid
) -> None:
    appointment = telephone.told_of()
    left = [1, 1]

    def someone_was_first(_session: Session, _event: AppointmentCancelled) -> None:
        if left:
            left.pop()
            raise StaleDataError

    rettid.events.subscribe(AppointmentCancelled, someone_was_first)
    assert "26/11" in said(twilio.sms("2"))
    telephone.session.refresh(appointment)
    assert appointment.status == "cancelled"
    assert len(telephone.inbound()) == 1


def test_a_message_without_a_name_is_let_go(telephone: Telephone, twilio: Twilio) -> None:
    form = {"From": NUMBER, "To": SENDER.sender, "Body": "2"}
    for name in ({}, {"MessageSid": ""}, {"MessageSid": "SM\x00"}):
        assert said(twilio.post(SMS, form | name)) == ""
    assert telephone.inbound() == []


@pytest.mark.parametrize("sender", ["", "anonymous", "+1", "\x00", "12 34", "Ø" * 300])
def test_any_number_is_answered(telephone: Telephone, twilio: Twilio, sender: str) -> None:
    assert said(twilio.sms("2", sender=sender))
    assert said(twilio.sms("2", sender=sender, To=sender))


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    st.one_of(
        st.text(),
        st.builds(
            lambda word, before, after: before + word + after,
            st.sampled_from(["AFBUD", "Ny tid", "ja.", "STOP", "2", "Å", "ÆØÅ", "start", "A"]),
            st.text(max_size=3),
            st.text(max_size=3),
        ),
    )
)
def test_no_text_gives_an_error_page(telephone: Telephone, twilio: Twilio, text: str) -> None:
    if not telephone.inbound():
        telephone.told_of()
    said(twilio.sms(text))


def test_nothing_personal_is_logged(telephone: Telephone, twilio: Twilio) -> None:
    telephone.told_of()
    with capture_logs() as logged:
        twilio.sms("jeg har det dårligt")
    assert logged
    assert "dårligt" not in str(logged)
    assert not re.search(r"20 ?30 ?10 ?20", str(logged))

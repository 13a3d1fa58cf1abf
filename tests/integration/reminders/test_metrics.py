"""What an operator sees at /metrics."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from freezegun.api import FrozenDateTimeFactory
from prometheus_client.parser import text_string_to_metric_families

from booking.platform.web import Rettid
from reminders.delivery import breakers
from reminders.delivery.dispatch import dispatch
from tests.integration.reminders.conftest import Sending

pytestmark = pytest.mark.freeze_time("2026-11-23T08:00:00Z")
TOKEN = {"Authorization": "Bearer the-token"}


@pytest.fixture
def watched(rettid: Rettid, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rettid, "config", replace(rettid.config, metrics_token="the-token"))


def read(client: FlaskClient) -> dict[tuple[str, ...], float]:
    answer = client.get("/metrics", headers=TOKEN)
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.usefixtures("watched")
def test_counts_lag_and_breakers(
    sending: Sending, rettid: Rettid, client: FlaskClient, freezer: FrozenDateTimeFactory
) -> None:
    sending.book(datetime(2026, 12, 3, 9, tzinfo=UTC))
    freezer.move_to("2026-11-23T08:05:00Z")
    before = read(client)
    assert before["rettid_messages", "planned"] == 3
    assert before["rettid_message_lag_seconds",] == 300
    dispatch(rettid.database)
    with rettid.database.transaction() as session:
        breakers.failed(session, "twilio", "20003", alarm=True)
    after = read(client)
    assert after["rettid_messages", "delivered"] == 1
    assert after["rettid_message_attempts", "sms", "delivered"] == 1
    assert after["rettid_message_lag_seconds",] == 0
    assert after["rettid_message_breaker", "twilio"] == 2
    assert after["rettid_message_breaker", "recording"] == 0


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
@pytest.mark.usefixtures("watched")
def test_nobody_reads_it_without_the_token(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/metrics", headers=headers).status_code == 404


def test_nor_where_no_token_is_set(client: FlaskClient) -> None:
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

"""GET /metrics in the Prometheus text format, for whoever has the token: counts, and no names."""

import hmac
from collections.abc import Iterator

from flask import request
from flask.typing import ResponseReturnValue
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.metrics_core import Metric

from booking.platform.errors import NotFound
from booking.platform.pages import Access, Pages, db
from booking.platform.web import rettid
from reminders.messages.states import LADDER, MESSAGE_STATES
from reminders.metrics.queries import Figures, figures

pages = Pages("metrics", __name__)

BREAKER = {"closed": 0, "half_open": 1, "open": 2}


@pages.get("/metrics", access=Access.PUBLIC)
def metrics() -> ResponseReturnValue:
    """The figures; 404 without the token of RETTID_METRICS_TOKEN, or where none is set."""
    token = rettid().config.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotFound
    registry = CollectorRegistry()
    registry.register(_Once(figures(db())))
    return generate_latest(registry), 200, {"Content-Type": CONTENT_TYPE_PLAIN_0_0_4}


class _Once:
    """Hands the library figures that are counted already."""

    def __init__(self, found: Figures) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Every family of metrics. What is there is 0 rather than missing."""
        found = self._found
        messages = GaugeMetricFamily("rettid_messages", "Messages by state.", labels=["state"])
        for state in MESSAGE_STATES:
            messages.add_metric([state], found.messages.get(state, 0))
        yield messages
        attempts = GaugeMetricFamily(
            "rettid_message_attempts",
            "Attempts at delivering, by how far they have come.",
            labels=["channel", "state"],
        )
        for channel in sorted({channel for channel, _state in found.attempts}):
            for rung in LADDER:
                attempts.add_metric([channel, rung], found.attempts.get((channel, rung), 0))
        yield attempts
        yield GaugeMetricFamily(
            "rettid_message_lag_seconds", "How long the oldest due message has waited.", found.lag
        )
        yield GaugeMetricFamily(
            "rettid_message_unknown_seconds",
            "The age of the oldest send of unknown outcome.",
            found.unknown_age,
        )
        breakers = GaugeMetricFamily(
            "rettid_message_breaker",
            "A provider's circuit breaker: 0 closed, 1 half open, 2 open.",
            labels=["provider"],
        )
        for provider, position in sorted(found.breakers.items()):
            breakers.add_metric([provider], BREAKER[position])
        yield breakers

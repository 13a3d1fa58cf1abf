"""Twilio's own client with the certainties a delivery needs: one try, an end to waiting, and an
answer that is yes, a certain no, or 'nobody knows'.
"""

import json
from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client
from urllib3.exceptions import MaxRetryError, NewConnectionError

from reminders.channels.port import NotAccepted, OutcomeUnknown
from reminders.channels.twilio.settings import TwilioSettings


def client_of(settings: TwilioSettings) -> Client:
    """A client for the account. It connects at its first request, not before."""
    return Client(
        settings.account_sid,
        settings.auth_tokens[0],
        http_client=OneTry(settings.base_url, settings.timeout_seconds),
    )


class OneTry(TwilioHttpClient):
    """Sends each request once, and raises what the outcome means.

    NotAccepted: Twilio refused (a 4xx; the code is Twilio's, or 'http 4xx' where it gave none), or
    no connection came about ('connection'): in both, nothing was sent. OutcomeUnknown: all else
    that is not an answer. Neither says anything of the request, which names a patient's number.
    """

    def __init__(self, base_url: str, timeout: float) -> None:
        """`base_url` takes the place of Twilio's scheme and host; '' leaves them."""
        super().__init__(timeout=timeout)
        self._base_url = base_url

    def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request; only a success with a readable answer is returned."""
        try:
            response = super().request(
                method,
                at(self._base_url, url),
                params,
                data,
                headers,
                auth,
                timeout,
                allow_redirects,
            )
        except requests.ConnectionError as error:
            if _never_connected(error):
                raise NotAccepted("connection") from None
            raise OutcomeUnknown(_seen(error)) from None
        except requests.RequestException as error:
            raise OutcomeUnknown(_seen(error)) from None
        return _answered(response)

    def log_request(self, kwargs: dict[str, object]) -> None:
        """Nothing: the library would write down the number and the text."""

    def log_response(self, status_code: int, response: object) -> None:
        """Nothing, likewise."""


def at(base_url: str, url: str) -> str:
    """An address of Twilio's with `base_url` for its scheme and host; '' leaves them."""
    if not base_url:
        return url
    base, parts = urlsplit(base_url), urlsplit(url)
    path = base.path.rstrip("/") + parts.path
    return urlunsplit(parts._replace(scheme=base.scheme, netloc=base.netloc, path=path))


def _never_connected(error: requests.ConnectionError) -> bool:
    """Refused, unreachable, no such name, or no handshake in time: not a byte of the request left.

    A certificate that does not hold and a failing proxy are not counted among them: they may show
    in the middle of things.
    """
    if isinstance(error, requests.ConnectTimeout):
        return True
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.SSLError):
        return False
    cause = error.args[0] if error.args else None
    return isinstance(cause, MaxRetryError) and isinstance(cause.reason, NewConnectionError)


def _seen(error: requests.RequestException) -> str:
    return "timeout" if isinstance(error, requests.Timeout) else "connection lost"


def _answered(response: Response) -> Response:
    status = response.status_code
    body = _object_in(response.text)
    if 400 <= status < 500 and status != HTTPStatus.REQUEST_TIMEOUT:
        code = (body or {}).get("code")
        if status == HTTPStatus.TOO_MANY_REQUESTS and not code:
            code = 20429
        raise NotAccepted(str(code) if code else f"http {status}")
    if not 200 <= status < 300:
        raise OutcomeUnknown(f"http {status}")
    if body is None:
        raise OutcomeUnknown("unreadable answer")
    return response


def _object_in(text: str) -> dict[str, object] | None:
    try:
        body = json.loads(text)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None

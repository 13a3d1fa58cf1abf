"""What Twilio posts to us, signed as its documentation says; nothing of its library is used."""

import base64
import hashlib
import hmac
import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

SECONDS = 10


@dataclass(frozen=True)
class Callback:
    """One request to us: post it with a test client (`path`, `form`, `headers`), or `deliver` it.

    Sent twice, late or out of order it is the same request: what Twilio's own are, too.
    """

    url: str
    form: Mapping[str, str]
    signature: str

    @property
    def path(self) -> str:
        """The path and query of `url`."""
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def headers(self) -> dict[str, str]:
        """What goes with the form."""
        return {"X-Twilio-Signature": self.signature}

    def deliver(self, base_url: str | None = None) -> tuple[int, str]:
        """Post it over a real socket, to `base_url` if that is not where `url` says; the answer."""
        parts = urlsplit(base_url or self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=SECONDS)
        try:
            connection.request(
                "POST",
                self.path,
                urlencode(self.form),
                {**self.headers, "Content-Type": "application/x-www-form-urlencoded"},
            )
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()


def signed(auth_token: str, url: str, form: Mapping[str, str]) -> Callback:
    """HMAC-SHA1 over the address and then each field's name and value, by name; in base 64.

    Source: twilio.com/docs/usage/security#validating-requests.
    """
    text = url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return Callback(url, dict(form), base64.b64encode(digest).decode())

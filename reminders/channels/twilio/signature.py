"""Whether a request really comes from Twilio."""

from collections.abc import Mapping, Sequence

from twilio.request_validator import RequestValidator


class SignatureCheck:
    """Knows Twilio's signature over the address it called and the form it sent.

    The address is ours as configured: what a request says of its own host and scheme is the
    sender's or a proxy's word. The library tries it with and without the port.
    """

    def __init__(self, auth_tokens: Sequence[str], public_url: str) -> None:
        """`auth_tokens`: any of them may have signed. `public_url`: without a path."""
        self._validators = [RequestValidator(token) for token in auth_tokens]
        self._public_url = public_url.rstrip("/")

    def valid(self, path_and_query: str, form: Mapping[str, str], header: str | None) -> bool:
        """Whether the X-Twilio-Signature `header` is right for this path ('/…?…') and form.

        `form` may be Werkzeug's MultiDict: a field that comes several times counts each time.
        """
        url = self._public_url + path_and_query
        return header is not None and any(
            validator.validate(url, form, header) for validator in self._validators
        )

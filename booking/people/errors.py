"""What the people room refuses."""

from booking.platform.errors import DomainError


class BadCredentials(DomainError):
    """The two things given do not belong together; which of them is wrong is never told."""

    code = "bad_credentials"


class AlreadyExists(DomainError):
    """There is one like it already: a username, a CPR number, a proxy."""

    code = "already_exists"

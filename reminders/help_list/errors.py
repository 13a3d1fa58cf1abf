"""What the help list refuses."""

from booking.platform.errors import DomainError


class AlreadyCalled(DomainError):
    """Someone has spoken with the patient about this time, or tried to call them today."""

    code = "help_already_called"

"""What can go wrong, in the domain's words. No HTTP and no prose here: `error_table` has both."""


class ConfigurationError(Exception):
    """The application cannot start as it is configured; the message is for the operator."""


class DomainError(Exception):
    """Something the domain refuses. `code` names it; `context` holds what a text may mention.

    Context never carries anything about a person.
    """

    code = "domain_error"

    def __init__(self, **context: object) -> None:
        """Keep the context for the text shown to the user."""
        super().__init__(self.code)
        self.context = context


class NotFound(DomainError):
    """No such thing, or not one the asker may know of: the two are never told apart."""

    code = "not_found"


class NotAllowed(DomainError):
    """The asker is known, and may not do this."""

    code = "not_allowed"


class SignInNeeded(DomainError):
    """Nobody is signed in, or not as the kind of person this page is for."""

    code = "sign_in_needed"


class InvalidInput(DomainError):
    """What was typed cannot be used. `fields`: field name -> text in the user's language."""

    code = "invalid_input"

    def __init__(self, fields: dict[str, str], **context: object) -> None:
        """Keep the messages, one a field; '' is the form as a whole."""
        super().__init__(**context)
        self.fields = fields


class ChangedMeanwhile(DomainError):
    """Someone else saved the same thing in between."""

    code = "changed_meanwhile"


class TooManyAttempts(DomainError):
    """A rate limit or a lock-out; `context['until']` is the instant it ends."""

    code = "too_many_attempts"


class Busy(DomainError):
    """The database would not let us in, even after several tries."""

    code = "busy"


class NonexistentLocalTime(DomainError):
    """A wall-clock time that the spring change skips."""

    code = "nonexistent_local_time"


class AmbiguousLocalTime(DomainError):
    """A wall-clock time that the autumn change has twice."""

    code = "ambiguous_local_time"

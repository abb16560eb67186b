"""What can go wrong in the business, said so that a person can put it right."""

from cxc_portal.core.types import Text


class DomainError(Exception):
    """A refusal with a `code` for programs and a `message` for people."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class TransitionRefused(DomainError):
    """The step is not possible now: wrong state, missing comment or a failed check."""


class NotAllowed(DomainError):
    """This person may not do this."""

    def __init__(self, message: Text, code: str = "not_allowed") -> None:
        super().__init__(code, message)


class StaleVersion(DomainError):
    """Somebody changed the object since this person last saw it."""

    def __init__(self, message: Text, code: str = "stale_version") -> None:
        super().__init__(code, message)

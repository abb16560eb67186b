"""Refusals of this app that ask a question back."""

from cxc_portal.core.errors import DomainError
from cxc_portal.core.types import Text


class RevalidationNeeded(DomainError):
    """The change is possible, but takes published profiles out of the catalogue until the desk has
    looked at them. Ask, and call again as confirmed. `refs` are the profiles concerned."""

    def __init__(self, message: Text, refs: list[str]) -> None:
        super().__init__("revalidation_needed", message)
        self.refs = refs

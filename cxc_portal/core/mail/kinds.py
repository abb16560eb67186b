"""The register of all mails that the portal can send."""

from dataclasses import dataclass

from cxc_portal.core.models import Pace
from cxc_portal.core.types import Text

__all__ = ["MailKind", "Pace", "kinds", "register"]


@dataclass(frozen=True)
class MailKind:
    """One kind of mail: `name` is `<app>/<template name>`.

    `audience` and `occasion` are for the table of mails in the documentation. The text of a
    confidential kind (codes, links that log in) is never shown to staff and is erased once sent.
    `topic` is what the reader can choose the pace of or switch off; without one there is no choice.
    """

    name: str
    audience: Text
    occasion: Text
    is_confidential: bool = False
    pace: Pace = Pace.NOW
    topic: str = ""

    @property
    def template(self) -> str:
        """The path of the templates without their ending."""
        app, _, name = self.name.partition("/")
        return f"{app}/emails/{name}"


_kinds: dict[str, MailKind] = {}


def register(kind: MailKind) -> MailKind:
    """Make a kind known; a second kind of the same name is an error."""
    if kind.name in _kinds:
        raise ValueError(f"The mail kind {kind.name} is declared twice.")
    _kinds[kind.name] = kind
    return kind


def kinds() -> list[MailKind]:
    """All kinds, by name."""
    return [_kinds[name] for name in sorted(_kinds)]

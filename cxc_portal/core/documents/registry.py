"""The register of all documents that the portal can make."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cxc_portal.core.models import Document
from cxc_portal.core.types import Text

Made = Callable[[Document], None]


@dataclass(frozen=True)
class Standing:
    """Whether what a document says still holds, in a sentence, with facts that anybody may know."""

    is_current: bool
    sentence: Text
    facts: list[tuple[Text, Text]] = field(default_factory=list)


@dataclass(frozen=True)
class DocumentKind:
    """One kind of document: `name` is `<app>/<template name>`.

    `template_version` grows when the template changes what it prints. `standing` tells whether a
    document still holds, where that can change; all that it says is shown to anybody who has the
    document's code. Reports carry the disclaimer that their views are their authors' own.
    """

    name: str
    title: Text
    template_version: int
    standing: Callable[[Document], Standing] | None = None
    is_sealed: bool = True
    has_disclaimer: bool = False

    @property
    def template(self) -> str:
        app, _, name = self.name.partition("/")
        return f"{app}/documents/{name}.html"


_kinds: dict[str, DocumentKind] = {}
_made: dict[str, list[Made]] = {}


def register(kind: DocumentKind) -> DocumentKind:
    """Make a kind known; a second kind of the same name is an error."""
    if kind.name in _kinds:
        raise ValueError(f"The document kind {kind.name} is declared twice.")
    _kinds[kind.name] = kind
    return kind


def kinds() -> list[DocumentKind]:
    """All kinds, by name."""
    return [_kinds[name] for name in sorted(_kinds)]


def kind_of(document: Document) -> DocumentKind | None:
    """The kind of a document; `None` when this process does not know it."""
    return _kinds.get(document.kind)


def title_of(document: Document) -> Text:
    """What the kind of a document is called; its name when this process does not know it."""
    kind = kind_of(document)
    return kind.title if kind else document.kind


def register_made(kind_name: str, callback: Made) -> None:
    """Let an app act once a document of a kind is made.

    The callback runs in the transaction that marks the document as made, once. What it raises
    leaves the document unmade, to be tried again.
    """
    callbacks = _made.setdefault(kind_name, [])
    if callback not in callbacks:
        callbacks.append(callback)


def tell_made(document: Document) -> None:
    """Call who wants to know of a document that has just been made."""
    for callback in _made.get(document.kind, []):
        callback(document)

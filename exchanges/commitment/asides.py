"""Changes that need no signatures and hold at once: contact data, where to report. No Django in
here."""

from copy import deepcopy
from typing import Any

from exchanges.commitment.differences import Contents, Difference, differences


def asides(before: Contents, after: Contents) -> list[Difference]:
    """What differs and needs no signatures. The contact data of somebody else who stands in the
    place of another person are no such change: they come with the person."""
    return [
        one
        for one in differences(before, after)
        if not one.is_material and _name(before, one) == _name(after, one)
    ]


def with_asides(before: Contents, after: Contents) -> dict[str, Any]:
    """The earlier text with what holds at once of the later one."""
    text: dict[str, Any] = deepcopy(dict(before))
    for one in asides(before, after):
        _owner(text, one)[one.path.rpartition(".")[2]] = one.after
    return text


def _name(contents: Contents, difference: Difference) -> str:
    """Of the person whose field it is; empty for a field of the section itself."""
    return str(_owner(contents, difference).get("name", ""))


def _owner(contents: Contents, difference: Difference) -> Any:
    """What holds the field."""
    owner: Any = contents[difference.section]
    for step in difference.path.split(".")[:-1]:
        owner = owner[int(step)] if isinstance(owner, list) else owner[step]
    return owner

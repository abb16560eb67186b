"""Which rules a score comes from. `{% load rulesets %}` where scores are shown."""

from typing import Any

from django import template

from matching.index import index
from matching.queries.rulesets import ruleset_in

register = template.Library()


@register.inclusion_tag("matching/_version.html")
def scored_by(version: int | None = None, is_linked: bool = True) -> dict[str, Any]:
    """The version that made the scores beside it, that in force where none is given. Whoever has
    no account cannot follow the link."""
    if version is None:
        with index.reading() as snapshot:
            version = ruleset_in(snapshot).version
    return {"version": version, "is_linked": is_linked}

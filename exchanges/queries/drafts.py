"""What the draft of a commitment says now."""

from exchanges.commitment.terms import JSON, SECTIONS, Terms
from exchanges.models import DraftSection, Exchange


def sections_of(exchange: Exchange) -> dict[str, DraftSection]:
    """The rows of the draft by name, in the order of the sections; prefetched `sections` are
    used."""
    found = {row.name: row for row in exchange.sections.all()}
    return {name: found[name] for name in SECTIONS}


def draft_contents(exchange: Exchange) -> dict[str, JSON]:
    """The contents of the sections by name, as they are kept."""
    return {name: row.content for name, row in sections_of(exchange).items()}


def draft_of(exchange: Exchange) -> Terms:
    """All that the two sides have written so far."""
    return Terms.from_json(draft_contents(exchange))

"""How many partners a profile would have, for what it still lacks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from matching.index import index
from matching.queries.engaged import engaged_refs
from matching.queries.facts import clamped_windows, facts_of
from matching.queries.rulesets import ruleset_in
from matching.scoring.facts import ProfileFacts
from matching.scoring.ruleset import GREEN
from matching.scoring.search import count_bands
from profiles.models import Profile

WINDOWS = "windows"


def high_fits(profile: Profile, variants: Sequence[Mapping[str, Any]]) -> list[int]:
    """How many published profiles would fit highly if this one were published and said so, for
    each variant of what it says. See `profiles.strength.register_match_effect`."""
    engaged = engaged_refs(profile)
    with index.reading() as snapshot:
        ruleset = ruleset_in(snapshot)
        facts = facts_of(profile, snapshot.reference)
        return [
            count_bands(snapshot.columns, changed(facts, changes), ruleset, engaged=engaged)[GREEN]
            for changes in variants
        ]


def changed(facts: ProfileFacts, changes: Mapping[str, Any]) -> ProfileFacts:
    """The facts with the values of a profile's fields in their place."""
    values: dict[str, Any] = {
        name: clamped_windows(value)
        if name == WINDOWS
        else frozenset(value)
        if isinstance(value, list)
        else value
        for name, value in changes.items()
    }
    return replace(facts, **values)

"""Strangers who look around, and partners with something to hide."""

from typing import Any

from matching.queries.trying import Sketch
from profiles.models import Profile
from tests.factories import OrganisationFactory, published_profile

ANSWERS = {"role": "visiting", "country": "PT", "sector": "29", "purpose": ["learn", "training"]}

RED = {
    "objectives": ["investment"],
    "activities": [],
    "languages": ["hu"],
    "wanted_types": ["incubator"],
    "wanted_countries": ["SE"],
    "wanted_sectors": ["62"],
}
"""A host that fits that stranger little."""


def sketch(**changes: Any) -> Sketch:
    """The stranger of `ANSWERS`."""
    given: dict[str, Any] = ANSWERS | changes
    return Sketch(
        role=given["role"],
        country=given["country"],
        sector=given["sector"],
        purposes=frozenset(given["purpose"]),
    )


def make_host(ref: str, **facts: Any) -> Profile:
    """A published host; facts of its organisation begin with `org_`."""
    organisation = {k[4:]: v for k, v in facts.items() if k.startswith("org_")}
    fields: dict[str, Any] = {"objectives": ["learn"], "activities": ["training"]}
    fields |= {k: v for k, v in facts.items() if not k.startswith("org_")}
    return published_profile(
        ref=ref, role="host", organisation=OrganisationFactory(**organisation), **fields
    )


def make_hosts(number: int, prefix: str = "P-HOST", **facts: Any) -> list[Profile]:
    return [make_host(f"{prefix}{count}", **facts) for count in range(number)]

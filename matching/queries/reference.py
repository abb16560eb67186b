"""The code lists that the index is written with, which types may take which roles, and how texts
are spelled in it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from matching.queries import spelling
from matching.scoring.vocabulary import ACTIVITIES, LANGUAGES, OBJECTIVES, Vocabulary
from profiles.enums import Role
from profiles.languages import language_codes
from profiles.models import Country, OrganisationType, Sector

LISTS = ("sectors", "countries", "organisation_types", "languages", "objectives", "activities")
Roles = Mapping[str, list[str]]


@dataclass(frozen=True)
class Reference:
    vocabulary: Vocabulary
    roles: Roles
    """The roles that each type of organisation may take."""
    spelling: int = 1
    """The version of the way in which texts are written for the search."""

    @classmethod
    def empty(cls) -> Self:
        return cls.from_data({"codes": dict.fromkeys(LISTS, ()), "roles": {}})

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        return cls(Vocabulary.of(**data["codes"]), data["roles"], data.get("spelling", 1))

    def as_data(self) -> dict[str, Any]:
        """As `from_data` reads it: plain JSON."""
        return {
            "codes": codes_of(self.vocabulary),
            "roles": dict(self.roles),
            "spelling": self.spelling,
        }

    @cached_property
    def fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(self.as_data(), sort_keys=True).encode()).hexdigest()

    def may_take(self, organisation_type: str, role: str) -> bool:
        return role in self.roles.get(organisation_type, ())

    def extends(self, known: Self) -> bool:
        """Whether records written with `known` still say the same: its codes keep their places, and
        texts are spelled as before."""
        if self.spelling != known.spelling:
            return False
        earlier, now = codes_of(known.vocabulary), codes_of(self.vocabulary)
        earlier["purposes"] = earlier.pop("objectives") + earlier.pop("activities")
        now["purposes"] = now.pop("objectives") + now.pop("activities")
        return all(now[name][: len(codes)] == codes for name, codes in earlier.items())

    def types_whose_roles_differ(self, known: Self) -> list[str]:
        codes = self.roles.keys() | known.roles.keys()
        return sorted(code for code in codes if self.roles.get(code) != known.roles.get(code))


def codes_of(vocabulary: Vocabulary) -> dict[str, list[str]]:
    """The code lists by name."""
    return {
        name: list(getattr(codes := getattr(vocabulary, name), "codes", codes)) for name in LISTS
    }


def current_reference(known: Reference | None = None) -> Reference:
    """As the Support Office keeps it now. New codes come after those of `known`, and a code that is
    gone keeps its place, so that records stay readable."""
    types = list(OrganisationType.objects.order_by("code"))
    now: dict[str, Iterable[str]] = {
        "sectors": Sector.objects.order_by("code").values_list("code", flat=True),
        "countries": Country.objects.order_by("code").values_list("code", flat=True),
        "organisation_types": (one.code for one in types),
        "languages": (*LANGUAGES, *sorted(language_codes() - set(LANGUAGES))),
        "objectives": OBJECTIVES,
        "activities": ACTIVITIES,
    }
    before = codes_of((known or Reference.empty()).vocabulary)
    codes = {name: list(dict.fromkeys([*before[name], *now[name]])) for name in LISTS}
    roles = {
        one.code: [
            role.value
            for role, may in ((Role.HOST, one.may_host), (Role.VISITING, one.may_visit))
            if may
        ]
        for one in types
    }
    return Reference(Vocabulary.of(**codes), roles, spelling.VERSION)

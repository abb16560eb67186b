"""The facts of profiles as the score takes them, read from their rows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from matching.queries.reference import Reference
from matching.queries.spelling import plain, searched
from matching.scoring.facts import FIRST_DAY, LAST_DAY, MOST_WINDOWS, ProfileFacts, Window
from matching.scoring.vocabulary import CodeList
from profiles.models import AvailabilityWindow, Profile

TEXTS = ("organisation__name", "organisation__description", "description")
FIELDS = (
    "pk",
    "ref",
    "role",
    "partnership_id",
    "languages",
    "objectives",
    "activities",
    "min_days",
    "max_days",
    "mode",
    "wanted_types",
    "wanted_countries",
    "wanted_sectors",
    "organisation_id",
    "organisation__organisation_type_id",
    "organisation__country_id",
    "organisation__main_sector_id",
    "organisation__sectors",
    "organisation__physical_visit_used_on",
    *TEXTS,
)
NOT_HELD = frozenset(
    {
        "city",
        "contact",
        "contact_email",
        "contact_name",
        "contact_phone",
        "contact_position",
        "has_declared_residence",
        "latitude",
        "legal_form",
        "linkedin",
        "longitude",
        "motivation",
        "offer",
        "postcode",
        "region",
        "registration_number",
        "street",
    }
)
"""What can be edited and is not in the index: how to reach somebody, what a contract needs, what is
only read. Pages read it anew where they show it."""

Row = Mapping[str, Any]
Windows = Mapping[int, list[Window]]


@dataclass(frozen=True)
class Entry:
    """What the index keeps of one profile: its facts, and its words without accents and signs."""

    profile_id: int
    facts: ProfileFacts
    name: str
    words: str


def entries_of(profiles: QuerySet[Profile], reference: Reference) -> list[Entry]:
    """The entries of these profiles, in two queries however many they are."""
    rows = list(profiles.order_by("pk").values(*FIELDS))
    windows = _windows([row["pk"] for row in rows])
    return [
        Entry(
            profile_id=row["pk"],
            facts=_facts(row, windows.get(row["pk"], []), reference),
            name=plain(row["organisation__name"]),
            words="\n".join(filter(None, (searched(row[name]) for name in TEXTS))),
        )
        for row in rows
    ]


def facts_of(profile: Profile, reference: Reference) -> ProfileFacts:
    """One profile's facts as they would be in the catalogue, whatever its state."""
    (entry,) = entries_of(Profile.objects.filter(pk=profile.pk), reference)
    return entry.facts


def clamped_windows(windows: Collection[Window]) -> tuple[Window, ...]:
    """As many as the score takes, the latest ones, on days that it knows."""
    latest = sorted(windows)[-MOST_WINDOWS:]
    return tuple((_known_day(first), _known_day(last)) for first, last in latest)


def _known_day(day: date) -> date:
    return min(max(day, FIRST_DAY), LAST_DAY)


def _windows(profile_ids: list[int]) -> Windows:
    found: dict[int, list[Window]] = {}
    rows = AvailabilityWindow.objects.filter(profile__in=profile_ids)
    for profile_id, first, last in rows.values_list("profile_id", "starts_on", "ends_on"):
        found.setdefault(profile_id, []).append((first, last))
    return found


def _facts(row: Row, windows: list[Window], reference: Reference) -> ProfileFacts:
    vocabulary = reference.vocabulary
    kind = row["organisation__organisation_type_id"]
    sectors = {row["organisation__main_sector_id"], *row["organisation__sectors"]}
    return ProfileFacts(
        ref=row["ref"],
        role=row["role"],
        organisation_id=row["organisation_id"],
        organisation_type=kind,
        country=row["organisation__country_id"],
        sectors=_known(sectors, vocabulary.sectors),
        languages=_known(row["languages"], vocabulary.languages),
        wanted_types=_known(row["wanted_types"], vocabulary.organisation_types),
        wanted_countries=_known(row["wanted_countries"], vocabulary.countries),
        wanted_sectors=_known(row["wanted_sectors"], vocabulary.sectors),
        objectives=frozenset(row["objectives"]).intersection(vocabulary.objectives),
        activities=frozenset(row["activities"]).intersection(vocabulary.activities),
        min_days=row["min_days"],
        max_days=row["max_days"],
        windows=clamped_windows(windows),
        mode=row["mode"],
        physical_visit_used=row["organisation__physical_visit_used_on"] is not None,
        is_eligible=reference.may_take(kind, row["role"]),
        partnership_id=row["partnership_id"],
    )


def _known(codes: Collection[str], known: CodeList) -> frozenset[str]:
    """Those that are in the list: a code that is in no list any more says nothing."""
    return frozenset(codes).intersection(known.codes)

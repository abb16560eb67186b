"""Finding organisations that registered twice in the same role, whatever partnership they chose."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from profiles.enums import ProfileState
from profiles.models import Profile

LIKELY = 92
LEGAL_FORMS = frozenset(
    "ab ad ag as asbl aps bv bvba doo dd ead eeig eirl ek eood esv ev gbr ggmbh gie gmbh kft kg "
    "limited llc ltd lda mbh nv nyrt oe ood oy oyj plc rt sa sarl sas sasu sca scarl sci scop sia "
    "sl slu snc spa spzoo srl sro uab ug vof vzw zrt".split()
)
NEVER_SUBMITTED = (ProfileState.DRAFT, ProfileState.WITHDRAWN)


@dataclass(frozen=True)
class Registered:
    """What is compared of a profile that is in the portal."""

    pk: int
    ref: str
    organisation_id: int
    name: str
    number: str
    country: str
    role: str
    state: str
    partnership_id: int | None


def comparable(name: str) -> str:
    """A name without accents, punctuation and legal form, as the letters that are left."""
    letters = unicodedata.normalize("NFKD", name.replace("&", " and ")).casefold()
    letters = "".join(c for c in letters if not unicodedata.combining(c))
    letters = re.sub(r"\bsp\.? ?z ?o\.? ?o\b", "", letters)  # two words too common to be listed
    letters = re.sub(r"(?<=\b\w)[./](?=\w\b)", "", letters)
    words = re.findall(r"\w+", letters)
    kept = [word for word in words if word not in LEGAL_FORMS] or words
    return "".join(kept)


def _comparable_number(number: str) -> str:
    return re.sub(r"\W", "", number).casefold()


def _registered(countries: set[str], roles: set[str]) -> list[Registered]:
    rows = (
        Profile.objects.filter(organisation__country__in=countries, role__in=roles)
        .exclude(state__in=NEVER_SUBMITTED)
        .order_by("pk")
        .values_list(
            "pk",
            "ref",
            "organisation_id",
            "organisation__name",
            "organisation__registration_number",
            "organisation__country_id",
            "role",
            "state",
            "partnership_id",
        )
    )
    return [Registered(*row) for row in rows]


def likely_duplicates(profiles: Iterable[Profile]) -> dict[int, list[Registered]]:
    """For each profile those of the same country and role that seem to be the same organisation.

    One query for all. The same organisation or registration number comes first, then nearly the
    same names, the closest first. Profiles need their `organisation`.
    """
    groups: dict[tuple[str, str], list[Profile]] = defaultdict(list)
    for profile in profiles:
        groups[profile.organisation.country_id, profile.role].append(profile)
    others: dict[tuple[str, str], list[Registered]] = defaultdict(list)
    if groups:
        countries, roles = {country for country, _ in groups}, {role for _, role in groups}
        for row in _registered(countries, roles):
            others[row.country, row.role].append(row)
    return {
        profile.pk: found
        for group, members in groups.items()
        for profile, found in zip(members, _matches(members, others[group]), strict=True)
    }


def _matches(profiles: list[Profile], others: list[Registered]) -> list[list[Registered]]:
    if not others:
        return [[] for _ in profiles]
    scores = process.cdist(
        [comparable(profile.organisation.name) for profile in profiles],
        [comparable(row.name) for row in others],
        scorer=fuzz.ratio,
        score_cutoff=LIKELY,
    )
    return [
        _best(profile, others, line.tolist())
        for profile, line in zip(profiles, scores, strict=True)
    ]


def _best(profile: Profile, others: list[Registered], scores: list[float]) -> list[Registered]:
    organisation = profile.organisation
    number = _comparable_number(organisation.registration_number)
    found = []
    for row, score in zip(others, scores, strict=True):
        is_same = row.organisation_id == organisation.pk or (
            bool(number) and _comparable_number(row.number) == number
        )
        if row.pk != profile.pk and (is_same or score):
            found.append((not is_same, -score, row.pk, row))
    return [row for *_, row in sorted(found, key=lambda entry: entry[:3])]

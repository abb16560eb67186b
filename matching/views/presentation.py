"""Partners as the pages show them: codes become words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core.templatetags.portal import BANDS
from cxc_portal.core.types import Text
from matching.queries.matches import Excluded, Pair, Partner
from matching.scoring.change import smallest_change_to_green
from matching.scoring.criteria import Stop
from matching.wording.changes import Proposal, proposals
from matching.wording.criteria import CriteriaInWords, Line
from matching.wording.names import Words
from matching.wording.stops import SHORT_STOPS, stops_in_words
from profiles.enums import Role
from profiles.languages import language_name
from profiles.models import Profile

FIELDS = (
    "ref",
    "languages",
    "organisation__name",
    "organisation__sectors",
    "organisation__organisation_type__label",
    "organisation__country_id",
    "organisation__country__name",
    "organisation__main_sector_id",
    "organisation__main_sector__title",
    "partnership__acronym",
)
MOST_LANGUAGES = 3


@dataclass(frozen=True)
class Row:
    """One organisation in a list. `more_…` count what is not named."""

    ref: str
    name: str
    type: str
    country: str
    country_name: str
    sector: str
    more_sectors: int
    partnership: str
    languages: str
    more_languages: int
    url: str
    pair_url: str


@dataclass(frozen=True)
class PartnerRow:
    row: Row
    score: float
    band: str


@dataclass(frozen=True)
class ExcludedRow:
    row: Row
    reasons: list[Text]


@dataclass(frozen=True)
class PairInWords:
    """How two profiles fit, as the first of them reads it. Points are not told where hard stops
    keep the two apart."""

    score: float
    band: str
    lines: list[Line]
    stops: list[str]
    is_mode_against_mode: bool
    changes: list[Proposal]
    version: int
    journey: tuple[str, str]


def partner_rows(profile: Profile, partners: Sequence[Partner]) -> list[PartnerRow]:
    """The partners in their order, in one query however many they are."""
    rows = _rows(profile, [partner.ref for partner in partners])
    return [
        PartnerRow(rows[partner.ref], partner.total / 10, partner.band)
        for partner in partners
        if partner.ref in rows
    ]


def band_counts(counts: Mapping[str, int]) -> list[dict[str, Text]]:
    """How many stand in each band, best first, as badges."""
    return [
        {
            "text": _("%(word)s: %(number)s") % {"word": look["word"], "number": counts[band]},
            "tone": look["tone"],
            "icon": look["icon"],
        }
        for band, look in BANDS.items()
    ]


def excluded_rows(profile: Profile, excluded: Sequence[Excluded]) -> list[ExcludedRow]:
    """The excluded in their order, with their reasons in a few words."""
    rows = _rows(profile, [one.ref for one in excluded])
    return [
        ExcludedRow(rows[one.ref], [SHORT_STOPS[stop] for stop in one.stops])
        for one in excluded
        if one.ref in rows
    ]


def pair_in_words(pair: Pair) -> PairInWords:
    """All that can be said of a pair; takes a few milliseconds for the smallest change."""
    words, explained = Words.load(), pair.explanation
    changes = smallest_change_to_green(pair.a, pair.b, pair.ruleset) or ()
    visitor, host = (pair.b, pair.a) if pair.a.role == Role.HOST else (pair.a, pair.b)
    return PairInWords(
        score=explained.total / 10,
        band=explained.band,
        lines=CriteriaInWords(pair.a, pair.b, words).lines(explained),
        stops=stops_in_words(explained.stops, pair.a, pair.b, words),
        is_mode_against_mode=Stop.MODES_EXCLUDE in explained.stops,
        changes=proposals(changes, words),
        version=pair.ruleset.version,
        journey=(visitor.country, host.country),
    )


def _rows(profile: Profile, refs: Iterable[str]) -> dict[str, Row]:
    found = Profile.objects.filter(ref__in=refs).values(*FIELDS)
    return {values["ref"]: _row(profile, values) for values in found}


def _row(profile: Profile, values: Mapping[str, Any]) -> Row:
    main = values["organisation__main_sector_id"]
    languages = sorted(language_name(code) for code in values["languages"])
    return Row(
        ref=values["ref"],
        name=values["organisation__name"],
        type=_short(values["organisation__organisation_type__label"]),
        country=values["organisation__country_id"],
        country_name=values["organisation__country__name"],
        sector=values["organisation__main_sector__title"],
        more_sectors=len(set(values["organisation__sectors"]) - {main}),
        partnership=values["partnership__acronym"] or _("none yet"),
        languages=", ".join(languages[:MOST_LANGUAGES]),
        more_languages=len(languages[MOST_LANGUAGES:]),
        url=reverse("profiles:profile", args=[values["ref"]]),
        pair_url=reverse("matching:pair", args=[profile.ref, values["ref"]]),
    )


def _short(label: str) -> str:
    """What stands in brackets at the end of a long name, such as SME."""
    return label.rpartition(" (")[2].rstrip(")")

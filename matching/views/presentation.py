"""Partners as the pages show them: codes become words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cxc_portal.core.templatetags import portal
from cxc_portal.core.types import Text
from matching.queries.engaged import open_match_keys
from matching.queries.matches import Excluded, Pair, Partner
from matching.scoring.change import smallest_change_to_green
from matching.scoring.criteria import Stop
from matching.views.stencil import draw_all
from matching.wording.changes import Proposal, proposals
from matching.wording.criteria import CriteriaInWords, Line
from matching.wording.names import Words
from matching.wording.stops import SHORT_STOPS, stops_in_words
from profiles.enums import Role
from profiles.languages import language_name
from profiles.models import Profile

FIELDS = (
    "ref",
    "role",
    "languages",
    "partnership_id",
    "organisation__name",
    "organisation__organisation_type_id",
    "organisation__country_id",
    "organisation__main_sector_id",
    "organisation__sectors",
)
MOST_LANGUAGES = 3
ROLES = {Role.HOST: _lazy("Host"), Role.VISITING: _lazy("Visitor")}
Row = dict[str, object]


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


def band_counts(counts: Mapping[str, int]) -> list[dict[str, Text]]:
    """How many stand in each band, best first, as badges."""
    return [
        {
            "text": _("%(word)s: %(number)s") % {"word": look["word"], "number": counts[band]},
            "tone": look["tone"],
            "icon": look["icon"],
        }
        for band, look in portal.BANDS.items()
    ]


def partner_rows(profile: Profile, partners: Sequence[Partner], words: Words) -> SafeString:
    """The partners in their order, in one query however many they are."""
    rows = _rows(profile, [partner.ref for partner in partners], words)
    return draw_all(
        "matching/_partner.html",
        (
            rows[partner.ref] | {"ring": portal.ring(partner.total / 10, partner.band)}
            for partner in partners
            if partner.ref in rows
        ),
    )


def excluded_rows(profile: Profile, excluded: Sequence[Excluded], words: Words) -> SafeString:
    """The excluded in their order, with their reasons in a few words."""
    rows = _rows(profile, [one.ref for one in excluded], words)
    engaged = [one.ref for one in excluded if Stop.ALREADY_OPEN in one.stops]
    matches = open_match_keys(profile, engaged) if engaged else {}
    return draw_all(
        "matching/_excluded_row.html",
        (
            rows[one.ref]
            | {"reasons": _reasons(one.stops), "match": _match_link(matches.get(one.ref))}
            for one in excluded
            if one.ref in rows
        ),
    )


def pair_in_words(pair: Pair) -> PairInWords:
    """All that can be said of a pair; takes a few milliseconds for the smallest change."""
    words, explained = pair.words, pair.explanation
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


def rows_by_ref(refs: Iterable[str], words: Words) -> dict[str, Row]:
    """What stands in the columns of a list, in one query however many they are."""
    found = Profile.objects.filter(ref__in=refs).values(*FIELDS)
    # No reference holds an underscore: one address serves for all.
    url = reverse("profiles:profile", args=["_"])
    return {
        values["ref"]: row_of(values, words) | {"url": url.replace("_", values["ref"])}
        for values in found
    }


def _rows(profile: Profile, refs: Iterable[str], words: Words) -> dict[str, Row]:
    pair_url = reverse("matching:pair", args=[profile.ref, "_"])
    return {
        ref: row | {"pair_url": pair_url.replace("_", ref)}
        for ref, row in rows_by_ref(refs, words).items()
    }


def row_of(values: Mapping[str, Any], words: Words) -> Row:
    """What stands in the columns; `more_…` says how many are not named."""
    main, country = values["organisation__main_sector_id"], values["organisation__country_id"]
    languages = sorted(language_name(code) for code in values["languages"])
    return {
        "ref": values["ref"],
        "name": values["organisation__name"],
        "role": ROLES[values["role"]],
        "type": _short(words.types.get(values["organisation__organisation_type_id"], "")),
        "flag": portal.flag(country),
        "country": words.country(country),
        "sector": words.sectors.get(main, ""),
        "more_sectors": _more(len(set(values["organisation__sectors"]) - {main})),
        "partnership": words.partnerships.get(values["partnership_id"], ""),
        "languages": ", ".join(languages[:MOST_LANGUAGES]),
        "more_languages": _more(len(languages[MOST_LANGUAGES:])),
    }


def _reasons(stops: Stop) -> SafeString:
    badges = (portal.badge(SHORT_STOPS[stop], tone="danger", icon="stop") for stop in stops)
    drawn = (render_to_string("components/badge.html", badge) for badge in badges)
    return format_html_join(" ", "{}", ((badge,) for badge in drawn))


def _match_link(key: int | None) -> SafeString:
    """To the open match of the two; nothing where there is none."""
    if key is None:
        return SafeString()
    url = reverse("matching:match", args=[key])
    return format_html('<a href="{}">{}</a>', url, _("Look at the match"))


def _more(number: int) -> str:
    return _("and %(number)s more") % {"number": number} if number else ""


def _short(label: str) -> str:
    """What stands in brackets at the end of a long name, such as SME."""
    return label.rpartition(" (")[2].rstrip(")")

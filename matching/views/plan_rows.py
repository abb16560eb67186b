"""A plan as its pages show it: references become organisations, numbers become words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from matching.forms.plan import SEPARATOR
from matching.planning.reasons import Reason
from matching.planning.world import Pair, Plan
from matching.queries.plan import (
    PartnershipPlan,
    Progress,
    only_common_languages,
    reasons_for,
)
from matching.wording.plan import CATEGORIES, points, reason_in_words
from profiles.models import Profile

SHOWN = ("organisation__country", "organisation__organisation_type", "partnership")
Profiles = Mapping[str, Profile]


@dataclass(frozen=True)
class PlannedPair:
    """Two whom the plan brings together, and why. `value` stands for them in a form."""

    value: str
    visitor: Profile
    host: Profile
    score: float
    band: str
    reason: str
    introduce_url: str


@dataclass(frozen=True)
class FixedPair:
    """Two who have an open match already."""

    key: int
    visitor: Profile
    host: Profile
    is_confirmed: bool


@dataclass(frozen=True)
class Comparison:
    """One thing that a plan is measured by, beside the same of the rule of thumb."""

    label: Text
    best: str
    greedy: str


def value_of(pair: Pair) -> str:
    return f"{pair.visitor}{SEPARATOR}{pair.host}"


def by_score(made: PartnershipPlan) -> list[Pair]:
    """The pairs of the plan, best first."""
    return sorted(made.best.pairs, key=lambda pair: (-pair.score, pair))


def planned_pairs(made: PartnershipPlan, pairs: Sequence[Pair]) -> list[PlannedPair]:
    """With their reasons, in a few queries however many they are."""
    reasons = reasons_for(made, pairs)
    profiles = _profiles(
        ref
        for pair, reason in reasons.items()
        for ref in (pair.visitor, pair.host, reason.rival, reason.taker)
    )
    languages = only_common_languages(reasons.values())
    return [
        PlannedPair(
            value=value_of(pair),
            visitor=profiles[pair.visitor],
            host=profiles[pair.host],
            score=pair.score / 10,
            band=made.ruleset.band(pair.score),
            reason=_reason(reasons[pair], profiles, languages),
            introduce_url=reverse(
                "matching:introduce", args=[reasons[pair].profile, reasons[pair].partner]
            ),
        )
        for pair in pairs
    ]


def fixed_pairs(made: PartnershipPlan) -> list[FixedPair]:
    """The open matches that the plan leaves as they are."""
    profiles = _profiles(ref for match in made.fixed for ref in (match.visitor, match.host))
    return [
        FixedPair(match.key, profiles[match.visitor], profiles[match.host], match.is_confirmed)
        for match in made.fixed
    ]


def left_out(made: PartnershipPlan) -> list[Profile]:
    """Those for whom nobody is left."""
    profiles = _profiles(made.left_out)
    return [profiles[ref] for ref in made.left_out]


def comparisons(made: PartnershipPlan) -> list[Comparison]:
    """What the plan is measured by, in the order in which it counts."""

    def line(label: Text, numbers: list[str]) -> Comparison:
        best, greedy = numbers
        return Comparison(label, best, greedy)

    plans: list[Plan] = [made.best, made.greedy]
    return [
        line(_("Participants served"), [str(plan.value.served) for plan in plans]),
        line(
            _("Exchanges that count towards a target"),
            [str(plan.value.towards_targets) for plan in plans],
        ),
        line(_("Total score"), [points(plan.value.total) for plan in plans]),
        line(_("Pairs"), [str(len(plan.pairs)) for plan in plans]),
    ]


def label_of(progress: Progress) -> Text:
    """The category in words."""
    category = progress.target.category
    return CATEGORIES.get(category, category)


def _reason(reason: Reason, profiles: Profiles, languages: Mapping[str, frozenset[str]]) -> str:
    names = {ref: profile.organisation.name for ref, profile in profiles.items()}
    role = profiles[reason.profile].role
    return reason_in_words(reason, names, role, languages.get(reason.profile, frozenset()))


def _profiles(refs: Iterable[str]) -> Profiles:
    rows = Profile.objects.select_related(*SHOWN)
    return rows.in_bulk(sorted({ref for ref in refs if ref}), field_name="ref")

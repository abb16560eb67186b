"""What is told of a country to those who go there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from exchanges.models import CountryGuide
from profiles.models import Country
from profiles.rules import current_rules
from profiles.workdays import holidays_of_year

PARTS: tuple[tuple[str, Text], ...] = (
    ("travel", _("Getting there and around")),
    ("lodging", _("Where to stay")),
    ("health", _("Health and insurance")),
    ("entry", _("Entry and visa")),
    ("customs", _("Good to know at work")),
    ("contact", _("Whom to call")),
)


@dataclass(frozen=True)
class GuideShown:
    """The guide of one partnership with the parts that say something."""

    guide: CountryGuide
    parts: Sequence[tuple[Text, str]]

    @property
    def own_half(self) -> int:
        """Half of the own full rate, in whole EUR rounded down."""
        return (self.guide.lump_sum_full or 0) // 2


@dataclass(frozen=True)
class HolidaysOfYear:
    year: int
    days: Sequence[tuple[date, str]]


@dataclass(frozen=True)
class CountryPage:
    """`full_days` and `near_km` are the rules in force on the half rate."""

    country: Country
    full_days: int
    near_km: int
    guides: Sequence[GuideShown]
    holidays: Sequence[HolidaysOfYear]

    @property
    def notices(self) -> list[CountryGuide]:
        return [shown.guide for shown in self.guides if shown.guide.notice]

    @property
    def own_rates(self) -> list[GuideShown]:
        return [shown for shown in self.guides if shown.guide.lump_sum_full]


def country_page(country: Country) -> CountryPage:
    rules, year = current_rules(), clock.today().year
    guides = CountryGuide.objects.filter(country=country).select_related(
        "partnership", "updated_by"
    )
    return CountryPage(
        country=country,
        full_days=rules.integer("lump_sum.full_rate_min_days"),
        near_km=rules.integer("lump_sum.near_km"),
        guides=[_shown(guide) for guide in guides.order_by("partnership__acronym")],
        holidays=[
            HolidaysOfYear(one, holidays_of_year(country.pk, one, get_language() or "en"))
            for one in (year, year + 1)
        ],
    )


def _shown(guide: CountryGuide) -> GuideShown:
    parts = ((label, getattr(guide, name)) for name, label in PARTS)
    return GuideShown(guide, [(label, text) for label, text in parts if text])

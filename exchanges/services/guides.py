"""What a partnership tells of a country to those who go there."""

from typing import Any

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from exchanges.models import CountryGuide
from exchanges.permissions import can_keep_guide
from profiles.models import Country, Partnership, User

FIELDS = (
    "travel",
    "lodging",
    "health",
    "entry",
    "customs",
    "contact",
    "notice",
    "lump_sum_full",
)


def save_guide(
    *, partnership_id: int, country_code: str, actor: User, **content: Any
) -> CountryGuide:
    """The partnership's guide to the country says this from now on; `content` holds `FIELDS`.

    Raises `NotAllowed` for whoever does not work for the partnership, `TransitionRefused` for an
    own full lump sum above the programme's.
    """
    with audit.transaction():
        Partnership.objects.select_for_update(of=("self",)).get(pk=partnership_id)
        if not can_keep_guide(actor, partnership_id):
            raise NotAllowed(_("You may not write this guide."))
        country = Country.objects.get(pk=country_code)
        _require_allowed_rate(country, content.get("lump_sum_full"))
        written = {name: content[name] for name in FIELDS if name in content}
        guide, _is_new = CountryGuide.objects.update_or_create(
            partnership_id=partnership_id,
            country=country,
            defaults={**written, "updated_by": actor, "updated_at": clock.now()},
        )
        audit.record(
            "guide.save",
            subject=guide,
            actor=actor,
            data={"country": country.pk, "lump_sum_full": guide.lump_sum_full},
        )
    return guide


def why_too_high(country: Country) -> str:
    """What whoever asks for a higher rate than the programme's reads."""
    return _(
        "The programme pays at most €%(most)s for %(country)s. Enter that or less, or leave it "
        "empty to keep to the programme’s rate."
    ) % {"most": country.lump_sum_full, "country": country}


def is_too_high(country: Country, lump_sum: int | None) -> bool:
    return lump_sum is not None and lump_sum > country.lump_sum_full


def _require_allowed_rate(country: Country, lump_sum: int | None) -> None:
    if is_too_high(country, lump_sum):
        raise TransitionRefused("above_programme", why_too_high(country))

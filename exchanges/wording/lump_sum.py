"""The amount of the lump sum, explained."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from exchanges.commitment.lump_sum import (
    DAYS_UNKNOWN,
    DISTANCE_UNKNOWN,
    NEAR,
    OWN_RATE,
    SHORT,
    LumpSum,
)
from exchanges.models import Exchange
from exchanges.wording.values import counted


@dataclass(frozen=True)
class LumpSumInWords:
    """As `_lump_sum.html` takes it: the amount, what it is made of, and why."""

    amount: str
    full: str
    half: str
    country: str
    partnership: str
    days: str
    distance: str
    reasons: list[str]
    is_halved: bool
    is_settled: bool


def lump_sum_in_words(found: LumpSum | None, exchange: Exchange) -> LumpSumInWords | None:
    """None for an online exchange, which brings no lump sum."""
    if found is None:
        return None
    sentences = _sentences(found, exchange)
    return LumpSumInWords(
        amount=euro(found.amount),
        full=euro(found.full),
        half=euro(found.half),
        country=exchange.host.organisation.country.name,
        partnership=exchange.visitor_partnership.acronym,
        days="" if found.days is None else counted(found.days, "working days"),
        distance=distance_text(found.metres),
        reasons=[sentences[code] for code in found.reasons],
        is_halved=found.is_halved,
        is_settled=found.is_settled,
    )


def euro(amount: int) -> str:
    return _("%(amount)s EUR") % {"amount": number_format(amount, force_grouping=True)}


def distance_text(metres: int | None) -> str:
    """Kilometres with one decimal, rounded down; empty when not known."""
    if metres is None:
        return ""
    return _("%(km)s km") % {"km": number_format(metres // 100 / 10, 1, force_grouping=True)}


def _sentences(found: LumpSum, exchange: Exchange) -> Mapping[str, str]:
    values = {
        "partnership": exchange.visitor_partnership.acronym,
        "full": euro(found.full),
        "programme": euro(found.programme_full),
        "limit": counted(found.full_from_days, "working days"),
        "km": number_format(found.near_km),
        "days": "" if found.days is None else counted(found.days, "working days"),
        "distance": distance_text(found.metres),
    }
    sentences = {
        OWN_RATE: _("%(partnership)s pays %(full)s in full; the programme allows %(programme)s."),
        SHORT: _("Halved, because the visit has %(days)s and the full amount begins at %(limit)s."),
        NEAR: _(
            "Halved, because the two organisations are %(distance)s apart, less than %(km)s km."
        ),
        DAYS_UNKNOWN: _("The days are still open; the full amount begins at %(limit)s."),
        DISTANCE_UNKNOWN: _("The distance is not known yet; below %(km)s km the amount is halved."),
    }
    if SHORT in found.reasons and NEAR in found.reasons:
        sentences[NEAR] = _(
            "The two organisations are also less than %(km)s km apart (%(distance)s); it is halved "
            "only once."
        )
    return {code: text % values for code, text in sentences.items()}

"""The amount of a payment, explained."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from exchanges.commitment.lump_sum import recomputed
from exchanges.models import Exchange
from exchanges.wording.lump_sum import euro, lump_sum_in_words
from exchanges.wording.values import counted
from reports.models import Payment
from reports.payment.amount import ENDED_EARLY, NOT_TAKEN_PLACE, PLANNED, REPORTED


@dataclass(frozen=True)
class AmountInWords:
    """What is paid, what the rules give, for how many days, and why."""

    amount: str
    computed: str
    is_less: bool
    days: str
    planned: str
    source: str
    full: str
    country: str
    distance: str
    reasons: list[str]


def amount_in_words(payment: Payment, exchange: Exchange) -> AmountInWords | None:
    """None where nothing was ever signed to be paid."""
    found = payment.computed
    if not found:
        return None
    words = lump_sum_in_words(recomputed(found, days=found["days"]), exchange)
    return AmountInWords(
        amount=euro(payment.amount),
        computed=euro(payment.computed_amount),
        is_less=payment.amount < payment.computed_amount,
        days=counted(found["days"], "working days"),
        planned=counted(found["planned"], "working days"),
        source=_sources()[found["source"]],
        full=words.full if words else "",
        country=exchange.host.organisation.country.name,
        distance=words.distance if words else "",
        reasons=_reasons(found, words.reasons if words else []),
    )


def _sources() -> dict[str, str]:
    return {
        REPORTED: _("as the visitor's validated report says"),
        ENDED_EARLY: _("until the day on which it ended early"),
        PLANNED: _("as they were signed; the report may still change them"),
    }


def _reasons(found: dict[str, object], halved: list[str]) -> list[str]:
    if found["nothing"] == NOT_TAKEN_PLACE:
        return [_("Nothing is due, because the visit did not take place.")]
    if found["nothing"]:
        return [_("Nothing is due, because too few days were done.")]
    if found["is_force_majeure"]:
        return [*halved, _("Force majeure cut it short; it counts from the first day on.")]
    return halved

"""What the visitor of an exchange is paid, and why."""

from exchanges.commitment.calendar import days_of_stay, working_days
from exchanges.commitment.lump_sum import LumpSum, Rates, lump_sum
from exchanges.commitment.terms import Terms
from exchanges.models import CountryGuide, Exchange
from exchanges.queries.drafts import draft_of
from exchanges.queries.facts_of_exchange import holidays_of, kilometres
from profiles.rules import RuleBook, current_rules


def lump_sum_of(exchange: Exchange, terms: Terms | None = None) -> LumpSum | None:
    """The amount for these terms, those of the draft unless others are given; None for an online
    exchange, which brings none."""
    terms = terms or draft_of(exchange)
    if not terms.when.is_physical:
        return None
    days = len(working_days(terms, holidays_of(exchange, terms))) if days_of_stay(terms) else None
    return lump_sum_for(exchange, days=days)


def lump_sum_for(exchange: Exchange, *, days: int | None) -> LumpSum:
    """The amount for so many working days in person, as when a visit ended early."""
    return lump_sum(days=days, km=kilometres(exchange), rates=_rates(exchange, current_rules()))


def _rates(exchange: Exchange, rules: RuleBook) -> Rates:
    country = exchange.host.organisation.country
    guides = CountryGuide.objects.filter(
        partnership=exchange.visitor_partnership_id, country=country.pk
    )
    return Rates(
        programme=country.lump_sum_full,
        own=guides.values_list("lump_sum_full", flat=True).first(),
        full_from_days=rules.integer("lump_sum.full_rate_min_days"),
        near_km=rules.integer("lump_sum.near_km"),
    )

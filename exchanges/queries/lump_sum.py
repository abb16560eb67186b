"""What the visitor of an exchange is paid, and why."""

from exchanges.commitment.calendar import days_of_stay, working_days
from exchanges.commitment.lump_sum import LumpSum, Rates, lump_sum, recomputed
from exchanges.commitment.terms import Terms
from exchanges.models import CountryGuide, Exchange
from exchanges.queries.drafts import draft_of
from exchanges.queries.facts_of_exchange import holidays_of, kilometres
from exchanges.queries.terms_shown import version_held
from profiles.rules import RuleBook, current_rules, rules_of


def lump_sum_of(exchange: Exchange, terms: Terms | None = None) -> LumpSum | None:
    """The amount for these terms, those of the draft unless others are given; None for an online
    exchange, which brings none."""
    terms = terms or draft_of(exchange)
    if not terms.when.is_physical:
        return None
    days = len(working_days(terms, holidays_of(exchange, terms))) if days_of_stay(terms) else None
    return lump_sum(days=days, km=kilometres(exchange), rates=_rates(exchange, current_rules()))


def lump_sum_signed(exchange: Exchange, *, days: int | None) -> LumpSum | None:
    """The amount for so many working days by the rates, the rules and the distance that all four
    signed, whatever the Support Office or a partnership changed since; None for an exchange that
    was signed as an online one, or not at all."""
    version = version_held(exchange)
    signed = version.snapshot["lump_sum"] if version else None
    return recomputed(signed, days=days) if signed else None


def rules_signed(exchange: Exchange) -> RuleBook:
    """The programme's rules that were in force when the text that holds was frozen; those of today
    where none holds. A rule that came later has today's value."""
    rules, version = current_rules(), version_held(exchange)
    if version is None or version.snapshot["rules_version"] == rules.version:
        return rules
    return rules_of(version.snapshot["rules_version"], beside=rules)


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

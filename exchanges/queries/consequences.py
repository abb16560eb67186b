"""What follows by the rules when an exchange ends early, is postponed, goes on online or is
cancelled: computed before anybody asks or decides."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from exchanges.enums import ExchangeState, InterruptionKind
from exchanges.models import Exchange, Interruption
from exchanges.queries.follow_up import days_of_work, terms_in_force, today_there, until
from exchanges.queries.lump_sum import lump_sum_signed, rules_signed

EARLY_END, POSTPONE, GO_VIRTUAL, CANCEL = InterruptionKind
NEW_VERSION = (POSTPONE, GO_VIRTUAL)


@dataclass(frozen=True, kw_only=True)
class Consequences:
    """`days_done` are the days of work up to the last day, or so far; `days_planned` those that
    were signed, `least_days` the rule. `agreed` is the lump sum that was signed and `amount` the
    one that is due then, in whole EUR; both None online. `target` is the state of the exchange
    afterwards."""

    kind: str
    is_force_majeure: bool
    is_physical: bool
    has_started: bool
    days_done: int
    days_planned: int
    least_days: int
    agreed: int | None
    amount: int | None
    is_visit_kept: bool
    target: str

    @property
    def counts(self) -> bool:
        """Whether the exchange is one that took place."""
        return self.target == ExchangeState.REPORTING

    @property
    def needs_new_version(self) -> bool:
        """Whether all four sign again."""
        return self.kind in NEW_VERSION

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def consequences_of(
    exchange: Exchange, *, kind: str, last_day: date | None = None, is_force_majeure: bool = False
) -> Consequences:
    """Of a request of this kind, were it accepted now. Only an early end leaves open whether it is
    force majeure."""
    terms = terms_in_force(exchange)
    has_started = exchange.state == ExchangeState.ONGOING
    end = last_day or today_there(exchange)
    done = until(terms, end)
    days_done = days_of_work(exchange, done) if has_started else 0
    days_planned = days_of_work(exchange, terms)
    least = rules_signed(exchange).integer("early_end.min_days")
    is_majeure = kind != EARLY_END or is_force_majeure
    counts = kind == EARLY_END and days_done >= (1 if is_majeure else least)
    agreed = lump_sum_signed(exchange, days=days_planned)
    due = lump_sum_signed(exchange, days=days_done) if counts else None
    return Consequences(
        kind=kind,
        is_force_majeure=is_majeure,
        is_physical=exchange.is_physical,
        has_started=has_started,
        days_done=days_done,
        days_planned=days_planned,
        least_days=least,
        agreed=agreed.amount if agreed else None,
        amount=None if agreed is None else (due.amount if due else 0),
        is_visit_kept=is_majeure and not counts,
        target=_target(kind, has_started=has_started, counts=counts),
    )


def consequences_of_request(interruption: Interruption) -> Consequences:
    """Of a request that waits for the decision."""
    return consequences_of(
        interruption.exchange,
        kind=interruption.kind,
        last_day=interruption.last_day,
        is_force_majeure=interruption.is_force_majeure,
    )


def _target(kind: str, *, has_started: bool, counts: bool) -> ExchangeState:
    if kind in NEW_VERSION:
        return ExchangeState.BUILDING
    if not has_started:
        return ExchangeState.CANCELLED
    return ExchangeState.REPORTING if counts else ExchangeState.ABORTED

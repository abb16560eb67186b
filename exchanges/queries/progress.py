"""How far an exchange has come: one line of five steps."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from exchanges.enums import ORGANISATIONS, OVER, PARTNERSHIPS, UNDONE, Capacity, ExchangeState
from exchanges.models import CommitmentVersion, Exchange, ExchangeStep
from profiles.rules import current_rules

Days = tuple[date, ...]
DONE, CURRENT, TO_COME, LEFT_OUT = "done", "current", "to_come", "left_out"
WRITTEN, BY_ORGANISATIONS, BY_PARTNERSHIPS, RUNS, TO_REPORT, ALL_DONE = range(6)
LABELS: tuple[Text, ...] = (
    _("Commitment written"),
    _("Signed by the organisations"),
    _("Signed by the partnerships"),
    _("Exchange runs"),
    _("Report"),
)
BUILDING, SIGNING, REVIEW = ExchangeState.BUILDING, ExchangeState.SIGNING, ExchangeState.REVIEW
CURRENT_IN = {
    BUILDING: WRITTEN,
    SIGNING: BY_ORGANISATIONS,
    REVIEW: BY_PARTNERSHIPS,
    ExchangeState.VALIDATED: RUNS,
    ExchangeState.ONGOING: RUNS,
    ExchangeState.REPORTING: TO_REPORT,
    ExchangeState.CLOSED: ALL_DONE,
}
PREPARING, FINALISING, DONE_WITH = 3, 4, 5
"""The phases of a journey in which an exchange is built and carried out, and the end of it."""


@dataclass(frozen=True)
class ProgressStep:
    """One step: `situation` is "done", "current", "to_come", or "left_out" once the exchange ended
    before. `days` are the day, or the first and the last day; `is_planned` says they lie ahead."""

    label: Text
    situation: str
    days: Days = ()
    is_planned: bool = False


def phase_of(exchange: Exchange) -> int:
    """Which of the four phases the exchange is in."""
    if exchange.state == ExchangeState.CLOSED:
        return DONE_WITH
    is_written = exchange.state in (BUILDING, SIGNING, REVIEW)
    return PREPARING if is_written or exchange.validated_at is None else FINALISING


def progress_of(exchange: Exchange) -> list[ProgressStep]:
    """The five steps in their order. Prefetched `versions` with `signatures` are used."""
    current, is_over = _current(exchange), exchange.state in UNDONE
    done, planned = _done_on(exchange), {} if exchange.state in OVER else _planned_on(exchange)
    steps = []
    for number, label in enumerate(LABELS):
        if number < current:
            steps.append(ProgressStep(label, DONE, done.get(number, ())))
        else:
            situation = CURRENT if number == current else TO_COME
            days = planned.get(number, ())
            steps.append(ProgressStep(label, LEFT_OUT if is_over else situation, days, bool(days)))
    return steps


def _current(exchange: Exchange) -> int:
    """The step that it is at; of one that is over, the step at which it ended."""
    if exchange.state not in UNDONE:
        return CURRENT_IN[ExchangeState(exchange.state)]
    last = ExchangeStep.objects.filter(subject=exchange, target=exchange.state).last()
    return CURRENT_IN[ExchangeState(last.source)] if last else WRITTEN


def _planned_on(exchange: Exchange) -> dict[int, Days]:
    """When the steps ahead will be, as far as it is settled."""
    if not exchange.starts_on or not exchange.ends_on:
        return {}
    return {
        RUNS: (exchange.starts_on, exchange.ends_on),
        TO_REPORT: (report_due_on(exchange.ends_on),),
    }


def report_due_on(last_day: date) -> date:
    """Until when both sides report."""
    return last_day + timedelta(days=current_rules().integer("report.due_days"))


def _done_on(exchange: Exchange) -> dict[int, Days]:
    """When the steps were taken, as the latest text that is no amendment tells."""
    found: dict[int, Days] = {}
    if version := _latest(exchange):
        found[WRITTEN] = (clock.day_of(version.frozen_at),)
        for step, capacities in (
            (BY_ORGANISATIONS, ORGANISATIONS),
            (BY_PARTNERSHIPS, PARTNERSHIPS),
        ):
            found[step] = _last_signature(version, capacities)
    if exchange.closed_at:
        found[TO_REPORT] = (clock.day_of(exchange.closed_at),)
    if exchange.starts_on and exchange.ends_on:
        found[RUNS] = (exchange.starts_on, exchange.ends_on)
    return found


def _latest(exchange: Exchange) -> CommitmentVersion | None:
    first_texts = [version for version in exchange.versions.all() if not version.is_amendment]
    return first_texts[-1] if first_texts else None


def _last_signature(version: CommitmentVersion, capacities: tuple[Capacity, ...]) -> Days:
    signed = [one.signed_at for one in version.signatures.all() if one.capacity in capacities]
    return (clock.day_of(max(signed)),) if len(signed) == len(capacities) else ()

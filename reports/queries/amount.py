"""What a visitor is owed for the days that were really done."""

from datetime import date

from exchanges.enums import Capacity, InterruptionKind, InterruptionState
from exchanges.models import Exchange
from exchanges.queries.follow_up import days_of_work, until
from exchanges.queries.lump_sum import rules_signed
from exchanges.queries.terms_shown import terms_of_version, version_held
from reports.enums import HANDED_IN, ReportState
from reports.models import Report
from reports.payment.amount import ENDED_EARLY, PLANNED, REPORTED, Due, Stay, due_for


def amount_due(exchange: Exchange) -> Due | None:
    """By the text that was signed, for the days that the visitor's validated report names; until
    there is one, for those that were agreed last. None for an online exchange."""
    version = version_held(exchange)
    signed = version.snapshot["lump_sum"] if version else None
    if version is None or signed is None:
        return None
    planned = signed["days"] or 0
    report = validated_report(exchange)
    if report is None:
        terms = terms_of_version(version)
        done = days_of_work(exchange, until(terms, exchange.ends_on or date.max))
        source = ENDED_EARLY if done < planned else PLANNED
    else:
        done, source = report.days_done or 0, REPORTED
    stay = Stay(
        planned=planned,
        done=done,
        source=source,
        least=rules_signed(exchange).integer("early_end.min_days"),
        has_happened=report is None or report.has_happened,
        is_force_majeure=was_cut_short_by_force_majeure(exchange),
    )
    return due_for(stay, signed)


def validated_report(exchange: Exchange) -> Report | None:
    """The visitor's report, once its partnership has validated it."""
    return exchange.reports.filter(capacity=Capacity.VO, state=ReportState.VALIDATED).first()


def was_cut_short_by_force_majeure(exchange: Exchange) -> bool:
    """Whether both partnerships accepted an early end for that reason."""
    return exchange.interruptions.filter(
        kind=InterruptionKind.EARLY_END,
        state=InterruptionState.ACCEPTED,
        is_force_majeure=True,
    ).exists()


def days_of_host(exchange: Exchange) -> int | None:
    """How many days the host's report names; None as long as it is not in."""
    reports = exchange.reports.filter(capacity=Capacity.HO, state__in=HANDED_IN)
    return reports.values_list("days_done", flat=True).first()

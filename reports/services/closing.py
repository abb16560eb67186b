"""Once both reports are validated and agree, the exchange is over for good."""

from exchanges.enums import ORGANISATIONS, ExchangeState
from exchanges.models import Exchange
from exchanges.services.closing import close_exchange, fail_exchange
from profiles.models import User
from reports.enums import ReportState
from reports.notifications import reports as notifications
from reports.queries.contradictions import is_not_taken_place
from reports.queries.shown import reports_of
from reports.signals import exchange_closed, exchange_failed


def settle_exchange(*, exchange: Exchange, actor: User | None) -> bool:
    """It is closed, or did not take place, as both reports say; whether it was time for that. The
    caller holds the locks of `locked_with_visit`. Before its last day is over nothing is settled:
    the portal does so itself at its end."""
    reports = reports_of(exchange)
    is_validated = [report.state == ReportState.VALIDATED for report in reports]
    if exchange.state != ExchangeState.REPORTING or is_validated != [True] * len(ORGANISATIONS):
        return False
    if is_not_taken_place(reports):
        fail_exchange(exchange=exchange, actor=actor)
        notifications.exchange_failed(exchange)
        exchange_failed.send(sender=Exchange, exchange=exchange)
    else:
        close_exchange(exchange=exchange, actor=actor)
        notifications.exchange_closed(exchange)
        exchange_closed.send(sender=Exchange, exchange=exchange)
    return True

"""What happens here when exchanges change below."""

from typing import Any

from exchanges.models import Exchange
from exchanges.signals import last_day_reached, set_back
from profiles.models import User
from reports.services.closing import settle_exchange
from reports.services.opening import open_reports, take_reports_away


def connect() -> None:
    """Called once from `apps.ready()`."""
    last_day_reached.connect(open_reports_at_end, dispatch_uid="reports.open_reports_at_end")
    set_back.connect(take_away, dispatch_uid="reports.take_away")


def open_reports_at_end(sender: type, exchange: Exchange, **kwargs: Any) -> None:
    """Where both were validated on the last day already, the exchange is settled at its end."""
    open_reports(exchange=exchange)
    settle_exchange(exchange=exchange, actor=None)


def take_away(sender: type, exchange: Exchange, actor: User, **kwargs: Any) -> None:
    take_reports_away(exchange=exchange, actor=actor)

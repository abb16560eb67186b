"""What happens here when exchanges change below."""

from typing import Any

from django.utils.translation import gettext as _

from exchanges.models import Exchange
from exchanges.signals import last_day_reached, set_back
from profiles.models import Registration, User
from profiles.signals import reference_loaded, registration_begun
from reports.documents.certificate import order_certificates
from reports.documents.report import order_report
from reports.models import Report
from reports.services.closing import settle_exchange
from reports.services.opening import open_reports, take_reports_away
from reports.services.outreach import attribute_registration
from reports.services.pieces import give_payment_up, keep_in_step, open_payment
from reports.services.questionnaires import load_questionnaire
from reports.signals import (
    exchange_closed,
    exchange_failed,
    report_returned,
    report_validated,
)


def connect() -> None:
    """Called once from `apps.ready()`."""
    last_day_reached.connect(open_reports_at_end, dispatch_uid="reports.open_reports_at_end")
    set_back.connect(take_away, dispatch_uid="reports.take_away")
    reference_loaded.connect(load, dispatch_uid="reports.load")
    registration_begun.connect(attribute, dispatch_uid="reports.attribute")
    last_day_reached.connect(owe, dispatch_uid="reports.owe")
    set_back.connect(owe_nothing, dispatch_uid="reports.owe_nothing")
    exchange_failed.connect(owe_nothing, dispatch_uid="reports.owe_nothing_of_failed")
    report_validated.connect(follow_report, dispatch_uid="reports.follow_report")
    report_returned.connect(follow_report, dispatch_uid="reports.follow_returned_report")
    report_validated.connect(print_report, dispatch_uid="reports.print_report")
    exchange_closed.connect(certify, dispatch_uid="reports.certify")


def open_reports_at_end(sender: type, exchange: Exchange, **kwargs: Any) -> None:
    """Where both were validated on the last day already, the exchange is settled at its end."""
    open_reports(exchange=exchange)
    settle_exchange(exchange=exchange, actor=None)


def take_away(sender: type, exchange: Exchange, actor: User, **kwargs: Any) -> None:
    take_reports_away(exchange=exchange, actor=actor)


def owe(sender: type, exchange: Exchange, **kwargs: Any) -> None:
    open_payment(exchange=exchange)


def owe_nothing(sender: type, exchange: Exchange, **kwargs: Any) -> None:
    why = _("The exchange did not take place, or is written anew.")
    give_payment_up(exchange=exchange, why=why)


def follow_report(sender: type, report: Report, **kwargs: Any) -> None:
    keep_in_step(exchange=report.exchange, why=_("The visitor's report is open again."))


def attribute(sender: type, registration: Registration, link: str, **kwargs: Any) -> None:
    attribute_registration(registration=registration, code=link)


def load(sender: Any, **kwargs: Any) -> dict[str, int]:
    return {"questionnaires": load_questionnaire()}


def print_report(sender: type, report: Report, **kwargs: Any) -> None:
    order_report(report)


def certify(sender: type, exchange: Exchange, **kwargs: Any) -> None:
    order_certificates(exchange)

"""The lock of an exchange comes before its reports: see `exchanges.services.locking`."""

from exchanges.services.locking import locked_exchange
from reports.models import Report


def locked_report(report_id: int) -> Report:
    """A report whose exchange is locked."""
    key = Report.objects.values_list("exchange_id", flat=True).get(pk=report_id)
    exchange = locked_exchange(key)
    report = Report.objects.select_related("questionnaire").get(pk=report_id)
    report.exchange = exchange
    return report

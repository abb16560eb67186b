"""The mails of this app, a file for each matter. What is imported here every process knows."""

from reports.notifications import afterwards, payments, reports

__all__ = ["afterwards", "payments", "reports"]

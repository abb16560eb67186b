"""The documents of this app, a file for each kind. What is imported here every process knows."""

from reports.documents import certificate, indicators, report

__all__ = ["certificate", "indicators", "report"]

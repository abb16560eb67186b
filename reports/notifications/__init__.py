"""The mails of this app, a file for each business. What is imported here every process knows."""

from reports.notifications import (
    afterwards,
    reports,
)

__all__ = [
    "afterwards",
    "reports",
]

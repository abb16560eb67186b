"""The mails of this app, a file for each business. What is imported here every process knows."""

from matching.notifications import topics

__all__ = ["topics"]

"""The mails of this app, a file for each business. What is imported here every process knows."""

from exchanges.notifications import groups, signing, topics

__all__ = ["groups", "signing", "topics"]

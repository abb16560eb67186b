"""The mails of this app, a file for each business. What is imported here every process knows."""

from exchanges.notifications import (
    building,
    cancelling,
    follow_up,
    groups,
    incidents,
    interruptions,
    signing,
    topics,
)

__all__ = [
    "building",
    "cancelling",
    "follow_up",
    "groups",
    "incidents",
    "interruptions",
    "signing",
    "topics",
]

"""The mails of this app, a file for each business. What is imported here every process knows."""

from matching.notifications import (
    alerts,
    conversations,
    matches,
    rulesets,
    searches,
    topics,
)

__all__ = ["alerts", "conversations", "matches", "rulesets", "searches", "topics"]

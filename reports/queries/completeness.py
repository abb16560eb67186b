"""What a report still lacks before it can be handed in: never what it says, only that it does."""

from reports.models import Report


def missing_in(report: Report) -> list[str]:
    """The names of what has to be answered and is not."""
    return missing_facts(report)


def missing_facts(report: Report) -> list[str]:
    """What became of the exchange, and where it took place its days."""
    if not report.outcome:
        return ["outcome"]
    if not report.has_happened:
        return []
    return [name for name in ("starts_on", "ends_on", "days_done") if getattr(report, name) is None]

"""Who hears of the report of one side."""

from cxc_portal.core.mail import Recipient
from exchanges.notifications.signatories import party
from profiles.models import User
from reports.models import Report


def authors_of(report: Report) -> list[Recipient]:
    """The members of the side that reports."""
    return party(report.exchange, report.capacity)


def readers_of(report: Report, *, but: User | None = None) -> list[Recipient]:
    """Whoever works for the partnership that validates it."""
    people = party(report.exchange, report.partnership_capacity)
    return [person for person in people if but is None or person.user != but]

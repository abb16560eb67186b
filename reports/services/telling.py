"""Partnerships hear of payments that wait for them."""

from reports.notifications import payments as notifications
from reports.queries.payments import partnerships_with_news, waiting_of


def tell_of_payments() -> int:
    """Each partnership with something new to approve or to pay hears how many there are; says how
    many partnerships. A second run on the same day tells nothing new."""
    told = list(partnerships_with_news())
    for partnership in told:
        to_approve, to_pay = waiting_of(partnership)
        notifications.payments_wait(partnership, to_approve=to_approve, to_pay=to_pay)
    return len(told)

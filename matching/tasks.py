"""What the clock starts in this app. Each task calls one service."""

from celery import shared_task

from matching.services import alerts


@shared_task(name="matching.tell_of_partners")
def tell_of_partners() -> int:
    """Write to strangers who wait for partners and have some now; says to how many."""
    return alerts.tell_of_partners()


@shared_task(name="matching.remove_unconfirmed_alerts")
def remove_unconfirmed_alerts() -> int:
    """Forget the addresses of alerts that nobody confirmed; says how many."""
    return alerts.remove_unconfirmed_alerts()

"""What the clock starts in this app. Each task calls one service."""

from celery import shared_task

from reports.services import later, opening, reminding, telling


@shared_task(name="reports.open_due_reports")
def open_due_reports() -> int:
    """Reports of exchanges whose last day has begun at the host's are open; says of how many."""
    return opening.open_due_reports()


@shared_task(name="reports.remind_missing_reports")
def remind_missing_reports() -> int:
    """Remind the sides that have not reported on the days of the rules; says how many."""
    return reminding.remind_missing_reports()


@shared_task(name="reports.ask_later")
def ask_later() -> int:
    """Both sides say what came of their exchange some months ago; says of how many exchanges."""
    return later.ask_later()


@shared_task(name="reports.tell_of_payments")
def tell_of_payments() -> int:
    """Partnerships hear of payments that they can approve or pay; says how many partnerships."""
    return telling.tell_of_payments()

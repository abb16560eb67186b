"""What the clock starts in this app. Each task calls one service."""

from celery import shared_task

from exchanges.services import announcing, groups, incidents, reminding, resting, running


@shared_task(name="exchanges.start_due_exchanges")
def start_due_exchanges() -> int:
    """Exchanges whose first day has begun at the host's run; says how many."""
    return running.start_due_exchanges()


@shared_task(name="exchanges.finish_due_exchanges")
def finish_due_exchanges() -> int:
    """Exchanges whose last day is over at the host's are to be reported; says how many."""
    return running.finish_due_exchanges()


@shared_task(name="exchanges.announce_starts")
def announce_starts() -> int:
    """Tell both sides what to bring; says of how many exchanges."""
    return announcing.announce_starts()


@shared_task(name="exchanges.mind_running")
def mind_running() -> int:
    """Ask after those who have not checked in, and how it goes half-way; says of how many."""
    return announcing.mind_running()


@shared_task(name="exchanges.climb_unsettled")
def climb_unsettled() -> int:
    """Take incidents that nobody settled one rung up; says how many."""
    return incidents.climb_unsettled()


@shared_task(name="exchanges.remind_missing_signatories")
def remind_missing_signatories() -> int:
    """Remind those who have yet to sign before the start; says how many."""
    return reminding.remind_missing_signatories()


@shared_task(name="exchanges.recall_drafts")
def recall_drafts() -> int:
    """Remind both sides of drafts that nobody goes on writing; says of how many."""
    return resting.recall_drafts()


@shared_task(name="exchanges.close_due_groups")
def close_due_groups() -> int:
    """Groups whose closing day is over take no further visitors; says how many."""
    return groups.close_due_groups()

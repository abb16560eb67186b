"""What the clock starts in this app. Each task calls one service."""

from celery import shared_task

from profiles.services import lifecycle, registration, reminders


@shared_task(name="profiles.remind_about_waiting_profiles")
def remind_about_waiting_profiles() -> int:
    """Remind those in charge of the profiles that have waited too long; says of how many."""
    return reminders.remind_about_waiting_profiles()


@shared_task(name="profiles.mind_dormant_profiles")
def mind_dormant_profiles() -> int:
    """Ask about profiles that nobody minds and let them sleep; says how many fell asleep."""
    return len(lifecycle.mind_dormant_profiles())


@shared_task(name="profiles.remove_abandoned_registrations")
def remove_abandoned_registrations() -> int:
    """Delete answers that nobody can come back to; says how many registrations that were."""
    return registration.remove_abandoned_registrations()

"""What the clock starts in this app. Each task calls one service."""

from celery import shared_task

from matching.services import alerts, matches_upkeep, searches, silence


@shared_task(name="matching.tell_of_partners")
def tell_of_partners() -> int:
    """Write to strangers who wait for partners and have some now; says to how many."""
    return alerts.tell_of_partners()


@shared_task(name="matching.forget_strangers")
def forget_strangers() -> int:
    """Delete the addresses of strangers that nothing waits for; says of how many mails."""
    return alerts.forget_strangers()


@shared_task(name="matching.mind_conversations")
def mind_conversations() -> int:
    """Remind whoever has the word, and end what nobody answers; says how many it concerned."""
    return silence.mind_conversations()


@shared_task(name="matching.expire_matches")
def expire_matches() -> int:
    """Remind of proposals and let those expire that nobody answered; says how many it concerned."""
    return matches_upkeep.expire_matches()


@shared_task(name="matching.tell_of_new_profiles")
def tell_of_new_profiles() -> int:
    """Write to those whose searches or profiles something new fits; says to how many people."""
    return searches.tell_of_new_profiles()

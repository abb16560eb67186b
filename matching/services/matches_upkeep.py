"""What time and the desk do to proposals: reminders, expiry, and profiles that are gone."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Q

from cxc_portal.core import audit, clock
from matching.enums import MatchState
from matching.models import Match
from matching.notifications import matches as notifications
from matching.services.matches_rules import locked_match
from matching.workflows import match_workflow
from profiles.enums import ProfileState
from profiles.models import Profile
from profiles.rules import RuleBook, current_rules

REMINDERS = ("proposal.first_reminder_days", "proposal.second_reminder_days")
GONE = (ProfileState.SUSPENDED, ProfileState.REJECTED, ProfileState.WITHDRAWN)


def expire_matches() -> int:
    """Those who have not answered are reminded, and what nobody answered in time expires.

    Says with how many proposals something happened. A second run on the same day changes nothing.
    """
    rules = current_rules()
    waiting = Match.objects.filter(state=MatchState.PROPOSED)
    due = Q(expires_on__lte=clock.today())
    for number, rule in enumerate(REMINDERS):
        since = clock.now() - timedelta(days=rules.integer(rule) - 1)
        due |= Q(reminders__lte=number, proposed_at__lt=since)
    keys = list(waiting.filter(due).order_by("pk").values_list("pk", flat=True))
    return sum(_mind(key, rules) for key in keys)


def _mind(match_id: int, rules: RuleBook) -> bool:
    """Let it expire, or remind; whether there was anything to do."""
    with audit.transaction():
        match = locked_match(match_id)
        if match.state != MatchState.PROPOSED:
            return False
        if match.expires_on <= clock.today():
            match_workflow.apply(match, "expire", actor=None)
            notifications.match_expired(match)
            return True
        days = (clock.today() - clock.day_of(match.proposed_at)).days
        reached = sum(days >= rules.integer(rule) for rule in REMINDERS)
        if reached <= match.reminders:
            return False
        match.reminders = reached
        match.save(update_fields=["reminders"])
        notifications.match_waits(match)
    return True


def withdraw_proposals_of_gone(*, profile_ids: Sequence[int]) -> int:
    """Proposals with a profile that is suspended, rejected or withdrawn are taken back by the
    portal, and both sides are told. Says how many.

    Runs in the caller's transaction, which holds the profile's lock: so nobody else holds one on
    its matches.
    """
    gone = Profile.objects.filter(pk__in=profile_ids, state__in=GONE).values("pk")
    if not gone.exists():  # nearly always
        return 0
    matches = Match.objects.filter(Q(host__in=gone) | Q(visitor__in=gone))
    proposed = matches.filter(state=MatchState.PROPOSED).order_by("pk")
    with audit.transaction():
        found = list(proposed.select_for_update(of=("self",)))
        for match in found:
            match_workflow.apply(match, "withdraw", actor=None)
            notifications.match_withdrawn(match, None, "")
    return len(found)

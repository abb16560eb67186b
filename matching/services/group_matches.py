"""A place in a host's group exchange: the match is confirmed at once, because the host offered."""

from datetime import date

from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.types import Text
from matching.enums import MatchOrigin
from matching.models import Match
from matching.notifications import matches as notifications
from matching.permissions import can_act_for_profile
from matching.queries.conversations import NO_NEW_CONTACTS, contact_refusals, is_blocked
from matching.queries.matches import Pair
from matching.queries.proposals import modes_between
from matching.services.conversations import agree_conversation
from matching.services.matches_rules import (
    expiry,
    locked_profiles,
    once_for_a_pair,
    refuse_open_match,
    refuse_while_resting,
    require_possible,
)
from matching.signals import match_confirmed
from matching.workflows import match_workflow
from profiles.models import Profile, User
from profiles.rules import RuleBook, current_rules


def confirm_group_match(
    *,
    host_id: int,
    visitor_id: int,
    actor: User,
    mode: str,
    starts_on: date,
    ends_on: date,
    message: str,
) -> Match:
    """Both sides have agreed: the host by its offer, the visitor by taking a place. The places of
    the offer are what limits the host here, not the number of exchanges that it set itself.

    Raises `NotAllowed` for whoever may not act for the visitor, `TransitionRefused` with the reason
    while the two cannot be matched.
    """
    with once_for_a_pair(visitor_id, host_id), audit.transaction():
        visitor, host = locked_profiles(visitor_id, host_id)
        if not can_act_for_profile(actor, visitor):
            raise NotAllowed(_("You may not take a place for this profile."))
        rules = current_rules()
        pair = check_place(visitor, host, mode, rules)
        match = Match.objects.create(
            host=host,
            visitor=visitor,
            origin=MatchOrigin.GROUP,
            proposed_by=host,
            host_agreed_at=clock.now(),
            mode=mode,
            starts_on=starts_on,
            ends_on=ends_on,
            message=message,
            score=pair.explanation.total,
            ruleset=pair.ruleset.version,
            expires_on=expiry(rules),
        )
        match_workflow.apply(
            match,
            "confirm",
            actor=actor,
            changes={"visitor_agreed_at": clock.now()},
            record={"side": visitor},
        )
        audit.record("match.join_group", subject=match, actor=actor, data={"by": visitor.ref})
        agree_conversation(host_id=host.pk, visitor_id=visitor.pk)
        notifications.group_match_confirmed(match)
        match_confirmed.send(Match, match=match, actor=actor)
    return match


def check_place(visitor: Profile, host: Profile, mode: str, rules: RuleBook) -> Pair:
    """No hard stop, whatever the score; gives how well the two fit now."""
    refuse_open_match(visitor, host)
    pair = require_possible(visitor, host)
    refuse_while_resting(host, visitor, rules)
    if mode not in modes_between(host, visitor):
        raise TransitionRefused(
            "mode",
            _(
                "This group does not meet in the way that your profile allows. Change “in person "
                "or online” in your profile, or look for another one."
            ),
        )
    _refuse_blocked(visitor, host)
    return pair


def _refuse_blocked(visitor: Profile, host: Profile) -> None:
    """Whoever is blocked learns nothing of the block."""
    if not is_blocked(visitor.organisation_id, host.organisation_id):
        return
    refusal = contact_refusals(visitor, [host]).get(host.pk)
    reason: Text = NO_NEW_CONTACTS
    if refusal and refusal.code == "own_block":
        reason = refusal.message
    raise TransitionRefused("blocked", str(reason))

"""Staff brings two profiles together: both are asked, and either may say no."""

from datetime import date

from django.utils.translation import gettext as _

from cxc_portal.core import audit
from cxc_portal.core.errors import NotAllowed
from matching.enums import MatchOrigin
from matching.models import Match
from matching.notifications import matches as notifications
from matching.permissions import can_introduce_pair
from matching.services.matches_rules import (
    Terms,
    check_introduction,
    expiry,
    locked_profiles,
    once_for_a_pair,
    require_sound_terms,
)
from profiles.models import Partnership, Profile, User
from profiles.rules import current_rules


def introduce_profiles(
    *,
    host_id: int,
    visitor_id: int,
    actor: User,
    message: str,
    mode: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
) -> Match:
    """A match is proposed to both sides in the name of a partnership; neither has agreed yet.

    Raises `NotAllowed` for anybody but the staff in charge of one of the two, `TransitionRefused`
    with the reason while they cannot be matched.
    """
    terms = Terms(mode=mode, message=message, starts_on=starts_on, ends_on=ends_on)
    with once_for_a_pair(host_id, visitor_id), audit.transaction():
        host, visitor = locked_profiles(host_id, visitor_id)
        if not can_introduce_pair(actor, host, visitor):
            raise NotAllowed(_("You may introduce participants of your own partnership only."))
        rules = current_rules()
        pair = check_introduction(host, visitor, rules)
        require_sound_terms(host, visitor, terms)
        match = Match.objects.create(
            host=host,
            visitor=visitor,
            origin=MatchOrigin.INTRODUCED,
            introduced_by=actor,
            introduced_for=_on_behalf_of(actor, host, visitor),
            mode=mode,
            starts_on=starts_on,
            ends_on=ends_on,
            message=message.strip(),
            score=pair.explanation.total,
            ruleset=pair.ruleset.version,
            expires_on=expiry(rules),
        )
        audit.record("match.introduce", subject=match, actor=actor)
        notifications.match_introduced(match)
    return match


def _on_behalf_of(actor: User, host: Profile, visitor: Profile) -> Partnership | None:
    """The visitor's partnership goes first, because it counts the exchange; the Support Office has
    none."""
    for side in (visitor, host):
        if side.partnership_id in actor.staffed_partnership_ids:
            return side.partnership
    return None

"""What the two sides do with a match: propose, accept, decline, take back, dissolve."""

from datetime import date

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from cxc_portal.core import audit, clock
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from matching.enums import MatchOrigin, MatchParty
from matching.models import Match
from matching.notifications import matches as notifications
from matching.permissions import can_act_for_profile
from matching.services.conversations import agree_conversation
from matching.services.matches_rules import (
    Terms,
    as_host_and_visitor,
    check_proposal,
    expiry,
    locked_match,
    locked_profiles,
    once_for_a_pair,
    refuse_when_too_late,
    require_sound_terms,
    require_still_possible,
)
from matching.signals import match_confirmed, match_dissolved
from matching.workflows import match_workflow
from profiles.models import Partnership, Profile, User
from profiles.rules import current_rules


def propose_match(
    *,
    profile_id: int,
    other_id: int,
    mode: str,
    message: str,
    actor: User,
    starts_on: date | None = None,
    ends_on: date | None = None,
    is_known: bool = False,
) -> Match:
    """The other side is asked to accept; the score of this moment is kept with the match.

    Raises `NotAllowed` for whoever may not act for the profile, `TransitionRefused` with the reason
    while the two cannot be matched or too much is open already.
    """
    terms = Terms(mode=mode, message=message, starts_on=starts_on, ends_on=ends_on)
    with once_for_a_pair(profile_id, other_id), audit.transaction():
        profile, other = locked_profiles(profile_id, other_id)
        if not can_act_for_profile(actor, profile):
            raise NotAllowed(_("You may not propose a match for this profile."))
        rules = current_rules()
        pair = check_proposal(profile, other, rules)
        host, visitor = as_host_and_visitor(profile, other)
        require_sound_terms(host, visitor, terms)
        agreed = {"host_agreed_at" if profile.is_host else "visitor_agreed_at": clock.now()}
        match = Match.objects.create(
            host=host,
            visitor=visitor,
            origin=MatchOrigin.KNOWN if is_known else MatchOrigin.LIST,
            proposed_by=profile,
            mode=mode,
            starts_on=starts_on,
            ends_on=ends_on,
            message=message.strip(),
            score=pair.explanation.total,
            ruleset=pair.ruleset.version,
            expires_on=expiry(rules),
            **agreed,
        )
        audit.record("match.propose", subject=match, actor=actor, data={"by": profile.ref})
        notifications.match_proposed(match)
    return match


def accept_match(*, match_id: int, actor: User) -> Match:
    """The actor's side agrees. With both sides the match is confirmed: both are told, and so are
    their partnerships; before that, in an introduction, the other side is waited for."""
    with audit.transaction():
        match = locked_match(match_id)
        prefetch_related_objects([match.host, match.visitor], "organisation__memberships")
        refuse_when_too_late(match, "confirm", actor)
        side = _side_to_agree(match, actor)
        other = match.other(side)
        is_last = match.agreed_at(other) is not None
        require_still_possible(side, other)
        field = "host_agreed_at" if side.pk == match.host_id else "visitor_agreed_at"
        match_workflow.apply(
            match,
            "confirm" if is_last else "agree",
            actor=actor,
            changes={field: clock.now()},
            record={"side": side},
        )
        if is_last:
            agree_conversation(host_id=match.host_id, visitor_id=match.visitor_id)
            notifications.match_confirmed(match)
            match_confirmed.send(Match, match=match, actor=actor)
    return match


def decline_match(*, match_id: int, actor: User, comment: str) -> Match:
    """The match ends with a reason that the other side reads; the two rest for a while."""
    with audit.transaction():
        match = locked_match(match_id)
        refuse_when_too_late(match, "decline", actor)
        side = _own_side(match, actor)
        match_workflow.apply(match, "decline", actor=actor, comment=comment, record={"side": side})
        notifications.match_declined(match, side, comment.strip())
    return match


def withdraw_match(*, match_id: int, actor: User, comment: str = "") -> Match:
    """Whoever proposed or introduced takes it back before it was decided."""
    with audit.transaction():
        match = locked_match(match_id)
        refuse_when_too_late(match, "withdraw", actor)
        side = _own_side(match, actor)
        partnership = None if side else match.introduced_for
        match_workflow.apply(
            match,
            "withdraw",
            actor=actor,
            comment=comment,
            record={"side": side, "partnership": partnership},
        )
        notifications.match_withdrawn(match, side, comment.strip())
    return match


def dissolve_match(*, match_id: int, actor: User, comment: str) -> Match:
    """A confirmed match ends before anything is signed; contact data are closed again."""
    with audit.transaction():
        match = locked_match(match_id)
        refuse_when_too_late(match, "dissolve", actor)
        side = _own_side(match, actor)
        partnership = None if side else _partnership_of(match, actor)
        match_workflow.apply(
            match,
            "dissolve",
            actor=actor,
            comment=comment,
            record={"side": side, "partnership": partnership},
        )
        notifications.match_dissolved(match, side, comment.strip())
        match_dissolved.send(Match, match=match, actor=actor, comment=comment.strip())
    return match


def finish_match(*, match_id: int) -> Match:
    """The exchange of a confirmed match is over: the two can be matched again."""
    with audit.transaction():
        match = locked_match(match_id)
        match_workflow.apply(match, "finish", actor=None)
    return match


def _side_to_agree(match: Match, actor: User) -> Profile:
    """The side of the actor that has not agreed yet."""
    parties = match_workflow.parties(match, actor)
    for side, party in ((match.host, MatchParty.HOST), (match.visitor, MatchParty.VISITOR)):
        if party in parties and match.agreed_at(side) is None:
            return side
    if MatchParty.AGREED in parties and match.introduced_by_id:
        raise TransitionRefused("agreed_already", _("Your side has agreed already."))
    raise NotAllowed(_("You may not accept this match."))


def _own_side(match: Match, actor: User) -> Profile | None:
    """For which side the actor acts; None for staff."""
    for side in (match.host, match.visitor):
        if side.organisation.has_member(actor):
            return side
    return None


def _partnership_of(match: Match, actor: User) -> Partnership | None:
    """For which partnership the actor acts: the visitor's goes first, because it counts the
    exchange."""
    for side in (match.visitor, match.host):
        if side.partnership_id in actor.staffed_partnership_ids:
            return side.partnership
    return match.introduced_for

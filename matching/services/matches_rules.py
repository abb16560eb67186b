"""What must be true before two profiles are matched, and the locks that keep it true."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import IntegrityError
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import clock
from cxc_portal.core.errors import TransitionRefused
from matching.models import Match
from matching.models.conversation import MESSAGE_LENGTH
from matching.queries.conversations import (
    contact_refusals,
    is_blocked,
    unreachable_reasons,
)
from matching.queries.engaged import open_match_between
from matching.queries.matches import Pair, pair_of
from matching.queries.proposals import (
    capacities_reached,
    modes_between,
    open_proposals_by,
    rests_until,
)
from matching.scoring.criteria import Stop
from matching.wording.stops import stops_in_words
from matching.workflows import match_workflow
from profiles.enums import ProfileState
from profiles.models import Profile, User
from profiles.rules import RuleBook, current_rules

DAY = "j F Y"
STANDING = (ProfileState.PUBLISHED, ProfileState.PAUSED, ProfileState.DORMANT)
"""In these states what was proposed before can still be agreed on."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What is proposed: how, when (both days or none) and in which words."""

    mode: str
    message: str
    starts_on: date | None = None
    ends_on: date | None = None


def locked_profiles(first_id: int, second_id: int) -> tuple[Profile, Profile]:
    """Both profiles, locked in the order of their keys, given in the order asked for."""
    rows = Profile.objects.select_for_update(of=("self",)).select_related("organisation")
    found = {row.pk: row for row in rows.filter(pk__in=(first_id, second_id)).order_by("pk")}
    return found[first_id], found[second_id]


def locked_match(match_id: int) -> Match:
    """The match with both of its profiles, which are locked before it."""
    sides = Match.objects.values_list("host_id", "visitor_id").get(pk=match_id)
    host, visitor = locked_profiles(*sides)
    match = Match.objects.select_for_update(of=("self",)).get(pk=match_id)
    match.host, match.visitor = host, visitor
    return match


def as_host_and_visitor(profile: Profile, other: Profile) -> tuple[Profile, Profile]:
    return (profile, other) if profile.is_host else (other, profile)


@contextmanager
def once_for_a_pair(first_id: int, second_id: int) -> Iterator[None]:
    """Two at the same instant make one match: the second one is refused, not broken. Goes around
    the transaction."""
    try:
        yield
    except IntegrityError as error:
        first, second = (Profile.objects.get(pk=key) for key in (first_id, second_id))
        refuse_open_match(first, second)
        raise error


def refuse_open_match(profile: Profile, other: Profile) -> None:
    """Nobody has two matches with the same partner."""
    if open_match_between(profile, other):
        raise TransitionRefused(
            "open_already",
            _("There is an open match with %(name)s already. Look at it before you start another.")
            % {"name": other.organisation.name},
        )


def require_possible(profile: Profile, other: Profile) -> Pair:
    """No hard stop, whatever the score; gives how well the two fit now."""
    for one in (profile, other):
        if not one.is_published:
            raise TransitionRefused(
                "not_published",
                _("%(name)s is not in the catalogue at present. Choose another partner.")
                % {"name": one.organisation.name},
            )
    pair = pair_of(profile, other)
    _refuse_stops(pair)
    return pair


def require_still_possible(side: Profile, other: Profile) -> None:
    """Much can happen between a proposal and its answer. A break of one of the two is no obstacle,
    a fact that rules the exchange out is one."""
    for one in (side, other):
        if one.state not in STANDING:
            raise TransitionRefused(
                "not_published",
                _("The profile of %(name)s is with its partnership. Try again once it is back.")
                % {"name": one.organisation.name},
            )
    _refuse_stops(pair_of(side, other))
    require_room(side, other)


def _refuse_stops(pair: Pair) -> None:
    if stops := pair.explanation.stops & ~Stop.ALREADY_OPEN:
        reasons = stops_in_words(stops, pair.a, pair.b, pair.words)
        raise TransitionRefused("not_possible", " ".join(reasons))


def require_reachable(profile: Profile, other: Profile) -> None:
    """Whoever cannot be written to cannot be asked for an exchange either; those who are in
    conversation can."""
    refusal = contact_refusals(profile, [other]).get(other.pk)
    if refusal and refusal.code != "open":
        raise TransitionRefused(refusal.code, refusal.message)


def refuse_while_resting(host: Profile, visitor: Profile, rules: RuleBook) -> None:
    """Whoever was declined leaves the other in peace for a while."""
    if until := rests_until(host, visitor, rules):
        raise TransitionRefused(
            "resting",
            _("A match of the two was declined. You can try again from %(day)s on.")
            % {"day": date_format(until, DAY)},
        )


def require_room(*profiles: Profile) -> None:
    """Nobody is asked for more exchanges at a time than they set themselves."""
    reached = capacities_reached(profiles)
    for profile in profiles:
        if capacity := reached.get(profile.pk):
            raise TransitionRefused(
                "at_capacity",
                _(
                    "%(name)s has agreed on as many exchanges as it can take at a time "
                    "(%(number)s). Try again once one of them is over."
                )
                % {"name": profile.organisation.name, "number": capacity},
            )


def refuse_too_many(profile: Profile, rules: RuleBook) -> None:
    """Whoever asks many at once means none of them."""
    most = rules.integer("proposal.max_open")
    if open_proposals_by(profile).count() >= most:
        raise TransitionRefused(
            "too_many",
            ngettext(
                "You have %(number)s open proposal, and no more are possible at a time. Wait for "
                "the answer, or take it back.",
                "You have %(number)s open proposals, and no more are possible at a time. Wait for "
                "an answer, or take one back.",
                most,
            )
            % {"number": most},
        )


def require_open_ears(host: Profile, visitor: Profile) -> None:
    """What somebody set as a limit for contacts holds for introductions too."""
    reasons = unreachable_reasons([host, visitor])
    for side in (host, visitor):
        if side.pk in reasons:
            raise TransitionRefused("unreachable", f"{side.organisation.name}: {reasons[side.pk]}")
    if is_blocked(host.organisation_id, visitor.organisation_id):
        raise TransitionRefused(
            "blocked", _("One of the two does not want to hear from the other.")
        )


def check_proposal(profile: Profile, other: Profile, rules: RuleBook) -> Pair:
    """All that can be said before the terms are known; gives how well the two fit now."""
    pair = _check_pair(profile, other, rules)
    require_reachable(profile, other)
    refuse_too_many(profile, rules)
    return pair


def check_introduction(host: Profile, visitor: Profile, rules: RuleBook) -> Pair:
    """The same for two whom a partnership brings together."""
    pair = _check_pair(host, visitor, rules)
    require_open_ears(host, visitor)
    return pair


def _check_pair(profile: Profile, other: Profile, rules: RuleBook) -> Pair:
    refuse_open_match(profile, other)
    pair = require_possible(profile, other)
    refuse_while_resting(*as_host_and_visitor(profile, other), rules)
    require_room(profile, other)
    return pair


def reason_against(
    check: Callable[[Profile, Profile, RuleBook], Pair], profile: Profile, other: Profile
) -> tuple[str, Pair]:
    """What such a check would refuse now, as a sentence, empty when nothing is in the way; and how
    well the two fit now."""
    try:
        return "", check(profile, other, current_rules())
    except TransitionRefused as refused:
        return str(refused), pair_of(profile, other)


def require_sound_terms(host: Profile, visitor: Profile, terms: Terms) -> None:
    """A way of meeting that both allow, days to come in their order, and a few words."""
    if terms.mode not in modes_between(host, visitor):
        raise TransitionRefused("mode", _("Choose a way of meeting that both of you allow."))
    if (terms.starts_on is None) != (terms.ends_on is None):
        raise TransitionRefused("dates", _("Give the first and the last day, or neither."))
    if terms.starts_on and terms.ends_on:
        if terms.ends_on < terms.starts_on:
            raise TransitionRefused("dates", _("The last day is before the first."))
        if terms.starts_on < clock.today():
            raise TransitionRefused("dates", _("The first day is over. Choose a later one."))
    if not terms.message.strip():
        raise TransitionRefused("message", _("Say in a few words what you would like to do."))
    if len(terms.message) > MESSAGE_LENGTH:
        raise TransitionRefused("message", _("The message is too long. Make it shorter."))


def expiry(rules: RuleBook) -> date:
    """The day on which a proposal of today ends without an answer."""
    return clock.today() + timedelta(days=rules.integer("proposal.expires_days"))


def refuse_when_too_late(match: Match, name: str, actor: User) -> None:
    """Whoever is part of a match and comes too late reads what has become of it."""
    if match.state in match_workflow.transitions[name].sources:
        return
    if match_workflow.parties(match, actor):
        raise TransitionRefused(
            "too_late",
            _("This is not possible any more: the match is “%(state)s” now.")
            % {"state": match_workflow.states[match.state].label},
        )

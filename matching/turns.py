"""What the dashboard shows of contacts and matches: to the two sides, and to staff."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cxc_portal.core import clock
from cxc_portal.core.workflow import Baton
from matching.enums import (
    OPEN_CONVERSATIONS,
    OPEN_MATCHES,
    ConversationState,
    MatchOrigin,
    MatchParty,
    MatchState,
)
from matching.models import Conversation, Match
from matching.queries.conversations import contacts_usually_needed
from matching.queries.left_behind import left_behind
from matching.queries.reports import reports_for
from matching.successors import successors_of
from matching.workflows import conversation_workflow, match_workflow
from profiles.models import Partnership, Profile
from profiles.rules import current_rules
from profiles.turns import Turn

CLOSED_FOR = timedelta(days=30)
"""How long what came to an end stays on the dashboard."""
MOST_OF_PARTICIPANTS = 5


def turns(user: Any) -> Iterator[Turn]:
    """The user's own contacts and matches, and what staff has to do about those of others."""
    own = set(Profile.objects.of_member(user).values_list("pk", flat=True))
    if own:
        yield from _conversations(user, own)
        yield from _matches(user, own)
    if user.is_support or user.staffed_partnership_ids:
        yield from _reports(user)
        yield from _left_behind(user)
        yield from _waiting_long(user, own)


def tips(user: Any) -> Iterator[str]:
    """How many contacts it usually takes, until somebody has made as many or has a match."""
    if user.is_staff:
        return
    own = Profile.objects.of_member(user)
    if Match.objects.of_member(user).confirmed().exists():
        return
    made, needed = Conversation.objects.filter(asker__in=own).count(), contacts_usually_needed()
    if made >= needed:
        return
    usual = _("It usually takes about %(needed)s contacts until one becomes a match.")
    text = usual % {"needed": needed}
    if made:
        so_far = ngettext("You have made %(made)s so far.", "You have made %(made)s so far.", made)
        text = f"{text} {so_far % {'made': made}}"
    yield text


def _conversations(user: Any, own: set[int]) -> Iterator[Turn]:
    """The open ones and those that ended lately. What became a match stands there as a match, and
    where one is open, that nobody has to write matters less."""
    shown = Q(state__in=OPEN_CONVERSATIONS) | Q(state_since__gte=clock.now() - CLOSED_FOR)
    of_own = Q(host__in=own) | Q(visitor__in=own)
    matched = set(Match.objects.open().filter(of_own).values_list("host_id", "visitor_id"))
    found = Conversation.objects.filter(of_own).filter(shown)
    for conversation in _with_sides(found.exclude(state=ConversationState.AGREED)):
        baton = conversation_workflow.baton(conversation, user)
        if conversation.state == ConversationState.LATER:
            baton = replace(baton, situation="waiting")
        pair = (conversation.host_id, conversation.visitor_id)
        if baton.situation == "waiting" and pair in matched:
            continue
        yield Turn(
            kind=_("Conversation"),
            title=_names(conversation, own),
            baton=baton,
            url=conversation.get_absolute_url(),
            note=_for_whom(conversation, own),
        )


def _matches(user: Any, own: set[int]) -> Iterator[Turn]:
    """Those whose matter nothing else carries on."""
    shown = Q(state__in=OPEN_MATCHES) | Q(state_since__gte=clock.now() - CLOSED_FOR)
    found = Match.objects.filter(Q(host__in=own) | Q(visitor__in=own)).filter(shown)
    matches = list(_with_sides(found))
    carried_on = successors_of(matches, user)
    for match in matches:
        if match.pk in carried_on:
            continue
        is_introduction = match.origin == MatchOrigin.INTRODUCED
        yield Turn(
            kind=_("Introduction") if is_introduction else _("Match"),
            title=_names(match, own),
            baton=match_workflow.baton(match, user),
            url=match.get_absolute_url(),
            note=_for_whom(match, own),
        )


def _waiting_long(user: Any, own: set[int]) -> Iterator[Turn]:
    """The proposals of participants that have waited longest for an answer, beyond the time after
    which the portal reminds."""
    days = current_rules().integer("proposal.first_reminder_days")
    late = Match.objects.of_staff(user).filter(
        state=MatchState.PROPOSED, state_since__lte=clock.now() - timedelta(days=days)
    )
    others = late.exclude(Q(host__in=own) | Q(visitor__in=own))
    for match in _with_sides(others)[:MOST_OF_PARTICIPANTS]:
        yield Turn(
            kind=_("Proposal among participants"),
            title=_names(match, own),
            baton=match_workflow.baton(match, user),
            url=match.get_absolute_url(),
        )


def _reports(user: Any) -> Iterator[Turn]:
    """What people told staff of their conversations and nobody has settled."""
    unsettled = reports_for(user).filter(settled_at=None).order_by()
    found = unsettled.aggregate(number=Count("pk"), since=Min("at"))
    if not found["number"]:
        return
    text = ngettext(
        "Your turn: settle %(number)s report of a conversation.",
        "Your turn: settle %(number)s reports of conversations.",
        found["number"],
    )
    yield _for_staff(
        kind=_("Reported conversations"),
        label=_("To settle"),
        sentence=text % found,
        since=found["since"],
        next=_("Whoever reported reads what you did about it."),
        action=(_("Look at the reports"), reverse("matching:conversation_reports")),
    )


def _left_behind(user: Any) -> Iterator[Turn]:
    """Who of the own partnerships lacks a partner, a contact or an answer."""
    partnerships = Partnership.objects.filter(pk__in=user.staffed_partnership_ids)
    for partnership in partnerships.order_by("acronym"):
        found = left_behind(partnership)
        if not found:
            continue
        text = ngettext(
            "Your turn: %(number)s participant lacks a good partner, a contact or an answer.",
            "Your turn: %(number)s participants lack a good partner, a contact or an answer.",
            len(found),
        )
        turn = _for_staff(
            kind=_("Left behind"),
            label=_("To bring together"),
            sentence=text % {"number": len(found)},
            since=found[0].since,
            next=_("Introduce them to somebody who fits, in one step."),
            action=(
                _("See who is left behind"),
                reverse("matching:left_behind", args=[partnership.acronym]),
            ),
        )
        yield replace(turn, title=partnership.acronym, blocks=False)


def _for_staff(
    *, kind: str, label: str, sentence: str, since: Any, next: str, action: tuple[str, str]
) -> Turn:
    label_of_action, url = action
    baton = Baton(
        situation="yours",
        label=label,
        sentence=sentence,
        since=since,
        next=next,
        responsible=MatchParty.PARTNERSHIP,
        action_label=label_of_action,
        action_url=url,
    )
    return Turn(kind=kind, title="", baton=baton, url=url)


def _with_sides(found: Any) -> Any:
    """With all that a baton asks of the two sides, the longest wait first."""
    sides = Profile.objects.select_related("organisation").prefetch_related(
        "organisation__memberships"
    )
    return found.order_by("state_since").prefetch_related(
        Prefetch("host", sides), Prefetch("visitor", sides)
    )


def _sides(pair: Any, own: set[int]) -> tuple[list[Profile], list[Profile]]:
    """One's own sides, and those of others."""
    mine = [profile for profile in (pair.host, pair.visitor) if profile.pk in own]
    return mine, [profile for profile in (pair.host, pair.visitor) if profile.pk not in own]


def _names(pair: Any, own: set[int]) -> str:
    """The other side's name; for staff both."""
    _mine, others = _sides(pair, own)
    return _(" and ").join(profile.organisation.name for profile in others)


def _for_whom(pair: Any, own: set[int]) -> str:
    """For which of several own profiles; empty for whoever has one."""
    mine, _others = _sides(pair, own)
    return _by_name(mine) if len(own) > 1 else ""


def _by_name(profiles: Iterable[Profile]) -> str:
    return ", ".join(
        f"{profile.organisation.name} ({profile.get_role_display()})" for profile in profiles
    )

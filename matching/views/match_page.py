"""A match as its page shows it to one viewer."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from cxc_portal.core.types import Text
from cxc_portal.core.workflow import Baton
from matching.enums import MatchOrigin, MatchState
from matching.models import Match, RulesetVersion
from matching.permissions import WRITABLE, can_decide_match, can_dissolve_match, can_withdraw_match
from matching.queries.proposals import (
    HistoryLine,
    conversation_between,
    history_of,
    rest_ends_on,
)
from matching.queries.rulesets import ruleset_of
from matching.successors import Successor, successor_of
from matching.workflows import match_workflow
from profiles.models import Profile, User
from profiles.rules import current_rules

TONES = {
    MatchState.PROPOSED: "info",
    MatchState.CONFIRMED: "success",
    MatchState.DECLINED: "warning",
    MatchState.DISSOLVED: "warning",
}


@dataclass(frozen=True)
class MatchPage:
    """`own` and `other` are the viewer's side and the other one; None for staff. `successor` is
    what a confirmed match became, where the viewer may look at it: then `baton` is its."""

    match: Match
    own: Profile | None
    other: Profile | None
    baton: Baton
    successor: Successor | None
    label: Text
    tone: str
    phase: int
    origin: Text
    score: float
    band: str
    can_accept: bool
    can_withdraw: bool
    can_dissolve: bool
    write_url: str
    is_contact_open: bool
    last_day: date
    rests_until: date | None
    begun_by: Text
    history: list[HistoryLine]
    shows_people: bool

    @property
    def sides(self) -> list[Profile]:
        """The visitor first, as the arc on the map goes."""
        return [self.match.visitor, self.match.host]


def match_page(match: Match, viewer: User) -> MatchPage:
    own = own_side(match, viewer)
    other = match.other(own) if own else None
    is_declined = match.state == MatchState.DECLINED
    successor = successor_of(match, viewer)
    baton = match_workflow.baton(match, viewer)
    if successor and not successor.url:
        successor = None
    ruleset = ruleset_of(RulesetVersion.objects.get(version=match.ruleset))
    return MatchPage(
        match=match,
        own=own,
        other=other,
        baton=successor.baton() if successor else baton,
        successor=successor,
        label=baton.label,
        phase=3 if match.state == MatchState.CONFIRMED else 2,
        tone=TONES.get(MatchState(match.state), ""),
        origin=MatchOrigin(match.origin).label,
        score=match.score / 10,
        band=ruleset.band(match.score),
        can_accept=can_decide_match(viewer, match),
        can_withdraw=can_withdraw_match(viewer, match),
        can_dissolve=can_dissolve_match(viewer, match),
        write_url=_write_url(match, own),
        is_contact_open=own is not None and match.state == MatchState.CONFIRMED,
        last_day=match.expires_on - timedelta(days=1),
        rests_until=rest_ends_on(match, current_rules()) if is_declined else None,
        begun_by=_begun_by(match),
        history=history_of(match),
        shows_people=own is None,
    )


def own_side(match: Match, viewer: User) -> Profile | None:
    """The side that the viewer belongs to; None for staff."""
    for side in (match.host, match.visitor):
        if side.organisation.has_member(viewer):
            return side
    return None


def _write_url(match: Match, own: Profile | None) -> str:
    """Where a member writes to the other side, and staff reads along."""
    conversation = conversation_between(match)
    if conversation and (own is None or conversation.state in WRITABLE):
        return conversation.get_absolute_url()
    other = match.other(own) if own else None
    if own and other and match.is_open and own.is_published and other.is_published:
        return reverse("matching:contact", args=[own.ref, other.ref])
    return ""


def _begun_by(match: Match) -> Text:
    for side in (match.host, match.visitor):
        if side.pk == match.proposed_by_id:
            return side.organisation.name
    return str(match.introduced_for or _("the Support Office"))

"""What two profiles could agree on, what keeps them from it, and what a match opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from matching.enums import MatchState
from matching.models import ContactLimits, Conversation, Match, MatchStep
from profiles.enums import Mode
from profiles.models import AvailabilityWindow, Profile
from profiles.rules import RuleBook
from profiles.workdays import add_working_days, is_working_day

ONE_DAY = timedelta(days=1)
SHOWN = (
    "host__organisation__country",
    "host__organisation__organisation_type",
    "host__partnership",
    "visitor__organisation__country",
    "visitor__organisation__organisation_type",
    "visitor__partnership",
    "introduced_for",
)


class Span(NamedTuple):
    """Two days, both counted."""

    start: date
    end: date


TAKEN: dict[str, Text] = {
    "agree": gettext_lazy("Said yes"),
    "confirm": gettext_lazy("Accepted"),
    "decline": gettext_lazy("Declined"),
    "withdraw": gettext_lazy("Taken back"),
    "expire": gettext_lazy("Expired without an answer"),
    "dissolve": gettext_lazy("Dissolved"),
    "finish": gettext_lazy("The exchange is over"),
}
"""The steps of a match as they are told afterwards."""


@dataclass(frozen=True)
class HistoryLine:
    """One step of a match as both sides read it. `actor` is for staff alone."""

    label: Text
    by: str
    actor: str
    step: MatchStep


def modes_between(host: Profile, visitor: Profile) -> list[Mode]:
    """The ways of meeting that both allow; none where they exclude each other."""
    wishes = {Mode(host.mode), Mode(visitor.mode)} - {Mode.EITHER}
    if visitor.organisation.physical_visit_used_on:
        wishes.add(Mode.VIRTUAL)
    if not wishes:
        return [Mode.PHYSICAL, Mode.VIRTUAL, Mode.EITHER]
    return list(wishes) if len(wishes) == 1 else []


def free_together(host: Profile, visitor: Profile) -> list[Span]:
    """When both are free from today on, first days first. Nothing where neither names a period."""
    periods = _periods(host, visitor)
    hosts, visitors = periods[host.pk], periods[visitor.pk]
    if not hosts or not visitors:
        return sorted(hosts or visitors)
    overlaps = (Span(max(a.start, b.start), min(a.end, b.end)) for a in hosts for b in visitors)
    return sorted(span for span in overlaps if span.start <= span.end)


def suggested_dates(
    host: Profile, visitor: Profile, free: Iterable[Span], rules: RuleBook
) -> Span | None:
    """The first stay that is long enough for both within the days when both are `free`."""
    wanted = [days for days in (host.min_days, visitor.min_days) if days]
    length = max(wanted, default=rules.integer("physical.min_days"))
    country = host.organisation.country_id
    for span in free:
        first = span.start
        while not is_working_day(first, country):
            first += ONE_DAY
        last = add_working_days(first, length - 1, country)
        if last <= span.end:
            return Span(first, last)
    return None


def _periods(*profiles: Profile) -> dict[int, list[Span]]:
    """Those of each profile that are not over, from today on."""
    today = clock.today()
    found: dict[int, list[Span]] = {profile.pk: [] for profile in profiles}
    for one in AvailabilityWindow.objects.filter(profile__in=profiles, ends_on__gte=today):
        found[one.profile_id].append(Span(max(one.starts_on, today), one.ends_on))
    return found


def rests_until(host: Profile, visitor: Profile, rules: RuleBook) -> date | None:
    """The day from which two who did not want each other can try again; None when they can now."""
    last = (
        Match.objects.filter(host=host, visitor=visitor, state=MatchState.DECLINED)
        .order_by("-state_since")
        .first()
    )
    if last is None:
        return None
    until = rest_ends_on(last, rules)
    return until if clock.today() < until else None


def rest_ends_on(match: Match, rules: RuleBook) -> date:
    """From when the two of a declined match can try again."""
    return clock.day_of(match.state_since) + timedelta(
        days=rules.integer("match.repeat_after_days")
    )


def open_proposals_by(profile: Profile) -> QuerySet[Match]:
    """What the profile has proposed and nobody has decided."""
    return Match.objects.filter(proposed_by=profile, state=MatchState.PROPOSED)


def capacities_reached(profiles: Iterable[Profile]) -> dict[int, int]:
    """By key the limit that a profile set itself of exchanges at the same time, where it is
    reached."""
    found: dict[int, int] = {}
    limited = ContactLimits.objects.filter(profile__in=profiles, capacity__isnull=False)
    for limits in limited.select_related("profile"):
        taken = Match.objects.confirmed().of_profile(limits.profile).count()
        if limits.capacity is not None and taken >= limits.capacity:
            found[limits.profile_id] = limits.capacity
    return found


def is_contact_open(user: Any, profile: Profile) -> bool:
    """Whether a confirmed match opens the contact data of this profile to the user."""
    if not user.is_authenticated:
        return False
    return (
        Match.objects.confirmed()
        .filter(
            Q(host=profile, visitor__organisation__memberships__user=user)
            | Q(visitor=profile, host__organisation__memberships__user=user)
        )
        .exists()
    )


def conversation_between(match: Match) -> Conversation | None:
    """The latest contact of the two."""
    contacts = Conversation.objects.filter(host=match.host_id, visitor=match.visitor_id)
    return contacts.order_by("-pk").first()


def introductions_by(user: Any) -> QuerySet[Match]:
    """What the user and the colleagues of the own partnerships introduced, the latest first."""
    own = Q(introduced_by=user) | Q(introduced_for__in=user.staffed_partnership_ids)
    return Match.objects.filter(own).select_related(*SHOWN, "introduced_by").order_by("-pk")


def history_of(match: Match) -> list[HistoryLine]:
    """The steps of a match in their order."""
    steps = match.transitions.select_related("actor", "side__organisation", "partnership")
    return [
        HistoryLine(
            label=TAKEN[step.transition],
            by=_on_behalf(step),
            actor=str(step.actor or ""),
            step=step,
        )
        for step in steps.order_by("at", "pk")
    ]


def _on_behalf(step: MatchStep) -> str:
    if step.side:
        return step.side.organisation.name
    return str(step.partnership or "")

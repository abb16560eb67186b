"""Who can be contacted and who cannot, and how well somebody answers."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from statistics import median_low

from django.db.models import Case, Count, F, Q, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from matching.enums import ConversationState, MatchState
from matching.models import ContactBlock, ContactLimits, Conversation, ConversationStep, Match
from matching.models.conversation import ConversationQuerySet
from matching.queries.matches import Partner, Search, pair_of, partners_of
from matching.scoring.criteria import Stop
from matching.wording.stops import stops_in_words
from profiles.models import Profile
from profiles.rules import current_rules

NO_NEW_CONTACTS = gettext_lazy("Takes no new contacts at present.")
LAST_CONTACTS = 50
"""How many contacts the bands of reply rest upon at most."""
RATES: tuple[tuple[float, Text], ...] = (
    (0.8, gettext_lazy("Answers almost every contact")),
    (0.5, gettext_lazy("Answers most contacts")),
    (0.2, gettext_lazy("Answers some contacts")),
    (0.0, gettext_lazy("Seldom answers")),
)
TIMES: tuple[tuple[timedelta, Text], ...] = (
    (timedelta(days=1), gettext_lazy("usually within a day")),
    (timedelta(days=3), gettext_lazy("usually within three days")),
    (timedelta(days=7), gettext_lazy("usually within a week")),
    (timedelta.max, gettext_lazy("usually after more than a week")),
)
USUALLY_NEEDED = 6
"""Comparable systems saw one first contact in six answered."""
ENOUGH_MATCHES = 5
MOST_NEEDED = 12
PAGES_LOOKED_AT = 4
OUTCOMES = (ConversationState.AGREED, ConversationState.REFUSED, ConversationState.SILENT)
CLOSING = ("refuse", "fall_silent", "end")


@dataclass(frozen=True)
class Refusal:
    """Why one profile cannot contact another now. `conversation` is the one that is open."""

    code: str
    message: Text
    conversation: Conversation | None = None


@dataclass(frozen=True)
class ReplyBands:
    """How well a profile answers first contacts; `time` is empty when it answered none."""

    contacts: int
    rate: Text
    time: Text


def contact_refusal(profile: Profile, other: Profile) -> Refusal | None:
    """What stands in the way of a first contact; None when it can be made."""
    if not profile.is_published:
        return Refusal("not_published", _("Your profile is not in the catalogue at present."))
    if not other.is_published:
        name = {"name": other.organisation.name}
        return Refusal("not_published", _("%(name)s is not in the catalogue at present.") % name)
    pair = pair_of(profile, other)
    # Those who have a match in the making may write to each other.
    if stops := pair.explanation.stops & ~Stop.ALREADY_OPEN:
        return Refusal("stopped", " ".join(stops_in_words(stops, pair.a, pair.b, pair.words)))
    return contact_refusals(profile, [other]).get(other.pk)


def contact_refusals(profile: Profile, others: Collection[Profile]) -> dict[int, Refusal]:
    """Which of these profiles cannot be contacted and why, hard stops of the score aside; in the
    same number of queries however many they are."""
    ids = [other.pk for other in others]
    talking = {c.other(profile).pk: c for c in _with(profile, ids).open()}
    blocks = _blocks(profile, others)
    resting = _resting(profile, ids)
    unreachable = unreachable_reasons(others)
    found: dict[int, Refusal] = {}
    for other in others:
        if conversation := talking.get(other.pk):
            text = _("You are in conversation with %(name)s already.")
            refusal = Refusal("open", text % {"name": other.organisation.name}, conversation)
        elif other.organisation_id in blocks:
            refusal = blocks[other.organisation_id]
        elif day := resting.get(other.pk):
            text = _("Your last contact ended not long ago. You can write again from %(day)s.")
            refusal = Refusal("rests", text % {"day": date_format(day, "j F Y")})
        elif other.pk in unreachable:
            refusal = Refusal("unreachable", unreachable[other.pk])
        else:
            continue
        found[other.pk] = refusal
    return found


def unreachable_reason(profile: Profile) -> str:
    """Why nobody can make contact with this profile now, as a sentence; empty when one can."""
    return unreachable_reasons([profile]).get(profile.pk, "")


def unreachable_reasons(profiles: Collection[Profile]) -> dict[int, str]:
    """By key the reason for each of these profiles that takes no new contacts now."""
    found = {p.pk: _("Not in the catalogue at present.") for p in profiles if not p.is_published}
    limits = list(ContactLimits.objects.filter(profile__in=[p.pk for p in profiles]))
    if not limits:
        return found
    received = _received_this_month([one.profile_id for one in limits])
    under_way = _matched([one.profile_id for one in limits])
    for one in limits:
        reason = _limit(one, received.get(one.profile_id, 0), under_way.get(one.profile_id, 0))
        if reason:
            found.setdefault(one.profile_id, reason)
    return found


def is_blocked(organisation_id: int, other_id: int) -> bool:
    """Whether one of two organisations does not want to hear from the other."""
    return ContactBlock.objects.filter(
        Q(organisation=organisation_id, blocked=other_id)
        | Q(organisation=other_id, blocked=organisation_id)
    ).exists()


def partners_to_contact(profile: Profile, *, most: int = 3) -> list[tuple[Profile, Partner]]:
    """The best partners whom this profile can contact now."""
    found: list[tuple[Profile, Partner]] = []
    for number in range(1, PAGES_LOOKED_AT + 1):
        result = partners_of(profile, Search(), str(number))
        found += _contactable(profile, result.partners)
        if len(found) >= most or not result.page.has_next():
            break
    return found[:most]


def reply_bands(profile: Profile) -> ReplyBands | None:
    """How often and how soon this profile answers; None before it has had enough contacts."""
    ended = Q(answered_at__isnull=False) | Q(state=ConversationState.SILENT)
    asked = Conversation.objects.of_profile(profile).exclude(asker=profile).filter(ended)
    times = list(asked.order_by("-asked_at").values_list("asked_at", "answered_at")[:LAST_CONTACTS])
    if len(times) < current_rules().integer("contact.bands_from"):
        return None
    waits = [answered - asked for asked, answered in times if answered]
    rate = next(text for least, text in RATES if len(waits) / len(times) >= least)
    time = next(text for most, text in TIMES if median_low(waits) <= most) if waits else ""
    return ReplyBands(len(times), rate, time)


def contacts_usually_needed() -> int:
    """How many contacts it takes until one becomes a match, as the portal has seen it so far."""
    over = Conversation.objects.filter(state__in=OUTCOMES).aggregate(
        contacts=Count("pk"), matches=Count("pk", filter=Q(state=ConversationState.AGREED))
    )
    if over["matches"] < ENOUGH_MATCHES:
        return USUALLY_NEEDED
    return min(max(ceil(over["contacts"] / over["matches"]), 2), MOST_NEEDED)


def _contactable(profile: Profile, partners: Sequence[Partner]) -> list[tuple[Profile, Partner]]:
    refs = [partner.ref for partner in partners]
    profiles = Profile.objects.filter(ref__in=refs).select_related(
        "organisation__country", "organisation__organisation_type"
    )
    known = {one.ref: one for one in profiles}
    refusals = contact_refusals(profile, list(known.values()))
    return [
        (known[partner.ref], partner)
        for partner in partners
        if partner.ref in known and known[partner.ref].pk not in refusals
    ]


def _with(profile: Profile, other_ids: Collection[int]) -> ConversationQuerySet:
    """The conversations of a profile with any of these."""
    others = Q(host__in=other_ids) | Q(visitor__in=other_ids)
    found = Conversation.objects.of_profile(profile).filter(others)
    return found.select_related("host__organisation", "visitor__organisation")


def _blocks(profile: Profile, others: Collection[Profile]) -> dict[int, Refusal]:
    """By organisation, what to say where one of the two has blocked the other. Whoever is blocked
    reads what stands with a profile that is full: it learns nothing of the block."""
    own, ids = profile.organisation_id, [other.organisation_id for other in others]
    blocks = ContactBlock.objects.filter(
        Q(organisation=own, blocked__in=ids) | Q(organisation__in=ids, blocked=own)
    )
    found = {b.organisation_id: Refusal("unreachable", NO_NEW_CONTACTS) for b in blocks}
    text = _("You have blocked this organisation. Take the block back first.")
    found |= {b.blocked_id: Refusal("own_block", text) for b in blocks if b.organisation_id == own}
    return found


def _resting(profile: Profile, other_ids: Collection[int]) -> dict[int, date]:
    """Until when each of these pairs rests. A no makes both sides wait; after a contact that fell
    silent or was ended, the side that did so may write again at any time."""
    days = timedelta(days=current_rules().integer("match.repeat_after_days"))
    since = clock.now() - days
    steps = ConversationStep.objects.filter(
        subject__in=_with(profile, other_ids).values("pk"), transition__in=CLOSING, at__gt=since
    ).select_related("subject")
    ends = [
        (step.subject.other_id(profile), step.at)
        for step in steps
        if step.transition == "refuse" or step.side_id not in (None, profile.pk)
    ]
    pair = Q(host=profile, visitor__in=other_ids) | Q(visitor=profile, host__in=other_ids)
    declined = Match.objects.filter(pair, state=MatchState.DECLINED, state_since__gt=since)
    ends += [(match.other_id(profile), match.state_since) for match in declined]
    return {key: clock.day_of(at + days) for key, at in sorted(ends, key=lambda end: end[1])}


def _limit(limits: ContactLimits, received: int, under_way: int) -> str:
    """What a profile's own limits say, given its contacts of this month and its exchanges."""
    if limits.paused_until and limits.paused_until > clock.today():
        return _again_on(limits.paused_until)
    if limits.capacity is not None and under_way >= limits.capacity:
        return str(NO_NEW_CONTACTS)
    if limits.contacts_per_month is not None and received >= limits.contacts_per_month:
        return _again_on((_month_start() + timedelta(days=32)).date().replace(day=1))
    return ""


def _again_on(day: date) -> str:
    return _("Takes new contacts again on %(day)s.") % {"day": date_format(day, "j F Y")}


def _month_start() -> datetime:
    return clock.local(clock.now()).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _received_this_month(ids: Collection[int]) -> Mapping[int, int]:
    """How many first contacts each of these profiles has had since the first of the month."""
    asked = Case(When(asker=F("host"), then=F("visitor")), default=F("host"))
    contacts = (
        Conversation.objects.filter(Q(host__in=ids) | Q(visitor__in=ids))
        .filter(asked_at__gte=_month_start())
        .annotate(to=asked)
        .order_by()
    )
    return dict(contacts.values_list("to").annotate(Count("pk")))


def _matched(ids: Collection[int]) -> Mapping[int, int]:
    """How many confirmed matches each of these profiles has."""
    confirmed = Match.objects.confirmed().order_by()
    found: dict[int, int] = {}
    for side in ("host", "visitor"):
        matches = confirmed.filter(**{f"{side}__in": ids})
        for key, number in matches.values_list(side).annotate(Count("pk")):
            found[key] = found.get(key, 0) + number
    return found

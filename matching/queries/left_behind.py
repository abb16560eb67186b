"""Who of a partnership is left behind: without a good partner, without contact, or in debt of an
answer; and which partners are missing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Max, Q, QuerySet

from cxc_portal.core import clock
from matching.enums import ConversationState, MatchState
from matching.index import Snapshot, index
from matching.models import Conversation, Match
from matching.queries.matches import Partner
from matching.queries.rulesets import ruleset_in
from matching.queries.supply import Supply, kept_apart
from matching.scoring.search import best
from profiles.models import Partnership, Profile
from profiles.rules import current_rules


class Lack(StrEnum):
    """What somebody left behind has to do without."""

    FIT = "fit"
    CONTACT = "contact"
    ANSWER = "answer"


@dataclass(frozen=True)
class LeftBehind:
    """A published profile and, for each lack, since when."""

    key: int
    ref: str
    role: str
    lacks: Mapping[Lack, datetime]

    @property
    def since(self) -> datetime:
        return min(self.lacks.values())


@dataclass(frozen=True)
class _Own:
    """A published profile of the partnership."""

    key: int
    ref: str
    role: str
    published_at: datetime


def partnerships_cared_for(user: Any) -> QuerySet[Partnership]:
    """Those whose participants the user brings together: the own ones, for the Support Office all
    that are active."""
    if user.is_support:
        return Partnership.objects.filter(is_active=True)
    return Partnership.objects.filter(pk__in=user.staffed_partnership_ids)


def left_behind(partnership: Partnership, supply: Supply | None = None) -> list[LeftBehind]:
    """The published profiles of the partnership that lack something, the longest first.

    Whoever has an open match, or takes no contacts at present, lacks neither partner nor contact.
    """
    supply = supply or Supply.now()
    own = _own_profiles(partnership)
    exchanges = _exchanges(partnership)
    latest, owing = _latest_contacts(exchanges), _owed_answers(exchanges)
    without_fit = refs_without_fit(partnership)
    quiet_since = clock.now() - timedelta(days=current_rules().integer("contact.quiet_days"))
    late_since = clock.now() - timedelta(
        days=current_rules().integer("contact.first_reminder_days")
    )
    found = []
    for one in own:
        lacks: dict[Lack, datetime] = {}
        if one.ref not in supply.partners and one.ref not in supply.away:
            if one.ref in without_fit:
                lacks[Lack.FIT] = one.published_at
            last = latest.get(one.key, one.published_at)
            if max(last, one.published_at) <= quiet_since:
                lacks[Lack.CONTACT] = last
        if one.key in owing and owing[one.key] <= late_since:
            lacks[Lack.ANSWER] = owing[one.key]
        if lacks:
            found.append(LeftBehind(one.key, one.ref, one.role, lacks))
    return sorted(found, key=lambda one: (one.since, one.ref))


def counts(partnership: Partnership) -> dict[str, int]:
    """How many profiles lack each thing, and how many lack something (`all`)."""
    return counted(left_behind(partnership))


def counted(found: Sequence[LeftBehind]) -> dict[str, int]:
    """The same of what is known already."""
    lacks = Counter(lack for one in found for lack in one.lacks)
    return {"all": len(found)} | {lack.value: lacks[lack] for lack in Lack}


def refs_without_fit(partnership: Partnership) -> frozenset[str]:
    """The published profiles of the partnership for which nobody in the catalogue fits highly."""

    def find(snapshot: Snapshot) -> frozenset[str]:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        block = columns.block(slice(0, len(columns)))
        refs = []
        for row in (block.column("partnership") == partnership.pk).nonzero()[0].tolist():
            facts = columns.facts(row)
            totals = best(columns, facts, ruleset, top=1).totals
            if not len(totals) or totals[0] < ruleset.green_from:
                refs.append(facts.ref)
        return frozenset(refs)

    with index.reading() as snapshot:
        found: frozenset[str] = snapshot.remembered(
            ("without_fit", partnership.pk), lambda: find(snapshot)
        )
        return found


def best_partners(
    partnership: Partnership, refs: Sequence[str], supply: Supply
) -> dict[str, Partner]:
    """For each of these profiles the free partner that fits best, where there is one."""
    apart = kept_apart(partnership)
    found = {}
    with index.reading() as snapshot:
        ruleset, columns = ruleset_in(snapshot), snapshot.columns
        free = supply.free_rows(snapshot)
        for ref in refs:
            row = columns.row_of(ref)
            if row is None:  # it left the catalogue a moment ago
                continue
            engaged = supply.partners.get(ref, set()) | apart.get(ref, frozenset())
            ranking = best(columns, columns.facts(row), ruleset, top=1, mask=free, engaged=engaged)
            for partner, total in zip(
                columns.refs(ranking.rows), ranking.totals.tolist(), strict=True
            ):
                found[ref] = Partner(partner, total, ruleset.band(total))
    return found


def _own_profiles(partnership: Partnership) -> list[_Own]:
    rows = Profile.objects.published().filter(partnership=partnership).order_by("ref")
    return [
        _Own(key, ref, role, published_at)
        for key, ref, role, published_at in rows.values_list("pk", "ref", "role", "published_at")
        if published_at  # a constraint sees to that
    ]


@dataclass(frozen=True)
class _Exchange:
    """A contact or proposal between two: when something was last said, and who owes an answer."""

    sides: tuple[int, int]
    last: datetime
    owing: tuple[int, ...]
    since: datetime


def _exchanges(partnership: Partnership) -> list[_Exchange]:
    concerned = Q(host__partnership=partnership) | Q(visitor__partnership=partnership)
    return [*_conversations(concerned), *_proposals(concerned)]


def _conversations(concerned: Q) -> list[_Exchange]:
    rows = Conversation.objects.filter(concerned).annotate(written=Max("messages__at"))
    found = []
    for row in rows.order_by("pk").values(
        "host", "visitor", "asker", "state", "state_since", "asked_at", "written"
    ):
        sides = (row["host"], row["visitor"])
        asker = row["asker"]
        asked = sides[0] if asker == sides[1] else sides[1]
        owing_in = {
            ConversationState.ASKED: (asked,),
            ConversationState.ANSWERED: (asker,),
            ConversationState.REPLIED: (asked,),
        }
        owing = owing_in.get(ConversationState(row["state"]), ())
        last = max(row["asked_at"], row["written"] or row["asked_at"])
        found.append(_Exchange(sides, last, owing, row["state_since"]))
    return found


def _proposals(concerned: Q) -> list[_Exchange]:
    rows = Match.objects.filter(concerned).order_by("pk")
    found = []
    for host, visitor, state, proposed_at, host_agreed_at, visitor_agreed_at in rows.values_list(
        "host", "visitor", "state", "proposed_at", "host_agreed_at", "visitor_agreed_at"
    ):
        asked = ((host, host_agreed_at), (visitor, visitor_agreed_at))
        is_open = state == MatchState.PROPOSED
        owing = tuple(side for side, agreed_at in asked if is_open and agreed_at is None)
        found.append(_Exchange((host, visitor), proposed_at, owing, proposed_at))
    return found


def _latest_contacts(exchanges: Sequence[_Exchange]) -> dict[int, datetime]:
    found: dict[int, datetime] = {}
    for exchange in exchanges:
        for side in exchange.sides:
            found[side] = max(exchange.last, found.get(side, exchange.last))
    return found


def _owed_answers(exchanges: Sequence[_Exchange]) -> dict[int, datetime]:
    """For each profile the moment since which somebody has waited longest for it."""
    found: dict[int, datetime] = {}
    for exchange in exchanges:
        for side in exchange.owing:
            found[side] = min(exchange.since, found.get(side, exchange.since))
    return found

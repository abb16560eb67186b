"""Who is free to be brought together with somebody, and who must not be."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Self

import numpy as np
from django.db.models import F, Q, QuerySet
from numpy.typing import NDArray

from cxc_portal.core import clock
from matching.enums import MatchState
from matching.index import Snapshot
from matching.models import ContactBlock, Match
from matching.queries.conversations import unreachable_reasons
from profiles.models import Partnership, Profile
from profiles.rules import current_rules

ONE_PLACE = 1
Apart = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class OpenMatch:
    """Two who are on their way already, by reference; `category` is what the indicators count an
    exchange of this visitor for."""

    key: int
    host: str
    visitor: str
    is_confirmed: bool
    partnerships: frozenset[int | None]
    category: str
    counts_for: int | None
    """The visitor's partnership: it counts the exchange."""
    score: int


@dataclass(frozen=True)
class Supply:
    """The open matches of the portal, the hosts' places, and who takes no new contacts."""

    matches: tuple[OpenMatch, ...]
    places: Mapping[str, int]
    """Of hosts with an open match: how many visitors they take at all."""
    away: frozenset[str]
    capacities: Mapping[str, int | None]
    """What those set themselves who set limits."""

    @classmethod
    def now(cls) -> Self:
        """In a handful of queries, however large the catalogue is."""
        rows = Match.objects.open().order_by("pk")
        values = list(
            rows.values(
                "pk",
                "state",
                "score",
                host_ref=F("host__ref"),
                visitor_ref=F("visitor__ref"),
                host_partnership=F("host__partnership"),
                visitor_partnership=F("visitor__partnership"),
                category=F("visitor__organisation__organisation_type__kpi_category"),
                max_visitors=F("host__max_visitors"),
                capacity=F("host__contact_limits__capacity"),
            )
        )
        matches = tuple(
            OpenMatch(
                key=row["pk"],
                host=row["host_ref"],
                visitor=row["visitor_ref"],
                is_confirmed=row["state"] == MatchState.CONFIRMED,
                partnerships=frozenset({row["host_partnership"], row["visitor_partnership"]}),
                category=row["category"],
                counts_for=row["visitor_partnership"],
                score=row["score"],
            )
            for row in values
        )
        places = {row["host_ref"]: _places(row["capacity"], row["max_visitors"]) for row in values}
        limited = Profile.objects.published().filter(contact_limits__isnull=False)
        reasons = unreachable_reasons(limited)
        away = frozenset(one.ref for one in limited if one.pk in reasons)
        capacities = dict(limited.values_list("ref", "contact_limits__capacity"))
        return cls(matches, places, away, capacities)

    @cached_property
    def partners(self) -> dict[str, set[str]]:
        """With whom each of those in an open match is in one."""
        found: dict[str, set[str]] = {}
        for match in self.matches:
            found.setdefault(match.host, set()).add(match.visitor)
            found.setdefault(match.visitor, set()).add(match.host)
        return found

    @cached_property
    def taken(self) -> Counter[str]:
        """How many places of each host are taken."""
        return Counter(match.host for match in self.matches)

    def free_places(self, all_places: Mapping[str, int]) -> dict[str, int]:
        """What is left of these hosts' places."""
        return {host: max(places - self.taken[host], 0) for host, places in all_places.items()}

    @cached_property
    def busy(self) -> frozenset[str]:
        """Visitors in an open match, hosts whose places are taken, and who takes no contacts."""
        full = (host for host, number in self.taken.items() if number >= self.places[host])
        visiting = (match.visitor for match in self.matches)
        return frozenset(full).union(visiting, self.away)

    def free_rows(self, snapshot: Snapshot) -> NDArray[np.bool_]:
        """One truth value a row of the index."""
        free = np.ones(len(snapshot.columns), np.bool_)
        free[snapshot.columns.rows_of(self.busy)] = False
        return free


def places_of(refs: Iterable[str]) -> dict[str, int]:
    """How many visitors each of these hosts takes at all: its own limit, else how many it can
    receive at once, else one."""
    hosts = Profile.objects.filter(ref__in=list(refs))
    rows = hosts.values_list("ref", "contact_limits__capacity", "max_visitors")
    return {ref: _places(capacity, at_once) for ref, capacity, at_once in rows}


def kept_apart(partnership: Partnership) -> Apart:
    """For each profile of the partnership those whom it must not be introduced to: a match was
    declined a short while ago, or one does not want to hear from the other."""
    found: dict[str, set[str]] = {}
    for host, visitor in [*_declined(partnership), *_blocked(partnership)]:
        found.setdefault(host, set()).add(visitor)
        found.setdefault(visitor, set()).add(host)
    return {ref: frozenset(others) for ref, others in found.items()}


def _places(capacity: int | None, at_once: int | None) -> int:
    return capacity or at_once or ONE_PLACE


def _declined(partnership: Partnership) -> "QuerySet[Match, tuple[str, str]]":
    days = current_rules().integer("match.repeat_after_days")
    declined = Match.objects.filter(
        Q(host__partnership=partnership) | Q(visitor__partnership=partnership),
        state=MatchState.DECLINED,
        state_since__gt=clock.now() - timedelta(days=days),
    )
    return declined.values_list("host__ref", "visitor__ref")


def _blocked(partnership: Partnership) -> Iterable[tuple[str, str]]:
    own = Profile.objects.published().filter(partnership=partnership).values("organisation")
    blocks = ContactBlock.objects.filter(Q(organisation__in=own) | Q(blocked__in=own))
    pairs = list(blocks.values_list("organisation", "blocked"))
    refs: dict[int, list[str]] = {}
    concerned = Profile.objects.published().filter(organisation__in=set().union(*pairs))
    for key, ref in concerned.values_list("organisation", "ref"):
        refs.setdefault(key, []).append(ref)
    return [
        (one, other)
        for first, second in pairs
        for one in refs.get(first, ())
        for other in refs.get(second, ())
    ]

"""The alumni directory, and who can be asked to join it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from profiles.models import Country, Organisation, Sector
from reports.models import AlumniEntry

PARTIES = (
    "user",
    "exchange__host__organisation__country",
    "exchange__host__organisation__main_sector",
    "exchange__visitor__organisation__country",
    "exchange__visitor__organisation__main_sector",
)


@dataclass(frozen=True)
class AlumniFilters:
    """What narrows the directory; empty for everything."""

    text: str = ""
    country: str = ""
    sector: str = ""
    is_mentor: bool = False


@dataclass(frozen=True)
class Alumnus:
    """One entry as others read it: `address` only where the person shows it."""

    entry: AlumniEntry
    name: str
    address: str
    organisation: Organisation
    partner: Organisation


def directory(user: Any, filters: AlumniFilters) -> QuerySet[AlumniEntry]:
    """Who stands in it, as far as this person may see it, the newest first."""
    found = AlumniEntry.objects.visible_to(user).listed().select_related(*PARTIES)
    if filters.is_mentor:
        found = found.filter(is_mentor=True)
    if filters.country:
        found = found.filter(_own(organisation__country=filters.country))
    if filters.sector:
        found = found.filter(_own(organisation__main_sector=filters.sector))
    for word in filters.text.split():
        named = Q(user__first_name__icontains=word) | Q(user__last_name__icontains=word)
        told = Q(headline__icontains=word) | _own(organisation__name__icontains=word)
        found = found.filter(named | told)
    return found.order_by("-joined_at", "-pk")


def alumnus(entry: AlumniEntry) -> Alumnus:
    """An entry with its two organisations."""
    exchange = entry.exchange
    sides = [exchange.host, exchange.visitor]
    own = exchange.profile_of(entry.capacity)
    sides.remove(own)
    return Alumnus(
        entry=entry,
        name=str(entry.user),
        address=entry.user.email if entry.shows_address else "",
        organisation=own.organisation,
        partner=sides[0].organisation,
    )


def entry_of(user: Any) -> AlumniEntry | None:
    """One's own entry, as long as one stands in the directory."""
    return AlumniEntry.objects.filter(user=user, left_at=None).first()


def last_closed_exchange(user: Any) -> Exchange | None:
    """The exchange by which somebody is an alumnus."""
    closed = Exchange.objects.of_member(user).filter(state=ExchangeState.CLOSED)
    return closed.with_parties().order_by("-closed_at", "-pk").first()


def countries_of_alumni() -> QuerySet[Country]:
    """Those that somebody in the directory comes from."""
    return Country.objects.filter(pk__in=_organisations().values("country"))


def sectors_of_alumni() -> QuerySet[Sector]:
    """The main sectors of their organisations."""
    return Sector.objects.filter(pk__in=_organisations().values("main_sector"))


def _organisations() -> QuerySet[Organisation]:
    listed = AlumniEntry.objects.listed()
    hosts = listed.filter(capacity="HO").values("exchange__host__organisation")
    visitors = listed.filter(capacity="VO").values("exchange__visitor__organisation")
    return Organisation.objects.filter(Q(pk__in=hosts) | Q(pk__in=visitors))


def _own(**of_profile: Any) -> Q:
    """A condition on the profile of the person's own side."""
    host = {f"exchange__host__{name}": value for name, value in of_profile.items()}
    visitor = {f"exchange__visitor__{name}": value for name, value in of_profile.items()}
    return Q(capacity="HO", **host) | Q(capacity="VO", **visitor)

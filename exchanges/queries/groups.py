"""Group exchanges: what is open, how well it fits, who has a place."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet

from cxc_portal.core import clock
from cxc_portal.core.workflow import Baton
from exchanges.commitment.terms import JSON, Agenda
from exchanges.enums import ExchangeState, GroupState
from exchanges.models import Exchange, GroupOffer, GroupPlace
from exchanges.queries.agenda_templates import AgendaTemplate, agenda_from, template_of
from exchanges.queries.batons import batons_of
from matching.queries.catalogue_list import Listed, listed_among, own_published
from profiles.models import OrganisationType, Profile

SHOWN = ("host__organisation__country", "host__organisation__organisation_type")
_TAKEN = Q(places_taken__left_at=None) & ~Q(places_taken__exchange__state=ExchangeState.CANCELLED)


@dataclass(frozen=True)
class GroupCard:
    """A group as it stands in a list. `fit` is that of the viewer's own visiting profile, None
    where there is none or the host is not in the catalogue."""

    offer: GroupOffer
    taken: int
    fit: Listed | None = None

    @property
    def score(self) -> float:
        """The fit in points."""
        return self.fit.total / 10 if self.fit else 0.0

    @property
    def left(self) -> int:
        return max(self.offer.places - self.taken, 0)

    @property
    def is_full(self) -> bool:
        return not self.left

    @property
    def is_open(self) -> bool:
        """Whether a place can be taken today."""
        return (
            self.offer.state == GroupState.OPEN
            and self.offer.closes_on >= clock.today()
            and not self.is_full
        )


@dataclass(frozen=True)
class Participant:
    """A visitor of a group, for whoever may see its exchange."""

    exchange: Exchange
    baton: Baton


def with_places_taken(offers: QuerySet[GroupOffer]) -> QuerySet[GroupOffer]:
    """Each with its host and the number of places that are `taken`."""
    return offers.select_related(*SHOWN).annotate(taken=Count("places_taken", filter=_TAKEN))


def open_groups(user: Any) -> QuerySet[GroupOffer]:
    """Those of others that are open and in which one has no place yet, the soonest first."""
    own = Profile.objects.of_member(user).values("pk")
    joined = GroupPlace.objects.filter(visitor__in=own).taken().values("offer")
    found = GroupOffer.objects.visible_to(user).open().exclude(Q(host__in=own) | Q(pk__in=joined))
    return with_places_taken(found).order_by("starts_on", "pk")


def own_groups(user: Any) -> QuerySet[GroupOffer]:
    """Those that one's own organisations offer, the latest first."""
    own = Profile.objects.of_member(user).values("pk")
    found = GroupOffer.objects.visible_to(user).filter(host__in=own)
    return with_places_taken(found).order_by("-starts_on", "-pk")


def joined_groups(user: Any) -> QuerySet[GroupOffer]:
    """Those in which one's own organisations have a place, the soonest first."""
    own = Profile.objects.of_member(user).values("pk")
    places = GroupPlace.objects.filter(visitor__in=own).taken()
    found = GroupOffer.objects.visible_to(user).filter(pk__in=places.values("offer"))
    return with_places_taken(found).order_by("starts_on", "pk")


def cards_of(offers: Iterable[GroupOffer], user: Any) -> list[GroupCard]:
    """The groups with how well their hosts fit one's own visiting profile, in the same number of
    queries however many they are."""
    rows = list(offers)
    own = [one for one in own_published(user) if not one.profile.is_host]
    fits: Mapping[str, Listed] = {}
    if own and rows:
        listed, _words = listed_among(list({offer.host.ref for offer in rows}), own)
        fits = {one.ref: one for one in listed}
    return [GroupCard(offer, taken_of(offer), fits.get(offer.host.ref)) for offer in rows]


def plain_cards_of(offers: Iterable[GroupOffer]) -> list[GroupCard]:
    """The groups without a fit: one's own, and those that one has joined."""
    return [GroupCard(offer, taken_of(offer)) for offer in offers]


def taken_of(offer: GroupOffer) -> int:
    """How many places are taken; counted along with `with_places_taken`."""
    known: int | None = getattr(offer, "taken", None)
    return offer.places_taken.all().taken().count() if known is None else known


def visitors_of_member(user: Any) -> list[Profile]:
    """One's own published visiting profiles, by name."""
    own = Profile.objects.of_member(user).published().filter(role="visiting")
    shown = own.select_related("organisation__organisation_type", "organisation__country")
    return list(shown.order_by("organisation__name", "pk"))


def hosts_of_member(user: Any) -> list[Profile]:
    """One's own published host profiles, by name."""
    own = Profile.objects.of_member(user).published().filter(role="host")
    return list(own.select_related("organisation__country").order_by("organisation__name", "pk"))


def own_places_in(offer: GroupOffer, user: Any) -> list[GroupPlace]:
    """The places that one's own organisations have."""
    own = Profile.objects.of_member(user).values("pk")
    places = offer.places_taken.filter(visitor__in=own).taken()
    return list(places.select_related("exchange", "visitor__organisation"))


def participants_of(offer: GroupOffer, user: Any) -> list[Participant]:
    """The visitors whose exchanges the user may see: the host and its partnership all, others
    their own."""
    places = offer.places_taken.all().taken().values("exchange")
    seen = Exchange.objects.visible_to(user).filter(pk__in=places)
    exchanges = list(seen.with_parties().prefetch_related("versions__signatures").order_by("pk"))
    batons = batons_of(exchanges, user)
    return [Participant(one, batons[one.pk]) for one in exchanges]


def visiting_types() -> QuerySet[OrganisationType]:
    """The types of organisation that may visit in this round."""
    return OrganisationType.objects.filter(may_visit=True).order_by("position", "label")


def types_named_by(offer: GroupOffer) -> list[OrganisationType]:
    """The types that the host wants; none where it welcomes all that may visit."""
    types = list(visiting_types())
    named = [one for one in types if one.pk in offer.eligible_types]
    return [] if named == types else named


def sections_from(template: AgendaTemplate, days: Sequence[date], text: str) -> dict[str, JSON]:
    """What each visitor's draft begins with: the days, the purpose and the agenda."""
    return {
        "when": {
            "mode": template.mode,
            "starts_on": days[0].isoformat(),
            "ends_on": days[-1].isoformat(),
        },
        "purpose": {"objectives": [template.objective], "text": text},
        "agenda": agenda_from(template, days=days).to_json(),
    }


def template_in(offer: GroupOffer) -> AgendaTemplate | None:
    """The programme that the agenda of the offer was made from."""
    agenda = agenda_of(offer)
    return template_of(agenda.slots[0].key.rpartition("-")[0]) if agenda.slots else None


def agenda_of(offer: GroupOffer) -> Agenda:
    return Agenda.from_json(offer.sections.get("agenda", {}))

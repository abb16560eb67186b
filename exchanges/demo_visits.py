"""How an exchange of the demo world is told: two who found each other, what they wrote and signed.

Every step is the service that people meet, at the moment in the past when it happened.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils.text import slugify

from cxc_portal.core import clock, places
from exchanges.enums import PARTNERSHIPS, Capacity, ExchangeMode, SignatureMethod
from exchanges.models import CommitmentVersion, Exchange
from exchanges.services.freezing import freeze_commitment
from exchanges.services.signing import sign_version
from exchanges.services.starting import start_draft
from matching.demo_contacts import contact_of, free_partners
from matching.queries.proposals import modes_between
from matching.services.matches import accept_match, propose_match
from matching.services.matches_rules import as_host_and_visitor
from profiles.demo import World
from profiles.enums import ProfileState
from profiles.models import Organisation, Profile, User

CV = Path(__file__).resolve().parent / "data" / "demo_cv.pdf"
CITIES = {"P-AQUIMER": "Boulogne-sur-Mer", "P-DIGITAL": "Lyon"}
HELLO = (
    "We met at a trade fair and would like to see each other at work: a few days with your people, "
    "and an evening to write down what we could do together."
)


@dataclass
class Visit:
    """One exchange of the demo world. `profile_ref` is whose story it is, the partner is found when
    the story begins; `ahead` says how many days from today on it starts."""

    world: World
    profile_ref: str
    programme: str
    ahead: int
    exchange: Exchange = field(init=False)

    @property
    def mode(self) -> ExchangeMode:
        is_online = self.programme.endswith("_online")
        return ExchangeMode.VIRTUAL if is_online else ExchangeMode.PHYSICAL

    @property
    def first_day(self) -> date:
        return clock.day_of(self.world.start) + timedelta(days=self.ahead)

    def meet(self) -> None:
        """The two know each other and agree at once, so that the exchange is opened."""
        profile = profile_of(self.profile_ref)
        partner = next(partners_for(self.world, profile, self.mode))
        self.world.used.add(partner.ref)
        host, visitor = as_host_and_visitor(profile, partner)
        match = propose_match(
            profile_id=visitor.pk,
            other_id=host.pk,
            mode=self.mode,
            message=HELLO,
            actor=contact_of(visitor),
            is_known=True,
        )
        accept_match(match_id=match.pk, actor=contact_of(host))
        self.exchange = Exchange.objects.get(match=match)

    def write(self) -> None:
        """A draft that can be signed, of two profiles that lack nothing for it."""
        for profile in (self.exchange.host, self.exchange.visitor):
            complete(profile)
        start_draft(
            exchange_id=self.exchange.pk,
            programme=self.programme,
            first_day=self.first_day,
            actor=self.person(Capacity.VO),
        )

    def freeze(self) -> None:
        freeze_commitment(exchange_id=self.exchange.pk, actor=self.person(Capacity.VO))

    def sign(self, *capacities: Capacity) -> None:
        """These sign, each once; one partnership on both sides signs in both capacities."""
        version = CommitmentVersion.objects.get(exchange=self.exchange, number=1)
        for capacity in capacities:
            if version.signatures.filter(capacity=capacity).exists():
                continue
            actor = self.person(capacity)
            sign_version(
                version_id=version.pk,
                digest=version.digest,
                name=actor.get_full_name(),
                method=SignatureMethod.PASSWORD,
                actor=actor,
            )

    def person(self, capacity: Capacity) -> User:
        """Who acts in this capacity."""
        exchange = Exchange.objects.with_parties().get(pk=self.exchange.pk)
        if capacity in PARTNERSHIPS:
            return self.world.officers[exchange.partnership_of(capacity).acronym]
        return contact_of(exchange.profile_of(capacity))


Act = Callable[[], object]


def plan(world: World, events: Iterator[tuple[float, Act]]) -> None:
    """Put these among the world's events, each so many days ago."""
    for days, act in events:
        # Not `world.ago`: its chance makes the rest of the world.
        world.tell(world.start - timedelta(days=days), act)


def profile_of(ref: str) -> Profile:
    return Profile.objects.select_related("organisation").get(ref=ref)


def partners_for(world: World, profile: Profile, mode: ExchangeMode) -> Iterator[Profile]:
    """Those in no story yet who can meet this profile like this, best first."""
    for partner in free_partners(profile, world.used):
        if mode in modes_between(*as_host_and_visitor(profile, partner)):
            yield partner


def free_profiles(world: World, acronym: str, role: str) -> Iterator[Profile]:
    """Published profiles of the demo world in this partnership and in no story yet, by name."""
    rows = Profile.objects.filter(
        partnership__acronym=acronym, role=role, source="demo", state=ProfileState.PUBLISHED
    )
    by_name = rows.select_related("organisation").order_by("organisation__name", "ref")
    yield from by_name.exclude(ref__in=world.used)


def complete(profile: Profile) -> None:
    """With all that signing asks for."""
    organisation = profile.organisation
    _complete_organisation(organisation, CITIES.get(profile.ref, ""))
    profile.contact_name = profile.contact_name or contact_of(profile).get_full_name()
    profile.contact_position = profile.contact_position or "Managing director"
    profile.contact_phone = profile.contact_phone or "+33321000000"
    profile.motivation = profile.motivation or "We would like to learn from others in the field."
    profile.offer = profile.offer or "Twenty years of trying, and people who like to show it."
    if not profile.is_host:
        profile.has_declared_residence = True
        if not profile.cv:
            profile.cv.save("cv.pdf", ContentFile(CV.read_bytes()), save=False)
    profile.save()


def _complete_organisation(organisation: Organisation, city: str) -> None:
    organisation.city = organisation.city or city
    organisation.legal_form = organisation.legal_form or "Association"
    organisation.street = organisation.street or f"1 {slugify(organisation.name)[:20].title()} Way"
    organisation.postcode = organisation.postcode or "10000"
    place = places.position(organisation.city, organisation.country_id)
    if place and organisation.latitude is None:
        organisation.latitude, organisation.longitude = place.latitude, place.longitude
    organisation.description = organisation.description or "We bring firms of our region together."
    organisation.save()

"""What the rules of a commitment ask of the rows of an exchange."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, prefetch_related_objects

from cxc_portal.core import clock, places
from exchanges.commitment.calendar import days_of_stay
from exchanges.commitment.distance import Point, distance_km
from exchanges.commitment.facts import Facts, Side
from exchanges.commitment.terms import Terms
from exchanges.enums import OPEN_VERSIONS, TAKING_THE_VISIT, ExchangeMode, ExchangeState
from exchanges.models import CommitmentVersion, Exchange
from exchanges.queries.clauses import clauses_for
from profiles.enums import ProfileState
from profiles.models import Organisation, Profile
from profiles.rules import RuleBook, current_rules
from profiles.strength import Stage, missing_fields
from profiles.workdays import is_public_holiday

STANDING = (ProfileState.PUBLISHED, ProfileState.PAUSED, ProfileState.DORMANT)
"""A break of one side is no obstacle; a profile that is with its partnership again is one."""
TEXTS = ("profile.motivation", "profile.offer", "organisation.description")
"""What partners read, and nothing of the commitment depends on."""
NUMBERS = (
    "physical.min_days",
    "physical.max_months",
    "physical.visits_per_visitor",
    "virtual.min_days",
    "virtual.min_half_days",
    "virtual.max_span_days",
)


def facts_of(exchange: Exchange, terms: Terms, rules: RuleBook | None = None) -> Facts:
    """The facts as they are now. `terms` say which days are asked for; the visits of the visiting
    organisation are counted anew each time, so hold its lock when it matters."""
    rules = rules or current_rules()
    prefetch_related_objects(exchange.organisations(), "organisation_type")
    return Facts(
        today=clock.today(),
        host=_side(exchange.host),
        visitor=_side(exchange.visitor),
        numbers={key: rules.integer(key) for key in NUMBERS},
        open_until=rules.day("virtual.open_until"),
        holidays=holidays_of(exchange, terms),
        required_clauses=tuple(c.code for c in clauses_for(terms.when.mode) if c.is_required),
        visits_taken=visits_taken(exchange) if terms.when.is_physical else 0,
        is_running=exchange.state == ExchangeState.ONGOING,
        is_distance_known=kilometres(exchange) is not None,
    )


def holidays_of(exchange: Exchange, terms: Terms) -> frozenset[date]:
    """The host country's public holidays within the stay."""
    country = exchange.host.organisation.country_id
    return frozenset(day for day in days_of_stay(terms) if is_public_holiday(day, country))


def visits_taken(exchange: Exchange) -> int:
    """How many visits in person the visiting organisation has used up besides this exchange: those
    of other exchanges, also of one that is online and has a change to a visit waiting for
    signatures, and one that only its profile knows of."""
    organisation = exchange.visitor.organisation
    stays = list(_other_visits(exchange).values_list("starts_on", "ends_on"))
    used_on = organisation.physical_visit_used_on
    if used_on is None:
        return len(stays)
    own = (exchange.starts_on, exchange.ends_on) if exchange.started_at else (None, None)
    is_known = any(first and last and first <= used_on <= last for first, last in [*stays, own])
    return len(stays) + (not is_known)


def _other_visits(exchange: Exchange) -> QuerySet[Exchange]:
    change_to_visit = CommitmentVersion.objects.filter(
        exchange=OuterRef("pk"),
        state__in=OPEN_VERSIONS,
        snapshot__terms__when__mode=ExchangeMode.PHYSICAL,
    )
    return Exchange.objects.filter(
        Q(mode=ExchangeMode.PHYSICAL) | Exists(change_to_visit),
        visitor__organisation=exchange.visitor.organisation_id,
        state__in=TAKING_THE_VISIT,
    ).exclude(pk=exchange.pk)


def kilometres(exchange: Exchange) -> float | None:
    """How far the two organisations are apart; None when the town of one is not known."""
    host, visitor = (_position(organisation) for organisation in exchange.organisations())
    return distance_km(host, visitor) if host and visitor else None


def _position(organisation: Organisation) -> Point | None:
    if organisation.latitude is not None and organisation.longitude is not None:
        return organisation.latitude, organisation.longitude
    return places.position(organisation.city, organisation.country_id)


def _side(profile: Profile) -> Side:
    organisation = profile.organisation
    kind = organisation.organisation_type
    needed = [f.name for f in missing_fields(profile) if f.stage == Stage.SIGN]
    return Side(
        country=organisation.country_id,
        is_country_eligible=organisation.country.is_eligible,
        is_type_eligible=kind.may_host if profile.is_host else kind.may_visit,
        is_standing=profile.state in STANDING,
        lacks=tuple(name for name in needed if name not in TEXTS),
        lacks_texts=tuple(name for name in needed if name in TEXTS),
    )

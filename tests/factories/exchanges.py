from datetime import date, time, timedelta
from typing import Any

from django.core.files.base import ContentFile

from cxc_portal.core import clock
from exchanges.commitment.terms import (
    Agenda,
    Clauses,
    Outcome,
    Outcomes,
    Part,
    Purpose,
    Responsibilities,
    Slot,
    When,
)
from exchanges.enums import Capacity, SignatureMethod
from exchanges.models import DraftSection, Exchange
from exchanges.queries.clauses import clauses_for, standard_responsibilities
from exchanges.services.freezing import freeze_commitment
from exchanges.services.signing import sign_version
from exchanges.workflows.parties import open_version
from matching.enums import MatchState
from profiles.models import Profile, User
from profiles.workdays import is_working_day
from tests.factories.matches import host_profile, match_between, member_of, visitor_profile
from tests.factories.profiles import StaffRoleFactory

TOWNS = {"FR": ("Lyon", 45.76, 4.84), "PT": ("Porto", 41.15, -8.61), "DE": ("Bonn", 50.73, 7.1)}


def completed(profile: Profile) -> Profile:
    """The profile with all that signing asks for."""
    organisation = profile.organisation
    town, latitude, longitude = TOWNS[organisation.country_id]
    organisation.legal_form = "Ltd"
    organisation.street, organisation.postcode, organisation.city = "1 Main Street", "1000", town
    organisation.latitude, organisation.longitude = latitude, longitude
    organisation.description = "We make things that move."
    organisation.save()
    profile.contact_position, profile.contact_phone = "Director", "+33612345678"
    profile.motivation, profile.offer = "We want to learn.", "We know our trade."
    profile.description = "A week among colleagues."
    if not profile.is_host:
        profile.has_declared_residence = True
        profile.cv.save("cv.pdf", ContentFile(b"%PDF-1.4 cv"), save=False)
    profile.save()
    return profile


def opened_exchange(
    *, host: Profile | None = None, visitor: Profile | None = None, **terms: Any
) -> Exchange:
    """The exchange of a confirmed match between two profiles that lack nothing."""
    host = completed(host or host_profile())
    visitor = completed(visitor or visitor_profile())
    match = match_between(visitor, host, state=MatchState.CONFIRMED, **terms)
    return Exchange.objects.with_parties().get(match=match)


def free_week(country: str = "FR", *, weeks_ahead: int = 8) -> list[date]:
    """Monday to Friday of the first week without a public holiday from then on."""
    monday = clock.today() + timedelta(weeks=weeks_ahead)
    monday -= timedelta(days=monday.weekday())
    while True:
        days = [monday + timedelta(days=n) for n in range(5)]
        if all(is_working_day(day, country) for day in days):
            return days
        monday += timedelta(weeks=1)


def drafted_exchange(*, days: list[date] | None = None, **fields: Any) -> Exchange:
    """An exchange with an acceptable draft: five days in person in Lyon, or the days given."""
    exchange = opened_exchange(**fields)
    days = days or free_week()
    write_sections(exchange, acceptable_sections(exchange, days))
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def acceptable_sections(exchange: Exchange, days: list[date]) -> dict[str, Part]:
    slots = tuple(
        Slot(
            key=f"s{number}",
            day=day,
            starts=time(9),
            ends=time(17),
            activity="observation",
            title=f"Day {number} at the workshop",
            place="Workshop",
        )
        for number, day in enumerate(days, start=1)
    )
    return {
        "when": When(
            mode=exchange.mode, starts_on=days[0], ends_on=days[-1], venue="Workshop, Lyon"
        ),
        "purpose": Purpose(
            objectives=("learn",), activities=("observation",), text="See how others do it."
        ),
        "agenda": Agenda(slots=slots),
        "responsibilities": Responsibilities(**standard_responsibilities(exchange.mode)),
        "outcomes": Outcomes(items=(Outcome(text="A joint plan", measure="It is written down"),)),
        "clauses": Clauses(
            language="en",
            agreed=tuple(c.code for c in clauses_for(exchange.mode) if c.is_required),
        ),
    }


def write_sections(exchange: Exchange, parts: dict[str, Part]) -> None:
    """Put these contents into the draft, around the rights of people."""
    for name, part in parts.items():
        rows = DraftSection.objects.filter(exchange=exchange, name=name)
        rows.update(content=part.to_json())
    if when := parts.get("when"):
        Exchange.objects.filter(pk=exchange.pk).update(
            mode=when.mode, starts_on=when.starts_on, ends_on=when.ends_on
        )


def person_of(exchange: Exchange, capacity: str) -> User:
    """Somebody who acts in this capacity: the participant, or an officer of the partnership."""
    if not Capacity(capacity).is_partnership:
        return member_of(exchange.profile_of(capacity))
    acronym = exchange.partnership_of(capacity).acronym
    found = User.objects.filter(staff_roles__partnership__acronym=acronym).first()
    return found or StaffRoleFactory(acronym=acronym).user


def frozen_exchange(*, days: list[date] | None = None, **fields: Any) -> Exchange:
    """A drafted exchange whose text the visitor has frozen: both organisations are to sign."""
    exchange = drafted_exchange(days=days, **fields)
    freeze_commitment(exchange_id=exchange.pk, actor=person_of(exchange, "VO"))
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def signed_by(exchange: Exchange, *capacities: str) -> Exchange:
    """The open version with the signatures of these, in their order."""
    for capacity in capacities:
        version = open_version(exchange)
        assert version is not None
        sign_version(
            version_id=version.pk,
            digest=version.digest,
            name="Ana Signs",
            method=SignatureMethod.PASSWORD,
            actor=person_of(exchange, capacity),
            capacities=[capacity],
        )
    return Exchange.objects.with_parties().get(pk=exchange.pk)


def validated_exchange(*, days: list[date] | None = None, **fields: Any) -> Exchange:
    """All four have signed; the exchange is about to start."""
    return signed_by(frozen_exchange(days=days, **fields), *Capacity)

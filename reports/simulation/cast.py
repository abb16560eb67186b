"""The people of the replayed programme, and how far each of them has come, as the database says."""

from collections.abc import Iterable
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from exchanges.enums import Capacity
from exchanges.models import CommitmentVersion, Exchange
from exchanges.workflows.parties import open_version
from matching.models import Match
from profiles.enums import StaffRoleName
from profiles.models import Partnership, Profile, StaffRole, User
from reports.models import Report
from reports.simulation.plan import Journey, Participant, Plan

STAFF = {"officer": StaffRoleName.OFFICER, "treasurer": StaffRoleName.COORDINATOR}
"""The offices of each partnership: the one approves payments, the other one pays."""


@dataclass(frozen=True)
class Person:
    """Somebody who acts, with an account."""

    email: str
    first: str
    last: str

    @property
    def full_name(self) -> str:
        return f"{self.first} {self.last}"


class Cast:
    """Everybody in the plan. `password` is what they all log in with."""

    def __init__(self, plan: Plan, password: str) -> None:
        self.plan, self.password = plan, password
        self._found: dict[int, Exchange] = {}

    def prepare(self) -> None:
        """Everybody has an account with a verified address, and each partnership its staff."""
        hashed = make_password(self.password)
        people = [self.person(one) for one in self.plan.participants]
        with transaction.atomic():
            self._make_accounts([*people, *self._staff()], hashed)
            for acronym in self.plan.partnerships:
                partnership = Partnership.objects.get(acronym=acronym)
                for office, role in STAFF.items():
                    user = self.user(self.staff(acronym, office))
                    StaffRole.objects.get_or_create(user=user, role=role, partnership=partnership)

    def _staff(self) -> list[Person]:
        offices = [(one, office) for one in self.plan.partnerships for office in STAFF]
        return [self.staff(acronym, office) for acronym, office in offices]

    def _make_accounts(self, people: Iterable[Person], hashed: str) -> None:
        wanted = {person.email: person for person in people}
        known = User.objects.filter(email__in=wanted).values_list("email", flat=True)
        new = [person for email, person in wanted.items() if email not in set(known)]
        users = User.objects.bulk_create(
            User(
                email=one.email,
                first_name=one.first,
                last_name=one.last,
                language="en",
                password=hashed,
            )
            for one in new
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in users
        )

    # --- who ------------------------------------------------------------------------------------

    def person(self, participant: Participant) -> Person:
        return Person(participant.email, participant.first, participant.last)

    def staff(self, acronym: str, office: str) -> Person:
        """Somebody of a partnership: its officer or its treasurer."""
        email = f"{office}.{acronym.lower()}@s{self.plan.seed}.simulated.example"
        return Person(email, office.title(), acronym.title())

    def user(self, person: Person) -> User:
        return User.objects.get(email=person.email)

    def side(self, journey: Journey, capacity: Capacity) -> Person:
        """Who acts in a capacity."""
        if capacity == Capacity.HO:
            return self.person(journey.host)
        if capacity == Capacity.VO:
            return self.person(journey.visitor)
        side = journey.host if capacity == Capacity.HOP else journey.visitor
        return self.staff(side.partnership, "officer")

    # --- how far ----------------------------------------------------------------------------------

    def profile(self, participant: Participant) -> Profile | None:
        found = Profile.objects.filter(contact__email=participant.email)
        return found.select_related("organisation", "partnership").first()

    def match(self, journey: Journey) -> Match | None:
        return Match.objects.filter(
            visitor__contact__email=journey.visitor.email, host__contact__email=journey.host.email
        ).first()

    def found_exchange(self, journey: Journey) -> Exchange | None:
        """The exchange, once the match is confirmed, as it was when it was found: good for its key,
        its address and what belongs to it, not for how far it is."""
        if journey.number not in self._found:
            exchange = Exchange.objects.filter(
                visitor__contact__email=journey.visitor.email,
                host__contact__email=journey.host.email,
            ).first()
            if exchange is None:
                return None
            self._found[journey.number] = exchange
        return self._found[journey.number]

    def known_exchange(self, journey: Journey) -> Exchange:
        """`found_exchange` where there must be one."""
        exchange = self.found_exchange(journey)
        if exchange is None:
            raise Exchange.DoesNotExist(f"journey {journey.number} has no exchange")
        return exchange

    def exchange(self, journey: Journey) -> Exchange:
        """The exchange as it is now."""
        return Exchange.objects.get(pk=self.known_exchange(journey).pk)

    def version(self, journey: Journey) -> CommitmentVersion:
        """The version that is being signed."""
        version = open_version(self.exchange(journey))
        if version is None:
            raise CommitmentVersion.DoesNotExist(f"journey {journey.number} has nothing to sign")
        return version

    def report(self, journey: Journey, capacity: Capacity) -> Report:
        return Report.objects.select_related("exchange").get(
            exchange=self.known_exchange(journey), capacity=capacity
        )

"""The demo world: invented organisations at `.example` addresses, in every state of the desk.

The past is told through the real services, in the order in which it happened, with the clock moved
to each moment. Whoever looks at the demo sees waiting profiles of every age, decisions with their
reasons, and a catalogue worth searching.
"""

import csv
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.text import slugify

from cxc_portal.core import clock
from cxc_portal.core.errors import DomainError
from cxc_portal.core.models import MailStatus, OutgoingMail
from cxc_portal.core.places import position
from profiles.consents import current_consent
from profiles.enums import Activity, Mode, Objective, Role, StaffRoleName
from profiles.models import (
    AvailabilityWindow,
    Cluster,
    Country,
    Membership,
    Organisation,
    Partnership,
    Profile,
    ReasonText,
    Registration,
    StaffRole,
    User,
)
from profiles.services.decisions import decide_profile, suspend_profile
from profiles.services.lifecycle import mind_dormant_profiles, pause_profile, withdraw_profile
from profiles.services.reference import DATA
from profiles.services.reminders import remind_about_waiting_profiles
from profiles.services.submission import submit_profile

SEED = 385
FLAGSHIP = "RECIPE4MOBILITY"
STAFF = (
    ("officer@demo.example", "Odile", "Officer", StaffRoleName.OFFICER, FLAGSHIP),
    ("officer.exxtra@demo.example", "Enzo", "Exxtra", StaffRoleName.OFFICER, "EXXTRA"),
    ("coordinator@demo.example", "Carla", "Coordinator", StaffRoleName.COORDINATOR, FLAGSHIP),
    ("support@demo.example", "Sam", "Support", StaffRoleName.SUPPORT, None),
    ("observer@demo.example", "Olof", "Observer", StaffRoleName.OBSERVER, None),
)
SPECIAL_STATES = {
    FLAGSHIP: "SSSSSSSS R P U",
    "EXXTRA": "SSSSS J D",
}
OTHER_STATES = ("S R", "S J", "S P", "S U", "S D", "S W", "S A", "S R", "SS J", "S A")
"""For each partnership the states of its first organisations; all others are published.

S submitted, A submitted again after a return, R returned, J rejected, P paused, U suspended,
D dormant, W withdrawn."""
STORIES: dict[str, tuple[tuple[int, str], ...]] = {
    "": ((3, "publish"),),
    "S": (),
    "A": ((2, "send_back"), (4, "submit_again")),
    "R": ((2, "send_back"),),
    "J": ((2, "reject"),),
    "P": ((3, "publish"), (9, "pause")),
    "U": ((3, "publish"), (9, "suspend")),
    "W": ((3, "publish"), (9, "withdraw")),
    "D": ((3, "publish"),),
}
"""What happens how many days after the registration."""
WAITING_DAYS = (0, 1, 2, 4, 8, 13, 17, 24, 1, 3, 6, 9, 15)
SPOKEN = {
    "AT": "de", "BE": "fr;nl", "BA": "bs", "CY": "el", "CZ": "cs", "DK": "da", "EE": "et",
    "GR": "el", "IE": "en", "LU": "fr;de", "ME": "sr", "MD": "ro", "RS": "sr", "SE": "sv",
    "SI": "sl", "UA": "uk", "XK": "sq", "AL": "sq", "AM": "hy",
}  # fmt: skip

Event = tuple[datetime, int, Callable[[], Any]]


class AlreadyLoaded(DomainError):
    """The demo world is there."""


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one of the demo's data files."""
    with (DATA / "demo" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@dataclass
class World:
    """The demo world while it is made: chance, names, and the events still to be told."""

    start: datetime = field(default_factory=clock.now)
    chance: random.Random = field(
        default_factory=lambda: random.Random(SEED)  # noqa: S311 - repeatable on purpose
    )
    events: list[Event] = field(default_factory=list)
    officers: dict[str, User] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    """The references of profiles that are in a story, which another one leaves alone."""

    def __post_init__(self) -> None:
        self.names = {
            row["country"]: (row["first"].split(";"), row["last"].split(";"))
            for row in rows("names.csv")
        }
        self.countries = list(
            Country.objects.filter(is_eligible=True).order_by("code").values_list("code", flat=True)
        )
        self.partnerships = Partnership.objects.in_bulk(field_name="acronym")
        self.clusters = Cluster.objects.in_bulk(field_name="name")
        self.waiting = iter(WAITING_DAYS * 4)

    def ago(self, days: float) -> datetime:
        """A moment in office hours so many days ago; never in the future."""
        moment = self.start - timedelta(days=days)
        if days < 1:
            return moment
        minute = self.chance.randrange(60)
        return moment.replace(hour=self.chance.randrange(8, 17), minute=minute)

    def tell(self, moment: datetime, event: Callable[[], Any]) -> None:
        """Have something happen at a moment."""
        self.events.append((moment, len(self.events), event))

    def play(self) -> None:
        """Let it all happen, in order."""
        for moment, _number, event in sorted(self.events, key=lambda event: event[:2]):
            with clock.moved_to(moment):
                event()
        self.events = []

    def some(self, choices: list[str], highest: int, lowest: int = 0) -> list[str]:
        """A few of the choices."""
        count = self.chance.randint(lowest, min(highest, len(choices)))
        return self.chance.sample(choices, count)


def load(more: Callable[[World], None] = lambda world: None) -> dict[str, int]:
    """Make the demo world; `more` lets a higher app add to it. Says how many of each there are.

    Raises `AlreadyLoaded` where it is there already, so that repeating it is safe.
    """
    with transaction.atomic():
        if User.objects.filter(email=STAFF[0][0]).exists():
            raise AlreadyLoaded("already_loaded", "The demo world is there already.")
        world = World()
        _make_staff(world)
        for row, state in _with_states(rows("organisations.csv")):
            Story(world, row).plan(state)
        for days in range(30, -1, -1):
            world.tell(world.ago(days), remind_about_waiting_profiles)
        for days in (70, 35):
            world.tell(world.ago(days), mind_dormant_profiles)
        more(world)
        world.play()
        _begin_registrations(world)
        settle_mails()
    return {
        "organisations": Organisation.objects.count(),
        "profiles": Profile.objects.count(),
        "published": Profile.objects.published().count(),
        "people": User.objects.count(),
    }


def make_person(email: str, first: str, last: str, *, password: str | None = None) -> User:
    """An invented person with a verified address."""
    user = User.objects.create_user(
        email, password, first_name=first, last_name=last, language="en"
    )
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _make_staff(world: World) -> None:
    for email, first, last, role, acronym in STAFF:
        user = make_person(email, first, last, password=settings.DEMO_PASSWORD)
        partnership = world.partnerships[acronym] if acronym else None
        StaffRole.objects.create(user=user, role=role, partnership=partnership)
        if role == StaffRoleName.OFFICER and acronym:
            world.officers[acronym] = user
    for acronym, partnership in sorted(world.partnerships.items()):
        if acronym in world.officers:
            continue
        user = make_person(f"officer.{acronym.lower()}@demo.example", "Officer", acronym.title())
        StaffRole.objects.create(user=user, role=StaffRoleName.OFFICER, partnership=partnership)
        world.officers[acronym] = user


def _with_states(table: list[dict[str, str]]) -> Iterator[tuple[dict[str, str], str]]:
    """Each row with the letter of the state that its profile is to reach."""
    others = iter(OTHER_STATES)
    letters: dict[str, Iterator[str]] = {}
    for row in table:
        acronym = row["partnership"]
        if acronym not in letters:
            plan = SPECIAL_STATES.get(acronym) or next(others)
            letters[acronym] = iter(plan.replace(" ", ""))
        yield row, next(letters[acronym], "")


class Story:
    """The life of one demo profile up to today."""

    def __init__(self, world: World, row: dict[str, str]) -> None:
        self.world, self.row = world, row
        self.officer = world.officers[row["partnership"]]

    def plan(self, state: str) -> None:
        """Put what happens to the profile until it reaches the state among the world's events."""
        days = _days_ago(self.world, state)
        self.world.tell(self.world.ago(days), self.register)
        for later, event in STORIES[state]:
            self.world.tell(self.world.ago(max(days - later, 0)), getattr(self, event))

    def register(self) -> None:
        self.profile = _register(self.world, self.row)

    def publish(self) -> None:
        self._decide("publish", "Checked with the cluster by phone.")

    def send_back(self) -> None:
        self._decide("return", _text("Say more about what you do"))

    def reject(self) -> None:
        self._decide("reject", _text("Recruitment or internship"))

    def submit_again(self) -> None:
        organisation = self.profile.organisation
        organisation.description += " We export to eleven countries and train our own staff."
        organisation.save(update_fields=["description"])
        submit_profile(profile_id=self.profile.pk, actor=self.owner)

    def pause(self) -> None:
        pause_profile(profile_id=self.profile.pk, actor=self.owner)

    def suspend(self) -> None:
        comment = _text("No longer reachable")
        suspend_profile(profile_id=self.profile.pk, actor=self.officer, comment=comment)

    def withdraw(self) -> None:
        withdraw_profile(profile_id=self.profile.pk, actor=self.owner)

    @property
    def owner(self) -> User:
        owner = self.profile.contact
        if owner is None:
            raise User.DoesNotExist
        return owner

    def _decide(self, decision: str, comment: str) -> None:
        decide_profile(
            profile_id=self.profile.pk, decision=decision, actor=self.officer, comment=comment
        )


def _text(title: str) -> str:
    return ReasonText.objects.get(title=title).text


def _days_ago(world: World, state: str) -> float:
    """How long ago a profile was registered that is in the state today."""
    if state == "S":
        return next(world.waiting)
    fixed = {"D": 250, "A": 7}
    if state in fixed:
        return fixed[state]
    return world.chance.randint(8, 25) if state in ("R", "J") else world.chance.randint(14, 120)


def _register(world: World, row: dict[str, str]) -> Profile:
    organisation = _organisation(row)
    first_names, last_names = world.names[row["country"]]
    first, last = world.chance.choice(first_names), world.chance.choice(last_names)
    domain = f"{slugify(row['name'])[:40]}.example"
    owner = make_person(f"{slugify(first)}.{slugify(last)}@{domain}", first, last)
    Membership.objects.create(user=owner, organisation=organisation)
    profile = Profile.objects.create(
        organisation=organisation,
        partnership=world.partnerships[row["partnership"]],
        contact=owner,
        contact_name=owner.get_full_name(),
        contact_email=owner.email,
        contact_position=world.chance.choice(
            ["Managing director", "Head of development", "International projects", "Founder"]
        ),
        consent_at=clock.now(),
        consent_version=current_consent().version,
        confirmed_at=clock.now(),
        source="demo",
        **_preferences(world, row),
    )
    for start, end in _windows(world):
        AvailabilityWindow.objects.create(profile=profile, starts_on=start, ends_on=end)
    return submit_profile(profile_id=profile.pk, actor=owner)


def _organisation(row: dict[str, str]) -> Organisation:
    sectors = row["sectors"].split(";")
    place = position(row["city"], row["country"])
    needs_cluster = row["type"] not in ("cluster", "business_network")
    organisation = Organisation.objects.create(
        name=row["name"],
        organisation_type_id=row["type"],
        country_id=row["country"],
        city=row["city"],
        latitude=place.latitude if place else None,
        longitude=place.longitude if place else None,
        main_sector_id=sectors[0],
        sectors=sectors,
        description=row["does"],
        website=f"https://{slugify(row['name'])[:40]}.example",
        is_declared_sme=row["type"] == "sme",
        other_cluster="" if row["cluster"] or not needs_cluster else f"{row['city']} Cluster",
        created_at=clock.now(),
    )
    if row["cluster"]:
        organisation.clusters.add(Cluster.objects.get(name=row["cluster"]))
    return organisation


def _preferences(world: World, row: dict[str, str]) -> dict[str, Any]:
    chance, role = world.chance, Role.HOST if row["role"] == "host" else Role.VISITING
    field_sectors = world.partnerships[row["partnership"]].sectors
    abroad = [code for code in world.countries if code != row["country"]]
    spoken = SPOKEN.get(row["country"], row["country"].lower()).split(";")
    shortest = chance.choice([3, 3, 3, 5, 5])
    is_host = role == Role.HOST
    return {
        "role": role,
        "languages": ["en", *spoken, *world.some(["fr", "de", "es"], 1)],
        "objectives": world.some(Objective.values, 3, 1),
        "activities": world.some(Activity.values, 4, 2),
        "min_days": shortest,
        "max_days": chance.choice([5, 5, 10, 15]) if shortest == 3 else 10,
        "mode": chance.choice([Mode.EITHER, Mode.EITHER, Mode.PHYSICAL, Mode.VIRTUAL]),
        "wanted_types": chance.choice([[], [], ["sme"], ["sme", "cluster", "technology_centre"]]),
        "wanted_countries": world.some(abroad, 8, 4) if chance.random() < 0.4 else [],
        "wanted_sectors": world.some(field_sectors, 3, 1) if chance.random() < 0.6 else [],
        "motivation": row["seeks"],
        "offer": row["brings"],
        "max_visitors": chance.randint(1, 4) if is_host else None,
        "welcomes_groups": is_host and chance.random() < 0.3,
        "joins_groups": not is_host and chance.random() < 0.3,
    }


def _windows(world: World) -> Iterator[tuple[Any, Any]]:
    for _number in range(world.chance.choice([0, 1, 1, 2])):
        start = world.start.date() + timedelta(days=world.chance.randint(30, 240))
        yield start, start + timedelta(days=world.chance.randint(20, 90))


def _begin_registrations(world: World) -> None:
    """Three people are in the middle of registering."""
    for name, role in (("Amstel Waterbouw", "host"), ("Miskolc Robotika", "visiting")):
        owner = make_person(f"info@{slugify(name)}.example", name.split()[0], "Starter")
        Registration.objects.create(owner=owner, answers={"role": {"role": role}})
    Registration.objects.create(answers={"role": {"role": "host"}})


def settle_mails() -> None:
    """What was written in the past has gone out in the past."""
    OutgoingMail.objects.filter(
        status=MailStatus.QUEUED, send_after__lte=clock.now() - timedelta(minutes=30)
    ).update(status=MailStatus.SENT, sent_at=F("send_after"), attempts=1)

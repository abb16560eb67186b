"""Synthetic published profiles, for load and scale. They pass no desk and are marked as such."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import TypeVar

from cxc_portal.core import audit, clock
from profiles.enums import Activity, Mode, Objective, ProfileState, Role
from profiles.models import (
    AvailabilityWindow,
    Country,
    Organisation,
    OrganisationType,
    Partnership,
    Profile,
    Sector,
)
from profiles.signals import listing_changed

BATCH = 2000
SOURCE = "generated"
LANGUAGES = "en fr de es it pt nl pl hu cs sv da fi el ro bg".split()

T = TypeVar("T")


class Generator:
    """Draws profiles; the same seed gives the same ones."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose
        self.types = [
            (kind.code, kind.may_host, kind.may_visit)
            for kind in OrganisationType.objects.filter(may_host=True, may_visit=True)
        ]
        self.countries = list(
            Country.objects.filter(is_eligible=True).order_by("code").values_list("code", flat=True)
        )
        self.sectors = list(Sector.objects.order_by("code").values_list("code", flat=True))
        self.partnerships = list(Partnership.objects.order_by("acronym"))

    def some(self, choices: Sequence[T], highest: int, lowest: int = 0) -> list[T]:
        """A few of the choices, `lowest` to `highest`."""
        count = self.random.randint(lowest, min(highest, len(choices)))
        return self.random.sample(choices, count)

    def organisation(self, number: int) -> Organisation:
        sectors = self.some(self.sectors, 3, 1)
        return Organisation(
            name=f"Synthetic organisation {self.seed}-{number}",
            organisation_type_id=self.random.choice(self.types)[0],
            country_id=self.random.choice(self.countries),
            main_sector_id=sectors[0],
            sectors=sectors,
            is_declared_sme=True,
            description="A synthetic organisation, made to try the portal at scale.",
            created_at=clock.now(),
        )

    def profile(self, number: int, organisation: Organisation) -> Profile:
        moment = clock.now()
        abroad = [code for code in self.countries if code != organisation.country_id]
        shortest = self.random.randint(3, 10)
        return Profile(
            ref=f"G{self.seed}-{number:07}",
            organisation=organisation,
            role=self.random.choice(Role.values),
            state=ProfileState.PUBLISHED,
            state_since=moment,
            partnership=self.random.choice(self.partnerships),
            contact_name=f"Synthetic person {number}",
            contact_email=f"person{number}@synthetic.example",
            languages=sorted({"en", *self.some(LANGUAGES, 2)}),
            objectives=self.some(Objective.values, 3),
            activities=self.some(Activity.values, 4),
            min_days=shortest,
            max_days=self.random.randint(shortest, 22),
            mode=self.random.choice(Mode.values),
            wanted_types=[code for code, _host, _visit in self.some(self.types, 3)],
            wanted_countries=self.some(abroad, 6),
            wanted_sectors=self.some(self.sectors, 5),
            motivation="Find partners abroad.",
            offer="Show how we work.",
            consent_at=moment,
            consent_version=SOURCE,
            source=SOURCE,
            created_at=moment,
            submitted_at=moment,
            published_at=moment,
            confirmed_at=moment,
        )

    def windows(self, profile: Profile) -> Iterator[AvailabilityWindow]:
        for _number in range(self.random.randint(0, 2)):
            start = clock.today() + timedelta(days=self.random.randint(0, 300))
            end = start + timedelta(days=self.random.randint(5, 90))
            yield AvailabilityWindow(profile=profile, starts_on=start, ends_on=end)


def generate_profiles(
    *, count: int, seed: int, watcher: Callable[[int, int], None] | None = None
) -> int:
    """Add `count` published profiles drawn from `seed`; those of an earlier run are left alone.

    Says how many were new. The catalogue learns of them batch by batch.
    """
    generator = Generator(seed)
    known = set(Profile.objects.filter(ref__startswith=f"G{seed}-").values_list("ref", flat=True))
    drawn = (
        generator.profile(number, generator.organisation(number)) for number in range(1, count + 1)
    )
    made = done = 0
    while batch := list(islice(drawn, BATCH)):
        windows = {profile.ref: list(generator.windows(profile)) for profile in batch}
        new = [profile for profile in batch if profile.ref not in known]
        _write(new, windows)
        made += len(new)
        done += len(batch)
        if watcher:
            watcher(done, count)
    return made


def _write(profiles: list[Profile], windows: dict[str, list[AvailabilityWindow]]) -> None:
    if not profiles:
        return
    with audit.transaction():
        Organisation.objects.bulk_create([profile.organisation for profile in profiles])
        for profile in profiles:
            profile.organisation_id = profile.organisation.pk
        Profile.objects.bulk_create(profiles)
        AvailabilityWindow.objects.bulk_create(
            window for profile in profiles for window in windows[profile.ref]
        )
        audit.record("profiles.generated", data={"count": len(profiles)})
        listing_changed.send(sender=Profile, profile_ids=[profile.pk for profile in profiles])

"""Who takes part in the replayed programme, and what each does on which day: the same plan for the
same seed. Days count from the first one of the simulation."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cxc_portal.core.errors import DomainError
from cxc_portal.core.places import largest_towns
from profiles.demo import rows
from profiles.enums import Role
from profiles.models import Country, Organisation, Profile
from profiles.services.generation import Generator

NAMES = Path(__file__).resolve().parents[1] / "data" / "simulated_names.csv"
MONTH = 30
SHORTEST = 5
"""In so many months one exchange can go all the way."""

FROM_REGISTRATION = 14
TO_PAYMENT = 115
"""Days from a proposal until the money is there, late reports included."""

TO_FIRST_DAY = 49
LONGEST_ONLINE = TO_FIRST_DAY + 30
"""Days from a proposal until an exchange online is over."""

HOSTS_PER_VISITOR = 3
TOWNS = 5
ONLINE_SHARE = 1 / 6
"""The share of exchanges that are held online."""

PROGRAMMES = ("learn_3", "learn_5", "markets_5", "technology_5", "investment_3", "learn_10")
ONLINE = ("learn_online", "technology_online", "markets_online")


class PlanImpossible(DomainError):
    """These numbers make no programme; the message says what would."""

    def __init__(self, message: str) -> None:
        super().__init__("plan_impossible", message)


@dataclass(frozen=True)
class Participant:
    """One organisation, its person, and the day on which it registers."""

    number: int
    role: str
    name: str
    first: str
    last: str
    email: str
    country: str
    town: str
    kind: str
    sector: str
    languages: tuple[str, ...]
    purpose: tuple[str, ...]
    partnership: str
    day: int
    takes_part: bool

    @property
    def full_name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True)
class Journey:
    """One exchange from the proposal on. `reports_after` are the days after its end when the
    visitor and the host report, `is_returned` whether the visitor's report comes back once,
    `is_refused` whether a piece of evidence does."""

    number: int
    visitor: Participant
    host: Participant
    programme: str
    day: int
    reports_after: tuple[int, int]
    is_returned: bool
    is_refused: bool

    @property
    def is_online(self) -> bool:
        return self.programme.endswith("_online")

    @property
    def first_day(self) -> int:
        """Seven weeks after the proposal."""
        return self.day + TO_FIRST_DAY


@dataclass(frozen=True)
class Plan:
    """All that happens."""

    seed: int
    days: int
    participants: tuple[Participant, ...]
    journeys: tuple[Journey, ...]

    @property
    def partnerships(self) -> list[str]:
        """Those that somebody of the plan belongs to."""
        return sorted({one.partnership for one in self.participants})


def draw(
    *, organisations: int, exchanges: int, months: int, seed: int, online_until: int | None = None
) -> Plan:
    """The plan of these numbers and this seed. `online_until` is the last day on which an exchange
    may be held online; without one every day is."""
    if not Country.objects.exists():
        raise PlanImpossible(
            "This portal has no reference data yet: run load_reference_data first."
        )
    hosts = max(exchanges // HOSTS_PER_VISITOR, 1)
    if organisations < exchanges + hosts:
        raise PlanImpossible(
            f"{exchanges} exchanges need {exchanges + hosts} organisations: each visitor travels "
            "once, and a host takes three visitors."
        )
    if months < SHORTEST:
        raise PlanImpossible(f"An exchange takes {SHORTEST} months from registration to payment.")
    days = months * MONTH
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    last_proposal = days - TO_PAYMENT
    proposals = sorted(chance.randint(FROM_REGISTRATION, last_proposal) for _ in range(exchanges))
    participants = _participants(chance, seed, organisations, proposals, hosts)
    visitors, hosting = participants[:exchanges], participants[exchanges : exchanges + hosts]
    journeys = [
        _journey(chance, number, visitor, hosting, day, online_until)
        for number, (visitor, day) in enumerate(zip(visitors, proposals, strict=True), start=1)
    ]
    return Plan(seed, days, tuple(participants), tuple(journeys))


def _participants(
    chance: random.Random, seed: int, count: int, proposals: list[int], hosts: int
) -> list[Participant]:
    """The visitors, then their hosts, then all those who only register."""
    generator = Generator(seed)
    last_day = max(proposals, default=0)
    found = []
    for number in range(1, count + 1):
        organisation = generator.organisation(number)
        profile = generator.profile(number, organisation)
        if number <= len(proposals):
            profile.role, day = Role.VISITING, proposals[number - 1] - FROM_REGISTRATION
        elif number <= len(proposals) + hosts:
            profile.role, day = Role.HOST, 0
        else:
            day = chance.randint(0, last_day)
        takes_part = number <= len(proposals) + hosts
        found.append(_participant(number, seed, organisation, profile, chance, day, takes_part))
    return found


def _participant(
    number: int,
    seed: int,
    organisation: Organisation,
    profile: Profile,
    chance: random.Random,
    day: int,
    takes_part: bool,
) -> Participant:
    first, last = _person(organisation.country_id, chance)
    return Participant(
        number=number,
        role=profile.role,
        name=_name(number),
        first=first,
        last=last,
        email=f"person{number}@s{seed}.simulated.example",
        country=organisation.country_id,
        town=chance.choice(largest_towns(organisation.country_id, TOWNS) or [""]),
        kind=organisation.organisation_type_id,
        sector=organisation.main_sector_id,
        languages=tuple(profile.languages),
        purpose=tuple(profile.objectives + profile.activities) or ("learn",),
        partnership=profile.partnership.acronym if profile.partnership else "",
        day=day,
        takes_part=takes_part,
    )


def _journey(
    chance: random.Random,
    number: int,
    visitor: Participant,
    hosts: list[Participant],
    day: int,
    online_until: int | None,
) -> Journey:
    abroad = [host for host in hosts if host.country != visitor.country] or hosts
    host = chance.choice(abroad)
    may_be_online = online_until is None or day + LONGEST_ONLINE <= online_until
    is_online = chance.random() < ONLINE_SHARE and may_be_online
    return Journey(
        number=number,
        visitor=visitor,
        host=host,
        programme=chance.choice(ONLINE if is_online else PROGRAMMES),
        day=day,
        reports_after=(_delay(chance), _delay(chance)),
        is_returned=chance.random() < 0.1,
        is_refused=chance.random() < 0.1,
    )


def _delay(chance: random.Random) -> int:
    """Most report in the first days, some on the last ones, a few late."""
    ranges = ((1, 6), (1, 6), (1, 6), (1, 6), (5, 9), (12, 17))
    return chance.randint(*chance.choice(ranges))


@lru_cache(maxsize=1)
def _words() -> tuple[list[str], list[str]]:
    """First and second words."""
    with NAMES.open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    first, second = ([row["word"] for row in table if row["place"] == place] for place in "12")
    return first, second


def _name(number: int) -> str:
    """A name of its own for each number."""
    first, second = _words()
    rank, word = divmod(number - 1, len(second))
    words = [first[(rank + 7 * word) % len(first)], second[word]]
    return " ".join([*words, *_round(rank, len(first))])


def _round(rank: int, words: int) -> Iterator[str]:
    """Once all pairs of words are taken, a number tells the next ones apart."""
    if rank >= words:
        yield str(rank // words + 1)


@lru_cache(maxsize=1)
def _people() -> dict[str, tuple[list[str], list[str]]]:
    return {
        row["country"]: (row["first"].split(";"), row["last"].split(";"))
        for row in rows("names.csv")
    }


def _person(country: str, chance: random.Random) -> tuple[str, str]:
    known = _people()
    firsts, lasts = known.get(country) or known[sorted(known)[0]]
    return chance.choice(firsts), chance.choice(lasts)

"""A small world for the tests of the score, and the formula once more, written plainly."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import strategies as st

from matching.scoring.criteria import Criterion
from matching.scoring.facts import ProfileFacts
from matching.scoring.ruleset import Ruleset
from matching.scoring.vocabulary import ACTIVITIES, MODES, OBJECTIVES, ROLES, Vocabulary

SECTORS = [f"{number:02}" for number in range(1, 89)]
COUNTRIES = ["DE", "DK", "ES", "FR", "IT", "PL", "PT", "RO", "TR"]
TYPES = ["cluster", "creative_hub", "incubator", "sme", "technology_centre"]
VOCABULARY = Vocabulary.of(sectors=SECTORS, countries=COUNTRIES, organisation_types=TYPES)


def host(**facts: Any) -> ProfileFacts:
    """A French cluster without any wish, unless told otherwise."""
    return make({"ref": "H-1", "role": "host", "organisation_id": 1, "country": "FR"} | facts)


def visitor(**facts: Any) -> ProfileFacts:
    """A Portuguese cluster without any wish, unless told otherwise."""
    return make({"ref": "V-1", "role": "visiting", "organisation_id": 2, "country": "PT"} | facts)


def make(facts: dict[str, Any]) -> ProfileFacts:
    facts = {"organisation_type": "cluster", "sectors": {"29"}, "languages": {"en"}} | facts
    return ProfileFacts(
        **{
            name: frozenset(value) if isinstance(value, set) else value
            for name, value in facts.items()
        }
    )


def days(first: str, last: str) -> tuple[date, date]:
    return date.fromisoformat(first), date.fromisoformat(last)


# --- any profile -----------------------------------------------------------------------------


def codes(of: list[str] | tuple[str, ...], least: int = 0, most: int = 6) -> Any:
    return st.frozensets(st.sampled_from(of), min_size=least, max_size=most)


@st.composite
def windows(draw: st.DrawFn) -> tuple[tuple[date, date], ...]:
    found = []
    for _ in range(draw(st.integers(0, 5))):
        first = date(2027, 1, 1) + timedelta(days=draw(st.integers(0, 40)))
        found.append((first, first + timedelta(days=draw(st.integers(0, 12)))))
    return tuple(found)


@st.composite
def profiles(draw: st.DrawFn, **fixed: Any) -> ProfileFacts:
    """Few codes, so that wishes are met, missed and partly met about equally often."""
    least, most = draw(st.none() | st.integers(1, 12)), draw(st.none() | st.integers(1, 12))
    if least is not None and most is not None:
        least, most = min(least, most), max(least, most)
    facts = {
        "ref": draw(st.text("ABC-123", min_size=1, max_size=5)),
        "role": draw(st.sampled_from(["host", "visiting"])),
        "organisation_id": draw(st.integers(0, 9)),
        "organisation_type": draw(st.sampled_from(TYPES)),
        "country": draw(st.sampled_from(COUNTRIES)),
        "sectors": draw(codes(SECTORS[:12], most=5)),
        "languages": draw(codes(["en", "fr", "ro", "zu"], most=3)),
        "wanted_types": draw(codes(TYPES)),
        "wanted_countries": draw(codes(COUNTRIES)),
        "wanted_sectors": draw(codes(SECTORS[:12], most=10)),
        "objectives": draw(codes(OBJECTIVES)),
        "activities": draw(codes(ACTIVITIES)),
        "min_days": least,
        "max_days": most,
        "windows": draw(windows()),
        "mode": draw(st.sampled_from(["physical", "virtual", "either", "either"])),
        "physical_visit_used": draw(st.booleans()),
        "is_eligible": draw(st.sampled_from([True, True, True, False])),
        "is_published": draw(st.sampled_from([True, True, True, False])),
        "partnership_id": draw(st.none() | st.integers(1, 3)),
    }
    return ProfileFacts(**facts | fixed)


def random_profiles(count: int, seed: int) -> list[ProfileFacts]:
    """As `profiles`, for when thousands are needed; refs are R00000 and so on."""
    random = Random(seed)
    return [random_profile(random, f"R{number:05}") for number in range(count)]


def random_profile(random: Random, ref: str) -> ProfileFacts:
    def some(of: Sequence[str], most: int) -> frozenset[str]:
        return frozenset(random.sample(of, random.randint(0, min(most, len(of)))))

    first = date(2027, 1, 1) + timedelta(days=random.randint(0, 60))
    least = random.randint(1, 9)
    return ProfileFacts(
        ref=ref,
        role=random.choice(ROLES),
        organisation_id=random.randint(0, 5000),
        organisation_type=random.choice(TYPES),
        country=random.choice(COUNTRIES),
        sectors=some(SECTORS[:20], 5),
        languages=some(["en", "fr", "ro", "zu"], 3),
        wanted_types=some(TYPES, 3),
        wanted_countries=some(COUNTRIES, 6),
        wanted_sectors=some(SECTORS[:20], 10),
        objectives=some(OBJECTIVES, 4),
        activities=some(ACTIVITIES, 4),
        min_days=random.choice([None, least]),
        max_days=random.choice([None, least + random.randint(0, 5)]),
        windows=((first, first + timedelta(days=random.randint(0, 30))),) * random.randint(0, 2),
        mode=random.choice([*MODES, "either"]),
        physical_visit_used=random.random() < 0.2,
        is_eligible=random.random() < 0.9,
        is_published=random.random() < 0.9,
        partnership_id=random.choice([None, 1, 2, 65_535]),
    )


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=6, max_size=6)))
    weights = [after - before for before, after in zip([0, *cuts], [*cuts, 1000], strict=True)]
    orange, green = sorted(draw(st.sets(st.integers(1, 1000), min_size=2, max_size=2)))
    return Ruleset(
        version=draw(st.integers(1, 99)),
        weights=dict(zip(Criterion, weights, strict=True)),
        orange_from=orange,
        green_from=green,
        minimum_days=draw(st.integers(1, 6)),
    )


# --- the formula, plainly --------------------------------------------------------------------


def plain_parts(a: ProfileFacts, b: ProfileFacts, ruleset: Ruleset) -> dict[str, Decimal]:
    values = {
        "sector": (
            sector_value(a.wanted_sectors, b.sectors) + sector_value(b.wanted_sectors, a.sectors)
        )
        / 2,
        "purpose": purpose_value(a.objectives | a.activities, b.objectives | b.activities),
        "organisation_type": Fraction(
            int(not a.wanted_types or b.organisation_type in a.wanted_types)
            + int(not b.wanted_types or a.organisation_type in b.wanted_types),
            2,
        ),
        "country": Fraction(
            int(not a.wanted_countries or b.country in a.wanted_countries)
            + int(not b.wanted_countries or a.country in b.wanted_countries),
            2,
        ),
        "language": Fraction(int(bool(a.languages & b.languages))),
        "length": length_value(a, b),
        "availability": availability_value(a, b, ruleset.minimum_days),
    }
    return {
        name: rounded(value * Fraction(ruleset.weights[Criterion(name)], 10))
        for name, value in values.items()
    }


def rounded(value: Fraction) -> Decimal:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal("0.1"), ROUND_HALF_UP)


def sector_value(wanted: frozenset[str], sectors: frozenset[str]) -> Fraction:
    if not wanted:
        return Fraction(1)
    if not sectors:
        return Fraction(0)
    return Fraction(len(wanted & sectors), min(len(wanted), len(sectors)))


def purpose_value(a: frozenset[str], b: frozenset[str]) -> Fraction:
    if not a or not b:
        return Fraction(1)
    return Fraction(len(a & b), min(len(a), len(b)))


def length_value(a: ProfileFacts, b: ProfileFacts) -> Fraction:
    suits_a = set(range(a.min_days or 1, (a.max_days or 254) + 1))
    suits_b = set(range(b.min_days or 1, (b.max_days or 254) + 1))
    if suits_a & suits_b:
        return Fraction(1)
    gap = min(abs(one - other) for one in suits_a for other in suits_b)
    return Fraction(1, 2) if gap <= 2 else Fraction(0)


def availability_value(a: ProfileFacts, b: ProfileFacts, minimum_days: int) -> Fraction:
    if not a.windows or not b.windows:
        return Fraction(1)
    needed = max(a.min_days or minimum_days, b.min_days or minimum_days)
    for window in a.windows:
        for other in b.windows:
            if len(all_days(window) & all_days(other)) >= needed:
                return Fraction(1)
    return Fraction(0)


def all_days(window: tuple[date, date]) -> set[date]:
    first, last = window
    return {first + timedelta(days=number) for number in range((last - first).days + 1)}


def plain_stops(a: ProfileFacts, b: ProfileFacts) -> set[str]:
    modes = {a.mode, b.mode}
    used = [each for each in (a, b) if each.role == "visiting" and each.physical_visit_used]
    applies = {
        "same_country": a.country == b.country,
        "same_organisation": a.organisation_id == b.organisation_id,
        "same_role": a.role == b.role,
        "type_not_eligible": not (a.is_eligible and b.is_eligible),
        "modes_exclude": modes == {"physical", "virtual"},
        "physical_visit_used": used and "physical" in modes and "virtual" not in modes,
        "not_published": not (a.is_published and b.is_published),
    }
    return {name for name, does in applies.items() if does}

"""The two screens of the pilot come out of the published formula, score and band.

`pilot_match_screens.csv` is what the screens showed. `pilot_screens.json` holds the profiles behind
them, in the columns of `import_profiles`, each partner with the screen it stands on.
"""

import csv
import json
from datetime import date
from pathlib import Path

import pytest

import matching
from matching.scoring.facts import ProfileFacts
from matching.scoring.ruleset import PUBLISHED_RULESET, as_points
from matching.scoring.score import score_pair

DATA = Path(matching.__file__).parent / "data"
COLUMNS = (
    "ref role organisation organisation_type country sectors clusters partnership contact_name "
    "contact_email languages wanted_types wanted_countries wanted_sectors objectives activities "
    "min_days max_days available_from available_until mode description motivation offer "
    "screen_for screen_organisation expected_score expected_band"
).split()
SETS = (
    "sectors languages wanted_types wanted_countries wanted_sectors objectives activities"
).split()
# How the labels of the screens read in the lists of the portal.
LABELS = {
    "Incubator": "incubator",
    "Creative Hub": "creative_hub",
    "Technology Center": "technology_centre",
    "Cluster Organisation": "cluster",
    "Romania": "RO",
    "Poland": "PL",
    "Denmark": "DK",
    "Italy": "IT",
    "Spain": "ES",
    "Turkey": "TR",
    "Germany": "DE",
    "Electric Power General...": "35",
    "Automotive, Footwear": "29;15",
    "Apparel, Metal Mining": "14;07",
    "Manufacture of other transport equipment": "30",
    "Land transport and transport via pipelines": "49",
    "Manufacture of motor vehicles, trailers and semi-trailers": "29",
    "Scientific research and development": "72",
    "Activities of membership organisations": "94",
    "Basque, Bulgarian": "eu;bg",
    "Polish, Bulgarian": "pl;bg",
    "American, English": "en",
    "English, French, ...": "en;fr;it",
    "English, Spanish": "en;es",
    "English, Turkish": "en;tr",
    "English, German": "en;de",
    "English, Italian": "en;it",
}

PROFILES = json.loads((DATA / "pilot_screens.json").read_text("utf-8"))
with (DATA / "pilot_match_screens.csv").open(encoding="utf-8", newline="") as file:
    SCREENS = list(csv.DictReader(file))


def facts_of(profile: dict[str, str]) -> ProfileFacts:
    return ProfileFacts(
        ref=profile["ref"],
        role=profile["role"],
        organisation_id=PROFILES.index(profile),
        organisation_type=profile["organisation_type"],
        country=profile["country"],
        **{name: frozenset(filter(None, profile[name].split(";"))) for name in SETS},
        min_days=int(profile["min_days"]),
        max_days=int(profile["max_days"]),
        windows=(
            (
                date.fromisoformat(profile["available_from"]),
                date.fromisoformat(profile["available_until"]),
            ),
        ),
        mode=profile["mode"],
    )


def behind(screen: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """The profile that looked for partners, and the partner on this line of its screen."""
    (asker,) = [
        each
        for each in PROFILES
        if not each["screen_for"] and each["screen_organisation"] == screen["screen_for"]
    ]
    (partner,) = [
        each
        for each in PROFILES
        if each["screen_for"] == screen["screen_for"]
        and each["screen_organisation"] == screen["organisation"]
    ]
    return asker, partner


def names(screen: dict[str, str]) -> str:
    return f"{screen['screen_for']}-{screen['organisation']}"


@pytest.mark.parametrize("screen", SCREENS, ids=names)
def test_the_score_and_the_band_are_those_of_the_screen(screen):
    asker, partner = behind(screen)

    found = score_pair(facts_of(asker), facts_of(partner), PUBLISHED_RULESET)

    assert as_points(found.total) == as_points(round(float(screen["score"]) * 10))
    assert (found.band, found.stops.reasons) == (screen["band"], ())


@pytest.mark.parametrize("screen", SCREENS, ids=names)
def test_the_partner_is_described_as_on_the_screen(screen):
    asker, partner = behind(screen)

    assert asker["role"] == screen["screen_role"]
    assert {
        "organisation_type": partner["organisation_type"],
        "country": partner["country"],
        "sectors": partner["sectors"],
        "languages": partner["languages"],
        "partnership": partner["partnership"],
        "expected_score": partner["expected_score"],
        "expected_band": partner["expected_band"],
    } == {
        "organisation_type": LABELS[screen["organisation_type"]],
        "country": LABELS[screen["country"]],
        "sectors": LABELS[screen["sector"]],
        "languages": LABELS[screen["languages"]],
        "partnership": screen["partnership"],
        "expected_score": screen["score"],
        "expected_band": screen["band"],
    }


def test_there_is_one_profile_for_each_line_and_each_screen():
    assert len(PROFILES) == len(SCREENS) + 2
    assert len({profile["ref"] for profile in PROFILES}) == len(PROFILES)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile["ref"])
def test_each_profile_has_all_columns(profile):
    assert list(profile) == COLUMNS

"""The two match screens of the pilot come out of the demo world exactly, in the command and on the
pages of its two accounts."""

import csv
import json
import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction

import matching
from matching.demo import pilot_profiles
from profiles.models import Profile, User
from tests.worlds import put_demo_world

DATA = Path(matching.__file__).parent / "data"
with (DATA / "pilot_match_screens.csv").open(encoding="utf-8", newline="") as file:
    SCREENS = list(csv.DictReader(file))
ACCOUNTS = {
    "AQUIMER": "host@demo.example",
    "Digital solutions and services": "visitor@demo.example",
}
WORDS = {"green": "High fit", "orange": "Medium fit", "red": "Low fit"}


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo world, made once for this module and taken away after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        put_demo_world()
        yield
        transaction.set_rollback(True)


pytestmark = pytest.mark.usefixtures("demo")


def names(screen: dict[str, str]) -> str:
    return f"{screen['screen_for']}-{screen['organisation']}"


def refs_of(screen: dict[str, str]) -> tuple[str, str]:
    """The profile that looked, and the partner on this line of its screen."""
    asker = Profile.objects.get(
        organisation__name=screen["screen_for"], contact__email=ACCOUNTS[screen["screen_for"]]
    )
    (partner,) = [
        one["ref"]
        for one in pilot_profiles()
        if (one["screen_for"], one["screen_organisation"])
        == (screen["screen_for"], screen["organisation"])
    ]
    return asker.ref, partner


@pytest.mark.parametrize("screen", SCREENS, ids=names)
def test_the_command_gives_score_and_band_of_the_screen(screen):
    asker, partner = refs_of(screen)
    output = StringIO()
    call_command("match", asker, "--top", "500", "--json", stdout=output)
    (line,) = [one for one in json.loads(output.getvalue())["matches"] if one["ref"] == partner]
    assert (line["score"], line["band"]) == (float(screen["score"]), screen["band"])
    assert round(sum(line["parts"].values()), 1) == line["score"]


@pytest.mark.parametrize("screen", SCREENS, ids=names)
def test_the_pages_give_score_and_band_of_the_screen(client, screen):
    asker, partner = refs_of(screen)
    client.force_login(User.objects.get(email=ACCOUNTS[screen["screen_for"]]))
    name = Profile.objects.get(ref=partner).organisation.name
    listed = client.get(f"/matches/{asker}/", {"name": name}).content.decode()
    row = listed[listed.index(f"/matches/{asker}/{partner}/") :]
    ring = re.search(r'ring-number">([\d.]+)<.*?</svg>\s*([A-Z][a-z]+ fit)', row, re.DOTALL)
    assert ring is not None
    shown = f"{float(screen['score']):.1f}"
    assert ring.groups() == (shown, WORDS[screen["band"]])

    pair = client.get(f"/matches/{asker}/{partner}/").content.decode()
    assert f'ring-number">{shown}<' in pair
    points = [float(text) for text in re.findall(r'<td class="number">([\d.]+)</td>', pair)]
    assert round(sum(points[:-1]), 1) == points[-1] == float(screen["score"])
    assert len(points) == 8


def test_each_account_of_the_pilot_opens_its_screen(client):
    for email in ACCOUNTS.values():
        client.force_login(User.objects.get(email=email))
        assert client.get("/matches/").status_code == 302

"""What matching adds to the demo world: the profiles of the pilot's two match screens, and some who
look for what is scarce."""

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from cxc_portal.core.errors import DomainError
from matching.demo_contacts import add_contacts
from profiles.demo import World, make_person
from profiles.imports import COLUMNS, Vocabulary, parse_row
from profiles.models import Membership, Profile, User
from profiles.services.imports import RowRefused, import_profiles

SCREENS = Path(__file__).resolve().parent / "data" / "pilot_screens.json"
SCARCE = SCREENS.with_name("demo_scarce.csv")
REGISTERED_DAYS_AGO = 60
SCARCE_SINCE = timedelta(days=45)
ACCOUNTS = {
    "AQUIMER": ("host@demo.example", "Hélène", "Host"),
    "Digital solutions and services": ("visitor@demo.example", "Vasco", "Visitor"),
}


def pilot_profiles() -> list[dict[str, Any]]:
    """The profiles in the columns of an import, with the scores that the screens showed."""
    profiles: list[dict[str, Any]] = json.loads(SCREENS.read_text(encoding="utf-8"))
    return profiles


def add_to_demo(world: World) -> None:
    """What this app adds to the demo world."""
    add_pilot_screens(world)
    add_scarce_profiles(world)
    add_contacts(world)


def scarce_profiles() -> list[dict[str, Any]]:
    """Some who look for what hardly anybody offers, in the columns of an import: to serve as many
    of them as possible a plan must look further than at the best pair."""
    with SCARCE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def add_scarce_profiles(world: World) -> None:
    """Publish them, without drawing on the chance that makes the rest of the world."""
    world.tell(world.start - SCARCE_SINCE, lambda: _publish(scarce_profiles()))


def add_pilot_screens(world: World) -> None:
    """Publish the pilot's profiles; the demo accounts of host and visitor own the two screens."""
    world.tell(world.ago(REGISTERED_DAYS_AGO), lambda: _publish(pilot_profiles()))


def _publish(profiles: list[dict[str, Any]]) -> None:
    vocabulary, rows = Vocabulary.load(None), []
    for number, facts in enumerate(profiles, start=1):
        row = parse_row(number, {name: facts[name] for name in COLUMNS}, vocabulary, publish=True)
        if isinstance(row, list):
            raise DomainError("demo_row", str(row[0]))
        rows.append(row)
    for result in import_profiles(rows=rows, actor=None, publish=True):
        if isinstance(result, RowRefused):
            raise result
    for facts in profiles:
        _give_owner(facts)


def _give_owner(facts: dict[str, Any]) -> None:
    profile = Profile.objects.get(ref=facts["ref"])
    account = ACCOUNTS.get(facts["organisation"])
    if account:
        owner = make_person(*account, password=settings.DEMO_PASSWORD)
    else:
        first, _space, last = facts["contact_name"].partition(" ")
        owner = User.objects.filter(email=facts["contact_email"]).first() or make_person(
            facts["contact_email"], first, last
        )
    Membership.objects.get_or_create(user=owner, organisation=profile.organisation)
    profile.contact = owner
    profile.save(update_fields=["contact"])

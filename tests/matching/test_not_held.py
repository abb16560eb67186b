"""An edit of what the index does not hold leaves it alone."""

import pytest

from matching.queries.facts import FIELDS, NOT_HELD
from profiles.models import Profile
from profiles.signals import listing_changed


@pytest.fixture
def refreshed(monkeypatch):
    found = []
    monkeypatch.setattr("matching.receivers.refresh_records", lambda **known: found.append(known))
    return found


def test_the_index_holds_nothing_of_what_is_left_out():
    held = {name.removeprefix("organisation__").removesuffix("_id") for name in FIELDS}
    assert held & NOT_HELD == set()


@pytest.mark.parametrize(
    ("fields", "is_refreshed"),
    [
        (["street", "postcode"], False),
        (["street", "description"], True),
        (["a field that is new"], True),
        ([], True),
    ],
)
def test_the_index_follows_what_it_holds_and_what_it_does_not_know(
    db, refreshed, fields, is_refreshed
):
    listing_changed.send(sender=Profile, profile_ids=[1], fields=fields)
    assert bool(refreshed) == is_refreshed


def test_who_enters_or_leaves_is_always_followed(db, refreshed):
    listing_changed.send(sender=Profile, profile_ids=[1])
    assert refreshed == [{"profile_ids": [1]}]

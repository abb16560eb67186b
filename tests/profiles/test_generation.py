"""`generate_profiles`: synthetic profiles that are repeatable and complete."""

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from profiles.models import Profile
from profiles.services.generation import generate_profiles
from profiles.signals import listing_changed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]


def facts():
    fields = ("ref", "role", "organisation__country", "organisation__sectors", "wanted_types")
    return list(Profile.objects.order_by("ref").values_list(*fields))


def test_the_same_seed_gives_the_same_profiles():
    before = transaction.savepoint()
    generate_profiles(count=20, seed=7)
    first = facts()
    transaction.savepoint_rollback(before)
    assert facts() == []
    generate_profiles(count=20, seed=7)
    assert facts() == first


def test_they_are_published_and_sound():
    generate_profiles(count=20, seed=7)
    for profile in Profile.objects.published():
        profile.full_clean(exclude=["contact"])
        assert profile.organisation.country_id not in profile.wanted_countries
    assert Profile.objects.published().count() == 20


def test_a_larger_run_keeps_those_of_the_smaller_one():
    assert generate_profiles(count=5, seed=7) == 5
    assert generate_profiles(count=8, seed=7) == 3
    assert generate_profiles(count=8, seed=7) == 0


def test_the_catalogue_is_told_batch_by_batch(monkeypatch):
    monkeypatch.setattr("profiles.services.generation.BATCH", 4)
    told, seen = [], []
    listen = lambda sender, profile_ids, **_: told.append(len(profile_ids))  # noqa: E731
    listing_changed.connect(listen)
    try:
        generate_profiles(count=10, seed=7, watcher=lambda done, total: seen.append((done, total)))
    finally:
        listing_changed.disconnect(listen)
    assert told == [4, 4, 2]
    assert seen == [(4, 10), (8, 10), (10, 10)]


def test_the_command_says_how_many_are_new(capsys):
    call_command("generate_profiles", "--count", "3", "--seed", "1")
    assert capsys.readouterr().out == "3 profiles generated\n"


@pytest.mark.parametrize(("count", "seed"), [("0", "1"), ("1", "-1"), ("1", "100000000")])
def test_numbers_out_of_range_are_refused(count, seed):
    with pytest.raises(CommandError, match="--count must be at least 1"):
        call_command("generate_profiles", f"--count={count}", f"--seed={seed}")

from datetime import date

import pytest

from profiles import strength as module
from profiles.enums import Role
from profiles.models import Profile
from profiles.strength import Stage, fields_of, missing_fields, register_match_effect, strength
from tests.factories import OrganisationFactory, ProfileFactory

pytestmark = pytest.mark.django_db

COMPLETE_ORGANISATION = {
    "description": "We weld",
    "legal_form": "GmbH",
    "registration_number": "HRB 1",
}
ADDRESS = {"street": "Am Hafen 1", "postcode": "93055", "city": "Regensburg"}
COMPLETE_PROFILE = {
    "motivation": "To learn",
    "offer": "A test basin",
    "activities": ["training"],
    "min_days": 3,
    "max_days": 5,
    "contact_position": "Engineer",
    "contact_phone": "+4994112345",
    "cv": "cvs/x.pdf",
    "has_declared_residence": True,
}


@pytest.fixture
def effect(monkeypatch):
    """Register an answer for matching: by the first changed field, or a number for all."""
    monkeypatch.setattr(module, "_providers", [])

    def register(answers, calls=None):
        def provider(profile, variants):
            if calls is not None:
                calls.extend(variants)
            if answers[""] is None:
                return None
            return [answers.get(next(iter(changes), ""), answers[""]) for changes in variants]

        register_match_effect(provider)

    return register


@pytest.fixture
def nobody_counts(monkeypatch):
    monkeypatch.setattr(module, "_providers", [])


def names(fields):
    return [field.name for field in fields]


@pytest.fixture
def complete(reference):
    organisation = OrganisationFactory(**COMPLETE_ORGANISATION, **ADDRESS)
    profile = ProfileFactory(organisation=organisation, **COMPLETE_PROFILE)
    profile.windows.create(starts_on=date(2027, 6, 1), ends_on=date(2027, 6, 30))
    return Profile.objects.get(pk=profile.pk)


def test_complete_profile_lacks_nothing(complete, nobody_counts):
    shown = strength(complete)
    assert (shown.filled, shown.total, shown.percent) == (13, 13, 100)
    assert (shown.missing, shown.next) == ([], None)


@pytest.mark.parametrize(
    "name", [*COMPLETE_PROFILE.keys() - {"max_days"}, *COMPLETE_ORGANISATION, "windows"]
)
def test_each_missing_field_is_named(complete, name):
    if name == "windows":
        complete.windows.all().delete()
    elif name in COMPLETE_ORGANISATION:
        setattr(complete.organisation, name, "")
    else:
        empty = type(COMPLETE_PROFILE[name])()
        setattr(complete, name, empty)
    assert [field.rpartition(".")[2] for field in names(missing_fields(complete))] == [name]


@pytest.mark.parametrize("part", ADDRESS)
def test_address_is_there_when_a_letter_would_arrive(complete, part):
    setattr(complete.organisation, part, "")
    assert names(missing_fields(complete)) == ["organisation.has_address"]


def test_first_missing_field_is_the_next_thing_to_do(complete, nobody_counts):
    complete.offer = complete.organisation.legal_form = ""
    shown = strength(complete)
    assert shown.next.name == "profile.offer"
    assert (shown.filled, shown.percent) == (11, 85)


def test_each_role_has_fields_of_its_own():
    visitor = set(names(fields_of(Profile(role=Role.VISITING))))
    host = set(names(fields_of(Profile(role=Role.HOST))))
    assert visitor - host == {
        "profile.cv",
        "profile.has_declared_residence",
        "organisation.registration_number",
    }
    assert host - visitor == {"profile.max_visitors"}


def test_each_field_says_what_it_is_needed_for():
    stages = {field.name: field.stage for field in fields_of(Profile(role=Role.VISITING))}
    assert stages["organisation.registration_number"] == Stage.PAY
    assert stages["profile.motivation"] == Stage.SIGN
    assert str(stages["profile.windows"].text) == "Partners read it before they answer"


def test_without_matching_no_number_is_invented(complete, nobody_counts):
    shown = strength(complete)
    assert (shown.partners, shown.ideas) == (None, [])


def test_matching_that_cannot_tell_gives_no_number(complete, effect):
    effect({"": None})
    shown = strength(complete)
    assert (shown.partners, shown.ideas) == (None, [])


def test_changes_that_bring_partners_are_offered_best_first(reference, effect):
    profile = ProfileFactory(
        languages=["en", "fr", "es", "it"], wanted_countries=["DE"], wanted_sectors=["29"]
    )
    effect({"": 4, "wanted_countries": 9, "wanted_sectors": 4, "languages": 6})
    shown = strength(profile)
    assert shown.partners == 4
    assert [(idea.text, idea.section, idea.gain) for idea in shown.ideas] == [
        ("If any country will do", "wishes", 5),
        ("If you can also work in German", "languages", 2),
    ]


def test_change_that_would_cost_partners_is_not_offered(reference, effect):
    effect({"": 4, "wanted_countries": 1, "languages": 4})
    profile = ProfileFactory(wanted_countries=["DE"])
    assert strength(profile).ideas == []


def test_three_ideas_are_enough(reference, effect):
    profile = ProfileFactory(wanted_countries=["DE"], wanted_sectors=["29"], wanted_types=["sme"])
    effect({"": 0, "languages": 1, "wanted_countries": 5, "wanted_sectors": 4, "wanted_types": 3})
    assert [idea.gain for idea in strength(profile).ideas] == [5, 4, 3]


def test_matching_is_asked_about_every_change_that_is_possible(complete, effect):
    complete.mode, complete.wanted_types = "virtual", ["sme"]
    complete.languages = ["de", "fr", "es", "it"]
    calls = []
    effect({"": 1}, calls)
    strength(complete)
    assert calls == [
        {},
        {"languages": ["de", "fr", "es", "it", "en"]},
        {"wanted_types": []},
        {"mode": "either"},
        {"windows": []},
        {"min_days": 1, "max_days": 7},
    ]


def test_what_is_open_to_all_cannot_be_opened_further(reference, effect):
    calls = []
    effect({"": 1}, calls)
    strength(ProfileFactory(languages=["en", "fr", "de", "es", "it"]))
    assert calls == [{}]


def test_lengths_stay_within_what_is_possible(reference, effect):
    calls = []
    effect({"": 1}, calls)
    strength(ProfileFactory(languages=["en", "fr", "de", "es", "it"], min_days=2, max_days=30))
    assert calls[-1] == {"min_days": 1, "max_days": 31}

"""A set of codes in one column, tried on the languages of a profile."""

import pytest
from django.core import serializers
from django.core.exceptions import ValidationError
from django.db import connection, models

from cxc_portal.core.fields import CodeSetField, containing, pack, unpack
from profiles.models import Profile
from tests.factories import ProfileFactory


@pytest.mark.parametrize(
    ("codes", "packed"),
    [
        ([], ""),
        (["fr"], ";fr;"),
        (["fr", "en", "fr", ""], ";en;fr;"),
        ({"b", "a"}, ";a;b;"),
    ],
)
def test_pack(codes, packed):
    assert pack(codes) == packed


def test_pack_refuses_a_code_that_would_be_two():
    with pytest.raises(ValueError, match="A code must not contain “;”"):
        pack(["a;b"])


@pytest.mark.parametrize(("text", "codes"), [("", []), (";en;fr;", ["en", "fr"]), ("en", ["en"])])
def test_unpack(text, codes):
    assert unpack(text) == codes


def stored(profile):
    with connection.cursor() as cursor:
        cursor.execute("SELECT languages FROM profiles_profile WHERE id = %s", [profile.pk])
        return cursor.fetchone()[0]


def test_codes_are_stored_sorted_and_once(reference):
    profile = ProfileFactory(languages=["fr", "en", "fr"])
    assert stored(profile) == ";en;fr;"
    assert Profile.objects.get(pk=profile.pk).languages == ["en", "fr"]


def test_no_codes_are_stored_as_nothing(reference):
    profile = ProfileFactory(languages=None)
    assert stored(profile) == ""
    assert Profile.objects.get(pk=profile.pk).languages == []


def test_a_column_can_be_compared_as_a_whole(reference):
    profile = ProfileFactory(languages=["fr", "en"])
    ProfileFactory(languages=["en"])
    assert Profile.objects.get(languages=["en", "fr"]) == profile
    assert Profile.objects.get(languages=";en;fr;") == profile


def test_containing_finds_one_of_the_codes(reference):
    english = ProfileFactory(languages=["en", "fr"])
    german = ProfileFactory(languages=["de"])
    ProfileFactory(languages=["hu"])
    found = containing(Profile.objects.all(), "languages", ["en", "de"])
    assert set(found) == {english, german}


def test_containing_does_not_take_a_part_for_the_whole(reference):
    ProfileFactory(activities=["joint_work"])
    assert not containing(Profile.objects.all(), "activities", ["joint", "work"]).exists()


def test_containing_takes_no_letter_for_any_letter(reference):
    ProfileFactory(activities=["jointXwork"])
    assert not containing(Profile.objects.all(), "activities", ["joint_work", "%"]).exists()


def test_containing_nothing_leaves_all(reference):
    ProfileFactory()
    assert containing(Profile.objects.all(), "languages", []).count() == 1


@pytest.mark.parametrize(
    ("value", "codes"),
    [(None, []), (";fr;en;", ["en", "fr"]), (["fr", "", "en"], ["en", "fr"]), (("a",), ["a"])],
)
def test_cleaning_makes_a_sorted_list(value, codes):
    assert CodeSetField().clean(value, None) == codes


def test_an_empty_set_is_refused_where_one_is_needed():
    with pytest.raises(ValidationError) as refused:
        CodeSetField(blank=False).clean([], None)
    assert refused.value.code == "blank"


def test_a_set_is_refused_when_its_text_is_too_long():
    assert CodeSetField(max_length=7).clean(["en", "fr"], None) == ["en", "fr"]
    with pytest.raises(ValidationError) as refused:
        CodeSetField(max_length=6).clean(["en", "fr"], None)
    assert refused.value.error_list[0].code == "max_length"


def test_a_missing_value_is_an_empty_set():
    assert CodeSetField().from_db_value(None, None, connection) == []


def test_codes_go_into_a_fixture_and_come_back(reference):
    profile = ProfileFactory(languages=["fr", "en"])
    text = serializers.serialize("json", [profile], fields=["languages"])
    assert '"languages": ";en;fr;"' in text
    assert next(serializers.deserialize("json", text)).object.languages == ["en", "fr"]


def test_a_migration_writes_the_field_down():
    _name, path, _args, kwargs = CodeSetField(max_length=60).deconstruct()
    assert path == "cxc_portal.core.fields.CodeSetField"
    assert kwargs == {"max_length": 60, "blank": True, "default": list}


def test_the_default_is_an_empty_set_of_its_own():
    field = CodeSetField()
    assert field.get_default() == []
    assert field.get_default() is not field.get_default()
    assert isinstance(field, models.CharField)

import pytest

from matching.scoring.vocabulary import (
    LANGUAGES,
    CodeList,
    UnknownCode,
    Vocabulary,
    VocabularyError,
)
from tests.matching.scoring_world import COUNTRIES, SECTORS, TYPES, VOCABULARY


def test_a_set_of_codes_comes_back_from_its_bits():
    packed = VOCABULARY.sectors.pack({"01", "09", "88"})

    assert VOCABULARY.sectors.unpack(packed) == {"01", "09", "88"}


def test_a_code_has_the_bit_of_its_place_in_the_list():
    assert VOCABULARY.countries.pack({"DE", "TR"}) == bytes([1, 1, 0, 0, 0, 0, 0, 0])


def test_an_unknown_code_is_named_with_its_list():
    with pytest.raises(UnknownCode, match="“XX” is not in the list of countries") as refusal:
        VOCABULARY.countries.position("XX")

    assert (refusal.value.codes, refusal.value.code) == ("countries", "XX")


def test_a_list_may_fill_all_bits_but_the_last():
    assert len(CodeList("types", tuple("ABCDEFG"), 1).codes) == 7


def test_a_list_that_is_too_long_is_refused_with_both_numbers():
    with pytest.raises(VocabularyError, match="room for 7 types, the list has 8"):
        CodeList("types", tuple("ABCDEFGH"), 1)


def test_a_list_that_names_a_code_twice_is_refused():
    with pytest.raises(VocabularyError, match="names twice: DE"):
        Vocabulary.of(sectors=SECTORS, countries=["DE", "FR", "DE"], organisation_types=TYPES)


def test_a_code_cannot_be_objective_and_activity():
    with pytest.raises(VocabularyError, match="objectives and activities names twice: learn"):
        Vocabulary.of(
            sectors=SECTORS, countries=COUNTRIES, organisation_types=TYPES, activities=["learn"]
        )


def test_reference_data_has_room_to_grow():
    lists = (
        VOCABULARY.sectors,
        VOCABULARY.countries,
        VOCABULARY.organisation_types,
        VOCABULARY.languages,
        VOCABULARY.purposes,
    )

    assert [each.capacity for each in lists] == [103, 63, 23, 191, 15]


def test_every_two_letter_language_is_there_once():
    assert (len(LANGUAGES), len(set(LANGUAGES))) == (183, 183)


def test_the_fingerprint_is_the_same_for_the_same_lists():
    again = Vocabulary.of(sectors=SECTORS, countries=COUNTRIES, organisation_types=TYPES)

    assert again.fingerprint == VOCABULARY.fingerprint


@pytest.mark.parametrize("name", ["sectors", "countries", "organisation_types"])
def test_the_fingerprint_changes_with_the_order_of_a_list(name):
    lists = {"sectors": SECTORS, "countries": COUNTRIES, "organisation_types": TYPES}
    turned = Vocabulary.of(**lists | {name: lists[name][::-1]})

    assert turned.fingerprint != VOCABULARY.fingerprint

"""How texts are searched, and what is proposed for a mistyped word."""

import pytest

from matching.models import IndexRecord, IndexState, IndexWord
from matching.queries.narrowing import Search, refs_for
from matching.queries.reference import Reference, current_reference
from matching.queries.spelling import VERSION, corrected, nearest, plain, searched, words_in
from matching.services.index import rebuild_index, refresh_records
from tests.factories import OrganisationFactory, published_profile

KNOWN = ["emobility", "mobility", "batteries", "battery", "solutions", "rail"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("E-Mobility", "emobility"),
        ("e‑mobility", "emobility"),
        ("soft\u00adware", "software"),
        ("Łódź, Ørsted & Straße", "lodz orsted strasse"),
        ("Œuvre Æther đak", "oeuvre aether dak"),
    ],
)
def test_signs_accents_and_strokes_do_not_matter(text, found):
    assert plain(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("e mobility", "e mobility emobility"),
        (
            "E Bikes and e mobility and e bikes",
            "e bikes and e mobility and e bikes ebikes emobility",
        ),
        ("a to b", "a to b"),
        ("", ""),
    ],
)
def test_a_letter_that_stands_alone_is_also_written_together_with_its_word(text, found):
    assert searched(text) == found


def test_only_words_that_can_be_proposed_are_remembered():
    text = f"rail e mobility 20271 co {'x' * 41}\nrail"
    assert words_in(text) == {"rail", "mobility"}


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("emobilty", "emobility"),
        ("mobiltiy", "mobility"),
        ("mobilitty", "mobility"),
        ("xattery", "battery"),
        ("mobylyti", ""),
        ("ral", ""),
    ],
)
def test_the_word_that_differs_in_one_letter_is_proposed(word, found):
    assert nearest(word, KNOWN) == found


def test_of_several_words_the_one_that_begins_alike_is_proposed():
    assert nearest("mail", ["bail", "main", "rail"]) == "main"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Emobilty Solutions", "emobility solutions"),
        ("mobil", ""),
        ("rail", ""),
        ("rail unheardof", ""),
        ("", ""),
    ],
)
def test_what_was_meant(wanted, found):
    assert corrected(wanted, KNOWN) == found


# --- in the index -------------------------------------------------------------------------------

ORGANISATIONS = {
    "P-HYPHEN": "Alpha E-Mobility",
    "P-TOGETHER": "Beta EMobility",
    "P-APART": "Gamma e mobility",
    "P-OTHER": "Łódzki Klaster",
}


@pytest.fixture
def organisations(reference):
    for ref, name in ORGANISATIONS.items():
        published_profile(ref=ref, organisation=OrganisationFactory(name=name))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("words", "refs"),
    [
        ("emobility", ["P-APART", "P-HYPHEN", "P-TOGETHER"]),
        ("e-mobility", ["P-APART", "P-HYPHEN", "P-TOGETHER"]),
        ("E Mobility", ["P-APART", "P-HYPHEN", "P-TOGETHER"]),
        ("mobili", ["P-APART", "P-HYPHEN", "P-TOGETHER"]),
        ("mobility beta", ["P-TOGETHER"]),
        ("klaster lodz", ["P-OTHER"]),
        ("ÓDZ", ["P-OTHER"]),
        ("mobilty", []),
    ],
)
def test_names_are_found_however_they_are_written(organisations, words, refs):
    assert sorted(refs_for(Search(words=words)) or []) == refs


@pytest.mark.django_db
def test_a_search_may_look_at_some_profiles_only(organisations):
    assert refs_for(Search(words="mobility"), among=["P-APART", "P-OTHER"]) == ["P-APART"]


@pytest.mark.django_db
def test_words_of_published_profiles_are_remembered_once(organisations):
    known = set(IndexWord.objects.values_list("word", flat=True))
    assert known == {"alpha", "beta", "gamma", "emobility", "mobility", "lodzki", "klaster"}


@pytest.mark.django_db
def test_rebuilding_forgets_words_that_nobody_uses(organisations):
    IndexWord.objects.create(word="forgotten")
    rebuild_index()
    assert not IndexWord.objects.filter(word="forgotten").exists()
    assert IndexWord.objects.filter(word="klaster").exists()
    assert str(IndexWord.objects.get(word="klaster")) == "klaster"


@pytest.mark.django_db
def test_records_of_an_earlier_spelling_are_written_anew(organisations):
    IndexRecord.objects.filter(ref="P-OTHER").update(words="łodzki klaster")
    old = current_reference().as_data()
    del old["spelling"]
    IndexState.objects.update(reference=old, fingerprint=Reference.from_data(old).fingerprint)
    assert Reference.from_data(old).spelling == 1 != VERSION
    refresh_records(profile_ids=[])
    assert IndexRecord.objects.get(ref="P-OTHER").words == "lodzki klaster"

"""A profile's facts as officers read them."""

from datetime import date

import pytest

from profiles.admin.words import Words, changed_labels, label_of
from profiles.facts import profile_facts
from tests.factories import OrganisationFactory, ProfileFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("organisation.country_id", "PT", "Portugal"),
        ("organisation.country_id", "ZZ", "ZZ"),
        ("organisation.organisation_type_id", "incubator", "Incubator"),
        ("organisation.main_sector_id", "49", "Land transport and transport via pipelines"),
        ("organisation.staff_band", "10-49", "10 to 49"),
        ("organisation.founded_year", 1998, "1998"),
        ("organisation.turnover_eur", 12500000, "12,500,000"),
        ("organisation.is_declared_sme", True, "Yes"),
        ("organisation.is_declared_sme", False, "No"),
        ("organisation.city", "", "–"),
        ("organisation.city", "Pécs", "Pécs"),
        ("organisation.staff_headcount", None, "–"),
        ("organisation.clusters", ["ZINNAE", "Nanoprogress"], "ZINNAE, Nanoprogress"),
        (
            "organisation.website",
            "https://x.example/?a=1&b",
            '<a href="https://x.example/?a=1&amp;b" rel="noreferrer">'
            "https://x.example/?a=1&amp;b</a>",
        ),
        ("profile.role", "host", "Host"),
        ("profile.mode", "virtual", "Online"),
        ("profile.languages", ["en", "pt"], "English, Portuguese"),
        ("profile.objectives", ["learn"], "Learn from actors in another cluster"),
        ("profile.activities", ["training"], "Training, individual or in a group"),
        ("profile.wanted_types", [], "any"),
        ("profile.wanted_countries", ["FR", "DE"], "France, Germany"),
        ("profile.windows", [["2026-06-01", "2026-06-05"]], "1 June 2026 – 5 June 2026"),
    ],
)
def test_values(reference, key, value, words):
    assert Words().value(key, value) == words


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("organisation.country_id", "Country"),
        ("organisation.description", "What they do"),
        ("profile.windows", "Available"),
        ("profile.contact_email", "E-mail address"),
    ],
)
def test_labels(key, label):
    assert label_of(key) == label


def labels(profile):
    return {
        label
        for group in Words().groups(profile_facts(profile))
        for label in [*(fact[0] for fact in group.facts), *group.missing]
    }


def test_every_fact_has_its_place(reference):
    facts = profile_facts(ProfileFactory(organisation__sectors=["29", "30"]))
    shown = labels(ProfileFactory(organisation__sectors=["29", "30"]))
    shown |= labels(ProfileFactory(role="host"))
    told_above = {"Role", "Reference partnership"}
    assert {label_of(key) for key in facts} - shown == told_above


def test_hosts_and_visitors_are_asked_different_things(reference):
    host, visitor = labels(ProfileFactory(role="host")), labels(ProfileFactory())
    assert host - visitor == {"Welcomes groups", "Visitors at once"}
    assert visitor - host == {"Would join a group"}


def test_only_an_sme_is_asked_for_its_size(reference):
    cluster = ProfileFactory(organisation=OrganisationFactory(organisation_type_id="cluster"))
    assert labels(ProfileFactory()) - labels(cluster) == {
        "Declared to be an SME",
        "Number of staff",
        "Yearly turnover (EUR)",
        "Balance sheet (EUR)",
    }


def test_what_is_not_filled_in_is_named_apart(reference):
    own_words, *_others = Words().groups(profile_facts(ProfileFactory(offer="A workshop.")))
    assert own_words.facts == [("What they bring", "A workshop.")]
    assert own_words.missing == ["What they do", "In a few words", "What they hope for"]


class TestChanges:
    def changes(self, before, after):
        return Words().changes(
            {"organisation.description": before}, {"organisation.description": after}
        )

    def test_the_same_is_no_change(self, reference):
        assert self.changes("a", "a") == []

    def test_short_texts_stand_side_by_side(self, reference):
        (change,) = self.changes("A", "B")
        assert (change.before, change.after, change.parts) == ("A", "B", ())

    def test_a_text_that_is_new_stands_alone(self, reference):
        (change,) = self.changes("", "B " * 50)
        assert (change.before, change.parts) == ("–", ())

    def test_words_that_were_added_at_the_end_are_marked(self, reference):
        text = "one two three four five six seven eight nine ten eleven twelve"
        (change,) = self.changes(text, f"{text} thirteen")
        assert [tuple(part) for part in change.parts] == [("kept", text), ("added", "thirteen")]

    def test_words_that_were_removed_are_marked(self, reference):
        text = "one two three four five six seven eight nine ten eleven twelve"
        (change,) = self.changes(f"zero {text}", text)
        assert [tuple(part) for part in change.parts] == [("removed", "zero"), ("kept", text)]


def test_the_names_of_what_changed(reference):
    profile = ProfileFactory()
    before = profile_facts(profile)
    profile.windows.create(starts_on=date(2026, 6, 1), ends_on=date(2026, 6, 5))
    profile.languages = ["en", "fr"]
    assert changed_labels(before, profile_facts(profile)) == ["Working languages", "Available"]

"""What one types on the pages of a profile and an organisation, and how it is put right."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock
from profiles.forms.organisation import (
    AboutForm,
    AddressForm,
    ClustersForm,
    IdentityForm,
    SectorsForm,
    SizeForm,
)
from profiles.forms.profile import (
    LanguagesForm,
    ParticipantForm,
    PurposeForm,
    TimeForm,
    VisitForm,
    WishesForm,
)
from profiles.models import AvailabilityWindow, Cluster, Profile
from tests.factories import MembershipFactory, OrganisationFactory, ProfileFactory
from tests.profiles.pages import as_typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(reference):
    organisation = OrganisationFactory(country_id="FR", city="Paris")
    return ProfileFactory(organisation=organisation, languages=["fr"], contact_phone="+33144556677")


def filled(form_class, instance, **values):
    """The form as it comes back with these values typed into it."""
    typed = as_typed(form_class(instance=instance))
    return form_class({**typed, **values}, instance=instance)


def errors(form):
    return {name: [str(message) for message in found] for name, found in form.errors.items()}


def days_from_now(count):
    return (clock.today() + timedelta(days=count)).isoformat()


@pytest.mark.parametrize("typed", ["+33 1 44 55 66 77", "01 44 55 66 77", "0033144556677"])
def test_telephone_is_kept_in_international_form(profile, typed):
    form = filled(ParticipantForm, profile, contact_phone=typed)
    assert form.is_valid(), form.errors
    assert form.changes["contact_phone"].as_e164 == "+33144556677"


def test_number_that_cannot_be_called_is_refused_with_an_example(profile):
    assert errors(filled(ParticipantForm, profile, contact_phone="123")) == {
        "contact_phone": [
            "Write a number that can be called from abroad, such as +33 1 44 55 66 77."
        ]
    }


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "http://www.linkedin.com/in/ada",
        "https://linkedin.com.example.org/in/ada",
        "https://example.org/in/ada",
    ],
)
def test_other_addresses_than_linkedin_are_refused(profile, typed):
    assert errors(filled(ParticipantForm, profile, linkedin=typed)) == {
        "linkedin": ["Write it like https://www.linkedin.com/in/your-name."]
    }


@pytest.mark.parametrize(
    "typed",
    ["https://www.linkedin.com/in/ada", "linkedin.com/in/ada", "https://fr.linkedin.com/in/a"],
)
def test_linkedin_is_taken(profile, typed):
    form = filled(ParticipantForm, profile, linkedin=typed)
    assert form.is_valid(), form.errors
    assert form.changes["linkedin"].startswith("https://")


def test_participant_needs_a_name_and_an_address(profile):
    form = filled(ParticipantForm, profile, contact_name="", contact_email="")
    assert list(errors(form)) == ["contact_name", "contact_email"]


def test_who_takes_part_is_asked_among_colleagues_only(profile):
    assert "contact" not in ParticipantForm(instance=profile).fields
    colleague = MembershipFactory(organisation=profile.organisation).user
    MembershipFactory()
    form = filled(ParticipantForm, profile, contact=colleague.pk)
    assert set(form.fields["contact"].queryset) == {profile.contact, colleague}
    assert form.is_valid()
    assert form.changes["contact"] == colleague


def test_somebody_else_cannot_be_named_as_participant(profile):
    MembershipFactory(organisation=profile.organisation)
    stranger = MembershipFactory().user
    assert list(errors(filled(ParticipantForm, profile, contact=stranger.pk))) == ["contact"]


def test_languages_are_needed(profile):
    form = filled(LanguagesForm, profile, languages=[])
    assert errors(form) == {"languages": ["Choose at least one language."]}


def test_purpose_is_an_objective_or_an_activity(profile):
    assert filled(PurposeForm, profile, objectives=[], activities=["training"]).is_valid()
    assert errors(filled(PurposeForm, profile, objectives=[], activities=[])) == {
        "objectives": ["Choose at least one thing that the exchange is for."]
    }


def test_periods_are_kept_in_order_and_once(profile):
    later, sooner = (days_from_now(60), days_from_now(90)), (days_from_now(5), days_from_now(20))
    form = filled(
        TimeForm,
        profile,
        window_1_from=later[0],
        window_1_to=later[1],
        window_3_from=sooner[0],
        window_3_to=sooner[1],
        window_5_from=later[0],
        window_5_to=later[1],
    )
    assert form.is_valid(), form.errors
    assert [(a.isoformat(), b.isoformat()) for a, b in form.changes["windows"]] == [sooner, later]


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        (5, None, "Give the first and the last day of this period."),
        (None, 5, "Give the first and the last day of this period."),
        (-9, -1, "This period is over. Choose later days or leave it empty."),
        (9, 5, "The last day is before the first. Give a last day that is not earlier."),
    ],
)
def test_period_that_is_none_is_refused(profile, start, end, message):
    form = filled(
        TimeForm,
        profile,
        window_2_from=days_from_now(start) if start is not None else "",
        window_2_to=days_from_now(end) if end is not None else "",
    )
    assert errors(form) == {"window_2": [message]}


def test_period_that_is_over_is_left_out_of_the_form(profile):
    today = clock.today()
    for first in (today - timedelta(days=20), today + timedelta(days=20)):
        AvailabilityWindow.objects.create(
            profile=profile, starts_on=first, ends_on=first + timedelta(days=5)
        )
    form = TimeForm(instance=profile)
    assert form.used_periods == 2
    assert form["window_1"].value().start == today + timedelta(days=20)


def test_form_without_periods_offers_one(profile):
    assert TimeForm(instance=profile).used_periods == 1


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [
        ("5", "3", {"max_days": ["This is less than the shortest stay. Give 5 or more."]}),
        ("5", "", {"max_days": ["Give both numbers, or neither if any length will do."]}),
        ("", "5", {"min_days": ["Give both numbers, or neither if any length will do."]}),
        ("0", "5", {"min_days": ["Give a number of working days from 1 to 31."]}),
        ("3", "32", {"max_days": ["Give a number of working days from 1 to 31."]}),
        ("three", "5", {"min_days": ["Give a number of working days from 1 to 31."]}),
        ("3", "3", {}),
        ("", "", {}),
    ],
)
def test_length_is_a_range_of_working_days(profile, least, most, expected):
    assert errors(filled(TimeForm, profile, min_days=least, max_days=most)) == expected


def test_own_country_cannot_be_sought(profile):
    assert "FR" not in dict(WishesForm(instance=profile).fields["wanted_countries"].choices)
    assert list(errors(filled(WishesForm, profile, wanted_countries=["FR"]))) == [
        "wanted_countries"
    ]


def test_country_that_was_sought_before_stays_to_choose_from(profile):
    profile.wanted_countries = ["NO"]
    assert "NO" in dict(WishesForm(instance=profile).fields["wanted_countries"].choices)


def test_only_types_of_the_other_side_can_be_sought(profile):
    groups = WishesForm(instance=profile).fields["wanted_types"].choices
    codes = {code for _group, members in groups for code, _label in members}
    assert {"sme", "cluster", "incubator"} <= codes
    assert "large_company" not in codes


def test_ten_sectors_are_enough(profile):
    codes = [f"{number:02}" for number in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12)]
    assert filled(WishesForm, profile, wanted_sectors=codes[:10]).is_valid()
    assert errors(filled(WishesForm, profile, wanted_sectors=codes)) == {
        "wanted_sectors": ["You chose 11 sectors. Keep at most 10, or none for any."]
    }


def test_lines_count_as_the_browser_counts_them(profile):
    profile.accessibility_needs = ""
    form = filled(AboutForm, profile.organisation, description="a\r\n" * 1000)
    assert form.is_valid(), form.errors
    assert form.changes["description"] == ("a\n" * 1000).strip()


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "ftp://example.org", "data:text/html,x"])
def test_website_is_on_the_web(profile, typed):
    assert errors(filled(AboutForm, profile.organisation, website=typed)) == {
        "website": ["Write the address like www.example.org, or leave it empty."]
    }


def test_website_gets_the_secure_beginning(profile):
    form = filled(AboutForm, profile.organisation, website="www.example.org")
    assert form.is_valid()
    assert form.changes["website"] == "https://www.example.org"


@pytest.mark.parametrize(
    ("country", "number", "is_warned"),
    [
        ("FR", "FR 40303265045", False),
        ("FR", "FR 40303265046", True),
        ("FR", "303265045", False),
        ("FR", "", False),
        ("GR", "EL 094259216", False),
        ("GR", "EL 094259217", True),
        ("RS", "RS 1", False),
    ],
)
def test_vat_number_with_a_wrong_digit_is_pointed_out_and_still_taken(
    profile, country, number, is_warned
):
    form = filled(IdentityForm, profile.organisation, country=country, registration_number=number)
    assert form.is_valid(), form.errors
    assert bool(form.warnings()) == is_warned


def test_warning_about_a_vat_number_says_how_to_put_it_right(profile):
    form = filled(IdentityForm, profile.organisation, registration_number="FR1")
    form.is_valid()
    assert form.warnings() == [
        "FR1 looks like a VAT number in which a digit is wrong or missing. Compare it with one of "
        "your invoices. Another register number needs no FR in front."
    ]


def test_main_sector_is_one_of_the_sectors(profile):
    form = filled(SectorsForm, profile.organisation, main_sector="30", sectors=["72", "30"])
    assert form.is_valid(), form.errors
    assert form.changes["main_sector"].pk == "30"
    assert form.changes["sectors"] == ["30", "72"]


def test_sectors_are_limited(profile):
    form = filled(SectorsForm, profile.organisation, sectors=["01", "02", "03", "05", "06"])
    assert errors(form) == {"sectors": ["You chose 5. Keep at most 4 beside the main sector."]}


def test_sectors_are_found_by_ordinary_words(profile):
    widget = SectorsForm(instance=profile.organisation).fields["sectors"].widget
    assert "rail" in widget.keywords["30"]


def test_sme_names_its_cluster(profile):
    cluster = Cluster.objects.first()
    organisation = profile.organisation
    assert filled(ClustersForm, organisation, clusters=[cluster.pk]).is_valid()
    assert filled(ClustersForm, organisation, other_cluster="A new one").is_valid()
    assert errors(filled(ClustersForm, organisation, clusters=[])) == {
        "clusters": ["Choose your cluster, or write its name below if it is not in the list."]
    }


def test_cluster_organisation_needs_no_other(reference):
    cluster = OrganisationFactory(organisation_type_id="cluster")
    assert filled(ClustersForm, cluster, clusters=[]).is_valid()


def test_town_places_the_organisation_on_the_map(profile):
    form = filled(AddressForm, profile.organisation, city="Boulogne-sur-Mer")
    assert form.is_valid()
    assert round(form.changes["latitude"], 1) == 50.7
    assert form.warnings() == []


def test_place_that_is_known_already_stays(profile):
    profile.organisation.latitude, profile.organisation.longitude = 48.9, 2.3
    form = filled(AddressForm, profile.organisation, street="1 rue de la Paix")
    assert form.is_valid()
    assert (form.changes["latitude"], form.changes["longitude"]) == (48.9, 2.3)


def test_unknown_town_is_taken_and_pointed_out(profile):
    form = filled(AddressForm, profile.organisation, city="Nulle-Part-les-Bains")
    assert form.is_valid()
    assert form.changes["latitude"] is None
    assert form.warnings()[0].startswith(
        "We have saved your address, but do not know where Nulle-Part-les-Bains lies."
    )


def test_no_town_is_no_reason_to_worry(profile):
    form = filled(AddressForm, profile.organisation, city="")
    assert form.is_valid()
    assert form.warnings() == []


@pytest.mark.parametrize(
    ("numbers", "is_warned"),
    [
        ({"staff_headcount": "249", "turnover_eur": "50000000"}, False),
        ({"staff_headcount": "250"}, True),
        ({"turnover_eur": "50000001", "balance_eur": "43000000"}, False),
        ({"turnover_eur": "50000001", "balance_eur": "43000001"}, True),
        ({"staff_headcount": "250", "is_declared_sme": ""}, False),
        ({}, False),
    ],
)
def test_numbers_of_a_larger_company_are_pointed_out(profile, numbers, is_warned):
    form = filled(SizeForm, profile.organisation, **numbers)
    assert form.is_valid(), form.errors
    assert bool(form.warnings()) == is_warned


@pytest.mark.parametrize("typed", ["5000000", "5 000 000", "5.000.000", "5,000,000", "5’000’000"])
def test_thousands_may_be_set_apart(profile, typed):
    form = filled(SizeForm, profile.organisation, turnover_eur=typed)
    assert form.is_valid(), form.errors
    assert form.changes["turnover_eur"] == 5_000_000


@pytest.mark.parametrize("typed", ["5,5", "-1", "much", "99999999999"])
def test_amount_that_is_no_whole_number_is_refused(profile, typed):
    assert errors(filled(SizeForm, profile.organisation, turnover_eur=typed)) == {
        "turnover_eur": ["Write a whole number, such as 250 000, or leave it empty."]
    }


def test_differences_are_told_in_words(profile):
    form = filled(VisitForm, profile, joins_groups="on", accessibility_needs="A ramp")
    assert form.is_valid()
    assert [(d.stored, d.typed) for d in form.differences()] == [("No", "Yes"), ("–", "A ramp")]


def test_differences_of_choices_are_told_by_their_labels(profile):
    form = filled(WishesForm, profile, wanted_countries=["DE", "PT"], wanted_sectors=["30"])
    assert form.is_valid()
    assert [d.typed for d in form.differences()] == [
        "Germany, Portugal",
        "Manufacture of other transport equipment",
    ]


def test_differences_of_periods_are_told_as_days(profile):
    form = filled(TimeForm, profile, window_1_from="2090-01-01", window_1_to="2090-01-31")
    assert form.is_valid()
    assert [(d.stored, d.typed) for d in form.differences()] == [("–", "2090-01-01 – 2090-01-31")]


def test_differences_of_related_rows_are_told_by_their_names(profile):
    cluster = Cluster.objects.first()
    form = filled(ClustersForm, profile.organisation, clusters=[cluster.pk])
    assert form.is_valid()
    assert [(d.stored, d.typed) for d in form.differences()] == [("–", cluster.name)]


def test_form_leaves_the_row_alone(profile):
    form = filled(VisitForm, profile, accessibility_needs="A ramp")
    assert form.is_valid()
    assert profile.accessibility_needs == ""
    assert Profile.objects.get(pk=profile.pk).accessibility_needs == ""

from datetime import date

import pytest

from profiles.eligibility import blocking_failures, check_profile, check_profiles
from profiles.eligibility.domains import (
    is_free_mail,
    is_same_holder,
    registered_name,
    site_domain,
)
from profiles.eligibility.duplicates import comparable
from profiles.models import Cluster, Country, ProgrammeRules
from profiles.services.lifecycle import withdraw_profile
from tests.factories import (
    OrganisationFactory,
    ProfileFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)

pytestmark = pytest.mark.django_db


def check(profile, name, viewer=None):
    return next((c for c in check_profile(profile, viewer=viewer) if c.name == name), None)


def profile_of(role="visiting", email="ada@cluster-works.fr", **organisation):
    return ProfileFactory(
        role=role, contact_email=email, organisation=OrganisationFactory(**organisation)
    )


class TestCountry:
    def test_a_participating_country_is_green(self, reference):
        assert check(profile_of(country_id="PT"), "country").passed is True

    def test_another_country_is_red_and_blocks(self, reference):
        found = check(profile_of(country_id="NO"), "country")
        assert (found.passed, found.blocks) == (False, True)
        assert found.reason == "Norway does not take part."

    def test_follows_the_table_of_countries(self, reference):
        Country.objects.filter(pk="NO").update(is_eligible=True)
        assert check(profile_of(country_id="NO"), "country").reason == "Norway takes part."


class TestType:
    @pytest.mark.parametrize("role", ["host", "visiting"])
    def test_an_sme_may_take_both_roles(self, reference, role):
        assert check(profile_of(role=role), "type").passed is True

    @pytest.mark.parametrize(
        ("role", "reason"),
        [("host", "Large company: may not host."), ("visiting", "Large company: may not visit.")],
    )
    def test_a_large_company_may_take_none(self, reference, role, reason):
        found = check(profile_of(role=role, organisation_type_id="large_company"), "type")
        assert (found.reason, found.blocks) == (reason, True)


class TestCluster:
    def test_a_known_cluster_is_green(self, reference):
        profile = profile_of()
        profile.organisation.clusters.add(Cluster.objects.get(name="ZINNAE"))
        found = check(profile, "cluster")
        assert (found.passed, found.reason) == (True, "Member of ZINNAE.")

    def test_a_cluster_outside_the_platform_needs_a_look(self, reference):
        profile = profile_of()
        Cluster.objects.filter(name="ZINNAE").update(is_on_eccp=False)
        profile.organisation.clusters.add(Cluster.objects.get(name="ZINNAE"))
        found = check(profile, "cluster")
        assert (found.passed, found.reason) == (
            None,
            "ZINNAE is not profiled on the cluster platform.",
        )

    def test_a_cluster_in_words_needs_a_look(self, reference):
        found = check(profile_of(other_cluster="Cyber Alps"), "cluster")
        assert found.passed is None
        assert "“Cyber Alps”" in found.reason

    def test_a_visiting_sme_without_one_is_red(self, reference):
        found = check(profile_of(), "cluster")
        assert (found.passed, found.blocks) == (False, False)
        assert found.reason == "Names no cluster, and this type must belong to one."

    def test_a_hosting_sme_without_one_may_be_an_exception(self, reference):
        found = check(profile_of(role="host"), "cluster")
        assert found.passed is False
        assert "exception" in found.reason

    def test_a_cluster_organisation_needs_none(self, reference):
        assert check(profile_of(organisation_type_id="cluster"), "cluster") is None


class TestSme:
    def test_a_declaration_is_enough(self, reference):
        assert check(profile_of(), "sme").passed is True

    def test_a_missing_declaration_is_red(self, reference):
        found = check(profile_of(is_declared_sme=False), "sme")
        assert (found.passed, found.reason) == (False, "Has not declared to be an SME.")

    def test_other_types_are_not_asked(self, reference):
        assert check(profile_of(organisation_type_id="incubator"), "sme") is None

    @pytest.mark.parametrize(
        ("figures", "is_sme"),
        [
            ({"staff_headcount": 249}, True),
            ({"staff_headcount": 250}, False),
            ({"staff_band": "50-249"}, True),
            ({"staff_band": "250+"}, False),
            ({"staff_band": "250+", "staff_headcount": 249}, True),
            ({"turnover_eur": 50_000_000, "balance_eur": 43_000_001}, True),
            ({"turnover_eur": 50_000_001, "balance_eur": 43_000_000}, True),
            ({"turnover_eur": 50_000_001, "balance_eur": 43_000_001}, False),
            ({"turnover_eur": 50_000_001}, True),
            ({"balance_eur": 43_000_001}, True),
        ],
    )
    def test_thresholds_of_the_eu_definition(self, reference, figures, is_sme):
        assert check(profile_of(**figures), "sme").passed is is_sme

    def test_the_limit_comes_from_the_rules_in_force(self, reference):
        rules = ProgrammeRules.objects.get()
        rules.values["sme.max_staff"] = 99
        rules.save()
        found = check(profile_of(staff_headcount=100), "sme")
        assert found.reason == "100 staff; an SME has at most 99."


class TestVisit:
    def test_hosts_are_not_asked(self, reference):
        assert check(profile_of(role="host"), "visit") is None

    def test_the_first_visit_is_green(self, reference):
        assert check(profile_of(), "visit").passed is True

    @pytest.mark.parametrize(
        ("mode", "passed", "blocks"),
        [("physical", False, True), ("either", None, False), ("virtual", True, False)],
    )
    def test_after_a_visit_only_online_remains(self, reference, mode, passed, blocks):
        profile = profile_of(physical_visit_used_on=date(2026, 3, 2))
        profile.mode = mode
        found = check(profile, "visit")
        assert (found.passed, found.blocks) == (passed, blocks)
        assert "2 March 2026" in found.reason


class TestAddress:
    def test_a_free_mailbox_is_red(self, reference):
        found = check(profile_of(email="ada@GMail.com"), "email")
        assert (found.passed, found.reason) == (False, "Anybody can open a mailbox at gmail.com.")

    def test_an_own_domain_is_green(self, reference):
        assert check(profile_of(), "email").passed is True

    def test_no_address_needs_a_look(self, reference):
        profile = profile_of(email="")
        assert check(profile, "email").passed is None
        assert check(profile, "website") is None

    @pytest.mark.parametrize(
        ("website", "passed"),
        [
            ("https://www.cluster-works.fr/about", True),
            ("https://lab.cluster-works.fr", True),
            ("https://cluster-works.com", False),
        ],
    )
    def test_the_website_should_be_of_the_same_holder(self, reference, website, passed):
        assert check(profile_of(website=website), "website").passed is passed

    def test_without_a_website_there_is_nothing_to_compare(self, reference):
        assert check(profile_of(website=""), "website") is None

    def test_a_free_mailbox_is_not_compared_with_the_website(self, reference):
        profile = profile_of(email="ada@gmail.com", website="https://gmail.com")
        assert check(profile, "website") is None


class TestDuplicate:
    def test_nothing_similar_is_green(self, reference):
        published_profile(organisation__name="Blue Water Lab")
        assert check(profile_of(name="Red Rock Mill"), "duplicate").passed is True

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Rail Tech GmbH", "RailTech"),
            ("Pôle Nautique S.A.", "Pole nautique"),
            ("Zeta Sp. z o.o.", "Zeta"),
            ("Bits & Pieces", "Bits and Pieces d.o.o."),
            ("Pannon Mobility Cluster", "Pannon Mobilty Cluster"),
        ],
    )
    def test_nearly_the_same_name_is_red(self, reference, one, other):
        known = published_profile(organisation__name=one)
        found = check(profile_of(name=other), "duplicate")
        assert (found.passed, found.blocks, found.ref) == (False, False, known.ref)

    def test_another_country_is_no_duplicate(self, reference):
        published_profile(organisation__name="Rail Tech")
        assert check(profile_of(name="Rail Tech", country_id="DE"), "duplicate").passed is True

    def test_the_other_role_is_no_duplicate(self, reference):
        published_profile(organisation__name="Rail Tech")
        assert check(profile_of(role="host", name="Rail Tech"), "duplicate").passed is True

    def test_drafts_and_withdrawn_profiles_do_not_count(self, reference):
        ProfileFactory(organisation__name="Rail Tech")
        gone = published_profile(organisation__name="Rail Tech")
        withdraw_profile(profile_id=gone.pk, actor=gone.contact)
        assert check(profile_of(name="Rail Tech"), "duplicate").passed is True

    def test_the_same_registration_number_counts_whatever_the_name(self, reference):
        number = {"registration_number": "FR 12-345"}
        known = published_profile(organisation=OrganisationFactory(name="Old name", **number))
        profile = profile_of(name="New name", registration_number="fr12345")
        assert check(profile, "duplicate").ref == known.ref

    def test_the_same_organisation_counts(self, reference):
        known = published_profile()
        again = submitted_profile(organisation=known.organisation)
        assert check(again, "duplicate").reason == (
            f"The same organisation has the profile {known.ref} in this role: Published."
        )

    def test_the_closest_name_is_told(self, reference):
        published_profile(organisation__name="Pannon Mobilty Clusters")
        close = published_profile(organisation__name="Pannon Mobility Cluster")
        assert check(profile_of(name="Pannon Mobility Cluster"), "duplicate").ref == close.ref

    def test_a_waiting_profile_of_another_partnership_is_not_named(self, reference):
        hidden = submitted_profile(organisation__name="Rail Tech", acronym="EXXTRA")
        officer = StaffRoleFactory().user
        found = check(profile_of(name="Rail Tech"), "duplicate", viewer=officer)
        assert (found.passed, found.ref) == (False, "")
        assert hidden.ref not in found.reason
        assert "Rail Tech" not in found.reason
        assert "EXXTRA" not in found.reason

    def test_without_a_viewer_only_published_profiles_are_named(self, reference):
        submitted_profile(organisation__name="Rail Tech")
        assert check(profile_of(name="Rail Tech"), "duplicate").ref == ""

    def test_the_own_partnership_is_named(self, reference):
        known = submitted_profile(organisation__name="Rail Tech")
        officer = StaffRoleFactory().user
        found = check(profile_of(name="Rail Tech"), "duplicate", viewer=officer)
        assert found.ref == known.ref

    def test_the_support_office_reads_all_names(self, reference):
        known = submitted_profile(organisation__name="Rail Tech", acronym="EXXTRA")
        support = StaffRoleFactory(role="support").user
        found = check(profile_of(name="Rail Tech"), "duplicate", viewer=support)
        assert found.ref == known.ref


class TestManyProfiles:
    @pytest.mark.parametrize("count", [1, 3, 25])
    def test_the_number_of_queries_does_not_grow(self, reference, django_assert_num_queries, count):
        profiles = [
            profile_of(country_id=country, name=f"{country} {number}")
            for number, country in zip(range(count), ["FR", "DE", "PT"] * 9, strict=False)
        ]
        fresh = type(profiles[0]).objects.filter(pk__in=[p.pk for p in profiles])
        officer = StaffRoleFactory().user
        assert officer.is_staff
        with django_assert_num_queries(7):
            found = check_profiles(fresh, viewer=officer)
        assert sorted(found) == sorted(profile.pk for profile in profiles)

    def test_none_at_all(self, reference):
        assert check_profiles([]) == {}


class TestBlockingFailures:
    def test_names_what_stops_a_publication(self, reference):
        profile = profile_of(
            country_id="NO",
            organisation_type_id="public_authority",
            physical_visit_used_on=date(2026, 3, 2),
        )
        profile.mode = "physical"
        assert [c.name for c in blocking_failures(profile)] == ["country", "type", "visit"]

    def test_is_empty_for_a_sound_profile(self, reference):
        assert blocking_failures(profile_of()) == []


@pytest.mark.parametrize(
    ("domain", "name"),
    [
        ("mail.example.co.uk", "example.co.uk"),
        ("a.b.example.fr", "example.fr"),
        ("example.com", "example.com"),
        ("shop.example.com.tr", "example.com.tr"),
    ],
)
def test_the_registered_name_of_a_domain(domain, name):
    assert registered_name(domain) == name


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://www.x.fr/a", "x.fr"), ("x.fr", "x.fr"), ("http://[bad", ""), ("", "")],
)
def test_the_host_of_a_website(url, host):
    assert site_domain(url) == host


def test_free_mail_is_told_by_its_domain():
    assert is_free_mail("a@wp.pl")
    assert not is_free_mail("a@gmail.com.example.org")


def test_the_holder_is_compared_by_registered_name():
    assert is_same_holder("a@mail.x.fr", "https://www.x.fr")


def test_a_name_that_is_only_a_legal_form_is_kept():
    assert comparable("SAS") == "sas"

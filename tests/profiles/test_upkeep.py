"""Keeping the reference data and the rules: who may, what is recorded, who is told."""

import pytest

from cxc_portal.core.errors import NotAllowed, StaleVersion, TransitionRefused
from cxc_portal.core.models import AuditEntry
from profiles.models import (
    Cluster,
    Country,
    OrganisationType,
    Partnership,
    ProgrammeRules,
    ReasonText,
)
from profiles.rules import current_rules
from profiles.services.reference import load_reference_data, publish_rules
from profiles.services.upkeep import remove_reason_text, save_reference
from profiles.signals import listing_changed
from tests.factories import StaffRoleFactory, published_profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(reference):
    return StaffRoleFactory(role="support").user


@pytest.fixture
def listings():
    told = []

    def note(profile_ids, **kwargs):
        told.append(profile_ids)

    listing_changed.connect(note)
    yield told
    listing_changed.disconnect(note)


class TestSave:
    def test_writes_the_fields_and_records_before_and_after(self, support):
        country = Country.objects.get(pk="GB")
        country.is_eligible, country.lump_sum_full, country.name = True, 900, "not written"
        save_reference(instance=country, fields=["is_eligible", "lump_sum_full"], actor=support)
        country.refresh_from_db()
        assert (country.is_eligible, country.lump_sum_full, country.name) == (
            True,
            900,
            "United Kingdom",
        )
        entry = AuditEntry.objects.last()
        assert (entry.event, entry.subject_id, entry.actor_id, entry.data) == (
            "country.changed",
            "GB",
            support.pk,
            {"is_eligible": [False, True], "lump_sum_full": [1000, 900]},
        )

    def test_adds_an_entry(self, support):
        france = Country.objects.get(pk="FR")
        cluster = Cluster(name="Cyber Alps", country=france)
        save_reference(instance=cluster, fields=["name", "country"], actor=support)
        entry = AuditEntry.objects.last()
        assert (entry.event, entry.data) == (
            "cluster.added",
            {"name": [None, "Cyber Alps"], "country": [None, "FR"]},
        )

    def test_keeps_lists_as_lists(self, support):
        partnership = Partnership.objects.get(acronym="EXXTRA")
        before = list(partnership.sectors)
        partnership.sectors = ["49"]
        save_reference(instance=partnership, fields=["sectors"], actor=support)
        assert AuditEntry.objects.last().data == {"sectors": [before, ["49"]]}

    def test_a_name_that_exists_is_refused(self, support):
        before = AuditEntry.objects.count()
        with pytest.raises(TransitionRefused) as refusal:
            save_reference(instance=Cluster(name="ZINNAE"), fields=["name"], actor=support)
        assert refusal.value.code == "exists"
        assert AuditEntry.objects.count() == before

    @pytest.mark.parametrize("role", ["officer", "coordinator", "observer"])
    def test_only_the_support_office_may(self, reference, role):
        country = Country.objects.get(pk="GB")
        country.is_eligible = True
        before = AuditEntry.objects.count()
        with pytest.raises(NotAllowed):
            save_reference(
                instance=country,
                fields=["is_eligible"],
                actor=StaffRoleFactory(role=role).user,
            )
        country.refresh_from_db()
        assert (country.is_eligible, AuditEntry.objects.count()) == (False, before)

    def test_the_catalogue_hears_of_the_profiles_concerned(self, support, listings):
        profile = published_profile()
        published_profile(
            organisation__country_id="PT", organisation__organisation_type_id="cluster"
        )
        listings.clear()
        for instance, field in [
            (Country.objects.get(pk="FR"), "note"),
            (OrganisationType.objects.get(pk="sme"), "label"),
        ]:
            save_reference(instance=instance, fields=[field], actor=support)
        assert listings == [[profile.pk], [profile.pk]]

    def test_the_catalogue_hears_nothing_of_what_concerns_nobody(self, support, listings):
        published_profile()
        listings.clear()
        for instance in (Country.objects.get(pk="GB"), ReasonText.objects.first()):
            field = "note" if isinstance(instance, Country) else "text"
            save_reference(instance=instance, fields=[field], actor=support)
        assert listings == []


class TestRemoveText:
    def test_is_no_longer_offered_and_is_kept_in_the_trail(self, support):
        text = ReasonText.objects.get(title="Name your cluster")
        remove_reason_text(text_id=text.pk, actor=support)
        assert not ReasonText.objects.filter(pk=text.pk).exists()
        entry = AuditEntry.objects.last()
        assert (entry.event, entry.data["text"]) == ("reasontext.removed", text.text)

    def test_only_the_support_office_may(self, reference):
        text = ReasonText.objects.first()
        with pytest.raises(NotAllowed):
            remove_reason_text(text_id=text.pk, actor=StaffRoleFactory().user)
        assert ReasonText.objects.filter(pk=text.pk).exists()


class TestRules:
    def publish(self, actor, seen_version=None, **changed):
        values = current_rules().values | {key.replace("__", "."): v for key, v in changed.items()}
        return publish_rules(values=values, note="Because.", actor=actor, seen_version=seen_version)

    def refused(self, error, actor, **fields):
        before = (ProgrammeRules.objects.count(), AuditEntry.objects.count())
        with pytest.raises(error) as refusal:
            self.publish(actor, **fields)
        assert (ProgrammeRules.objects.count(), AuditEntry.objects.count()) == before
        return refusal.value.code

    def test_a_new_version_is_in_force_and_the_old_one_kept(self, support):
        rules = self.publish(support, seen_version=1, validation__target_days=8)
        assert (rules.version, rules.created_by, rules.note) == (2, support, "Because.")
        assert current_rules().integer("validation.target_days") == 8
        assert ProgrammeRules.objects.get(version=1).values["validation.target_days"] == 10
        assert AuditEntry.objects.last().event == "rules.published"

    def test_only_the_support_office_may(self, reference):
        assert self.refused(NotAllowed, StaffRoleFactory(role="coordinator").user) == "not_allowed"

    def test_a_version_that_was_not_seen_is_not_overwritten(self, support):
        self.publish(support)
        assert self.refused(StaleVersion, support, seen_version=1) == "stale_version"

    def test_nobody_is_told_before_the_officers(self, support):
        assert self.refused(TransitionRefused, support, validation__coordinator_days=4) == "order"


class TestLoadingAgain:
    def test_what_the_support_office_changed_stays(self, support):
        for model, key, changes in [
            (Country, {"pk": "GB"}, {"is_eligible": True, "lump_sum_full": 900, "note": "Agreed."}),
            (OrganisationType, {"pk": "large_company"}, {"label": "Big firm", "may_host": True}),
            (Partnership, {"acronym": "EXXTRA"}, {"field": "Rail", "is_active": False}),
            (Cluster, {"name": "ZINNAE"}, {"is_on_eccp": False, "partnership": None}),
        ]:
            entry = model.objects.get(**key)
            for name, value in changes.items():
                setattr(entry, name, value)
            save_reference(instance=entry, fields=list(changes), actor=support)
            load_reference_data()
            entry = model.objects.get(**key)
            assert {name: getattr(entry, name) for name in changes} == changes

    def test_missing_rows_come_back_and_classifications_are_brought_up_to_date(self, reference):
        Cluster.objects.filter(name="ZINNAE").delete()
        Country.objects.filter(pk="FR").update(name="Frankreich")
        OrganisationType.objects.filter(pk="sme").update(kpi_category="wrong")
        load_reference_data()
        assert Cluster.objects.get(name="ZINNAE").partnership.acronym == "BLUES"
        assert Country.objects.get(pk="FR").name == "France"
        assert OrganisationType.objects.get(pk="sme").kpi_category == "smes"

    def test_new_rules_are_added_to_those_in_force(self, support):
        values = current_rules().values
        values.pop("physical.min_days")
        values["sme.max_staff"] = 99
        publish_rules(values=values, note="Fewer.", actor=support)
        load_reference_data()
        rules = current_rules()
        assert (rules.version, rules.integer("physical.min_days")) == (3, 3)
        assert rules.integer("sme.max_staff") == 99

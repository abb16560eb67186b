"""The desk's other pages: mails, people, reference data, rules, audit trail, imports."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from cxc_portal.core import clock, jobs
from cxc_portal.core.mail.pacing import make_letter
from cxc_portal.core.models import AuditEntry, Job, MailStatus, OutgoingMail
from profiles.admin.mails import mails_seen_by
from profiles.models import (
    Cluster,
    Country,
    OrganisationType,
    Partnership,
    Profile,
    ProgrammeRules,
    ReasonText,
    StaffRole,
)
from profiles.rules import current_rules
from profiles.services.decisions import decide_profile, reassign_profile
from profiles.services.reference import publish_rules
from profiles.services.reminders import remind_about_waiting_profiles
from tests.factories import StaffRoleFactory, UserFactory, submitted_profile
from tests.profiles.pages import as_typed, queries_of

pytestmark = pytest.mark.django_db

GOOD = (
    "ref,role,organisation,organisation_type,country,sectors,partnership,languages\n"
    "A-1,host,Rail Lab,cluster,FR,49,RECIPE4MOBILITY,en;fr\n"
    "A-2,host,Rail Lab,cluster,FR,49,EXXTRA,en;fr\n"
)


def url(model, name, *args, app="profiles"):
    return reverse(f"admin:{app}_{model}_{name}", args=args)


@pytest.fixture
def officer(reference):
    return StaffRoleFactory(user__email="ana@desk.example").user


@pytest.fixture
def coordinator(reference):
    return StaffRoleFactory(role="coordinator", user__email="lea@desk.example").user


@pytest.fixture
def support(reference):
    return StaffRoleFactory(role="support", user__email="sofia@desk.example").user


@pytest.fixture
def at_desk(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def at_office(client, support):
    client.force_login(support)
    return client


def titles(response):
    return [str(row.title.value) for row in response.context["rows"]]


def tomorrow_evening(mail):
    return (mail.created_at + timedelta(days=1)).replace(hour=20)


class TestMails:
    LIST = "/admin/core/outgoingmail/"

    def seen(self, user):
        return sorted(mails_seen_by(user).values_list("kind", "to"))

    def test_an_officer_sees_the_mails_about_the_desks_profiles(self, officer):
        profile = submitted_profile()
        submitted_profile(acronym="EXXTRA")
        decide_profile(profile_id=profile.pk, decision="publish", actor=officer)
        assert self.seen(officer) == [
            ("profiles/profile_published", profile.contact.email),
            ("profiles/profile_waits", officer.email),
        ]

    def test_an_officer_sees_the_reminders_of_the_own_partnership(self, officer):
        StaffRoleFactory(acronym="EXXTRA")
        with time_machine.travel("2026-06-01 09:00+00:00"):
            submitted_profile()
            submitted_profile(acronym="EXXTRA")
        with time_machine.travel("2026-06-09 09:00+00:00"):
            remind_about_waiting_profiles()
        assert self.seen(officer)[-1] == ("profiles/validation_reminder", officer.email)

    def test_what_went_to_another_partnerships_people_stays_there(self, officer, support):
        theirs = StaffRoleFactory(acronym="EXXTRA").user
        both = StaffRoleFactory(acronym="EXXTRA").user
        StaffRoleFactory(user=both)
        profile = submitted_profile(acronym="EXXTRA")
        reassign_profile(
            profile_id=profile.pk,
            partnership=Partnership.objects.get(acronym="RECIPE4MOBILITY"),
            actor=support,
            comment="Your field.",
        )
        assert theirs.email not in {to for _kind, to in self.seen(officer)}
        assert ("profiles/profile_waits", both.email) in self.seen(officer)

    def test_a_mail_to_nobody_with_an_account_is_seen(self, officer):
        profile = submitted_profile()
        OutgoingMail.objects.filter(about_id=str(profile.pk)).update(recipient=None)
        assert len(self.seen(officer)) == 1

    def test_the_support_office_sees_all(self, support):
        submitted_profile(acronym="EXXTRA")
        StaffRoleFactory(acronym="EXXTRA")
        submitted_profile(acronym="EXXTRA")
        assert len(self.seen(support)) == OutgoingMail.objects.count() > 0

    def test_the_list_shows_the_status(self, at_desk):
        submitted_profile(organisation__name="Rail Lab")
        response = at_desk.get(self.LIST)
        assert titles(response) == ["Check the profile of Rail Lab"]
        assert "Queued" in response.content.decode()

    @pytest.mark.parametrize(
        ("query", "count"),
        [
            ("is=queued", 1),
            ("is=failed", 1),
            ("about=profiles/profile_waits", 2),
            ("about=profiles/profile_published", 0),
            ("q=rail", 1),
        ],
    )
    def test_filters(self, at_desk, query, count):
        submitted_profile(organisation__name="Rail Lab")
        submitted_profile(organisation__name="Sea Lab")
        OutgoingMail.objects.filter(subject__contains="Sea").update(status=MailStatus.FAILED)
        assert len(titles(at_desk.get(f"{self.LIST}?{query}"))) == count

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("reader=acted", ["Air"]),
            ("reader=opened", ["Rail"]),
            ("reader=none", ["Sea"]),
            ("reader=other", ["Air", "Rail", "Sea"]),
            ("is=bundled", ["Sea"]),
        ],
    )
    def test_the_list_tells_what_readers_did(self, at_desk, query, found):
        for name in ("Air", "Rail", "Sea"):
            submitted_profile(organisation__name=name)
        air, rail, sea = OutgoingMail.objects.order_by("pk")
        times = {"status": "sent", "sent_at": air.created_at, "opened_at": air.created_at}
        for row in (air, rail):
            OutgoingMail.objects.filter(pk=row.pk).update(**times)
        OutgoingMail.objects.filter(pk=air.pk).update(acted_at=air.created_at)
        OutgoingMail.objects.filter(pk=sea.pk).update(status="bundled", bundle=air)
        shown = [title.rpartition(" ")[2] for title in titles(at_desk.get(f"{self.LIST}?{query}"))]
        assert sorted(shown) == found

    @pytest.mark.parametrize(
        ("field", "word"), [("opened_at", "Link opened"), ("acted_at", "Acted")]
    )
    def test_list_and_page_say_what_the_reader_did(self, at_desk, field, word):
        submitted_profile()
        mail = OutgoingMail.objects.get()
        page = url("outgoingmail", "change", mail.pk, app="core")
        assert f"{word}</span>" not in at_desk.get(page).content.decode()
        OutgoingMail.objects.update(**{field: mail.created_at})
        assert f"{word}</span>" in at_desk.get(self.LIST).content.decode()
        assert f"{word}</span>" in at_desk.get(page).content.decode()

    def test_a_mail_says_in_which_summary_it_was_told(self, at_desk, officer):
        submitted_profile(organisation__name="Rail Lab")
        submitted_profile(organisation__name="Sea Lab")
        mail = OutgoingMail.objects.order_by("pk").first()
        page = url("outgoingmail", "change", mail.pk, app="core")
        assert "in the letter of the day, not before" in at_desk.get(page).content.decode()
        with time_machine.travel(tomorrow_evening(mail)):
            make_letter(officer.pk)
        shown = at_desk.get(page).content.decode()
        assert "“Check the profile of Rail Lab … and 1 more”" in shown
        assert "Told in a summary" in shown

    def test_a_summary_is_seen_by_the_support_office_alone(self, officer, support):
        submitted_profile()
        submitted_profile()
        first = OutgoingMail.objects.order_by("pk").first()
        with time_machine.travel(tomorrow_evening(first)):
            make_letter(officer.pk)
        assert ("core/summary", officer.email) not in self.seen(officer)
        assert ("core/summary", officer.email) in self.seen(support)

    def test_an_officer_is_not_offered_occasions_of_secret_mails(self, at_desk, client, support):
        def offered():
            filters = client.get(self.LIST).context["filters"]
            kinds = next(spec for spec in filters if spec.parameter_name == "about")
            return {value for value, _label, _chosen in kinds.options()}

        as_officer = offered()
        client.force_login(support)
        assert as_officer < offered()

    def test_the_list_takes_as_many_queries_for_three_as_for_one(self, at_desk):
        submitted_profile()
        few = queries_of(at_desk, self.LIST)
        submitted_profile()
        submitted_profile()
        assert queries_of(at_desk, self.LIST) == few

    def test_one_mail_shows_its_words_and_leads_to_the_profile(self, at_desk):
        profile = submitted_profile(organisation__name="Rail Lab")
        mail = OutgoingMail.objects.get()
        response = at_desk.get(url("outgoingmail", "change", mail.pk, app="core"))
        assert "Rail Lab has submitted its profile" in response.content.decode()
        assert response.context["subject_url"] == url("profile", "change", profile.ref)

    def test_secret_words_are_shown_to_nobody(self, at_office):
        submitted_profile()
        OutgoingMail.objects.update(is_confidential=True, text="the code is 4711")
        mail = OutgoingMail.objects.get()
        response = at_office.get(url("outgoingmail", "change", mail.pk, app="core"))
        assert "4711" not in response.content.decode()

    def test_a_mail_about_something_else_leads_nowhere(self, at_office):
        submitted_profile(partnership=None)
        OutgoingMail.objects.update(about_type="", kind="other/kind")
        mail = OutgoingMail.objects.get()
        response = at_office.get(url("outgoingmail", "change", mail.pk, app="core"))
        assert response.context["subject_url"] == ""
        assert "other/kind" in response.content.decode()

    def test_a_mail_about_a_profile_that_is_gone_leads_nowhere(self, at_office):
        submitted_profile(partnership=None)
        OutgoingMail.objects.update(about_id="0")
        mail = OutgoingMail.objects.get()
        response = at_office.get(url("outgoingmail", "change", mail.pk, app="core"))
        assert response.context["subject_url"] == ""

    def test_a_failed_one_is_sent_again(self, at_desk):
        submitted_profile()
        OutgoingMail.objects.update(status=MailStatus.FAILED, attempts=5, last_error="550 no")
        mail = OutgoingMail.objects.get()
        page = url("outgoingmail", "change", mail.pk, app="core")
        assert "550 no" in at_desk.get(page).content.decode()
        response = at_desk.post(url("outgoingmail", "resend", mail.pk, app="core"))
        assert response["Location"] == page
        mail.refresh_from_db()
        assert (mail.status, mail.attempts) == (MailStatus.QUEUED, 0)

    def test_one_that_did_not_fail_is_not(self, at_desk):
        submitted_profile()
        mail = OutgoingMail.objects.get()
        before = AuditEntry.objects.count()
        at_desk.post(url("outgoingmail", "resend", mail.pk, app="core"))
        assert "Only a mail that failed" in at_desk.get(self.LIST).content.decode()
        assert AuditEntry.objects.count() == before

    def test_a_mail_of_another_desk_does_not_exist(self, at_desk):
        StaffRoleFactory(acronym="EXXTRA")
        submitted_profile(acronym="EXXTRA")
        mail = OutgoingMail.objects.get()
        for name, method in (("change", at_desk.get), ("resend", at_desk.post)):
            assert method(url("outgoingmail", name, mail.pk, app="core")).status_code == 404


class TestPeople:
    LIST = "/admin/profiles/staffrole/"

    def test_a_coordinator_sees_the_own_partnership(self, client, coordinator, officer):
        StaffRoleFactory(acronym="EXXTRA")
        client.force_login(coordinator)
        response = client.get(self.LIST)
        shown = {str(row.cells[0].value) for row in response.context["rows"]}
        assert shown == {officer.email, coordinator.email}
        assert response.context["filters"] == []

    def test_the_support_office_filters_by_role(self, at_office, officer):
        response = at_office.get(f"{self.LIST}?is=officer")
        assert [row.cells[0].value for row in response.context["rows"]] == [officer.email]
        assert len(at_office.get(self.LIST).context["rows"]) == 2

    def test_gives_a_role(self, at_office):
        recipe = Partnership.objects.get(acronym="RECIPE4MOBILITY")
        response = at_office.post(
            url("staffrole", "add"),
            {"email": "new@desk.example", "role": "officer", "partnership": recipe.pk},
        )
        assert response["Location"] == self.LIST
        assert StaffRole.objects.filter(user__email="new@desk.example").exists()
        assert "new@desk.example is now: Partnership officer." in (
            at_office.get(self.LIST).content.decode()
        )

    def test_a_general_role_forgets_the_partnership(self, at_office):
        recipe = Partnership.objects.get(acronym="RECIPE4MOBILITY")
        data = {"email": "new@desk.example", "role": "observer", "partnership": recipe.pk}
        at_office.post(url("staffrole", "add"), data)
        assert StaffRole.objects.get(user__email="new@desk.example").partnership is None

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"email": "x", "role": "observer"}, "email"),
            ({"email": "a@desk.example", "role": "king"}, "role"),
            ({"email": "a@desk.example", "role": "officer"}, "partnership"),
        ],
    )
    def test_says_what_to_put_right(self, at_office, data, field):
        response = at_office.post(url("staffrole", "add"), data)
        assert list(response.context["form"].errors) == [field]

    def test_says_why_a_role_is_not_given(self, at_office, officer):
        recipe = Partnership.objects.get(acronym="RECIPE4MOBILITY")
        data = {"email": officer.email, "role": "officer", "partnership": recipe.pk}
        response = at_office.post(url("staffrole", "add"), data)
        assert "has the role already" in response.content.decode()

    def test_a_coordinator_is_offered_officers_of_the_own_partnership(self, client, coordinator):
        client.force_login(coordinator)
        form = client.get(url("staffrole", "add")).context["form"]
        assert [value for value, _label in form.fields["role"].choices] == ["officer"]
        assert [p.acronym for p in form.fields["partnership"].queryset] == ["RECIPE4MOBILITY"]
        exxtra = Partnership.objects.get(acronym="EXXTRA")
        data = {"email": "new@desk.example", "role": "officer", "partnership": exxtra.pk}
        response = client.post(url("staffrole", "add"), data)
        assert list(response.context["form"].errors) == ["partnership"]
        assert not StaffRole.objects.filter(partnership=exxtra).exists()

    def test_takes_a_role(self, at_office, officer):
        role = officer.staff_roles.get()
        assert at_office.get(url("staffrole", "change", role.pk)).context["may_take"]
        response = at_office.post(url("staffrole", "take", role.pk))
        assert response["Location"] == self.LIST
        assert not StaffRole.objects.filter(pk=role.pk).exists()

    def test_says_why_a_role_stays(self, at_office, support):
        role = support.staff_roles.get()
        response = at_office.post(url("staffrole", "take", role.pk))
        assert response["Location"] == url("staffrole", "change", role.pk)
        assert "Somebody must remain" in at_office.get(self.LIST).content.decode()

    def test_a_coordinator_does_not_take_the_own_role(self, client, coordinator):
        client.force_login(coordinator)
        role = coordinator.staff_roles.get()
        response = client.get(url("staffrole", "change", role.pk))
        assert not response.context["may_take"]
        client.post(url("staffrole", "take", role.pk))
        assert StaffRole.objects.filter(pk=role.pk).exists()

    def test_a_coordinator_may_take_the_role_of_an_officer(self, client, coordinator, officer):
        client.force_login(coordinator)
        role = officer.staff_roles.get()
        assert client.get(url("staffrole", "change", role.pk)).context["may_take"]

    def test_another_partnerships_people_do_not_exist(self, client, coordinator):
        client.force_login(coordinator)
        role = StaffRoleFactory(acronym="EXXTRA")
        assert client.get(url("staffrole", "change", role.pk)).status_code == 404
        assert client.post(url("staffrole", "take", role.pk)).status_code == 404


class TestReferenceData:
    @pytest.mark.parametrize(
        "model",
        ["partnership", "cluster", "country", "organisationtype", "reasontext", "programmerules"],
    )
    def test_every_list_shows_its_neighbours(self, at_office, model):
        response = at_office.get(url(model, "changelist"))
        assert [str(section.label) for section in response.context["siblings"]] == [
            "Partnerships",
            "Clusters",
            "Countries",
            "Types of organisation",
            "Ready-made texts",
            "Programme rules",
        ]
        assert len(response.context["rows"]) > 0

    @pytest.mark.parametrize(
        ("model", "key"),
        [
            (Partnership, "acronym"),
            (Cluster, "name"),
            (Country, "pk"),
            (OrganisationType, "pk"),
            (ReasonText, "title"),
        ],
    )
    def test_saving_what_is_shown_changes_nothing(self, at_office, model, key):
        entry = model.objects.first()
        before = model.objects.filter(pk=entry.pk).values().get()
        address = url(model._meta.model_name, "change", entry.pk)
        typed = as_typed(at_office.get(address).context["form"])
        response = at_office.post(address, typed)
        assert response["Location"] == url(model._meta.model_name, "changelist")
        assert model.objects.filter(pk=entry.pk).values().get() == before
        assert AuditEntry.objects.last().data == {}

    def test_a_country_is_let_in(self, at_office):
        address = url("country", "change", "GB")
        typed = as_typed(at_office.get(address).context["form"]) | {"is_eligible": "on"}
        at_office.post(f"{address}?_changelist_filters=q%3Duni", typed)
        assert Country.objects.get(pk="GB").is_eligible
        assert AuditEntry.objects.last().data == {"is_eligible": [False, True]}

    def test_back_leads_to_the_filtered_list(self, at_office):
        address = url("country", "change", "GB") + "?_changelist_filters=q%3Duni"
        typed = as_typed(at_office.get(address).context["form"])
        assert at_office.post(address, typed)["Location"] == "/admin/profiles/country/?q=uni"

    def test_a_partnership_gets_its_sectors(self, at_office):
        partnership = Partnership.objects.get(acronym="EXXTRA")
        address = url("partnership", "change", partnership.pk)
        typed = as_typed(at_office.get(address).context["form"]) | {"sectors": ["49", "30"]}
        at_office.post(address, typed)
        partnership.refresh_from_db()
        assert partnership.sectors == ["30", "49"]

    def test_a_cluster_is_added(self, at_office):
        data = {"name": "Cyber Alps", "country": "FR", "partnership": "", "is_on_eccp": "on"}
        response = at_office.post(url("cluster", "add"), data)
        assert response["Location"] == url("cluster", "changelist")
        assert Cluster.objects.get(name="Cyber Alps").country_id == "FR"

    def test_a_name_that_exists_is_said(self, at_office):
        response = at_office.post(url("cluster", "add"), {"name": "ZINNAE"})
        assert response.status_code == 200
        assert response.context["form"].errors

    def test_a_name_that_was_taken_in_between_is_said(self, at_office, monkeypatch):
        monkeypatch.setattr(Cluster, "validate_unique", lambda cluster, exclude: None)
        monkeypatch.setattr(Cluster, "validate_constraints", lambda cluster, exclude: None)
        response = at_office.post(url("cluster", "add"), {"name": "ZINNAE"})
        assert "There is an entry of this name already." in response.content.decode()

    @pytest.mark.parametrize("model", ["country", "organisationtype"])
    def test_countries_and_types_are_given(self, at_office, model):
        assert at_office.get(f"/admin/profiles/{model}/add/").status_code == 404

    def test_what_does_not_exist_is_not_found(self, at_office):
        assert at_office.get(url("country", "change", "ZZ")).status_code == 404
        assert at_office.get(url("cluster", "change", "x")).status_code == 404

    def test_a_ready_made_text_is_added_and_offered(self, at_office):
        data = {"decision": "return", "title": "Photo", "text": "Please add a photo."}
        at_office.post(url("reasontext", "add"), data)
        profile = submitted_profile()
        page = at_office.get(url("profile", "change", profile.ref))
        assert "Photo" in page.content.decode()

    def test_a_ready_made_text_is_removed(self, at_office):
        text = ReasonText.objects.get(title="Name your cluster")
        page = at_office.get(url("reasontext", "change", text.pk))
        response = at_office.post(page.context["remove_url"])
        assert response["Location"] == url("reasontext", "changelist")
        assert not ReasonText.objects.filter(pk=text.pk).exists()

    def test_lists_are_searched(self, at_office):
        assert titles(at_office.get("/admin/profiles/country/?q=portugal")) == ["Portugal"]
        response = at_office.get("/admin/profiles/country/?q=zzz")
        assert "Nothing fits" in response.content.decode()

    def test_lists_are_sorted(self, at_office):
        by_code = titles(at_office.get("/admin/profiles/country/?o=-2"))
        assert by_code[:2] == ["Kosovo", "Ukraine"]

    def test_an_odd_page_leads_back_to_the_list(self, at_office):
        response = at_office.get("/admin/profiles/country/?p=99")
        assert response["Location"] == "/admin/profiles/country/?e=1"
        assert at_office.get(response["Location"]).status_code == 200


class TestRules:
    ADD = "/admin/profiles/programmerules/add/"

    def typed(self, client, **changed):
        form = client.get(self.ADD).context["form"]
        return as_typed(form) | {"note": "As the Agency asked."} | changed

    def test_publishes_the_next_version(self, at_office, support):
        response = at_office.post(self.ADD, self.typed(at_office, validation__target_days="8"))
        assert current_rules().integer("validation.target_days") == 8
        assert current_rules().version == 2
        page = at_office.get(response["Location"])
        changed = [line for line in page.context["lines"] if line["is_changed"]]
        assert [(line["label"], line["before"], line["value"]) for line in changed] == [
            ("Profile validated within", "10", "8")
        ]
        assert page.context["version"].created_by == support

    def test_a_date_is_a_rule_too(self, at_office):
        at_office.post(self.ADD, self.typed(at_office, virtual__open_until="2028-06-30"))
        assert current_rules().values["virtual.open_until"] == "2028-06-30"

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({}, "__all__"),
            ({"note": "", "sme__max_staff": "200"}, "note"),
            ({"sme__max_staff": "-1"}, "sme__max_staff"),
            ({"sme__max_staff": "many"}, "sme__max_staff"),
            ({"validation__reminder_days": "12"}, "__all__"),
        ],
    )
    def test_says_what_to_put_right(self, at_office, changed, field):
        response = at_office.post(self.ADD, self.typed(at_office, **changed))
        assert list(response.context["form"].errors) == [field]
        assert ProgrammeRules.objects.count() == 1

    def test_a_version_that_came_in_between_is_not_overwritten(self, at_office, support):
        typed = self.typed(at_office, sme__max_staff="200")
        publish_rules(values=current_rules().values, note="Quick.", actor=support)
        response = at_office.post(self.ADD, typed)
        assert "published version 2 meanwhile" in response.content.decode()

    def test_the_first_version_differs_from_none(self, at_office):
        first = ProgrammeRules.objects.get()
        page = at_office.get(url("programmerules", "change", first.pk))
        assert not any(line["is_changed"] for line in page.context["lines"])

    def test_a_rule_that_is_no_longer_described_is_shown_by_its_key(self, at_office):
        first = ProgrammeRules.objects.get()
        first.values["old.rule"] = 1
        first.save()
        page = at_office.get(url("programmerules", "change", first.pk))
        assert page.context["lines"][-1]["label"] == "old.rule"

    def test_the_list_names_the_authors(self, at_office, support):
        publish_rules(values=current_rules().values, note="Mine.", actor=support)
        rows = at_office.get(url("programmerules", "changelist")).context["rows"]
        assert [row.cells[-1].value for row in rows] == [str(support), "the portal"]


class TestAuditTrail:
    LIST = "/admin/core/auditentry/"

    def test_is_there_to_read(self, at_office):
        submitted_profile()
        (row,) = at_office.get(f"{self.LIST}?q=profile.submit").context["rows"]
        assert row.url == ""
        assert [str(cell.value) for cell in row.cells][1] == "profile.submit"

    def test_names_the_portal_where_nobody_acted(self, at_office):
        text = at_office.get(f"{self.LIST}?q=rules.published").content.decode()
        assert "the portal" in text

    @pytest.mark.parametrize("method", ["post", "put", "delete"])
    def test_nothing_can_be_changed(self, at_office, method):
        before = list(AuditEntry.objects.values())
        getattr(at_office, method)(self.LIST)
        assert at_office.get(f"{self.LIST}1/change/").status_code == 404
        assert list(AuditEntry.objects.values()) == before


class TestImports:
    LIST = "/admin/core/job/"

    @pytest.fixture(autouse=True)
    def own_files(self, settings, tmp_path):
        settings.MEDIA_ROOT = tmp_path

    def start(self, client, content=GOOD, outcome="try"):
        file = io.BytesIO(content.encode() if isinstance(content, str) else content)
        file.name = "profiles.csv"
        return client.post(url("job", "add", app="core"), {"file": file, "outcome": outcome})

    @pytest.mark.parametrize(
        ("outcome", "dry_run", "publish"),
        [("try", True, False), ("wait", False, False), ("publish", False, True)],
    )
    def test_becomes_a_job(self, at_desk, officer, outcome, dry_run, publish):
        response = self.start(at_desk, outcome=outcome)
        job = Job.objects.get()
        assert response["Location"] == f"/jobs/{job.pk}/"
        assert (job.kind, job.owner, job.parameters) == (
            "profiles.import",
            officer,
            {
                "dry_run": dry_run,
                "publish": publish,
                "partnership_ids": [officer.staff_roles.get().partnership_id],
                "name": "profiles.csv",
            },
        )

    def test_the_support_office_imports_for_all(self, at_office):
        self.start(at_office)
        assert Job.objects.get().parameters["partnership_ids"] is None

    def test_a_trial_shows_each_problem_and_writes_nothing(self, at_desk):
        response = self.start(at_desk)
        jobs.run(Job.objects.get().pk)
        page = at_desk.get(response["Location"]).content.decode()
        assert "1 profile would be new" in page
        assert "1 row would be refused" in page
        assert "You can import profiles of your own partnership only." in page
        assert Profile.objects.count() == 0

    @pytest.mark.parametrize(
        ("outcome", "state"), [("wait", "submitted"), ("publish", "published")]
    )
    def test_after_a_trial_the_good_rows_are_imported(self, at_desk, outcome, state):
        self.start(at_desk)
        trial = Job.objects.get()
        jobs.run(trial.pk)
        response = at_desk.post(url("job", "import", trial.pk, app="core"), {"outcome": outcome})
        job = Job.objects.exclude(pk=trial.pk).get()
        assert response["Location"] == f"/jobs/{job.pk}/"
        jobs.run(job.pk)
        assert [profile.state for profile in Profile.objects.all()] == [state]
        page = at_desk.get(response["Location"]).content.decode()
        assert "1 profile is new" in page
        assert "Import the good rows now" not in page

    def test_the_list_says_what_became_of_each(self, at_desk):
        assert "You have imported nothing yet" in at_desk.get(self.LIST).content.decode()
        self.start(at_desk)
        jobs.run(Job.objects.get().pk)
        self.start(at_desk, outcome="publish")
        self.start(at_desk, outcome="wait")
        rows = at_desk.get(self.LIST).context["rows"]
        assert [[str(cell.value) for cell in row.cells[:3]] for row in rows] == [
            ["Import", "Waiting", "–"],
            ["Import and publish", "Waiting", "–"],
            ["Trial", "Done", "1 new, 0 updated, 1 refused"],
        ]
        assert titles(at_desk.get(self.LIST)) == ["profiles.csv"] * 3

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"PK\x03\x04rest", "workbook"),
            ("ref,role\n".encode("utf-16"), "UTF-16"),
            ("ref;role;organisation\n", "semicolons"),
        ],
    )
    def test_a_file_that_cannot_be_read_is_refused_at_once(self, at_desk, content, words):
        response = self.start(at_desk, content)
        assert words in str(response.context["form"].errors["file"])
        assert not Job.objects.exists()

    def test_without_a_file_nothing_starts(self, at_desk):
        response = at_desk.post(url("job", "add", app="core"), {"outcome": "try"})
        assert list(response.context["form"].errors) == ["file"]

    @pytest.mark.parametrize(
        ("scanner", "words"),
        [
            ("tests.profiles.test_desk_pages.finds_something", "found something"),
            ("tests.profiles.test_desk_pages.is_away", "Try again later"),
        ],
    )
    def test_a_virus_scanner_is_asked(self, at_desk, settings, scanner, words):
        settings.VIRUS_SCANNER = scanner
        assert words in str(self.start(at_desk).context["form"].errors["file"])

    def test_others_imports_do_not_exist(self, at_desk, client):
        self.start(at_desk)
        job = Job.objects.get()
        client.force_login(StaffRoleFactory().user)
        assert client.get(self.LIST).context["rows"] == []
        assert client.post(url("job", "import", job.pk, app="core")).status_code == 404

    def test_shows_the_columns(self, at_desk):
        page = at_desk.get(url("job", "add", app="core")).content.decode()
        assert "ref, role, organisation" in page


def finds_something(file):
    return "Eicar"


def is_away(file):
    raise OSError("nobody there")


def test_times_are_shown_in_the_portals_time_zone(at_office):
    submitted_profile(partnership=None)
    moment = clock.now() + timedelta(days=1)
    OutgoingMail.objects.update(created_at=moment)
    text = at_office.get("/admin/core/outgoingmail/").content.decode()
    assert f"{clock.local(moment):%H:%M}" in text


def test_a_participant_is_told_nothing_by_the_desk(client, reference):
    client.force_login(UserFactory())
    assert client.get("/admin/core/outgoingmail/").status_code == 404

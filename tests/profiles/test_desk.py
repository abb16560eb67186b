"""The pages of the validation desk: who gets in, what the queue shows, what a decision does."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cxc_portal.core import clock
from cxc_portal.core.models import AuditEntry, OutgoingMail
from profiles.admin import desk
from profiles.models import (
    Cluster,
    Membership,
    Organisation,
    Partnership,
    Profile,
    ReasonText,
    StaffRole,
)
from profiles.services.decisions import decide_profile, suspend_profile
from profiles.services.reviews import take_profile
from profiles.services.submission import keep_submission, submit_profile
from tests.factories import (
    OrganisationFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
    submitted_profile,
)
from tests.profiles.pages import queries_of

pytestmark = pytest.mark.django_db

QUEUE = "/admin/profiles/profile/"


def url(name, *args):
    return reverse(f"admin:profiles_profile_{name}", args=args)


@pytest.fixture
def officer(reference):
    return StaffRoleFactory(user__first_name="Ana", user__last_name="Novak").user


@pytest.fixture
def support(reference):
    return StaffRoleFactory(role="support").user


@pytest.fixture
def stranger(reference):
    return StaffRoleFactory(acronym="EXXTRA").user


@pytest.fixture
def profile(reference):
    return submitted_profile(organisation=sound_organisation("Pannon Mobility"))


def sound_organisation(name, **fields):
    organisation = OrganisationFactory(name=name, **fields)
    organisation.clusters.add(Cluster.objects.filter(partnership__isnull=False).first())
    return organisation


@pytest.fixture
def at_desk(client, officer):
    client.force_login(officer)
    return client


def names(response):
    return [line.profile.organisation.name for line in response.context["lines"]]


def decide(client, profile, step, *, seen=1, filters="", **fields):
    data = {"step": step, "seen_submission": seen}
    data |= {f"{step}-{name}": value for name, value in fields.items()}
    query = f"?_changelist_filters={filters}" if filters else ""
    return client.post(url("decide", profile.ref) + query, data)


def every_address(profile):
    """All addresses of the desk, each with the methods that it knows."""
    mail = OutgoingMail.objects.filter(about_id=str(profile.pk)).first()
    role = StaffRole.objects.get(partnership=profile.partnership)
    objects = {
        "ref": profile.ref,
        "OutgoingMail": mail.pk,
        "StaffRole": role.pk,
        "Partnership": profile.partnership_id,
        "Cluster": Cluster.objects.first().pk,
        "Country": "FR",
        "OrganisationType": "sme",
        "ReasonText": ReasonText.objects.first().pk,
        "ProgrammeRules": 1,
        "Job": 1,
    }
    for model, page in desk._registry.items():
        for pattern in page.urls:
            needs = list(pattern.pattern.converters)
            key = objects["ref"] if "ref" in needs else objects.get(model.__name__, 1)
            yield reverse(f"admin:{pattern.name}", args=[key] if needs else [])


class TestWhoGetsIn:
    def statuses(self, client, profile):
        found = {}
        for address in every_address(profile):
            for method in (client.get, client.post):
                found.setdefault(method(address).status_code, set()).add(address)
        return found

    @pytest.fixture
    def elsewhere(self, officer):
        return submitted_profile()

    def test_there_are_addresses_to_try(self, elsewhere):
        addresses = list(every_address(elsewhere))
        assert url("decide", elsewhere.ref) in addresses
        assert len(addresses) > 30

    def test_the_anonymous_are_sent_to_the_portals_log_in(self, client, elsewhere):
        for address in every_address(elsewhere):
            response = client.get(address)
            assert response.status_code == 302
            assert response["Location"].startswith(f"/accounts/login/?next={address}")

    def test_the_desk_has_no_log_in_of_its_own(self, client, db):
        response = client.get("/admin/login/?next=/admin/core/job/")
        assert response["Location"] == "/accounts/login/?next=/admin/core/job/"

    @pytest.mark.parametrize("address", ["/admin/", "/admin/nowhere/", "/admin/jsi18n/"])
    def test_a_participant_finds_nothing(self, client, elsewhere, address):
        client.force_login(elsewhere.contact)
        assert client.get(address).status_code == 404

    def test_a_participant_finds_no_address(self, client, elsewhere):
        client.force_login(elsewhere.contact)
        assert set(self.statuses(client, elsewhere)) == {404}

    def test_an_observer_finds_no_address(self, client, elsewhere):
        client.force_login(StaffRoleFactory(role="observer").user)
        assert set(self.statuses(client, elsewhere)) == {404}

    def test_an_officer_of_another_partnership_finds_no_object(self, client, elsewhere, stranger):
        client.force_login(stranger)
        found = self.statuses(client, elsewhere)
        pages = ("changelist", "publish", "results", "undo_all", "export")
        own = {url(name) for name in pages}
        own |= {reverse(f"admin:core_{name}") for name in ("outgoingmail_changelist",)}
        own |= {reverse("admin:core_job_changelist"), reverse("admin:core_job_add")}
        assert found.pop(404) >= set(every_address(elsewhere)) - own
        found.pop(405)  # whatever the reference is
        assert set().union(*found.values()) <= own
        elsewhere.refresh_from_db()
        assert (elsewhere.state, elsewhere.review_by) == ("submitted", None)

    def test_an_address_that_is_none_does_not_exist_for_officers_either(self, at_desk):
        assert at_desk.get("/admin/nowhere/").status_code == 404

    def test_the_desk_opens_with_its_queue(self, at_desk):
        assert at_desk.get("/admin/")["Location"] == QUEUE

    def test_the_short_address_leads_to_the_desk(self, at_desk, profile):
        response = at_desk.get(f"/profiles/{profile.ref}/decide/")
        assert response["Location"] == url("change", profile.ref)

    @pytest.mark.parametrize(
        ("role", "sections"),
        [
            ("officer", ["Profiles", "Mails", "Import"]),
            ("coordinator", ["Profiles", "Mails", "Import", "People"]),
            (
                "support",
                [
                    "Profiles",
                    "Mails",
                    "Documents",
                    "Import",
                    "People",
                    "Reference data",
                    "Audit trail",
                ],
            ),
        ],
    )
    def test_each_role_has_its_parts(self, client, reference, role, sections):
        client.force_login(StaffRoleFactory(role=role).user)
        shown = client.get(QUEUE).context["sections"]
        assert [str(section.label) for section in shown] == sections
        assert [section.is_current for section in shown][:2] == [True, False]

    def test_an_officer_finds_no_reference_data(self, at_desk):
        for name in ("partnership", "country", "programmerules", "staffrole"):
            address = reverse(f"admin:profiles_{name}_changelist")
            assert at_desk.get(address).status_code == 404
        assert at_desk.get(reverse("admin:core_auditentry_changelist")).status_code == 404

    def test_nobody_adds_changes_or_deletes_through_the_admin_itself(self, rf, support):
        request = rf.get("/admin/")
        request.user = support
        for page in desk._registry.values():
            assert page.get_model_perms(request) == {
                "add": False,
                "change": False,
                "delete": False,
                "view": True,
            }


class TestQueue:
    def test_shows_what_waits_at_the_own_desk_the_longest_wait_first(self, at_desk):
        submitted_profile(organisation__name="Elsewhere", acronym="EXXTRA")
        published_profile(organisation__name="Done")
        with time_machine.travel(clock.now() - timedelta(days=3)):
            submitted_profile(organisation__name="Old")
        submitted_profile(organisation__name="New")
        assert names(at_desk.get(QUEUE)) == ["Old", "New"]

    def test_the_support_office_sees_all_desks(self, client, support):
        submitted_profile(organisation__name="A", acronym="EXXTRA")
        submitted_profile(organisation__name="B", partnership=None)
        client.force_login(support)
        response = client.get(QUEUE)
        assert names(response) == ["A", "B"]
        assert response.context["unassigned"] == 1
        assert names(client.get(f"{QUEUE}?desk=none")) == ["B"]

    def test_shows_ticks_with_reasons(self, at_desk, reference):
        submitted_profile(organisation=OrganisationFactory(country_id="NO"))
        page = at_desk.get(QUEUE).content.decode()
        assert "Norway does not take part." in page
        assert 'class="tick tone-red"' in page
        assert 'class="tick tone-green"' in page

    def test_shows_age_against_the_target(self, at_desk, reference):
        with time_machine.travel("2026-06-01 09:00+00:00", tick=False):
            submitted_profile(organisation=OrganisationFactory(country_id="PT"))
        for today, tone, words in [
            ("2026-06-02", "", "due by 17 June"),
            ("2026-06-09", "warning", "due by 17 June"),
            ("2026-06-17", "warning", "due by 17 June"),
            ("2026-06-18", "danger", "was due on 17 June"),
        ]:
            with time_machine.travel(f"{today} 09:00+00:00", tick=False):
                response = at_desk.get(QUEUE)
            assert response.context["lines"][0].waiting.tone == tone
            assert words in response.content.decode()

    def test_names_what_changed_since_the_last_submission(self, at_desk, officer, profile):
        decide_profile(profile_id=profile.pk, decision="return", actor=officer, comment="More.")
        Organisation.objects.filter(pk=profile.organisation_id).update(city="Pécs")
        submit_profile(profile_id=profile.pk, actor=profile.contact)
        (line,) = at_desk.get(QUEUE).context["lines"]
        assert (line.number, line.changed) == (2, ["Town"])

    def test_shows_who_has_a_profile_open(self, at_desk, profile):
        colleague = StaffRoleFactory(user__first_name="Eva", user__last_name="Busy").user
        take_profile(profile_id=profile.pk, actor=colleague)
        assert "Open with Eva Busy" in at_desk.get(QUEUE).content.decode()

    @pytest.mark.parametrize("count", [1, 3, 25])
    def test_the_number_of_queries_does_not_grow(self, at_desk, officer, count):
        for number in range(count):
            one = submitted_profile(organisation=OrganisationFactory(name=f"Unlike {number * 77}"))
            decide_profile(profile_id=one.pk, decision="return", actor=officer, comment="More.")
            submit_profile(profile_id=one.pk, actor=one.contact)
        assert queries_of(at_desk, QUEUE) <= 20
        assert len(at_desk.get(QUEUE).context["lines"]) == count

    def test_the_queue_takes_as_many_queries_for_three_as_for_twenty(self, at_desk):
        for number in range(3):
            submitted_profile(organisation__name=f"{number} apart from others")
        few = queries_of(at_desk, QUEUE)
        for number in range(17):
            submitted_profile(organisation__name=f"{number * 31} unlike")
        assert queries_of(at_desk, QUEUE) == few

    def test_has_pages(self, at_desk):
        for _ in range(26):
            submitted_profile()
        assert len(at_desk.get(QUEUE).context["lines"]) == 25
        assert len(at_desk.get(f"{QUEUE}?p=2").context["lines"]) == 1

    def test_an_empty_queue_says_so(self, at_desk):
        assert "Nothing waits" in at_desk.get(QUEUE).content.decode()

    def test_nothing_found_says_so(self, at_desk, profile):
        assert "No profile fits" in at_desk.get(f"{QUEUE}?q=zzz").content.decode()

    @pytest.mark.parametrize(
        ("show", "found"),
        [
            ("waiting", ["waiting"]),
            ("published", ["published"]),
            ("returned", ["returned"]),
            ("rejected", ["rejected"]),
            ("suspended", []),
            ("others", ["draft"]),
            ("nonsense", ["waiting"]),
        ],
    )
    def test_tabs_show_the_other_states(self, at_desk, officer, show, found):
        ProfileFactory(organisation__name="draft")
        for name in ("waiting", "published", "returned", "rejected"):
            one = submitted_profile(organisation__name=name)
            step = {"published": "publish", "returned": "return", "rejected": "reject"}.get(name)
            if step:
                decide_profile(profile_id=one.pk, decision=step, actor=officer, comment="So.")
        response = at_desk.get(f"{QUEUE}?show={show}")
        assert names(response) == found
        counts = {str(tab["label"]): tab["count"] for tab in response.context["tabs"]}
        assert counts == {
            "Waiting": 1,
            "Returned": 1,
            "Published": 1,
            "Suspended": 0,
            "Rejected": 1,
            "Others": 1,
        }

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=rail", ["Rail Lab"]),
            ("as=host", ["Rail Lab"]),
            ("as=visiting", ["Sea Lab"]),
            ("as=nonsense", ["Rail Lab", "Sea Lab"]),
            ("from=PT", ["Sea Lab"]),
            ("type=incubator", ["Rail Lab"]),
            ("waiting=reminded", ["Rail Lab"]),
            ("waiting=late", []),
            ("open=nobody", ["Sea Lab"]),
            ("open=me", ["Rail Lab"]),
            ("open=others", []),
            ("desk=4711", ["Rail Lab", "Sea Lab"]),
        ],
    )
    def test_filters(self, at_desk, officer, query, found):
        with time_machine.travel("2026-06-01 09:00+00:00", tick=False):
            rail = submitted_profile(
                role="host",
                organisation=OrganisationFactory(
                    name="Rail Lab", organisation_type_id="incubator", country_id="FR"
                ),
            )
        with time_machine.travel("2026-06-08 09:00+00:00", tick=False):
            submitted_profile(organisation=OrganisationFactory(name="Sea Lab", country_id="PT"))
            take_profile(profile_id=rail.pk, actor=officer)
            assert names(at_desk.get(f"{QUEUE}?{query}")) == found

    def test_somebody_who_works_for_two_partnerships_can_tell_them_apart(self, at_desk, officer):
        StaffRoleFactory(user=officer, acronym="EXXTRA")
        submitted_profile(organisation__name="Here")
        submitted_profile(organisation__name="There", acronym="EXXTRA")
        exxtra = Partnership.objects.get(acronym="EXXTRA")
        response = at_desk.get(QUEUE)
        assert names(response) == ["Here", "There"]
        offered = next(f for f in response.context["filters"] if f.parameter_name == "desk")
        assert [label for _value, label, _chosen in offered.options()] == [
            "All partnerships",
            "EXXTRA",
            "RECIPE4MOBILITY",
        ]
        assert names(at_desk.get(f"{QUEUE}?desk={exxtra.pk}")) == ["There"]

    def test_one_partnership_needs_no_filter(self, at_desk, profile):
        offered = [f.parameter_name for f in at_desk.get(QUEUE).context["filters"]]
        assert "desk" not in offered

    @pytest.mark.parametrize(
        "query", ["partnership__acronym=EXXTRA", "contact_email__startswith=a", "state=draft"]
    )
    def test_other_lookups_are_refused(self, at_desk, profile, query):
        assert at_desk.get(f"{QUEUE}?{query}").status_code == 400

    @pytest.mark.parametrize(
        ("typed", "kept"),
        [("?q=&as=host&from=", "?as=host"), ("?q=", ""), ("?q=&show=published", "?show=published")],
    )
    def test_filters_that_were_not_used_leave_the_address(self, at_desk, typed, kept):
        assert at_desk.get(QUEUE + typed)["Location"] == QUEUE + kept

    def test_links_keep_the_filters(self, at_desk, profile):
        response = at_desk.get(f"{QUEUE}?q=pannon&as=visiting")
        (line,) = response.context["lines"]
        back = at_desk.get(line.url).context["list_url"]
        assert back == f"{QUEUE}?q=pannon&as=visiting"

    def test_can_be_taken_away_as_a_table(self, at_desk, officer):
        with time_machine.travel("2026-06-01 09:00+00:00", tick=False):
            one = submitted_profile(
                organisation=OrganisationFactory(name="Sea Lab", country_id="PT")
            )
        submitted_profile(organisation__name="Rail Lab", role="host")
        with time_machine.travel("2026-06-03 09:00+00:00", tick=False):
            response = at_desk.get(
                url("export"), {"format": "csv", "_changelist_filters": "as=visiting"}
            )
        header, row = csv.reader(io.StringIO(response.content.decode("utf-8-sig")))
        assert dict(zip(header, row, strict=True)) == {
            "Reference": one.ref,
            "Organisation": "Sea Lab",
            "Country": "PT",
            "Type of organisation": "Small or medium-sized enterprise (SME)",
            "Role": "Visitor",
            "Partnership": "RECIPE4MOBILITY",
            "State": "Waiting for validation",
            "Submitted on": "2026-06-01",
            "Working days waited": "2",
            "Due on": "2026-06-17",
            "Submission no.": "1",
            "Changed since the last one": "",
            "Checks that are not green": "Cluster: Names no cluster, and this type must belong "
            "to one.",
        }

    def test_there_is_no_other_table(self, at_desk):
        assert at_desk.get(url("export"), {"format": "exe"}).status_code == 404


class TestProfile:
    def page(self, client, profile):
        response = client.get(url("change", profile.ref))
        assert response.status_code == 200
        return response

    def test_opening_takes_it(self, at_desk, officer, profile):
        page = self.page(at_desk, profile)
        profile.refresh_from_db()
        assert profile.review_by == officer
        assert [panel.step for panel in page.context["panels"]] == [
            "publish",
            "return",
            "reject",
            "reassign",
        ]

    def test_shows_who_has_it_and_offers_to_take_over(self, at_desk, officer, profile):
        colleague = StaffRoleFactory(user__first_name="Eva", user__last_name="Busy").user
        take_profile(profile_id=profile.pk, actor=colleague)
        page = self.page(at_desk, profile)
        assert "Eva Busy has had this profile open since" in page.content.decode()
        assert page.context["panels"] == []
        response = at_desk.post(url("take", profile.ref))
        assert response["Location"] == url("change", profile.ref)
        profile.refresh_from_db()
        assert profile.review_by == officer

    def test_shows_checks_facts_history_and_mails(self, at_desk, officer, profile):
        text = self.page(at_desk, profile).content.decode()
        for words in (
            "France takes part.",
            "No similar organisation has this role.",
            "Small or medium-sized enterprise (SME)",
            "Manufacture of motor vehicles",
            "Learn from actors in another cluster",
            "English",
            "Check the profile of Pannon Mobility",
            str(profile.contact),
        ):
            assert words in text

    def test_shows_before_and_after_in_words(self, at_desk, officer, profile):
        long_text = "We make light frames for bicycles and test them with twenty riders."
        Organisation.objects.filter(pk=profile.organisation_id).update(description=long_text)
        profile.refresh_from_db()
        keep_submission(profile, by=None)
        decide_profile(profile_id=profile.pk, decision="return", actor=officer, comment="More.")
        Organisation.objects.filter(pk=profile.organisation_id).update(
            country_id="PT", description=long_text.replace("light", "strong")
        )
        submit_profile(profile_id=profile.pk, actor=profile.contact)
        changes = self.page(at_desk, profile).context["changes"]
        assert [(change.label, change.before, change.after) for change in changes] == [
            ("Country", "France", "Portugal"),
            ("What they do", long_text, long_text.replace("light", "strong")),
        ]
        assert [tuple(part) for part in changes[1].parts] == [
            ("kept", "We make"),
            ("removed", "light"),
            ("added", "strong"),
            ("kept", "frames for bicycles and test them with twenty riders."),
        ]

    def test_a_submission_that_says_the_same_is_told(self, at_desk, officer, profile):
        decide_profile(profile_id=profile.pk, decision="return", actor=officer, comment="More.")
        submit_profile(profile_id=profile.pk, actor=profile.contact)
        text = self.page(at_desk, profile).content.decode()
        assert "it says the same as the one before" in text

    def test_shows_what_was_edited_after_it_was_submitted(self, at_desk, profile):
        Organisation.objects.filter(pk=profile.organisation_id).update(city="Pécs")
        edited = self.page(at_desk, profile).context["edited"]
        assert [(change.label, change.before, change.after) for change in edited] == [
            ("Town", "–", "Pécs")
        ]

    def test_shows_how_to_get_in_touch(self, at_desk, profile):
        Profile.objects.filter(pk=profile.pk).update(
            contact_phone="+33123456789", linkedin="https://linkedin.example/a", cv="cvs/a.pdf"
        )
        labels = [label for label, _value in self.page(at_desk, profile).context["further"]]
        assert labels == ["Telephone", "LinkedIn page", "CV"]

    def test_a_member_of_the_organisation_only_looks(self, at_desk, officer, profile):
        Membership.objects.create(user=officer, organisation=profile.organisation)
        page = self.page(at_desk, profile)
        assert "You belong to this organisation." in page.content.decode()
        assert page.context["panels"] == []
        profile.refresh_from_db()
        assert profile.review_by is None
        assert at_desk.post(url("take", profile.ref)).status_code == 403
        assert at_desk.post(url("hold", profile.ref)).status_code == 403

    @pytest.mark.parametrize(
        ("make", "steps"),
        [
            (published_profile, ["suspend"]),
            (ProfileFactory, []),
        ],
    )
    def test_offers_what_is_possible_in_its_state(self, at_desk, make, steps):
        page = self.page(at_desk, make())
        assert [panel.step for panel in page.context["panels"]] == steps

    def test_stays_with_who_has_it_open(self, at_desk, officer, profile):
        moment = clock.now() + timedelta(hours=1)
        with time_machine.travel(moment, tick=False):
            self.page(at_desk, profile)
        with time_machine.travel(moment + timedelta(minutes=14), tick=False):
            response = at_desk.post(url("hold", profile.ref))
        assert 'hx-trigger="every 300s"' in response.content.decode()
        profile.refresh_from_db()
        assert profile.review_since == moment + timedelta(minutes=14)

    @pytest.mark.parametrize(("times", "asks_again"), [("x", True), ("10", True), ("11", False)])
    def test_a_page_that_was_left_open_lets_go_in_the_end(
        self, at_desk, profile, times, asks_again
    ):
        text = at_desk.post(url("hold", profile.ref), {"times": times}).content.decode()
        assert ("hx-post" in text) is asks_again

    def test_says_when_it_is_no_longer_with_the_reader(self, at_desk, profile):
        self.page(at_desk, profile)
        colleague = StaffRoleFactory().user
        take_profile(profile_id=profile.pk, actor=colleague, is_takeover=True)
        text = at_desk.post(url("hold", profile.ref)).content.decode()
        assert "no longer with you" in text
        decide_profile(profile_id=profile.pk, decision="publish", actor=colleague)
        text = at_desk.post(url("hold", profile.ref)).content.decode()
        assert "no longer with you" in text

    def test_leaving_frees_it(self, at_desk, profile):
        self.page(at_desk, profile)
        response = at_desk.post(url("leave", profile.ref) + "?_changelist_filters=as%3Dvisiting")
        assert response["Location"] == f"{QUEUE}?as=visiting"
        profile.refresh_from_db()
        assert profile.review_by is None

    def test_skipping_opens_the_next(self, at_desk, profile):
        other = submitted_profile()
        response = at_desk.post(url("leave", profile.ref), {"next": "1"})
        assert response["Location"] == url("change", other.ref)

    @pytest.mark.parametrize("typed", ["", "Dear all,"])
    def test_a_ready_made_text_fills_the_field(self, at_desk, profile, typed):
        text = ReasonText.objects.get(title="Name your cluster")
        response = at_desk.get(
            url("words", profile.ref), {"return-reason": text.pk, "return-comment": typed}
        )
        form = response.context["form"]
        begin = f"{text.text}\n\n{typed}".strip()
        assert (form["comment"].value(), form["is_filled"].value()) == (begin, True)

    def test_another_ready_made_text_takes_the_place_of_the_first(self, at_desk, profile):
        first, second = ReasonText.objects.filter(decision="return")[:2]
        response = at_desk.get(
            url("words", profile.ref),
            {"return-reason": second.pk, "return-comment": first.text, "return-is_filled": "True"},
        )
        assert response.context["form"]["comment"].value() == second.text

    def test_another_ready_made_text_is_added_to_changed_words(self, at_desk, profile):
        text = ReasonText.objects.filter(decision="return").first()
        response = at_desk.get(
            url("words", profile.ref),
            {"return-reason": text.pk, "return-comment": "My words", "return-is_filled": "True"},
        )
        assert response.context["form"]["comment"].value() == f"My words\n\n{text.text}"

    def test_there_are_no_words_for_nothing(self, at_desk, profile):
        assert at_desk.get(url("words", profile.ref)).status_code == 404
        response = at_desk.get(url("words", profile.ref), {"return-reason": "4711"})
        assert response.context["form"]["comment"].value() == ""


class TestDecide:
    def test_the_next_waiting_profile_opens_by_itself(self, at_desk, profile):
        following = submitted_profile()
        response = decide(at_desk, profile, "publish")
        assert response["Location"] == url("change", following.ref)
        profile.refresh_from_db()
        assert profile.state == "published"

    def test_the_next_one_is_of_the_same_filters(self, at_desk, profile):
        submitted_profile(role="host")
        third = submitted_profile()
        response = decide(at_desk, profile, "publish", filters="as%3Dvisiting")
        assert response["Location"] == (
            url("change", third.ref) + "?_changelist_filters=as%3Dvisiting"
        )

    def test_what_a_colleague_has_open_is_passed_over(self, at_desk, profile):
        held, free = submitted_profile(), submitted_profile()
        take_profile(profile_id=held.pk, actor=StaffRoleFactory().user)
        assert decide(at_desk, profile, "publish")["Location"] == url("change", free.ref)

    def test_after_the_last_in_line_the_first_follows(self, at_desk, profile):
        last = submitted_profile()
        assert decide(at_desk, last, "publish")["Location"] == url("change", profile.ref)

    def test_after_the_very_last_the_queue_follows_with_its_filters(self, at_desk, profile):
        response = decide(at_desk, profile, "publish", filters="q%3Dpannon")
        assert response["Location"] == f"{QUEUE}?q=pannon"
        assert "Nothing else waits here." in at_desk.get(QUEUE).content.decode()

    def test_a_reason_goes_to_the_organisation(self, at_desk, profile):
        decide(at_desk, profile, "return", comment="Please name your cluster.")
        profile.refresh_from_db()
        assert profile.state == "returned"
        assert profile.transitions.last().comment == "Please name your cluster."

    def test_a_ready_made_text_alone_is_enough(self, at_desk, profile):
        text = ReasonText.objects.get(title="Name your cluster")
        decide(at_desk, profile, "return", reason=text.pk)
        assert profile.transitions.last().comment == text.text

    def test_a_ready_made_text_comes_before_what_was_typed(self, at_desk, profile):
        text = ReasonText.objects.get(title="Name your cluster")
        decide(at_desk, profile, "return", reason=text.pk, comment="Thank you!")
        assert profile.transitions.last().comment == f"{text.text}\n\nThank you!"

    def test_a_filled_and_changed_text_is_taken_as_it_is(self, at_desk, profile):
        text = ReasonText.objects.get(title="Name your cluster")
        decide(at_desk, profile, "return", reason=text.pk, comment="Shorter.", is_filled="True")
        assert profile.transitions.last().comment == "Shorter."

    @pytest.mark.parametrize("step", ["return", "reject", "reassign"])
    def test_without_a_reason_the_page_says_so_and_nothing_happens(self, at_desk, profile, step):
        response = decide(at_desk, profile, step)
        assert response.status_code == 422
        form = next(p.form for p in response.context["panels"] if p.step == step)
        assert form.has_error("comment")
        assert [panel.step for panel in response.context["panels"] if panel.is_open] == [step]
        profile.refresh_from_db()
        assert profile.state == "submitted"

    def test_a_refusal_keeps_what_was_typed(self, at_desk, profile):
        Organisation.objects.filter(pk=profile.organisation_id).update(country_id="NO")
        response = decide(at_desk, profile, "publish")
        assert response.status_code == 422
        assert "Norway does not take part." in str(response.context["refusal"])
        response = decide(at_desk, profile, "publish", comment="Agreed with the Agency.")
        assert response.status_code == 302

    def test_a_newer_submission_is_refused_and_shows_the_difference(self, at_desk, profile):
        Organisation.objects.filter(pk=profile.organisation_id).update(country_id="PT")
        profile.refresh_from_db()
        keep_submission(profile, by=profile.contact)
        keep_submission(profile, by=profile.contact)
        response = decide(at_desk, profile, "return", comment="My long words.")
        assert response.status_code == 409
        assert "submitted again" in str(response.context["refusal"])
        assert [change.label for change in response.context["changes"]] == ["Country"]
        assert "My long words." in response.content.decode()

    def test_what_a_colleague_decided_meanwhile_is_told(self, at_desk, profile):
        quick = StaffRoleFactory(user__first_name="Quick", user__last_name="Hand").user
        decide_profile(profile_id=profile.pk, decision="publish", actor=quick)
        response = decide(at_desk, profile, "return", comment="No.")
        assert "Decided already: “Publish” by Quick Hand" in str(response.context["refusal"])

    def test_handing_over(self, at_desk, profile):
        exxtra = Partnership.objects.get(acronym="EXXTRA")
        response = decide(at_desk, profile, "reassign", partnership=exxtra.pk, comment="Rail.")
        assert response["Location"] == QUEUE
        profile.refresh_from_db()
        assert profile.partnership == exxtra
        assert at_desk.get(url("change", profile.ref)).status_code == 404

    def test_a_partnership_that_has_ended_is_not_offered(self, at_desk, profile):
        Partnership.objects.filter(acronym="EXXTRA").update(is_active=False)
        page = at_desk.get(url("change", profile.ref))
        form = next(p.form for p in page.context["panels"] if p.step == "reassign")
        offered = {partnership.acronym for partnership in form.fields["partnership"].queryset}
        assert offered.isdisjoint({"EXXTRA", "RECIPE4MOBILITY"})

    def test_a_profile_without_a_partnership_is_assigned(self, client, support):
        profile = submitted_profile(partnership=None)
        client.force_login(support)
        page = client.get(url("change", profile.ref))
        assert "Assign to a partnership" in page.content.decode()
        exxtra = Partnership.objects.get(acronym="EXXTRA")
        decide(client, profile, "reassign", partnership=exxtra.pk, comment="Rail.")
        profile.refresh_from_db()
        assert profile.partnership == exxtra

    def test_suspending_and_reinstating_stay_on_the_page(self, at_desk):
        profile = published_profile()
        response = decide(at_desk, profile, "suspend", comment="Complaint.")
        assert response["Location"] == url("change", profile.ref)
        page = at_desk.get(url("change", profile.ref))
        assert [panel.step for panel in page.context["panels"]] == ["reinstate"]
        decide(at_desk, profile, "reinstate")
        page = at_desk.get(url("change", profile.ref))
        assert "is back in the catalogue." in page.content.decode()
        profile.refresh_from_db()
        assert profile.state == "published"

    @pytest.mark.parametrize(
        "data",
        [
            {},
            {"step": "withdraw", "seen_submission": 1},
            {"step": "publish"},
            {"step": "publish", "seen_submission": "x"},
        ],
    )
    def test_nonsense_is_not_found(self, at_desk, profile, data):
        assert at_desk.post(url("decide", profile.ref), data).status_code == 404

    @pytest.mark.parametrize("name", ["decide", "undo", "take", "hold", "leave"])
    def test_looking_changes_nothing(self, at_desk, profile, name):
        assert at_desk.get(url(name, profile.ref)).status_code == 405


class TestUndo:
    def test_is_offered_on_the_next_page_and_on_the_profile(self, at_desk, profile):
        following = submitted_profile()
        moment = clock.now() + timedelta(minutes=1)
        with time_machine.travel(moment, tick=False):
            decide(at_desk, profile, "publish")
        with time_machine.travel(moment + timedelta(seconds=30), tick=False):
            on_next = at_desk.get(url("change", following.ref)).context["undoable_others"]
            on_own = at_desk.get(url("change", profile.ref)).context["undoable"]
            in_queue = at_desk.get(QUEUE).context["undoable"]
        assert [(u.sentence, u.minutes) for u in [*on_next, on_own, *in_queue]] == [
            ("Pannon Mobility is published.", 10)
        ] * 3

    def test_takes_back_and_opens_the_profile(self, at_desk, profile):
        decide(at_desk, profile, "return", comment="More.")
        response = at_desk.post(url("undo", profile.ref))
        assert response["Location"] == url("change", profile.ref)
        assert "Nobody was told about Pannon Mobility." in at_desk.get(QUEUE).content.decode()
        profile.refresh_from_db()
        assert profile.state == "submitted"

    def test_brings_a_handover_back(self, at_desk, profile):
        exxtra = Partnership.objects.get(acronym="EXXTRA")
        decide(at_desk, profile, "reassign", partnership=exxtra.pk, comment="Rail.")
        sentences = [u.sentence for u in at_desk.get(QUEUE).context["undoable"]]
        assert sentences == ["Pannon Mobility is handed to EXXTRA."]
        at_desk.post(url("undo", profile.ref))
        profile.refresh_from_db()
        assert profile.partnership.acronym == "RECIPE4MOBILITY"

    def test_is_refused_when_it_is_too_late(self, at_desk, profile):
        moment = clock.now() + timedelta(minutes=1)
        with time_machine.travel(moment, tick=False):
            decide(at_desk, profile, "publish")
        with time_machine.travel(moment + timedelta(minutes=10), tick=False):
            assert at_desk.post(url("undo", profile.ref))["Location"] == QUEUE
            page = at_desk.get(QUEUE)
            assert "The time to undo this decision is over." in page.content.decode()
            assert page.context["undoable"] == []
            assert at_desk.get(url("change", profile.ref)).context["undoable"] is None
        profile.refresh_from_db()
        assert profile.state == "published"

    def test_several_are_listed_the_latest_first(self, at_desk, profile):
        second = submitted_profile(organisation__name="Second")
        decide(at_desk, profile, "publish")
        decide(at_desk, second, "publish")
        page = at_desk.get(QUEUE)
        assert [u.profile.ref for u in page.context["undoable"]] == [second.ref, profile.ref]
        assert "1 earlier decision can be undone" in page.content.decode()


class TestPublishSeveral:
    def test_ticks_the_green_ones(self, at_desk, profile):
        red = submitted_profile(organisation__name="Red Ones")
        held = submitted_profile(organisation=sound_organisation("Held Apart"))
        take_profile(profile_id=held.pk, actor=StaffRoleFactory().user)
        blocked = submitted_profile(organisation=OrganisationFactory(country_id="NO"))
        context = at_desk.get(url("publish")).context
        assert [line.profile for line in context["lines"]] == [profile, red, held, blocked]
        assert [line.profile for line in context["green"]] == [profile]
        assert [line.is_blocked for line in context["lines"]] == [False, False, False, True]

    def test_offers_those_that_were_ticked(self, at_desk, profile):
        submitted_profile()
        lines = at_desk.get(url("publish"), {"profile": [f"{profile.ref}:1"]}).context["lines"]
        assert [line.profile for line in lines] == [profile]

    def test_says_when_nothing_is_left(self, at_desk):
        assert "Nothing waits" in at_desk.get(url("publish")).content.decode()

    def publish(self, client, *tokens):
        response = client.post(
            url("publish") + "?_changelist_filters=as%3Dvisiting", {"profile": tokens}
        )
        return client.get(response["Location"])

    def test_shows_what_became_of_each(self, at_desk, profile):
        blocked = submitted_profile(
            organisation=OrganisationFactory(name="Far North", country_id="NO")
        )
        foreign = submitted_profile(acronym="EXXTRA")
        page = self.publish(
            at_desk, f"{profile.ref}:1", f"{blocked.ref}:1", f"{foreign.ref}:1", "P-NOWHERE:1"
        )
        results = page.context["results"]
        assert [(r["profile"].pk, r["refusal"][:24], r["is_published"]) for r in results] == [
            (profile.pk, "", True),
            (blocked.pk, "Norway does not take par", False),
        ]
        assert (page.context["published"], page.context["refused"]) == (1, 1)
        assert page.context["list_url"] == f"{QUEUE}?as=visiting"
        foreign.refresh_from_db()
        assert foreign.state == "submitted"

    def test_what_was_published_can_be_undone_there(self, at_desk, profile):
        page = self.publish(at_desk, f"{profile.ref}:1")
        assert "10 minutes left" in page.content.decode()
        at_desk.post(page.context["results"][0]["undo_url"])
        page = at_desk.get(url("results"))
        assert page.context["results"][0]["is_published"] is False
        assert "Undone" in page.content.decode()

    def test_all_can_be_undone_at_once_as_far_as_it_is_possible(self, at_desk, officer):
        profiles = [submitted_profile(organisation__name=name) for name in ("One", "Zwei", "Tres")]
        page = self.publish(at_desk, *(f"{profile.ref}:1" for profile in profiles))
        assert page.context["undoable_count"] == 3
        suspend_profile(profile_id=profiles[0].pk, actor=officer, comment="Complaint.")
        Profile.objects.filter(pk=profiles[1].pk).update(state="paused")
        response = at_desk.post(page.context["undo_all_url"])
        assert response["Location"] == url("results") + "?_changelist_filters=as%3Dvisiting"
        page = at_desk.get(response["Location"])
        assert "1 publication is undone" in page.content.decode()
        states = Profile.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["suspended", "paused", "submitted"]

    @pytest.mark.parametrize("token", ["{ref}:0", "{ref}", "{ref}:x"])
    def test_a_submission_that_was_not_seen_is_refused(self, at_desk, profile, token):
        page = self.publish(at_desk, token.format(ref=profile.ref))
        assert "submitted again" in page.context["results"][0]["refusal"]

    def test_nothing_ticked_is_said(self, at_desk, profile):
        response = at_desk.post(url("publish"), {})
        assert response["Location"] == QUEUE
        assert "No profile was ticked" in at_desk.get(QUEUE).content.decode()

    def test_results_are_gone_with_the_right_to_see_them(self, at_desk, officer, profile):
        self.publish(at_desk, f"{profile.ref}:1")
        officer.staff_roles.all().delete()
        StaffRoleFactory(user=officer, acronym="EXXTRA")
        assert at_desk.get(url("results")).context["results"] == []

    def test_there_are_no_results_before_anything_was_done(self, at_desk):
        assert at_desk.get(url("results")).context["results"] == []


def test_decisions_are_recorded_once_each(at_desk, profile):
    before = AuditEntry.objects.filter(event="profile.publish").count()
    for _ in range(2):
        decide(at_desk, profile, "publish")
    assert AuditEntry.objects.filter(event="profile.publish").count() == before + 1
    assert OutgoingMail.objects.filter(kind="profiles/profile_published").count() == 1


def test_a_visit_that_was_made_is_shown(at_desk, profile):
    Organisation.objects.filter(pk=profile.organisation_id).update(
        physical_visit_used_on=date(2026, 3, 4)
    )
    Profile.objects.filter(pk=profile.pk).update(mode="physical")
    page = at_desk.get(url("change", profile.ref))
    assert page.context["needs_exception"] is True
    assert "Publish as an exception" in page.content.decode()


def test_the_person_who_decided_is_named_in_the_history(at_desk, officer, profile):
    decide(at_desk, profile, "return", comment="More.")
    entry = at_desk.get(url("change", profile.ref)).context["history"][0]
    assert (str(entry["label"]), entry["step"].actor, entry["step"].comment) == (
        "Return for changes",
        officer,
        "More.",
    )


def test_users_without_any_role_see_no_desk_in_the_navigation(client, reference):
    client.force_login(UserFactory())
    labels = [str(item.label) for item in client.get("/rules/").context["navigation"]]
    assert "Validation desk" not in labels

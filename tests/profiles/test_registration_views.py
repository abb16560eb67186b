"""Each page of the short path: who may see it, what it refuses, and what it keeps."""

import uuid

import pytest
from django.core.cache import cache
from django.test import Client

from profiles.consents import CONSENTS, Consent
from profiles.models import Cluster, OrganisationType, Partnership, Profile, Registration
from profiles.services.registration import start_second_profile
from tests.concurrency import at_once, values
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
    submitted_profile,
)
from tests.profiles.registering import answers, send, walk

pytestmark = pytest.mark.usefixtures("reference")
LOST = "We could not find your answers"


def text(response):
    return " ".join(response.content.decode().split())


@pytest.fixture
def member(client):
    """Somebody who is logged in."""
    user = UserFactory()
    client.force_login(user)
    return user


def begun(**changes):
    """A registration of somebody else, in a browser of their own."""
    other = Client()
    other.force_login(UserFactory())
    return walk(other, **changes)


class TestPages:
    @pytest.mark.parametrize("page", ["organisation", "sector", "exchange", "check"])
    def test_without_answers_one_is_sent_to_the_start_with_an_explanation(self, client, page):
        response = client.get(f"/register/{page}/", follow=True)
        assert response.redirect_chain[-1] == ("/register/role/", 302)
        assert LOST in text(response)

    def test_what_was_typed_after_the_session_had_ended_is_kept(self, client):
        response = send(client, "organisation")
        assert response.url == "/register/sector/"
        assert Registration.objects.get().answers["name"] == "Rodas Novas"

    def test_the_answers_of_somebody_else_are_out_of_reach(self, client):
        registration = begun()
        session = client.session
        session["registration"] = str(registration.key)
        session.save()
        assert LOST in text(client.get("/register/organisation/", follow=True))
        send(client, "organisation", name="Mine")
        registration.refresh_from_db()
        assert registration.answers["name"] == "Rodas Novas"

    def test_answers_of_a_person_who_logged_out_stay_theirs(self, client, member):
        walk(client)
        client.logout()
        assert LOST in text(client.get("/register/check/", follow=True))

    def test_answers_show_again(self, client):
        walk(client, organisation={"website": "rodas.example", "summary": "Wheels."})
        page = text(client.get("/register/organisation/"))
        assert 'value="Rodas Novas"' in page
        assert 'value="https://rodas.example"' in page
        assert "Wheels." in page

    def test_what_is_right_is_kept_beside_what_is_wrong(self, client):
        response = send(client, "organisation", name="R", website="no address")
        assert response.status_code == 200
        assert "Write the address like www.example.org, or leave it empty." in text(response)
        assert 'value="no address"' in text(response)
        assert Registration.objects.get().answers["country"] == "PT"

    @pytest.mark.parametrize(
        ("page", "name", "message"),
        [
            ("role", "role", "Choose whether you would like to visit or to host."),
            ("organisation", "name", "Write the name of your organisation."),
            ("organisation", "country", "Choose the country of your organisation."),
            (
                "organisation",
                "organisation_type",
                "Choose the type that describes your organisation best.",
            ),
            ("sector", "main_sector", "Search for what you do, then choose one of the sectors."),
            (
                "sector",
                "cluster",
                "Choose your cluster, or “My cluster is not in the list” at the end.",
            ),
            ("exchange", "purpose", "Choose at least one thing that the exchange is for."),
            ("exchange", "languages", "Choose at least one language."),
        ],
    )
    def test_each_message_says_how_to_put_it_right(self, client, page, name, message):
        response = send(client, page, **{name: None})
        assert message in text(response)
        assert "There is something to put right" in text(response)

    def test_a_changed_answer_leads_back_to_the_last_page(self, client):
        walk(client)
        assert send(client, "role", role="host").url == "/register/check/"

    def test_a_change_that_opens_a_question_leads_there(self, client):
        walk(client, organisation={"organisation_type": "cluster"}, sector={"cluster": None})
        assert send(client, "organisation").url == "/register/sector/"

    def test_an_earlier_gap_is_led_back_to(self, client):
        for page in ("organisation", "sector"):
            send(client, page)
        assert send(client, "exchange").url == "/register/role/"

    def test_leaving_with_an_account_leads_to_the_dashboard(self, client, member):
        response = send(client, "role", later="1")
        assert response.url == "/dashboard/"

    def test_leaving_keeps_what_was_typed_and_finds_no_fault(self, client, member):
        send(client, "organisation", later="1", organisation_type=None)
        assert Registration.objects.get().answers["name"] == "Rodas Novas"

    def test_answers_that_come_too_late_are_refused(self, client, member, monkeypatch):
        registration = walk(client)
        client.post("/register/check/", {"consent": "on"})
        monkeypatch.setattr(
            "profiles.views.registration.pages.current_registration",
            lambda request: registration,
        )
        response = send(client, "exchange", purpose=["markets"])
        assert response.url == "/register/"
        assert "This registration is submitted already." in text(client.get("/register/"))
        assert Profile.objects.get().objectives == ["learn"]

    def test_too_many_pages_in_an_hour_are_refused(self, client, settings):
        settings.ACCOUNT_RATE_LIMITS = {"registration": "1/h/ip"}
        assert send(client, "role").status_code == 302
        assert send(client, "role").status_code == 429
        assert client.get("/register/role/").status_code == 200
        cache.clear()


class TestObstacles:
    def test_a_country_that_does_not_take_part_is_told_and_kept(self, client):
        response = send(client, "organisation", country="NO")
        assert "Norway does not take part at present." in text(response)
        assert Registration.objects.get().answers["country"] == "NO"

    def test_it_is_told_again_when_one_comes_back(self, client):
        send(client, "organisation", country="NO")
        assert "Norway does not take part at present." in text(
            client.get("/register/organisation/")
        )

    def test_but_not_on_other_pages(self, client):
        send(client, "organisation", country="NO")
        assert "Norway" not in text(client.get("/register/role/"))

    def test_and_on_the_last_page_where_nothing_can_be_submitted(self, client):
        walk(client)
        send(client, "organisation", country="NO")
        page = text(client.get("/register/check/"))
        assert "Norway does not take part at present." in page
        assert "Confirm your e-mail address to submit" not in page

    def test_a_type_that_is_not_in_the_round_is_told_with_the_way_out(self, client):
        send(client, "role")
        response = send(client, "organisation", organisation_type="large_company")
        assert "The present round is open to clusters, to SMEs and to support" in text(response)

    @pytest.mark.parametrize(
        ("role", "field", "message"),
        [
            ("visiting", "may_visit", "can host, but not visit. Go back and choose to host."),
            ("host", "may_host", "can visit, but not host. Go back and choose to visit."),
        ],
    )
    def test_a_type_for_the_other_role_is_told_so(self, client, role, field, message):
        OrganisationType.objects.filter(code="incubator").update(**{field: False})
        send(client, "role", role=role)
        response = send(client, "organisation", organisation_type="incubator")
        assert message in text(response)

    def test_hints_say_which_types_have_one_role(self, client):
        OrganisationType.objects.filter(code="incubator").update(may_visit=False)
        OrganisationType.objects.filter(code="fab_lab").update(may_host=False)
        send(client, "role")
        page = text(client.get("/register/organisation/"))
        for hint in ("As a host only", "As a visitor only", "Not in the present round"):
            assert hint in page

    def test_an_obstacle_stops_a_forged_submission(self, client, member):
        walk(client)
        send(client, "organisation", country="NO")
        response = client.post("/register/check/", {"consent": "on"})
        assert response.status_code == 200
        assert Profile.objects.count() == 0


class TestSector:
    def find(self, client, text_typed, **more):
        send(client, "organisation")
        return client.post("/register/sector/", {"find": text_typed, **more})

    def test_the_button_finds_sectors_by_ordinary_words(self, client):
        page = text(self.find(client, "rail", search="1"))
        assert 'id="found_30"' in page
        assert 'id="found_49"' in page
        assert "There is something to put right" not in page

    def test_enter_after_typing_does_the_same(self, client):
        assert 'id="found_29"' in text(self.find(client, "vehicel"))

    def test_what_else_was_typed_stays(self, client):
        mobinov = str(Cluster.objects.get(name="Mobinov").pk)
        page = text(self.find(client, "rail", search="1", cluster=mobinov, other_cluster="Hello"))
        assert (
            f'<option value="{mobinov}" selected data-keywords="Portugal RECIPE4MOBILITY">' in page
        )
        assert 'value="Hello"' in page

    def test_the_chosen_one_stays_on_top_of_a_new_search(self, client):
        page = text(self.find(client, "rail", main_sector="62"))
        assert page.index('id="found_62"') < page.index('id="found_30"')

    def test_searching_again_for_the_same_goes_on(self, client):
        response = self.find(client, "rail", found="rail", search="1", **answers()["sector"])
        assert response.url == "/register/exchange/"

    def test_nothing_found_is_told_with_a_way_out(self, client):
        page = text(self.find(client, "zzzz", search="1"))
        assert "Nothing found for “zzzz”. Try another word, or browse below." in page

    def test_all_sectors_can_be_browsed(self, client):
        send(client, "organisation")
        page = text(client.get("/register/sector/"))
        assert page.count('id="sector_') == 88

    def test_results_come_by_themselves_while_one_types(self, client):
        page = text(client.get("/register/sector/find/?find=rail&main_sector=62"))
        assert 'value="62" id="found_62" checked' in page
        assert 'id="found_30"' in page

    def test_typing_too_much_is_cut(self, client):
        assert 'name="found" value="' + "x" * 60 + '"' in text(
            client.get("/register/sector/find/", {"find": "x" * 500})
        )

    def test_a_cluster_that_is_not_listed_is_written(self, client):
        response = send(client, "sector", cluster="other", other_cluster="Wheels of Porto")
        assert response.url == "/register/exchange/"
        kept = Registration.objects.get().answers
        assert (kept["cluster"], kept["other_cluster"]) == ("", "Wheels of Porto")
        assert 'value="other" selected' in text(client.get("/register/sector/"))

    def test_its_name_is_needed_then(self, client):
        response = send(client, "sector", cluster="other")
        assert "Write the name of your cluster." in text(response)

    def test_a_listed_cluster_that_was_written_is_taken_as_chosen(self, client):
        send(client, "sector", cluster="other", other_cluster="MOBINOV")
        kept = Registration.objects.get().answers
        assert (kept["cluster"], kept["other_cluster"]) == (answers()["sector"]["cluster"], "")

    def test_a_written_name_is_forgotten_once_one_is_chosen(self, client):
        send(client, "sector", other_cluster="Wheels of Porto")
        assert Registration.objects.get().answers["other_cluster"] == ""

    def test_clusters_of_the_own_country_come_first(self, client):
        send(client, "organisation")
        page = text(client.get("/register/sector/"))
        assert page.index("In Portugal") < page.index("Mobinov") < page.index("In other countries")

    def test_without_a_cluster_in_the_country_there_is_one_list(self, client):
        send(client, "organisation", country="MT")
        page = text(client.get("/register/sector/"))
        assert "In other countries" not in page
        assert '<optgroup label="Clusters">' in page


class TestExchange:
    def test_the_languages_of_the_country_and_english_come_first(self, client):
        send(client, "organisation", country="BE")
        page = text(client.get("/register/exchange/"))
        places = [page.index(f'value="{code}"') for code in ("nl", "fr", "de", "en", "pt", "zu")]
        assert places == sorted(places)

    def test_any_language_can_be_chosen(self, client):
        send(client, "exchange", languages=["zu"])
        assert Registration.objects.get().answers["languages"] == ["zu"]


class TestCheck:
    def test_everything_answered_is_shown_with_a_link_to_change_it(self, client):
        walk(client, organisation={"website": "https://rodas.example", "summary": "Wheels."})
        page = text(client.get("/register/check/"))
        for shown in (
            "Visitor",
            "Rodas Novas",
            "Portugal",
            "Small or medium-sized enterprise (SME)",
            "https://rodas.example",
            "Wheels.",
            "Manufacture of motor vehicles, trailers and semi-trailers",
            "Mobinov",
            "Learn from actors in another cluster<br>Training, individual or in a group",
            "English<br>Portuguese",
        ):
            assert shown in page
        assert page.count('<span class="hide-visually">: ') == 10

    def test_the_partnership_is_shown_with_the_reason(self, client):
        walk(client)
        page = text(client.get("/register/check/"))
        assert (
            "<strong>RECIPE4MOBILITY</strong>, because your cluster Mobinov belongs to it" in page
        )

    def test_what_is_missing_is_listed_with_links(self, client):
        send(client, "role")
        page = text(client.get("/register/check/"))
        assert "Some answers are still needed" in page
        assert '<a href="/register/organisation/">Country</a>' in page
        assert "It is suggested as soon as your country and sector are known." in page
        assert "Confirm your e-mail address to submit" not in page

    def test_nothing_is_sent_on_while_something_is_missing(self, client):
        send(client, "role")
        response = client.post("/register/check/", {"email": "a@b.example", "consent": "on"})
        assert response.status_code == 200

    def test_a_new_text_is_agreed_to_anew(self, client, member, monkeypatch):
        registration = walk(client)
        registration.answers |= {"consent_version": "1", "consent_at": "2026-11-01T10:00:00+00:00"}
        registration.save()
        newer = Consent(version="2", since=CONSENTS[0].since.replace(month=6), text="Newer text.")
        monkeypatch.setattr("profiles.consents.CONSENTS", (*CONSENTS, newer))
        monkeypatch.setattr("profiles.services.registration.CONSENTS", (*CONSENTS, newer))
        assert "Newer text." in text(client.get("/register/check/"))
        client.post("/register/check/", {"consent": "on"})
        assert Profile.objects.get().consent_version == "2"

    def test_the_agreement_must_be_ticked(self, client, member):
        walk(client)
        response = client.post("/register/check/")
        assert "Tick the box to say that you agree." in text(response)
        assert Profile.objects.count() == 0

    def test_a_refusal_is_told(self, client):
        user = UserFactory(verified=False)
        client.force_login(user)
        walk(client)
        response = client.post("/register/check/", {"consent": "on"})
        assert "Confirm your e-mail address first." in text(response)
        assert Profile.objects.count() == 0

    def test_two_clicks_show_the_same_profile(self, client, member):
        walk(client)
        first = client.post("/register/check/", {"consent": "on"})
        assert client.post("/register/check/", {"consent": "on"}).url == first.url
        assert Profile.objects.count() == 1

    def test_a_click_that_comes_too_late_shows_the_profile(self, client, member, monkeypatch):
        registration = walk(client)
        url = client.post("/register/check/", {"consent": "on"}).url
        monkeypatch.setattr(
            "profiles.views.registration.check.current_registration",
            lambda request: registration,
        )
        assert client.post("/register/check/", {"consent": "on"}).url == "/register/check/"
        response = client.post("/register/partnership/", {"partnership": "EXXTRA"})
        assert response.url == "/register/check/"
        monkeypatch.undo()
        page = text(client.get("/register/check/", follow=True))
        assert "This registration is submitted already." in page
        assert client.get("/register/check/").url == url

    def test_going_back_afterwards_shows_the_profile(self, client, member):
        walk(client)
        url = client.post("/register/check/", {"consent": "on"}).url
        assert client.get("/register/check/").url == url

    def test_too_many_submissions_are_refused(self, client, member, settings):
        settings.ACCOUNT_RATE_LIMITS = {"registration_submit": "1/h/user"}
        walk(client, organisation={"organisation_type": "cluster"}, sector={"cluster": None})
        assert client.post("/register/check/", {"consent": "on"}).status_code == 302
        client.post("/register/begin/")
        walk(client, organisation={"name": "Another"})
        assert client.post("/register/check/", {"consent": "on"}).status_code == 429
        assert Profile.objects.count() == 1

    def test_a_known_organisation_is_shown_and_not_asked_for(self, client):
        profile = published_profile(organisation__name="Rodas Novas", organisation__country_id="PT")
        client.force_login(profile.contact)
        send(client, "role", role="host")
        assert send(client, "organisation").url == "/register/exchange/"
        send(client, "exchange")
        page = text(client.get("/register/check/"))
        assert "Rodas Novas is registered already, so you need not tell its facts again." in page
        assert page.count('<span class="hide-visually">: ') == 3


class TestPartnership:
    def choose(self, client, acronym):
        return client.post("/register/partnership/", {"partnership": acronym}, follow=True)

    def test_another_can_be_chosen(self, client):
        walk(client)
        assert "<strong>EXXTRA</strong>, because you chose it" in text(
            self.choose(client, "EXXTRA")
        )

    def test_the_support_office_can_choose(self, client):
        walk(client)
        page = text(self.choose(client, "assign"))
        assert "The Support Office finds one for you." in page

    def test_one_that_is_not_in_the_list_is_refused(self, client):
        walk(client)
        Partnership.objects.filter(acronym="EXXTRA").update(is_active=False)
        assert "EXXTRA is not one of the available choices." in text(self.choose(client, "EXXTRA"))
        assert "partnership" not in Registration.objects.get().answers

    def test_nothing_chosen_is_refused(self, client):
        walk(client)
        assert "Choose a partnership from the list." in text(self.choose(client, ""))

    def test_looking_changes_nothing(self, client):
        walk(client)
        assert client.get("/register/partnership/").url == "/register/check/"
        assert "partnership" not in Registration.objects.get().answers

    def test_without_answers_one_is_sent_to_the_start(self, client):
        assert LOST in text(self.choose(client, "EXXTRA"))


class TestStart:
    def test_whoever_is_new_is_on_the_first_page_at_once(self, client):
        assert client.get("/register/").url == "/register/role/"

    def test_an_account_without_anything_is_too(self, client, member):
        assert client.get("/register/").url == "/register/role/"

    def test_what_was_begun_in_this_browser_is_offered(self, client):
        key = walk(client).key
        page = text(client.get("/register/"))
        assert f"/register/continue/{key}/" in page
        assert "step 5 of 5" in page

    def test_what_others_began_is_not(self, client, member):
        registration = begun()
        assert client.get("/register/").url == "/register/role/"
        assert LOST in text(client.get(f"/register/continue/{registration.key}/", follow=True))
        assert "registration" not in client.session

    def test_an_unknown_key_leads_to_the_start_with_an_explanation(self, client):
        response = client.get(f"/register/continue/{uuid.uuid4()}/", follow=True)
        assert LOST in text(response)

    def test_something_without_answers_has_no_name_yet(self, client, member):
        client.post("/register/begin/")
        assert "Without a name so far" in text(client.get("/register/"))

    def test_a_second_one_can_be_begun(self, client, member):
        walk(client)
        assert client.post("/register/begin/?source=x").url == "/register/role/?source=x"
        assert client.get("/register/organisation/").status_code == 200
        send(client, "organisation", name="Another")
        names = {one.answers["name"] for one in Registration.objects.all()}
        assert names == {"Another", "Rodas Novas"}

    def test_beginning_needs_a_click(self, client):
        assert client.get("/register/begin/").status_code == 405

    def test_one_s_own_answers_can_be_deleted(self, client):
        registration = walk(client)
        response = client.post(f"/register/discard/{registration.key}/", follow=True)
        assert "Your answers are deleted." in text(response)
        assert Registration.objects.count() == 0

    def test_those_of_others_cannot(self, client, member):
        registration = begun()
        response = client.post(f"/register/discard/{registration.key}/", follow=True)
        assert LOST in text(response)
        assert Registration.objects.count() == 1

    def test_deleting_needs_a_click(self, client):
        registration = walk(client)
        assert client.get(f"/register/discard/{registration.key}/").status_code == 405
        assert Registration.objects.count() == 1


class TestSecondProfile:
    def test_the_organisation_is_offered_in_its_other_role(self, client):
        profile = submitted_profile(organisation__name="Rodas Novas")
        client.force_login(profile.contact)
        page = text(client.get(f"/register/?organisation={profile.organisation.pk}"))
        assert "Rodas Novas" in page
        assert "Registered as a visitor" in page
        assert "Register it as a host" in page
        assert "Register it as a visitor" not in page
        assert "Register another organisation" not in page

    def test_only_what_is_not_known_is_asked(self, client):
        profile = submitted_profile()
        client.force_login(profile.contact)
        begin = {"organisation": profile.organisation.pk, "role": "host"}
        assert client.post("/register/begin/", begin).url == "/register/exchange/"
        assert client.get("/register/organisation/").url == "/register/exchange/"
        assert "step 2 of 3" in text(client.get("/register/exchange/"))
        page = text(client.get("/register/role/"))
        assert f"The facts of {profile.organisation.name} are known." in page
        assert (
            client.post("/register/exchange/", {"purpose": "learn", "languages": "en"}).url
            == "/register/check/"
        )
        client.post("/register/check/", {"consent": "on"})
        second = Profile.objects.get(role="host")
        assert (second.organisation, second.state) == (profile.organisation, "submitted")

    def test_an_organisation_without_a_profile_can_begin_as_a_visitor(self, client):
        member = MembershipFactory()
        client.force_login(member.user)
        client.post(
            "/register/begin/", {"organisation": member.organisation.pk, "role": "visiting"}
        )
        assert Registration.objects.get().answers["role"] == "visiting"

    def test_both_roles_taken_offers_none(self, client):
        profile = submitted_profile()
        submitted_profile(organisation=profile.organisation, contact=profile.contact, role="host")
        client.force_login(profile.contact)
        page = text(client.get("/register/"))
        assert "It takes part in both roles already." in page
        assert "Registered as a host" in page
        assert "Register another organisation" in page

    def test_a_role_that_is_taken_leads_to_its_profile(self, client):
        profile = submitted_profile()
        registration = start_second_profile(
            organisation=profile.organisation, role="host", actor=profile.contact
        )
        client.force_login(profile.contact)
        client.get(f"/register/continue/{registration.key}/")
        page = text(client.post("/register/role/", {"role": "visiting"}))
        assert "is registered as a visitor already." in page
        assert f'<a href="/profiles/{profile.ref}/">Go to that profile</a>' in page
        assert f'<a href="/profiles/{profile.ref}/">' in text(client.get("/register/check/"))

    def test_whoever_is_not_logged_in_logs_in_first(self, client):
        organisation = OrganisationFactory()
        response = client.get(f"/register/?organisation={organisation.pk}")
        assert (
            response.url == f"/accounts/login/?next=/register/%3Forganisation%3D{organisation.pk}"
        )
        response = client.post("/register/begin/", {"organisation": organisation.pk})
        assert response.url == "/accounts/login/?next=/register/"

    @pytest.mark.parametrize("key", ["999999", "x"])
    def test_there_must_be_such_an_organisation(self, client, member, key):
        assert client.get(f"/register/?organisation={key}").status_code == 404
        assert client.post("/register/begin/", {"organisation": key}).status_code == 404

    def test_a_stranger_does_not_learn_of_it(self, client, member):
        organisation = submitted_profile().organisation
        assert client.get(f"/register/?organisation={organisation.pk}").status_code == 404
        response = client.post("/register/begin/", {"organisation": organisation.pk})
        assert response.status_code == 404
        assert Registration.objects.count() == 0

    def test_staff_that_sees_it_may_not(self, client):
        organisation = submitted_profile().organisation
        client.force_login(StaffRoleFactory().user)
        assert client.get(f"/register/?organisation={organisation.pk}").status_code == 403
        response = client.post("/register/begin/", {"organisation": organisation.pk})
        assert response.status_code == 403


class TestDone:
    def test_who_acts_and_until_when(self, client):
        profile = submitted_profile(organisation__country_id="FR")
        client.force_login(profile.contact)
        page = text(client.get(f"/register/done/{profile.ref}/"))
        assert "RECIPE4MOBILITY checks it by " in page
        assert "Your profile is checked within 10 working days." in page
        assert f'href="/profiles/{profile.ref}/edit/"' in page

    def test_where_the_partnership_has_clusters(self, client):
        profile = submitted_profile(organisation__country_id="FR")
        client.force_login(profile.contact)
        response = client.get(f"/register/done/{profile.ref}/")
        assert response.context["reach"] == [("FR", "DE"), ("FR", "HU"), ("FR", "NL"), ("FR", "PT")]
        assert "Where RECIPE4MOBILITY has clusters" in text(response)

    def test_without_a_partnership_the_support_office_acts(self, client):
        profile = submitted_profile(partnership=None)
        client.force_login(profile.contact)
        page = text(client.get(f"/register/done/{profile.ref}/"))
        assert "The Support Office finds a partnership for you" in page
        assert "has clusters" not in page

    def test_afterwards_it_leads_to_the_profile(self, client):
        profile = published_profile()
        client.force_login(profile.contact)
        response = client.get(f"/register/done/{profile.ref}/")
        assert response.url == f"/profiles/{profile.ref}/"

    def test_whoever_is_not_logged_in_logs_in_first(self, client):
        ref = submitted_profile().ref
        response = client.get(f"/register/done/{ref}/")
        assert response.url == f"/accounts/login/?next=/register/done/{ref}/"

    def test_strangers_and_staff_do_not_see_it(self, client):
        ref = submitted_profile().ref
        for user in (UserFactory(), StaffRoleFactory().user):
            client.force_login(user)
            assert client.get(f"/register/done/{ref}/").status_code == 404


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_the_same_instant_both_show_the_profile(client):
    client.force_login(UserFactory())
    walk(client)

    def click():
        window = Client()
        window.cookies = client.cookies
        return window.post("/register/check/", {"consent": "on"}, follow=True)

    answers_shown = values(at_once(click, click))
    ref = Profile.objects.get().ref
    assert [one.redirect_chain[-1] for one in answers_shown] == [
        (f"/register/done/{ref}/", 302)
    ] * 2

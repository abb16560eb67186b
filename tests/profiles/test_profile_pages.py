"""The page of a profile and the pages on which it is completed, for everybody who may come by."""

from datetime import timedelta

import pytest

from cxc_portal.core import clock
from profiles import strength
from profiles.enums import Role
from profiles.facts import profile_facts
from profiles.forms.profile import PROFILE_SECTIONS
from profiles.models import AvailabilityWindow, Cluster, Profile
from profiles.services.decisions import decide_profile, undo_decision
from profiles.services.editing import edit_profile, fingerprint
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    StaffRoleFactory,
    published_profile,
    submitted_profile,
)
from tests.profiles.pages import as_typed, queries_of

pytestmark = pytest.mark.django_db

TEXTS = {
    "description": "A shipyard that looks for batteries",
    "motivation": "To see small series",
    "offer": "A test basin",
    "contact_name": "Zoé Martin",
    "contact_position": "Head of development",
    "contact_phone": "+33321000000",
    "contact_email": "zoe@ateliers.example",
}


@pytest.fixture
def profile(reference):
    organisation = OrganisationFactory(
        name="Ateliers du Littoral",
        city="Boulogne-sur-Mer",
        sectors=["29", "72"],
        description="We build drives",
        website="https://ateliers.example",
        founded_year=2009,
        staff_band="10-49",
    )
    return published_profile(
        organisation=organisation,
        wanted_countries=["DE", "PT"],
        wanted_sectors=["30"],
        wanted_types=["incubator"],
        languages=["fr", "en"],
        activities=["training"],
        min_days=3,
        max_days=5,
        **TEXTS,
    )


@pytest.fixture
def officer(reference):
    return StaffRoleFactory().user


def page(client, profile, user, suffix=""):
    client.force_login(user)
    return client.get(f"/profiles/{profile.ref}/{suffix}").content.decode()


def partner():
    return published_profile(role=Role.HOST).contact


def test_page_asks_for_a_log_in(client, profile):
    response = client.get(f"/profiles/{profile.ref}/")
    assert response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "suffix", ["", "edit/", "edit/words/", "submit/", "pause/", "reopen/", "withdraw/"]
)
def test_stranger_learns_nothing(client, profile, suffix):
    client.force_login(MembershipFactory().user)
    assert client.get(f"/profiles/{profile.ref}/{suffix}").status_code == 404


@pytest.mark.parametrize(
    "suffix", ["edit/", "edit/words/", "submit/", "pause/", "reopen/", "withdraw/"]
)
@pytest.mark.parametrize("who", ["officer", "partner"])
def test_whoever_only_may_look_cannot_act(client, profile, officer, suffix, who):
    client.force_login(officer if who == "officer" else partner())
    url = f"/profiles/{profile.ref}/{suffix}"
    assert (client.get(url).status_code, client.post(url).status_code) == (403, 403)


def test_partner_reads_who_what_when_and_with_whom(client, profile):
    text = page(client, profile, partner())
    for words in (
        "Ateliers du Littoral",
        "Boulogne-sur-Mer, France",
        "We build drives",
        "A shipyard that looks for batteries",
        "To see small series",
        "A test basin",
        "Learn from actors in another cluster",
        "Training, individual or in a group",
        "Germany",
        "Portugal",
        "Manufacture of other transport equipment",
        "Incubator",
        "3 to 5 working days",
        "English, French",
        "founded in 2009",
        "10 to 49 people",
        "At any time",
    ):
        assert words in text


def test_partner_sees_no_contact_and_no_history(client, profile):
    text = page(client, profile, partner())
    for secret in ("Zoé Martin", "+33", profile.contact_email, "History", "Your turn", "Published"):
        assert secret not in text
    assert "open once both of you have agreed" in text


def test_partner_is_led_to_the_own_matches(client, profile):
    host = published_profile(role=Role.HOST)
    assert f"/matches/{host.ref}/" in page(client, profile, host.contact)


def test_competitor_in_the_same_role_is_led_nowhere(client, profile):
    visitor = published_profile()
    assert "See how well you fit" not in page(client, profile, visitor.contact)


def test_owner_sees_the_baton_contact_and_what_is_missing(client, profile):
    text = page(client, profile, profile.contact)
    assert "Your turn: look at your matches and choose a partner." in text
    assert f'href="/matches/{profile.ref}/"' in text
    assert "Zoé Martin" in text
    assert "+33 3 21 00 00 00" in text
    assert "Next:</strong> When." in text
    assert "Pause this profile" in text


def test_owner_can_see_it_as_partners_do(client, profile):
    text = page(client, profile, profile.contact, "?preview=1")
    assert "This is what partners see" in text
    for secret in ("Zoé Martin", "+33", profile.contact_email, "Your turn", "Pause this profile"):
        assert secret not in text


def test_officer_reads_contact_and_finds_the_way_to_the_desk(client, profile, officer):
    text = page(client, profile, officer)
    assert "Zoé Martin" in text
    assert f"/profiles/{profile.ref}/decide/" in text
    assert "Pause this profile" not in text


def test_observer_reads_without_contact(client, profile):
    observer = StaffRoleFactory(role="observer").user
    text = page(client, profile, observer)
    assert "A test basin" in text
    assert "Zoé Martin" not in text


def test_officer_of_another_partnership_reads_a_published_profile_as_a_partner_does(
    client, profile
):
    text = page(client, profile, StaffRoleFactory(acronym="EXXTRA").user)
    assert "A test basin" in text
    assert "Zoé Martin" not in text


def test_profile_that_seeks_nobody_in_particular_is_open_to_all(client, reference):
    text = page(client, host := published_profile(role=Role.HOST), host.contact)
    assert "Any partner in another country" in text
    assert "Any length" in text


def test_host_shows_the_place(client, reference):
    host = published_profile(
        role=Role.HOST,
        max_visitors=3,
        welcomes_groups=True,
        premises="Step-free",
        min_days=4,
        max_days=4,
    )
    text = page(client, host, host.contact)
    for words in ("Step-free", "up to 3 at once", "Groups are welcome", "4 working days"):
        assert words in text


def test_periods_that_are_over_are_not_shown(client, profile):
    today = clock.today()
    for days in (-30, 30):
        first = today + timedelta(days=days)
        AvailabilityWindow.objects.create(
            profile=profile, starts_on=first, ends_on=first + timedelta(days=9)
        )
    text = page(client, profile, profile.contact)
    assert (
        f"{(today + timedelta(days=30)):%-d %B %Y} – {(today + timedelta(days=39)):%-d %B %Y}"
        in text
    )
    assert f"{(today - timedelta(days=30)):%-d %B %Y}" not in text


def test_returned_profile_shows_the_comment_on_top(client, officer):
    profile = submitted_profile()
    decide_profile(
        profile_id=profile.pk, decision="return", actor=officer, comment="Which cluster?"
    )
    for suffix in ("", "edit/"):
        text = page(client, profile, profile.contact, suffix)
        assert "RECIPE4MOBILITY wrote" in text
        assert "Which cluster?" in text
    assert "Submit again" in text


def test_reason_of_a_rejection_stays_to_be_read(client, officer):
    profile = submitted_profile()
    decide_profile(profile_id=profile.pk, decision="reject", actor=officer, comment="Not eligible")
    assert "Not eligible" in page(client, profile, profile.contact)
    assert client.get(f"/profiles/{profile.ref}/edit/").status_code == 403


def test_owner_does_not_read_of_decisions_that_were_taken_back(client, officer):
    profile = submitted_profile()
    decide_profile(profile_id=profile.pk, decision="reject", actor=officer, comment="A slip")
    undo_decision(profile_id=profile.pk, actor=officer)
    text = page(client, profile, profile.contact)
    assert ("Reject" in text, "A slip" in text, "Submit" in text) == (False, False, True)
    text = page(client, profile, officer)
    assert ("Reject" in text, "A slip" in text) == (True, True)


def test_history_names_the_partnership_to_the_owner_and_the_person_to_the_desk(client, officer):
    profile = submitted_profile()
    decide_profile(
        profile_id=profile.pk, decision="return", actor=officer, comment="Which cluster?"
    )
    assert str(officer) not in page(client, profile, profile.contact)
    assert f"{officer} (RECIPE4MOBILITY)" in page(client, profile, officer)


def test_support_office_is_named_when_no_partnership_acted(client, reference):
    support = StaffRoleFactory(role="support").user
    profile = submitted_profile(partnership=None)
    decide_profile(profile_id=profile.pk, decision="return", actor=support, comment="Which one?")
    assert "the Support Office wrote" in page(client, profile, profile.contact)


def test_page_needs_the_same_queries_for_many_wishes_as_for_few(client, profile):
    client.force_login(profile.contact)
    client.get(f"/profiles/{profile.ref}/")  # takes up the catalogue
    few = queries_of(client, f"/profiles/{profile.ref}/")
    profile.wanted_countries = ["DE", "PT", "IT", "HU", "PL"]
    profile.wanted_sectors = ["01", "02", "03"]
    profile.save()
    profile.organisation.clusters.set(Cluster.objects.all()[:3])
    assert queries_of(client, f"/profiles/{profile.ref}/") == few


def test_list_of_pages_says_what_is_missing_on_each_and_why(client, profile):
    text = page(client, profile, profile.contact, "edit/")
    assert "Legal form:</strong> Needed to sign the commitment." in text
    assert "Registration or VAT number:</strong> Needed to be paid." in text
    assert f"/organisations/{profile.organisation_id}/edit/identity/?profile={profile.ref}" in text
    assert "As a visitor" in text
    assert "As a host" not in text


def test_list_of_pages_names_the_changes_that_would_bring_partners(client, profile, monkeypatch):
    def provider(profile, variants):
        return [9 if "wanted_countries" in changes else 4 for changes in variants]

    monkeypatch.setattr(strength, "_providers", [provider])
    text = page(client, profile, profile.contact, "edit/")
    assert "Today 4 partners fit you highly." in text
    assert "If any country will do" in text
    assert "+5 partners" in text


def test_page_of_the_other_role_does_not_exist(client, profile):
    client.force_login(profile.contact)
    assert client.get(f"/profiles/{profile.ref}/edit/hosting/").status_code == 404


@pytest.mark.parametrize("section", PROFILE_SECTIONS, ids=lambda one: one.slug)
def test_every_page_opens_and_saves_what_it_shows_without_changing_anything(
    client, profile, section
):
    if section.role == Role.HOST:
        profile = published_profile(role=Role.HOST, **TEXTS)
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/edit/{section.slug}/"
    response = client.get(url)
    if section.is_file:
        return
    before = profile_facts(Profile.objects.get(pk=profile.pk))
    answer = client.post(url, as_typed(response.context["form"]))
    assert answer.headers["Location"] == f"/profiles/{profile.ref}/edit/"
    profile.refresh_from_db()
    assert (profile.version, profile_facts(profile)) == (1, before)


def edit(client, profile, slug, **values):
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/edit/{slug}/"
    typed = as_typed(client.get(url).context["form"])
    return client.post(url, {**typed, **values})


def test_words_are_saved_and_confirmed(client, profile):
    response = edit(client, profile, "words", motivation="Line one\r\nLine two")
    profile.refresh_from_db()
    assert profile.motivation == "Line one\nLine two"
    assert "Saved: In your words." in client.get(response.headers["Location"]).content.decode()


def test_what_was_typed_stays_when_it_is_refused(client, profile):
    response = edit(client, profile, "words", motivation="x" * 1501, offer="Something new")
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["motivation"]
    assert "Something new" in response.content.decode()


def test_overtaken_form_shows_both_texts_and_loses_nothing(client, profile):
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/edit/words/"
    typed = as_typed(client.get(url).context["form"])
    edit_profile(
        profile_id=profile.pk,
        changes={"motivation": "By a colleague"},
        seen=fingerprint(profile, ["motivation"]),
        actor=profile.contact,
    )
    response = client.post(url, {**typed, "motivation": "By me", "offer": "Also by me"})
    text = response.content.decode()
    assert "Not saved yet" in text
    (offer, motivation) = sorted(response.context["outcome"].differences, key=lambda d: d.typed)
    assert (offer.stored, offer.typed) == ("A test basin", "Also by me")
    assert (motivation.stored, motivation.typed) == ("By a colleague", "By me")
    again = client.post(url, as_typed(response.context["form"]))
    assert again.status_code == 302
    profile.refresh_from_db()
    assert (profile.motivation, profile.offer) == ("By me", "Also by me")


def test_another_role_is_asked_about_and_then_checked_anew(client, profile):
    response = edit(client, profile, "role", role="host")
    assert "leaves the catalogue until" in response.content.decode()
    profile.refresh_from_db()
    assert (profile.state, profile.role) == ("published", "visiting")
    typed = as_typed(response.context["form"])
    client.post(f"/profiles/{profile.ref}/edit/role/", {**typed, "confirmed": "1"})
    profile.refresh_from_db()
    assert (profile.state, profile.role) == ("submitted", "host")


def test_role_that_is_taken_is_refused_on_the_page(client, profile):
    published_profile(organisation=profile.organisation, role=Role.HOST)
    response = edit(client, profile, "role", role="host")
    assert response.context["form"].non_field_errors() == [
        "Your organisation already has a profile in this role. Use that one."
    ]

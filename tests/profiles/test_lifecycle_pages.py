"""The steps that an owner takes with a profile, each on a page of its own."""

import pytest

from profiles import obstacles
from profiles.services.decisions import decide_profile
from profiles.services.lifecycle import pause_profile, withdraw_profile
from tests.factories import ProfileFactory, StaffRoleFactory, published_profile, submitted_profile
from tests.profiles.pages import as_typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def profile(reference):
    return published_profile()


@pytest.fixture
def officer(reference):
    return StaffRoleFactory().user


def edit(client, profile, slug, **values):
    url = f"/profiles/{profile.ref}/edit/{slug}/"
    typed = as_typed(client.get(url).context["form"])
    return client.post(url, {**typed, **values})


def test_paused_profile_returns_by_its_page(client, profile):
    client.force_login(profile.contact)
    assert "Take a break?" in client.get(f"/profiles/{profile.ref}/pause/").content.decode()
    client.post(f"/profiles/{profile.ref}/pause/")
    profile.refresh_from_db()
    assert profile.state == "paused"
    text = client.get(f"/profiles/{profile.ref}/reopen/").content.decode()
    assert "Partners find you again" in text
    response = client.post(f"/profiles/{profile.ref}/reopen/", follow=True)
    assert "Welcome back" in response.content.decode()
    profile.refresh_from_db()
    assert profile.state == "published"


def test_return_with_a_new_validated_fact_says_who_looks_first(client, profile):
    pause_profile(profile_id=profile.pk, actor=profile.contact)
    profile.organisation.other_cluster = "A new one"
    profile.organisation.save()
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/reopen/"
    assert "So it looks at your profile first" in client.get(url).content.decode()
    response = client.post(url, follow=True)
    assert "Your partnership checks what you changed." in response.content.decode()
    profile.refresh_from_db()
    assert profile.state == "submitted"


def test_published_profile_gives_a_sign_of_interest(client, profile):
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/reopen/"
    assert "Are you still looking for a partner?" in client.get(url).content.decode()
    profile.refresh_from_db()
    before = profile.confirmed_at
    assert "Your profile stays" in client.post(url, follow=True).content.decode()
    profile.refresh_from_db()
    assert profile.confirmed_at > before


@pytest.mark.parametrize("step", ["pause", "reopen", "submit"])
def test_step_that_is_not_open_leads_back_to_the_profile(client, reference, step):
    waiting = submitted_profile()
    client.force_login(waiting.contact)
    response = client.get(f"/profiles/{waiting.ref}/{step}/")
    assert response.headers["Location"] == f"/profiles/{waiting.ref}/"


def test_step_that_is_refused_says_why(client, reference):
    waiting = submitted_profile()
    client.force_login(waiting.contact)
    response = client.post(f"/profiles/{waiting.ref}/pause/", follow=True)
    assert "This is not possible now" in response.content.decode()


def test_profile_is_withdrawn_after_a_question(client, profile):
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/withdraw/"
    assert "It ends for good" in client.get(url).content.decode()
    text = client.post(url, {"comment": "We have moved on"}, follow=True).content.decode()
    assert "Your profile is withdrawn." in text
    assert "We have moved on" in text
    assert client.get(url).status_code == 302


def test_what_stands_in_the_way_of_withdrawing_is_said_first(client, profile, monkeypatch):
    monkeypatch.setattr(obstacles, "_providers", [lambda profile: ["There is an open match."]])
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/withdraw/"
    assert "There is an open match." in client.get(url).content.decode()
    assert "There is an open match." in client.post(url, follow=True).content.decode()
    profile.refresh_from_db()
    assert profile.state == "published"


def test_returned_profile_is_submitted_again_after_a_look_at_what_changed(client, officer):
    profile = submitted_profile()
    decide_profile(profile_id=profile.pk, decision="return", actor=officer, comment="What for?")
    client.force_login(profile.contact)
    url = f"/profiles/{profile.ref}/submit/"
    assert "you have changed nothing" in client.get(url).content.decode()
    edit(client, profile, "words", motivation="To learn")
    edit(client, profile, "time", window_1_from="2090-01-01", window_1_to="2090-02-01")
    text = client.get(url).content.decode()
    assert "What you hope for" in text
    assert "Periods of availability" in text
    assert "you have changed nothing" not in text
    client.post(url)
    profile.refresh_from_db()
    assert profile.state == "submitted"


def test_draft_is_submitted_for_the_first_time(client, reference):
    draft = ProfileFactory()
    client.force_login(draft.contact)
    assert "Submit your profile" in client.get(f"/profiles/{draft.ref}/submit/").content.decode()
    client.post(f"/profiles/{draft.ref}/submit/")
    draft.refresh_from_db()
    assert draft.state == "submitted"


def test_withdrawn_profile_still_has_a_page_for_its_owner(client, profile):
    withdraw_profile(profile_id=profile.pk, actor=profile.contact)
    client.force_login(profile.contact)
    text = client.get(f"/profiles/{profile.ref}/").content.decode()
    assert "Withdrawn by the organisation." in text
    assert "Edit the profile" not in text

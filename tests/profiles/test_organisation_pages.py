import pytest

from cxc_portal.core.models import OutgoingMail
from profiles.enums import Role
from profiles.forms.organisation import ORGANISATION_SECTIONS
from profiles.models import Invitation, Membership, Organisation
from profiles.services.editing import edit_organisation, fingerprint
from profiles.services.invitations import invite_colleague, key_of
from profiles.services.lifecycle import withdraw_profile
from tests.factories import (
    MembershipFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
)
from tests.profiles.pages import as_typed, queries_of

pytestmark = pytest.mark.django_db

COLLEAGUE = "new@example.org"


@pytest.fixture
def profile(reference):
    return published_profile()


@pytest.fixture
def invitation(profile):
    return invite_colleague(
        organisation_id=profile.organisation_id, email=COLLEAGUE, actor=profile.contact
    )


def url_of(profile, suffix=""):
    return f"/organisations/{profile.organisation_id}/{suffix}"


def page(client, profile, user=None, suffix=""):
    client.force_login(user or profile.contact)
    return client.get(url_of(profile, suffix)).content.decode()


def link(invitation, suffix=""):
    return f"/invitations/{key_of(invitation)}/{suffix}"


@pytest.mark.parametrize("suffix", ["", "edit/about/", "invite/"])
def test_page_asks_for_a_log_in(client, profile, suffix):
    response = client.post(url_of(profile, suffix))
    assert response.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("who", ["stranger", "partner"])
@pytest.mark.parametrize("suffix", ["", "edit/about/"])
def test_strangers_and_partners_learn_nothing(client, profile, who, suffix):
    stranger = MembershipFactory().user if who == "stranger" else published_profile().contact
    client.force_login(stranger)
    assert client.get(url_of(profile, suffix)).status_code == 404


def test_officer_reads_and_changes_nothing(client, profile, invitation):
    client.force_login(StaffRoleFactory().user)
    text = client.get(url_of(profile)).content.decode()
    assert "Invite a colleague" not in text
    assert "What you do" not in text
    assert client.get(url_of(profile, "edit/about/")).status_code == 403
    assert client.post(url_of(profile, "invite/"), {"email": "a@example.org"}).status_code == 403
    membership = profile.organisation.memberships.get()
    assert client.post(url_of(profile, f"people/{membership.pk}/remove/")).status_code == 403
    assert client.post(f"/invitations/{invitation.pk}/revoke/").status_code == 404
    assert Membership.objects.filter(pk=membership.pk).exists()


def test_member_finds_facts_profiles_and_people(client, profile):
    profile.organisation.other_cluster = "A new one"
    profile.organisation.save()
    text = page(client, profile)
    assert f"/profiles/{profile.ref}/" in text
    assert profile.contact.email in text
    assert "A new one" in text
    assert url_of(profile, "edit/address/") in text


def test_second_role_is_offered_while_it_is_free(client, profile):
    offer = f"/register/?organisation={profile.organisation_id}"
    assert offer in page(client, profile)
    host = ProfileFactory(organisation=profile.organisation, role=Role.HOST)
    assert offer not in page(client, profile)
    withdraw_profile(profile_id=host.pk, actor=host.contact)
    assert offer in page(client, profile)


@pytest.mark.parametrize("section", ORGANISATION_SECTIONS, ids=lambda one: one.slug)
def test_every_page_opens_and_saves_what_it_shows_without_changing_anything(
    client, profile, section
):
    profile.organisation.other_cluster = "A new one"
    profile.organisation.save()
    client.force_login(profile.contact)
    url = url_of(profile, f"edit/{section.slug}/")
    response = client.get(url)
    if section.is_file:
        return
    before = Organisation.objects.filter(pk=profile.organisation_id).values().get()
    answer = client.post(url, as_typed(response.context["form"]))
    assert answer.headers["Location"] == url_of(profile)
    profile.refresh_from_db()
    assert Organisation.objects.filter(pk=profile.organisation_id).values().get() == before
    assert (profile.state, profile.version) == ("published", 1)


def edit(client, profile, slug, **values):
    client.force_login(profile.contact)
    url = url_of(profile, f"edit/{slug}/")
    typed = as_typed(client.get(url).context["form"])
    return client.post(url, {**typed, **values})


def test_unknown_page_is_not_found(client, profile):
    client.force_login(profile.contact)
    assert client.get(url_of(profile, "edit/nothing/")).status_code == 404


def test_address_is_saved_with_its_place(client, profile):
    edit(client, profile, "address", city="Lyon")
    organisation = Organisation.objects.get(pk=profile.organisation_id)
    assert (organisation.city, round(organisation.latitude)) == ("Lyon", 46)


def test_what_to_think_about_is_said_after_saving(client, profile):
    response = edit(client, profile, "address", city="Nulle-Part-les-Bains")
    text = client.get(response.headers["Location"]).content.decode()
    assert "do not know where Nulle-Part-les-Bains lies" in text


def test_another_country_is_asked_about_first(client, profile):
    response = edit(client, profile, "identity", country="DE")
    text = response.content.decode()
    assert "Your partnership has validated this." in text
    assert 'name="confirmed"' in text
    profile.refresh_from_db()
    assert (profile.state, profile.organisation.country_id) == ("published", "FR")


def test_confirmed_change_sends_the_profile_to_the_desk(client, profile):
    response = edit(client, profile, "identity", country="DE", confirmed="1")
    assert response.status_code == 302
    profile.refresh_from_db()
    organisation = Organisation.objects.get(pk=profile.organisation_id)
    assert (profile.state, organisation.country_id) == ("submitted", "DE")


def test_overtaken_form_shows_both_texts(client, profile):
    client.force_login(profile.contact)
    url = url_of(profile, "edit/about/")
    typed = as_typed(client.get(url).context["form"])
    edit_organisation(
        organisation_id=profile.organisation_id,
        changes={"description": "By a colleague"},
        seen=fingerprint(profile.organisation, ["description"]),
        actor=profile.contact,
    )
    response = client.post(url, {**typed, "description": "By me"})
    (difference,) = response.context["outcome"].differences
    assert (difference.stored, difference.typed) == ("By a colleague", "By me")


def test_way_back_leads_where_one_came_from(client, profile):
    text = page(client, profile, suffix=f"edit/about/?profile={profile.ref}")
    assert f'href="/profiles/{profile.ref}/edit/"' in text
    other = published_profile()
    text = page(client, profile, suffix=f"edit/about/?profile={other.ref}")
    assert other.ref not in text


def test_colleague_is_invited(client, profile):
    client.force_login(profile.contact)
    response = client.post(url_of(profile, "invite/"), {"email": COLLEAGUE}, follow=True)
    assert f"We have written to {COLLEAGUE}." in response.content.decode()
    assert Invitation.objects.get().email == COLLEAGUE


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("", "Write the address of your colleague."),
        ("nobody", "Write an e-mail address like name@example.org."),
        (COLLEAGUE, "This address is invited already. Send the invitation again below."),
    ],
)
def test_invitation_that_cannot_be_says_why_and_keeps_what_was_typed(
    client, profile, invitation, email, message
):
    client.force_login(profile.contact)
    response = client.post(url_of(profile, "invite/"), {"email": email})
    assert response.context["form"].errors == {"email": [message]}
    assert f'value="{email}"' in response.content.decode() or not email
    assert Invitation.objects.count() == 1


def test_opening_the_address_of_inviting_does_nothing(client, profile):
    client.force_login(profile.contact)
    assert client.get(url_of(profile, "invite/")).status_code == 405


def test_invitation_is_shown_sent_again_at_the_earliest_a_day_later_and_taken_back(
    client, profile, invitation
):
    assert COLLEAGUE in page(client, profile)
    response = client.post(f"/invitations/{invitation.pk}/resend/", follow=True)
    assert "less than a day ago" in response.content.decode()
    response = client.post(f"/invitations/{invitation.pk}/revoke/", follow=True)
    assert f"The invitation of {COLLEAGUE} is taken back." in response.content.decode()
    assert Invitation.objects.count() == 0


@pytest.mark.parametrize("step", ["resend", "revoke"])
def test_stranger_finds_no_invitation(client, invitation, step):
    client.force_login(MembershipFactory().user)
    assert client.post(f"/invitations/{invitation.pk}/{step}/").status_code == 404


@pytest.mark.parametrize("step", ["resend", "revoke"])
def test_opening_the_address_of_a_step_does_nothing(client, profile, invitation, step):
    client.force_login(profile.contact)
    assert client.get(f"/invitations/{invitation.pk}/{step}/").status_code == 405


def test_link_says_the_same_to_everybody_who_is_not_logged_in(client, invitation):
    before = client.get(link(invitation)).content
    UserFactory(email=COLLEAGUE)
    after = client.get(link(invitation)).content
    assert b"Log in" in after
    assert b"Sign up" in after
    assert _without_tokens(before) == _without_tokens(after)


def _without_tokens(page):
    text = page.decode()
    return [line for line in text.splitlines() if "csrf" not in line.lower()]


def test_links_to_log_in_and_sign_up_lead_back(client, invitation):
    text = client.get(link(invitation)).content.decode()
    back = link(invitation).replace(":", "%3A")
    assert f'href="/accounts/login/?next={back}"' in text
    assert f'href="/accounts/signup/?next={back}"' in text


def test_forged_link_is_not_found(client, invitation):
    assert client.get(f"/invitations/{invitation.pk}:forged/").status_code == 404
    assert client.post(f"/invitations/{invitation.pk}:forged/renew/").status_code == 404


def test_opening_the_link_changes_nothing_and_accepting_joins(client, profile, invitation):
    colleague = UserFactory(email=COLLEAGUE)
    client.force_login(colleague)
    assert "Accept the invitation" in client.get(link(invitation)).content.decode()
    assert client.get(link(invitation, "accept/")).status_code == 405
    assert not profile.organisation.has_member(colleague)
    response = client.post(link(invitation, "accept/"), follow=True)
    assert f"you act for {profile.organisation} now" in response.content.decode()
    assert profile.organisation.has_member(colleague)
    assert "accepted already" in client.get(link(invitation)).content.decode()


def test_somebody_else_is_told_which_address_is_needed(client, profile, invitation):
    somebody = UserFactory()
    client.force_login(somebody)
    text = client.get(link(invitation)).content.decode()
    assert "Accept the invitation" not in text
    assert COLLEAGUE in text
    assert "add it to your account" in text
    response = client.post(link(invitation, "accept/"), follow=True)
    assert "This invitation is for another address." in response.content.decode()
    assert not profile.organisation.has_member(somebody)


def test_accepting_asks_for_a_log_in(client, invitation):
    response = client.post(link(invitation, "accept/"))
    assert response.headers["Location"].startswith("/accounts/login/")


def test_expired_link_sends_a_new_one_to_the_same_address(client, invitation):
    assert client.post(link(invitation, "renew/")).status_code == 403
    Invitation.objects.update(expires_at=invitation.created_at)
    assert "no longer valid" in client.get(link(invitation)).content.decode()
    response = client.post(link(invitation, "renew/"), follow=True)
    text = response.content.decode()
    assert "A new link is on its way" in text
    assert "no longer valid" not in text
    kinds = OutgoingMail.objects.filter(to=COLLEAGUE).values_list("kind", flat=True)
    assert list(kinds) == ["profiles/invitation", "profiles/invitation"]


def test_colleague_is_removed_after_a_question(client, profile):
    colleague = MembershipFactory(organisation=profile.organisation)
    url = url_of(profile, f"people/{colleague.pk}/remove/")
    assert url in page(client, profile)
    assert f"Remove {colleague.user}?" in client.get(url).content.decode()
    assert profile.organisation.has_member(colleague.user)
    response = client.post(url, follow=True)
    assert f"{colleague.user} no longer acts for" in response.content.decode()
    assert not profile.organisation.has_member(colleague.user)


def test_whoever_leaves_lands_on_the_dashboard(client, profile):
    colleague = MembershipFactory(organisation=profile.organisation)
    client.force_login(colleague.user)
    url = url_of(profile, f"people/{colleague.pk}/remove/")
    assert f"Leave {profile.organisation}?" in client.get(url).content.decode()
    assert client.post(url).headers["Location"] == "/dashboard/"


def test_last_member_is_told_to_invite_somebody_first(client, profile):
    membership = profile.organisation.memberships.get()
    client.force_login(profile.contact)
    response = client.post(url_of(profile, f"people/{membership.pk}/remove/"), follow=True)
    assert "Invite a colleague first." in response.content.decode()


def test_member_of_another_organisation_is_not_found(client, profile):
    other = MembershipFactory()
    client.force_login(profile.contact)
    assert client.get(url_of(profile, f"people/{other.pk}/remove/")).status_code == 404


def test_page_needs_the_same_queries_for_one_colleague_and_three(client, profile, invitation):
    client.force_login(profile.contact)
    one = queries_of(client, url_of(profile))
    for number in range(2):
        MembershipFactory(organisation=profile.organisation)
        ProfileFactory(organisation=profile.organisation, contact=profile.contact)
        invite_colleague(
            organisation_id=profile.organisation_id,
            email=f"another{number}@example.org",
            actor=profile.contact,
        )
    assert queries_of(client, url_of(profile)) == one

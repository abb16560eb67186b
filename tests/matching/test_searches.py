"""Who is told of which new profiles: nobody twice, and nobody of their own."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings

from cxc_portal.core import clock
from cxc_portal.core.models import MailStatus, OutgoingMail
from matching.models import SavedSearch
from matching.notifications.searches import PROFILES_PUBLISHED
from matching.queries.searches import high_fits_among, news_for
from matching.services import searches as service
from matching.services.keeping import save_search, set_partner_alert, set_search_alert
from matching.services.searches import tell_of_new_profiles
from matching.tasks import tell_of_new_profiles as task
from profiles.enums import StaffRoleName
from profiles.models import Profile
from profiles.services.decisions import decide_profile
from profiles.services.lifecycle import note_visit, pause_profile, reopen_profile
from profiles.services.submission import revalidate_profile
from tests.factories import (
    MembershipFactory,
    ProfileFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    match_between,
    visitor_profile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

START = datetime(2027, 3, 1, 8, tzinfo=clock.now().tzinfo)


@pytest.fixture
def days(monkeypatch):
    """Lets days pass: `days(2)`."""
    moment = START
    monkeypatch.setattr(clock, "now", lambda: moment)

    def passes(number: float) -> None:
        nonlocal moment
        moment += timedelta(days=number)

    return passes


@pytest.fixture
def host(days):
    """A host in the catalogue for a week, who has had a first look already."""
    host = host_profile(ref="P-HOST")
    days(7)
    tell_of_new_profiles()
    return host


@pytest.fixture
def quiet(host):
    """The host wants to hear of saved searches alone."""
    set_partner_alert(profile_id=host.pk, is_on=False, actor=host.contact)
    return host


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(kind=PROFILES_PUBLISHED.name).order_by("pk"))


def told(user) -> list[str]:
    return [mail.text for mail in mails() if mail.recipient_id == user.pk]


# --- new partners ------------------------------------------------------------------------------


def test_members_hear_of_a_new_high_fit_without_asking(days, host):
    colleague = MembershipFactory(organisation=host.organisation).user
    visitor_profile(ref="P-NEW", name="Motores")
    days(1)
    assert tell_of_new_profiles() == 2
    assert sorted(mail.to for mail in mails()) == sorted([host.contact.email, colleague.email])
    mail = mails()[0]
    assert mail.subject == "See Motores, new in the catalogue"
    assert "High fits for AQUIMER" in mail.text
    assert f"- Motores, Portugal: {settings.SITE_URL}/profiles/P-NEW/" in mail.text
    assert "/profiles/P-NEW/" in mail.html
    assert "/searches/" in mail.text


@pytest.mark.parametrize(("together", "questions"), [(20, 80), (2, 92)])
def test_people_are_told_together(
    together, questions, days, host, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(service, "TOLD_TOGETHER", together)
    MembershipFactory.create_batch(6, organisation=host.organisation)
    visitor_profile(ref="P-NEW")
    days(1)
    with django_assert_max_num_queries(questions):
        assert tell_of_new_profiles() == 7
    members = host.organisation.memberships.values_list("user", flat=True)
    assert sorted(mail.recipient_id for mail in mails()) == sorted(members)


def test_each_published_profile_is_watched_and_no_other(days, host):
    visitor = visitor_profile(ref="P-BOTH", organisation=host.organisation, contact=host.contact)
    ProfileFactory(organisation=host.organisation, contact=host.contact, role="visiting")
    days(1)
    for _twice in range(2):
        tell_of_new_profiles()
    watched = SavedSearch.objects.filter(user=host.contact).values_list("profile", flat=True)
    assert sorted(watched) == sorted([host.pk, visitor.pk])


def test_nobody_is_told_twice(days, host):
    visitor_profile(ref="P-NEW")
    days(1)
    assert [tell_of_new_profiles(), tell_of_new_profiles()] == [1, 0]
    days(1)
    assert tell_of_new_profiles() == 0
    visitor_profile(ref="P-LATER", name="Later")
    days(1)
    assert tell_of_new_profiles() == 1
    assert ["P-NEW" in text for text in told(host.contact)] == [True, False]


def test_letters_stop_after_the_fifth_until_the_person_looks_in(days, host):
    for number in range(6):
        visitor_profile(ref=f"P-NEW{number}")
        days(1)
        tell_of_new_profiles()
    last = "this is the last letter about new partners"
    assert [last in text for text in told(host.contact)] == [False] * 4 + [True]
    assert last in mails()[-1].html
    note_visit(user=host.contact)
    visitor_profile(ref="P-AFTER", name="After")
    days(1)
    tell_of_new_profiles()
    assert [("P-AFTER" in text, last in text) for text in told(host.contact)[5:]] == [(True, False)]


def test_news_of_one_summary_is_one_letter(days, host):
    for number in range(6):
        visitor_profile(ref=f"P-NEW{number}")
        days(1)
        tell_of_new_profiles()
        if number == 3:
            OutgoingMail.objects.exclude(pk=mails()[0].pk).update(
                bundle=mails()[0], status=MailStatus.BUNDLED
            )
    assert len(mails()) == 6


def test_a_search_that_somebody_saved_never_rests(days, quiet):
    save_search(name="All", query="", actor=quiet.contact)
    for number in range(7):
        visitor_profile(ref=f"P-NEW{number}")
        days(1)
        tell_of_new_profiles()
    assert len(mails()) == 7


def test_what_is_published_at_this_moment_waits_for_the_next_look(days, host):
    visitor_profile(ref="P-NEW")
    assert tell_of_new_profiles() == 0
    days(1)
    assert tell_of_new_profiles() == 1


def test_what_does_not_fit_highly_is_not_told(days, host):
    visitor_profile(ref="P-RED", wanted_sectors=["01"], wanted_countries=["SE"], languages=["pt"])
    visitor_profile(ref="P-NEAR", country="FR")
    days(1)
    assert tell_of_new_profiles() == 0


def test_a_partner_with_an_open_match_is_not_told(days, host):
    match_between(host, visitor_profile(ref="P-NEW"))
    days(1)
    assert tell_of_new_profiles() == 0


def test_whoever_switched_it_off_is_not_told(days, quiet):
    visitor_profile(ref="P-NEW")
    days(1)
    assert tell_of_new_profiles() == 0


def test_a_paused_profile_hears_nothing_and_later_only_what_is_new_then(days, host):
    pause_profile(profile_id=host.pk, actor=host.contact)
    visitor_profile(ref="P-MEANWHILE")
    days(1)
    assert tell_of_new_profiles() == 0
    host.refresh_from_db()
    reopen_profile(profile_id=host.pk, actor=host.contact)
    days(1)
    assert tell_of_new_profiles() == 0
    visitor_profile(ref="P-NEW")
    days(1)
    assert tell_of_new_profiles() == 1
    assert "P-MEANWHILE" not in told(host.contact)[0]


def test_an_account_that_is_closed_hears_nothing(days, host):
    host.contact.is_active = False
    host.contact.save(update_fields=["is_active"])
    visitor_profile(ref="P-NEW")
    days(1)
    assert tell_of_new_profiles() == 0


def test_a_newcomer_is_not_told_of_all_that_was_there_before(days):
    visitor_profile(ref="P-OLD")
    days(30)
    host_profile(ref="P-HOST")
    days(1)
    tell_of_new_profiles()
    assert [mail.subject for mail in mails()] == ["See AQUIMER, new in the catalogue"]


# --- saved searches ----------------------------------------------------------------------------


def test_a_search_tells_of_what_fits_it(days, quiet):
    save_search(name="Swedes", query="country=SE", actor=quiet.contact)
    visitor_profile(ref="P-PT", name="Portuguese")
    host_profile(ref="P-SE", country="SE", name="Swedish")
    days(1)
    tell_of_new_profiles()
    (text,) = told(quiet.contact)
    assert "Your search “Swedes”" in text
    assert "Swedish, Sweden" in text
    assert "Portuguese" not in text


def test_the_mail_leads_to_the_search(client, quiet):
    search = save_search(name="Swedes", query="country=SE", actor=quiet.contact)
    client.force_login(quiet.contact)
    response = client.get(f"/searches/{search.pk}/")
    assert response["Location"] == "/catalogue/?country=SE"
    client.force_login(UserFactory())
    assert client.get(f"/searches/{search.pk}/").status_code == 404


def test_words_are_searched_as_on_the_page(days, quiet):
    save_search(name="E-mobility", query="name=e-mobility", actor=quiet.contact)
    visitor_profile(name="EMobility Lda")
    visitor_profile(name="Rail Lda")
    days(1)
    tell_of_new_profiles()
    (text,) = told(quiet.contact)
    assert "EMobility Lda" in text
    assert "Rail Lda" not in text


def test_five_are_named_and_the_others_counted(days, quiet):
    search = save_search(name="All", query="role=visiting", actor=quiet.contact)
    for number in range(7):
        visitor_profile(name=f"Firm {number}")
        days(0.01)
    days(1)
    tell_of_new_profiles()
    (mail,) = [mail for mail in mails() if mail.recipient_id == quiet.contact.pk]
    assert mail.subject == "See Firm 6 and 6 others that are new in the catalogue"
    assert mail.text.count("- Firm") == 5
    assert mail.link_path == f"/searches/{search.pk}/"
    assert f"and 2 more: {settings.SITE_URL}/searches/{search.pk}/" in mail.text


def test_each_newcomer_is_named_once_in_a_mail(days, host):
    save_search(name="A", query="role=visiting", actor=host.contact)
    save_search(name="B", query="country=PT", actor=host.contact)
    visitor_profile(ref="P-FITS", name="Fits")
    visitor_profile(ref="P-NOT", name="Voisin", country="FR")
    days(1)
    tell_of_new_profiles()
    (text,) = told(host.contact)
    assert text.count("- Fits") == text.count("- Voisin") == 1
    assert text.index("High fits for AQUIMER") < text.index("- Fits")
    assert text.index("- Fits") < text.index("Your search “A”") < text.index("- Voisin")
    assert "Your search “B”" not in text
    assert mails()[0].link_path == "/searches/"


def test_ones_own_profiles_are_no_news(days, quiet):
    save_search(name="All", query="", actor=quiet.contact)
    visitor_profile(ref="P-OWN", organisation=quiet.organisation, contact=quiet.contact)
    days(1)
    tell_of_new_profiles()
    assert told(quiet.contact) == []


def test_a_profile_that_was_checked_again_is_no_news(days, quiet):
    visitor = visitor_profile(ref="P-OLD")
    save_search(name="All", query="role=visiting", actor=quiet.contact)
    days(1)
    tell_of_new_profiles()
    assert len(told(quiet.contact)) == 1
    _publish_again(visitor)
    days(1)
    tell_of_new_profiles()
    assert len(told(quiet.contact)) == 1


def _publish_again(profile: Profile) -> None:
    """As after a change of country: the partnership checked and published it once more."""
    officer = StaffRoleFactory(role=StaffRoleName.SUPPORT).user
    revalidate_profile(profile=Profile.objects.get(pk=profile.pk), actor=None)
    decide_profile(profile_id=profile.pk, decision="publish", actor=officer)


def test_without_an_alert_nothing_is_told(days, quiet):
    search = save_search(name="All", query="", actor=quiet.contact)
    set_search_alert(search_id=search.pk, is_on=False, actor=quiet.contact)
    visitor_profile()
    days(1)
    tell_of_new_profiles()
    assert told(quiet.contact) == []


def test_staff_hears_of_its_searches(days, quiet):
    officer = StaffRoleFactory().user
    save_search(name="All", query="role=visiting", actor=officer)
    visitor_profile(name="Motores")
    days(1)
    tell_of_new_profiles()
    assert len(told(officer)) == 1


def test_whoever_sees_the_catalogue_no_more_hears_nothing(days, quiet):
    save_search(name="All", query="", actor=quiet.contact)
    pause_profile(profile_id=quiet.pk, actor=quiet.contact)
    visitor_profile()
    days(1)
    tell_of_new_profiles()
    assert told(quiet.contact) == []


def test_a_search_that_was_switched_off_meanwhile_tells_nothing(monkeypatch, days, quiet):
    search = save_search(name="All", query="role=visiting", actor=quiet.contact)
    visitor_profile()
    days(1)
    first = []

    def switched_off_after_the_first_look(*args):
        found = news_for(*args)
        if not first:
            first.append(found)
            set_search_alert(search_id=search.pk, is_on=False, actor=quiet.contact)
        return found

    monkeypatch.setattr(service, "news_for", switched_off_after_the_first_look)
    assert tell_of_new_profiles() == 0
    assert len(first[0]) == 1
    assert told(quiet.contact) == []


def test_whoever_met_the_newcomer_meanwhile_is_not_told(monkeypatch, days, host):
    colleague = MembershipFactory(organisation=host.organisation).user
    visitor = visitor_profile(ref="P-NEW")
    days(1)
    save_search(name="All", query="role=visiting", actor=colleague)
    SavedSearch.objects.filter(user=colleague).update(looked_at=START)
    looked = []

    def met_after_both_looked(*args):
        found = news_for(*args)
        looked.append(bool(found))
        if looked == [True, True]:
            match_between(host, visitor)
        return found

    monkeypatch.setattr(service, "news_for", met_after_both_looked)
    assert tell_of_new_profiles() == 1
    assert [mail.to for mail in mails()] == [colleague.email]


def test_the_look_is_noted_also_when_there_was_nothing_to_tell(days, quiet):
    search = save_search(name="Swedes", query="country=SE", actor=quiet.contact)
    visitor_profile()
    days(1)
    tell_of_new_profiles()
    search.refresh_from_db()
    assert search.looked_at == clock.now() - service.SETTLED


def test_the_clock_starts_it(days, host):
    visitor_profile()
    days(1)
    assert task() == 1
    assert SavedSearch.objects.filter(profile__isnull=False).count() == 2
    assert high_fits_among(host, []) == []

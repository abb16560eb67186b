"""Bookmarks, saved searches, comparing, and what they add to the page of a profile."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxc_portal.core.errors import DomainError, NotAllowed, TransitionRefused
from matching.models import Bookmark, SavedSearch
from matching.models.keeping import MOST_SEARCHES, QUERY_LENGTH
from matching.queries.conversations import ReplyBands
from matching.services.keeping import (
    delete_search,
    keep_bookmark,
    rename_search,
    save_search,
    set_partner_alert,
    set_search_alert,
)
from matching.views import compare
from profiles.personal_data import Person, holdings
from profiles.services.lifecycle import pause_profile
from tests.factories import (
    MembershipFactory,
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    host_profile,
    published_profile,
    visitor_profile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def host():
    return host_profile(ref="P-HOST")


@pytest.fixture
def visitor():
    return visitor_profile(ref="P-VISITOR")


@pytest.fixture
def owner(client, host):
    client.force_login(host.contact)
    return host.contact


def page(client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def names(html: str) -> list[str]:
    return re.findall(r'class="match-name"><a href="[^"]*">([^<]*)</a>', html)


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html[html.index("<main") :]).split())


def bookmarked(user) -> list[str]:
    return list(Bookmark.objects.filter(user=user).values_list("profile__ref", flat=True))


def searches_of(user) -> list[tuple[str, str, bool]]:
    return list(SavedSearch.objects.filter(user=user).values_list("name", "query", "has_alert"))


# --- bookmarks -------------------------------------------------------------------------------


def test_a_bookmark_is_kept_once_and_let_go(owner, visitor):
    for _twice in range(2):
        keep_bookmark(profile_id=visitor.pk, actor=owner, is_kept=True)
    assert bookmarked(owner) == ["P-VISITOR"]
    for _twice in range(2):
        keep_bookmark(profile_id=visitor.pk, actor=owner, is_kept=False)
    assert bookmarked(owner) == []


def test_only_what_one_sees_can_be_kept(host):
    stranger = UserFactory()
    with pytest.raises(NotAllowed):
        keep_bookmark(profile_id=host.pk, actor=stranger, is_kept=True)
    assert bookmarked(stranger) == []


def test_the_button_leads_back_to_the_page_that_it_was_on(client, owner, visitor):
    response = client.post("/bookmarks/P-VISITOR/", {"keep": "yes", "next": "/catalogue/?page=2"})
    assert response["Location"] == "/catalogue/?page=2"
    assert bookmarked(owner) == ["P-VISITOR"]
    assert "Motores Lda is among your bookmarks." in page(client, "/catalogue/")
    response = client.post("/bookmarks/P-VISITOR/", {"keep": "no", "next": "//elsewhere.example/"})
    assert response["Location"] == "/bookmarks/"
    assert bookmarked(owner) == []


def test_htmx_gets_the_button_as_it_is_now(client, owner, visitor):
    response = client.post("/bookmarks/P-VISITOR/", {"keep": "yes"}, headers=HTMX)
    html = response.content.decode()
    assert html.lstrip().startswith("<button")
    assert 'aria-pressed="true"' in html
    assert 'value="no"' in html
    response = client.post("/bookmarks/P-VISITOR/", {"keep": "no"}, headers=HTMX)
    assert 'aria-pressed="false"' in response.content.decode()


def test_a_stranger_cannot_keep_and_nothing_is_kept_by_looking(client, owner, visitor):
    assert client.get("/bookmarks/P-VISITOR/").status_code == 405
    client.force_login(stranger := UserFactory())
    assert client.post("/bookmarks/P-VISITOR/", {"keep": "yes"}).status_code == 404
    assert bookmarked(stranger) == bookmarked(owner) == []


def test_bookmarks_are_listed_the_latest_first_and_for_oneself_alone(client, owner, host, visitor):
    second = visitor_profile(ref="P-SECOND", name="Second")
    for profile in (visitor, second):
        keep_bookmark(profile_id=profile.pk, actor=owner, is_kept=True)
    html = page(client, "/bookmarks/")
    assert names(html) == ["Second", "Motores Lda"]
    assert html.count('aria-pressed="true"') == 2
    assert "ring-number" in html
    client.force_login(visitor.contact)
    assert "No bookmarks yet" in page(client, "/bookmarks/")


def test_a_bookmark_of_who_left_the_catalogue_waits(client, owner, visitor):
    keep_bookmark(profile_id=visitor.pk, actor=owner, is_kept=True)
    pause_profile(profile_id=visitor.pk, actor=visitor.contact)
    html = page(client, "/bookmarks/")
    assert names(html) == []
    assert "1 bookmark is not shown" in html


def test_rows_of_the_catalogue_say_what_is_kept(client, owner, visitor):
    keep_bookmark(profile_id=visitor.pk, actor=owner, is_kept=True)
    html = page(client, "/catalogue/")
    assert re.findall(r'id="bookmark-(P-\w+)".*?aria-pressed="(\w+)"', html, re.DOTALL) == [
        ("P-VISITOR", "true"),
        ("P-HOST", "false"),
    ]


def test_more_bookmarks_take_no_more_queries(client, owner, visitor):
    def queries() -> int:
        page(client, "/bookmarks/")
        with CaptureQueriesContext(connection) as captured:
            page(client, "/bookmarks/")
        return len(captured)

    keep_bookmark(profile_id=visitor.pk, actor=owner, is_kept=True)
    one = queries()
    for number in (2, 3):
        more = visitor_profile(ref=f"P-{number}")
        keep_bookmark(profile_id=more.pk, actor=owner, is_kept=True)
    assert queries() == one


# --- saved searches --------------------------------------------------------------------------


def test_a_search_is_saved_without_what_says_nothing(client, owner):
    query = "role=host&country=PT&country=SE&name=&days=99&page=3&sort=score&evil=1"
    response = client.post("/searches/", {"name": " Hosts there ", "query": query}, follow=True)
    assert searches_of(owner) == [
        ("Hosts there", "sort=score&country=PT&country=SE&role=host", True)
    ]
    html = response.content.decode()
    assert "The search “Hosts there” is saved." in html
    assert "/catalogue/?sort=score&amp;country=PT&amp;country=SE&amp;role=host" in html
    assert "Hosts, Portugal, Sweden" in html


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "All organisations"),
        ("sort=name", "All organisations"),
        ("role=visiting&name=e-mobility&days=5", "Visitors, e-mobility, 5 working days"),
        ("language=pt&mode=virtual&month=2027-05", "Portuguese, Online, May 2027"),
    ],
)
def test_a_search_is_given_a_name_to_begin_with(client, owner, query, words):
    html = page(client, f"/catalogue/?{query}")
    assert f'value="{words}"' in re.search(r'<input id="search-name".*?>', html, re.DOTALL)[0]


def test_a_search_needs_a_name(client, owner):
    html = client.post("/searches/", {"name": "", "query": "role=host"}).content.decode()
    assert 'class="error-summary' in html
    assert searches_of(owner) == []


def test_no_two_searches_of_a_person_have_one_name(owner, visitor):
    save_search(name="Rail", query="", actor=owner)
    with pytest.raises(TransitionRefused) as refusal:
        save_search(name="Rail", query="role=host", actor=owner)
    assert refusal.value.code == "name_taken"
    assert searches_of(owner) == [("Rail", "", True)]
    save_search(name="Rail", query="", actor=visitor.contact)


def test_whoever_does_not_see_the_catalogue_saves_nothing(reference):
    user = UserFactory()
    with pytest.raises(NotAllowed):
        save_search(name="Rail", query="", actor=user)
    assert searches_of(user) == []


def test_searches_are_limited_in_number_and_length(owner):
    for number in range(MOST_SEARCHES):
        save_search(name=f"{number}", query="", actor=owner)
    with pytest.raises(TransitionRefused) as refusal:
        save_search(name="One more", query="", actor=owner)
    assert refusal.value.code == "too_many"
    with pytest.raises(TransitionRefused) as refusal:
        save_search(name="Long", query="x" * (QUERY_LENGTH + 1), actor=owner)
    assert refusal.value.code == "too_long"
    assert len(searches_of(owner)) == MOST_SEARCHES


def test_a_search_is_renamed(client, owner):
    search = save_search(name="Rail", query="", actor=owner)
    save_search(name="Taken", query="", actor=owner)
    assert 'value="Rail"' in page(client, f"/searches/{search.pk}/name/")
    assert client.post(f"/searches/{search.pk}/name/", {"name": ""}).status_code == 200
    client.post(f"/searches/{search.pk}/name/", {"name": "Railways"})
    assert searches_of(owner) == [("Railways", "", True), ("Taken", "", True)]
    with pytest.raises(TransitionRefused):
        rename_search(search_id=search.pk, name="Taken", actor=owner)
    assert searches_of(owner) == [("Railways", "", True), ("Taken", "", True)]


def test_an_alert_is_switched_off_and_begins_anew_when_switched_on(client, owner):
    search = save_search(name="Rail", query="", actor=owner)
    before = search.looked_at
    client.post(f"/searches/{search.pk}/alert/", {"alert": "off"})
    assert searches_of(owner) == [("Rail", "", False)]
    assert "You hear no more of what is new for “Rail”." in page(client, "/searches/")
    client.post(f"/searches/{search.pk}/alert/", {"alert": "on"})
    search.refresh_from_db()
    assert search.has_alert
    assert search.looked_at > before
    looked_at = search.looked_at
    set_search_alert(search_id=search.pk, is_on=True, actor=owner)
    search.refresh_from_db()
    assert search.looked_at == looked_at


def test_a_search_is_deleted(client, owner):
    search = save_search(name="Rail", query="", actor=owner)
    client.post(f"/searches/{search.pk}/delete/")
    assert searches_of(owner) == []
    assert "No saved searches yet" in page(client, "/searches/")


def test_the_searches_of_others_do_not_exist(client, owner, visitor):
    search = save_search(name="Rail", query="", actor=owner)
    client.force_login(visitor.contact)
    assert client.get(f"/searches/{search.pk}/name/").status_code == 404
    for step in ("name", "alert", "delete"):
        assert client.post(f"/searches/{search.pk}/{step}/", {"name": "x"}).status_code == 404
    for call in (delete_search, set_search_alert, rename_search):
        more = {"is_on": False} if call is set_search_alert else {}
        more |= {"name": "x"} if call is rename_search else {}
        with pytest.raises(SavedSearch.DoesNotExist):
            call(search_id=search.pk, actor=visitor.contact, **more)
    assert searches_of(owner) == [("Rail", "", True)]
    assert "Rail" not in page(client, "/searches/")


# --- new partners of one's own profiles --------------------------------------------------------


def test_new_partners_are_told_by_default_and_can_be_switched_off(client, owner, host):
    html = page(client, "/searches/")
    assert 'action="/searches/partners/P-HOST/"' in html
    assert 'aria-pressed="true"' in html
    client.post("/searches/partners/P-HOST/", {"alert": "off"})
    assert 'aria-pressed="false"' in page(client, "/searches/")
    client.post("/searches/partners/P-HOST/", {"alert": "on"})
    assert 'aria-pressed="true"' in page(client, "/searches/")
    assert searches_of(owner) == [("", "", True)]


def test_each_member_decides_alone(client, owner, host):
    colleague = MembershipFactory(organisation=host.organisation).user
    set_partner_alert(profile_id=host.pk, is_on=False, actor=owner)
    client.force_login(colleague)
    assert 'aria-pressed="true"' in page(client, "/searches/")


def test_nobody_is_told_for_the_profile_of_another(client, owner, host, visitor):
    client.force_login(visitor.contact)
    assert client.post("/searches/partners/P-HOST/", {"alert": "on"}).status_code == 403
    client.force_login(UserFactory())
    assert client.post("/searches/partners/P-HOST/", {"alert": "on"}).status_code == 404
    with pytest.raises(DomainError):
        set_partner_alert(profile_id=host.pk, is_on=True, actor=visitor.contact)
    assert SavedSearch.objects.count() == 0


def test_a_row_for_a_profile_is_no_saved_search(client, owner, host):
    alert = set_partner_alert(profile_id=host.pk, is_on=True, actor=owner)
    assert client.post(f"/searches/{alert.pk}/delete/").status_code == 404
    assert "No saved searches yet" in page(client, "/searches/")


# --- comparing -------------------------------------------------------------------------------


def rows(html: str) -> dict[str, tuple[str, list[str]]]:
    """By field how it compares, and what each profile says."""
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", html[html.index("<tbody") :], re.DOTALL):
        head, *cells = re.split(r"<td>", row)
        label = re.sub(r"<svg.*?</svg>", "", head, flags=re.DOTALL)
        words = " ".join(re.sub(r"<[^>]*>", " ", label).split())
        said = [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in cells]
        found[words] = said
    return found


def test_two_profiles_are_compared_field_by_field(client, owner, visitor):
    second = published_profile(
        ref="P-SECOND",
        organisation=OrganisationFactory(name="Second", country_id="SE", city="Lund"),
        languages=["en", "sv"],
    )
    html = page(client, f"/compare/?p=P-VISITOR&p={second.ref}")
    found = rows(html)
    assert len(set(found["Role The same"])) == 1
    assert found["Place Different"] == ["Portugal", "Lund, Sweden"]
    assert found["Languages Partly the same"] == ["English", "English Swedish"]
    assert found["Countries sought The same"] == ["Any", "Any"]
    assert not any(label.startswith("Answers") for label in found)
    assert html.count("ring-number") == 2


def test_answers_are_compared_once_they_are_known(monkeypatch, client, owner, host, visitor):
    monkeypatch.setattr(
        compare, "reply_bands", lambda p: ReplyBands(5, "often", "soon") if p == host else None
    )
    found = rows(page(client, "/compare/?p=P-HOST&p=P-VISITOR"))
    assert found["Answers to first contacts Different"] == ["often soon", "Not enough contacts yet"]


def test_the_order_is_that_of_the_choice_and_three_are_the_most(client, owner, host, visitor):
    for number in range(2):
        visitor_profile(ref=f"P-{number}", name=f"Firm {number}")
    html = page(client, "/compare/?p=P-1&p=P-VISITOR&p=P-HOST&p=P-0&p=P-1")
    heads = re.findall(r'href="/profiles/([^/]*)/">', html[html.index("<thead") :])
    assert heads == ["P-1", "P-VISITOR", "P-HOST"]
    assert "Three at most can be compared" in html


def test_staff_compares_without_scores(client, host, visitor):
    client.force_login(StaffRoleFactory().user)
    html = page(client, "/compare/?p=P-HOST&p=P-VISITOR")
    assert "Fit with you" not in html


@pytest.mark.parametrize("query", ["", "?p=P-VISITOR", "?p=P-VISITOR&p=P-VISITOR", "?p=P-NONE&p=x"])
def test_one_alone_cannot_be_compared(client, owner, visitor, query):
    html = page(client, f"/compare/{query}")
    assert "Pick two or three organisations" in html
    assert "<table" not in html


def test_what_one_does_not_see_is_not_compared(client, host, visitor):
    client.force_login(UserFactory())
    html = page(client, "/compare/?p=P-HOST&p=P-VISITOR")
    assert "Pick two or three organisations" in html
    assert "AQUIMER" not in html


# --- on the page of a profile ------------------------------------------------------------------


def test_the_page_of_another_profile_has_a_bookmark_and_similar_ones(client, owner, visitor):
    visitor_profile(ref="P-ALIKE", name="Alike")
    html = page(client, "/profiles/P-VISITOR/")
    assert 'id="bookmark-P-VISITOR"' in html
    assert 'name="next" value="/profiles/P-VISITOR/"' in html
    similar = html[html.index("Similar organisations") :]
    assert re.findall(r'class="organisation-name"><a href="/profiles/([^/]*)/"', similar) == [
        "P-ALIKE"
    ]


def test_a_profile_like_no_other_has_no_similar_ones(client, owner, visitor):
    assert "Similar organisations" not in page(client, "/profiles/P-VISITOR/")


def test_ones_own_page_has_neither(client, owner, host):
    host_profile(ref="P-ALIKE")
    html = page(client, "/profiles/P-HOST/")
    assert 'id="bookmark-' not in html
    assert "Similar organisations" not in html


# --- personal data ---------------------------------------------------------------------------


def test_what_a_person_kept_is_in_the_download_and_goes_with_the_account(owner, host, visitor):
    keep_bookmark(profile_id=visitor.pk, actor=owner, is_kept=True)
    save_search(name="Rail", query="", actor=owner)
    save_search(name="Other", query="", actor=visitor.contact)
    person = Person.of(owner)
    for holding in holdings():
        if holding.model in ("matching.Bookmark", "matching.SavedSearch"):
            rows = holding.rows(person)
            assert rows.count() == 1
            assert rows.values_list(*holding.shown).count() == 1
            holding.erase(rows, person)
    assert bookmarked(owner) == searches_of(owner) == []
    assert searches_of(visitor.contact) == [("Other", "", True)]


def test_rows_say_which_they_are(owner, visitor):
    keep_bookmark(profile_id=visitor.pk, actor=owner, is_kept=True)
    bookmark, search = Bookmark.objects.get(), save_search(name="Rail", query="", actor=owner)
    assert str(bookmark) == f"bookmark {bookmark.pk}"
    assert str(search) == f"saved search {search.pk}"

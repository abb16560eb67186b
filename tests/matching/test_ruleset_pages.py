"""The pages of the matching rules: who reads them, who tries others, and what each refusal says."""

import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cxc_portal.core.models import AuditEntry
from matching.models import Bookmark, RulesetDraft, RulesetVersion
from matching.queries import rulesets
from matching.queries.rulesets import current_draft
from matching.scoring.ruleset import PUBLISHED_RULESET
from matching.services.rulesets import discard_draft, publish_draft, publish_ruleset, save_draft
from profiles.enums import Role, StaffRoleName
from profiles.models import Profile
from profiles.services.generation import generate_profiles
from tests.factories import (
    OrganisationFactory,
    StaffRoleFactory,
    UserFactory,
    published_profile,
    submitted_profile,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

RULES, DRAFT = "/rules/matching/", "/rules/matching/draft/"
PREVIEW, DISCARD = "/rules/matching/preview/", "/rules/matching/discard/"
NUMBERS = {
    "sector": "25",
    "purpose": "20",
    "organisation_type": "15",
    "country": "15",
    "language": "10",
    "length": "10",
    "availability": "5",
    "orange_from": "60",
    "green_from": "80",
    "minimum_days": "3",
}
STRICT = NUMBERS | {"green_from": "95"}


@pytest.fixture
def support(client):
    user = UserFactory(first_name="Sam", last_name="Support")
    StaffRoleFactory(role=StaffRoleName.SUPPORT, user=user)
    client.force_login(user)
    return user


@pytest.fixture
def colleague():
    user = UserFactory(first_name="Anna", last_name="Ruiz")
    return StaffRoleFactory(role=StaffRoleName.SUPPORT, user=user).user


@pytest.fixture
def pair():
    """A host and a visitor with 90 points."""
    cluster = OrganisationFactory(name="AQUIMER", organisation_type_id="cluster")
    published_profile(ref="P-HOST", role=Role.HOST, organisation=cluster)
    firm = OrganisationFactory(name="Rodas", country_id="PT")
    return published_profile(ref="P-ONE", role=Role.VISITING, organisation=firm, languages=["pt"])


def get(client: Any, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(response.content.decode())


def text_of(html: str) -> str:
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


def post(client: Any, path: str, data: dict[str, str]) -> str:
    """The page that comes back because something has to be put right."""
    response = client.post(path, data)
    assert response.status_code == 200
    return text_of(unescape(response.content.decode()))


def save(client: Any, numbers: dict[str, str] = STRICT) -> RulesetDraft:
    """Save a first draft through the page."""
    response = client.post(DRAFT, numbers | {"seen_revision": ""})
    assert response["Location"] == PREVIEW
    draft = current_draft()
    assert draft is not None
    return draft


# --- who reads them --------------------------------------------------------------------------


def test_strangers_are_asked_to_log_in(client):
    for path in (RULES, DRAFT, PREVIEW, f"{DRAFT}P-HOST/P-ONE/"):
        assert client.get(path)["Location"].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("role", [None, *StaffRoleName])
def test_everybody_who_is_logged_in_reads_the_rules_in_force(client, role):
    client.force_login(StaffRoleFactory(role=role).user if role else UserFactory())
    text = text_of(get(client, RULES))
    assert "Version 1, in force since" in text
    assert "Sectors 25 Purpose 20 Type of organisation 15 Country 15" in text
    assert "High fit from 80 points Medium fit from 60 points and below 80 Low fit below" in text
    assert "3 working days stand in for it" in text
    assert ("Try other numbers" in text) is (role == StaffRoleName.SUPPORT)


@pytest.mark.parametrize("path", [DRAFT, PREVIEW, f"{DRAFT}P-HOST/P-ONE/"])
@pytest.mark.parametrize(
    ("role", "status"),
    [
        (None, 404),
        (StaffRoleName.OFFICER, 403),
        (StaffRoleName.COORDINATOR, 403),
        (StaffRoleName.OBSERVER, 403),
    ],
)
def test_nobody_but_the_support_office_sees_the_draft(client, colleague, pair, path, role, status):
    save_draft(ruleset=PUBLISHED_RULESET, seen_revision="", actor=colleague)
    client.force_login(StaffRoleFactory(role=role).user if role else UserFactory())
    assert client.get(path).status_code == status
    assert client.post(DISCARD).status_code == status
    assert RulesetDraft.objects.count() == 1


def test_members_do_not_learn_that_there_is_a_draft(client, colleague):
    save_draft(ruleset=PUBLISHED_RULESET, seen_revision="", actor=colleague)
    client.force_login(StaffRoleFactory().user)
    assert "draft" not in text_of(get(client, RULES))


def test_earlier_versions_are_listed_with_what_they_changed(client, support):
    draft = save(client, NUMBERS | {"sector": "30,5", "purpose": "14.5", "minimum_days": "4"})
    client.post(PREVIEW, {"seen_revision": draft.revision, "note": "Sectors count more"})
    text = text_of(get(client, RULES))
    assert "Version 2, in force since" in text
    assert (
        "Sectors count more Sectors 25 → 30.5 , Purpose 20 → 14.5 ,"
        " Shortest stay, in working days 3 → 4" in text
    )
    assert text.index("Sectors count more") < text.index("As it was published.")


def test_the_rules_of_the_programme_lead_here_who_is_logged_in(client, support):
    assert f'href="{RULES}"' in get(client, "/rules/")
    client.logout()
    assert f'href="{RULES}"' not in get(client, "/rules/")


def test_each_list_and_each_pair_names_its_version_and_leads_here(client, pair):
    client.force_login(pair.contact)
    publish_ruleset(
        ruleset=rulesets.Ruleset(
            version=0,
            weights=PUBLISHED_RULESET.weights,
            orange_from=500,
            green_from=800,
            minimum_days=3,
        ),
        note="More orange",
        actor=None,
    )
    for path in ("/matches/P-ONE/", "/matches/P-ONE/P-HOST/"):
        html = get(client, path)
        assert f'<a href="{RULES}">matching rules, version 2</a>' in html


@pytest.mark.parametrize(
    "path",
    [
        "/matches/P-ONE/",
        "/matches/P-ONE/P-HOST/",
        "/matches/P-ONE/P-HOST/contact/",
        "/matches/P-ONE/P-HOST/propose/",
        "/profiles/P-HOST/",
        "/catalogue/",
        "/compare/?p=P-HOST&p=P-OTHER",
    ],
)
def test_members_read_beside_each_score_which_version_made_it(client, pair, path):
    published_profile(ref="P-OTHER", role=Role.HOST)
    client.force_login(pair.contact)
    assert f'<a href="{RULES}">matching rules, version 1</a>' in get(client, path)


def test_bookmarks_name_the_version_of_their_scores(client, pair):
    host = Profile.objects.get(ref="P-HOST")
    Bookmark.objects.create(user=pair.contact, profile=host)
    client.force_login(pair.contact)
    assert f'<a href="{RULES}">matching rules, version 1</a>' in get(client, "/bookmarks/")


@pytest.mark.parametrize(
    "path",
    [
        "/partnerships/RECIPE4MOBILITY/left-behind/",
        "/partnerships/RECIPE4MOBILITY/plan/",
        "/matches/P-ONE/P-HOST/introduce/",
    ],
)
def test_the_desk_reads_beside_each_score_which_version_made_it(client, pair, path):
    wishes = {"wanted_sectors": ["27"], "wanted_countries": ["DE"], "wanted_types": ["incubator"]}
    published_profile(organisation=OrganisationFactory(country_id="ES"), **wishes)
    client.force_login(StaffRoleFactory().user)
    assert f'<a href="{RULES}">matching rules, version 1</a>' in get(client, path)


def test_who_has_no_account_reads_the_version_without_a_link(client, pair):
    html = get(client, "/try/?role=visiting&country=PT&sector=29&purpose=learn")
    assert "scored by matching rules, version 1" in text_of(html)
    assert f'href="{RULES}"' not in html


# --- trying other numbers --------------------------------------------------------------------


def test_a_first_draft_begins_as_the_version_in_force(client, support):
    html = get(client, DRAFT)
    assert "A copy of version 1" in html
    values = dict(re.findall(r'name="(\w+)" value="([^"]*)"', html))
    assert {name: values[name] for name in NUMBERS} == NUMBERS
    assert RulesetDraft.objects.count() == 0


def test_numbers_are_taken_with_a_comma_or_a_point(client, support):
    draft = save(client, NUMBERS | {"sector": " 24,5 ", "purpose": "20.5", "green_from": "80,0"})
    assert (draft.sector, draft.purpose, draft.green_from) == (245, 205, 800)
    html = get(client, DRAFT)
    assert "Last changed by Sam Support on" in html
    assert 'name="sector" value="24.5"' in html


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"sector": "24"}, "The weights add up to 99. Add 1 to make 100."),
        ({"sector": "26,5"}, "The weights add up to 101.5. Take 1.5 away to make 100."),
        ({"green_from": "60"}, "“High fit from” must be above “medium fit from”;"),
        ({"orange_from": "0"}, "both are above 0 and at most 100."),
        ({"sector": "25.25"}, "Give at most one decimal, such as 12.5."),
        ({"sector": "-5"}, "Give a number from 0 to 100, such as 20 or 12.5."),
        ({"sector": "100.1"}, "Give a number from 0 to 100, such as 20 or 12.5."),
        ({"sector": "many"}, "Give a number from 0 to 100, such as 20 or 12.5."),
        ({"sector": "٢٥"}, "Give a number from 0 to 100, such as 20 or 12.5."),
        ({"sector": ""}, "This field is required."),
        ({"minimum_days": "0"}, "Give a number of working days from 1 to 254."),
        ({"minimum_days": "255"}, "Give a number of working days from 1 to 254."),
        ({"minimum_days": "2.5"}, "Give a number of working days from 1 to 254."),
    ],
)
def test_numbers_that_cannot_be_are_refused_and_nothing_is_kept(client, support, wrong, sentence):
    entries = AuditEntry.objects.count()
    text = post(client, DRAFT, NUMBERS | wrong | {"seen_revision": ""})
    assert "There is something to put right" in text
    assert sentence in text
    assert (RulesetDraft.objects.count(), AuditEntry.objects.count()) == (0, entries)


def test_what_was_typed_stays_in_the_form(client, support):
    response = client.post(DRAFT, NUMBERS | {"sector": "24,5", "seen_revision": ""})
    assert 'name="sector" value="24,5"' in response.content.decode()


def test_somebody_elses_numbers_are_shown_before_they_are_written_over(client, support, colleague):
    draft = save(client)
    theirs = rulesets.Ruleset(
        version=2,
        weights=PUBLISHED_RULESET.weights,
        orange_from=500,
        green_from=800,
        minimum_days=3,
    )
    newer = save_draft(ruleset=theirs, seen_revision=draft.revision, actor=colleague)

    response = client.post(DRAFT, STRICT | {"seen_revision": draft.revision})

    html = unescape(response.content.decode())
    assert "Anna Ruiz has changed the draft meanwhile." in html
    assert "Medium fit from: saved 50, yours 60" in html
    assert "High fit from: saved 80, yours 95" in html
    assert 'name="green_from" value="95"' in html
    assert current_draft().green_from == 800
    # Having seen them, the person may go on.
    assert f'name="seen_revision" value="{newer.revision}"' in html
    again = client.post(DRAFT, STRICT | {"seen_revision": newer.revision})
    assert again["Location"] == PREVIEW
    assert current_draft().green_from == 950


def test_a_draft_that_was_thrown_away_meanwhile_can_be_begun_anew(client, support, colleague):
    draft = save(client)
    discard_draft(seen_revision=draft.revision, actor=colleague)
    response = client.post(DRAFT, STRICT | {"seen_revision": draft.revision})
    html = unescape(response.content.decode())
    assert "The draft was published or thrown away meanwhile." in html
    assert 'name="seen_revision" value=' not in html
    assert "What was saved meanwhile" not in html
    assert save(client).green_from == 950


def test_the_draft_is_thrown_away(client, support):
    draft = save(client)
    response = client.post(DISCARD, {"seen_revision": draft.revision}, follow=True)
    assert "The draft is thrown away." in response.content.decode()
    assert RulesetDraft.objects.count() == 0


def test_a_draft_that_has_changed_is_not_thrown_away(client, support, colleague):
    draft = save(client)
    save_draft(ruleset=PUBLISHED_RULESET, seen_revision=draft.revision, actor=colleague)
    response = client.post(DISCARD, {"seen_revision": draft.revision}, follow=True)
    assert "Anna Ruiz has changed the draft meanwhile." in response.content.decode()
    assert RulesetDraft.objects.count() == 1


def test_throwing_away_takes_a_press(client, support):
    save(client)
    assert client.get(DISCARD).status_code == 405
    assert RulesetDraft.objects.count() == 1


# --- what it would change --------------------------------------------------------------------


def test_without_a_draft_there_is_nothing_to_preview(client, support):
    for path in (PREVIEW, f"{DRAFT}P-HOST/P-ONE/"):
        response = client.get(path, follow=True)
        assert response.redirect_chain == [(RULES, 302)]
        assert "There is no draft now" in response.content.decode()


def test_who_publishes_second_is_told_and_sees_what_is_in_force(client, support, colleague):
    draft = save(client)
    publish_draft(seen_revision=draft.revision, note="First", actor=colleague)
    data = {"seen_revision": draft.revision, "note": "Second"}
    text = text_of(unescape(client.post(PREVIEW, data, follow=True).content.decode()))
    assert "There is no draft now: it was published, thrown away or never begun." in text
    assert "First" in text
    assert RulesetVersion.objects.count() == 2


def test_the_preview_tells_what_changes_for_whom(client, support, pair):
    save(client)
    html = get(client, PREVIEW)
    text = text_of(html)
    assert "1 of 1 pairs would change its band High fit from 80 → 95" in text
    assert "Would get their first one 0 Would lose their only ones 2" in text
    assert "RECIPE4MOBILITY 1 0 -1" in text
    assert "AQUIMER and Rodas 90.0 High fit 90.0 Medium fit" in text
    assert f'href="{DRAFT}P-HOST/P-ONE/"' in html
    assert "Estimated from" not in text


def test_gains_carry_a_sign(client, support, pair):
    draft = save(client)
    client.post(PREVIEW, {"seen_revision": draft.revision, "note": "Stricter"})
    save(client, NUMBERS)
    assert "RECIPE4MOBILITY 0 1 +1" in text_of(get(client, PREVIEW))


def test_of_a_large_catalogue_the_page_says_that_it_estimates(client, support, monkeypatch):
    generate_profiles(count=60, seed=1)
    monkeypatch.setattr(rulesets, "PAIRS_LOOKED_AT", 0)
    monkeypatch.setattr(rulesets, "FEWEST_DRAWN", 25)
    save(client)
    text = text_of(get(client, PREVIEW))
    found = re.search(r"Estimated from (\d+) of 60 published profiles", text)
    assert found
    assert 20 < int(found[1]) < 60
    assert "About" in text
    assert "± " in text


def test_a_draft_without_a_difference_says_so(client, support):
    save(client, NUMBERS)
    assert "The draft has the numbers of version 1, which is in force." in get(client, PREVIEW)


def test_the_preview_asks_as_much_for_many_pairs_as_for_one(client, support, pair):
    save(client)
    counts = []
    for number in (0, 3, 9):
        for place in range(number):
            firm = OrganisationFactory(country_id="PT")
            published_profile(
                ref=f"P-{number}{place}", role=Role.VISITING, organisation=firm, languages=["pt"]
            )
        get(client, PREVIEW)
        with CaptureQueriesContext(connection) as queries:
            get(client, PREVIEW)
        counts.append(len(queries))
    assert counts == [counts[0]] * 3


def test_a_pair_is_opened_by_both(client, support, pair):
    save(client, STRICT | {"sector": "15", "language": "20"})
    text = text_of(get(client, f"{DRAFT}P-HOST/P-ONE/"))
    assert "“You” is the host, AQUIMER." in text
    assert "By version 1, in force 90.0 of 100 High fit" in text
    assert "By the draft of version 2 80.0 of 100 Medium fit" in text


@pytest.mark.parametrize("refs", ["P-ONE/P-HOST", "P-HOST/P-WAITS", "P-HOST/P-NONE"])
def test_only_a_host_and_a_visitor_in_the_catalogue_are_a_pair(client, support, pair, refs):
    submitted_profile(ref="P-WAITS", role=Role.VISITING)
    save(client)
    assert client.get(f"{DRAFT}{refs}/").status_code == 404


# --- putting it in force ---------------------------------------------------------------------


def test_publishing_says_so_and_every_list_follows(client, support, pair):
    draft = save(client)
    response = client.post(
        PREVIEW, {"seen_revision": draft.revision, "note": "Only the best"}, follow=True
    )
    assert "Version 2 is in force." in response.content.decode()
    client.force_login(pair.contact)
    text = text_of(get(client, "/matches/P-ONE/"))
    assert "High fit: 0 Medium fit: 1" in text
    assert "matching rules, version 2" in text


def test_publishing_takes_a_note(client, support):
    draft = save(client)
    text = post(client, PREVIEW, {"seen_revision": draft.revision, "note": "  "})
    assert "What changed and why: This field is required." in text
    assert (RulesetVersion.objects.count(), RulesetDraft.objects.count()) == (1, 1)


def test_publishing_the_numbers_in_force_is_refused(client, support):
    draft = save(client, NUMBERS)
    text = post(client, PREVIEW, {"seen_revision": draft.revision, "note": "Again"})
    assert "These are the numbers of version 1, which is in force. Change one of them." in text
    assert (RulesetVersion.objects.count(), RulesetDraft.objects.count()) == (1, 1)


def test_publishing_what_one_has_not_seen_is_refused(client, support, colleague):
    draft = save(client)
    save_draft(ruleset=PUBLISHED_RULESET, seen_revision=draft.revision, actor=colleague)
    text = post(client, PREVIEW, {"seen_revision": draft.revision, "note": "Mine"})
    assert "Anna Ruiz has changed the draft meanwhile." in text
    assert RulesetVersion.objects.count() == 1


def test_having_seen_it_the_person_may_publish_it(client, support, colleague):
    draft = save(client)
    newer = save_draft(
        ruleset=replace(PUBLISHED_RULESET, green_from=900),
        seen_revision=draft.revision,
        actor=colleague,
    )
    response = client.post(PREVIEW, {"seen_revision": draft.revision, "note": "Mine"})
    html = response.content.decode()
    assert "High fit from 80 → 90" in html
    assert f'name="seen_revision" value="{newer.revision}"' in html
    client.post(PREVIEW, {"seen_revision": newer.revision, "note": "Mine"})
    assert RulesetVersion.objects.latest("version").green_from == 900

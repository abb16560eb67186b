"""The pages of the questionnaire: who reads it, who changes it, and what each refusal says."""

import re
from html import unescape

import pytest

from profiles.enums import StaffRoleName
from reports.models import Question, Questionnaire
from reports.queries.questionnaires import current_draft, current_questionnaire
from reports.services.questionnaires import begin_draft, discard_draft, remove_question
from tests.factories import StaffRoleFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]

ALL, DRAFT, ADD = "/questionnaire/", "/questionnaire/draft/", "/questionnaire/draft/add/"
COSTS = "/questionnaire/draft/costs/"
PREVIEW = "/questionnaire/preview/"
NEW = {
    "label": "Was the coffee good?",
    "group": "ratings",
    "kind": "choice",
    "options": "Yes\nNo",
    "asked": ["visitor", "host"],
    "asked_in": "",
    "seen_revision": "0",
}


@pytest.fixture
def support(client):
    user = StaffRoleFactory(role=StaffRoleName.SUPPORT, user__last_name="Support").user
    client.force_login(user)
    return user


@pytest.fixture
def draft(support):
    return begin_draft(actor=support)


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return text_of(response)


def text_of(response):
    html = unescape(response.content.decode())
    main = html[html.index("<main") : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]*>", " ", main).split())


@pytest.mark.parametrize("url", [ALL, DRAFT, ADD, COSTS, f"{PREVIEW}VO/"])
def test_members_do_not_learn_of_it(client, url):
    client.force_login(UserFactory())
    assert client.get(url).status_code == 404


@pytest.mark.parametrize("role", [StaffRoleName.OFFICER, StaffRoleName.COORDINATOR])
def test_partnerships_read_what_is_asked_and_change_nothing(client, role):
    client.force_login(StaffRoleFactory(role=role).user)
    text = page(client, ALL)
    assert "Version 1, in use since" in text
    assert "What did it really cost, about?" in text
    assert "Change the questions" not in text
    assert "Preview of the questionnaire" in page(client, f"{PREVIEW}VO/")
    assert [client.get(url).status_code for url in (DRAFT, ADD, COSTS)] == [403] * 3
    acts = ["begin/", "draft/discard/", "draft/costs/move/", "draft/costs/remove/"]
    assert [client.post(f"{ALL}{act}").status_code for act in acts] == [403] * 4


def test_the_rules_lead_there(client, support):
    assert f'href="{ALL}"' in client.get("/rules/").content.decode()
    client.force_login(UserFactory())
    assert f'href="{ALL}"' not in client.get("/rules/").content.decode()


def test_the_next_version_is_written_and_published(client, support):
    assert "Change the questions" in page(client, ALL)
    assert client.post(f"{ALL}begin/")["Location"] == DRAFT
    assert "Draft of version 2" in page(client, DRAFT)
    assert "Go on with the draft" in page(client, ALL)
    assert client.post(ADD, NEW)["Location"] == f"{DRAFT}#was_the_coffee_good"
    question = Question.objects.get(key="was_the_coffee_good")
    assert question.options == [{"code": "yes", "label": "Yes"}, {"code": "no", "label": "No"}]
    edited = {**NEW, "label": "How was the coffee?", "asked": ["host"], "seen_revision": "1"}
    edited["options"] = "yes | Good\nno | Bad"
    assert client.post(f"{DRAFT}{question.key}/", edited)["Location"] == f"{DRAFT}#{question.key}"
    question.refresh_from_db()
    assert (question.label, question.asks_visitor) == ("How was the coffee?", False)
    assert [one["code"] for one in question.options] == ["yes", "no"]
    assert "How was the coffee?" in page(client, f"{PREVIEW}HO/")
    assert "How was the coffee?" not in page(client, f"{PREVIEW}VO/")
    publish = {"note": "Coffee.", "seen_revision": "2"}
    assert client.post(DRAFT, publish)["Location"] == ALL
    assert current_questionnaire().number == 2
    text = page(client, ALL)
    assert "Version 2 is in use." in text
    assert "Coffee." in text


def test_what_is_asked_in_person_alone_is_seen_there_alone(client, support):
    assert "What did it really cost, about?" in page(client, f"{PREVIEW}VO/?mode=physical")
    assert "What did it really cost, about?" not in page(client, f"{PREVIEW}VO/?mode=virtual")
    assert "What did it really cost, about?" in page(client, f"{PREVIEW}VO/?mode=odd")
    assert client.get(f"{PREVIEW}HOP/").status_code == 404


def test_questions_are_moved_and_taken_out(client, draft):
    down = {"to": "down", "seen_revision": "0"}
    assert client.post(f"{DRAFT}story/move/", down)["Location"] == f"{DRAFT}#story"
    client.post(f"{DRAFT}contact_later/move/", {"to": "up", "seen_revision": "1"})
    assert client.post(f"{COSTS}remove/", {"seen_revision": "2"})["Location"] == DRAFT
    keys = list(draft.questions.filter(group="after").values_list("key", flat=True))
    assert keys == ["alumni", "contact_later", "story"]
    assert not draft.questions.filter(key="costs").exists()
    assert client.get(COSTS).status_code == 404


def test_what_is_asked_already_keeps_its_kind(client, draft):
    page(client, COSTS)
    values = {**NEW, "label": "Costs?", "kind": "text", "options": "travel | Travel"}
    client.post(COSTS, values)
    question = draft.questions.get(key="costs")
    assert (question.label, question.kind) == ("Costs?", "numbers")
    assert "No report does without this question." in page(client, f"{DRAFT}declaration/")


def test_what_is_refused_stays_typed(client, draft):
    text = text_of(client.post(ADD, {**NEW, "options": ""}))
    assert "A question of this kind needs lines or entries." in text
    response = client.post(COSTS, {**NEW, "label": "", "group": "end"})
    assert "This field is required." in text_of(response)
    text = text_of(client.post(DRAFT, {"seen_revision": "0", "note": ""}))
    assert "What changed and why: This field is required." in text
    assert Questionnaire.objects.filter(is_draft=False).count() == 1


def test_whoever_saw_an_older_draft_sees_the_newer_one(client, draft):
    colleague = StaffRoleFactory(
        role=StaffRoleName.SUPPORT, user__first_name="Anna", user__last_name="Ruiz"
    ).user
    remove_question(key="costs", seen_revision=0, actor=colleague)
    text = text_of(client.post(ADD, NEW))
    assert "Anna Ruiz has changed the draft meanwhile." in text
    assert client.post(ADD, {**NEW, "seen_revision": "1"}).status_code == 302
    text = text_of(client.post(DRAFT, {"note": "Mine.", "seen_revision": "1"}))
    assert "has changed the draft meanwhile." in text
    client.post(f"{DRAFT}story/remove/", {"seen_revision": "none"})
    assert draft.questions.filter(key="story").exists()
    assert "has changed the draft meanwhile." in page(client, DRAFT)


def test_without_a_draft_there_is_nothing_to_change(client, draft, support):
    discard_draft(seen_revision=0, actor=support)
    assert [client.get(url)["Location"] for url in (DRAFT, ADD, COSTS)] == [ALL] * 3
    assert client.post(f"{COSTS}remove/", {"seen_revision": "0"})["Location"] == ALL
    text = page(client, ALL)
    assert "There is no draft now" in text
    assert "The draft was published or thrown away meanwhile." in text


def test_a_draft_is_thrown_away(client, draft):
    assert client.post(f"{DRAFT}discard/", {"seen_revision": "0"})["Location"] == ALL
    assert current_draft() is None

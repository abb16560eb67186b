"""The pages of success stories: for everybody, for the two sides, and for the partnerships."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.enums import StoryState
from reports.models import SuccessStory
from reports.services.stories import return_story, withdraw_story
from tests.factories import StaffRoleFactory, UserFactory, host_profile, visitor_profile
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, reported_exchange
from tests.reports.test_stories import TELLING, offered, picture, published, with_photo

pytestmark = pytest.mark.usefixtures("reference")
FIELDS = {
    "title": "A week in Lyon",
    "text": "We saw how they sort batteries.",
    "quote": "",
    "photo_text": "",
    "author_name": "Ana R.",
    "has_consented": "on",
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def text(answer):
    return answer.content.decode()


def fetched(client, path):
    """An answer of which the file, if it is one, has been read."""
    answer = client.get(path)
    if answer.streaming:
        assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")
    return answer


def path_of(exchange):
    return f"{exchange.get_absolute_url()}story/"


# --- for everybody ------------------------------------------------------------------------------


def test_without_stories_the_list_invites(client):
    assert "No stories yet" in text(client.get("/stories/"))


def test_everybody_reads_what_is_published(client):
    story = published(telling=with_photo())
    assert story.title in text(client.get("/stories/"))
    page = text(client.get(f"/stories/{story.pk}/"))
    for shown in (story.title, story.text, "Ana R.", "Motores Lda", "as a visitor in France"):
        assert shown in page
    assert "AQUIMER" not in page
    assert person_of(story.exchange, "VO").last_name not in page


def test_the_page_can_be_passed_on(client, settings):
    settings.SITE_URL = "https://portal.example"
    story = published(telling=with_photo())
    page = text(client.get(f"/stories/{story.pk}/"))
    for tag in (
        '<meta property="og:title" content="A week in Lyon">',
        '<meta property="og:description" content="One week saved us a year.">',
        f'<meta property="og:url" content="https://portal.example/stories/{story.pk}/">',
        f'<meta property="og:image" content="https://portal.example/stories/{story.pk}/photo/">',
        '<meta property="og:image:alt" content="Ana at the line">',
    ):
        assert tag in page


def test_a_story_without_photo_and_quote_has_a_page_too(client):
    story = published(side="HO", telling=replace(TELLING, quote=""))
    page = text(client.get(f"/stories/{story.pk}/"))
    assert "og:image" not in page
    assert "as the host of a visitor from Portugal" in page
    assert "We saw how they sort" in text(client.get("/stories/"))


def test_what_is_not_published_has_no_public_page(client):
    story = offered()
    assert client.get(f"/stories/{story.pk}/").status_code == 404
    client.force_login(person_of(story.exchange, "VO"))
    assert client.get(f"/stories/{story.pk}/").status_code == 404


def test_a_photo_waits_with_its_story(client):
    story = offered(telling=with_photo())
    given = {}
    for who in ("", "stranger", "HO", "VO", "HOP"):
        if who:
            user = UserFactory() if who == "stranger" else person_of(story.exchange, who)
            client.force_login(user)
        given[who] = fetched(client, f"/stories/{story.pk}/photo/").status_code
    assert given == {"": 404, "stranger": 404, "HO": 404, "VO": 200, "HOP": 200}


def test_a_photo_is_served_as_long_as_the_story_is_told(client):
    story = published(telling=with_photo())
    path = f"/stories/{story.pk}/photo/"
    answer = fetched(client, path)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in answer.headers["Cache-Control"]
    withdraw_story(story_id=story.pk, actor=person_of(story.exchange, "VO"))
    assert client.get(path).status_code == 404
    assert client.get(f"/stories/{story.pk}/").status_code == 404


def test_the_front_page_shows_the_newest_story(client):
    assert "How it was for others" not in text(client.get("/"))
    published(telling=with_photo())
    page = text(client.get("/"))
    assert "How it was for others" in page
    assert "One week saved us a year." in page


def test_more_stories_are_offered_on_the_page_of_one(client):
    exchange = reported_exchange()
    first = published(exchange=exchange, side="HO")
    second = published(exchange=exchange, side="VO")
    assert f"/stories/{first.pk}/" in text(client.get(f"/stories/{second.pk}/"))


def test_many_stories_need_as_many_queries_as_one(client):
    exchange = reported_exchange()
    published(exchange=exchange, side="HO")
    client.get("/stories/")
    with CaptureQueriesContext(connection) as one:
        client.get("/stories/")
    published(exchange=exchange, side="VO")
    with CaptureQueriesContext(connection) as two:
        client.get("/stories/")
    assert len(two) == len(one)


# --- telling ------------------------------------------------------------------------------------


def test_a_side_tells_its_story(client):
    exchange = reported_exchange()
    client.force_login(person_of(exchange, "VO"))
    assert f'href="{path_of(exchange)}"' in text(client.get(exchange.get_absolute_url()))
    assert "At most 500 words" in text(client.get(path_of(exchange)))
    sent = {**FIELDS, "photo": picture(), "photo_text": "Ana at the line"}
    page = text(client.post(path_of(exchange), sent, follow=True))
    assert "Your partnership reads your story before it is published." in page
    story = SuccessStory.objects.get()
    assert (story.state, story.author_name, bool(story.photo)) == ("offered", "Ana R.", True)


def test_what_is_missing_is_said(client):
    exchange = reported_exchange()
    client.force_login(person_of(exchange, "HO"))
    for changes, sentence in (
        ({"title": ""}, "Give your story a title."),
        ({"text": "word " * 501}, "These are 501 words."),
        ({"has_consented": ""}, "We publish nothing without your consent."),
        ({"photo": picture()}, "Say what the photo shows."),
    ):
        assert sentence in text(client.post(path_of(exchange), {**FIELDS, **changes}))
    assert not SuccessStory.objects.exists()


def test_before_the_report_there_is_no_form(client):
    exchange = finished_exchange()
    client.force_login(person_of(exchange, "VO"))
    page = text(client.get(path_of(exchange)))
    assert "First comes your report, then your story." in page
    page = text(client.post(path_of(exchange), FIELDS, follow=True))
    assert "Hand in your report first." in page


def test_a_returned_story_is_written_anew(client):
    story = offered(telling=with_photo())
    return_story(story_id=story.pk, comment="Name him.", actor=person_of(story.exchange, "VOP"))
    client.force_login(person_of(story.exchange, "VO"))
    path = path_of(story.exchange)
    page = text(client.get(path))
    assert "Name him." in page
    assert 'value="A week in Lyon"' in page
    assert "Take the photo away" in page
    client.post(path, {**FIELDS, "title": "A week", "drops_photo": "on"})
    story.refresh_from_db()
    assert (story.state, story.title, bool(story.photo)) == ("offered", "A week", False)


def test_what_is_offered_or_published_is_changed_on_request(client):
    story = published()
    client.force_login(person_of(story.exchange, "VO"))
    path = path_of(story.exchange)
    page = text(client.get(path))
    assert "Offer the story" not in page
    assert f"/stories/{story.pk}/" in page
    assert "Offer the story" in text(client.get(f"{path}?change=1"))


def test_a_side_takes_its_story_back(client):
    story = published()
    client.force_login(person_of(story.exchange, "VO"))
    page = text(client.post(f"/stories/{story.pk}/withdraw/", follow=True))
    assert "Taken back." in page
    assert SuccessStory.objects.get().state == StoryState.WITHDRAWN
    assert "Offer the story" in page


# --- reading ------------------------------------------------------------------------------------


def test_the_partnership_publishes(client):
    story = offered()
    client.force_login(person_of(story.exchange, "VOP"))
    page = text(client.get(path_of(story.exchange)))
    assert "Return with this comment" in page
    assert "Published." in text(client.post(f"/stories/{story.pk}/publish/", follow=True))
    assert SuccessStory.objects.get().state == StoryState.PUBLISHED


def test_the_partnership_returns_with_a_comment(client):
    story = offered()
    client.force_login(person_of(story.exchange, "VOP"))
    path, field = f"/stories/{story.pk}/return/", f"s{story.pk}-comment"
    page = text(client.post(path, {field: ""}, follow=True))
    assert "Say in a few words what should be changed." in page
    client.post(path, {field: "Shorter."})
    assert SuccessStory.objects.get().state == StoryState.RETURNED


def test_others_decide_nothing(client):
    story = offered()
    given = {}
    for who in ("VO", "HOP", "HO"):
        client.force_login(person_of(story.exchange, who))
        for step in ("publish", "return"):
            path, data = f"/stories/{story.pk}/{step}/", {f"s{story.pk}-comment": "No."}
            given[who, step] = client.post(path, data).status_code
    assert given == {
        ("VO", "publish"): 403,
        ("VO", "return"): 403,
        ("HOP", "publish"): 403,
        ("HOP", "return"): 403,
        ("HO", "publish"): 404,
        ("HO", "return"): 404,
    }
    assert SuccessStory.objects.get().state == StoryState.OFFERED


def test_the_other_partnership_reads_along(client):
    story = offered()
    client.force_login(person_of(story.exchange, "HOP"))
    page = text(client.get(path_of(story.exchange)))
    assert story.title in page
    assert "Publish" not in page
    assert client.post(path_of(story.exchange), FIELDS).status_code == 403


def test_the_other_side_does_not_read_it(client):
    story = offered()
    client.force_login(person_of(story.exchange, "HO"))
    assert story.title not in text(client.get(path_of(story.exchange)))


def test_without_a_story_staff_is_told_so(client):
    exchange = reported_exchange()
    client.force_login(person_of(exchange, "VOP"))
    assert "Neither side has told a story yet." in text(client.get(path_of(exchange)))


def test_a_stranger_finds_no_page(client):
    exchange = reported_exchange()
    client.force_login(UserFactory())
    assert client.get(path_of(exchange)).status_code == 404


# --- the list of staff --------------------------------------------------------------------------


def test_the_desk_shows_what_waits(client):
    exchange = reported_exchange()
    waiting = offered(exchange=exchange)
    told = published(exchange=exchange, side="HO")
    client.force_login(person_of(exchange, "VOP"))
    page = text(client.get("/stories/review/"))
    assert page.count('class="task-link"') == 1
    assert waiting.get_absolute_url() in page
    page = text(client.get("/stories/review/?state=published"))
    assert told.get_absolute_url() in page
    assert "Nothing here at present." in text(client.get("/stories/review/?state=returned"))


def test_an_empty_desk_says_so(client):
    client.force_login(StaffRoleFactory().user)
    assert "No story waits for you." in text(client.get("/stories/review/?state=nonsense"))


def test_the_desk_of_others_is_not_mixed_in(client):
    offered(
        exchange=reported_exchange(
            host=host_profile(acronym="EXXTRA"), visitor=visitor_profile(acronym="EXXTRA")
        )
    )
    client.force_login(StaffRoleFactory().user)
    assert "No story waits for you." in text(client.get("/stories/review/"))


def test_observers_read_no_stories_that_wait(client):
    client.force_login(StaffRoleFactory(role="observer").user)
    assert client.get("/stories/review/").status_code == 403

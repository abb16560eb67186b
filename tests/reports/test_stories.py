"""Success stories: told with consent, read by the partnership, published, taken back."""

import io
from dataclasses import replace

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cxc_portal.core import files
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.models import MailStatus, OutgoingMail
from profiles.personal_data import Person
from profiles.turns import turns_of
from reports.enums import StoryState
from reports.models import SuccessStory
from reports.notifications import afterwards as mails
from reports.services.holdings import HOLDINGS
from reports.services.stories import (
    PHOTO,
    Telling,
    offer_story,
    publish_story,
    return_story,
    withdraw_story,
)
from tests.factories import StaffRoleFactory, UserFactory
from tests.factories.exchanges import person_of
from tests.factories.reports import finished_exchange, reported_exchange
from tests.untouched import untouched

pytestmark = pytest.mark.usefixtures("reference")
TELLING = Telling(
    title="A week in Lyon",
    text="We saw how they sort batteries.",
    quote="One week saved us a year.",
    author_name="Ana R.",
    has_consented=True,
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture():
    """A photo as a telephone takes it, with place and camera in it."""
    image = Image.new("RGB", (2400, 1200), "#1b4f9c")
    data = image.getexif()
    data[0x010F] = "Camera of Ana"
    content = io.BytesIO()
    image.save(content, "JPEG", exif=data)
    return SimpleUploadedFile("me.jpg", content.getvalue(), content_type="image/jpeg")


def with_photo(**fields):
    told = {"photo": files.accept(picture(), PHOTO), "photo_text": "Ana at the line", **fields}
    return replace(TELLING, **told)


def offered(exchange=None, side="VO", telling=TELLING):
    exchange = exchange or reported_exchange()
    return offer_story(exchange_id=exchange.pk, telling=telling, actor=person_of(exchange, side))


def published(**fields):
    story = offered(**fields)
    return publish_story(story_id=story.pk, actor=partnership_of(story))


def partnership_of(story):
    return person_of(story.exchange, f"{story.capacity}P")


def mails_to(user):
    found = OutgoingMail.objects.filter(to=user.email, kind__startswith="reports/story")
    return list(found.order_by("pk").values_list("kind", flat=True))


# --- telling ------------------------------------------------------------------------------------


def test_a_story_waits_for_the_partnership_of_its_side():
    story = offered()
    assert (story.state, story.capacity) == (StoryState.OFFERED, "VO")
    assert story.consented_at == story.offered_at
    assert mails_to(partnership_of(story)) == [mails.STORY_OFFERED.name]
    assert mails_to(person_of(story.exchange, "HOP")) == []


def test_only_the_two_sides_tell():
    exchange = reported_exchange()
    support = StaffRoleFactory(role="support").user
    for actor in (UserFactory(), support, person_of(exchange, "VOP")):
        with untouched(), pytest.raises(NotAllowed):
            offer_story(exchange_id=exchange.pk, telling=TELLING, actor=actor)


def test_what_is_not_sound_is_refused():
    exchange = reported_exchange()
    actor = person_of(exchange, "HO")
    for telling, code in (
        (replace(TELLING, has_consented=False), "no_consent"),
        (replace(TELLING, text="word " * 501), "too_long"),
        (with_photo(photo_text=" "), "photo_text"),
    ):
        with untouched(), pytest.raises(TransitionRefused) as refusal:
            offer_story(exchange_id=exchange.pk, telling=telling, actor=actor)
        assert refusal.value.code == code


def test_the_report_comes_first():
    exchange = finished_exchange()
    actor = person_of(exchange, "VO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        offer_story(exchange_id=exchange.pk, telling=TELLING, actor=actor)
    assert refusal.value.code == "not_reported"


def test_there_is_no_story_of_what_did_not_take_place():
    exchange = reported_exchange(outcome="not_taken_place")
    actor = person_of(exchange, "VO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        offer_story(exchange_id=exchange.pk, telling=TELLING, actor=actor)
    assert refusal.value.code == "not_reported"


def test_a_photo_is_painted_anew_and_made_smaller():
    story = offered(telling=with_photo())
    with story.photo.open() as file, Image.open(file) as image:
        assert image.size == (1600, 800)
        assert dict(image.getexif()) == {}
    assert story.photo.name != "me.jpg"


def test_what_is_no_picture_is_not_taken():
    with pytest.raises(ValidationError) as refusal:
        files.accept(SimpleUploadedFile("me.jpg", b"%PDF-1.7 none"), PHOTO)
    assert refusal.value.code == "wrong_type"


# --- reading ------------------------------------------------------------------------------------


def test_publishing_tells_the_side():
    story = published()
    assert (story.state, story.published_at is None) == (StoryState.PUBLISHED, False)
    assert mails_to(person_of(story.exchange, "VO")) == [mails.STORY_PUBLISHED.name]
    (asked,) = OutgoingMail.objects.filter(kind=mails.STORY_OFFERED.name)
    assert asked.status == MailStatus.CANCELLED


def test_returning_says_why():
    story = offered()
    return_story(story_id=story.pk, comment="Who is “he”?", actor=partnership_of(story))
    story.refresh_from_db()
    assert story.state == StoryState.RETURNED
    (mail,) = OutgoingMail.objects.filter(kind=mails.STORY_RETURNED.name)
    assert "Who is “he”?" in mail.text


def test_returning_needs_a_comment():
    story = offered()
    actor = partnership_of(story)
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        return_story(story_id=story.pk, comment=" ", actor=actor)
    assert refusal.value.code == "comment_missing"


def test_the_partnership_of_the_side_decides_alone():
    story = offered()
    people = [person_of(story.exchange, who) for who in ("VO", "HOP")]
    people.append(StaffRoleFactory(role="support").user)
    for actor in people:
        with untouched(), pytest.raises(NotAllowed):
            publish_story(story_id=story.pk, actor=actor)
        with untouched(), pytest.raises(NotAllowed):
            return_story(story_id=story.pk, comment="No.", actor=actor)


def test_what_is_published_is_not_decided_again():
    story = published()
    actor = partnership_of(story)
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        publish_story(story_id=story.pk, actor=actor)
    assert refusal.value.code == "wrong_state"
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        return_story(story_id=story.pk, comment="No.", actor=actor)
    assert refusal.value.code == "wrong_state"


# --- again, and back ----------------------------------------------------------------------------


def test_a_changed_story_is_read_again_before_anybody_sees_it():
    story = published(telling=with_photo())
    photo = story.photo.name
    changed = replace(TELLING, title="Two weeks", photo_text="Ana")
    again = offered(exchange=story.exchange, telling=changed)
    assert (again.pk, again.state, again.title) == (story.pk, StoryState.OFFERED, "Two weeks")
    assert (again.photo.name, again.photo_text) == (photo, "Ana")
    assert not SuccessStory.objects.published().exists()


def test_a_photo_that_stays_needs_its_words():
    story = offered(telling=with_photo())
    actor = person_of(story.exchange, "VO")
    with untouched(), pytest.raises(TransitionRefused) as refusal:
        offer_story(exchange_id=story.exchange.pk, telling=TELLING, actor=actor)
    assert refusal.value.code == "photo_text"


def test_a_photo_can_be_taken_away(django_capture_on_commit_callbacks):
    story = offered(telling=with_photo())
    storage, name = story.photo.storage, story.photo.name
    without = replace(TELLING, drops_photo=True)
    with django_capture_on_commit_callbacks(execute=True):
        again = offered(exchange=story.exchange, telling=without)
    assert (bool(again.photo), again.photo_text) == (False, "")
    assert not storage.exists(name)


def test_taken_back_its_photo_is_deleted(django_capture_on_commit_callbacks):
    story = published(telling=with_photo())
    storage, name = story.photo.storage, story.photo.name
    actor = person_of(story.exchange, "VO")
    with django_capture_on_commit_callbacks(execute=True):
        story = withdraw_story(story_id=story.pk, actor=actor)
    assert (story.state, bool(story.photo)) == (StoryState.WITHDRAWN, False)
    assert not storage.exists(name)
    assert mails.STORY_WITHDRAWN.name not in mails_to(actor)


@pytest.mark.parametrize("who", ["VOP", "support"])
def test_partnership_and_support_office_can_take_it_down(who):
    story = published()
    is_support = who == "support"
    actor = StaffRoleFactory(role="support").user if is_support else person_of(story.exchange, who)
    withdraw_story(story_id=story.pk, comment="A photo without consent.", actor=actor)
    (mail,) = OutgoingMail.objects.filter(kind=mails.STORY_WITHDRAWN.name)
    assert mail.to == person_of(story.exchange, "VO").email
    assert "A photo without consent." in mail.text


@pytest.mark.parametrize("who", ["HO", "HOP"])
def test_the_other_side_cannot_take_it_down(who):
    story = published()
    actor = person_of(story.exchange, who)
    with untouched(), pytest.raises(NotAllowed):
        withdraw_story(story_id=story.pk, actor=actor)


def test_it_goes_with_the_account_of_its_author():
    story = published(telling=with_photo())
    author = person_of(story.exchange, "VO")
    holding = next(one for one in HOLDINGS if one.model == "reports.SuccessStory")
    person = Person.of(author)
    holding.erase(holding.rows(person), person)
    story.refresh_from_db()
    assert (story.state, story.text, story.quote, story.author_name) == (
        StoryState.WITHDRAWN,
        "",
        "",
        "",
    )
    assert not story.photo
    holding.erase(holding.rows(person), person)
    assert story.transitions.filter(transition="withdraw").count() == 1


# --- the dashboard ------------------------------------------------------------------------------


def sentences(user):
    kinds = ("Success story", "Success stories")
    return [str(turn.baton.sentence) for turn in turns_of(user) if str(turn.kind) in kinds]


def test_the_dashboard_shows_whose_turn_it_is():
    story = offered()
    officer, author = partnership_of(story), person_of(story.exchange, "VO")
    assert sentences(officer) == [
        "Your turn: read the success story of Motores Lda and publish or return it."
    ]
    assert sentences(author) == sentences(person_of(story.exchange, "HOP")) == []
    return_story(story_id=story.pk, comment="Shorter.", actor=officer)
    assert sentences(officer) == []
    assert sentences(author) == ["Your turn: look at the comment on your success story."]


def test_many_stories_are_one_line(monkeypatch):
    monkeypatch.setattr("reports.turns.MOST_OF_STAFF", 0)
    story = offered()
    assert sentences(partnership_of(story)) == ["Your turn: read 1 success story."]

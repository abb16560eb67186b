"""Success stories: a side offers one with its consent, its partnership publishes or returns it, and
it can be taken back at any time."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cxc_portal.core import audit, clock, files, mail
from cxc_portal.core.errors import NotAllowed, TransitionRefused
from cxc_portal.core.files import JPEG, MEGABYTE, PNG, WEBP, AcceptedFile, FileKind
from exchanges.enums import ORGANISATIONS
from exchanges.models import Exchange
from exchanges.services.locking import locked_exchange
from profiles.models import User
from profiles.rules import current_rules
from reports.enums import StoryState
from reports.models import SuccessStory
from reports.notifications import afterwards as notifications
from reports.permissions import can_offer_story
from reports.queries.stories import has_reported, words_in
from reports.workflows import story_workflow

PHOTO = FileKind(
    endings=(PNG, JPEG, WEBP),
    max_bytes=8 * MEGABYTE,
    wanted=gettext_lazy("a PNG, JPEG or WebP picture"),
    largest_side=1600,
)
CONTENT = ("title", "text", "quote", "author_name")


@dataclass(frozen=True)
class Telling:
    """What a side tells. A new `photo` replaces the one there is; without one it stays, unless
    `drops_photo`."""

    title: str
    text: str
    author_name: str
    quote: str = ""
    photo: AcceptedFile | None = None
    photo_text: str = ""
    drops_photo: bool = False
    has_consented: bool = False


def offer_story(*, exchange_id: int, telling: Telling, actor: User) -> SuccessStory:
    """The story of the actor's side waits for its partnership, which hears of it; nobody else reads
    it until it is published. What was offered, returned, published or taken back is offered anew.

    Raises `TransitionRefused` ("not_reported") before the side has handed in a report of what took
    place, ("no_consent"), ("too_long") beyond the words that the rules allow, ("photo_text") for a
    picture without a description.
    """
    with audit.transaction():
        exchange = locked_exchange(exchange_id)
        if not can_offer_story(actor, exchange):
            raise NotAllowed(_("Only the two organisations tell stories of their exchange."))
        side = next(one for one in exchange.capacities_of(actor) if one in ORGANISATIONS)
        if not has_reported(exchange, side):
            raise TransitionRefused(
                "not_reported", _("Hand in your report first. Then tell your story.")
            )
        _require_sound(telling)
        story = SuccessStory.objects.filter(exchange=exchange, capacity=side).first()
        if story is None:
            story = _first(exchange, side, telling, actor)
        else:
            _anew(story, exchange, telling, actor)
        notifications.story_offered(story)
    return story


def publish_story(*, story_id: int, actor: User) -> SuccessStory:
    """Everybody can read it."""
    with audit.transaction():
        story = _locked(story_id)
        _step(story, "publish", actor)
        notifications.story_published(story)
    return story


def return_story(*, story_id: int, comment: str, actor: User) -> SuccessStory:
    """Its side reads the comment, and can offer it again."""
    with audit.transaction():
        story = _locked(story_id)
        _step(story, "return", actor, comment)
        notifications.story_returned(story, comment.strip())
    return story


def withdraw_story(*, story_id: int, actor: User, comment: str = "") -> SuccessStory:
    """Nobody reads it any more, and its photo is deleted for good."""
    with audit.transaction():
        story = _locked(story_id)
        _step(story, "withdraw", actor, comment)
        drop_photo(story)
        notifications.story_withdrawn(story, comment.strip(), actor=actor)
    return story


def drop_photo(story: SuccessStory) -> None:
    """The picture goes, with its description. The caller holds the lock of the story."""
    files.drop(story.photo)
    story.photo_text = ""
    story.save(update_fields=["photo", "photo_text"])


def erase_story(story: SuccessStory) -> None:
    """Its author has closed the account: nobody reads it any more, and what it said of people is
    gone."""
    with audit.transaction():
        if story.state != StoryState.WITHDRAWN:
            story_workflow.apply(story, "withdraw", actor=None)
        drop_photo(story)
        story.text = story.quote = story.author_name = ""
        story.save(update_fields=["text", "quote", "author_name"])


def _require_sound(telling: Telling) -> None:
    if not telling.has_consented:
        raise TransitionRefused("no_consent", _("We publish nothing without your consent."))
    most = current_rules().integer("report.story_words")
    if words_in(telling.text) > most:
        text = _("Tell it in at most %(most)d words.") % {"most": most}
        raise TransitionRefused("too_long", text)
    if telling.photo and not telling.photo_text.strip():
        raise TransitionRefused("photo_text", _("Say what the photo shows."))


def _first(exchange: Exchange, side: str, telling: Telling, actor: User) -> SuccessStory:
    story = SuccessStory(exchange=exchange, capacity=side, author=actor)
    _write(story, telling, actor)
    story.save()
    audit.record("story.offer", subject=story, actor=actor, data={"exchange": exchange.ref})
    mail.mark_acted(about=exchange, actor=actor)
    return story


def _anew(story: SuccessStory, exchange: Exchange, telling: Telling, actor: User) -> None:
    _step(story, "offer", actor)
    story.exchange = exchange
    _write(story, telling, actor)
    if story.photo and not story.photo_text:
        raise TransitionRefused("photo_text", _("Say what the photo shows."))
    story.save()


def _write(story: SuccessStory, telling: Telling, actor: User) -> None:
    for name in CONTENT:
        setattr(story, name, getattr(telling, name).strip())
    story.author = actor
    story.offered_at = story.consented_at = clock.now()
    if telling.photo:
        files.keep(story.photo, telling.photo)
    elif telling.drops_photo:
        files.drop(story.photo)
    story.photo_text = telling.photo_text.strip() if story.photo else ""


def _locked(story_id: int) -> SuccessStory:
    """A story whose exchange is locked."""
    key = SuccessStory.objects.values_list("exchange_id", flat=True).get(pk=story_id)
    exchange = locked_exchange(key)
    story = SuccessStory.objects.get(pk=story_id)
    story.exchange = exchange
    return story


def _step(story: SuccessStory, name: str, actor: User, comment: str = "") -> None:
    exchange = story.exchange
    record = {"capacity": exchange.capacity_of(actor)}
    story_workflow.apply(story, name, actor=actor, comment=comment, record=record)
    story.exchange = exchange

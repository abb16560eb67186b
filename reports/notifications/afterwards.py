"""The mails about what lives on after an exchange: certificates, stories, the later question."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.types import Text
from exchanges.enums import Capacity
from exchanges.models import Exchange
from exchanges.notifications.recipients import staff_of
from matching.notifications.recipients import members_of
from profiles.models import Profile, User
from reports.models import LaterAnswer, Report, SuccessStory

SIDES, DESK = "exchanges", "desk"
MEMBERS = _("members of one side")

CERTIFICATE_READY = mail.register(
    MailKind(
        "reports/certificate_ready",
        MEMBERS,
        _("the certificate of participation of their side is made"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
STORY_OFFERED = mail.register(
    MailKind(
        "reports/story_offered",
        _("staff of the partnership of that side"),
        _("a side offers a success story"),
        pace=Pace.DAILY,
        topic=DESK,
    )
)
STORY_RETURNED = mail.register(
    MailKind(
        "reports/story_returned",
        MEMBERS,
        _("their partnership returned their success story with a comment"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
STORY_PUBLISHED = mail.register(
    MailKind(
        "reports/story_published",
        MEMBERS,
        _("their success story is published"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
STORY_WITHDRAWN = mail.register(
    MailKind(
        "reports/story_withdrawn",
        MEMBERS,
        _("their success story was taken down by the partnership or the Support Office"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)
LATER_ASKED = mail.register(
    MailKind(
        "reports/later_asked",
        MEMBERS,
        _("some months have passed since their exchange"),
        pace=Pace.DAILY,
        topic=SIDES,
    )
)

OF_STORIES = (STORY_OFFERED, STORY_RETURNED, STORY_PUBLISHED, STORY_WITHDRAWN)
"""Each of these is news only until the next one."""


def certificate_ready(report: Report) -> None:
    """The side can fetch its certificate, and is told what else it can do now."""
    exchange = report.exchange
    _send(
        CERTIFICATE_READY,
        _members(exchange, report.capacity),
        exchange,
        report.capacity,
        about=report,
        event=str(report.pk),
        path=reverse("reports:certificate", args=[exchange.ref, report.capacity]),
        label=_("Open your certificate"),
    )


def story_offered(story: SuccessStory) -> None:
    """The partnership of the side is to read it."""
    partnership = story.exchange.partnership_of(story.capacity)
    _of_story(STORY_OFFERED, staff_of(partnership), story, label=_("Read the story"))


def story_returned(story: SuccessStory, comment: str) -> None:
    """The side reads why, and can offer it again."""
    people = _members(story.exchange, story.capacity)
    _of_story(STORY_RETURNED, people, story, label=_("Look at the comment"), comment=comment)


def story_published(story: SuccessStory) -> None:
    """The side sees where it stands."""
    path = reverse("reports:story_page", args=[story.pk])
    people = _members(story.exchange, story.capacity)
    _of_story(STORY_PUBLISHED, people, story, label=_("See the page"), path=path)


def story_withdrawn(story: SuccessStory, comment: str, *, actor: User) -> None:
    """Nobody reads it any more; the side hears of it unless it did so itself."""
    members = _members(story.exchange, story.capacity)
    is_own = any(person.user == actor for person in members)
    people = [] if is_own else members
    _of_story(STORY_WITHDRAWN, people, story, label=_("Look at your story"), comment=comment)


def later_asked(answer: LaterAnswer) -> None:
    """Asked once; nothing follows when nobody answers."""
    exchange = answer.exchange
    _send(
        LATER_ASKED,
        _members(exchange, answer.capacity),
        exchange,
        answer.capacity,
        about=answer,
        event=str(answer.pk),
        path=reverse("reports:later", args=[exchange.ref, answer.months]),
        label=_("Answer in a minute"),
        months=answer.months,
    )


def _members(exchange: Exchange, capacity: str) -> list[Recipient]:
    return members_of(exchange.profile_of(capacity))


def _of_story(
    kind: MailKind,
    people: Iterable[Recipient],
    story: SuccessStory,
    *,
    label: Text,
    path: str = "",
    **context: Any,
) -> None:
    mail.cancel(about=story, kinds=OF_STORIES)
    _send(
        kind,
        people,
        story.exchange,
        story.capacity,
        about=story,
        event=f"{story.pk}:{story.state_since.isoformat()}",
        path=path or story.get_absolute_url(),
        label=label,
        story=story,
        **context,
    )


def _send(
    kind: MailKind,
    people: Iterable[Recipient],
    exchange: Exchange,
    capacity: str,
    *,
    about: models.Model,
    event: str,
    path: str,
    label: Text,
    **context: Any,
) -> None:
    """`own` is the side that it is about, `name` what the other one is called."""
    own = exchange.profile_of(capacity)
    other = _other(exchange, capacity)
    for person in people:
        mail.queue(
            kind,
            to=person,
            context={
                "exchange": exchange,
                "own": own.organisation.name,
                "name": other.organisation.name,
                "action_url": settings.SITE_URL + path,
                "action_label": label,
                **context,
            },
            dedup_key=f"{kind.name}:{event}:{person.email}",
            about=about,
        )


def _other(exchange: Exchange, capacity: str) -> Profile:
    return exchange.profile_of(Capacity.VO if capacity == Capacity.HO else Capacity.HO)

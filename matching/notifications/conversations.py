"""The mails about contacts and conversations. None of them holds what somebody wrote."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock, mail
from cxc_portal.core.mail import MailKind, Pace, Recipient
from cxc_portal.core.types import Text
from matching.models import Conversation, ConversationReport, Message
from matching.notifications.recipients import desks_of, members_of
from matching.queries.conversations import partners_to_contact
from profiles.models import Partnership, Profile

CONTACTS, DESK = "contacts", "desk"
MEMBERS, OFFICERS = _("members"), _("partnership officers")


def _kind(name: str, occasion: Text, *, is_blocking: bool, to: Text = MEMBERS) -> MailKind:
    pace = Pace.BLOCKING if is_blocking else Pace.DAILY
    topic = DESK if to == OFFICERS else CONTACTS
    return mail.register(MailKind(f"matching/{name}", to, occasion, pace=pace, topic=topic))


FIRST_CONTACT = _kind("first_contact", _("somebody makes contact"), is_blocking=True)
MESSAGE_WAITS = _kind("message_waits", _("the other side has written"), is_blocking=True)
CONTACT_REMINDER = _kind(
    "contact_reminder", _("a message has waited for an answer for some days"), is_blocking=True
)
CONTACT_AGAIN = _kind(
    "contact_again", _("the day has come that was named in a “not now”"), is_blocking=True
)
MESSAGE_NEW = _kind("message_new", _("the partner of a match has written"), is_blocking=False)
CONTACT_POSTPONED = _kind(
    "contact_postponed", _("the other side answered “not now”"), is_blocking=False
)
CONTACT_REFUSED = _kind("contact_refused", _("the other side answered no"), is_blocking=False)
CONTACT_SILENT = _kind(
    "contact_silent", _("a contact ended because nobody answered"), is_blocking=False
)
CONVERSATION_ENDED = _kind(
    "conversation_ended", _("the other side or the portal ended a conversation"), is_blocking=False
)
SILENCE_AT_DESK = _kind(
    "silence_at_desk",
    _("a profile of the partnership left a contact without an answer"),
    is_blocking=False,
    to=OFFICERS,
)
CONVERSATION_REPORTED = _kind(
    "conversation_reported",
    _("a member reported a conversation"),
    is_blocking=False,
    to=OFFICERS,
)
REPORT_SETTLED = _kind(
    "report_settled", _("the report of a conversation was settled"), is_blocking=False
)
WAITING = (FIRST_CONTACT, MESSAGE_WAITS, CONTACT_REMINDER, CONTACT_AGAIN)
"""Those that ask for an answer; what has not gone out is taken back once there is one."""
SUPPORT_OFFICE = _("the Support Office")


def _send(
    kind: MailKind,
    recipients: Iterable[Recipient],
    conversation: Conversation,
    *,
    event: str,
    label: Text,
    url: str = "",
    **context: object,
) -> None:
    url = settings.SITE_URL + (url or conversation.get_absolute_url())
    for recipient in recipients:
        mail.queue(
            kind,
            to=recipient,
            context={"action_url": url, "action_label": label, **context},
            dedup_key=f"{kind.name}:{conversation.pk}:{event}:{recipient.email}",
            about=conversation,
        )


def _tell(
    kind: MailKind,
    conversation: Conversation,
    reader: Profile,
    *,
    label: Text,
    event: str = "",
    **context: Any,
) -> None:
    """Tell the members of one side of what the other one did."""
    _send(
        kind,
        members_of(reader),
        conversation,
        event=event or str(conversation.transitions.count()),
        label=label,
        other=conversation.other(reader),
        reader=reader,
        at=clock.now(),
        **context,
    )


def contact_made(conversation: Conversation) -> None:
    """The side that was written to learns of it."""
    _tell(FIRST_CONTACT, conversation, conversation.asked, label=_("Read and answer"))


def message_posted(message: Message) -> None:
    """Whoever has the next word learns that it does; what asked for this message is taken back."""
    conversation = message.conversation
    mail.cancel(about=conversation, kinds=WAITING)
    _tell(
        MESSAGE_WAITS,
        conversation,
        conversation.other(message.side),
        label=_("Read and write back"),
    )


def message_added(message: Message) -> None:
    """The partner of a match learns that there is something to read."""
    reader = message.conversation.other(message.side)
    event = f"message-{message.pk}"
    _tell(MESSAGE_NEW, message.conversation, reader, label=_("Read the message"), event=event)


def contact_postponed(conversation: Conversation) -> None:
    """The side that asked learns until when to wait."""
    mail.cancel(about=conversation, kinds=WAITING)
    _tell(
        CONTACT_POSTPONED,
        conversation,
        conversation.asking,
        label=_("Read the answer"),
        day=conversation.later_from,
    )


def contact_refused(conversation: Conversation) -> None:
    """The side that asked learns of the no, and who else could be asked."""
    mail.cancel(about=conversation, kinds=WAITING)
    _tell(
        CONTACT_REFUSED,
        conversation,
        conversation.asking,
        label=_("Read the answer"),
        alternatives=alternatives_for(conversation.asking),
    )


def contact_resumed(conversation: Conversation) -> None:
    """The side that said “not now” is asked again."""
    _tell(CONTACT_AGAIN, conversation, conversation.asked, label=_("Answer now"))


def contact_waits(conversation: Conversation, silent: Profile, *, level: int, days: int) -> None:
    """Whoever has the next word is reminded, the first or the second time."""
    mail.cancel(about=conversation, kinds=WAITING)
    _tell(
        CONTACT_REMINDER,
        conversation,
        silent,
        label=_("Answer now"),
        event=f"{conversation.transitions.count()}-{level}",
        days=days,
        since=conversation.state_since,
    )


def contact_fell_silent(conversation: Conversation, silent: Profile, *, days: int) -> None:
    """The side that waited is shown others; the partnership of the silent side learns of it."""
    mail.cancel(about=conversation, kinds=WAITING)
    waiting = conversation.other(silent)
    _tell(
        CONTACT_SILENT,
        conversation,
        waiting,
        label=_("See who else fits"),
        days=days,
        alternatives=alternatives_for(waiting),
    )
    _send(
        SILENCE_AT_DESK,
        desks_of(silent),
        conversation,
        event="silent",
        label=_("Read the conversation"),
        reader=silent,
        other=waiting,
        desk=silent.partnership or SUPPORT_OFFICE,
        days=days,
        since=conversation.asked_at,
    )


def conversation_ended(conversation: Conversation, readers: Sequence[Profile]) -> None:
    """These sides learn that it is over."""
    mail.cancel(about=conversation, kinds=WAITING)
    for reader in readers:
        _tell(
            CONVERSATION_ENDED,
            conversation,
            reader,
            label=_("Look at the conversation"),
            event=f"{conversation.transitions.count()}-{reader.pk}",
        )


def conversation_agreed(conversation: Conversation) -> None:
    """A match answers everything that was still open."""
    mail.cancel(about=conversation, kinds=WAITING)


def conversation_reported(report: ConversationReport) -> None:
    """The desk of whoever reported is asked to look."""
    _send(
        CONVERSATION_REPORTED,
        desks_of(report.side),
        report.conversation,
        event=f"report-{report.pk}",
        label=_("Look at the report"),
        url=reverse("matching:conversation_reports"),
        reader=report.side,
        other=report.other_side,
        desk=_desk(report.partnership),
        since=report.at,
    )


def report_settled(report: ConversationReport) -> None:
    """Whoever reported learns that something was done."""
    if not report.reported_by.is_active:
        return
    _send(
        REPORT_SETTLED,
        [Recipient.of(report.reported_by)],
        report.conversation,
        event=f"report-{report.pk}",
        label=_("Read what was done"),
        other=report.other_side,
        desk=_desk(report.partnership),
        since=report.at,
    )


def _desk(partnership: Partnership | None) -> object:
    return partnership or SUPPORT_OFFICE


def alternatives_for(profile: Profile) -> list[dict[str, object]]:
    """The best partners who can be contacted now, each with the page of the two."""
    if not profile.is_published:
        return []
    return [
        {
            "name": other.organisation.name,
            "country": other.organisation.country.name,
            "score": partner.total / 10,
            "url": settings.SITE_URL + reverse("matching:pair", args=[profile.ref, other.ref]),
        }
        for other, partner in partners_to_contact(profile)
    ]

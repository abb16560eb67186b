"""What conversations hold about a person, and how it is erased.

The messages of somebody who closed the account lose their text and their files: they may hold
anything. That something was said, when and by which side stays, because it is the other side's
conversation as well.
"""

from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from matching.models import Conversation
from profiles.models import User
from profiles.personal_data import Blocker, Holding, Person, Rows, delete, keep
from profiles.services.erasure import only_theirs


def of_author(person: Person) -> Q:
    """The files that the person sent along."""
    return Q(message__author=person.user)


def erase_files(rows: Rows, person: Person) -> None:
    for attachment in rows:
        transaction.on_commit(partial(attachment.file.storage.delete, attachment.file.name))
    rows.delete()


def erase_texts(rows: Rows, person: Person) -> None:
    rows.exclude(text="").update(text=_("(deleted with the account of its author)"))


def erase_comments(rows: Rows, person: Person) -> None:
    rows.exclude(comment="").update(comment=_("(deleted with the account of its author)"))


def erase_reports(rows: Rows, person: Person) -> None:
    """What the person reported; what the person settled as staff stays."""
    own = rows.filter(reported_by=person.user)
    own.update(reason=_("(deleted with the account of its author)"))


def conversation_blockers(user: User) -> Iterable[Blocker]:
    """Somebody waits for an organisation in which nobody else is left to answer."""
    own = only_theirs(user).values("pk")
    waiting = Conversation.objects.open().filter(Q(host__in=own) | Q(visitor__in=own))
    for conversation in waiting.select_related("host__organisation", "visitor__organisation"):
        mine = conversation.host if conversation.host.organisation.has_member(user) else None
        other = conversation.other(mine) if mine else conversation.host
        yield Blocker(
            _(
                "Your conversation with %(name)s is still open and you are the only one who can "
                "answer. End it first, or invite a colleague to take it over."
            )
            % {"name": other.organisation.name},
            conversation.get_absolute_url(),
        )


HOLDINGS = (
    Holding(
        "matching.MessageAttachment",
        "message_files",
        erase_files,
        shown=("message__conversation", "name", "size"),
        files=("file",),
        further=of_author,
    ),
    Holding(
        "matching.Message",
        "messages",
        erase_texts,
        people=("author",),
        shown=("conversation", "side__ref", "at", "answer", "text"),
    ),
    Holding(
        "matching.ConversationStep",
        "steps_in_conversations",
        erase_comments,
        people=("actor",),
        shown=("subject", "transition", "source", "target", "comment", "at"),
    ),
    Holding(
        "matching.ReadMark",
        "read_marks",
        delete,
        people=("user",),
        shown=("conversation", "message"),
    ),
    Holding(
        "matching.ContactBlock",
        "blocked_organisations",
        keep,
        people=("made_by",),
        shown=("organisation__name", "blocked__name", "at"),
    ),
    Holding(
        "matching.ConversationReport",
        "reported_conversations",
        erase_reports,
        people=("reported_by", "settled_by"),
        shown=("conversation", "reason", "at", "settled_at", "settlement"),
    ),
)
"""Files come before the messages that they belong to."""

"""Conversations for tests, reached through the services."""

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from cxc_portal.core import clock, files
from matching.forms.conversation import ATTACHMENT
from matching.models import Conversation, Message
from matching.services.conversations import Enclosure, post_message, start_conversation
from profiles.models import Profile, User
from tests.factories import host_profile, visitor_profile

WHY = "Your test field is what we lack. We would like to come for a week in spring."
PDF = b"%PDF-1.7\n%%EOF\n"


def upload(name: str = "plan.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def enclosure(name: str = "plan.pdf") -> Enclosure:
    return Enclosure(files.accept(upload(name), ATTACHMENT), name)


def member(profile: Profile) -> User:
    assert profile.contact is not None
    return profile.contact


def contact(asker: Profile, asked: Profile, **changes: Any) -> Conversation:
    """The first message of one to the other."""
    fields = {"profile_id": asker.pk, "other_id": asked.pk, "actor": member(asker), "text": WHY}
    return start_conversation(**(fields | changes))


def asked(**fields: Any) -> Conversation:
    """A visitor has written to a host."""
    return contact(visitor_profile(**fields), host_profile())


def write(conversation: Conversation, side: Profile, text: str = "Hello.", **more: Any) -> Message:
    """One side writes; the conversation is brought up to date."""
    message = post_message(
        conversation_id=conversation.pk, **({"actor": member(side), "text": text} | more)
    )
    conversation.refresh_from_db()
    return message


def say_no(conversation: Conversation, text: str = "The dates do not suit us.") -> Message:
    return write(conversation, conversation.asked, text, answer="no")


def say_later(conversation: Conversation, days: int = 30) -> Message:
    day = clock.today() + timedelta(days=days)
    return write(conversation, conversation.asked, "", answer="later", later_from=day)


def days_later(days: float) -> AbstractContextManager[Any]:
    return time_machine.travel(clock.now() + timedelta(days=days), tick=False)

"""A contact between two published profiles, from the first message to its end."""

from pathlib import PurePath
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from matching.enums import OPEN_CONVERSATIONS, ConversationState, ReadyAnswer
from profiles.models import Organisation, Partnership, Profile, User

MESSAGE_LENGTH = 3000


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_CONVERSATIONS)

    def of_profile(self, profile: Profile) -> Self:
        return self.filter(Q(host=profile) | Q(visitor=profile))

    def of_member(self, user: Any) -> Self:
        """Those of the organisations that the user belongs to."""
        own = Profile.objects.of_member(user).values("pk")
        return self.filter(Q(host__in=own) | Q(visitor__in=own))

    def visible_to(self, user: Any) -> Self:
        """One's own; staff those of participants of their partnership; the Support Office those
        that somebody reported."""
        if not user.is_authenticated:
            return self.none()
        own = Profile.objects.of_member(user).values("pk")
        seen = Q(host__in=own) | Q(visitor__in=own)
        staffed = user.staffed_partnership_ids
        seen |= Q(host__partnership__in=staffed) | Q(visitor__partnership__in=staffed)
        if user.is_support:
            reported = ConversationReport.objects.filter(conversation=models.OuterRef("pk"))
            seen |= Q(models.Exists(reported))
        return self.filter(seen)


class Conversation(models.Model):
    """One contact: one side asks, the other answers, and it comes to an end.

    `asker` is the side that wrote first. Two profiles have one open conversation at most; when they
    try again later, that is a new one.
    """

    host = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    visitor = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    asker = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=ConversationState,
        default=ConversationState.ASKED,
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    answered_at = models.DateTimeField(_("first answered"), null=True, blank=True)
    later_from = models.DateField(_("from when"), null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-state_since", "-pk"]
        indexes = [
            models.Index(fields=["state", "state_since"]),
            models.Index(fields=["asker", "asked_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "visitor"],
                condition=Q(state__in=OPEN_CONVERSATIONS),
                name="matching_conversation_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ConversationState.values), name="matching_conversation_state"
            ),
            models.CheckConstraint(
                condition=Q(asker=F("host")) | Q(asker=F("visitor")),
                name="matching_conversation_asker",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConversationState.LATER) | Q(later_from__isnull=False),
                name="matching_conversation_later_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("matching:conversation", args=[self.pk])

    @property
    def ref(self) -> str:
        """As it stands in addresses."""
        return str(self.pk)

    @property
    def asking(self) -> Profile:
        """The side that wrote first; `asker` without another look at the database."""
        return self.host if self.asker_id == self.host_id else self.visitor

    @property
    def asked(self) -> Profile:
        """The side that was written to."""
        return self.visitor if self.asker_id == self.host_id else self.host

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_CONVERSATIONS

    def other(self, profile: Profile) -> Profile:
        """The side that is not this one."""
        return self.visitor if profile.pk == self.host_id else self.host

    def other_id(self, profile: Profile) -> int:
        """The key of the side that is not this one."""
        return self.visitor_id if profile.pk == self.host_id else self.host_id


class OfConversationQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What belongs to a conversation that the user sees."""
        seen = Conversation.objects.visible_to(user).values("pk")
        return self.filter(**{f"{self.model.conversation_field}__in": seen})


class ConversationStep(TransitionRecord):
    """One step of a conversation, and for which side it was taken."""

    conversation_field = "subject"

    subject = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="transitions")
    side = models.ForeignKey(Profile, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfConversationQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a conversation")
        verbose_name_plural = _("steps of conversations")
        indexes = [models.Index(fields=["subject", "at"])]


class Message(models.Model):
    """What one side wrote. `answer` is the ready answer that it goes with, if any, `key` that of
    the form it was written in: a form that is sent twice is one message."""

    conversation_field = "conversation"

    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="messages"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    side = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("message"), max_length=MESSAGE_LENGTH, blank=True)
    answer = models.CharField(max_length=5, choices=ReadyAnswer, blank=True)
    key = models.UUIDField(null=True, unique=True, editable=False)
    at = models.DateTimeField(default=clock.now)

    objects = OfConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(answer=""), name="matching_message_says_something"
            ),
            models.CheckConstraint(
                condition=Q(answer__in=["", *ReadyAnswer.values]), name="matching_message_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class MessageAttachment(models.Model):
    """A file that goes with a message, checked by content before it is kept."""

    conversation_field = "message__conversation"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to="messages/")
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveIntegerField(_("size"))

    objects = OfConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"attachment {self.pk}"

    @property
    def stem(self) -> str:
        """The name without its ending."""
        return PurePath(self.name).stem


class ReadMarkQuerySet(models.QuerySet["ReadMark"]):
    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class ReadMark(models.Model):
    """How far somebody has read a conversation."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="read_marks"
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")

    objects = ReadMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("read mark")
        verbose_name_plural = _("read marks")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "user"], name="matching_readmark_one")
        ]

    def __str__(self) -> str:
        return f"read up to {self.message_id}"


class ContactBlockQuerySet(models.QuerySet["ContactBlock"]):
    def visible_to(self, user: Any) -> Self:
        """Those that one's own organisations made."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(organisation__in=Organisation.objects.of_member(user))


class ContactBlock(models.Model):
    """One organisation does not want to hear from another one. The other is not told."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    blocked = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = ContactBlockQuerySet.as_manager()

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "blocked"], name="matching_contactblock_one"
            ),
            models.CheckConstraint(
                condition=~Q(organisation=F("blocked")), name="matching_contactblock_other"
            ),
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"


class ConversationReport(models.Model):
    """Somebody tells the staff that something is wrong with a conversation."""

    conversation_field = "conversation"

    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="reports")
    side = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    partnership = models.ForeignKey(
        Partnership, null=True, on_delete=models.PROTECT, related_name="+"
    )
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("what is wrong"), max_length=1000)
    at = models.DateTimeField(default=clock.now)
    settled_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    settlement = models.TextField(_("what was done"), max_length=1000, blank=True)

    objects = OfConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of a conversation")
        verbose_name_plural = _("reports of conversations")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="matching_report_has_reason"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | (Q(settled_at__isnull=False, settled_by__isnull=False) & ~Q(settlement="")),
                name="matching_report_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.pk}"

    @property
    def other_side(self) -> Profile:
        """The side that the report is about."""
        return self.conversation.other(self.side)


def attachment_name(name: str) -> str:
    """The name of an uploaded file, without a path and not too long."""
    return PurePath(name.replace("\\", "/")).name[-200:]

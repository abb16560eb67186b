"""The portal's own rows: the audit chain, outgoing mail, jobs, documents and the demo's clock. No
domain in here."""

import uuid
from datetime import timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock


class AuditEntry(models.Model):
    """One thing that happened. Insert-only: triggers refuse every change."""

    sequence = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=100)
    actor_id = models.BigIntegerField(null=True)
    subject_type = models.CharField(max_length=100, blank=True)
    subject_id = models.CharField(max_length=40, blank=True)
    data = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["sequence"]
        indexes = [models.Index(fields=["subject_type", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event}"


class AuditHead(models.Model):
    """The end of the audit chain: one row, locked while an entry is appended."""

    sequence = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="core_audithead_single")]

    def __str__(self) -> str:
        return str(self.sequence)


class MailStatus(models.TextChoices):
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    BUNDLED = "bundled", _("Told in a summary")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    UNWANTED = "unwanted", _("Not wanted by the reader")


class Pace(models.TextChoices):
    """How soon a mail reaches its reader.

    `NOW` goes out at once: codes, and what somebody has just asked for. `BLOCKING` means that
    somebody waits for the reader: it goes out at once unless the reader had a mail today. `DAILY`
    waits for the summary of the day.
    """

    NOW = "now", _("at once")
    BLOCKING = "blocking", _("at once, somebody waits")
    DAILY = "daily", _("in the summary of the day")


SUMMARY_KIND = "core/summary"
"""The mail that tells of several others."""


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def visible_to(self, user: Any) -> Self:
        """The mails to oneself. Staff reads mails by what they are about: see `about`."""
        return self.filter(recipient=user) if user.is_authenticated else self.none()

    def about(self, subjects: QuerySet[Any]) -> Self:
        """The mails about these objects, which the caller has narrowed to what the reader sees."""
        keys = subjects.order_by().annotate(mail_key=Cast("pk", CharField())).values("mail_key")
        return self.filter(about_type=subjects.model._meta.label_lower, about_id__in=keys)


class OutgoingMail(models.Model):
    """One message to one person. Written with the business change, delivered after it.

    `dedup_key` names the event and the recipient, so that no event is told twice. `link_path` is
    where its one link leads, `key` the name of that link. Mails with a `pace` other than `NOW` are
    paced: they wait until the postman makes one letter of them a day. `paced_on` is the day whose
    letter this is, `bundle` the summary that told of it instead.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=60)
    dedup_key = models.CharField(max_length=400, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    to = models.EmailField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"))
    is_confidential = models.BooleanField(default=False)
    about_type = models.CharField(max_length=100, blank=True)
    about_id = models.CharField(max_length=40, blank=True)
    link_path = models.CharField(_("leads to"), max_length=500, blank=True)
    topic = models.CharField(_("topic"), max_length=20, blank=True)
    pace = models.CharField(_("pace"), max_length=10, choices=Pace, default=Pace.NOW)
    paced_on = models.DateField(null=True)
    bundle = models.ForeignKey(
        "self",
        verbose_name=_("told in"),
        null=True,
        on_delete=models.RESTRICT,
        related_name="bundled",
    )
    status = models.CharField(
        _("status"), max_length=10, choices=MailStatus, default=MailStatus.QUEUED
    )
    created_at = models.DateTimeField(_("written"))
    send_after = models.DateTimeField(_("goes out after"))
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    opened_at = models.DateTimeField(_("link opened"), null=True)
    acted_at = models.DateTimeField(_("acted"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "send_after"]),
            models.Index(fields=["about_type", "about_id"]),
            models.Index(fields=["to"]),
            models.Index(fields=["kind", "created_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=MailStatus.values), name="core_outgoingmail_status"
            ),
            models.CheckConstraint(
                condition=Q(pace__in=Pace.values), name="core_outgoingmail_pace"
            ),
            models.CheckConstraint(
                condition=Q(status=MailStatus.BUNDLED, bundle__isnull=False)
                | (~Q(status=MailStatus.BUNDLED) & Q(bundle__isnull=True)),
                name="core_outgoingmail_bundled_has_bundle",
            ),
            # One letter a person and day, however many workers make one at once.
            models.UniqueConstraint(
                fields=["recipient", "paced_on"], name="core_outgoingmail_one_a_day"
            ),
            models.CheckConstraint(
                condition=~Q(status=MailStatus.SENT) | Q(sent_at__isnull=False),
                name="core_outgoingmail_sent_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=MailStatus.SENDING) | Q(claimed_at__isnull=False),
                name="core_outgoingmail_sending_has_claim",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    @property
    def is_summary(self) -> bool:
        """Whether it tells of others, which point to it as their `bundle`."""
        return self.kind == SUMMARY_KIND

    @property
    def is_early(self) -> bool:
        """Whether it still waits for its time."""
        return self.status == MailStatus.QUEUED and self.send_after > clock.now()

    @property
    def is_paced(self) -> bool:
        """Whether it waits for the letter of the day."""
        return self.status == MailStatus.QUEUED and self.pace != Pace.NOW and self.paced_on is None


class MailChoice(models.TextChoices):
    """How soon a person wants to hear of a topic."""

    AT_ONCE = "at_once", _("At once when somebody waits for me, the rest once a day")
    DAILY = "daily", _("Once a day, in a summary")
    WEEKLY = "weekly", _("Once a week, on Monday")
    NEVER = "never", _("Never")


class MailPreferenceQuerySet(models.QuerySet["MailPreference"]):
    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class MailPreference(models.Model):
    """What a person chose for one topic of mails; without a row the topic's own choice holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="mail_preferences",
    )
    topic = models.CharField(_("topic"), max_length=20)
    choice = models.CharField(_("choice"), max_length=10, choices=MailChoice)

    objects = MailPreferenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("choice of mails")
        verbose_name_plural = _("choices of mails")
        ordering = ["user", "topic"]
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], name="core_mailpreference_once"),
            models.CheckConstraint(
                condition=Q(choice__in=MailChoice.values), name="core_mailpreference_choice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.choice}"


class JobStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: Any) -> Self:
        """The jobs that the user started."""
        return self.filter(owner=user) if user.is_authenticated else self.none()


class Job(models.Model):
    """Long work with progress that the page and the command line both show.

    `attempts` counts how often it was taken up; `heartbeat_at` is its last sign of life, in real
    time: written, queued again or worked on.
    """

    kind = models.CharField(_("kind"), max_length=60)
    status = models.CharField(
        _("status"), max_length=10, choices=JobStatus, default=JobStatus.WAITING
    )
    parameters = models.JSONField(default=dict)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("started by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    result = models.JSONField(default=dict)
    input_file = models.FileField(upload_to="jobs/", blank=True)
    output_file = models.FileField(upload_to="jobs/", blank=True)
    error = models.CharField(max_length=500, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(_("created"))
    started_at = models.DateTimeField(_("started"), null=True)
    heartbeat_at = models.DateTimeField(default=clock.real_now)
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["status", "heartbeat_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=JobStatus.values), name="core_job_status"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=[JobStatus.DONE, JobStatus.FAILED])
                | Q(finished_at__isnull=False),
                name="core_job_finished_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("core:job", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.status in (JobStatus.WAITING, JobStatus.RUNNING)

    @property
    def percent(self) -> int:
        """How far the work is, 0 to 100."""
        return min(100 * self.done // self.total, 100) if self.total else 0


class DocumentStatus(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    MAKING = "making", _("Being made")
    MADE = "made", _("Made")
    FAILED = "failed", _("Failed")


class Document(models.Model):
    """One document: what it prints, frozen when it was ordered, and its file once it is made.

    Such rows stay. `code` is what a reader verifies it by, `digest` that of the snapshot,
    `file_digest` that of the file. The sweep takes up what is due from `due_at` on.
    """

    kind = models.CharField(_("kind"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=10)
    about_type = models.CharField(max_length=100)
    about_id = models.CharField(max_length=40)
    snapshot = models.JSONField()
    digest = models.CharField(_("digest of the content"), max_length=64)
    template_version = models.PositiveSmallIntegerField(_("version of the template"))
    code = models.CharField(_("verification code"), max_length=23, unique=True)
    status = models.CharField(
        _("status"), max_length=10, choices=DocumentStatus, default=DocumentStatus.WAITING
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("ordered"))
    made_at = models.DateTimeField(_("made at"), null=True)
    superseded_at = models.DateTimeField(_("superseded"), null=True)
    file = models.FileField(upload_to="documents/", blank=True)
    file_digest = models.CharField(_("digest of the file"), max_length=64, blank=True)
    sealed_by = models.CharField(_("sealed by"), max_length=300, blank=True)
    sealed_at = models.DateTimeField(_("sealed at"), null=True)
    seal_fingerprint = models.CharField(_("certificate"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["status", "due_at"]),
            models.Index(fields=["about_type", "about_id"]),
            models.Index(fields=["file_digest"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about_type", "about_id", "digest"], name="core_document_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=DocumentStatus.values), name="core_document_status"
            ),
            models.CheckConstraint(
                condition=(
                    Q(status=DocumentStatus.MADE, made_at__isnull=False)
                    & ~Q(file="")
                    & ~Q(file_digest="")
                )
                | (
                    ~Q(status=DocumentStatus.MADE)
                    & Q(made_at__isnull=True, file="", file_digest="")
                ),
                name="core_document_made_has_file",
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.MAKING) | Q(claimed_at__isnull=False),
                name="core_document_making_has_claim",
            ),
            models.CheckConstraint(
                condition=~Q(status=DocumentStatus.FAILED) | ~Q(error=""),
                name="core_document_failed_has_error",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_ready(self) -> bool:
        """Whether there is a file to download."""
        return self.status == DocumentStatus.MADE


class ClockShift(models.Model):
    """How far the demo's clock is ahead of the real time: one row, read in demo mode alone.

    `moves` counts how often somebody moved it, so that two people do not press for the same move;
    `job` is the last move, which may still be under way.
    """

    ahead = models.DurationField(_("ahead of the real time"), default=timedelta)
    moves = models.PositiveIntegerField(_("moves"), default=0)
    job = models.ForeignKey(
        Job, verbose_name=_("last move"), null=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        verbose_name = _("clock of the demo")
        verbose_name_plural = _("clock of the demo")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="core_clockshift_single"),
            models.CheckConstraint(
                condition=Q(ahead__gte=timedelta(0)), name="core_clockshift_forward"
            ),
        ]

    def __str__(self) -> str:
        return str(self.ahead)

    @property
    def is_moving(self) -> bool:
        """Whether a move is under way."""
        return self.job is not None and self.job.is_open

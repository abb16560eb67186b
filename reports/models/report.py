"""The final activity report of one side of an exchange."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from exchanges.enums import ORGANISATIONS, Capacity
from exchanges.models import Exchange
from profiles.models import Partnership, Profile, User
from reports.enums import HANDED_IN, HAPPENED, WRITABLE_REPORTS, ReportOutcome, ReportState
from reports.models.questionnaire import Questionnaire

SOURCE_LENGTH = 500


class ReportQuerySet(models.QuerySet["Report"]):
    def visible_to(self, user: Any) -> Self:
        """That of one's own side; staff of both partnerships and the Support Office read both."""
        if not user.is_authenticated:
            return self.none()
        own = Profile.objects.of_member(user).values("pk")
        return self.filter(
            Q(capacity=Capacity.HO, exchange__host__in=own)
            | Q(capacity=Capacity.VO, exchange__visitor__in=own)
            | Q(exchange__in=Exchange.objects.of_staff(user).values("pk"))
        )

    def handed_in(self) -> Self:
        return self.filter(state__in=HANDED_IN)

    def with_parties(self) -> Self:
        """With all that a baton asks of the exchange and its four parties."""
        exchanges = Exchange.objects.with_parties()
        return self.select_related("questionnaire").prefetch_related(
            Prefetch("exchange", exchanges)
        )


class Report(models.Model):
    """What the host (capacity HO) or the visitor (VO) answers after an exchange.

    `answers` are kept by the keys of the questions of its `questionnaire`, `prefilled` are those
    that stood there from the commitment when it was opened. `days_done` are working days without
    travel. `on_behalf_of` is the partnership that completed it for the side, with `source` saying
    on what grounds. `revision` grows with every saving.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="reports")
    capacity = models.CharField(_("side"), max_length=3, choices=Capacity)
    state = models.CharField(
        _("state"), max_length=12, choices=ReportState, default=ReportState.OPEN
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.PROTECT, related_name="reports"
    )
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    prefilled = models.JSONField(default=dict, blank=True)
    revision = models.PositiveIntegerField(default=0)
    outcome = models.CharField(
        _("what became of the exchange"), max_length=20, choices=ReportOutcome, blank=True
    )
    starts_on = models.DateField(_("first day"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    days_done = models.PositiveSmallIntegerField(
        _("working days without travel"), null=True, blank=True
    )
    opened_at = models.DateTimeField(default=clock.now)
    due_on = models.DateField(_("due"))
    saved_at = models.DateTimeField(null=True, blank=True)
    saved_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(_("handed in"), null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    on_behalf_of = models.ForeignKey(
        Partnership,
        verbose_name=_("completed by"),
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    source = models.CharField(_("what is known and from where"), max_length=500, blank=True)
    validated_at = models.DateTimeField(_("validated"), null=True, blank=True)
    validated_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("final activity report")
        verbose_name_plural = _("final activity reports")
        ordering = ["exchange", "capacity"]
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "capacity"], name="reports_report_once"),
            models.CheckConstraint(
                condition=Q(state__in=ReportState.values), name="reports_report_state"
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=ORGANISATIONS), name="reports_report_capacity"
            ),
            models.CheckConstraint(
                condition=Q(state__in=WRITABLE_REPORTS)
                | Q(submitted_at__isnull=False, outcome__in=ReportOutcome.values),
                name="reports_report_handed_in_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WRITABLE_REPORTS)
                | ~Q(outcome__in=HAPPENED)
                | Q(starts_on__isnull=False, ends_on__isnull=False, days_done__isnull=False),
                name="reports_report_handed_in_has_days",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="reports_report_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state=ReportState.VALIDATED) | Q(validated_at__isnull=False),
                name="reports_report_validated_has_time",
            ),
            models.CheckConstraint(
                condition=Q(on_behalf_of=None) | ~Q(source=""),
                name="reports_report_on_behalf_has_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capacity} of {self.exchange_id}"

    def get_absolute_url(self) -> str:
        return reverse("reports:report", args=[self.ref])

    @property
    def ref(self) -> str:
        """The reference of its exchange, as it stands in addresses."""
        return self.exchange.ref

    @property
    def is_writable(self) -> bool:
        return self.state in WRITABLE_REPORTS

    @property
    def is_handed_in(self) -> bool:
        return self.state in HANDED_IN

    @property
    def has_happened(self) -> bool:
        """Whether the exchange took place, in full or in part, as this side says."""
        return self.outcome in HAPPENED

    @property
    def partnership_capacity(self) -> Capacity:
        """In which capacity the partnership of this side validates it."""
        return Capacity.HOP if self.capacity == Capacity.HO else Capacity.VOP


class OfReportQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(report__in=Report.objects.visible_to(user).values("pk"))


class OfSubjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(subject__in=Report.objects.visible_to(user).values("pk"))


class ReportStep(TransitionRecord):
    """One step of a report, and in which capacity it was taken."""

    subject = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="transitions")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfSubjectQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a report")
        verbose_name_plural = _("steps of reports")
        indexes = [models.Index(fields=["subject", "at"])]


class ReportReminder(models.Model):
    """A side was reminded of its report: by a person (`level` 0), or by itself on one of the
    `level`s (1 to 4)."""

    report = models.ForeignKey(Report, on_delete=models.PROTECT, related_name="reminders")
    level = models.PositiveSmallIntegerField(default=0)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = OfReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("reminder to report")
        verbose_name_plural = _("reminders to report")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(level=0, by__isnull=False) | Q(level__gt=0, by__isnull=True),
                name="reports_reportreminder_by",
            ),
            models.UniqueConstraint(
                fields=["report", "level"],
                condition=Q(level__gt=0),
                name="reports_reportreminder_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.level} of {self.report_id}"

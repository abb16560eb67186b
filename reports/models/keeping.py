"""What partnerships record by hand, whom they told, and periods that are reported for good."""

import secrets
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from profiles.models import Indicator, Partnership, Registration, User
from reports.enums import OutreachKind

DIGEST_LENGTH = 64


def new_code() -> str:
    """Short enough for a poster, and nobody guesses the next one."""
    return secrets.token_hex(4)


class OfPartnershipQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """That of the partnerships one works for; the Support Office and observers see all."""
        if not user.is_authenticated or not user.is_staff:
            return self.none()
        if user.is_support or user.is_observer:
            return self.all()
        return self.filter(partnership__in=user.staffed_partnership_ids)


class HandRecord(models.Model):
    """Something that counts for an indicator and that the portal cannot see by itself."""

    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="hand_records"
    )
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="records")
    count = models.PositiveIntegerField(_("how many count"), default=1)
    title = models.CharField(_("what"), max_length=200)
    on = models.DateField(_("when"))
    place = models.CharField(_("where"), max_length=120, blank=True)
    participants = models.CharField(_("who took part"), max_length=500, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    proof = models.FileField(_("proof"), upload_to="records/", blank=True)
    proof_digest = models.CharField(max_length=DIGEST_LENGTH, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = OfPartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        ordering = ["-on", "-pk"]
        indexes = [models.Index(fields=["partnership", "indicator", "on"])]
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="reports_record_count")
        ]

    def __str__(self) -> str:
        return self.title


class OutreachAction(models.Model):
    """Somebody was told of the scheme: an event, a mailing, a post, a network. Whoever registers by
    its link `/o/<code>/` is counted for it."""

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="outreach")
    kind = models.CharField(_("how"), max_length=10, choices=OutreachKind)
    title = models.CharField(_("what"), max_length=200)
    on = models.DateField(_("when"))
    place = models.CharField(_("where"), max_length=120, blank=True)
    channel = models.CharField(_("channel"), max_length=120, blank=True)
    reached = models.PositiveIntegerField(_("people reached"), null=True, blank=True)
    address = models.URLField(_("address of the post or page"), blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    code = models.CharField(max_length=16, unique=True, default=new_code)
    visits = models.PositiveIntegerField(_("visits by the link"), default=0)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=clock.now)

    objects = OfPartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("outreach action")
        verbose_name_plural = _("outreach")
        ordering = ["-on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=OutreachKind.values), name="reports_outreach_kind"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The link to hand out."""
        return reverse("reports:outreach_link", args=[self.code])


class AttributionQuerySet(models.QuerySet["Attribution"]):
    def visible_to(self, user: Any) -> Self:
        seen = OutreachAction.objects.visible_to(user).values("pk")
        return self.filter(action__in=seen)


class Attribution(models.Model):
    """A registration that came by the link of an action."""

    registration = models.OneToOneField(
        Registration, on_delete=models.CASCADE, related_name="attribution"
    )
    action = models.ForeignKey(
        OutreachAction, on_delete=models.PROTECT, related_name="attributions"
    )
    at = models.DateTimeField(default=clock.now)

    objects = AttributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration by outreach")
        verbose_name_plural = _("registrations by outreach")

    def __str__(self) -> str:
        return f"{self.registration_id} by {self.action_id}"


class ReportingPeriod(models.Model):
    """The figures of a partnership between two days, frozen: `snapshot` never changes, `digest` is
    its SHA-256."""

    partnership = models.ForeignKey(
        Partnership, null=True, on_delete=models.PROTECT, related_name="reporting_periods"
    )
    name = models.CharField(_("name"), max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    texts = models.JSONField(_("texts of the report"), default=dict, blank=True)
    snapshot = models.JSONField()
    digest = models.CharField(max_length=DIGEST_LENGTH)
    frozen_at = models.DateTimeField(_("frozen"), default=clock.now)
    frozen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = OfPartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("reporting period")
        verbose_name_plural = _("reporting periods")
        ordering = ["-ends_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="reports_period_dates"
            ),
            models.UniqueConstraint(
                fields=["partnership", "name"], name="reports_period_name_once"
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(partnership=None),
                name="reports_period_name_once_for_all",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("reports:period", args=[self.pk])


class ReportText(models.Model):
    """One of a partnership's own texts for the implementation report, kept between exports."""

    partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="report_texts"
    )
    section = models.CharField(_("section"), max_length=30)
    text = models.TextField(_("text"), max_length=10000, blank=True)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    objects = OfPartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("text of the implementation report")
        verbose_name_plural = _("texts of the implementation report")
        constraints = [
            models.UniqueConstraint(fields=["partnership", "section"], name="reports_text_once")
        ]

    def __str__(self) -> str:
        return f"{self.section} of {self.partnership_id}"

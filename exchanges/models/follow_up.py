"""What happens while an exchange runs: arrival, attendance, answers, incidents, interruptions."""

from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from exchanges.enums import (
    Capacity,
    IncidentKind,
    IncidentSeverity,
    IncidentState,
    InterruptionKind,
    InterruptionState,
)
from exchanges.models.exchange import Exchange, OfExchangeQuerySet
from profiles.models import User

TEXT_LENGTH = 3000


class OfFollowUpQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        seen = Exchange.objects.visible_to(user).values("pk")
        return self.filter(subject__exchange__in=seen)


class CheckIn(models.Model):
    """One side says that the visit has begun."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="check_ins")
    capacity = models.CharField(max_length=3, choices=Capacity)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("note"), max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "capacity"], name="exchanges_checkin_once"),
            models.CheckConstraint(
                condition=Q(capacity__in=[Capacity.HO, Capacity.VO]),
                name="exchanges_checkin_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capacity} of {self.exchange_id}"


class MidwayAnswer(models.Model):
    """How one side finds a longer exchange half-way through, from 1 to 5."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="midway_answers")
    capacity = models.CharField(max_length=3, choices=Capacity)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField(
        _("how it goes"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    text = models.TextField(_("what should change"), max_length=TEXT_LENGTH, blank=True)
    at = models.DateTimeField(default=clock.now)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("mid-way answer")
        verbose_name_plural = _("mid-way answers")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "capacity"], name="exchanges_midway_once"),
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5), name="exchanges_midway_rating"
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=[Capacity.HO, Capacity.VO]),
                name="exchanges_midway_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.capacity} of {self.exchange_id}"


class Attendance(models.Model):
    """Whether one side took part in one session of the agenda, as one side noted it."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="attendances")
    slot = models.CharField(max_length=20)
    day = models.DateField()
    capacity = models.CharField(max_length=3, choices=Capacity)
    was_present = models.BooleanField(_("took part"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["day", "slot", "capacity"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "slot", "capacity"], name="exchanges_attendance_once"
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=[Capacity.HO, Capacity.VO]),
                name="exchanges_attendance_capacity",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slot} of {self.exchange_id}"


class Incident(models.Model):
    """Something that goes wrong, and on which rung of the ladder it is."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="incidents")
    kind = models.CharField(_("what it is about"), max_length=12, choices=IncidentKind)
    severity = models.CharField(_("how bad it is"), max_length=8, choices=IncidentSeverity)
    text = models.TextField(_("what happened"), max_length=TEXT_LENGTH)
    state = models.CharField(
        _("state"), max_length=12, choices=IncidentState, default=IncidentState.PARTIES
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=3, choices=Capacity)
    reported_at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        ordering = ["-reported_at", "-pk"]
        indexes = [models.Index(fields=["state", "state_since"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=IncidentState.values), name="exchanges_incident_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=IncidentState.SETTLED) | Q(settled_at__isnull=False),
                name="exchanges_incident_settled_has_time",
            ),
            models.CheckConstraint(condition=~Q(text=""), name="exchanges_incident_text"),
        ]

    def __str__(self) -> str:
        return f"incident {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("exchanges:incident", args=[self.pk])

    @property
    def ref(self) -> str:
        """As it stands in addresses."""
        return str(self.pk)


class IncidentStep(TransitionRecord):
    """One step of an incident, and in which capacity it was taken."""

    subject = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="transitions")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfFollowUpQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of an incident")
        verbose_name_plural = _("steps of incidents")
        indexes = [models.Index(fields=["subject", "at"])]


class Interruption(models.Model):
    """A request to end early, or to postpone, go online or cancel because of force majeure.

    Both partnerships decide; a partnership that is both decides once. `last_day` is the last day of
    an early end. `outcome` keeps what followed by the rules once both had agreed: the plain values
    of `exchanges.queries.consequences.Consequences`.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="interruptions")
    kind = models.CharField(_("what is asked"), max_length=12, choices=InterruptionKind)
    is_force_majeure = models.BooleanField(_("force majeure"), default=False)
    last_day = models.DateField(_("last day"), null=True, blank=True)
    reason = models.TextField(_("reason"), max_length=TEXT_LENGTH)
    proof = models.FileField(_("proof"), upload_to="interruptions/", blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=InterruptionState, default=InterruptionState.ASKED
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=3, choices=Capacity)
    asked_at = models.DateTimeField(default=clock.now)
    host_partnership_agreed_at = models.DateTimeField(null=True, blank=True)
    visitor_partnership_agreed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.JSONField(default=dict, blank=True)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("interruption")
        verbose_name_plural = _("interruptions")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange"],
                condition=Q(state=InterruptionState.ASKED),
                name="exchanges_interruption_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=InterruptionState.values),
                name="exchanges_interruption_state",
            ),
            models.CheckConstraint(
                condition=~Q(state=InterruptionState.ACCEPTED)
                | Q(
                    host_partnership_agreed_at__isnull=False,
                    visitor_partnership_agreed_at__isnull=False,
                ),
                name="exchanges_interruption_accepted_by_both",
            ),
            models.CheckConstraint(
                condition=~Q(kind=InterruptionKind.EARLY_END) | Q(last_day__isnull=False),
                name="exchanges_interruption_early_end_has_day",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="exchanges_interruption_reason"),
        ]

    def __str__(self) -> str:
        return f"interruption {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("exchanges:interruption", args=[self.pk])

    @property
    def ref(self) -> str:
        """As it stands in addresses."""
        return str(self.pk)


class InterruptionStep(TransitionRecord):
    """One step of an interruption, and in which capacity it was taken."""

    subject = models.ForeignKey(Interruption, on_delete=models.PROTECT, related_name="transitions")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfFollowUpQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of an interruption")
        verbose_name_plural = _("steps of interruptions")
        indexes = [models.Index(fields=["subject", "at"])]

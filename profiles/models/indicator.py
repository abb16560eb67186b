"""What a partnership promised to reach, by the indicators of its grant."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from profiles.enums import CountedFrom
from profiles.models.reference import Partnership


class Indicator(models.Model):
    """One line of the table of objectives and indicators. `category` is an organisation type's
    `kpi_category`: the exchanges of visitors of these types alone; empty for all."""

    code = models.CharField(_("code"), max_length=20, primary_key=True)
    label = models.CharField(_("indicator"), max_length=200)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    counted_from = models.CharField(_("counted from"), max_length=20, choices=CountedFrom)
    category = models.CharField(_("category of the visitor"), max_length=30, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["position"]
        constraints = [
            models.CheckConstraint(
                condition=Q(counted_from__in=CountedFrom.values), name="profiles_indicator_from"
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"


class IndicatorTargetQuerySet(models.QuerySet["IndicatorTarget"]):
    def visible_to(self, user: Any) -> Self:
        """Those of the partnerships one works for; the Support Office and observers see all."""
        if not user.is_authenticated or not user.is_staff:
            return self.none()
        if user.is_support or user.is_observer:
            return self.all()
        return self.filter(partnership__in=user.staffed_partnership_ids)


class IndicatorTarget(models.Model):
    """How many of an indicator a partnership promised, until when, and what it says about it.
    `due` is the date as the grant writes it, such as M24."""

    partnership = models.ForeignKey(Partnership, on_delete=models.CASCADE, related_name="targets")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    number = models.PositiveIntegerField(_("target"))
    due = models.CharField(_("due, as the grant says"), max_length=20, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    comment = models.TextField(_("comment"), max_length=1000, blank=True)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(
        "profiles.User", null=True, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField(default=clock.now)

    objects = IndicatorTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        ordering = ["partnership", "indicator__position"]
        constraints = [
            models.UniqueConstraint(
                fields=["partnership", "indicator"], name="profiles_target_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.indicator_id}: {self.number}"

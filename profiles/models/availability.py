"""When a profile is available."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from profiles.models.profile import Profile

MAX_WINDOWS = 5


class AvailabilityWindowQuerySet(models.QuerySet["AvailabilityWindow"]):
    def visible_to(self, user: Any) -> Self:
        """The windows of the profiles that the user sees."""
        return self.filter(profile__in=Profile.objects.visible_to(user))


class AvailabilityWindow(models.Model):
    """A span of days, both ends counted. A profile without any is available at any time."""

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="windows")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))

    objects = AvailabilityWindowQuerySet.as_manager()

    class Meta:
        verbose_name = _("availability")
        verbose_name_plural = _("availability")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="profiles_window_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"

"""A registration on its way: what was answered so far, before there is a profile."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from profiles.models.organisation import Organisation
from profiles.models.profile import Profile
from profiles.models.user import User


class RegistrationQuerySet(models.QuerySet["Registration"]):
    def open(self) -> Self:
        return self.filter(profile__isnull=True)

    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(owner=user) if user.is_authenticated else self.none()


class Registration(models.Model):
    """Answers of the short path. `profile` is set once it was submitted, and never twice."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(
        User, null=True, on_delete=models.CASCADE, related_name="registrations"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.CASCADE, related_name="registrations"
    )
    answers = models.JSONField(_("answers"), default=dict)
    source = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    saved_at = models.DateTimeField(default=clock.now)
    profile = models.OneToOneField(
        Profile, null=True, on_delete=models.PROTECT, related_name="registration"
    )

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        ordering = ["-saved_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(profile__isnull=True) | Q(owner__isnull=False),
                name="profiles_registration_submitted_by_owner",
            )
        ]

    def __str__(self) -> str:
        return f"registration {self.pk}"

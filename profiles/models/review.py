"""What happened to a profile at the validation desk."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.workflow import TransitionRecord
from profiles.models.organisation import Organisation
from profiles.models.profile import Profile
from profiles.models.reference import Partnership
from profiles.models.user import User


class OfProfileQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What belongs to one's own profiles, and for staff to those they validate."""
        if not user.is_authenticated:
            return self.none()
        own = Profile.objects.of_member(user) | Profile.objects.validated_by(user)
        return self.filter(**{f"{self.model.profile_field}__in": own.values("pk")})


class ProfileTransition(TransitionRecord):
    """One step in the life of a profile, and on whose behalf it was taken."""

    profile_field = "subject"

    subject = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="transitions")
    partnership = models.ForeignKey(
        Partnership, null=True, on_delete=models.PROTECT, related_name="+"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="+"
    )
    handed_to = models.ForeignKey(
        Partnership, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfProfileQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a profile")
        verbose_name_plural = _("steps of profiles")
        indexes = [models.Index(fields=["subject", "at"])]


class ProfileSubmission(models.Model):
    """The profile as it was when it was submitted for the n-th time."""

    profile_field = "profile"

    profile = models.ForeignKey(Profile, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveSmallIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(_("facts"))
    reminders = models.PositiveSmallIntegerField(_("reminders sent"), default=0)

    objects = OfProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        ordering = ["profile", "number"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "number"], name="profiles_submission_number")
        ]

    def __str__(self) -> str:
        return f"{self.profile_id} no. {self.number}"

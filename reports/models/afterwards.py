"""What lives on after an exchange: its story, who took part, and the question a year later."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from exchanges.enums import ORGANISATIONS, Capacity
from exchanges.models import Exchange
from profiles.models import Profile, User
from reports.enums import StoryState

TEXT_LENGTH = 6000


class OfSideQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What one's own side wrote; staff of both partnerships and the Support Office see all."""
        if not user.is_authenticated:
            return self.none()
        own = Profile.objects.of_member(user).values("pk")
        return self.filter(
            Q(capacity=Capacity.HO, exchange__host__in=own)
            | Q(capacity=Capacity.VO, exchange__visitor__in=own)
            | Q(exchange__in=Exchange.objects.of_staff(user).values("pk"))
        )


class SuccessStoryQuerySet(OfSideQuerySet):
    def published(self) -> Self:
        return self.filter(state=StoryState.PUBLISHED)


class SuccessStory(models.Model):
    """What one side tells of an exchange, with its consent to publish it."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="stories")
    capacity = models.CharField(_("side"), max_length=3, choices=Capacity)
    state = models.CharField(
        _("state"), max_length=12, choices=StoryState, default=StoryState.OFFERED
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("story"), max_length=TEXT_LENGTH)
    quote = models.CharField(_("one sentence to quote"), max_length=300, blank=True)
    photo = models.ImageField(_("photo"), upload_to="stories/", blank=True)
    photo_text = models.CharField(_("what the photo shows"), max_length=200, blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(_("name under the story"), max_length=120)
    offered_at = models.DateTimeField(default=clock.now)
    consented_at = models.DateTimeField(_("consent to publish"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = SuccessStoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("success story")
        verbose_name_plural = _("success stories")
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "capacity"], name="reports_story_once"),
            models.CheckConstraint(
                condition=Q(state__in=StoryState.values), name="reports_story_state"
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=ORGANISATIONS), name="reports_story_capacity"
            ),
            models.CheckConstraint(
                condition=~Q(state=StoryState.PUBLISHED) | Q(published_at__isnull=False),
                name="reports_story_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(photo="") | ~Q(photo_text=""), name="reports_story_photo_has_text"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:story", args=[self.ref])

    @property
    def ref(self) -> str:
        """The reference of its exchange, as it stands in addresses."""
        return self.exchange.ref


class OfStoryQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(subject__in=SuccessStory.objects.visible_to(user).values("pk"))


class StoryStep(TransitionRecord):
    """One step of a success story."""

    subject = models.ForeignKey(SuccessStory, on_delete=models.PROTECT, related_name="transitions")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfStoryQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a success story")
        verbose_name_plural = _("steps of success stories")
        indexes = [models.Index(fields=["subject", "at"])]


class AlumniEntryQuerySet(models.QuerySet["AlumniEntry"]):
    def listed(self) -> Self:
        return self.filter(left_at=None, user__is_active=True)

    def visible_to(self, user: Any) -> Self:
        """The directory is for those who stand in it, and for staff; observers see no people."""
        if not user.is_authenticated:
            return self.none()
        is_staff = bool(user.is_support or user.staffed_partnership_ids)
        if is_staff or self.model.objects.listed().filter(user=user).exists():
            return self.listed()
        return self.filter(user=user)


class AlumniEntry(models.Model):
    """Somebody who took part in an exchange and wants to be found by others who did."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="alumni_entry")
    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(_("side"), max_length=3, choices=Capacity)
    headline = models.CharField(_("what I can be asked about"), max_length=200, blank=True)
    shows_address = models.BooleanField(_("show my address to other alumni"), default=False)
    is_mentor = models.BooleanField(_("I help those who prepare their first exchange"))
    joined_at = models.DateTimeField(_("joined"), default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = AlumniEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the alumni directory")
        verbose_name_plural = _("entries of the alumni directory")
        ordering = ["-joined_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__in=ORGANISATIONS), name="reports_alumni_capacity"
            )
        ]

    def __str__(self) -> str:
        return f"alumni entry {self.pk}"


class LaterAnswer(models.Model):
    """What came of an exchange after so many `months`: asked once, answered or not."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="later_answers")
    capacity = models.CharField(_("side"), max_length=3, choices=Capacity)
    months = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    effects = models.JSONField(_("what came of it"), default=list, blank=True)
    text = models.TextField(_("in your words"), max_length=2000, blank=True)

    objects = OfSideQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer after months")
        verbose_name_plural = _("answers after months")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "capacity", "months"], name="reports_later_once"
            ),
            models.CheckConstraint(
                condition=Q(capacity__in=ORGANISATIONS), name="reports_later_capacity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.months} months after {self.exchange_id}"

"""What a partnership knows of a country, and a person's private feed of dates."""

import secrets
from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from profiles.models import Country, Partnership, User

GUIDE_LENGTH = 3000


def new_token() -> str:
    """192 bits that nobody guesses."""
    return secrets.token_urlsafe(24)


class CountryGuideQuerySet(models.QuerySet["CountryGuide"]):
    def visible_to(self, user: Any) -> Self:
        """Practical information is for everybody, as the lump sums are."""
        return self.all()


class CountryGuide(models.Model):
    """Practical information about a country that a partnership keeps for those who go there.

    `lump_sum_full` is the partnership's own full rate for its visitors, in whole EUR and never
    above the programme's; empty for the programme's.
    """

    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="guides")
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="guides")
    travel = models.TextField(_("getting there and around"), max_length=GUIDE_LENGTH, blank=True)
    lodging = models.TextField(_("where to stay"), max_length=GUIDE_LENGTH, blank=True)
    health = models.TextField(_("health and insurance"), max_length=GUIDE_LENGTH, blank=True)
    entry = models.TextField(_("entry and visa"), max_length=GUIDE_LENGTH, blank=True)
    customs = models.TextField(_("good to know at work"), max_length=GUIDE_LENGTH, blank=True)
    contact = models.TextField(_("whom to call"), max_length=500, blank=True)
    notice = models.CharField(_("travel notice"), max_length=300, blank=True)
    lump_sum_full = models.PositiveIntegerField(_("own full lump sum (EUR)"), null=True, blank=True)
    updated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=clock.now)

    objects = CountryGuideQuerySet.as_manager()

    class Meta:
        verbose_name = _("guide to a country")
        verbose_name_plural = _("guides to countries")
        ordering = ["country", "partnership"]
        constraints = [
            models.UniqueConstraint(fields=["partnership", "country"], name="exchanges_guide_once")
        ]

    def __str__(self) -> str:
        return f"{self.country_id} by {self.partnership_id}"


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user) if user.is_authenticated else self.none()


class CalendarFeed(models.Model):
    """The private address of a person's dates. Whoever has it reads them, so it can be renewed."""

    user = models.OneToOneField(
        User, primary_key=True, on_delete=models.PROTECT, related_name="calendar_feed"
    )
    token = models.CharField(max_length=40, unique=True, default=new_token)
    created_at = models.DateTimeField(default=clock.now)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")

    def __str__(self) -> str:
        return f"feed of {self.user_id}"

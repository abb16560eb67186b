"""What people keep: profiles they marked, searches they repeat, and alerts of strangers."""

import uuid
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.fields import CodeSetField
from profiles.enums import Role
from profiles.models import Country, Profile, Sector, User

NAME_LENGTH = 80
QUERY_LENGTH = 1000
MOST_SEARCHES = 20


class OwnQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """One's own."""
        return self.filter(user=user) if user.is_authenticated else self.none()


class Bookmark(models.Model):
    """A profile that a person wants to find again. Nobody else sees it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    profile = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "profile"], name="matching_bookmark_one")
        ]

    def __str__(self) -> str:
        return f"bookmark {self.pk}"


class SavedSearch(models.Model):
    """A search of the catalogue that a person repeats. `query` is what stands in the address.

    With an alert the person is told of what was published since `looked_at` and fits the search.
    One with a `profile` has neither name nor query: it finds those that fit this profile highly.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    profile = models.ForeignKey(
        Profile, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("name"), max_length=NAME_LENGTH, blank=True)
    query = models.CharField(max_length=QUERY_LENGTH, blank=True)
    has_alert = models.BooleanField(_("tell me of new ones by mail"), default=True)
    looked_at = models.DateTimeField(default=clock.now)
    created_at = models.DateTimeField(default=clock.now)

    objects = OwnQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "name"],
                condition=Q(profile__isnull=True),
                name="matching_savedsearch_name",
            ),
            models.UniqueConstraint(
                fields=["user", "profile"], name="matching_savedsearch_profile"
            ),
            models.CheckConstraint(
                condition=(Q(profile__isnull=True) & ~Q(name=""))
                | Q(profile__isnull=False, name="", query=""),
                name="matching_savedsearch_for_profile",
            ),
        ]

    def __str__(self) -> str:
        return f"saved search {self.pk}"


class PartnerAlert(models.Model):
    """Somebody without an account wants to hear once when there are partners.

    Nothing is sent but the question for confirmation until `confirmed_at`; once told, or when they
    wish, the row is deleted. They are told when more than `known_partners` fit; that was counted
    when the index had the stamp `known_stamp`.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), max_length=254)
    language = models.CharField(max_length=10)
    role = models.CharField(max_length=10, choices=Role)
    country = models.ForeignKey(Country, on_delete=models.PROTECT, related_name="+")
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, related_name="+")
    purposes = CodeSetField(max_length=260)
    created_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    known_partners = models.PositiveIntegerField(default=0)
    known_stamp = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["email", "role", "country", "sector"], name="matching_partneralert_one"
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="matching_partneralert_role"
            ),
        ]

    def __str__(self) -> str:
        return f"alert {self.pk}"

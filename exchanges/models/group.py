"""A host's offer to several visitors at once; each has an own match, commitment and report."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.fields import CodeSetField
from cxc_portal.core.workflow import TransitionRecord
from exchanges.enums import ExchangeMode, ExchangeState, GroupState
from profiles.models import Profile, User


class GroupOfferQuerySet(models.QuerySet["GroupOffer"]):
    def open(self) -> Self:
        """Still open for visitors on the day that is today."""
        return self.filter(state=GroupState.OPEN, closes_on__gte=clock.today())

    def visible_to(self, user: Any) -> Self:
        """One's own, those of hosts whom one's partnership validates, those that one joined, and
        open ones for whoever may see their host in the catalogue."""
        if not user.is_authenticated:
            return self.none()
        own = Profile.objects.of_member(user) | Profile.objects.validated_by(user)
        joined = GroupPlace.objects.filter(visitor__in=own.values("pk")).values("offer")
        shown = Q(host__in=Profile.objects.visible_to(user).values("pk"), state=GroupState.OPEN)
        return self.filter(Q(host__in=own.values("pk")) | Q(pk__in=joined) | shown)


class GroupOffer(models.Model):
    """Dates, agenda and places that a host offers until a closing day.

    `sections` holds the contents that each visitor's draft begins with, by the name of the section
    (`exchanges.commitment.terms`).
    """

    host = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="group_offers")
    title = models.CharField(_("title"), max_length=120)
    description = models.TextField(_("description"), max_length=3000)
    mode = models.CharField(_("in person or online"), max_length=10, choices=ExchangeMode)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    places = models.PositiveSmallIntegerField(_("places"))
    eligible_types = CodeSetField(_("types of organisation"), max_length=300)
    closes_on = models.DateField(_("places can be taken until"))
    sections = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=12, choices=GroupState, default=GroupState.OPEN)
    state_since = models.DateTimeField(_("since"), default=clock.now)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    objects = GroupOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("group exchange")
        verbose_name_plural = _("group exchanges")
        ordering = ["starts_on", "pk"]
        indexes = [models.Index(fields=["state", "closes_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=GroupState.values), name="exchanges_group_state"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=ExchangeMode.values), name="exchanges_group_mode"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on"), closes_on__lte=F("starts_on")),
                name="exchanges_group_dates",
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="exchanges_group_places"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("exchanges:group", args=[self.pk])

    @property
    def ref(self) -> str:
        """As it stands in addresses."""
        return str(self.pk)


class GroupPlaceQuerySet(models.QuerySet["GroupPlace"]):
    def taken(self) -> Self:
        """Those that nobody else can take. A cancelled exchange frees its place by itself."""
        return self.filter(left_at__isnull=True).exclude(exchange__state=ExchangeState.CANCELLED)

    def visible_to(self, user: Any) -> Self:
        return self.filter(offer__in=GroupOffer.objects.visible_to(user).values("pk"))


class GroupPlace(models.Model):
    """A visitor's place in a group, given up again when `left_at` is set."""

    offer = models.ForeignKey(GroupOffer, on_delete=models.PROTECT, related_name="places_taken")
    visitor = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="group_places")
    exchange = models.OneToOneField(
        "exchanges.Exchange", on_delete=models.PROTECT, related_name="group_place"
    )
    at = models.DateTimeField(default=clock.now)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = GroupPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a group")
        verbose_name_plural = _("places in groups")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "visitor"],
                condition=Q(left_at__isnull=True),
                name="exchanges_groupplace_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.visitor_id} in {self.offer_id}"


class OfOfferQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(subject__in=GroupOffer.objects.visible_to(user).values("pk"))


class GroupStep(TransitionRecord):
    """One step of a group exchange."""

    subject = models.ForeignKey(GroupOffer, on_delete=models.PROTECT, related_name="transitions")

    objects = OfOfferQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a group exchange")
        verbose_name_plural = _("steps of group exchanges")
        indexes = [models.Index(fields=["subject", "at"])]

"""A profile: an organisation in one role, with its preferences."""

import secrets
from typing import Any, Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from cxc_portal.core import clock
from cxc_portal.core.fields import CodeSetField
from profiles.enums import Mode, ProfileState, Role
from profiles.models.organisation import Organisation
from profiles.models.reference import Cluster, Partnership
from profiles.models.user import User

REF_LENGTH = 20
REF_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LONGEST_STAY = 31


def new_ref() -> str:
    """A reference for a new profile: `P-` and 8 characters that cannot be misread."""
    return "P-" + "".join(secrets.choice(REF_ALPHABET) for _ in range(8))


class ProfileQuerySet(models.QuerySet["Profile"]):
    def published(self) -> Self:
        return self.filter(state=ProfileState.PUBLISHED)

    def of_member(self, user: Any) -> Self:
        """The profiles of the organisations that the user belongs to."""
        return self.filter(organisation__in=user.memberships.values("organisation"))

    def validated_by(self, user: Any) -> Self:
        """The profiles that are in the user's hands as staff: those of the own partnership, and for
        the Support Office all."""
        if not user.is_authenticated or not user.is_staff:
            return self.none()
        if user.is_support:
            return self.all()
        return self.filter(partnership__in=user.staffed_partnership_ids)

    def visible_to(self, user: Any) -> Self:
        """One's own in every state; published ones for holders of a published profile and for
        staff; staff those of their partnership in every state; the Support Office all."""
        if not user.is_authenticated:
            return self.none()
        if user.is_support:
            return self.all()
        own = Q(organisation__in=Organisation.objects.of_member(user))
        seen = own | Q(partnership__in=user.staffed_partnership_ids)
        if user.is_staff or self.model.objects.of_member(user).published().exists():
            seen |= Q(state=ProfileState.PUBLISHED)
        return self.filter(seen)


class Profile(models.Model):
    """What an organisation seeks and brings as a host or as a visitor."""

    ref = models.CharField(
        _("reference"),
        max_length=REF_LENGTH,
        unique=True,
        default=new_ref,
        validators=[RegexValidator(r"\A[A-Za-z0-9-]{1,20}\Z")],
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="profiles"
    )
    role = models.CharField(_("role"), max_length=10, choices=Role)
    state = models.CharField(
        _("state"), max_length=12, choices=ProfileState, default=ProfileState.DRAFT
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    partnership = models.ForeignKey(
        Partnership,
        verbose_name=_("reference partnership"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="profiles",
    )
    responsible_cluster = models.ForeignKey(
        Cluster, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    contact = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="profiles"
    )
    contact_name = models.CharField(_("name"), max_length=160, blank=True)
    contact_position = models.CharField(_("position"), max_length=100, blank=True)
    contact_email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    contact_phone = PhoneNumberField(_("telephone"), blank=True)
    linkedin = models.URLField(_("LinkedIn page"), max_length=255, blank=True)
    cv = models.FileField(_("CV"), upload_to="cvs/", blank=True)
    has_declared_residence = models.BooleanField(_("residence declaration"), default=False)

    languages = CodeSetField(_("working languages"), max_length=200)
    objectives = CodeSetField(_("objectives"), max_length=60)
    activities = CodeSetField(_("activities"), max_length=200)
    min_days = models.PositiveSmallIntegerField(
        _("from (working days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_STAY)],
    )
    max_days = models.PositiveSmallIntegerField(
        _("to (working days)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_STAY)],
    )
    mode = models.CharField(_("in person or online"), max_length=10, choices=Mode, default="either")
    wanted_types = CodeSetField(_("types of organisation sought"), max_length=300)
    wanted_countries = CodeSetField(_("countries sought"), max_length=200)
    wanted_sectors = CodeSetField(_("sectors sought"), max_length=300)

    max_visitors = models.PositiveSmallIntegerField(_("visitors at once"), null=True, blank=True)
    welcomes_groups = models.BooleanField(_("welcomes groups"), default=False)
    premises = models.TextField(_("premises"), max_length=1500, blank=True)
    joins_groups = models.BooleanField(_("would join a group"), default=False)
    accessibility_needs = models.CharField(_("accessibility needs"), max_length=500, blank=True)

    description = models.TextField(_("this profile in a few words"), max_length=2000, blank=True)
    motivation = models.TextField(_("what you hope for"), max_length=1500, blank=True)
    offer = models.TextField(_("what you bring"), max_length=1500, blank=True)
    is_in_teaser = models.BooleanField(_("shown without a name before registering"), default=True)

    consent_at = models.DateTimeField(_("consent given"), null=True, blank=True)
    consent_version = models.CharField(max_length=10, blank=True)
    source = models.CharField(max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(_("created"), default=clock.now)
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("last sign of interest"), default=clock.now)
    review_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    review_since = models.DateTimeField(null=True, blank=True)

    objects = ProfileQuerySet.as_manager()

    class Meta:
        verbose_name = _("profile")
        verbose_name_plural = _("profiles")
        ordering = ["-created_at", "ref"]
        indexes = [
            models.Index(fields=["partnership", "state", "submitted_at"]),
            models.Index(fields=["state", "role"]),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="profiles_profile_role"),
            models.CheckConstraint(
                condition=Q(state__in=ProfileState.values), name="profiles_profile_state"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="profiles_profile_mode"),
            models.CheckConstraint(condition=~Q(ref=""), name="profiles_profile_ref"),
            models.CheckConstraint(
                condition=Q(state__in=[ProfileState.DRAFT, ProfileState.WITHDRAWN])
                | Q(submitted_at__isnull=False, consent_at__isnull=False),
                name="profiles_profile_submitted_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[ProfileState.PUBLISHED, ProfileState.PAUSED, ProfileState.DORMANT]
                )
                | Q(published_at__isnull=False, partnership__isnull=False),
                name="profiles_profile_published_has_time",
            ),
            models.CheckConstraint(
                condition=Q(min_days__isnull=True, max_days__isnull=True)
                | Q(min_days__gte=1, max_days__gte=F("min_days")),
                name="profiles_profile_days",
            ),
            models.CheckConstraint(
                condition=Q(review_by__isnull=True, review_since__isnull=True)
                | Q(review_by__isnull=False, review_since__isnull=False),
                name="profiles_profile_review",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} ({self.role})"

    def get_absolute_url(self) -> str:
        return reverse("profiles:profile", args=[self.ref])

    @property
    def is_host(self) -> bool:
        return self.role == Role.HOST

    @property
    def is_published(self) -> bool:
        return self.state == ProfileState.PUBLISHED

    @property
    def counterpart(self) -> Role:
        """The role of those that this profile can be matched with."""
        return Role(self.role).counterpart

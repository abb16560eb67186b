"""An organisation: its facts, entered once."""

from typing import Any, Self

from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.fields import CodeSetField
from profiles.enums import StaffBand
from profiles.models.reference import Cluster, Country, OrganisationType, Sector

MAX_SECTORS = 5


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def of_member(self, user: Any) -> Self:
        """The organisations that the user belongs to."""
        return self.filter(memberships__user=user)

    def visible_to(self, user: Any) -> Self:
        """One's own; staff those with a profile in their partnership; the Support Office all."""
        if not user.is_authenticated:
            return self.none()
        if user.is_support:
            return self.all()
        everything = self.model.objects
        staffed = everything.filter(profiles__partnership__in=user.staffed_partnership_ids)
        return self.filter(
            Q(pk__in=everything.of_member(user).values("pk")) | Q(pk__in=staffed.values("pk"))
        )


class Organisation(models.Model):
    """What is true of an organisation whatever role it takes."""

    name = models.CharField(_("name"), max_length=150, validators=[MinLengthValidator(2)])
    organisation_type = models.ForeignKey(
        OrganisationType, verbose_name=_("type of organisation"), on_delete=models.PROTECT
    )
    country = models.ForeignKey(Country, verbose_name=_("country"), on_delete=models.PROTECT)
    main_sector = models.ForeignKey(
        Sector, verbose_name=_("main sector"), on_delete=models.PROTECT, related_name="+"
    )
    sectors = CodeSetField(_("sectors"), max_length=40)
    clusters = models.ManyToManyField(
        Cluster, verbose_name=_("clusters"), blank=True, related_name="organisations"
    )
    other_cluster = models.CharField(_("another cluster"), max_length=150, blank=True)
    legal_form = models.CharField(_("legal form"), max_length=80, blank=True)
    registration_number = models.CharField(
        _("registration or VAT number"), max_length=40, blank=True
    )
    street = models.CharField(_("street and number"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("town"), max_length=100, blank=True)
    region = models.CharField(_("region (NUTS)"), max_length=10, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    website = models.URLField(_("website"), max_length=255, blank=True)
    platform_url = models.URLField(_("profile on the cluster platform"), max_length=255, blank=True)
    logo = models.FileField(_("logo"), upload_to="logos/", blank=True)
    description = models.TextField(_("what you do"), max_length=2000, blank=True)
    founded_year = models.PositiveSmallIntegerField(
        _("founded in"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1000), MaxValueValidator(2100)],
    )
    staff_band = models.CharField(_("staff"), max_length=10, choices=StaffBand, blank=True)
    is_declared_sme = models.BooleanField(_("declared to be an SME"), default=False)
    staff_headcount = models.PositiveIntegerField(_("number of staff"), null=True, blank=True)
    turnover_eur = models.PositiveBigIntegerField(_("yearly turnover (EUR)"), null=True, blank=True)
    balance_eur = models.PositiveBigIntegerField(_("balance sheet (EUR)"), null=True, blank=True)
    physical_visit_used_on = models.DateField(_("physical visit used up on"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=clock.now)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        indexes = [models.Index(Lower("name"), "country", name="profiles_organisation_lookup")]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="profiles_organisation_name"),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="profiles_organisation_position",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def all_sectors(self) -> list[str]:
        """Main sector first, then the others."""
        return [self.main_sector_id, *(c for c in self.sectors if c != self.main_sector_id)]

    @property
    def has_address(self) -> bool:
        """Whether a letter would arrive."""
        return bool(self.street and self.postcode and self.city)

    def note_member(self, user: Any) -> None:
        """Whoever was found among the members already is not looked for again."""
        self._noted_member = user.pk

    def has_member(self, user: Any) -> bool:
        """Whether the person belongs to this organisation; prefetched `memberships` are used."""
        if user.pk is not None and user.pk == getattr(self, "_noted_member", None):
            return True
        if "memberships" in getattr(self, "_prefetched_objects_cache", {}):
            return any(membership.user_id == user.pk for membership in self.memberships.all())
        return self.memberships.filter(user=user).exists()

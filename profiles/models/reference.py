"""Reference data that the Support Office keeps: countries, sectors, types, partnerships, rules."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxc_portal.core.fields import CodeSetField
from profiles.enums import OrganisationFamily


class Country(models.Model):
    """A country, whether it takes part, and the full lump sum for a visit there."""

    code = models.CharField(_("code"), max_length=2, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    group = models.CharField(_("group"), max_length=10)
    is_eligible = models.BooleanField(_("takes part"))
    lump_sum_full = models.PositiveIntegerField(_("full lump sum (EUR)"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def lump_sum_half(self) -> int:
        """What a short or near visit brings, in whole EUR rounded down."""
        return self.lump_sum_full // 2


class Sector(models.Model):
    """A division of NACE Rev. 2."""

    code = models.CharField(_("division"), max_length=2, primary_key=True)
    section = models.CharField(_("section"), max_length=1)
    title = models.CharField(_("title"), max_length=200)
    keywords = models.CharField(_("also found by"), max_length=400, blank=True)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.title


class OrganisationType(models.Model):
    """A kind of organisation and the roles it may take."""

    code = models.CharField(_("code"), max_length=30, primary_key=True)
    label = models.CharField(_("label"), max_length=80)
    family = models.CharField(_("family"), max_length=10, choices=OrganisationFamily)
    needs_cluster_membership = models.BooleanField(_("must belong to a cluster"))
    may_visit = models.BooleanField(_("may visit"))
    may_host = models.BooleanField(_("may host"))
    kpi_category = models.CharField(_("indicator category"), max_length=30)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("organisation type")
        verbose_name_plural = _("organisation types")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.label

    @property
    def is_eligible(self) -> bool:
        """Whether organisations of this type can take part in some role."""
        return self.may_visit or self.may_host


class Partnership(models.Model):
    """A consortium of clusters that validates profiles and co-signs commitments."""

    acronym = models.CharField(_("acronym"), max_length=30, unique=True)
    field = models.CharField(_("field"), max_length=200)
    coordinator_name = models.CharField(_("coordinator"), max_length=120, blank=True)
    planned_exchanges = models.PositiveIntegerField(_("planned exchanges"), default=50)
    sectors = CodeSetField(_("sectors it works in"))
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = ["acronym"]

    def __str__(self) -> str:
        return self.acronym


class Cluster(models.Model):
    """A cluster organisation that organisations are members of."""

    name = models.CharField(_("name"), max_length=150)
    country = models.ForeignKey(
        Country, verbose_name=_("country"), null=True, blank=True, on_delete=models.PROTECT
    )
    partnership = models.ForeignKey(
        Partnership,
        verbose_name=_("partnership"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="clusters",
    )
    is_on_eccp = models.BooleanField(_("profiled on the cluster platform"), default=True)

    class Meta:
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="profiles_cluster_name")]

    def __str__(self) -> str:
        return self.name


class ProgrammeRules(models.Model):
    """One version of the programme's rules; the highest version is in force."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    values = models.JSONField(_("values"))
    note = models.CharField(_("what changed and why"), max_length=300)
    created_at = models.DateTimeField(_("in force since"))
    created_by = models.ForeignKey(
        "profiles.User", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("programme rules")
        verbose_name_plural = _("programme rules")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="profiles_rules_version")
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class ReasonText(models.Model):
    """A ready-made text to start from when an officer returns, rejects or suspends."""

    decision = models.CharField(_("decision"), max_length=20)
    title = models.CharField(_("title"), max_length=80)
    text = models.TextField(_("text"))

    class Meta:
        verbose_name = _("ready-made text")
        verbose_name_plural = _("ready-made texts")
        ordering = ["decision", "title"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "title"], name="profiles_reasontext_title")
        ]

    def __str__(self) -> str:
        return self.title

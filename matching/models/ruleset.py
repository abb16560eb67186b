"""The weights and bands of the score, in versions."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from profiles.models import User

WHOLE = 1000
LONGEST = 254


class RulesetVersion(models.Model):
    """One published version; the highest is in force and none ever changes.

    Weights and bounds of bands are whole tenths of a point, so that they add up exactly.
    """

    version = models.PositiveIntegerField(_("version"), unique=True)
    sector = models.PositiveSmallIntegerField(_("sector"))
    purpose = models.PositiveSmallIntegerField(_("purpose"))
    organisation_type = models.PositiveSmallIntegerField(_("type of organisation"))
    country = models.PositiveSmallIntegerField(_("country"))
    language = models.PositiveSmallIntegerField(_("language"))
    length = models.PositiveSmallIntegerField(_("length of stay"))
    availability = models.PositiveSmallIntegerField(_("availability"))
    orange_from = models.PositiveSmallIntegerField(_("medium fit from"))
    green_from = models.PositiveSmallIntegerField(_("high fit from"))
    minimum_days = models.PositiveSmallIntegerField(_("shortest stay (working days)"))
    note = models.CharField(_("what changed and why"), max_length=300)
    published_at = models.DateTimeField(_("in force since"))
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("matching rules")
        verbose_name_plural = _("matching rules")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="matching_ruleset_version"),
            models.CheckConstraint(
                condition=Q(
                    sector=WHOLE
                    - F("purpose")
                    - F("organisation_type")
                    - F("country")
                    - F("language")
                    - F("length")
                    - F("availability")
                ),
                name="matching_ruleset_sum",
            ),
            models.CheckConstraint(
                condition=Q(
                    orange_from__gt=0, green_from__gt=F("orange_from"), green_from__lte=WHOLE
                ),
                name="matching_ruleset_bands",
            ),
            models.CheckConstraint(
                condition=Q(minimum_days__range=(1, LONGEST)), name="matching_ruleset_minimum_days"
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"

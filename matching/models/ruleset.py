"""The weights and bands of the score, in versions."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from profiles.models import User

WHOLE = 1000
LONGEST = 254
NOTE_LENGTH = 300


class RulesetNumbers(models.Model):
    """What the score is made of.

    Weights and bounds of bands are whole tenths of a point, so that they add up exactly.
    """

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

    class Meta:
        abstract = True


def constraints_of(name: str) -> list[models.CheckConstraint]:
    """What numbers of a ruleset must keep to, in a table whose constraints begin with `name`."""
    return [
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
            name=f"{name}_sum",
        ),
        models.CheckConstraint(
            condition=Q(orange_from__gt=0, green_from__gt=F("orange_from"), green_from__lte=WHOLE),
            name=f"{name}_bands",
        ),
        models.CheckConstraint(
            condition=Q(minimum_days__range=(1, LONGEST)), name=f"{name}_minimum_days"
        ),
    ]


class RulesetVersion(RulesetNumbers):
    """One published version; the highest is in force and none ever changes."""

    version = models.PositiveIntegerField(_("version"), unique=True)
    note = models.CharField(_("what changed and why"), max_length=NOTE_LENGTH)
    published_at = models.DateTimeField(_("in force since"))
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("matching rules")
        verbose_name_plural = _("matching rules")
        ordering = ["-version"]
        constraints = [
            models.CheckConstraint(condition=Q(version__gte=1), name="matching_ruleset_version"),
            models.CheckConstraint(condition=~Q(note=""), name="matching_ruleset_note"),
            *constraints_of("matching_ruleset"),
        ]

    def __str__(self) -> str:
        return f"v{self.version}"


class RulesetDraftQuerySet(models.QuerySet["RulesetDraft"]):
    def visible_to(self, user: Any) -> Self:
        """The Support Office alone tries other numbers."""
        return self.all() if user.is_authenticated and user.is_support else self.none()


class RulesetDraft(RulesetNumbers):
    """The copy on which the Support Office tries the next version; there is one, or none.

    `revision` is another one after each change and never comes again, so that nobody writes over
    what they have not seen.
    """

    based_on = models.ForeignKey(RulesetVersion, on_delete=models.PROTECT, related_name="+")
    revision = models.CharField(max_length=16)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = RulesetDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft of matching rules")
        verbose_name_plural = _("drafts of matching rules")
        constraints = [
            models.CheckConstraint(condition=Q(pk=1), name="matching_rulesetdraft_one"),
            models.CheckConstraint(condition=~Q(revision=""), name="matching_rulesetdraft_seen"),
            *constraints_of("matching_rulesetdraft"),
        ]

    def __str__(self) -> str:
        return f"draft after {self.based_on}"

"""The draft that both sides write: one row a section, and every change of it."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from exchanges.enums import Capacity, Section
from exchanges.models.exchange import Exchange, OfExchangeQuerySet
from profiles.models import Partnership, User

COMMENT_LENGTH = 2000


class DraftSection(models.Model):
    """One section of the draft. `content` is what `exchanges.commitment.terms` reads and writes;
    `revision` grows with each change, so that nobody overwrites what they have not seen."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="sections")
    name = models.CharField(max_length=20, choices=Section)
    content = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("section of a draft")
        verbose_name_plural = _("sections of drafts")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "name"], name="exchanges_draftsection_once"
            ),
            models.CheckConstraint(
                condition=Q(name__in=Section.values), name="exchanges_draftsection_name"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} r{self.revision}"


class OfSectionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        seen = Exchange.objects.visible_to(user).values("pk")
        return self.filter(section__exchange__in=seen)


class SectionChange(models.Model):
    """What one person changed in a section: the content before and after."""

    section = models.ForeignKey(DraftSection, on_delete=models.PROTECT, related_name="changes")
    revision = models.PositiveIntegerField()
    before = models.JSONField()
    after = models.JSONField()
    author = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)
    at = models.DateTimeField(default=clock.now)

    objects = OfSectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a draft")
        verbose_name_plural = _("changes of drafts")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "revision"], name="exchanges_sectionchange_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section_id} r{self.revision}"


class SectionComment(models.Model):
    """A remark of one of the four parties beside a section."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="comments")
    section = models.CharField(max_length=20, choices=Section)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=3, choices=Capacity)
    text = models.TextField(_("comment"), max_length=COMMENT_LENGTH)
    at = models.DateTimeField(default=clock.now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("comment on a draft")
        verbose_name_plural = _("comments on drafts")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(text=""), name="exchanges_sectioncomment_has_text"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True, settled_by__isnull=True)
                | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="exchanges_sectioncomment_settled",
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Override(models.Model):
    """A partnership lets a warning pass, and says why. `about` are the values that the warning
    named: it holds for these, not for what the text says later."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="overrides")
    code = models.CharField(max_length=40)
    about = models.JSONField(default=dict)
    partnership = models.ForeignKey(Partnership, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=COMMENT_LENGTH)
    at = models.DateTimeField(default=clock.now)

    objects = OfExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("warning let pass")
        verbose_name_plural = _("warnings let pass")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "code"], name="exchanges_override_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="exchanges_override_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.code} of {self.exchange_id}"

"""The questions of the final activity report, in versions that the Support Office edits."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from exchanges.enums import ExchangeMode
from profiles.models import User
from reports.enums import QuestionGroup, QuestionKind


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def visible_to(self, user: Any) -> Self:
        """Staff read all versions that are or were in use, the Support Office its draft as well.
        Whoever is asked reads the questions in the report."""
        if not user.is_authenticated or not user.is_staff:
            return self.none()
        return self.all() if user.is_support else self.filter(is_draft=False)


class Questionnaire(models.Model):
    """Version `number` of the questionnaire. Once published nothing of it changes; reports keep the
    version that they were opened with. At most one draft at a time."""

    number = models.PositiveIntegerField(_("version"), unique=True)
    note = models.CharField(_("what changed and why"), max_length=300, blank=True)
    is_draft = models.BooleanField(default=True)
    revision = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(_("in use since"), null=True, blank=True)
    published_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        verbose_name = _("questionnaire")
        verbose_name_plural = _("questionnaires")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_draft"],
                condition=Q(is_draft=True),
                name="reports_questionnaire_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(is_draft=True, published_at=None)
                | Q(is_draft=False, published_at__isnull=False),
                name="reports_questionnaire_published_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"


class QuestionQuerySet(models.QuerySet["Question"]):
    def visible_to(self, user: Any) -> Self:
        seen = Questionnaire.objects.visible_to(user)
        return self.filter(questionnaire__in=seen.values("pk"))


class Question(models.Model):
    """One question. `key` is stable over versions, so that answers can be compared; `options` are
    `[{"code": …, "label": …}]`: the lines of a grid or the entries of a list. `prefill` names what
    the portal knows already (`reports/queries/prefill.py`); empty for nothing. `asked_in` is the
    kind of exchange that it is asked in, empty for both."""

    questionnaire = models.ForeignKey(
        Questionnaire, on_delete=models.CASCADE, related_name="questions"
    )
    position = models.PositiveSmallIntegerField(_("place"))
    key = models.SlugField(_("name for programs"), max_length=40)
    group = models.CharField(_("part of the report"), max_length=40, choices=QuestionGroup)
    kind = models.CharField(_("how it is answered"), max_length=12, choices=QuestionKind)
    asks_visitor = models.BooleanField(_("asked of the visitor"), default=True)
    asks_host = models.BooleanField(_("asked of the host"), default=True)
    asked_in = models.CharField(
        _("asked in exchanges"), max_length=10, choices=ExchangeMode, blank=True
    )
    is_required = models.BooleanField(_("has to be answered"), default=False)
    label = models.CharField(_("question"), max_length=300)
    hint = models.CharField(_("explanation"), max_length=300, blank=True)
    options = models.JSONField(_("lines or entries"), default=list, blank=True)
    prefill = models.CharField(max_length=40, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["questionnaire", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["questionnaire", "key"], name="reports_question_key_once"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=QuestionKind.values), name="reports_question_kind"
            ),
            models.CheckConstraint(
                condition=Q(group__in=QuestionGroup.values), name="reports_question_group"
            ),
            models.CheckConstraint(
                condition=Q(asked_in__in=["", *ExchangeMode.values]),
                name="reports_question_asked_in",
            ),
            models.CheckConstraint(
                condition=Q(asks_visitor=True) | Q(asks_host=True), name="reports_question_asked"
            ),
        ]

    def __str__(self) -> str:
        return self.key

"""A match: one host profile and one visiting profile that may agree on an exchange."""

from typing import Any, Self

from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from matching.enums import OPEN_MATCHES, MatchOrigin, MatchState
from matching.models.conversation import MESSAGE_LENGTH
from profiles.enums import Mode
from profiles.models import Partnership, Profile, User


class MatchQuerySet(models.QuerySet["Match"]):
    def open(self) -> Self:
        """Proposed or confirmed."""
        return self.filter(state__in=OPEN_MATCHES)

    def confirmed(self) -> Self:
        return self.filter(state=MatchState.CONFIRMED)

    def of_profile(self, profile: Profile) -> Self:
        return self.filter(Q(host=profile) | Q(visitor=profile))

    def of_member(self, user: Any) -> Self:
        """Those of the organisations that the user belongs to."""
        own = Profile.objects.of_member(user).values("pk")
        return self.filter(Q(host__in=own) | Q(visitor__in=own))

    def of_staff(self, user: Any) -> Self:
        """Those of participants of the user's partnerships; for the Support Office all."""
        if not user.is_authenticated or not user.is_staff:
            return self.none()
        if user.is_support:
            return self.all()
        staffed = user.staffed_partnership_ids
        return self.filter(
            Q(host__partnership__in=staffed)
            | Q(visitor__partnership__in=staffed)
            | Q(introduced_for__in=staffed)
        )

    def visible_to(self, user: Any) -> Self:
        """One's own, and those of the participants whom one's partnership is in charge of."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            Q(pk__in=self.model.objects.of_member(user).values("pk"))
            | Q(pk__in=self.model.objects.of_staff(user).values("pk"))
        )

    def with_sides(self) -> Self:
        """With all that the page of a match asks of the two.

        Each side comes by a query of its own: both joined to the match they would be a dozen
        tables, which the database takes longer to plan than to read.
        """
        sides = Profile.objects.select_related(
            "organisation__country", "organisation__organisation_type", "partnership", "contact"
        ).prefetch_related("organisation__memberships")
        return self.select_related("introduced_for").prefetch_related(
            Prefetch("host", sides), Prefetch("visitor", sides)
        )


class Match(models.Model):
    """Two profiles on their way to an exchange.

    `proposed_by` is the side that proposed, None where a partnership introduced the two; then
    `introduced_by` and `introduced_for` tell who. Each side's time of agreeing is kept; with both
    the match is confirmed. `score` (tenths) and `ruleset` are those of the day it was proposed.
    """

    host = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    visitor = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=12, choices=MatchState, default=MatchState.PROPOSED
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    origin = models.CharField(max_length=12, choices=MatchOrigin, default=MatchOrigin.LIST)
    proposed_by = models.ForeignKey(Profile, null=True, on_delete=models.PROTECT, related_name="+")
    introduced_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    introduced_for = models.ForeignKey(
        Partnership, null=True, on_delete=models.PROTECT, related_name="+"
    )
    mode = models.CharField(_("in person or online"), max_length=10, choices=Mode)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    message = models.TextField(_("message"), max_length=MESSAGE_LENGTH, blank=True)
    score = models.PositiveSmallIntegerField()
    ruleset = models.PositiveIntegerField()
    proposed_at = models.DateTimeField(_("proposed"), default=clock.now)
    host_agreed_at = models.DateTimeField(null=True, blank=True)
    visitor_agreed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    expires_on = models.DateField(_("open until"))
    reminders = models.PositiveSmallIntegerField(default=0)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("match")
        verbose_name_plural = _("matches")
        ordering = ["-state_since", "-pk"]
        indexes = [
            models.Index(fields=["state", "state_since"]),
            models.Index(fields=["state", "expires_on"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["host", "visitor"],
                condition=Q(state__in=OPEN_MATCHES),
                name="matching_match_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MatchState.values), name="matching_match_state"
            ),
            models.CheckConstraint(
                condition=Q(origin__in=MatchOrigin.values), name="matching_match_origin"
            ),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="matching_match_mode"),
            models.CheckConstraint(
                condition=Q(proposed_by=F("host"))
                | Q(proposed_by=F("visitor"))
                | Q(proposed_by__isnull=True, introduced_by__isnull=False),
                name="matching_match_proposed_by",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[MatchState.CONFIRMED, MatchState.DISSOLVED, MatchState.FINISHED]
                )
                | Q(
                    host_agreed_at__isnull=False,
                    visitor_agreed_at__isnull=False,
                    confirmed_at__isnull=False,
                ),
                name="matching_match_confirmed_has_times",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state=MatchState.PROPOSED,
                    host_agreed_at__isnull=False,
                    visitor_agreed_at__isnull=False,
                ),
                name="matching_match_proposed_is_undecided",
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True, ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="matching_match_dates",
            ),
            models.CheckConstraint(condition=Q(score__lte=1000), name="matching_match_score"),
        ]

    def __str__(self) -> str:
        return f"match {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("matching:match", args=[self.pk])

    @property
    def ref(self) -> str:
        """As it stands in addresses."""
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_MATCHES

    def agreed_at(self, profile: Profile) -> Any:
        """When this side agreed; None as long as it has not."""
        return self.host_agreed_at if profile.pk == self.host_id else self.visitor_agreed_at

    def other(self, profile: Profile) -> Profile:
        """The side that is not this one."""
        return self.visitor if profile.pk == self.host_id else self.host

    def other_id(self, profile: Profile) -> int:
        """The key of the side that is not this one."""
        return self.visitor_id if profile.pk == self.host_id else self.host_id


class OfMatchQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """What belongs to a match that the user sees."""
        return self.filter(subject__in=Match.objects.visible_to(user).values("pk"))


class MatchStep(TransitionRecord):
    """One step of a match, and for which side or partnership it was taken."""

    subject = models.ForeignKey(Match, on_delete=models.PROTECT, related_name="transitions")
    side = models.ForeignKey(Profile, null=True, on_delete=models.PROTECT, related_name="+")
    partnership = models.ForeignKey(
        Partnership, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = OfMatchQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of a match")
        verbose_name_plural = _("steps of matches")
        indexes = [models.Index(fields=["subject", "at"])]


class ContactLimitsQuerySet(models.QuerySet["ContactLimits"]):
    def visible_to(self, user: Any) -> Self:
        """One's own, and for staff those of the profiles they validate."""
        if not user.is_authenticated:
            return self.none()
        own = Profile.objects.of_member(user) | Profile.objects.validated_by(user)
        return self.filter(profile__in=own.values("pk"))


class ContactLimits(models.Model):
    """What an organisation sets for itself so that contacts stay bearable. Empty: no limit."""

    profile = models.OneToOneField(
        Profile, primary_key=True, on_delete=models.PROTECT, related_name="contact_limits"
    )
    capacity = models.PositiveSmallIntegerField(
        _("exchanges at the same time"), null=True, blank=True
    )
    contacts_per_month = models.PositiveSmallIntegerField(
        _("new contacts a month"), null=True, blank=True
    )
    paused_until = models.DateField(_("no new contacts until"), null=True, blank=True)

    objects = ContactLimitsQuerySet.as_manager()

    class Meta:
        verbose_name = _("limits of contacts")
        verbose_name_plural = _("limits of contacts")
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1),
                name="matching_limits_capacity",
            ),
            models.CheckConstraint(
                condition=Q(contacts_per_month__isnull=True) | Q(contacts_per_month__gte=1),
                name="matching_limits_contacts",
            ),
        ]

    def __str__(self) -> str:
        return f"limits of {self.profile_id}"

"""An exchange: what a confirmed match becomes, from the first draft to its end."""

from typing import Any, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.workflow import TransitionRecord
from exchanges.enums import OVER, TAKING_THE_VISIT, Capacity, ExchangeMode, ExchangeState
from matching.models import Match
from profiles.models import Organisation, Partnership, Profile


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def open(self) -> Self:
        """Those that something still follows."""
        return self.exclude(state__in=OVER)

    def taking_the_visit_of(self, organisation_id: int) -> Self:
        """In person and signed or to be signed by this visiting organisation, but for those broken
        off by force majeure."""
        return self.filter(
            visitor__organisation=organisation_id,
            mode=ExchangeMode.PHYSICAL,
            state__in=TAKING_THE_VISIT,
            is_visit_kept=False,
        )

    def of_member(self, user: Any) -> Self:
        """Those of the organisations that the user belongs to."""
        own = Profile.objects.of_member(user).values("pk")
        return self.filter(Q(host__in=own) | Q(visitor__in=own))

    def of_staff(self, user: Any) -> Self:
        """Those that the user's partnerships sign; for the Support Office all."""
        if not user.is_authenticated or not user.is_staff:
            return self.none()
        if user.is_support:
            return self.all()
        staffed = user.staffed_partnership_ids
        return self.filter(Q(host_partnership__in=staffed) | Q(visitor_partnership__in=staffed))

    def visible_to(self, user: Any) -> Self:
        """One's own, and those that one's partnership signs."""
        if not user.is_authenticated:
            return self.none()
        if not user.is_staff:
            return self.of_member(user)
        if user.is_support:
            return self.all()
        own, staffed = Profile.objects.of_member(user).values("pk"), user.staffed_partnership_ids
        return self.filter(
            Q(host__in=own)
            | Q(visitor__in=own)
            | Q(host_partnership__in=staffed)
            | Q(visitor_partnership__in=staffed)
        )

    def with_parties(self) -> Self:
        """With all that a baton asks of the four parties.

        Each side's profile comes by a query of its own: all joined to the exchange they would be
        a dozen tables, which the database takes longer to plan than to read.
        """
        sides = Profile.objects.select_related("organisation__country", "contact").prefetch_related(
            "organisation__memberships"
        )
        return self.select_related("host_partnership", "visitor_partnership").prefetch_related(
            Prefetch("host", sides), Prefetch("visitor", sides)
        )


class Exchange(models.Model):
    """One visit of one visiting organisation to one host, with the partnerships of both.

    `mode`, `starts_on` and `ends_on` are those of the draft until a version is in force, then those
    of that version. `time_zone` (IANA) is the host's: days begin and end there. `calendar_sequence`
    grows with each change that calendars must take over. `is_visit_kept` is set where the exchange
    was broken off by force majeure.
    """

    ref = models.CharField(_("reference"), max_length=20, unique=True)
    match = models.OneToOneField(Match, on_delete=models.PROTECT, related_name="exchange")
    host = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    visitor = models.ForeignKey(Profile, on_delete=models.PROTECT, related_name="+")
    host_partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="hosted_exchanges"
    )
    visitor_partnership = models.ForeignKey(
        Partnership, on_delete=models.PROTECT, related_name="visiting_exchanges"
    )
    group = models.ForeignKey(
        "exchanges.GroupOffer", null=True, on_delete=models.PROTECT, related_name="exchanges"
    )
    state = models.CharField(
        _("state"), max_length=12, choices=ExchangeState, default=ExchangeState.BUILDING
    )
    state_since = models.DateTimeField(_("since"), default=clock.now)
    mode = models.CharField(_("in person or online"), max_length=10, choices=ExchangeMode)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    time_zone = models.CharField(max_length=40)
    opened_at = models.DateTimeField(_("opened"), default=clock.now)
    validated_at = models.DateTimeField(_("validated"), null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    is_visit_kept = models.BooleanField(_("the visitor keeps the visit"), default=False)
    calendar_sequence = models.PositiveIntegerField(default=0)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(_("last reminder"), null=True, blank=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("exchange")
        verbose_name_plural = _("exchanges")
        ordering = ["-opened_at", "-pk"]
        indexes = [
            models.Index(fields=["state", "starts_on"]),
            models.Index(fields=["state", "ends_on"]),
            models.Index(fields=["host_partnership", "state"]),
            models.Index(fields=["visitor_partnership", "state"]),
            models.Index(fields=["visitor_partnership", "closed_at"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ExchangeState.values), name="exchanges_exchange_state"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=ExchangeMode.values), name="exchanges_exchange_mode"
            ),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="exchanges_exchange_dates",
            ),
            models.CheckConstraint(
                condition=~Q(
                    state__in=[
                        ExchangeState.VALIDATED,
                        ExchangeState.ONGOING,
                        ExchangeState.REPORTING,
                        ExchangeState.CLOSED,
                    ]
                )
                | Q(validated_at__isnull=False, starts_on__isnull=False, ends_on__isnull=False),
                name="exchanges_exchange_validated_has_dates",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ExchangeState.ONGOING, ExchangeState.REPORTING])
                | Q(started_at__isnull=False),
                name="exchanges_exchange_started",
            ),
            models.CheckConstraint(
                condition=~Q(state=ExchangeState.CLOSED)
                | Q(closed_at__isnull=False, started_at__isnull=False),
                name="exchanges_exchange_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    def get_absolute_url(self) -> str:
        return reverse("exchanges:exchange", args=[self.ref])

    @property
    def is_physical(self) -> bool:
        return self.mode == ExchangeMode.PHYSICAL

    @property
    def zone(self) -> ZoneInfo:
        """The host's time zone."""
        return ZoneInfo(self.time_zone)

    def profile_of(self, capacity: str) -> Profile:
        """The profile on the side of this capacity: the partnership's participant or itself."""
        return self.host if capacity in (Capacity.HO, Capacity.HOP) else self.visitor

    def partnership_of(self, capacity: str) -> Partnership:
        """The partnership on the side of this capacity."""
        if capacity in (Capacity.HO, Capacity.HOP):
            return self.host_partnership
        return self.visitor_partnership

    def party_name(self, capacity: str) -> str:
        """The name of the party that signs in this capacity."""
        if Capacity(capacity).is_partnership:
            return self.partnership_of(capacity).acronym
        return self.profile_of(capacity).organisation.name

    def capacities_of(self, user: Any) -> list[Capacity]:
        """In which of the four capacities this person acts; members go before staff."""
        own = [
            capacity
            for capacity in (Capacity.HO, Capacity.VO)
            if self.profile_of(capacity).organisation.has_member(user)
        ]
        if own:
            return own
        return [
            capacity
            for capacity in (Capacity.HOP, Capacity.VOP)
            if self.partnership_of(capacity).pk in user.staffed_partnership_ids
        ]

    def capacity_of(self, user: Any) -> Capacity | str:
        """As what the person acts, where one capacity is written down: the first of several, and
        none for the Support Office."""
        return next(iter(self.capacities_of(user)), "")

    def organisations(self) -> list[Organisation]:
        return [self.host.organisation, self.visitor.organisation]


class ExchangeYear(models.Model):
    """The last number given to an exchange of a year: `CXC-<year>-<6 digits>`."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("numbers of a year")
        verbose_name_plural = _("numbers of a year")

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class OfExchangeQuerySet(models.QuerySet[Any]):
    """For all that belongs to an exchange and is seen by whoever sees it."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(exchange__in=Exchange.objects.visible_to(user).values("pk"))


class OfSubjectQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(subject__in=Exchange.objects.visible_to(user).values("pk"))


class ExchangeStep(TransitionRecord):
    """One step of an exchange, and in which capacity it was taken."""

    subject = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="transitions")
    capacity = models.CharField(max_length=3, choices=Capacity, blank=True)

    objects = OfSubjectQuerySet.as_manager()

    class Meta(TransitionRecord.Meta):
        verbose_name = _("step of an exchange")
        verbose_name_plural = _("steps of exchanges")
        indexes = [models.Index(fields=["subject", "at"])]

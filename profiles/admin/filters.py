"""How the queue can be narrowed. Nobody is offered a choice that tells of others' profiles."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from profiles.admin.base import ListFilter
from profiles.enums import ProfileState, Role
from profiles.models import Country, OrganisationType, Partnership, Profile
from profiles.queries import days_waited
from profiles.rules import current_rules
from profiles.services.reviews import LEASE

Choices = list[tuple[str, Text]]
WAITING = "waiting"
STATES: dict[str, tuple[Text, tuple[str, ...]]] = {
    WAITING: (_("Waiting"), (ProfileState.SUBMITTED,)),
    "returned": (_("Returned"), (ProfileState.RETURNED,)),
    "published": (_("Published"), (ProfileState.PUBLISHED,)),
    "suspended": (_("Suspended"), (ProfileState.SUSPENDED,)),
    "rejected": (_("Rejected"), (ProfileState.REJECTED,)),
    "others": (
        _("Others"),
        (
            ProfileState.DRAFT,
            ProfileState.PAUSED,
            ProfileState.DORMANT,
            ProfileState.WITHDRAWN,
        ),
    ),
}
NONE = "none"


class StateFilter(ListFilter):
    """The tabs above the queue. What waits is shown first."""

    title = _("state")
    parameter_name = "show"
    is_tabs = True

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [(name, label) for name, (label, _states) in STATES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> QuerySet[Profile]:
        _label, states = STATES.get(self.value() or WAITING, STATES[WAITING])
        return queryset.filter(state__in=states)

    def tabs(self, counted: QuerySet[Profile], url: Any) -> list[dict[str, Any]]:
        """The tabs with their numbers; `url` makes an address that shows another tab."""
        per_state = dict(counted.values_list("state").annotate(Count("pk")).order_by())
        current = self.value() if self.value() in STATES else WAITING
        return [
            {
                "label": label,
                "url": url(name),
                "is_current": name == current,
                "count": sum(per_state.get(state, 0) for state in states),
            }
            for name, (label, states) in STATES.items()
        ]


class RoleFilter(ListFilter):
    title = _("Role")
    parameter_name = "as"
    any_label = _("Hosts and visitors")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(Role.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> QuerySet[Profile]:
        return queryset.filter(role=self.value()) if self.value() in Role.values else queryset


class CountryFilter(ListFilter):
    """All countries are offered, so that the list tells nothing."""

    title = _("Country")
    parameter_name = "from"
    any_label = _("All countries")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(Country.objects.values_list("code", "name"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> QuerySet[Profile]:
        return queryset.filter(organisation__country=self.value()) if self.value() else queryset


class TypeFilter(ListFilter):
    title = _("Type of organisation")
    parameter_name = "type"
    any_label = _("All types")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return list(OrganisationType.objects.values_list("code", "label"))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> QuerySet[Profile]:
        if not self.value():
            return queryset
        return queryset.filter(organisation__organisation_type=self.value())


class PartnershipFilter(ListFilter):
    """For whoever works for several; others see their own anyhow."""

    title = _("Partnership")
    parameter_name = "desk"
    any_label = _("All partnerships")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        user: Any = request.user
        partnerships = Partnership.objects.all()
        if not user.is_support:
            partnerships = partnerships.filter(pk__in=user.staffed_partnership_ids)
        choices: Choices = [(str(p.pk), p.acronym) for p in partnerships]
        if user.is_support:
            return [(NONE, _("Without a partnership")), *choices]
        return choices if len(choices) > 1 else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> QuerySet[Profile]:
        if self.value() == NONE:
            return queryset.filter(partnership=None)
        chosen = self.value() in {key for key, _label in self.lookup_choices}
        return queryset.filter(partnership=self.value()) if chosen else queryset


class WaitingFilter(ListFilter):
    """Exact, because public holidays differ from country to country."""

    title = _("Waiting for")
    parameter_name = "waiting"
    any_label = _("Any time")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [
            ("reminded", _("long enough for a reminder")),
            ("late", _("longer than the target")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> QuerySet[Profile]:
        rules = current_rules()
        if self.value() == "reminded":
            return queryset.filter(
                pk__in=_waited(queryset, rules.integer("validation.reminder_days"))
            )
        if self.value() == "late":
            return queryset.filter(
                pk__in=_waited(queryset, rules.integer("validation.target_days") + 1)
            )
        return queryset


def _waited(queryset: QuerySet[Profile], days: int) -> list[int]:
    """The keys of the waiting profiles that have waited for so many working days."""
    waiting: Iterable[Profile] = (
        queryset.filter(state=ProfileState.SUBMITTED)
        .select_related(None)
        .select_related("organisation")
        .only("submitted_at", "organisation__country_id")
    )
    return [profile.pk for profile in waiting if days_waited(profile) >= days]


class HolderFilter(ListFilter):
    title = _("Open with")
    parameter_name = "open"
    any_label = _("Anybody or nobody")

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:
        return [("nobody", _("nobody")), ("me", _("me")), ("others", _("a colleague"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Profile]) -> QuerySet[Profile]:
        held = queryset.filter(review_since__gt=clock.now() - LEASE)
        if self.value() == "nobody":
            return queryset.exclude(pk__in=held.values("pk"))
        if self.value() == "me":
            return held.filter(review_by=request.user)
        if self.value() == "others":
            return held.exclude(review_by=request.user)
        return queryset

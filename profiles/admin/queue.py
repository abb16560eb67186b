"""The queue: what waits at the desk, with the checks, the age and what changed."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.exports import Column, Table, download
from profiles.admin.base import FILTERS, DeskAdmin, queue_filters
from profiles.admin.filters import (
    WAITING,
    CountryFilter,
    HolderFilter,
    PartnershipFilter,
    RoleFilter,
    StateFilter,
    TypeFilter,
    WaitingFilter,
)
from profiles.admin.undo import undoable_by
from profiles.admin.words import changed_labels
from profiles.eligibility import Check, check_profiles
from profiles.enums import ProfileState
from profiles.models import Profile, ProfileSubmission, ProfileTransition, User
from profiles.queries import days_waited, decision_due_on
from profiles.rules import RuleBook, current_rules
from profiles.services.reviews import holder_of, is_held_by_another
from profiles.workflows import profile_workflow

NEEDED = ("organisation__country", "organisation__organisation_type", "partnership", "review_by")
NEXT_CANDIDATES = 200
PLACE_IN_QUEUE = ("ref", "submitted_at", "review_since", "review_by")
MOST_EXPORTED = 5000
COLUMNS = (
    Column("ref", _("Reference")),
    Column("organisation", _("Organisation")),
    Column("country", _("Country")),
    Column("type", _("Type of organisation")),
    Column("role", _("Role")),
    Column("partnership", _("Partnership")),
    Column("state", _("State")),
    Column("submitted_on", _("Submitted on")),
    Column("days_waited", _("Working days waited")),
    Column("due_on", _("Due on")),
    Column("submission", _("Submission no.")),
    Column("changed", _("Changed since the last one")),
    Column("raised", _("Checks that are not green")),
)


@dataclass(frozen=True)
class Waiting:
    """How long a profile has waited, against the programme's target."""

    days: int
    target: int
    due_on: date | None
    tone: str

    @property
    def left(self) -> int:
        return self.target - self.days

    @classmethod
    def of(cls, profile: Profile, rules: RuleBook) -> "Waiting":
        days, target = days_waited(profile), rules.integer("validation.target_days")
        if days > target:
            tone = "danger"
        elif days >= rules.integer("validation.reminder_days"):
            tone = "warning"
        else:
            tone = ""
        return cls(days, target, decision_due_on(profile, rules), tone)


@dataclass(frozen=True)
class Line:
    """One profile in the queue, as its reader sees it."""

    profile: Profile
    url: str
    waiting: Waiting
    checks: list[Check]
    number: int
    changed: list[str]
    holder: User | None
    is_mine: bool
    last_step: ProfileTransition | None = None
    last_label: Any = ""
    raised: list[Check] = field(default_factory=list)

    @property
    def is_green(self) -> bool:
        """Whether nothing speaks against publishing it without a further look."""
        return not self.raised

    @property
    def is_blocked(self) -> bool:
        return any(check.blocks for check in self.checks)

    @property
    def token(self) -> str:
        """The profile together with the submission that the reader saw."""
        return f"{self.profile.ref}:{self.number}"


def lines(
    profiles: Iterable[Profile], user: User, url_of: Any, rules: RuleBook | None = None
) -> list[Line]:
    """The profiles as lines of the queue, with the same few queries for any number of them."""
    profiles, rules = list(profiles), rules or current_rules()
    checks = check_profiles(profiles, viewer=user, rules=rules)
    return [_line(profile, checks[profile.pk], rules, user, url_of) for profile in profiles]


def _line(profile: Profile, checks: list[Check], rules: RuleBook, user: User, url_of: Any) -> Line:
    submissions = list(profile.submissions.all())
    steps = list(profile.transitions.all())
    holder = holder_of(profile) if profile.state == ProfileState.SUBMITTED else None
    return Line(
        profile=profile,
        url=url_of(profile.ref),
        waiting=Waiting.of(profile, rules),
        checks=checks,
        number=submissions[-1].number if submissions else 0,
        changed=changed_labels(submissions[-2].facts, submissions[-1].facts)
        if len(submissions) > 1
        else [],
        holder=holder,
        is_mine=holder is not None and holder.pk == user.pk,
        last_step=steps[0] if steps else None,
        last_label=profile_workflow.transitions[steps[0].transition].label if steps else "",
        raised=[check for check in checks if check.passed is not True],
    )


class QueueAdmin(DeskAdmin):
    """The list of profiles at the reader's desk."""

    family = "profiles"
    name = _("Validation desk")
    change_list_template = "profiles/desk/queue.html"
    list_display = ("ref",)
    search_fields = (
        "ref",
        "organisation__name",
        "contact_name",
        "contact_email",
        "organisation__city",
        "organisation__registration_number",
    )
    search_help_text = _("Name, reference, person, address or town")
    list_filter = (
        StateFilter,
        RoleFilter,
        CountryFilter,
        TypeFilter,
        PartnershipFilter,
        WaitingFilter,
        HolderFilter,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Profile]:
        user: Any = request.user
        return Profile.objects.validated_by(user).select_related(*NEEDED)

    def get_ordering(self, request: HttpRequest) -> list[str]:
        """Who has waited longest comes first; elsewhere what happened last."""
        is_waiting = request.GET.get("show", WAITING) == WAITING
        return ["submitted_at", "pk"] if is_waiting else ["-state_since", "-pk"]

    def list_context(self, request: HttpRequest, changes: ChangeList) -> dict[str, Any]:
        user: Any = request.user
        tabs = next(spec for spec in changes.filter_specs if isinstance(spec, StateFilter))
        listed = with_history(Profile.objects.filter(pk__in=[p.pk for p in changes.result_list]))
        found = {profile.pk: profile for profile in listed}
        rules = current_rules()
        return {
            "lines": lines(
                [found[profile.pk] for profile in changes.result_list],
                user,
                lambda ref: self.url_of(request, ref),
                rules,
            ),
            "tabs": tabs.tabs(
                self.get_queryset(request), lambda name: f"?{self._tab_query(request, name)}"
            ),
            "filters": [spec for spec in changes.filter_specs if not spec.is_tabs],
            "listed": changes.paginator.page(changes.page_num),
            "is_waiting": request.GET.get("show", WAITING) == WAITING,
            "shows_desk": user.is_support or len(user.staffed_partnership_ids) > 1,
            "undoable": undoable_by(user, rules),
            "unassigned": self._unassigned(request),
            "export_url": self._export_url(request),
        }

    def page_urls(self) -> list[URLPattern]:
        return [*super().page_urls(), self.named("export/", self.export_view, "export")]

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """The queue with its filters as a table to take away."""
        listed = copy.copy(request)
        listed.GET = queue_filters(request)  # type: ignore[assignment]
        queue = self.get_changelist_instance(listed).queryset
        user: Any = request.user
        found = lines(with_history(queue)[:MOST_EXPORTED], user, lambda ref: ref)
        table = Table(_("Profiles at the desk"), COLUMNS, [_cells(line) for line in found])
        return download(table, request.GET.get("format", ""))

    def _tab_query(self, request: HttpRequest, name: str) -> str:
        query = request.GET.copy()
        query.pop("p", None)
        query["show"] = name
        return query.urlencode()

    def _export_url(self, request: HttpRequest) -> str:
        query = urlencode({FILTERS: request.GET.urlencode()})
        return f"{reverse('admin:profiles_profile_export')}?{query}"

    def _unassigned(self, request: HttpRequest) -> int:
        """How many profiles wait without a partnership; they are the Support Office's."""
        user: Any = request.user
        if not user.is_support or "desk" in request.GET:
            return 0
        return Profile.objects.filter(state=ProfileState.SUBMITTED, partnership=None).count()

    def _queue(self, request: HttpRequest) -> QuerySet[Profile]:
        """What the list shows from which the present page was opened, in its order. A list without
        filters need not be put together for it."""
        listed = copy.copy(request)
        listed.GET = queue_filters(request)  # type: ignore[assignment]
        if listed.GET:
            return self.get_changelist_instance(listed).queryset
        return self.get_queryset(request).order_by(*self.get_ordering(listed))

    def next_waiting(self, request: HttpRequest, *, after: Profile) -> str:
        """The reference of the profile to look at next: the following one in the filtered queue
        that waits and that no colleague has open; from the top again when there is none."""
        user: Any = request.user
        others = self._queue(request).filter(state=ProfileState.SUBMITTED).exclude(pk=after.pk)
        waiting = list(others.select_related(None).only(*PLACE_IN_QUEUE)[:NEXT_CANDIDATES])
        position = (after.submitted_at, after.pk)
        following = [p for p in waiting if (p.submitted_at, p.pk) > position]
        for profile in [*following, *waiting]:
            if not is_held_by_another(profile, user):
                return profile.ref
        return ""


def _cells(line: Line) -> list[Any]:
    profile, organisation = line.profile, line.profile.organisation
    is_waiting = profile.state == ProfileState.SUBMITTED
    return [
        profile.ref,
        organisation.name,
        organisation.country_id,
        organisation.organisation_type.label,
        profile.get_role_display(),
        profile.partnership.acronym if profile.partnership else "",
        profile.get_state_display(),
        clock.day_of(profile.submitted_at) if profile.submitted_at else None,
        line.waiting.days if is_waiting else None,
        line.waiting.due_on if is_waiting else None,
        line.number,
        line.changed,
        [f"{check.label}: {check.reason}" for check in line.raised],
    ]


def with_history(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """The profiles with their submissions, the oldest first, and steps, the latest first."""
    return profiles.select_related(*NEEDED).prefetch_related(
        Prefetch("submissions", ProfileSubmission.objects.order_by("number")),
        Prefetch(
            "transitions",
            ProfileTransition.objects.select_related(
                "actor", "partnership", "organisation", "handed_to"
            ).order_by("-pk"),
        ),
    )

"""What waits for a partnership now, and for how long."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import DateTimeField, Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.types import Text
from exchanges.enums import Capacity, VersionState
from exchanges.models import CommitmentVersion, Signature
from profiles.enums import ProfileState
from profiles.models import Profile
from reports.enums import EvidenceState, PaymentState, ReportState, StoryState
from reports.models import EvidenceItem, Payment, Report, SuccessStory
from reports.queries.exchange_counts import Row
from reports.queries.medians import summary
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, Shown, named


@dataclass(frozen=True)
class Matter:
    """Something that waits: since `state_since`."""

    label: Text
    rows: Callable[[Scope], QuerySet[Any]]


def _profiles(scope: Scope) -> QuerySet[Profile]:
    mine = Profile.objects.filter(scope.of_partnership("partnership"))
    return mine.filter(state=ProfileState.SUBMITTED)


def _commitments(scope: Scope) -> QuerySet[CommitmentVersion]:
    """Those that the partnership, in either capacity, has yet to sign."""
    return CommitmentVersion.objects.filter(
        (scope.of_partnership("exchange__host_partnership") & _unsigned(Capacity.HOP))
        | (scope.of_partnership("exchange__visitor_partnership") & _unsigned(Capacity.VOP)),
        state=VersionState.REVIEW,
    )


def _unsigned(capacity: str) -> Q:
    return Q(~Exists(Signature.objects.filter(version=OuterRef("pk"), capacity=capacity)))


def _own_side(scope: Scope) -> Q:
    """What one side wrote is validated by the partnership of that side."""
    return Q(capacity=Capacity.VO) & scope.of_partnership("exchange__visitor_partnership") | Q(
        capacity=Capacity.HO
    ) & scope.of_partnership("exchange__host_partnership")


def _reports(scope: Scope) -> QuerySet[Report]:
    return Report.objects.filter(_own_side(scope), state=ReportState.SUBMITTED)


def _evidence(scope: Scope) -> QuerySet[EvidenceItem]:
    mine = EvidenceItem.objects.filter(scope.of_partnership("exchange__visitor_partnership"))
    return mine.filter(state=EvidenceState.WAITING)


def _payments(scope: Scope) -> QuerySet[Payment]:
    mine = Payment.objects.filter(scope.of_partnership("exchange__visitor_partnership"))
    return mine.filter(state__in=[PaymentState.DUE, PaymentState.APPROVED])


def _stories(scope: Scope) -> QuerySet[SuccessStory]:
    return SuccessStory.objects.filter(_own_side(scope), state=StoryState.OFFERED)


MATTERS = {
    "profiles": Matter(_("Profiles to be validated"), _profiles),
    "commitments": Matter(_("Commitments to be signed by the partnership"), _commitments),
    "reports": Matter(_("Reports to be validated"), _reports),
    "evidence": Matter(_("Pieces of evidence to be looked at"), _evidence),
    "payments": Matter(_("Lump sums to be paid"), _payments),
    "stories": Matter(_("Success stories to be read"), _stories),
}


def _pending(scope: Scope) -> list[Row]:
    now = Value(clock.now(), output_field=DateTimeField())
    lines = []
    for key, matter in MATTERS.items():
        rows = matter.rows(scope).annotate(now=now)
        found = summary(rows, ["state_since", "now"], {"age": ("state_since", "now")})
        age = found.spans["age"]
        number = found.counts["state_since"]
        lines.append((key, matter.label, number, *map(_days, (age.longest, age.median))))
    return lines


def _days(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _behind(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    return [Rows(MATTERS[row].rows(scope))]


PENDING = FigureTable(
    name="pending",
    title=_("Waiting for the partnership"),
    about=_("As it stands now, whatever the days looked at."),
    columns=(
        *named(_("What")),
        Counted("number", _("Number"), _("How many wait for the partnership.")),
        Shown("oldest", _("Oldest, in days"), _("For how long the oldest has been waiting.")),
        Shown("median", _("Median, in days"), _("Half of them have been waiting longer.")),
    ),
    values=_pending,
    behind=_behind,
    names=lambda: {key: matter.label for key, matter in MATTERS.items()},
)

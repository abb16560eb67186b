"""What partnerships recorded by hand, and whom they told."""

from collections.abc import Sequence

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from profiles.enums import CountedFrom
from profiles.models import Indicator
from reports.enums import OutreachKind
from reports.models import Attribution, HandRecord, OutreachAction
from reports.queries.exchange_counts import Row
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, named


def records(scope: Scope) -> QuerySet[HandRecord]:
    """Those of the days looked at that nobody took out."""
    mine = HandRecord.objects.filter(scope.of_partnership("partnership"), removed_at=None)
    return mine.filter(scope.within_days("on"))


def of_indicator(code: str) -> Q:
    """That a record counts for an indicator: its own, and those of its parts."""
    return Q(indicator=code) | Q(indicator__parent=code)


def _records(scope: Scope) -> list[Row]:
    rows = records(scope).values_list("indicator").annotate(n=Count("pk"), total=Sum("count"))
    found = {code: (n, total) for code, n, total in rows.order_by()}
    by_hand = Indicator.objects.exclude(counted_from=CountedFrom.EXCHANGES)
    return [
        (one.code, one.label, *found.get(one.code, (0, 0))) for one in by_hand.order_by("position")
    ]


def _behind_records(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    return [Rows(records(scope).filter(indicator=row), "count" if column == "total" else "")]


RECORDS = FigureTable(
    name="records",
    title=_("Recorded by hand"),
    about=_("What the portal cannot see by itself, under the very indicator it was recorded for."),
    columns=(
        *named(_("Indicator")),
        Counted("records", _("Records"), _("How many entries there are.")),
        Counted("total", _("Counts"), _("How many all entries together count.")),
    ),
    values=_records,
    behind=_behind_records,
)


def actions(scope: Scope) -> QuerySet[OutreachAction]:
    mine = OutreachAction.objects.filter(scope.of_partnership("partnership"))
    return mine.filter(scope.within_days("on"))


def came_by(mine: QuerySet[OutreachAction]) -> QuerySet[Attribution]:
    """Registrations that were handed in after somebody came by the link of one of these actions."""
    return Attribution.objects.filter(
        action__in=mine.values("pk"), registration__profile__isnull=False
    )


def _outreach(scope: Scope) -> list[Row]:
    came = (
        came_by(actions(scope))
        .filter(action__kind=OuterRef("kind"))
        .order_by()
        .values("action__kind")
        .annotate(n=Count("pk"))
        .values("n")
    )
    rows = actions(scope).values("kind").order_by("kind")
    found = {
        row["kind"]: row
        for row in rows.annotate(
            n=Count("pk"),
            people=Coalesce(Sum("reached"), 0),
            visited=Sum("visits"),
            came=Coalesce(Subquery(came), 0),
        )
    }
    return [
        (kind.value, kind.label, row["n"], row["people"], row["visited"], row["came"])
        if (row := found.get(kind.value))
        else (kind.value, kind.label, 0, 0, 0, 0)
        for kind in OutreachKind
    ]


def _behind_outreach(scope: Scope, row: str, column: str) -> Sequence[Rows]:
    mine = actions(scope).filter(kind=row)
    if column == "registrations":
        return [Rows(came_by(mine))]
    return [Rows(mine, {"reached": "reached", "visits": "visits"}.get(column, ""))]


OUTREACH = FigureTable(
    name="outreach",
    title=_("Promotion"),
    about=_("Actions by the day on which they took place."),
    columns=(
        *named(_("How")),
        Counted("actions", _("Actions"), _("Events, mailings, posts, networks informed.")),
        Counted("reached", _("People reached"), _("As the partnership wrote it down.")),
        Counted("visits", _("Visits"), _("How often the link of an action was opened.")),
        Counted(
            "registrations",
            _("Registrations"),
            _("Those that came by the link and were handed in."),
        ),
    ),
    values=_outreach,
    behind=_behind_outreach,
)

"""The indicators of the grant: target, due, achieved or not, actual, comment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import accumulate
from typing import Any, cast

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import RowNumber, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from exchanges.enums import ExchangeState
from exchanges.models import Exchange
from profiles.enums import CountedFrom, OrganisationFamily
from profiles.models import Indicator, IndicatorTarget, Organisation, Partnership
from reports.queries.exchange_counts import (
    CATEGORY,
    PHYSICAL,
    VIRTUAL,
    Row,
    closed,
    counted,
    hosted,
    is_counted,
    is_hosted,
    is_own,
    is_own_or_hosted,
)
from reports.queries.recorded import of_indicator, records
from reports.queries.scopes import Scope
from reports.queries.shapes import Counted, FigureTable, Rows, Shown, named

EXCHANGES, RECORDS, BOTH = CountedFrom
KINDS = ("actual", "so_far", "physical", "virtual", "hosted")


@dataclass(frozen=True)
class IndicatorLine:
    """One line of the table of objectives and indicators.

    `actual` is what was reached within the days looked at, `so_far` from the beginning until their
    last day: this is what the target is measured by. `physical` and `virtual` are the two kinds of
    closed exchanges apart, whether they count or not; `hosted` stands beside and is never added.
    All three are None for what is recorded by hand. `forecast` is filled in by who works it out.
    """

    code: str
    label: str
    parent: str
    counted_from: str
    target: int | None
    due: str
    due_on: date | None
    actual: int
    so_far: int
    physical: int | None
    virtual: int | None
    hosted: int | None
    achieved_on: date | None
    comment: str
    is_late: bool
    forecast: Any = field(default=None, compare=False)

    @property
    def is_part(self) -> bool:
        """Whether it is one of the parts of another line ("of which")."""
        return bool(self.parent)

    @property
    def is_achieved(self) -> bool | None:
        """None where there is no target."""
        return None if self.target is None else self.so_far >= self.target

    @property
    def missing(self) -> int:
        """How many are still to be reached."""
        return max((self.target or 0) - self.so_far, 0)


@dataclass(frozen=True)
class Promise:
    """What was promised for one indicator; `number` None: nothing was."""

    number: int | None = None
    due: str = ""
    due_on: date | None = None
    comment: str = ""


@dataclass(frozen=True)
class Reached:
    actual: int = 0
    so_far: int = 0
    physical: int | None = None
    virtual: int | None = None
    hosted: int | None = None


def indicator_lines(scope: Scope, *, with_days: bool = True) -> list[IndicatorLine]:
    """All indicators in their order, in a fixed number of queries. Without days it is left open
    when each target was reached, which takes further ones."""
    indicators = list(Indicator.objects.order_by("position"))
    promises = _promises(scope, indicators)
    reached = _reached(scope, indicators)
    days = _achieved_on(scope, indicators, promises, reached) if with_days else {}
    return [
        _line(one, promises[one.code], reached[one.code], days.get(one.code)) for one in indicators
    ]


def _line(one: Indicator, promise: Promise, reached: Reached, day: date | None) -> IndicatorLine:
    is_behind = promise.number is not None and reached.so_far < promise.number
    return IndicatorLine(
        code=one.code,
        label=one.label,
        parent=one.parent_id or "",
        counted_from=one.counted_from,
        target=promise.number,
        due=promise.due,
        due_on=promise.due_on,
        achieved_on=day,
        comment=promise.comment,
        is_late=bool(is_behind and promise.due_on and promise.due_on < clock.today()),
        **vars(reached),
    )


# --- targets ------------------------------------------------------------------------------------


def _promises(scope: Scope, indicators: Sequence[Indicator]) -> dict[str, Promise]:
    """A partnership's own targets, or the sum of those of all. Who gave no list of targets promised
    its planned exchanges."""
    rows = IndicatorTarget.objects.filter(scope.of_partnership("partnership"))
    found = {
        row["indicator"]: Promise(
            number=row["total"],
            due=row["due_a"] if row["due_a"] == row["due_z"] else "",
            due_on=row["day"],
            comment=row["text"] if scope.partnership else "",
        )
        for row in rows.values("indicator")
        .annotate(
            total=Sum("number"),
            due_a=Min("due"),
            due_z=Max("due"),
            day=Max("due_on"),
            text=Max("comment"),
        )
        .order_by()
    }
    promises = {one.code: found.get(one.code, Promise()) for one in indicators}
    if planned := _planned_without_list(scope):
        for one in indicators:
            if one.counted_from == EXCHANGES and not one.parent_id:
                known = promises[one.code]
                promises[one.code] = Promise(
                    (known.number or 0) + planned, known.due, known.due_on, known.comment
                )
    return promises


def _planned_without_list(scope: Scope) -> int:
    listed = IndicatorTarget.objects.filter(indicator__counted_from=EXCHANGES)
    without = Partnership.objects.filter(is_active=True).exclude(
        pk__in=listed.values("partnership")
    )
    if scope.partnership:
        without = without.filter(pk=scope.partnership.pk)
    return without.aggregate(n=Sum("planned_exchanges"))["n"] or 0


# --- what was reached ---------------------------------------------------------------------------


def _reached(scope: Scope, indicators: Sequence[Indicator]) -> dict[str, Reached]:
    exchanges = _exchanges_by_category(scope)
    by_hand = _records_by_indicator(scope, indicators)
    smes = _smes_reached(scope)
    found = {}
    for one in indicators:
        if one.counted_from == EXCHANGES:
            found[one.code] = _summed(
                [row for code, row in exchanges.items() if one.category in ("", code)]
            )
        else:
            actual, so_far = by_hand[one.code]
            more = smes if one.counted_from == BOTH else (0, 0)
            found[one.code] = Reached(actual + more[0], so_far + more[1])
    return found


def _summed(rows: Sequence[Mapping[str, int]]) -> Reached:
    return Reached(*(sum(row[kind] for row in rows) for kind in KINDS))


def _exchanges_by_category(scope: Scope) -> dict[str, dict[str, int]]:
    """In one look: within the days and from the beginning, in person and online, hosted beside."""
    now, own = scope.within("closed_at"), is_own(scope)
    rows = Exchange.objects.filter(
        is_own_or_hosted(scope),
        scope.of_mode(),
        scope.from_the_beginning().within("closed_at"),
        state=ExchangeState.CLOSED,
    ).values_list(CATEGORY)
    counted_rows = rows.annotate(
        actual=Count("pk", filter=own & is_counted(scope) & now),
        so_far=Count("pk", filter=own & is_counted(scope)),
        physical=Count("pk", filter=own & now & Q(mode=PHYSICAL)),
        virtual=Count("pk", filter=own & now & Q(mode=VIRTUAL)),
        hosted=Count("pk", filter=is_hosted(scope) & now),
    )
    return {
        category: dict(zip(KINDS, numbers, strict=True))
        for category, *numbers in counted_rows.order_by()
    }


def _records_by_indicator(
    scope: Scope, indicators: Sequence[Indicator]
) -> dict[str, tuple[int, int]]:
    """Within the days and from the beginning; a record of a part counts for its parent as well."""
    now = scope.within_days("on")
    rows = records(scope.from_the_beginning()).values_list("indicator").order_by()
    sums = {
        code: (actual or 0, so_far)
        for code, actual, so_far in rows.annotate(a=Sum("count", filter=now), b=Sum("count"))
    }
    found = {}
    for one in indicators:
        family = [one.code, *(part.code for part in indicators if part.parent_id == one.code)]
        actual, so_far = zip(*(sums.get(code, (0, 0)) for code in family), strict=True)
        found[one.code] = (sum(actual), sum(so_far))
    return found


def smes(scope: Scope) -> QuerySet[Organisation]:
    """Each SME once that took part, as visitor or as host, in an exchange that counts."""
    exchanges = counted(scope)
    return Organisation.objects.filter(
        Q(pk__in=exchanges.values("visitor__organisation"))
        | Q(pk__in=exchanges.values("host__organisation")),
        organisation_type__family=OrganisationFamily.SME,
    )


def _smes_reached(scope: Scope) -> tuple[int, int]:
    before = smes(scope.from_the_beginning())
    if scope.starts_on is None:
        found = before.count()
        return found, found
    now = smes(scope).values("pk")
    row = before.aggregate(now=Count("pk", filter=Q(pk__in=now)), all=Count("pk"))
    return row["now"], row["all"]


# --- the day on which a target was reached ------------------------------------------------------


def _achieved_on(
    scope: Scope,
    indicators: Sequence[Indicator],
    promises: Mapping[str, Promise],
    reached: Mapping[str, Reached],
) -> dict[str, date]:
    """The day of the very exchange or record that made the target full, for those that are."""
    whole = scope.from_the_beginning()
    full = {
        one: promises[one.code].number or 0
        for one in indicators
        if promises[one.code].number
        and reached[one.code].so_far >= (promises[one.code].number or 0)
    }
    return {**_days_of_exchanges(whole, full), **_days_of_records(whole, full)}


def _days_of_exchanges(scope: Scope, full: Mapping[Indicator, int]) -> dict[str, date]:
    wanted = {one: n for one, n in full.items() if one.counted_from == EXCHANGES}
    if not wanted:
        return {}
    order = ["closed_at", "pk"]
    rows = counted(scope).annotate(
        category=F(CATEGORY),
        nth=Window(RowNumber(), order_by=order),
        nth_in=Window(RowNumber(), partition_by=[F(CATEGORY)], order_by=order),
    )
    last = Q()
    for one, number in wanted.items():
        last |= Q(category=one.category, nth_in=number) if one.category else Q(nth=number)
    moments = list(rows.filter(last).values_list("category", "nth", "nth_in", "closed_at"))
    return {
        one.code: clock.day_of(cast(datetime, moment))
        for one, number in wanted.items()
        for category, nth, nth_in, moment in moments
        if ((category, nth_in) == (one.category, number) if one.category else nth == number)
    }


def _days_of_records(scope: Scope, full: Mapping[Indicator, int]) -> dict[str, date]:
    """By sums a day, which the database made."""
    wanted = {one: n for one, n in full.items() if one.counted_from != EXCHANGES}
    if not wanted:
        return {}
    sums = (
        records(scope).values_list("on", "indicator", "indicator__parent").annotate(n=Sum("count"))
    )
    by_hand = list(sums.order_by())
    seen = _first_days_of_smes(scope) if any(o.counted_from == BOTH for o in wanted) else []
    found = {}
    for one, number in wanted.items():
        days = [(day, n) for day, code, parent, n in by_hand if one.code in (code, parent)]
        found[one.code] = _day_when(number, days + (seen if one.counted_from == BOTH else []))
    return found


def _first_days_of_smes(scope: Scope) -> list[tuple[date, int]]:
    """How many SMEs took part for the first time, by the day on which that exchange was closed."""
    exchanges = counted(scope).filter(
        Q(visitor__organisation=OuterRef("pk")) | Q(host__organisation=OuterRef("pk"))
    )
    first = exchanges.order_by("closed_at").values("closed_at")[:1]
    rows = (
        smes(scope)
        .annotate(first=Subquery(first))
        .values_list(TruncDate("first", tzinfo=timezone.get_default_timezone()))
    )
    return list(rows.annotate(n=Count("pk")).order_by())


def _day_when(number: int, days: list[tuple[date, int]]) -> date:
    """The first day on which the sum of all until then is at least so large."""
    ordered = sorted(days)
    totals = accumulate(more for _day, more in ordered)
    return next(day for (day, _), total in zip(ordered, totals, strict=True) if total >= number)


# --- the rows behind, and the table -------------------------------------------------------------


def behind_indicator(scope: Scope, row: str, column: str) -> list[Rows]:
    """What makes a number of the table of indicators."""
    one = Indicator.objects.get(pk=row)
    if column == "so_far":
        scope = scope.from_the_beginning()
    if one.counted_from == EXCHANGES:
        rows = _exchanges_behind(scope, column)
        return [Rows(rows.filter(**{CATEGORY: one.category}) if one.category else rows)]
    if column not in ("actual", "so_far"):
        return []
    found = [Rows(records(scope).filter(of_indicator(row)), "count")]
    return [*found, Rows(smes(scope))] if one.counted_from == BOTH else found


def _exchanges_behind(scope: Scope, column: str) -> QuerySet[Exchange]:
    if column == "hosted":
        return hosted(scope)
    if column in ("physical", "virtual"):
        return closed(scope).filter(mode=column)
    return counted(scope)


def _values(scope: Scope) -> list[Row]:
    return [
        (
            line.code,
            line.label,
            line.target,
            line.due,
            line.due_on,
            line.is_achieved,
            line.achieved_on,
            line.actual,
            line.so_far,
            line.physical,
            line.virtual,
            line.hosted,
            line.comment,
        )
        for line in indicator_lines(scope)
    ]


INDICATORS = FigureTable(
    name="indicators",
    title=_("Objectives and indicators"),
    about=_(
        "An exchange counts once, for the partnership of its visitor, on the day on which it was "
        "closed: both reports in, both validated. Its category is that of the visitor's type. A "
        "line with parts counts what its parts count and what is under none of them."
    ),
    columns=(
        *named(_("Objective or indicator")),
        Shown("target", _("Target"), _("What the partnership promised; for all, the sum.")),
        Shown("due", _("Due"), _("The date as the grant writes it.")),
        Shown("due_on", _("Due on"), _("The same as a day.")),
        Shown(
            "is_achieved",
            _("Achieved"),
            _("Whether what is reached so far is at least the target."),
        ),
        Shown(
            "achieved_on",
            _("Achieved on"),
            _("The day of the exchange or record that made the target full."),
        ),
        Counted(
            "actual",
            _("Actual"),
            _(
                "Exchanges that count, closed within the days; for records by hand, what they "
                "count together. SMEs reached are those recorded, and each SME once that took part "
                "in an exchange that counts, as visitor or as host."
            ),
        ),
        Counted("so_far", _("So far"), _("The same from the beginning until the last day.")),
        Counted("physical", _("In person"), _("Closed exchanges in person.")),
        Counted(
            "virtual",
            _("Online"),
            _("Closed exchanges online; whether they count is a rule of the programme."),
        ),
        Counted(
            "hosted",
            _("Hosted, not counted"),
            _("Closed exchanges of visitors of other partnerships with hosts of this one."),
        ),
        Shown("comment", _("Comments"), _("What the coordinator wrote.")),
    ),
    values=_values,
    behind=behind_indicator,
    names=lambda: dict(Indicator.objects.values_list("code", "label")),
)

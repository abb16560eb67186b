"""The rows behind a number, as a table that is read or taken away: a few columns of each kind.

No row names a person. Rows are for those who may see them (`permissions.can_see_rows`).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db.models import JSONField, Model, Prefetch, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import clock
from cxc_portal.core.exports import Column, Table
from cxc_portal.core.types import Text
from exchanges.models import CommitmentVersion, Exchange
from matching.models import Match
from profiles.models import (
    Country,
    Indicator,
    Organisation,
    OrganisationType,
    Partnership,
    Profile,
)
from reports.models import (
    Attribution,
    EvidenceItem,
    HandRecord,
    OutreachAction,
    Payment,
    Report,
    SuccessStory,
)
from reports.queries.figures import Figure
from reports.queries.shapes import Rows
from reports.wording.flags import flags_of

PARTIES = (
    "host__organisation__country",
    "visitor__organisation__country",
    "host_partnership",
    "visitor_partnership",
)
OF_EXCHANGE = ("exchange", *(f"exchange__{path}" for path in PARTIES))
PAIR = (
    Column("visitor", _("Visitor")),
    Column("visitor_country", _("From")),
    Column("host", _("Host")),
    Column("host_country", _("To")),
)
EXCHANGE = Column("exchange", _("Exchange"))
STATE = Column("state", _("State"))
FLAGS = Column("flags", _("To be noted"))
"""That a visit ended early or did not take place, and that a partnership completed a report."""


FLAGGED = Prefetch(
    "reports", Report.objects.select_related("on_behalf_of").defer("answers", "prefilled")
)
READ: Mapping[type[Model], Sequence[str]] = {
    Country: ("name",),
    Exchange: ("ref", "host", "visitor", "host_partnership", "visitor_partnership"),
    Indicator: ("label",),
    Organisation: ("name", "country", "organisation_type"),
    OrganisationType: ("label",),
    OutreachAction: ("title",),
    Partnership: ("acronym",),
    Profile: ("organisation",),
}
"""What rows say of that which belongs to them."""


@dataclass(frozen=True)
class RowKind:
    """How rows of one model are read: `values` in the order of the columns, the first of them the
    name of the row; `url` opens it, empty where it has no page."""

    columns: Sequence[Column]
    related: Sequence[str]
    values: Callable[[Any], tuple[Any, ...]]
    url: Callable[[Any], str]
    order: Sequence[str] = ("pk",)
    many: Sequence["Prefetch[Any]"] = ()

    def prepared(self, rows: Rows) -> QuerySet[Any]:
        found = rows.queryset.select_related(*self.related).prefetch_related(*self.many)
        return found.only(*self._read(rows.queryset.model)).order_by(*self.order)

    def _read(self, model: type[Model]) -> Iterator[str]:
        """The fields of the rows, whole documents left out, and of what belongs to them those of
        `READ` alone."""
        fields = model._meta.concrete_fields
        yield from (field.name for field in fields if not isinstance(field, JSONField))
        for path in self.related:
            related, way = model, ""
            for step in path.split("__"):
                related = cast("type[Model]", related._meta.get_field(step).related_model)
                way = f"{way}{step}__"
                yield from (f"{way}{name}" for name in READ[related])


def kind_of(rows: Rows) -> RowKind:
    """How these rows are read. Raises `KeyError` for a model that no number counts."""
    return KINDS[rows.queryset.model]


def columns_of(figure: Figure, rows: Rows) -> list[Column]:
    """Those of the rows, and what each adds to the number where that is not one."""
    adds = [Column("adds", figure.column.label)] if rows.adds else []
    return [*kind_of(rows).columns, *adds]


def values_of(rows: Rows, row: Model) -> tuple[Any, ...]:
    adds = (getattr(row, rows.adds),) if rows.adds else ()
    return (*kind_of(rows).values(row), *adds)


def table_of(figure: Figure, rows: Rows, title: Text) -> Table:
    """All rows, to be taken away."""
    found: Iterable[Model] = kind_of(rows).prepared(rows)
    return Table(title, columns_of(figure, rows), [values_of(rows, row) for row in found])


def _day(moment: datetime | None) -> date | None:
    return clock.day_of(moment) if moment else None


def _pair(both: Any) -> tuple[str, str, str, str]:
    visitor, host = both.visitor.organisation, both.host.organisation
    return visitor.name, visitor.country.name, host.name, host.country.name


def _exchange(exchange: Exchange) -> tuple[Any, ...]:
    return (
        exchange.ref,
        *_pair(exchange),
        exchange.visitor_partnership.acronym,
        exchange.host_partnership.acronym,
        exchange.get_mode_display(),
        exchange.get_state_display(),
        exchange.starts_on,
        exchange.ends_on,
        _day(exchange.closed_at),
        "; ".join(map(str, _flags_of_exchange(exchange))) or None,
    )


def _flags_of_exchange(exchange: Exchange) -> Iterator[Text]:
    """Those of both sides, what both say once."""
    reports = sorted(exchange.reports.all(), key=lambda one: one.pk)
    yield from dict.fromkeys(flag for report in reports for flag in flags_of(report))


def _profile(profile: Profile) -> tuple[Any, ...]:
    organisation = profile.organisation
    return (
        organisation.name,
        profile.get_role_display(),
        organisation.country.name,
        organisation.organisation_type.label,
        profile.get_state_display(),
        _day(profile.submitted_at),
        _day(profile.published_at),
    )


def _match(match: Match) -> tuple[Any, ...]:
    return (
        *_pair(match),
        match.get_state_display(),
        match.score / 10,
        _day(match.proposed_at),
        _day(match.confirmed_at),
    )


def _report(report: Report) -> tuple[Any, ...]:
    return (
        report.ref,
        *_pair(report.exchange),
        report.get_capacity_display(),
        report.get_state_display(),
        report.get_outcome_display() or None,
        report.due_on,
        _day(report.submitted_at),
        report.on_behalf_of and report.on_behalf_of.acronym,
    )


def _record(record: HandRecord) -> tuple[Any, ...]:
    return (
        record.title,
        record.indicator.label,
        record.partnership.acronym,
        record.on,
        record.place or None,
        record.count,
    )


def _action(action: OutreachAction) -> tuple[Any, ...]:
    return (
        action.title,
        action.get_kind_display(),
        action.partnership.acronym,
        action.on,
        action.place or None,
    )


def _no_page(row: Any) -> str:
    return ""


def _page(row: Any) -> str:
    return str(row.get_absolute_url())


def _page_of_exchange(row: Any) -> str:
    return str(row.exchange.get_absolute_url())


KINDS: Mapping[type[Model], RowKind] = {
    Exchange: RowKind(
        columns=(
            Column("ref", _("Reference")),
            *PAIR,
            Column("visitor_partnership", _("Partnership of the visitor")),
            Column("host_partnership", _("Partnership of the host")),
            Column("mode", _("Mode")),
            STATE,
            Column("starts_on", _("First day")),
            Column("ends_on", _("Last day")),
            Column("closed_on", _("Closed on")),
            FLAGS,
        ),
        related=PARTIES,
        many=(FLAGGED,),
        values=_exchange,
        url=_page,
        order=("closed_at", "pk"),
    ),
    Profile: RowKind(
        columns=(
            Column("organisation", _("Organisation")),
            Column("role", _("Role")),
            Column("country", _("Country")),
            Column("type", _("Type of organisation")),
            STATE,
            Column("submitted_on", _("Handed in")),
            Column("published_on", _("Published")),
        ),
        related=("organisation__country", "organisation__organisation_type"),
        values=_profile,
        url=_page,
    ),
    Organisation: RowKind(
        columns=(
            Column("name", _("Organisation")),
            Column("country", _("Country")),
            Column("type", _("Type of organisation")),
        ),
        related=("country", "organisation_type"),
        values=lambda row: (row.name, row.country.name, row.organisation_type.label),
        url=_no_page,
        order=("name", "pk"),
    ),
    Match: RowKind(
        columns=(
            *PAIR,
            STATE,
            Column("score", _("Score")),
            Column("proposed_on", _("Proposed")),
            Column("confirmed_on", _("Confirmed")),
        ),
        related=("host__organisation__country", "visitor__organisation__country"),
        values=_match,
        url=_page,
        order=("confirmed_at", "pk"),
    ),
    CommitmentVersion: RowKind(
        columns=(EXCHANGE, *PAIR, Column("version", _("Version")), STATE),
        related=OF_EXCHANGE,
        values=lambda row: (
            row.exchange.ref,
            *_pair(row.exchange),
            row.number,
            row.get_state_display(),
        ),
        url=_page_of_exchange,
    ),
    Report: RowKind(
        columns=(
            EXCHANGE,
            *PAIR,
            Column("side", _("Side")),
            STATE,
            Column("outcome", _("What became of it")),
            Column("due_on", _("Due on")),
            Column("submitted_on", _("Handed in")),
            Column("on_behalf_of", _("Completed by")),
        ),
        related=(*OF_EXCHANGE, "on_behalf_of"),
        values=_report,
        url=lambda row: reverse("reports:report_review", args=[row.ref]),
        order=("due_on", "pk"),
    ),
    Payment: RowKind(
        columns=(EXCHANGE, *PAIR, STATE, Column("paid_on", _("Paid on"))),
        related=OF_EXCHANGE,
        values=lambda row: (
            row.ref,
            *_pair(row.exchange),
            row.get_state_display(),
            row.paid_on,
        ),
        url=_page_of_exchange,
    ),
    EvidenceItem: RowKind(
        columns=(EXCHANGE, *PAIR, Column("kind", _("What it proves")), STATE),
        related=OF_EXCHANGE,
        values=lambda row: (
            row.ref,
            *_pair(row.exchange),
            row.get_kind_display(),
            row.get_state_display(),
        ),
        url=_page_of_exchange,
    ),
    SuccessStory: RowKind(
        columns=(Column("title", _("Title")), EXCHANGE, Column("side", _("Side")), STATE),
        related=("exchange",),
        values=lambda row: (
            row.title,
            row.ref,
            row.get_capacity_display(),
            row.get_state_display(),
        ),
        url=_page,
    ),
    HandRecord: RowKind(
        columns=(
            Column("title", _("What")),
            Column("indicator", _("Indicator")),
            Column("partnership", _("Partnership")),
            Column("on", _("When")),
            Column("place", _("Where")),
            Column("count", _("Counts")),
        ),
        related=("indicator", "partnership"),
        values=_record,
        url=_no_page,
        order=("on", "pk"),
    ),
    OutreachAction: RowKind(
        columns=(
            Column("title", _("What")),
            Column("kind", _("How")),
            Column("partnership", _("Partnership")),
            Column("on", _("When")),
            Column("place", _("Where")),
        ),
        related=("partnership",),
        values=_action,
        url=lambda row: reverse("reports:outreach_action", args=[row.pk]),
        order=("on", "pk"),
    ),
    Attribution: RowKind(
        columns=(Column("action", _("By which action")), Column("registered_on", _("Registered"))),
        related=("action",),
        values=lambda row: (row.action.title, _day(row.at)),
        url=lambda row: reverse("reports:outreach_action", args=[row.action_id]),
        order=("at", "pk"),
    ),
}

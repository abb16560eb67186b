"""The page of indicators: will we reach it, what is to be done, and every number behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cxc_portal.core import access
from cxc_portal.core.exports import Column, Table
from cxc_portal.core.types import Text
from profiles.enums import CountedFrom
from reports import charts
from reports.forms.scope import query_of
from reports.permissions import can_keep_targets, can_record
from reports.queries.exchange_counts import Row
from reports.queries.figures import indicator_lines
from reports.queries.forecasts import FORECASTS, PACE, forecast_rows, main_line, pace_rows
from reports.queries.gaps import gaps_of
from reports.queries.indicators import IndicatorLine
from reports.queries.kept import kept
from reports.queries.outlook import outlook_of, with_forecasts
from reports.queries.scopes import Scope
from reports.queries.shapes import FigureTable
from reports.queries.tables import tables_of
from reports.views.indicator_sections import (
    OF_SECTIONS,
    FigureView,
    Section,
    figure_view,
    rows_url,
    sections_of,
)
from reports.views.scope import scope_form
from reports.wording.figures import in_words
from reports.wording.forecast import answer, method, when_in_words

PROGRESS = (
    Column("code", _("Code")),
    Column("label", _("Indicator")),
    Column("target", _("Target")),
    Column("so_far", _("So far")),
)


@dataclass(frozen=True)
class LineView:
    """One line of the table of objectives and indicators, with what its numbers open."""

    line: IndicatorLine
    when: str
    actual_url: str
    so_far_url: str

    @property
    def target(self) -> str:
        return in_words(self.line.target)

    @property
    def actual(self) -> str:
        return in_words(self.line.actual)

    @property
    def so_far(self) -> str:
        return in_words(self.line.so_far)


@access.staff
def indicators(request: HttpRequest) -> HttpResponse:
    """One page with all figures of a scope; observers read totals without names or rows."""
    form = scope_form(request)
    rights = _rights(request, form.scope)
    about = ("indicators", request.user.pk, request.GET.urlencode(), form.scope, *rights.values())
    parts = kept(about, lambda: _drawn(request, {"form": form, **rights}))
    return render(request, "reports/indicators.html", parts)


def _drawn(request: HttpRequest, context: dict[str, Any]) -> dict[str, SafeString]:
    """The two parts of the page that need all figures."""
    context |= _figures(context["form"].scope)
    return {
        "heading": render_to_string("reports/_indicators_heading.html", context, request),
        "content": render_to_string("reports/_indicators_content.html", context, request),
    }


def _figures(scope: Scope) -> dict[str, Any]:
    query = None if scope.totals_only else query_of(scope)
    found = outlook_of(scope)
    lines = with_forecasts(indicator_lines(scope), found)
    main = main_line(lines)
    tables = tables_of(scope, OF_SECTIONS)
    sections = sections_of(tables, query)
    return {
        "scope": scope,
        "query": query_of(scope),
        "main": main,
        "answer": answer(main) if main else "",
        "progress": _progress(lines),
        "lines": [_line_view(line, query) for line in lines],
        "pace": _pace(scope, main),
        "forecasts": _own_view(FORECASTS, forecast_rows(lines)),
        "method": method(found, main),
        "gaps": gaps_of(scope, lines),
        "sections": sections,
        "contents": _contents(scope, sections),
        "pairs": _pairs(tables["countries"]),
    }


def _line_view(line: IndicatorLine, query: str | None) -> LineView:
    return LineView(
        line=line,
        when=when_in_words(line),
        actual_url=rows_url(f"indicators.{line.code}:actual", query),
        so_far_url=rows_url(f"indicators.{line.code}:so_far", query),
    )


def _progress(lines: Sequence[IndicatorLine]) -> SafeString:
    """The exchanges and their categories, as far as they are reached."""
    rows = [
        (line.code, line.label, line.target, line.so_far)
        for line in lines
        if line.counted_from == CountedFrom.EXCHANGES and line.target
    ]
    return charts.render("indicators", Table(_("Targets"), PROGRESS, rows))


def _pace(scope: Scope, main: IndicatorLine | None) -> FigureView | None:
    if main is None or main.forecast is None:
        return None
    return _own_view(PACE, pace_rows(scope, main))


def _own_view(definition: FigureTable, rows: Sequence[Row]) -> FigureView:
    """Of a table whose numbers open nothing."""
    return figure_view(definition, Table(definition.title, definition.columns, rows), None)


def _pairs(table: Table) -> list[tuple[str, str]]:
    """The countries of visitor and host of every journey, for the map."""
    keys = [column.key for column in table.columns]
    visitor, host = keys.index("visitor_country"), keys.index("host_country")
    return [(row[visitor], row[host]) for row in table.rows]


def _contents(scope: Scope, sections: Sequence[Section]) -> list[tuple[str, Text]]:
    """What the page's navigation leads to."""
    gaps = [] if scope.totals_only else [("gaps", _("What to do next"))]
    return [
        *gaps,
        ("indicators", _("Objectives and indicators")),
        ("pace", _("Pace and forecast")),
        *((section.key, section.title) for section in sections),
    ]


def _rights(request: HttpRequest, scope: Scope) -> dict[str, object]:
    partnership = scope.partnership
    return {
        "can_keep_targets": bool(partnership and can_keep_targets(request.user, partnership)),
        "can_record": bool(partnership and can_record(request.user, partnership)),
        "targets_url": reverse(
            "reports:targets", query={"partnership": partnership.acronym} if partnership else None
        ),
    }

"""The rows behind a number: read page by page, or taken away."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cxc_portal.core import access
from cxc_portal.core.exports import download
from cxc_portal.core.types import Text
from reports.forms.scope import query_of
from reports.permissions import can_see_rows
from reports.queries.figures import Figure, UnknownFigure, figure
from reports.queries.kept import kept
from reports.queries.row_kinds import columns_of, kind_of, table_of, values_of
from reports.queries.scopes import Scope
from reports.queries.shapes import Rows
from reports.views.scope import scope_form
from reports.wording.figures import in_words, is_number

PER_PAGE = 25
SECOND = "2"


@dataclass(frozen=True)
class Line:
    """One row: its name, the page it opens (empty for none), and its other cells as HTML."""

    name: Text
    url: str
    cells: SafeString


@access.staff
def indicator_rows(request: HttpRequest, code: str) -> HttpResponse:
    """What stands behind a number, for whoever may see more than totals. A number that adds two
    kinds of rows shows one of them at a time."""
    form = scope_form(request)
    access.require(can_see_rows(request.user))
    found = _figure(code, form.scope)
    title = _title(found, form.scope)
    part = len(found.rows) - 1 if request.GET.get("part") == SECOND else 0
    rows = found.rows[part]
    if wanted := request.GET.get("format"):
        return download(table_of(found, rows, title), wanted)
    page = _pages(rows).get_page(request.GET.get("page"))
    columns = [str(column.label) for column in columns_of(found, rows)]
    context = {
        "figure": found,
        "title": title,
        "scope": form.scope,
        "tabs": _tabs(request, found, part) if len(found.rows) > 1 else [],
        "columns": columns,
        "lines": [_line(columns, rows, row) for row in page],
        "page": page,
        "total": in_words(found.total),
        "back_url": _back(form.scope, found),
    }
    return render(request, "reports/indicator_rows.html", context)


def _figure(code: str, scope: Scope) -> Figure:
    try:
        return figure(code, scope)
    except UnknownFigure as unknown:
        raise Http404 from unknown


def _title(found: Figure, scope: Scope) -> str:
    """The name of the row and of its column; a row that the table does not have is no number."""
    labels = kept(("labels", found.table.name, scope), lambda: found.table.labels(scope))
    if found.row not in labels:
        raise Http404
    return _("%(row)s: %(column)s") % {
        "row": labels[found.row],
        "column": found.column.label,
    }


def _pages(rows: Rows) -> "Paginator[Any]":
    """Where rows are counted by number, the number behind which they stand is counted once."""
    pages = Paginator(kind_of(rows).prepared(rows), PER_PAGE)
    if not rows.adds:
        pages.count = rows.total
    return pages


def _line(columns: Sequence[str], rows: Rows, row: Any) -> Line:
    values = values_of(rows, row)
    cells = SafeString("".join(map(_cell, columns[1:], values[1:])))
    return Line(in_words(values[0]), kind_of(rows).url(row), cells)


def _cell(label: str, value: Any) -> str:
    """Of escaped parts: hundreds of them take a template several times as long."""
    style = ' class="number"' if is_number(value) else ""
    text = escape(in_words(value))
    return f'<td{style} data-label="{escape(label)}"><span>{text}</span></td>'


def _tabs(request: HttpRequest, found: Figure, part: int) -> list[dict[str, object]]:
    """One for each kind of rows, with what it adds to the number."""
    tabs = []
    for number, rows in enumerate(found.rows):
        query = request.GET.copy()
        query.pop("page", None)
        query["part"] = SECOND if number else "1"
        tabs.append(
            {
                "label": rows.queryset.model._meta.verbose_name_plural,
                "url": f"?{query.urlencode()}",
                "is_current": number == part,
                "count": rows.total,
            }
        )
    return tabs


def _back(scope: Scope, found: Figure) -> str:
    query = query_of(scope)
    url = reverse("reports:indicators")
    return f"{url}?{query}#{found.table.name}" if query else f"{url}#{found.table.name}"

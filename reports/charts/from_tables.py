"""Charts of the tables of figures: each is drawn from its table alone, on the page, in a document,
or long after in a frozen period."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cxc_portal.core.exports import Table
from reports.charts.bands import BandRow, Part, bands
from reports.charts.bars import TargetBar, target_bars
from reports.charts.dots import DotRow, dots
from reports.charts.funnel import FunnelStep, funnel
from reports.charts.matrix import matrix
from reports.charts.pace import Foreseen, PaceLine, pace
from reports.charts.shapes import Drawing
from reports.forecast.months import month_end, months_from

Record = Mapping[str, Any]
LOWEST, HIGHEST = 1, 5
"""Of the answers that are given in ratings."""
MOST_TICKS = 5
TICK_MONTHS = (1, 2, 3, 6, 12, 24, 60)
REST = "…"
"""The countries that find no room of their own."""


def draw_targets(table: Table) -> Drawing:
    """Every indicator with a target, as far as it is reached."""
    rows = [row for row in _records(table) if row["target"]]
    codes = {row["code"] for row in rows}
    bars = [
        TargetBar(
            label=str(row["label"]),
            note=_("%(number)s of %(target)s")
            % {"number": _number(row["so_far"]), "target": _number(row["target"])},
            actual=row["so_far"],
            target=row["target"],
            is_part=row["code"].rpartition(".")[0] in codes,
        )
        for row in rows
    ]
    return target_bars(bars, _label(table))


def draw_funnel(table: Table) -> Drawing:
    """Visitors and hosts side by side; shares and days are the visitors'. Nothing before somebody
    has registered."""
    if not any(row["visitors"] or row["hosts"] for row in _records(table)):
        return Drawing(1, [], _label(table))
    steps = [
        FunnelStep(str(row["label"]), (row["visitors"], row["hosts"]), _way(row))
        for row in _records(table)
    ]
    return funnel(steps, (_("Visitors"), _("Hosts")), _label(table))


def draw_bands(table: Table) -> Drawing:
    """Matches, signed and closed ones, each by how well the two fitted."""
    rows = _records(table)
    labels = {column.key: str(column.label) for column in table.columns}
    kinds = [(row["code"], str(row["label"])) for row in rows]
    shown = [
        BandRow(
            label=labels[key],
            total=_number(sum(row[key] for row in rows)),
            parts=tuple(Part(row[key], row["code"]) for row in rows),
            note=" · ".join(f"{row['label']} {_number(row[key])}" for row in rows),
        )
        for key in ("matched", "signed", "closed")
    ]
    return bands(shown, kinds, _label(table))


def draw_satisfaction(table: Table) -> Drawing:
    """The lines that are answered from 1 to 5, as far as somebody has."""
    means = [(row, (row["visitors_mean"], row["hosts_mean"])) for row in _records(table)]
    rows = [
        DotRow(str(row["label"]), values)
        for row, values in means
        if row["question"] and values != (None, None)
    ]
    if not rows:
        return Drawing(1, [], _label(table))
    return dots(rows, (_("Visitors"), _("Hosts")), LOWEST, HIGHEST, _label(table))


def draw_countries(table: Table) -> Drawing:
    cells = {
        (row["visitor_country"], row["host_country"]): row["closed"] for row in _records(table)
    }
    return matrix(cells, REST, _label(table))


def draw_pace(table: Table) -> Drawing:
    """Closed exchanges month by month with the range of the forecast; nothing of an empty table."""
    rows = _records(table)
    if not rows:
        return Drawing(1, [], _label(table))
    closed = [(_day(row), row["closed"]) for row in rows if row["closed"] is not None]
    foreseen = [
        Foreseen(_day(row), row["low"], row["middle"], row["high"])
        for row in rows
        if row["middle"] is not None
    ]
    if len(closed) == 1:
        closed.insert(0, (months_from(closed[0][0], -1), 0))
    target, due_on = rows[0]["target"], _as_day(rows[0]["due_on"])
    days = [day for day, _count in closed] + [one.day for one in foreseen]
    days += [due_on] if due_on else []
    line = PaceLine(
        closed=closed,
        foreseen=foreseen,
        ticks=_ticks(min(days), max(days)),
        target=target,
        target_label=_("Target %(number)s") % {"number": _number(target)},
        due_on=due_on,
        due_label=_("due"),
    )
    return pace(line, _label(table))


def _records(table: Table) -> list[Record]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


def _label(table: Table) -> str:
    return _("Chart: %(title)s. The numbers stand in the table.") % {"title": table.title}


def _way(row: Record) -> str:
    """Share of the step before and median of days, as far as they are known."""
    share, days = row["visitors_share"], row["visitors_days"]
    parts = []
    if share is not None:
        parts.append(f"{_number(round(share))} %")
    if days is not None:
        parts.append(_("%(number)s days") % {"number": _number(round(days))})
    return ", ".join(parts)


def _day(row: Record) -> date:
    return date.fromisoformat(row["code"])


def _as_day(value: Any) -> date | None:
    """A day, also where it was frozen as text."""
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def _ticks(first: date, last: date) -> list[tuple[date, str]]:
    """The ends of some months in between, at most a handful."""
    months = (last.year - first.year) * 12 + last.month - first.month
    step = next((n for n in TICK_MONTHS if months / n <= MOST_TICKS), TICK_MONTHS[-1])
    start = month_end(first)
    days = (month_end(months_from(start, n)) for n in range(0, months + 1, step))
    return [(day, date_format(day, "M y")) for day in days if first <= day <= last]


def _number(number: float) -> str:
    return number_format(number, force_grouping=True)

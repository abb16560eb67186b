"""The page of the documentation about figures, drawn from their definitions."""

from collections.abc import Iterator

from django.utils import translation

from cxc_portal.core.documentation import NOTE, table
from cxc_portal.core.types import Text
from profiles.enums import CountedFrom
from profiles.rules import origins
from reports.queries.exchange_counts import CATEGORY_LABELS
from reports.queries.figures import TABLES
from reports.queries.forecasts import FORECASTS, PACE
from reports.queries.indicators import INDICATORS
from reports.queries.shapes import FigureTable

INTRODUCTION = """\
Every number is defined once, in `reports/queries/`: the page `/indicators/`, all exports, frozen
periods and the tests read the same tables (`tables_of`). Nothing else counts.

- An **exchange counts once**: for the partnership of its visitor, on the day on which it was closed
  (both reports in, both validated), in the category of the visitor's type of organisation. Hosting
  brings no number; it stands beside as *hosted* and is never added. One partnership on both sides
  counts its exchange once, and it is not hosted.
- **Days** are those of the portal's time zone, first and last included: an exchange closed at
  midnight belongs to the day that begins. Without a first day everything from the beginning counts,
  without a last one everything until now.
- **Online** exchanges stand apart everywhere. Whether they count is a rule of the programme
  (`indicators.counts_virtual`: %(rule)s).
- **Every number opens the rows behind it**, marked *opens* below. The number in row `r` and column
  `c` of table `t` has the code `t.r:c`; an indicator's code alone is its actual number.
  `tests/reports/test_figures.py` builds random worlds and holds that each number equals its rows,
  and a count in plain Python, on both databases.
- The **database counts**: sums, shares, medians and the numbers within reports. Medians are
  `PERCENTILE_CONT(0.5)` on PostgreSQL and the mean of the middle one or two values on SQLite,
  which is the same. A larger world asks no more questions.
- **Observers** see the tables, which hold totals alone, and open no rows.

## Where an indicator comes from

| counted from | means |
|---|---|
| %(exchanges)s | exchanges that count; with a category those of visitors of these types alone |
| %(records)s | what the records of the indicator and of its parts count together |
| %(both)s | the same, and each SME once that took part in an exchange that counts |

The list of indicators and the targets are reference data (`profiles/data/indicators.csv`,
`indicator_targets.csv`). A whole counts what its parts count and what is under none of them, so
parts never add up to more. A target is measured by everything until the last day looked at,
whatever the first one is. A partnership without a list of targets promised its planned exchanges;
all partnerships together promised the sum. The categories are: %(categories)s.

Handed in (exports, frozen periods), the table of indicators also says `forecast_on` and
`forecast`: the day on which an open target is expected, and the same in words, as the table
`forecasts` has them."""


def indicators_page() -> str:
    """What each number means, how it is counted and what it opens."""
    with translation.override("en"):
        parts = ["# Indicators and figures", NOTE, _introduction()]
        for one in (INDICATORS, PACE, FORECASTS, *_others()):
            parts += [f"## {one.title} (`{one.name}`)", str(one.about), _columns(one)]
        return "\n\n".join(parts) + "\n"


def _introduction() -> str:
    return INTRODUCTION % {
        "rule": origins()["indicators.counts_virtual"][0],
        "exchanges": CountedFrom.EXCHANGES.label,
        "records": CountedFrom.RECORDS.label,
        "both": CountedFrom.RECORDS_AND_SMES.label,
        "categories": ", ".join(f"{label} (`{code}`)" for code, label in CATEGORY_LABELS.items()),
    }


def _others() -> Iterator[FigureTable]:
    return (one for one in TABLES.values() if one is not INDICATORS)


def _columns(one: FigureTable) -> str:
    head = ("column", "reads", "is", "rows")
    rows: list[tuple[Text, ...]] = [
        (f"`{column.key}`", column.label, column.how, "opens" if one.opens(column.key) else "")
        for column in one.columns
    ]
    return table(head, rows)

"""The implementation report of pilot activities: what a coordinator hands in, ready to be edited.

Its sections are those of the pilot's midterm report. Each holds the coordinator's own text and the
figures that belong to it; the last is the table of objectives and indicators as the programme
wants it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx.document import Document as WordDocument

from cxc_portal.core.exports import Table
from reports.enums import ReportSection
from reports.exports.word import (
    HINT,
    SOURCE,
    add_caption,
    add_header_and_footer,
    add_table,
    add_text,
    new_document,
    to_bytes,
)
from reports.exports.word_charts import Bars, add_bar_chart
from reports.queries.handed_in import HandedIn
from reports.wording.figures import NOTHING, in_words
from reports.wording.tables import Printed, Record, printed, records_of

MOST_ROWS = 25
"""Of a long table; the rest stands in the other exports."""
FIGURES: Mapping[ReportSection, Sequence[str]] = {
    ReportSection.ISSUES: ("funnel", "reports", "pending"),
    ReportSection.PROMOTION: ("outreach", "records"),
    ReportSection.NEXT_STEPS: ("forecasts",),
    ReportSection.RESULTS: ("categories", "modes", "countries", "satisfaction", "money"),
}
"""The tables of each section, in their order."""
A_LINE, PADDING, WIDEST_COLUMN = 84, 3, 36
"""In letters: what a line of a table holds, what stands around a text, and the widest column."""
MOST_IN_CHART = 100
"""A target beyond this would flatten all the others; it stands in the table."""


def implementation_report(figures: HandedIn) -> bytes:
    """The report as a text document (DOCX), in the language of the reader."""
    return to_bytes(_Report(figures).written())


class _Report:
    """One report on its way: numbers captions as it goes."""

    def __init__(self, figures: HandedIn) -> None:
        self._figures = figures
        self._title = _("Implementation report of pilot activities")
        self._document: WordDocument = new_document(
            title=self._title, whose=figures.whose, language=get_language() or "en"
        )
        self._captions = {"Table": 0, "Figure": 0}

    def written(self) -> WordDocument:
        add_header_and_footer(
            self._document,
            left=self._title,
            right=self._figures.whose,
            foot=_("ClusterXchange is co-funded by the COSME programme of the European Union."),
        )
        self._write_front()
        for section in ReportSection:
            self._write_section(section)
        self._write_objectives()
        self._write_end()
        return self._document

    def _write_front(self) -> None:
        self._document.add_paragraph(self._title, style="Title")
        self._document.add_paragraph(self._subtitle(), style="Subtitle")
        facts = [(str(label), in_words(value)) for label, value in self._facts()]
        add_table(
            self._document,
            (),
            facts,
            widths=(3, 7),
            is_number=lambda at: False,
        )
        self._document.add_heading(_("In short"), 1)
        for sentence in _in_short(self._figures):
            self._document.add_paragraph(sentence, style="List Bullet")

    def _subtitle(self) -> str:
        first, last = self._figures.starts_on, self._figures.day
        if first is None:
            return _("%(partnership)s, until %(last)s") % {
                "partnership": self._figures.whose,
                "last": in_words(last),
            }
        return _("%(partnership)s, %(first)s to %(last)s") % {
            "partnership": self._figures.whose,
            "first": in_words(first),
            "last": in_words(last),
        }

    def _facts(self) -> Iterator[tuple[Any, Any]]:
        facts = self._figures.facts()
        yield facts[0]
        reporter = self._figures.reporter
        if reporter.coordinator:
            yield _("Coordinator"), reporter.coordinator
        if reporter.field:
            yield _("Field"), reporter.field
        yield from facts[1:]
        yield _("Figures as of"), self._figures.as_of

    def _write_section(self, section: ReportSection) -> None:
        self._document.add_heading(str(section.label), 1)
        if text := self._figures.texts.get(section):
            add_text(self._document, text)
        else:
            self._document.add_paragraph(_hints()[section], style=HINT)
        if section == ReportSection.RESULTS:
            self._write_chart_of_targets()
        for name in FIGURES[section]:
            table = self._figures.tables[name]
            if (found := printed(name, table)).rows:
                self._write_table(str(table.title), found)
                if name == "funnel":
                    self._write_chart_of_funnel(table)

    def _write_table(self, title: str, found: Printed) -> None:
        self._caption("Table", title)
        add_table(
            self._document,
            found.head,
            found.rows[:MOST_ROWS],
            widths=_widths(found),
            is_number=found.numeric.__contains__,
        )
        if len(found.rows) > MOST_ROWS:
            left_out = _("The first %(most)s of %(all)s lines; all of them are in the workbook.")
            words = left_out % {"most": MOST_ROWS, "all": len(found.rows)}
            self._document.add_paragraph(words, style=SOURCE)

    def _write_chart_of_targets(self) -> None:
        rows = records_of(self._figures.tables["indicators"])
        shown = [row for row in rows if row["target"] and row["target"] <= MOST_IN_CHART]
        if not shown:
            return
        self._write_chart(
            _("What is reached of what was promised"),
            [f"{row['code']} {row['label']}" for row in shown],
            [
                Bars(_("So far"), [row["so_far"] for row in shown]),
                Bars(_("Target"), [row["target"] for row in shown]),
            ],
        )

    def _write_chart_of_funnel(self, table: Table) -> None:
        rows = records_of(table)
        self._write_chart(
            str(table.title),
            [str(row["label"]) for row in rows],
            [
                Bars(_("Visitors"), [row["visitors"] or 0 for row in rows]),
                Bars(_("Hosts"), [row["hosts"] or 0 for row in rows]),
            ],
        )

    def _write_chart(self, title: str, labels: Sequence[str], series: Sequence[Bars]) -> None:
        self._caption("Figure", title)
        said = "; ".join(
            f"{label}: {', '.join(f'{one.name} {one.values[at]}' for one in series)}"
            for at, label in enumerate(labels)
        )
        add_bar_chart(self._document, categories=labels, series=series, alt=f"{title}. {said}")

    def _write_objectives(self) -> None:
        self._document.add_heading(_("Objectives and indicators"), 1)
        self._caption("Table", _("Objectives and indicators"))
        head = (
            _("Objective / indicator"),
            _("Due achievement date"),
            _("Achieved (yes/no)"),
            _("Actual / forecast achievement date"),
            _("Comments"),
        )
        add_table(
            self._document,
            head,
            [
                _objective(row, self._when())
                for row in records_of(self._figures.tables["indicators"])
            ],
            widths=(33, 15, 12, 19, 21),
            is_number=lambda at: False,
        )

    def _when(self) -> Mapping[str, str]:
        """The forecast of each indicator in words."""
        rows = records_of(self._figures.tables["forecasts"])
        return {row["code"]: str(row["in_words"]) for row in rows}

    def _write_end(self) -> None:
        self._document.add_heading(_("How the figures are counted"), 1)
        for name in ("indicators", *(name for names in FIGURES.values() for name in names)):
            words = f"{self._figures.tables[name].title}: {self._figures.notes[name]}"
            self._document.add_paragraph(words, style="List Bullet")
        self._document.add_paragraph(
            _(
                "The views in this document are its authors’ own. They are not those of the "
                "European Commission or its Agency, who are not responsible for any use that may "
                "be made of it."
            ),
            style=SOURCE,
        )

    def _caption(self, kind: str, text: str) -> None:
        self._captions[kind] += 1
        add_caption(self._document, kind, self._captions[kind], text)


# --- words --------------------------------------------------------------------------------------


def _hints() -> dict[str, str]:
    """What stands where the coordinator has not written yet."""
    return {
        ReportSection.ISSUES: _(
            "Write here what held exchanges back and what helped, and what was done about it. The "
            "figures below show where organisations stop on the way."
        ),
        ReportSection.PROMOTION: _(
            "Write here how organisations were told of the scheme, and what worked. The figures "
            "below are those of the outreach log."
        ),
        ReportSection.NEXT_STEPS: _(
            "Write here what the partnership does next, who does it, and by when."
        ),
        ReportSection.RESULTS: _(
            "Write here what was achieved: agreements, joint projects, what organisations learned."
        ),
    }


def _in_short(figures: HandedIn) -> Iterator[str]:
    """The few sentences that whoever reads nothing else should read."""
    rows = records_of(figures.tables["indicators"])
    when = {row["code"]: row["in_words"] for row in records_of(figures.tables["forecasts"])}
    codes = {row["code"] for row in rows}
    for row in rows:
        is_part = row["code"].rpartition(".")[0] in codes
        if row["target"] and not is_part:
            yield _sentence(row, str(when.get(row["code"], "")))


def _sentence(row: Record, forecast: str) -> str:
    words = {"label": row["label"], **_counted(row)}
    if row["is_achieved"]:
        return _("%(label)s: %(number)s of %(target)s, achieved.") % words
    if forecast:
        said = _("%(label)s: %(number)s of %(target)s; forecast: %(forecast)s.")
        return said % (words | {"forecast": forecast})
    return _("%(label)s: %(number)s of %(target)s.") % words


def _objective(row: Record, forecasts: Mapping[str, str]) -> tuple[str, str, str, str, str]:
    """A line of the table as the programme wants it."""
    said = _("%(number)s of %(target)s") if row["target"] else _("%(number)s so far")
    achieved = NOTHING if row["is_achieved"] is None else in_words(row["is_achieved"])
    due = in_words(row["due_on"]) if row["due_on"] else row["due"] or NOTHING
    if row["due_on"] and row["due"]:
        due = f"{due} ({row['due']})"
    return (
        f"{row['code']} {row['label']}: {said % _counted(row)}",
        due,
        achieved,
        in_words(row["achieved_on"]) if row["achieved_on"] else forecasts.get(row["code"], NOTHING),
        row["comment"] or NOTHING,
    )


def _counted(row: Record) -> dict[str, str]:
    return {"number": in_words(row["so_far"]), "target": in_words(row["target"])}


# --- tables -------------------------------------------------------------------------------------


def _widths(found: Printed) -> list[float]:
    """Shares of the width: no word is torn, and what is left over goes to the longest texts."""
    columns = list(zip(found.head, *found.rows, strict=True))
    least = [
        max(len(word) for text in column for word in text.split() or [""]) + PADDING
        for column in columns
    ]
    wished = [
        max(low, min(max(map(len, column)) + PADDING, WIDEST_COLUMN))
        for low, column in zip(least, columns, strict=True)
    ]
    room, wanted = A_LINE - sum(least), sum(wished) - sum(least)
    if wanted <= max(room, 0):
        return list(map(float, wished))
    share = max(room, 0) / wanted
    return [low + (high - low) * share for low, high in zip(least, wished, strict=True)]

"""Bar charts of a text document: drawn by the word processor itself, with their numbers inside, so
that they stay sharp and can be edited like one's own.

openpyxl writes the chart and the workbook behind it; this puts both into the document.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import quoteattr

from docx.document import Document as WordDocument
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm
from openpyxl import Workbook
from openpyxl.chart import BarChart
from openpyxl.chart.axis import ChartLines
from openpyxl.chart.data_source import (
    AxDataSource,
    NumData,
    NumDataSource,
    NumRef,
    NumVal,
    StrData,
    StrRef,
    StrVal,
)
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.series import Series, SeriesLabel
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import (
    CharacterProperties,
    Paragraph,
    ParagraphProperties,
)
from openpyxl.drawing.text import Font as DrawingFont
from openpyxl.xml.functions import tostring

from reports.exports.word import FONT

COLOURS = ("1B4F9C", "A9BFE6", "14264D")
WIDTH = Mm(170)
ROW, REST = Mm(8.5), Mm(20)
"""The height of a group of bars, and of axis and legend together."""
SHEET = "Sheet1"
_CHART_XML = "http://schemas.openxmlformats.org/drawingml/2006/chart"


@dataclass(frozen=True)
class Bars:
    """Values of one kind, one for each category."""

    name: str
    values: Sequence[int]


def add_bar_chart(
    document: WordDocument, *, categories: Sequence[str], series: Sequence[Bars], alt: str
) -> None:
    """Lying bars, the first category on top; `alt` says in words what they show."""
    number = 1 + sum(part.partname.startswith("/word/charts/") for part in _parts(document))
    package = document.part.package
    workbook = Part(
        PackURI(f"/word/embeddings/chart{number}.xlsx"),
        CONTENT_TYPE.SML_SHEET,
        _workbook(categories, series),
        package,
    )
    chart = Part(PackURI(f"/word/charts/chart{number}.xml"), CONTENT_TYPE.DML_CHART, b"", package)
    key = chart.relate_to(workbook, RELATIONSHIP_TYPE.PACKAGE)
    chart._blob = _chart(categories, series, key)
    drawing = document.part.relate_to(chart, RELATIONSHIP_TYPE.CHART)
    height = REST + ROW * len(categories)
    paragraph = document.add_paragraph()
    paragraph.add_run()._r.append(parse_xml(_inline(drawing, number, height, alt)))


def _parts(document: WordDocument) -> Sequence[Part]:
    return list(document.part.package.iter_parts())


def _workbook(categories: Sequence[str], series: Sequence[Bars]) -> bytes:
    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    sheet.append(["", *(one.name for one in series)])
    for at, category in enumerate(categories):
        sheet.append([category, *(one.values[at] for one in series)])
    for cell in sheet["A"]:
        cell.data_type = "s"  # never a formula, however a label begins
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _chart(categories: Sequence[str], series: Sequence[Bars], workbook: str) -> bytes:
    chart: Any = BarChart(gapWidth=45, overlap=-10)
    chart.type, chart.legend.position = "bar", "b"
    chart.legend.overlay = False
    chart.x_axis.scaling.orientation = "maxMin"
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.y_axis.majorGridlines = ChartLines(
        spPr=GraphicalProperties(ln=LineProperties(solidFill="DDDACF"))
    )
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    for axis in (chart.x_axis, chart.y_axis, chart.legend):
        axis.txPr = _letters()
    chart.y_axis.crosses, chart.y_axis.number_format = "max", "0"
    chart.y_axis.scaling.min = 0
    for at, one in enumerate(series):
        chart.series.append(_series(at, one, categories))
    root = chart._write()
    external = root.makeelement(f"{{{_CHART_XML}}}externalData", {qn("r:id"): workbook})
    external.append(root.makeelement(f"{{{_CHART_XML}}}autoUpdate", {"val": "0"}))
    root.append(external)
    return b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + tostring(root)


def _letters() -> RichText:
    """What the text of the document is written in; a chart knows nothing of its styles."""
    letters = CharacterProperties(sz=900, latin=DrawingFont(typeface=FONT))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=letters), endParaRPr=letters)])


def _series(at: int, one: Bars, categories: Sequence[str]) -> Series:
    column, last = "BCD"[at], len(categories) + 1
    texts = [StrVal(idx=i, v=text) for i, text in enumerate(categories)]
    numbers = [NumVal(idx=i, v=str(value)) for i, value in enumerate(one.values)]
    named = StrRef(
        f=f"{SHEET}!${column}$1", strCache=StrData(ptCount=1, pt=[StrVal(idx=0, v=one.name)])
    )
    return Series(
        idx=at,
        order=at,
        tx=SeriesLabel(strRef=named),
        spPr=GraphicalProperties(solidFill=COLOURS[at]),
        invertIfNegative=False,
        cat=AxDataSource(
            strRef=StrRef(
                f=f"{SHEET}!$A$2:$A${last}", strCache=StrData(ptCount=len(texts), pt=texts)
            )
        ),
        val=NumDataSource(
            numRef=NumRef(
                f=f"{SHEET}!${column}$2:${column}${last}",
                numCache=NumData(formatCode="General", ptCount=len(numbers), pt=numbers),
            )
        ),
        dLbls=DataLabelList(
            showVal=True,
            showSerName=False,
            showCatName=False,
            showLegendKey=False,
            showPercent=False,
            txPr=_letters(),
        ),
    )


def _inline(key: str, number: int, height: int, alt: str) -> str:
    names = nsdecls("w", "wp", "a", "r")
    return (
        f"<w:drawing {names}><wp:inline distT='0' distB='0' distL='0' distR='0'>"
        f"<wp:extent cx='{WIDTH}' cy='{height}'/>"
        f"<wp:docPr id='{1000 + number}' name='Chart {number}' descr={quoteattr(alt)}/>"
        "<wp:cNvGraphicFramePr/><a:graphic>"
        f"<a:graphicData uri='{_CHART_XML}'>"
        f"<c:chart xmlns:c='{_CHART_XML}' r:id='{key}'/>"
        "</a:graphicData></a:graphic></wp:inline></w:drawing>"
    )

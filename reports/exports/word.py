"""A text document with real styles: what python-docx leaves to whoever uses it.

Headings, captions, tables and notes are styles of the document, so that whoever edits it changes
one style and not each paragraph. Page numbers and numbers of captions are fields.
"""

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph

INK, SOFT = RGBColor(0x14, 0x26, 0x4D), RGBColor(0x4B, 0x5A, 0x7A)
FONT = "Calibri"
TABLE = "Figures"
CELL, NUMBER, HINT, SOURCE = "Table Text", "Table Number", "Note to the Author", "Source Line"
WIDE = Mm(170)
"""Between the margins."""
NO_HEAD = "0480"
"""A table's looks without a first row of its own; old word processors read this number alone."""
SHORT = 12
"""Rows of a table that stays on one page."""

_TABLE_STYLE = (
    f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="{TABLE}">'
    f'<w:name w:val="{TABLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="59"/>'
    '<w:tblPr><w:tblStyleRowBandSize w:val="1"/><w:tblBorders>'
    '<w:top w:val="single" w:sz="8" w:space="0" w:color="14264D"/>'
    '<w:bottom w:val="single" w:sz="8" w:space="0" w:color="14264D"/>'
    '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="C9C5B8"/></w:tblBorders>'
    '<w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="85" w:type="dxa"/>'
    '<w:bottom w:w="30" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="E7ECF5"/></w:tcPr></w:tblStylePr></w:style>'
)


def new_document(*, title: str, whose: str, language: str) -> WordDocument:
    """An empty A4 document with the styles, a header and a footer."""
    document = Document()
    document.core_properties.title = title
    document.core_properties.author = whose
    document.core_properties.language = language
    document.core_properties.comments = ""
    _set_page(document)
    _set_styles(document, language)
    return document


def to_bytes(document: WordDocument) -> bytes:
    content = BytesIO()
    document.save(content)
    return content.getvalue()


# --- page and styles ----------------------------------------------------------------------------


def _set_page(document: WordDocument) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin, section.bottom_margin = Mm(25), Mm(25)
    section.header_distance = section.footer_distance = Mm(11)


def _set_styles(document: WordDocument, language: str) -> None:
    styles = document.styles
    _set_fonts(document, language)
    for name, size, before, after in (
        ("Title", 26, 0, 2),
        ("Heading 1", 16, 22, 6),
        ("Heading 2", 12.5, 14, 4),
    ):
        _shape(styles[name], size=size, colour=INK, bold=True, before=before, after=after)
        styles[name].paragraph_format.keep_with_next = True
    _without(styles["Title"], "w:pBdr")
    _shape(styles["Subtitle"], size=14, colour=SOFT, after=14)
    _shape(styles["Caption"], size=9.5, colour=INK, bold=True, before=10, after=4)
    styles["Caption"].paragraph_format.keep_with_next = True
    for name in ("Header", "Footer"):
        _shape(styles[name], size=8.5, colour=SOFT)
        _without(styles[name], "w:tabs")
    for name, size, colour in ((CELL, 9, None), (NUMBER, 9, None), (HINT, 10, SOFT)):
        _shape(_new_style(document, name), size=size, colour=colour)
    _shape(_new_style(document, SOURCE), size=8.5, colour=SOFT, before=3, after=10)
    styles[NUMBER].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    styles[HINT].font.italic = True
    styles.element.append(parse_xml(_TABLE_STYLE))


def _set_fonts(document: WordDocument, language: str) -> None:
    normal = document.styles["Normal"]
    _shape(normal, size=10.5, after=6)
    normal.paragraph_format.line_spacing = 1.15
    for kind in ("Title", "Subtitle", "Heading 1", "Heading 2", "Caption", "Normal"):
        _set_font(document.styles[kind])
    defaults = document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault"))
    found = defaults.find(qn("w:rPr")).find(qn("w:lang"))
    found.set(qn("w:val"), language)


def _set_font(style: Any) -> None:
    """The font by its name; the fonts of a theme would win over it."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)


def _new_style(document: WordDocument, name: str) -> Any:
    style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"]
    style.quick_style = True
    return style


def _shape(
    style: Any,
    *,
    size: float,
    colour: RGBColor | None = None,
    bold: bool = False,
    before: float = 0,
    after: float = 0,
) -> None:
    style.font.size, style.font.bold, style.font.italic = Pt(size), bold, False
    if colour is not None:
        style.font.color.rgb = colour
    spacing = style.paragraph_format
    spacing.space_before, spacing.space_after = Pt(before), Pt(after)


def _without(style: Any, name: str) -> None:
    """The template of python-docx draws a line below the title and has tabs for US paper."""
    found = style.element.pPr.find(qn(name))
    if found is not None:
        style.element.pPr.remove(found)


# --- header and footer --------------------------------------------------------------------------


def add_header_and_footer(document: WordDocument, *, left: str, right: str, foot: str) -> None:
    """The header from the second page on; the footer with the page number on every page."""
    section = document.sections[0]
    section.different_first_page_header_footer = True
    _tabbed(section.header.paragraphs[0], left).add_run(f"\t{right}")
    for footer in (section.footer, section.first_page_footer):
        paragraph = _tabbed(footer.paragraphs[0], foot)
        words = _("Page %(page)s of %(pages)s") % {"page": "|PAGE|", "pages": "|NUMPAGES|"}
        paragraph.add_run("\t")
        for part in words.split("|"):
            if part in ("PAGE", "NUMPAGES"):
                add_field(paragraph, part, "1")
            else:
                paragraph.add_run(part)


def _tabbed(paragraph: Paragraph, text: str) -> Paragraph:
    """Text on the left, room for more at the right margin."""
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(WIDE, WD_TAB_ALIGNMENT.RIGHT)
    paragraph.text = text
    return paragraph


def add_field(paragraph: Paragraph, code: str, shown: str) -> None:
    """A field that the word processor works out anew; `shown` until then."""
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), f" {code} ")
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = shown
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


# --- contents -----------------------------------------------------------------------------------


def add_text(document: WordDocument, text: str) -> None:
    """What somebody typed: paragraphs at empty lines, lists where lines begin with a dash."""
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines: list[str] = []
        for line in filter(None, map(str.strip, block.split("\n"))):
            if line[:2] in ("- ", "* ", "• ", "– "):
                _add_lines(document, lines)
                lines = []
                document.add_paragraph(line[2:].strip(), style="List Bullet")
            else:
                lines.append(line)
        _add_lines(document, lines)


def _add_lines(document: WordDocument, lines: Sequence[str]) -> None:
    if lines:
        document.add_paragraph("\n".join(lines))


def add_caption(document: WordDocument, kind: str, number: int, text: str) -> None:
    """`kind` is "Table" or "Figure"; its number is a field."""
    words = {"Table": _("Table"), "Figure": _("Figure")}[kind]
    paragraph = document.add_paragraph(f"{words} ", style="Caption")
    add_field(paragraph, f"SEQ {kind} \\* ARABIC", str(number))
    paragraph.add_run(f". {text}")


def add_table(
    document: WordDocument,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    widths: Sequence[float],
    is_number: Callable[[int], bool],
) -> WordTable:
    """A table in the style of the document; `widths` are shares of the width of the text. No row is
    torn, and a short table stays on one page; the head of a long one comes again on each. Without a
    head the first column names the rows."""
    table = document.add_table(rows=0, cols=len(widths), style=TABLE)
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    total = sum(widths)
    cells = [round(WIDE * width / total) for width in widths]
    for column, width in zip(table.columns, cells, strict=True):
        column.width = width
    for texts in [head, *rows] if head else rows:
        _fill(table.add_row(), texts, cells, is_number)
    if head:
        _mark(table.rows[0], "w:tblHeader")
    else:
        look = table._tbl.tblPr.find(qn("w:tblLook"))
        look.set(qn("w:firstRow"), "0")
        look.set(qn("w:val"), NO_HEAD)
    if len(table.rows) <= SHORT:
        _keep_together(table)
    return table


def _keep_together(table: WordTable) -> None:
    for cell in (cell for row in list(table.rows)[:-1] for cell in row.cells):
        cell.paragraphs[0].paragraph_format.keep_with_next = True


def _fill(row: Any, texts: Sequence[str], widths: Sequence[int], is_number: Any) -> None:
    for at, (cell, text, width) in enumerate(zip(row.cells, texts, widths, strict=True)):
        cell.width = width
        cell.paragraphs[0].style = NUMBER if is_number(at) else CELL
        cell.paragraphs[0].add_run(text)
    _mark(row, "w:cantSplit")


def _mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))

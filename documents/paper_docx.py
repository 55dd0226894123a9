"""A paper as a Word file: real headings, table heads that repeat, pictures with their words, English (UK)."""

from __future__ import annotations

import io
from datetime import UTC, datetime, time
from typing import cast

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from documents.paper_parts import (
    column_widths,
    fills_page,
    find_look,
    in_words,
    is_wide,
    keeps_together,
    split_looks,
    without_clock,
)
from documents.picture import svg_to_png
from programme.messages import Bullets, Facts, Heading, Picture, Table, Text
from programme.paper import Paper, PaperBlock
from programme.rag import Look

_FACE = "Arial"
_INK, _GREY, _WHITE = RGBColor(0x1B, 0x1F, 0x24), RGBColor(0x59, 0x5F, 0x69), RGBColor(0xFF, 0xFF, 0xFF)
_HEAD_FILL, _LINE = "E9EDF2", "C3C9D1"
_CHARACTER = Cm(0.19)


def write_docx(paper: Paper) -> bytes:
    """A .docx of A4 pages, on their side where a table is wide. The title is Heading 1, its sections Heading 2."""
    document = Document()
    _set_styles(document)
    _set_page(document, paper)
    _set_properties(document, paper)
    document.add_heading(paper.title, level=1)
    if paper.subtitle:
        document.add_paragraph(paper.subtitle, style="Subtitle")
    document.add_paragraph(f"As at {in_words(paper.as_at)}", style="Small Print")
    heading = paper.title
    for block in paper.blocks:
        if isinstance(block, Heading):
            heading = block.text
        _add(document, block, heading)
    out = io.BytesIO()
    document.save(out)
    return without_clock(out.getvalue(), paper.as_at)


def _add(document: WordDocument, block: PaperBlock, heading: str) -> None:
    match block:
        case Heading(text):
            document.add_heading(text, level=2)
        case Text(text, quiet):
            _write(document.add_paragraph(style="Small Print" if quiet else "Normal"), text)
        case Facts(pairs):
            for label, value in pairs:
                fact = document.add_paragraph(style="Fact")
                fact.add_run(f"{label}:").bold = True
                _write(fact, f" {value or '–'}")
        case Bullets(items):
            for item in items:
                _write(document.add_paragraph(style="List Bullet"), item)
        case Picture(svg, words):
            shape = document.add_picture(io.BytesIO(svg_to_png(svg, width=1600)), width=Cm(16))
            shape._inline.docPr.set("descr", words)
        case Table():
            _add_table(document, block, heading)


def _write(paragraph: Paragraph, text: str) -> None:
    """The text at the paragraph's end; each rating in it is a dot and its word in its colour."""
    for piece in split_looks(text):
        if isinstance(piece, Look):
            run = paragraph.add_run(f"●\u00a0{piece.word}")
            run.bold = True
            run.font.color.rgb = _rgb(piece)
        else:
            paragraph.add_run(piece)


def _add_table(document: WordDocument, table: Table, heading: str) -> None:
    grid = document.add_table(rows=1 + len(table.rows), cols=len(table.columns))
    grid.alignment = WD_TABLE_ALIGNMENT.LEFT
    grid.autofit = False
    _describe(grid, f"{heading}: table")
    widths = column_widths(table)
    liked = [width * _CHARACTER for width in widths]
    room = _room(document)
    if fills_page(table) or sum(liked) > room:
        liked = [room * width // sum(widths) for width in widths]
    shares = [Emu(width) for width in liked]
    for column, share in zip(grid.columns, shares, strict=True):
        column.width = share
    for place, (row, cells) in enumerate(zip(grid.rows, (table.columns, *table.rows), strict=True)):
        properties = row._tr.get_or_add_trPr()
        if place == 0 or keeps_together(cells, widths):
            properties.append(OxmlElement("w:cantSplit"))
        if place == 0:
            properties.append(OxmlElement("w:tblHeader"))
        for cell, text, share in zip(row.cells, cells, shares, strict=True):
            cell.width = share
            if place == 0:
                _fill_head(cell, text)
            else:
                _fill(cell, text)
    document.add_paragraph(style="After Table")


def _fill_head(cell: _Cell, text: str) -> None:
    _shade(cell, _HEAD_FILL)
    paragraph = _words_of(cell)
    paragraph.paragraph_format.keep_with_next = True
    paragraph.add_run(text).bold = True


def _fill(cell: _Cell, text: str) -> None:
    paragraph = _words_of(cell)
    look = find_look(text)
    if look is None:
        _write(paragraph, text)
        return
    _shade(cell, look.colour.lstrip("#"))
    run = paragraph.add_run(look.word)
    run.bold = True
    run.font.color.rgb = _WHITE


def _words_of(cell: _Cell) -> Paragraph:
    paragraph: Paragraph = cell.paragraphs[0]
    paragraph._p.style = "TableWords"  # by its id: a look-up by name took six seconds in a table of 1,000 rows
    return paragraph


def _room(document: WordDocument) -> int:
    section = document.sections[0]
    return int(section.page_width or 0) - int(section.left_margin or 0) - int(section.right_margin or 0)


def _describe(grid: WordTable, words: str) -> None:
    """Lines below each row, a first row marked as head, and the words a screen reader says first."""
    properties = grid._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        borders.append(_element(f"w:{side}", val="single", sz="4", space="0", color=_LINE))
    look = properties.find(qn("w:tblLook"))
    before_look = [borders, _element("w:tblCaption", val=words)]
    if look is None:
        properties.extend(before_look)
        return
    look.attrib.clear()
    for name, value in {"val": "0620", "firstRow": "1", "firstColumn": "0", "noHBand": "1", "noVBand": "1"}.items():
        look.set(qn(f"w:{name}"), value)
    layout = properties.find(qn("w:tblLayout"))
    (look if layout is None else layout).addprevious(borders)
    look.addnext(before_look[1])


def _shade(cell: _Cell, fill: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=fill))


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _rgb(look: Look) -> RGBColor:
    return RGBColor.from_string(look.colour.lstrip("#").upper())


def _set_page(document: WordDocument, paper: Paper) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    if is_wide(paper):
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(1.8)
    footer = section.footer.paragraphs[0]
    footer.style = "Small Print"
    footer.add_run(f"{paper.title} · page ")
    footer._p.append(_element("w:fldSimple", instr="PAGE"))
    footer.add_run(" of ")
    footer._p.append(_element("w:fldSimple", instr="NUMPAGES"))


def _set_properties(document: WordDocument, paper: Paper) -> None:
    properties = document.core_properties
    properties.title, properties.subject = paper.title[:255], paper.subtitle[:255]
    properties.author, properties.comments, properties.language = "", "", "en-GB"
    properties.created = properties.modified = datetime.combine(paper.as_at, time(), UTC)


def _set_styles(document: WordDocument) -> None:
    styles = document.styles
    for lang in styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "en-GB")
    for name in ("Small Print", "Fact", "Table Words", "After Table"):
        styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).base_style = styles["Normal"]
    _set_style(document, "Normal", size=11, after=6)
    _set_style(document, "Heading 1", size=20, after=4)
    _set_style(document, "Heading 2", size=14, before=16, after=6)
    _set_style(document, "Subtitle", size=12.5, after=4)
    _set_style(document, "List Bullet", size=11, after=3)
    _set_style(document, "Small Print", size=9, after=6, colour=_GREY)
    _set_style(document, "Fact", size=11, after=2)
    _set_style(document, "Table Words", size=9, before=2, after=2)
    _set_style(document, "After Table", size=4)


def _set_style(
    document: WordDocument, name: str, *, size: float, before: float = 0, after: float = 0, colour: RGBColor = _INK
) -> None:
    style = cast(ParagraphStyle, document.styles[name])
    faces = style.element.get_or_add_rPr().get_or_add_rFonts()
    faces.attrib.clear()  # the template names the faces of a theme, which win over a face given by name
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        faces.set(qn(f"w:{script}"), _FACE)
    style.font.size, style.font.color.rgb, style.font.italic = Pt(size), colour, False
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)

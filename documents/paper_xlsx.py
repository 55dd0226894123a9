"""A paper as an Excel file: what is said on the first sheet, each table on a sheet of its own to sort and filter."""

from __future__ import annotations

import io
from typing import cast

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import quote_sheetname
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from documents.paper_parts import column_widths, find_look, in_words, is_wide, without_clock, without_icons
from programme.messages import Bullets, Facts, Heading, Picture, Table, Text
from programme.paper import Paper, PaperBlock

_TOP = Alignment(wrap_text=True, vertical="top")
_BOLD = Font(name="Arial", size=10, bold=True)
_PLAIN = Font(name="Arial", size=10)
_QUIET = Font(name="Arial", size=9, color="595F69")
_LINK = Font(name="Arial", size=10, underline="single", color="0B5A8A")
_RATED = Font(name="Arial", size=10, bold=True, color="FFFFFF")
_HEAD = PatternFill("solid", start_color="E9EDF2")
_LINE = Border(bottom=Side("thin", color="C3C9D1"))
_MOST = 32_767  # characters in a cell of Excel's
_CUT = " … (cut here: an Excel cell holds no more)"


def write_xlsx(paper: Paper) -> bytes:
    """An .xlsx in which every cell is text: what begins with `=` stays words, whoever edits it later."""
    book = Workbook()
    first = book.worksheets[0]
    first.title = "Summary"
    first.column_dimensions["A"].width, first.column_dimensions["B"].width = 30, 100
    _put(first, 1, 1, paper.title, Font(name="Arial", size=16, bold=True), Alignment())
    _put(first, 2, 1, paper.subtitle, _BOLD, Alignment())
    _put(first, 3, 1, f"As at {in_words(paper.as_at)}", _QUIET, Alignment())
    down, heading = 5, ""
    for block in paper.blocks:
        if isinstance(block, Heading):
            heading = block.text
        down = _add(book, first, down, block, heading)
    for sheet in book.worksheets:
        _set_page(sheet, sideways=sheet is not first and is_wide(paper))
    book.properties.title, book.properties.subject = paper.title[:255], paper.subtitle[:255]
    book.properties.creator, book.properties.language = "", "en-GB"
    out = io.BytesIO()
    book.save(out)
    return without_clock(out.getvalue(), paper.as_at)


def _add(book: Workbook, first: Worksheet, down: int, block: PaperBlock, heading: str) -> int:
    """Puts the block on the first sheet from row `down`, a table on its own; the next free row."""
    match block:
        case Heading(text):
            _put(first, down + 1, 1, text, Font(name="Arial", size=12, bold=True), Alignment())
            return down + 2
        case Text(text, quiet):
            _put(first, down, 2, text, _QUIET if quiet else _PLAIN)
            return down + 1
        case Facts(pairs):
            for place, (label, value) in enumerate(pairs):
                _put(first, down + place, 1, label, _BOLD)
                _put(first, down + place, 2, value)
            return down + len(pairs)
        case Bullets(items):
            for place, item in enumerate(items):
                _put(first, down + place, 2, f"• {item}")
            return down + len(items)
        case Picture(_, words):
            _put(first, down, 2, words)
            return down + 1
        case Table():
            name = _free_name(book, heading or "Table")
            _fill(book.create_sheet(name), block)
            link = _put(first, down, 2, f"Table on the sheet “{name}”", _LINK)
            link.hyperlink = Hyperlink(ref=link.coordinate, location=f"{quote_sheetname(name)}!A1")
            return down + 1


def _fill(sheet: Worksheet, table: Table) -> None:
    for across, (column, width) in enumerate(zip(table.columns, column_widths(table, least=8), strict=True), start=1):
        cell = _put(sheet, 1, across, column, _BOLD)
        cell.fill, cell.border = _HEAD, _LINE
        sheet.column_dimensions[cell.column_letter].width = width + 2
    for down, row in enumerate(table.rows, start=2):
        for across, text in enumerate(row, start=1):
            cell = _put(sheet, down, across, text)
            cell.border = _LINE
            look = find_look(text)
            if look:
                cell.font, cell.fill = _RATED, PatternFill("solid", start_color=look.colour.lstrip("#").upper())
    sheet.freeze_panes = "B2" if len(table.columns) > 4 else "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"


def _put(sheet: Worksheet, down: int, across: int, text: str, font: Font = _PLAIN, alignment: Alignment = _TOP) -> Cell:
    cell = cast(Cell, sheet.cell(down, across))
    words = without_icons(text)
    if words:
        cell.value = words if len(words) <= _MOST else words[: _MOST - len(_CUT)] + _CUT
        cell.data_type = "s"  # openpyxl makes a formula of `=…` and an error of `#N/A`
        cell.quotePrefix = words[0] in "=+-@"  # and so would Excel, once somebody edits the cell
    cell.font, cell.alignment = font, alignment
    return cell


def _free_name(book: Workbook, heading: str) -> str:
    """A sheet's name from its heading: at most 31 characters, none that Excel forbids, no two alike in any case."""
    plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in without_icons(heading))
    plain = " ".join(plain.split()).strip("'") or "Table"
    taken = {"history", *(name.lower() for name in book.sheetnames)}
    name, tries = plain[:31].strip(" '"), 1
    while not name or name.lower() in taken:
        tries += 1
        ending = f" {tries}"
        name = plain[: 31 - len(ending)].strip(" '") + ending
    return name


def _set_page(sheet: Worksheet, *, sideways: bool) -> None:
    sheet.page_setup.paperSize = "9"  # A4
    sheet.page_setup.orientation = "landscape" if sideways else "portrait"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.HeaderFooter.oddFooter = HeaderFooterItem(center=_HeaderFooterPart("Page &P of &N"))

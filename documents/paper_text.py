"""A paper as plain text: at most 100 columns, tables as lists that read aloud in order."""

from __future__ import annotations

import textwrap
import unicodedata

from documents.paper_parts import in_words
from programme.messages import Bullets, Facts, Heading, Picture, Table, Text
from programme.paper import Paper, PaperBlock

COLUMNS = 100
# Stands for a space that no line may break at; no tidy paper holds it.
_GLUE = "\0"


def write_text(paper: Paper) -> bytes:
    """UTF-8. Only a single word longer than a line (an address, say) runs past the last column."""
    title = _wrapped(paper.title)
    opening = [title, "=" * min(COLUMNS, _width(title)), *([_wrapped(paper.subtitle)] if paper.subtitle else [])]
    parts = ["\n".join([*opening, f"As at {in_words(paper.as_at)}"]), *map(_block, paper.blocks)]
    return ("\n\n".join(parts) + "\n").encode()


def _block(block: PaperBlock) -> str:
    match block:
        case Heading(text):
            heading = _wrapped(text)
            return f"\n{heading}\n{'-' * min(COLUMNS, _width(heading))}"
        case Text(text):
            return _wrapped(text)
        case Facts(pairs):
            return "\n".join(_wrapped(f"{label}: {value or '–'}", then="  ") for label, value in pairs)
        case Bullets(items):
            return "\n".join(_wrapped(item, first="- ", then="  ") for item in items)
        case Picture(_, words):
            return _wrapped(words)
        case Table():
            return _table(block)


def _table(table: Table) -> str:
    rows = (table.columns, *table.rows)
    widths = [max(map(_width, cells)) for cells in zip(*rows, strict=True)]
    if not table.rows:
        return _wrapped(f"{', '.join(table.columns)}: nothing to list.")
    if sum(widths) + 2 * (len(widths) - 1) <= COLUMNS and not any("\n" in cell for row in rows for cell in row):
        return "\n".join(
            "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        )
    return "\n".join(
        _wrapped(
            " · ".join(_field(column, cell) for column, cell in zip(table.columns, row, strict=True)),
            first="- ",
            then="  ",
        )
        for row in table.rows
    ).replace(_GLUE, " ")


def _field(column: str, cell: str) -> str:
    """`Owner: SENDPO`, kept on one line where it is short."""
    field = " ".join(f"{column}: {cell or '–'}".removeprefix(": ").split())
    return field.replace(" ", _GLUE) if len(field) <= COLUMNS // 2 else field


def _wrapped(text: str, first: str = "", then: str = "") -> str:
    lines = text.split("\n")
    return "\n".join(
        textwrap.fill(
            line,
            COLUMNS,
            initial_indent=then if place else first,
            subsequent_indent=then,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for place, line in enumerate(lines)
    )


def _width(text: str) -> int:
    """Columns on a screen: an emoji or an ideograph takes two, a combining mark none."""
    return sum(
        0 if unicodedata.combining(letter) else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        for letter in text
    )

"""What the paper writers share: tidy words, ratings found in text, column widths, and files without a clock in them."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from math import ceil

from programme.messages import Bullets, Facts, Heading, Picture, Table, Text
from programme.paper import Paper, PaperBlock
from programme.rag import COMPLETE, LOOKS, Look

_LOOKS = {str(look): look for look in (*LOOKS.values(), COMPLETE)}
_LOOK = re.compile("(" + "|".join(map(re.escape, _LOOKS)) + ")")
# What XML 1.0 cannot hold (and Word and Excel therefore refuse), noncharacters and lone surrogates among them.
_UNWRITABLE = re.compile("[^\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONG_WORD = re.compile(r"\S{23,}")
# In characters: what a page of A4 holds across, upright and on its side; what a table may take before it fills the
# page; and the width of a column that never gives way.
_UPRIGHT, _SIDEWAYS, _NARROW, _SHORT = 105, 165, 90, 18
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms)")


def find_look(cell: str) -> Look | None:
    """The rating that is all the cell says, or None."""
    return _LOOKS.get(cell.strip())


def split_looks(text: str) -> list[str | Look]:
    """The text in pieces, each rating in it a Look; no piece is empty."""
    return [_LOOKS.get(piece, piece) for piece in _LOOK.split(text) if piece]


def without_icons(text: str) -> str:
    """The text with each rating as its word alone."""
    return "".join(piece.word if isinstance(piece, Look) else piece for piece in split_looks(text))


def break_long_words(text: str, mark: str) -> str:
    """The text with `mark` at places to break in words longer than a column, such as addresses."""
    return _LONG_WORD.sub(lambda word: re.sub(r"([/._@?&=-]+|.{20})", r"\1" + mark, word[0]), text)


def in_words(day: date) -> str:
    """`5 September 2022`."""
    return f"{day.day} {day:%B %Y}"


def tidy(paper: Paper) -> Paper:
    """The paper without what no file can hold: control characters, blank blocks, tables of uneven rows."""
    blocks = (_tidy_block(block) for block in paper.blocks)
    return replace(
        paper,
        title=_one_line(paper.title) or "Untitled",
        subtitle=_one_line(paper.subtitle),
        blocks=tuple(block for block in blocks if block is not None),
    )


def _tidy_block(block: PaperBlock) -> PaperBlock | None:
    match block:
        case Heading(text):
            return Heading(_one_line(text)) if _one_line(text) else None
        case Text(text, quiet):
            return Text(_writable(text), quiet) if _writable(text) else None
        case Facts(pairs):
            return Facts(tuple((_one_line(label), _writable(value)) for label, value in pairs)) if pairs else None
        case Bullets(items):
            return Bullets(tuple(map(_writable, items))) if items else None
        case Picture(svg, words):
            return Picture(_writable(svg), _one_line(words) or "A picture without a description.")
        case Table(columns, rows):
            across = max(map(len, (columns, *rows)))
            if not across:
                return None
            even = [(*row, *[""] * (across - len(row))) for row in (columns, *rows)]
            return Table(tuple(map(_one_line, even[0])), tuple(tuple(map(_writable, row)) for row in even[1:]))


def _writable(text: str) -> str:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").expandtabs(4)
    return _UNWRITABLE.sub("", re.sub("[\x0b\x0c\u2028\u2029]", "\n", lines)).strip()


def _one_line(text: str) -> str:
    return " ".join(_writable(text).split())


def column_widths(table: Table, least: int = 5, most: int = 48) -> tuple[int, ...]:
    """How many characters wide each column is best, the space at its sides counted.

    All of them go on a page of A4 on its side: where they would not, the wide ones give way and the short ones do not.
    """

    def liked(cells: list[str]) -> int:
        longest_word = max((len(word) for cell in cells for word in cell.split()), default=0)
        typical = sum(map(len, cells)) / len(cells)
        longest = max(map(len, cells))
        return 3 + max(least, min(most, max(min(longest_word, 22), min(longest, ceil(1.5 * typical) + 4))))

    def shown(cell: str) -> str:
        return f"{without_icons(cell)}__" if find_look(cell) else without_icons(cell)  # a rating is in bold

    widths = [
        liked([f"{name}_", *(shown(row[place]) for row in table.rows)]) for place, name in enumerate(table.columns)
    ]
    short = sum(width for width in widths if width <= _SHORT)
    share = (_SIDEWAYS - short) / max(1, sum(widths) - short)
    return tuple(width if width <= _SHORT or share >= 1 else max(_SHORT, int(width * share)) for width in widths)


def fills_page(table: Table) -> bool:
    """Whether the table takes the page's whole width, or stands narrower, at its own."""
    widths = column_widths(table)
    return sum(widths) > _NARROW or any(count_lines(row, widths) > 2 for row in table.rows)


def count_lines(row: tuple[str, ...], widths: tuple[int, ...]) -> int:
    """About how many lines the row takes on an upright page of A4."""
    squeezed = min(1, _UPRIGHT / sum(widths))
    return max(
        sum(ceil((len(line) + 3) / (width * squeezed)) for line in cell.split("\n"))
        for cell, width in zip(row, widths, strict=True)
    )


def keeps_together(row: tuple[str, ...], widths: tuple[int, ...]) -> bool:
    """Whether the row is so short that it is never broken across two pages."""
    return count_lines(row, widths) <= 15


def is_wide(paper: Paper) -> bool:
    """Whether a table of the paper needs its page turned on its side."""
    return any(
        len(block.columns) > 6 or sum(column_widths(block)) > 145 for block in paper.blocks if isinstance(block, Table)
    )


def without_clock(package: bytes, day: date) -> bytes:
    """A Word or Excel file whose every date is midnight of `day`, so that the same paper is the same bytes."""
    out = io.BytesIO()
    stamp = (min(max(day.year, 1980), 2107), day.month, day.day, 0, 0, 0)  # a zip holds no other years
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _STAMP.sub(rb"\g<1>" + f"{day.isoformat()}T00:00:00Z".encode() + rb"\g<3>", data)
            entry = zipfile.ZipInfo(name, stamp)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return out.getvalue()

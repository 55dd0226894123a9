"""The lines of a text as rows of cells, and which column each cell of a row stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from documents.markup import is_heading, plain_text

_PIPE = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[\s|:-]+")
_BRACKETS = re.compile(r"\([^()]*\)")
_LETTERED = re.compile(r"\(?([A-Za-z])[.)](?:\s+|(?=[A-Z]))(?=\S)")
_REF = re.compile(r"([A-Z]{0,3}\d+(?:[.-]\d+)*)(?:[.(]?([A-Z])\)?)?", re.IGNORECASE)
_LONGEST_HEADER_CELL = 90  # characters

PLAN_COLUMNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for name, words in {
        "ref": r"ref|refs|reference",
        "focus_area": r"focus",
        "owner": r"owners?",
        "timescale": r"time-?scales?|deadlines?|due|by when",
        "success_criteria": r"success",
        "progress": r"progress",
        "outcome": r"outcomes?|impact",
        "evidence": r"evidence",
        "rag": r"rag",
        "metric": r"metrics?|indicators?",
        "action": r"actions?",  # last: "Action owner" is the owner's column
    }.items()
}
ROLE_COLUMNS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(rf"\b(?:{words})", re.IGNORECASE)
    for name, words in {"title": r"roles?\b|title", "abbreviation": "abbrev", "organisation": "organi[sz]ation"}.items()
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line that is not blank. `cells` are plain and trimmed, `marked` the same with their mark-up.

    `cut` is true of the last line of a file that ends without a line break: the file may stop inside it.
    """

    number: int
    cells: tuple[str, ...]
    marked: tuple[str, ...]
    cut: bool = False

    @property
    def filled(self) -> list[str]:
        return [cell for cell in self.cells if cell]

    @property
    def is_row(self) -> bool:
        return len(self.cells) > 1

    @property
    def is_heading(self) -> bool:
        return not self.is_row and is_heading(self.marked[0])


def read_lines(text: str) -> Iterator[Line]:
    """The lines with something on them; cells are parted by tabs, or by the bars of a Markdown table."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        marked = _split_cells(line)
        cells = tuple(map(plain_text, marked))
        if any(cells):
            yield Line(number, cells, marked, cut=number == len(lines))


def _split_cells(line: str) -> tuple[str, ...]:
    bare = line.strip()
    if len(bare) > 1 and bare[0] == bare[-1] == "|":
        if _RULE.fullmatch(bare):
            return ()
        return tuple(cell.replace(r"\|", "|") for cell in _PIPE.split(bare[1:-1]))
    return tuple(line.split("\t"))


def find_columns(line: Line, names: Mapping[str, re.Pattern[str]]) -> dict[str, int]:
    """Column by name, found by the words of a header row in any order; {} for a row that is no header.

    What stands in brackets says more about a column and does not name it.
    """
    filled = line.filled
    if len(filled) < 3 or max(map(len, filled)) > _LONGEST_HEADER_CELL or any(map(find_letter, filled)):
        return {}
    fits: list[tuple[int, list[str]]] = []
    for at, cell in enumerate(line.cells):
        title = _BRACKETS.sub(" ", cell)
        found = [(name == "action", match.start(), name) for name in names if (match := names[name].search(title))]
        fits.append((at, [name for _general, _start, name in sorted(found)]))
    columns: dict[str, int] = {}
    for at, fitting in sorted(fits, key=lambda fit: len(fit[1])):
        free = [name for name in fitting if name not in columns]
        if free:
            columns[free[0]] = at
    return columns


def find_letter(cell: str) -> tuple[str, str] | None:
    """(letter, words) of a lettered action such as `a. Hold a survey.`, or None."""
    found = _LETTERED.match(cell)
    return (found[1].lower(), cell[found.end() :]) if found else None


def find_area_ref(cell: str) -> tuple[str, str] | None:
    """(focus area, letter or "") of a cell that is a reference: `Q4.2`, `1.1.2`, `AP1-03`, `Q4.2b`; or None."""
    found = _REF.fullmatch(cell.replace(" ", "").strip(".:*"))
    return (found[1].upper(), (found[2] or "").lower()) if found else None


def align(cells: Sequence[str], action_at: int) -> tuple[list[str], int]:
    """The cells with the lettered action in its column, and by how many columns they were moved.

    A row that lost or gained a tab before its action is told by where the lettered cell stands; blanks are put in
    before it, or taken out, and a reference stays first.
    """
    at = next((at for at, cell in enumerate(cells[: action_at + 3]) if find_letter(cell)), action_at)
    before, rest = list(cells[:at]), list(cells[at:])
    moved = action_at - at
    if moved > 0:
        keep = 1 if before and find_area_ref(before[0]) else 0
        before[keep:keep] = [""] * moved
    for _ in range(-moved):
        if "" in before:
            before.remove("")
    return before + rest, moved

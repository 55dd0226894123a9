"""A written statement of action as text: its tables read into a Plan, by their structure and never by their words.

What is read: tables of actions and of metrics under a header row, the row above that names a priority and its leads,
rows of rating definitions, cells of governance groups, and the table of roles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from documents.cells import (
    find_unread_date,
    names_of,
    split_leads,
    split_numbered,
    split_owners,
    split_progress,
    without_label,
)
from documents.doubts import find_doubts, shorten
from documents.references import References, priority_of
from documents.tables import (
    PLAN_COLUMNS,
    ROLE_COLUMNS,
    Line,
    align,
    find_area_ref,
    find_columns,
    find_letter,
    read_lines,
)
from programme.calendar import HalfTerm
from programme.messages import UserError
from programme.plan import (
    Doubt,
    FocusArea,
    Metric,
    Plan,
    PlanAction,
    PlanGroup,
    PlanRole,
    Point,
    Priority,
    RatingDefinition,
)
from programme.rag import find_rag
from programme.timescales import parse_timescale

_Table = Literal["actions", "metrics", "roles"]

_PRIORITY = re.compile(r"(?:.*\s)?(priority|enabler)\s+(\d+[a-z]?)", re.IGNORECASE)
_GROUP = re.compile(
    r"(<p>\s*)?(?:<b>|<strong>|\*\*)[^<*:]+(?::\s*(?:</b>|</strong>|\*\*)|(?:</b>|</strong>|\*\*)\s*:)", re.I
)
_PAGE = re.compile(r"(?:page\s*)?\d+(?:\s*(?:of|/)\s*\d+)?", re.IGNORECASE)


def read_statement(text: str, terms: Sequence[HalfTerm] = ()) -> Plan:
    """The plan in a statement of action as plain text; UserError where it holds none or stops inside an action.

    Tables are parted by tabs or bars and may carry HTML and Markdown marks. `terms` are the programme's own, for
    timescales such as "end of autumn term". Whatever was not certain is among the plan's warnings.
    """
    lines = list(read_lines(text))
    tables = [_find_table(line) for line in lines]
    reader = _Reader(terms)
    for at, line in enumerate(lines):
        reader.read(line, tables[at], tables[at + 1 : at + 3])
    return reader.plan()


def _find_table(line: Line) -> _Table | None:
    """Which table a header row opens; None for any other line."""
    columns = find_columns(line, PLAN_COLUMNS)
    if {"ref", "action", "owner", "timescale"} <= columns.keys():
        return "actions"
    if {"ref", "action", "metric"} <= columns.keys():
        return "metrics"
    return "roles" if len(find_columns(line, ROLE_COLUMNS)) == len(ROLE_COLUMNS) else None


@dataclass(frozen=True, slots=True)
class _Row:
    """A row about one action: its reference, its words without the letter, its cells under their columns."""

    ref: str
    text: str
    cells: Sequence[str]


class _Reader:
    """Reads line by line; between lines it remembers the table, the priority and the focus area it is in."""

    def __init__(self, terms: Sequence[HalfTerm]) -> None:
        self._terms = terms
        self._doubts: list[Doubt] = []
        self._references = References(self._doubts)
        self._table: _Table | None = None
        self._columns: dict[str, int] = {}
        self._periods: dict[int, str] = {}
        self._under_header = False
        self._heading = ""
        self._title = ""
        self._priority = ""
        self._priorities: dict[str, tuple[str, str]] = {}  # title, and the leads as written
        self._areas: dict[str, FocusArea] = {}
        self._actions: dict[str, PlanAction] = {}
        self._metrics: dict[str, Metric] = {}
        self._short: list[str] = []  # rows of actions with fewer cells than their header
        self._ratings: list[RatingDefinition] = []
        self._groups: dict[str, PlanGroup] = {}
        self._roles: list[PlanRole] = []

    def read(self, line: Line, table: _Table | None, ahead: Sequence[_Table | None]) -> None:
        """`table` is the one this line is the header of, `ahead` those of the next two lines."""
        under_header, self._under_header = self._under_header, False
        above_header = bool(ahead and ahead[0])
        if table:
            self._open(table, line)
        elif above_header and (found := _PRIORITY.fullmatch(line.cells[0])):
            self._read_priority(line, found[1][0].upper() + found[2])
        elif not line.is_row:
            self._read_text(line)
        elif find_rag(line.cells[0]) and len(line.filled) == 2:
            self._ratings.append(RatingDefinition(*line.filled))
        elif groups := self._find_groups(line):
            self._groups.update((group.name, group) for group in groups)
        elif "actions" in ahead and len(line.filled) == 1 and not _has_action(line):
            self._title = line.filled[0] if not self._actions else self._title
        elif self._table == "roles":
            self._read_role(line)
        elif above_header and not _has_action(line):
            return  # a table's caption
        elif self._table == "metrics" and under_header and not any(line.cells[: self._columns["metric"]]):
            self._name_periods(line)
        elif self._table == "metrics":
            self._read_metric(line)
        elif self._table == "actions":
            self._read_action(line)
        elif len(line.cells) > 4 and _has_action(line):
            self._doubt(f"line {line.number}", f"“{shorten(line.filled[0])}” stands under no header row: left out.")

    # Around the tables

    def _open(self, table: _Table, line: Line) -> None:
        """A header row: a new table's, or the same one's again after a page break."""
        if table != self._table:
            self._references.start()
        self._table, self._under_header = table, True
        self._columns = find_columns(line, ROLE_COLUMNS if table == "roles" else PLAN_COLUMNS)
        if table == "metrics" and not self._periods:
            self._name_periods(line)

    def _name_periods(self, line: Line) -> None:
        """From the row under the metrics' header, or from the header itself where there is no such row."""
        self._periods = {at: cell for at, cell in enumerate(line.cells) if at >= self._columns["metric"] and cell}

    def _read_text(self, line: Line) -> None:
        said = line.cells[0]
        if line.is_heading:
            self._heading = said
            self._title = self._title or said
        elif self._table == "actions" and line.cut:
            self._doubt("the end", f"The file ends with “{shorten(said)}”, which is no row of its table. Is it whole?")
        if self._table == "roles" and not _PAGE.fullmatch(said):
            self._table = None

    def _read_priority(self, line: Line, ref: str) -> None:
        if ref != self._priority:  # otherwise its row stands again on the next page
            title, *leads = [*line.filled[1:], ""]
            self._priorities[ref] = (title, without_label(" ".join(leads)))
            self._priority, self._table = ref, None

    def _find_groups(self, line: Line) -> list[PlanGroup]:
        """The groups of a row whose every cell is `Name: purpose` with the name bold, otherwise none."""
        cells = [
            (_GROUP.match(marked.strip()), cell) for marked, cell in zip(line.marked, line.cells, strict=True) if cell
        ]
        under_groups = "group" in self._heading.casefold()
        if not all(match and (match[1] or under_groups) for match, _cell in cells):
            return []
        parts = (cell.partition(":") for _match, cell in cells)
        return [PlanGroup(name.strip(), purpose.strip()) for name, _colon, purpose in parts]

    def _read_role(self, line: Line) -> None:
        title, abbreviation, organisation = (self._cell(line.cells, name) for name in ROLE_COLUMNS)
        if title and (abbreviation or organisation):
            self._roles.append(PlanRole(abbreviation, title, organisation))
            if not abbreviation:
                self._doubt(title, f"The role “{title}” has no abbreviation.")

    # Rows of actions and of metrics

    def _find_row(self, line: Line) -> _Row | None:
        """The row put under its columns and numbered, or None with a doubt; it may open a focus area."""
        cells, moved = align(line.cells, self._columns["action"])
        own, words = self._cell(cells, "ref"), self._cell(cells, "action")
        whole = find_area_ref(own)
        letter, text = find_letter(words) or ("", words)
        if whole:
            self._open_area(whole[0], self._cell(cells, "focus_area"))
            letter = letter or whole[1]
        elif own:
            self._references.open("")
        self._check_cut(line, cells, letter, is_action=bool(words and (letter or whole)))
        if not (words and (letter or whole)):
            if not whole:  # a focus area may stand alone above its actions
                self._doubt(f"line {line.number}", f"“{shorten(line.filled[0])}” has no reference or letter: left out.")
            return None
        ref = self._references.number(line.number, letter, text)
        if ref and moved and self._table == "actions":
            by = "one column" if abs(moved) == 1 else f"{abs(moved)} columns"
            self._doubt(
                ref, f"The row of {ref} stood {by} to the {'left' if moved > 0 else 'right'} and was put right."
            )
        return _Row(ref, text, cells) if ref else None

    def _open_area(self, ref: str, text: str) -> None:
        self._references.open(ref)
        if self._table != "actions" or ref in self._areas:
            return
        priority = priority_of(ref, self._priority)
        if priority not in self._priorities:
            self._priorities[priority] = ("", "")
            self._doubt(priority, f"No row above the actions of {ref} names the priority {priority}.")
        self._areas[ref] = FocusArea(ref, text, priority)

    def _check_cut(self, line: Line, cells: Sequence[str], letter: str, *, is_action: bool) -> None:
        """UserError where a row of actions lacks its owner and timescale, or the file stops inside it; else a doubt."""
        at = self._references
        ref = f"{at.area}{letter}" if at.area else f"the row after {at.last}" if at.last else "its first row"
        missing = max(self._columns.values()) + 1 - len(cells)
        if self._table == "metrics":
            if line.cut and len(cells) <= max(self._periods, default=0):
                self._doubt(ref, f"The file ends inside the metrics of {ref}. Is it whole?")
        elif line.cut and missing > 1:
            raise UserError(f"The file stops in the middle of {ref}. Give the whole file.")
        elif is_action and len(cells) <= max(self._columns["owner"], self._columns["timescale"]):
            raise UserError(f"The row of {ref} stops before its owner or its timescale. Put them in and try again.")
        elif line.cut and missing:
            self._doubt(ref, f"The file ends with {ref}, before its last column. Is it whole?")

    def _read_action(self, line: Line) -> None:
        row = self._find_row(line)
        if row is None:
            return
        if row.ref in self._actions:
            self._doubt(row.ref, f"{row.ref} stands twice: the second, “{shorten(row.text)}”, was left out.")
            return
        owner = self._cell(row.cells, "owner")
        if parse_timescale(owner, self._terms).state == "dated":
            raise UserError(
                f"The row of {row.ref} has “{owner}” in place of its owner. Put the owner in and try again."
            )
        self._actions[row.ref] = PlanAction(
            ref=row.ref,
            focus_area=self._references.area,
            text=row.text,
            owners=split_owners(owner),
            timescale=parse_timescale(self._cell(row.cells, "timescale"), self._terms),
            rag=find_rag(self._cell(row.cells, "rag")),
            success_criteria=self._cell(row.cells, "success_criteria") or None,
            outcome=self._cell(row.cells, "outcome") or None,
            evidence=split_numbered(self._cell(row.cells, "evidence")),
            progress=split_progress(self._cell(row.cells, "progress")),
        )
        self._doubt_cells(row)

    def _doubt_cells(self, row: _Row) -> None:
        """What stands in an action's cells and could not be taken as what its column is for."""
        if len(row.cells) <= max(self._columns.values()):
            self._short.append(row.ref)
        said = self._cell(row.cells, "rag")
        if said and not find_rag(said):
            self._doubt(row.ref, f"“{shorten(said)}” is none of the ratings: left as not yet rated.")
        if unread := find_unread_date(self._cell(row.cells, "progress")):
            self._doubt(row.ref, f"“{unread}” in its progress is no date: kept among its words.")
        for cell in (cell for at, cell in enumerate(row.cells) if cell and at not in self._columns.values()):
            self._doubt(row.ref, f"“{shorten(cell)}” stands outside the columns of the table: left out.")

    def _read_metric(self, line: Line) -> None:
        row = self._find_row(line)
        if row is None:
            return
        if row.ref in self._metrics:
            self._doubt(row.ref, f"{row.ref} stands twice among the metrics: the second was left out.")
            return
        points = (
            Point(name, (row.cells[at] or None) if at < len(row.cells) else None) for at, name in self._periods.items()
        )
        self._metrics[row.ref] = Metric(row.ref, tuple(points))

    def _cell(self, cells: Sequence[str], column: str) -> str:
        at = self._columns.get(column, len(cells))
        return cells[at] if at < len(cells) else ""

    def _doubt(self, where: str, text: str) -> None:
        self._doubts.append(Doubt(where, text))

    def plan(self) -> Plan:
        """All that was read, with its doubts; UserError where there was no action."""
        if not self._actions:
            raise UserError(
                "This file holds no plan. Give one with a table of actions under a header row that has "
                "Ref, Actions, Owner and Timescale."
            )
        if len(self._short) * 2 < len(self._actions):  # else something took the empty ends of all rows away
            for ref in self._short:
                self._doubt(ref, f"The row of {ref} has a cell too few: may something stand one column off?")
        names = [
            *self._groups,
            *(role.organisation for role in self._roles),
            *(role.abbreviation for role in self._roles),
        ]
        known = frozenset().union(*map(names_of, names))
        plan = Plan(
            title=self._title,
            actions=tuple(self._actions.values()),
            focus_areas=tuple(self._areas.values()),
            priorities=tuple(
                Priority(ref, title, split_leads(leads, known)) for ref, (title, leads) in self._priorities.items()
            ),
            ratings=tuple(self._ratings),
            roles=tuple(self._roles),
            groups=tuple(self._groups.values()),
            metrics=tuple(self._metrics.values()),
        )
        return replace(plan, warnings=(*self._doubts, *find_doubts(plan)))


def _has_action(line: Line) -> bool:
    return any(map(find_letter, line.cells)) or find_area_ref(line.cells[0]) is not None

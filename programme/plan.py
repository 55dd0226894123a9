"""A plan as its document has it: the values that `documents` reads and `storage` keeps.

Texts are plain and trimmed, without the document's mark-up. What the file lacks is None or empty, never invented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from programme.rag import Rag
from programme.timescales import Timescale


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something the reader was not sure of: where it stands and one sentence for the programme office."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated progress entry; `on` is a local date, None where the document gives none."""

    on: date | None
    text: str


@dataclass(frozen=True, slots=True)
class PlanAction:
    """One action. `outcome` and `evidence` are the *expected* ones: promises written before the work."""

    ref: str
    focus_area: str
    text: str
    owners: tuple[str, ...]
    timescale: Timescale
    rag: Rag | None
    success_criteria: str | None
    outcome: str | None
    evidence: tuple[str, ...]
    progress: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class FocusArea:
    """`priority` is the ref of the priority it stands under."""

    ref: str
    text: str
    priority: str


@dataclass(frozen=True, slots=True)
class Lead:
    """An accountable lead: the organisation and the role, both as written."""

    organisation: str
    role: str


@dataclass(frozen=True, slots=True)
class Priority:
    ref: str
    title: str
    leads: tuple[Lead, ...]


@dataclass(frozen=True, slots=True)
class RatingDefinition:
    name: str
    definition: str


@dataclass(frozen=True, slots=True)
class PlanRole:
    abbreviation: str
    title: str
    organisation: str


@dataclass(frozen=True, slots=True)
class PlanGroup:
    name: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a metric, as its column is headed; `text` is None where the cell is empty."""

    period: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Metric:
    ref: str
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    title: str
    actions: tuple[PlanAction, ...]
    focus_areas: tuple[FocusArea, ...] = ()
    priorities: tuple[Priority, ...] = ()
    ratings: tuple[RatingDefinition, ...] = ()
    roles: tuple[PlanRole, ...] = ()
    groups: tuple[PlanGroup, ...] = ()
    metrics: tuple[Metric, ...] = ()
    warnings: tuple[Doubt, ...] = ()

"""What is known of some actions when more is planned of them: who has had them, and what was said or is to come."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from programme.passing import VACANT
from storage.ledger import Outcome


@dataclass(slots=True)
class Known:
    """Of the actions whose lines were added. What is to come includes later days, where the clock was wrong."""

    coming: set[tuple[str, str, int, str]] = field(
        default_factory=set
    )  # kind, action, person, whom it is passed on for
    said: set[tuple[str, int, str, str]] = field(default_factory=set)  # kind, person, action, rung: said or to be said
    started: dict[tuple[int, str], dict[str, date]] = field(default_factory=dict)  # by whom it was passed on for
    missed: dict[tuple[int, str, str], date] = field(default_factory=dict)  # a starting list that never arrived
    own: dict[str, dict[int, date]] = field(default_factory=dict)  # by action: who has or had it, since when

    def add(self, line: Outcome, on: date) -> None:
        """A line of the ledger that was settled, or written, on that day."""
        if line.state != "silenced":
            self.said.add((line.kind, line.person, line.subject, line.rung))
        if line.state in ("planned", "waiting"):
            self.coming.add((line.kind, line.subject, line.person, line.passed_for))
        elif line.kind == "starting" and line.state == "sent":
            _note(self.started.setdefault((line.person, line.subject), {}), line.passed_for, on)
            if not line.passed_for:
                _note(self.own.setdefault(line.subject, {}), line.person, on)
        elif line.kind == "starting" and line.state == "failed":
            _note(self.missed, (line.person, line.subject, line.passed_for), on)

    def find_start(self, person: int, ref: str, passed_for: str) -> date | None:
        """Since when somebody has had an action, for these roles at least; None where they have not."""
        roles = set(passed_for.split(VACANT))
        days = self.started.get((person, ref), {})
        return min((on for held, on in days.items() if roles <= set(held.split(VACANT))), default=None)

    def find_first(self, ref: str) -> date | None:
        """Since when an action is known to one of its owners; where none of them ever had it, to who passes it on."""
        if ref in self.own:
            return min(self.own[ref].values())
        passed = (on for (_person, each), days in self.started.items() if each == ref for on in days.values())
        return min(passed, default=None)


def _note(days: dict[Any, date], key: Any, on: date) -> None:
    days[key] = max(on, days.get(key, on))

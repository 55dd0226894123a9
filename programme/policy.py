"""The numbers of the rules, which a programme may set for itself (section 5; `halfterm.toml`)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Literal

Every = Literal["", "quarter", "term", "half term"]
Rhythm = Literal["", "daily", "weekly"]


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the programme is closed, first and last included, and what they are called."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Report:
    """A report that the programme owes: on these days, or `days_after` working days after the end of every quarter,
    term or half term. `owner` is a role, "" for the programme office; `warn` working days before."""

    name: str
    due_on: tuple[date, ...] = ()
    every: Every = ""
    owner: str = ""
    warn: tuple[int, ...] = (20, 5)
    days_after: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """The defaults of section 5, in working days unless said otherwise."""

    timescale: tuple[int, ...] = (20, 5)
    exact_timescale: tuple[int, ...] = (20, 10, 5, 1)
    overdue_every: int = 10
    lead_after: int = 10
    request: int = 10
    chase: int = 3
    papers: int = 5
    answer_lasts: int = 10
    stale_after: int = 30
    bundles_a_week: int = 2
    alarm_delay: timedelta = timedelta(minutes=15)
    alarm_delay_unexplained: timedelta = timedelta(hours=2)
    above_after: int = 5
    ask_days: int = 7  # calendar days
    opens: time = time(9)
    closes: time = time(17)
    closures: tuple[Closure, ...] = ()
    forecast: bool = False
    reports: tuple[Report, ...] = ()

    @property
    def closed_days(self) -> frozenset[date]:
        """Every day on which the programme itself is closed."""
        return frozenset(
            closure.first + timedelta(days=n)
            for closure in self.closures
            for n in range((closure.last - closure.first).days + 1)
        )

    def with_rhythm(self, rhythm: str) -> Policy:
        """The rules for somebody who wants one bundle a week at most, or keeps to the programme's number."""
        return replace(self, bundles_a_week=1) if rhythm == "weekly" else self

"""What planning remembers from one day to the next, so that it reads only the actions that it must."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import sha256

from jobs.ladder import Ladder, Meets
from programme.policy import Policy
from storage.db import Tx
from storage.planned import Standing, find_changed, list_unsaid

_HOUR = timedelta(hours=1)  # by which the clocks of two processes may differ


@dataclass(frozen=True, slots=True)
class Foresight:
    """The ladder of each open action. It holds as long as the action stands as it did (`seen` at `now`), and so does
    what all ladders were made from, `basis`. `meets` says when the groups meet that hold open actions."""

    basis: tuple[object, ...] = ()
    meets: Meets = field(default_factory=dict)
    seen: Standing | None = None
    now: datetime | None = None
    ladders: Mapping[str, Ladder] = field(default_factory=dict)

    def find_stirred(self, tx: Tx, basis: tuple[object, ...], seen: Standing, now: datetime) -> set[str] | None:
        """The actions that have changed since, and those of which something was to be said and was not; None where
        anything else is not as it was."""
        if self.seen is None or self.now is None or now < self.now or self.basis != basis:
            return None
        changed = find_changed(tx, self.seen, seen)
        return None if changed is None else changed | list_unsaid(tx, self.now - _HOUR)


NO_FORESIGHT = Foresight()


def make_mark(day: date, revision: int, schemes: Collection[str], policy: Policy) -> str:
    """What says that a day was planned, as the programme and its rules stood."""
    rules = sha256(repr(policy).encode()).hexdigest()[:12]
    return f"{day.isoformat()} {revision} {','.join(sorted(schemes))} {rules}"

"""The joint chase of what is overdue: when somebody is asked again (section 5, Reminders)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from programme.calendar import Calendar
from programme.policy import Policy

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Chase:
    """What decides when somebody is chased for an action that nobody has answered for, but for when they were last.

    It was due on `due_on`, they have had it for long enough on `enough_on`, and it is quiet up to `quiet_until`.
    """

    due_on: date
    enough_on: date
    quiet_until: date | None

    @property
    def ready_on(self) -> date:
        """The first day on which they may be."""
        return max(self.due_on + _DAY, self.enough_on, (self.quiet_until or date.min) + _DAY)

    def find_day(self, chased_on: date | None, day: date, calendar: Calendar, policy: Policy) -> date | None:
        """The day of their next chase as seen on `day`, on it or later; None where it still has to wait.

        The first working day after the timescale, or ten working days after their last chase, whichever is later.
        """
        if day <= self.due_on:
            return None
        on = calendar.on_or_after(day)
        if chased_on is not None:
            on = max(on, calendar.add_working_days(chased_on, policy.overdue_every))
        return on if self.enough_on <= on and not (self.quiet_until and self.quiet_until >= on) else None

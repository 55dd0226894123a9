"""The programme office's weekly note, whenever somebody there asks for it."""

from __future__ import annotations

from bot.commands import Ask, command
from jobs.pausing import find_pause
from jobs.weekly import gather_note
from programme.messages import Reply, UserError
from programme.pausing import begin_with
from programme.weekly import compose_note
from storage.history import get_head


@command("weekly")
def weekly(ask: Ask) -> Reply:
    """For the programme office: what was not delivered or answered, what has nobody, and the history's end.

    It comes by itself on the first working day of each week, with the office's reminders.
    Example: weekly
    """
    if not ask.actor.office:
        raise UserError("The weekly note is the programme office's: for what is yours, type home")
    note = compose_note(gather_note(ask.gather_facts()), str(get_head(ask.tx)), ask.today)
    return begin_with(find_pause(ask.tx, ask.today), note)

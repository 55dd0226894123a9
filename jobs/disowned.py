"""What owners say is not theirs, for the programme office: on its home and in its weekly note."""

from __future__ import annotations

from programme.calendar import Calendar
from programme.disowned import list_disowned, say_disowned
from storage.actions import list_actions
from storage.db import Tx
from storage.disowned import list_disowned_refs
from storage.people import Directory


def gather_disowned(tx: Tx, directory: Directory, calendar: Calendar) -> list[str]:
    """A line for each that is not settled, in the plan's order."""
    refs, given = list_disowned_refs(tx)
    actions = list_actions(tx, directory, refs=refs) if refs else []
    return [say_disowned(one, said, own, calendar) for one in actions for said, own in list_disowned(one, given)]

"""What waits to be agreed, for whoever asks: what is theirs to agree, and what they may agree for others."""

from __future__ import annotations

from collections.abc import Sequence

from programme.facts import Action, Actor, Group
from programme.waiting import may_settle, waits_for
from storage.actions import list_actions
from storage.db import Tx
from storage.people import Directory
from storage.watch import list_waiting_refs


def list_waiting(
    tx: Tx, actor: Actor, directory: Directory, groups: Sequence[Group]
) -> tuple[list[Action], list[Action]]:
    """What waits for this person to agree it, and what they may agree though it waits for others; in the plan's
    order."""
    there = list_actions(tx, directory, refs=list_waiting_refs(tx))
    found = [one for one in there if may_settle(actor, one, groups)]
    own = [one for one in found if waits_for(actor, one, groups)]
    return own, [one for one in found if one not in own]

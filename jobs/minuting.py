"""Lines of minutes that are left, for whoever asks: what is theirs to confirm or leave out."""

from __future__ import annotations

from collections.abc import Sequence

from programme.calendar import say_date
from programme.facts import Action, Actor, Group, find_holding_group
from programme.permissions import may
from storage.actions import list_actions
from storage.db import Tx
from storage.minutes import Draft, list_drafts
from storage.people import Directory


def list_minutes(
    tx: Tx, actor: Actor, directory: Directory, groups: Sequence[Group], state: str = "open"
) -> list[Draft]:
    """What is left of the minutes of groups they chair, and what they alone can confirm; all for the office. What is
    to be confirmed comes before what is kept aside."""
    drafts = list_drafts(tx, state)
    refs = sorted({one.ref for one in drafts if one.ref})
    actions = {one.ref: one for one in list_actions(tx, directory, refs=refs)} if refs else {}
    mine = [one for one in drafts if may_settle_line(actor, one, actions.get(one.ref), groups)]
    return sorted(mine, key=lambda one: (not one.ref, one.aside, one.number))


def may_settle_line(actor: Actor, draft: Draft, action: Action | None, groups: Sequence[Group]) -> bool:
    """Whether a line, about this action if it is about one that is known, is theirs to confirm or leave out."""
    if actor.office or draft.group in actor.chairs:
        return True
    holding = find_holding_group(action.focus_area, action.priority, groups) if action else None
    return action is not None and may(actor, "decide", action, holding)


def say_line(draft: Draft) -> str:
    """`P2.3c, The Board, 4 October 2022`: what a line is about and of which meeting."""
    on = [say_date(draft.meeting_on)] if draft.meeting_on else []
    return ", ".join(filter(None, (draft.ref or draft.typed, draft.group, *on)))

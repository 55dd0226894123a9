"""Whose minutes they are that somebody pastes, and of which day."""

from __future__ import annotations

import re
from datetime import date

from bot.commands import Ask
from programme.facts import Group
from programme.messages import Button, UserError
from programme.minutes import find_group_meant
from programme.refs import plain
from programme.timescales import split_just_past, split_timescale
from storage.actions import fit_command, get_action
from storage.people import find_group

_BEFORE_GROUP = re.compile(r"(?:of|for|from|the|meeting|held|minutes)\b[\s,:-]*", re.IGNORECASE)
_MEETING_ON = re.compile(r"[ ,:;.-]*(?:(?:meeting|held|on|of)\b[ ,:;.-]*)*", re.IGNORECASE)


def split_head(ask: Ask, text: str) -> tuple[Group | None, date | None, str]:
    """The group and the day that minutes begin with, and the minutes without them."""
    names = {name for one in ask.groups for name in (one.name, one.name.partition(" (")[0])}
    cut: int | None = 0
    while cut is not None:
        for name in sorted(names, key=len, reverse=True):
            end = cut + len(plain(name))
            if text[cut:end].casefold() == plain(name).casefold() and not text[end : end + 1].isalnum():
                start = _MEETING_ON.match(text, end)
                first, _, rest = text[start.end() if start else end :].partition("\n")
                when, left = split_timescale(first, ask.today, ask.calendar.half_terms)
                day = when.due_on if when and when.exact else None
                if when is None:
                    day, left = split_just_past(first, ask.today)
                said = (left if day else first).strip(" ,:;.-")
                return find_group(ask.groups, name), day, "\n".join(filter(None, (said, rest)))
        word = _BEFORE_GROUP.match(text, cut)
        cut = word.end() if word else None
    return None, None, text


def find_group_of(ask: Ask, ref: str | None) -> Group:
    """Whose minutes they are where they do not say: of the one group somebody chairs, else of whoever holds the action
    that is named first."""
    mine = [one for one in ask.groups if one.name in ask.actor.chairs]
    if len(mine) == 1:
        return mine[0]
    action = get_action(ask.tx, ref, ask.directory)[0] if ref else None
    holding = ask.holding(action) if action else None
    if holding is None:
        offered = tuple(Button(one.name, f"minutes {one.name}") for one in (mine or ask.groups)[:10])
        raise UserError("Say whose minutes they are: minutes, the group's name, and then the minutes.", offered)
    return holding


def refuse_unknown(ask: Ask, text: str) -> None:
    """UserError where minutes begin with what is nearly a group's name: which is meant is asked, and nothing kept."""
    typed, rest, near = find_group_meant(text, [one.name for one in ask.groups])
    if near:
        which = f"{', '.join(near[:-1])} or {near[-1]}" if len(near) > 1 else near[0]
        offered = tuple(Button(name[:75], fit_command(f"minutes {name}", rest)) for name in near)
        raise UserError(f"There is no group called “{typed}”, so nothing was kept: did you mean {which}?", offered)

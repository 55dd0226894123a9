"""Somebody's home, in every channel: what is theirs to do, what they chair, what they look after."""

from __future__ import annotations

import re

from bot.commands import Ask, command
from jobs.home import compose_home_of
from programme.messages import Button, Reply, UserError

_PAGE = re.compile(r"(?:page\s*)?(\d{1,6})", re.IGNORECASE)


@command("home [PAGE]")
def home(ask: Ask) -> Reply:
    """What is yours to do, the most urgent first; for chairs and the programme office also what waits for them.

    Example: home 2
    """
    found = _PAGE.fullmatch(ask.words) if ask.words else None
    if ask.words and found is None:
        raise UserError("Type home, or home and the number of a page, such as: home 2", (Button("Home", "home"),))
    page = int(found[1]) if found else 1
    who = (ask.actor, ask.directory, ask.groups)
    return compose_home_of(ask.tx, *who, page, ask.now, ask.calendar, ask.policy, ask.schemes or None)

"""What waits to be agreed, said so that whoever agrees it need not look it up."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import shorten

from programme.facts import Action, Actor, Group, find_holding_group
from programme.permissions import find_deciding_group, may, may_agree
from programme.rag import LOOKS, Rag
from programme.updates import find_open_alarm, is_calm, list_alarmed

_WIDTH, _NARROW = 120, 50


def may_settle(actor: Actor, action: Action, groups: Sequence[Group]) -> bool:
    """Whether this person may agree what waits for an action: what is proposed, or that its alarm is over."""
    if action.proposal is not None:
        return may_agree(actor, action, groups)
    return is_calm(action) and may_calm(actor, action, groups)


def may_calm(actor: Actor, action: Action, groups: Sequence[Group]) -> bool:
    """Whether the alarm that is over was theirs, or is theirs to close."""
    holding = find_holding_group(action.focus_area, action.priority, groups)
    return _raised_it(actor, action) or may(actor, "decide", action, holding)


def waits_for(actor: Actor, action: Action, groups: Sequence[Group]) -> bool:
    """Whether it is this person who is to agree it. The office may agree for any chair; it is to agree only what has
    no chair who may."""
    if not may_settle(actor, action, groups):
        return False
    holding = find_holding_group(action.focus_area, action.priority, groups)
    decider = find_settling_group(action, groups)
    if not actor.office or decider is None or (action.proposal is None and _raised_it(actor, action)):
        return True
    return any(group is not None and group.name in actor.chairs for group in (decider, holding))


def find_settling_group(action: Action, groups: Sequence[Group]) -> Group | None:
    """Whose chair is to agree what waits for an action. None: the programme office."""
    if action.proposal is not None:
        return find_deciding_group(action, groups)
    holding = find_holding_group(action.focus_area, action.priority, groups)
    return holding if holding and holding.chairs else None


def _raised_it(actor: Actor, action: Action) -> bool:
    alarm = find_open_alarm(action)
    return alarm is not None and actor.key in list_alarmed(action, alarm)


def say_proposed(action: Action) -> str:
    """What agreeing it makes of an action: `complete`, `Dec-22 in place of Oct-22`, `on track again`."""
    if action.proposal is None:
        return "on track again" if action.rag is Rag.ON_TRACK else f"{LOOKS[action.rag].word.lower()} now"
    if action.proposal.kind == "closure" or action.proposal.timescale is None:
        return "complete"
    return f"{action.proposal.timescale.text} in place of {action.timescale.text or 'none'}"


def say_waiting(action: Action, by: str, *, briefly: bool = False) -> str:
    """What is proposed for an action, by whom and why; of a closure its evidence and what it was to achieve."""
    most = _NARROW if briefly else _WIDTH
    head, proposal, text = f"{action.ref}: {say_proposed(action)}", action.proposal, _short(action.text, most)
    if proposal is None:
        why = _short(action.reason, most)
        return f"{head}, says {by}{f': {why}' if why else ''} · {text}"
    if proposal.kind == "timescale":
        return f"{head}, proposed by {by}: {_short(proposal.words, most) or 'no reason given'} · {text}"
    given = [said.words for said in action.said if said.kind in ("evidence", "reason") and said.words]
    given = list(dict.fromkeys([*given[-2:], proposal.words] if proposal.words else given[-2:]))
    evidence = "; ".join(_short(each, most) for each in given) or "no evidence and no reason given"
    criteria = _short(action.success_criteria or "none written", most)
    return f"{head}, proposed by {by}: {evidence} · {text} · success criteria: {criteria}"


def _short(text: str, most: int) -> str:
    return shorten(text, most, placeholder="…").rstrip(".")

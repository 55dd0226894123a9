"""What waits to be agreed, said so that whoever agrees it need not look it up."""

from __future__ import annotations

from textwrap import shorten

from programme.facts import Action
from programme.rag import LOOKS, Rag

_WIDTH, _NARROW = 120, 50


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

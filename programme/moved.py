"""What has moved on an action since the papers of a meeting went, in a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import groupby

from programme.escalation import is_chairs_own
from programme.facts import Action, Said
from programme.rag import LOOKS, Rag

# What was done, for what is not told by its words alone; the words follow.
_DONE = {
    "evidence": "evidence given",
    "reason": "no evidence",
    "not_mine": "not theirs",
    "minute": "minuted",
    "reopen": "open again",
    "ask": "asked",
}
_WHAT = {"closure": "that it is done", "timescale": "the new timescale"}


def say_moved(action: Action, since: datetime, label: Callable[[str], str]) -> str:
    """`A: Dec-22 proposed: no printer; D: escalation acknowledged`, the oldest first; "" where nothing moved.

    `label` says how the person of an actor's key is called."""
    proposal, alarm, plan = action.proposal, action.escalation, action.mitigation
    later = groupby((said for said in action.said if said.at > since), lambda said: (said.at, said.by, said.words))
    found = [(at, f"{label(by)}: {_say_said(action, list(said))}") for (at, by, _words), said in later]
    if proposal and proposal.at > since and all(said.at != proposal.at for said in action.said):  # without evidence
        found.append((proposal.at, f"{label(proposal.by)}: done, awaiting agreement"))
    seen = alarm.acknowledged_at if alarm and not is_chairs_own(alarm) else None
    if alarm and seen and seen > since:
        found.append((seen, f"{label(alarm.acknowledged_by)}: escalation acknowledged"))
    if plan and plan.in_place_at and plan.in_place_at > since:
        found.append((plan.in_place_at, "mitigation in place"))
    return "; ".join(text for _at, text in sorted(found, key=lambda each: each[0]))


def _say_said(action: Action, said: Sequence[Said]) -> str:
    """What was said with the same words, which follow it."""
    deeds = ", ".join(filter(None, (_say_deed(action, one, alone=len(said) == 1) for one in said)))
    return ": ".join(filter(None, (deeds, said[0].words)))


def _say_deed(action: Action, said: Said, *, alone: bool) -> str:
    proposal = action.proposal
    if said.kind in ("evidence", "reason") and proposal and proposal.kind == "closure" and said.at == proposal.at:
        return "done, awaiting agreement"
    if said.kind == "rating" and said.value == action.rag:  # which stands before it
        return "" if said.words and alone else "rated so"
    if said.kind == "rating":
        return f"rated {LOOKS[Rag(said.value)]}"
    if said.kind == "timescale":
        return f"{said.value} proposed"
    if said.kind == "agree":
        return "agreed that it is complete" if said.value == "complete" else f"{said.value} agreed"
    if said.kind == "return":
        return f"does not agree {_WHAT[said.value]}"
    if said.kind == "figure":
        return f"figure for {said.value}"
    return said.value if said.kind == "answer" else _DONE.get(said.kind, "")

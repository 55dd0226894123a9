"""What has moved on an action since the papers of a meeting went, in a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

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
    found = [(said.at, f"{label(said.by)}: {_say_said(action, said)}") for said in action.said if said.at > since]
    if proposal and proposal.at > since and all(said.at != proposal.at for said in action.said):  # without evidence
        found.append((proposal.at, f"{label(proposal.by)}: done, awaiting agreement"))
    if alarm and alarm.acknowledged_at and alarm.acknowledged_at > since:
        found.append((alarm.acknowledged_at, f"{label(alarm.acknowledged_by)}: escalation acknowledged"))
    if plan and plan.in_place_at and plan.in_place_at > since:
        found.append((plan.in_place_at, "mitigation in place"))
    return "; ".join(text for _at, text in sorted(found, key=lambda each: each[0]))


def _say_said(action: Action, said: Said) -> str:
    return ": ".join(filter(None, (_say_deed(action, said), said.words)))


def _say_deed(action: Action, said: Said) -> str:
    proposal = action.proposal
    if said.kind in ("evidence", "reason") and proposal and proposal.kind == "closure" and said.at == proposal.at:
        return "done, awaiting agreement"
    if said.kind == "rating" and said.value == action.rag:  # which stands before it
        return "" if said.words else "rated so"
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

"""What has become of an action since a message asked about it: the line that stands there now."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from textwrap import shorten

from programme.calendar import Calendar
from programme.facts import ANSWERS, Action, Person, Proposal, Said
from programme.rag import LOOKS, Rag

_WIDTH = 80  # characters of what somebody wrote
_MOST = 3  # answers named
_MEANWHILE = timedelta(minutes=1)  # what was being said as the message was composed is not in it either


@dataclass(frozen=True, slots=True)
class Standing:
    """`words` stand in the place of the action's buttons where it `is_settled`, else above them."""

    words: str
    is_settled: bool


def find_standing(
    action: Action,
    kinds: Collection[str],
    reader: Person,
    sent_at: datetime,
    label: Callable[[str], str],
    calendar: Calendar,
    answer_lasts: int,
) -> Standing | None:
    """What a message that asked `reader` at `sent_at` says of an action now; None where it asks as it did.

    `kinds` are those of its rungs there, `label` says how the person of an actor's key is called. An answer is settled
    for whoever's organisation has given one, and ticked once each organisation has.
    """
    if action.state == "complete":
        return Standing("✓ Complete, and agreed.", True)
    if set(kinds) == {"mitigation"}:
        return _find_mitigated(action, calendar)
    said = [one for one in action.said if one.at >= sent_at - _MEANWHILE]
    if action.proposal is not None:
        new = action.proposal.timescale
        what = f"✓ {new.text} proposed, awaiting agreement" if new else "✓ Done, awaiting agreement"
        return Standing(f"{what}. Said {_say_who(action.proposal, label, calendar)}.", True)
    agreed = _find_last(said, "agree")
    if agreed is not None:
        return Standing(f"✓ {agreed.value} agreed {_say_who(agreed, label, calendar)}.", True)
    back = _find_last(said, "return", "reopen")
    answers = {one.by: one for one in said if one.kind in ANSWERS and (back is None or one.at > back.at)}
    if answers:
        who = "; ".join(
            f"{_say_who(one, label, calendar)}: {_say_answer(one)}" for one in list(answers.values())[-_MOST:]
        )
        waiting = action.waiting_for(calendar.add_working_days(calendar.today(sent_at), -answer_lasts))
        if not waiting:
            return Standing(f"✓ Answered {who}.", True)
        mine = {body for owner in action.owners if reader in owner.people for body in owner.bodies}
        return Standing(f"Answered {who}. Still to answer: {', '.join(sorted(waiting))}.", not mine & waiting)
    if back is not None:
        words = f": {shorten(back.words, _WIDTH, placeholder='…').rstrip('.')}" if back.words else ""
        how = "Open again" if back.kind == "reopen" else "Returned"
        return Standing(f"{how} {_say_who(back, label, calendar)}{words}.", False)
    disowned = _find_last(said, "not_mine")
    if disowned is not None:
        words = f"Not theirs, was said {_say_who(disowned, label, calendar)}; the programme office hears of it."
        return Standing(words, disowned.by == reader.address)
    if action.quiet_until and action.quiet_until > calendar.today(sent_at) and "starting" not in kinds:
        return Standing(f"Quiet until {action.quiet_until.day} {action.quiet_until:%B}.", False)
    return None


def _find_mitigated(action: Action, calendar: Calendar) -> Standing | None:
    if action.mitigation is None:
        return Standing("Its mitigation was taken back.", True)
    if action.mitigation.in_place_at is None:
        return None
    on = calendar.today(action.mitigation.in_place_at)
    return Standing(f"✓ Its mitigation has been in place since {on.day} {on:%B}.", True)


def _find_last(said: list[Said], *kinds: str) -> Said | None:
    return next((one for one in reversed(said) if one.kind in kinds), None)


def _say_who(said: Said | Proposal, label: Callable[[str], str], calendar: Calendar) -> str:
    """`by SENDPO on 12 September`."""
    on = calendar.today(said.at)
    return f"by {label(said.by)} on {on.day} {on:%B}"


def _say_answer(said: Said) -> str:
    if said.kind == "rating":
        return str(LOOKS[Rag(said.value)])
    if said.kind == "progress":
        return f"“{shorten(said.words, _WIDTH, placeholder='…')}”" if said.words else "progress"
    if said.kind == "evidence":
        return "evidence given"
    return f"{said.value} proposed" if said.kind == "timescale" else said.value

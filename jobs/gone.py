"""An import takes an action with an open alarm out of the plan or completes it, or the other way round: whoever heard
of the alarm hears."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal

from jobs.closing import HEARD, find_closing, list_heard, queue_closed, queue_reopened, sound_again
from programme.facts import Action, Actor, Escalation, find_holding_group
from programme.listening import find_group_listening, mark_of
from programme.rag import LOOKS, Rag
from programme.updates import Update
from storage import outbox
from storage.actions import find_escalation, list_actions, record_update
from storage.db import Tx
from storage.gone import list_open_alarms, list_opened, put_back
from storage.history import get_head
from storage.listening import list_listening
from storage.people import list_groups, list_office, read_directory
from storage.renewals import renew, tell_channel
from storage.undo import open_alarm

_PLAN = Actor("", "the plan")


def say_lost(alarms: Mapping[str, Escalation], refs: Collection[str]) -> list[str]:
    """A sentence for the office of each open alarm about an action that is not among these `refs` of the new plan."""
    return [
        f"{ref} is gone, and its open {LOOKS[alarm.kind].word.lower()} alarm with it"
        + ("; whoever heard it is told." if alarm.kind is Rag.AT_RISK else ".")
        for ref, alarm in alarms.items()
        if ref not in refs
    ]


def follow_plan(tx: Tx, before: Mapping[str, Escalation], now: datetime) -> list[str]:
    """After an import: queue what those hear who heard of an alarm that went with its action, or came back with it, or
    ended as the file completed its action; a sentence for the office of each that came back or ended. `before` are the
    alarms that were open until then."""
    row, here = get_head(tx).number, list_open_alarms(tx)
    for ref, alarm in before.items():
        if ref not in here and alarm.kind is Rag.AT_RISK:
            _queue_gone(tx, ref, alarm, row, now)
    said = []
    for action in list_actions(tx, read_directory(tx, now.date()), refs=[*here, *list_opened(tx)]):
        ref, still = action.ref, here.get(action.ref)
        if still is None:
            said += _open(tx, action, now)
        elif action.state == "complete":
            said.append(_close(tx, action, still, now))
        elif ref not in before:
            _queue_back(tx, ref, still, row, now)
            said.append(f"{ref} is back, and its {LOOKS[still.kind].word.lower()} alarm stands again.")
    return said


def _close(tx: Tx, action: Action, alarm: Escalation, now: datetime) -> str:
    decide: Literal["agreed", "returned"] | None = None
    if action.proposal:
        decide = "agreed" if action.proposal.kind == "closure" else "returned"
    columns = {"state": "complete"}
    update = Update("agree", entry="agree", value="complete", columns=columns, alarm="close", decide=decide)
    number = _record(tx, action, update, now, was="open")
    queue_closed(tx, alarm, action.ref, number, _PLAN, now)
    heard = "; whoever heard it is told." if alarm.kind is Rag.AT_RISK else "."
    return f"{action.ref} is complete, so its open {LOOKS[alarm.kind].word.lower()} alarm is closed{heard}"


def _open(tx: Tx, action: Action, now: datetime) -> list[str]:
    """Nothing where it was not the plan that had closed its alarm, or that was taken back since."""
    closing = find_closing(tx, action.ref)
    alarm = find_escalation(tx, closing.facts["alarm"]) if closing and closing.actor == _PLAN.key else None
    if closing is None or alarm is None or alarm.state != "closed":
        return []
    columns = {"state": "open", "quiet_until": None}
    update = Update("reopen", entry="reopen", words="it is not completed any more", columns=columns)
    number = _record(tx, action, update, now, was="complete")
    open_alarm(tx, alarm.number)
    sound_again(tx, action.ref, alarm.number, number, now)
    queue_reopened(tx, alarm, action.ref, closing, number, _PLAN, now)
    return [f"{action.ref} is open again, and its {LOOKS[alarm.kind].word.lower()} alarm stands again."]


def _record(tx: Tx, action: Action, update: Update, now: datetime, *, was: Literal["open", "complete"]) -> int:
    """The plan's change of a state in the history, in what stands in chats, and on the homes of whom it concerns."""
    put_back(tx, action.ref, was)
    number = record_update(tx, action, update, _PLAN, now=now, today=now.date())
    groups = list_groups(tx, read_directory(tx, now.date()))
    holding = find_holding_group(action.focus_area, action.priority, groups)
    owners = [person for owner in action.owners for person in owner.people]
    people = (*owners, *(holding.chairs if holding else ()), *list_office(tx))
    renew(tx, action.ref, now, {person.address for person in people})
    before, after = mark_of(was, action.rag), mark_of(action.state, action.rag)
    own = find_group_listening(holding)
    for address, each in {one.address: one for one in (own, *list_listening(tx)) if one}.items():
        hears = each.hears(action, holding, before, after)
        tell_channel(tx, address, action.ref, before, now, now, hears=hears)
    return number


def _queue_gone(tx: Tx, ref: str, alarm: Escalation, row: int, now: datetime) -> None:
    for person, address in list_heard(tx, ref, alarm).items():
        facts = {"number": alarm.number, "ref": ref, "person": person, "plan": "gone", "at": now.isoformat()}
        key = f"correction:{ref}:{alarm.number}:{person}:gone {row}"
        outbox.say(tx, key, "correction", address, due_at=now, facts=facts)


def _queue_back(tx: Tx, ref: str, alarm: Escalation, row: int, now: datetime) -> None:
    lines = outbox.list_lines(tx, key_starts=f"correction:{ref}:{alarm.number}:")
    mine = [line for line in lines if line.facts.get("plan") == "gone"]
    outbox.drop_due(tx, [line.key for line in mine], "the plan has it again", now)
    for line in mine:
        if line.state in HEARD:
            facts = {**line.facts, "plan": "back"}
            outbox.say(tx, f"{line.key}:back", "correction", line.address, due_at=now, facts=facts)
    sound_again(tx, ref, alarm.number, row, now)

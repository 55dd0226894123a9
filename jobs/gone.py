"""An import takes an action with an open alarm out of the plan, or brings it back: whoever heard of the alarm hears."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from jobs.closing import HEARD, list_heard, sound_again
from programme.facts import Escalation
from programme.rag import LOOKS, Rag
from storage import outbox
from storage.db import Tx
from storage.gone import list_open_alarms
from storage.history import get_head


def say_lost(alarms: Mapping[str, Escalation], refs: Collection[str]) -> list[str]:
    """A sentence for the office of each open alarm about an action that is not among these `refs` of the new plan."""
    return [
        f"{ref} is gone, and its open {LOOKS[alarm.kind].word.lower()} alarm with it"
        + ("; whoever heard it is told." if alarm.kind is Rag.AT_RISK else ".")
        for ref, alarm in alarms.items()
        if ref not in refs
    ]


def follow_plan(tx: Tx, before: Mapping[str, Escalation], now: datetime) -> list[str]:
    """After an import: queue what those hear who heard of an alarm that went with its action, or came back with it;
    a sentence for the office of each that came back. `before` are the alarms that were open until then."""
    row, here = get_head(tx).number, list_open_alarms(tx)
    for ref, alarm in before.items():
        if ref not in here and alarm.kind is Rag.AT_RISK:
            _queue_gone(tx, ref, alarm, row, now)
    back = {ref: alarm for ref, alarm in here.items() if ref not in before}
    for ref, alarm in back.items():
        _queue_back(tx, ref, alarm, row, now)
    return [f"{ref} is back, and its {LOOKS[one.kind].word.lower()} alarm stands again." for ref, one in back.items()]


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

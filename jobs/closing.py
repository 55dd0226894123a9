"""An at-risk alarm is closed: whoever had its notice hears of that, and of its standing again where that is undone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jobs.deliver import Composed, Nothing
from programme.calendar import Calendar
from programme.escalation import compose_closed, compose_standing_again
from programme.facts import Action, Actor, Escalation
from programme.rag import Rag
from storage import ledger, outbox
from storage.actions import find_said
from storage.db import Tx
from storage.history import find_row
from storage.people import label_of, list_persons


def list_heard(tx: Tx, ref: str, alarm: Escalation) -> dict[int, str]:
    """Person → address, for everybody who was told of an alarm or has acknowledged it."""
    lines = outbox.list_lines(tx, key_starts=f"notice:{ref}:{alarm.number}:")
    told = {line.facts["person"]: line.address for line in lines if line.state in ("sent", "sending", "claimed")}
    persons = list_persons(tx)
    for line in ledger.list_of(tx, ref):
        if line.rung.rung == f"alarm {alarm.number}" and line.state == "sent" and line.rung.person in persons:
            told[line.rung.person] = persons[line.rung.person].reached_at
    return told | {one.id: one.reached_at for one in persons.values() if one.address == alarm.acknowledged_by}


def queue_closed(tx: Tx, alarm: Escalation, ref: str, number: int, actor: Actor, now: datetime) -> None:
    """Let whoever had the notice of an at-risk alarm hear that this row of the history closed it; never the actor."""
    if alarm.kind is not Rag.AT_RISK:
        return
    for person, address in list_heard(tx, ref, alarm).items():
        if address != actor.key and (actor.person is None or person != actor.person.id):
            facts = {"number": alarm.number, "ref": ref, "person": person, "row": number}
            key = f"correction:{ref}:{alarm.number}:{person}:{number}"
            outbox.say(tx, key, "correction", address, due_at=now, facts=facts)


def queue_standing_again(tx: Tx, alarm_number: int, ref: str, number: int, now: datetime) -> None:
    """What this row of the history closed stands again: who has heard of the closing hears that, the others nothing."""
    lines = outbox.list_lines(tx, key_starts=f"correction:{ref}:{alarm_number}:")
    mine = [line for line in lines if line.facts.get("row") == number]
    outbox.drop_due(tx, [line.key for line in mine], "it was taken back before it left", now)
    for line in mine:
        if line.state in ("sent", "sending", "claimed"):
            facts = {**line.facts, "again": True}
            outbox.say(tx, f"{line.key}:again", "correction", line.address, due_at=now, facts=facts)


def tell_closed(
    tx: Tx, told_of: Mapping[str, Any], action: Action, alarm: Escalation, now: datetime, calendar: Calendar
) -> Composed | Nothing:
    """What a correction made of these facts says: that the alarm is closed, or that it stands again."""
    row, on, today = find_row(tx, told_of["row"]), calendar.today(alarm.at), calendar.today(now)
    if row is None or (alarm.state == "open") is not ("again" in told_of):
        return Nothing("the alarm stands again" if alarm.state == "open" else "the alarm is closed again")
    if told_of["person"] not in list_heard(tx, action.ref, alarm):
        return Nothing("the notice of it never left")
    by = label_of(tx, row.actor, today)
    if "again" in told_of:
        return Composed(compose_standing_again(action, on, by), (action.ref,))
    return Composed(compose_closed(action, on, by, find_said(tx, row.number)), (action.ref,))

"""An at-risk alarm is closed: whoever had its notice hears of that, and of its standing again where that is undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from jobs.deliver import Composed, Nothing
from programme.calendar import Calendar
from programme.escalation import (
    compose_back,
    compose_closed,
    compose_completed,
    compose_gone,
    compose_standing_again,
)
from programme.facts import Action, Actor, Escalation, Rung
from programme.rag import Rag
from storage import ledger, outbox
from storage.actions import find_said
from storage.db import Tx
from storage.history import Row, find_row, list_rows
from storage.people import label_of, list_persons

HEARD = ("sent", "sending", "claimed")
_MOST_READ = 500  # rows of one action


def list_heard(tx: Tx, ref: str, alarm: Escalation) -> dict[int, str]:
    """Person → address, for everybody who was told of an alarm or has acknowledged it."""
    lines = outbox.list_lines(tx, key_starts=f"notice:{ref}:{alarm.number}:")
    told = {line.facts["person"]: line.address for line in lines if line.state in HEARD}
    persons = list_persons(tx)
    for line in ledger.list_of(tx, ref):
        if line.rung.rung == f"alarm {alarm.number}" and line.state == "sent" and line.rung.person in persons:
            told[line.rung.person] = persons[line.rung.person].reached_at
    return told | {one.id: one.reached_at for one in persons.values() if one.address == alarm.acknowledged_by}


def has_heard_closing(tx: Tx, rung: Rung) -> bool:
    """Whether whoever a vulnerable alarm is for has heard of it already, as it closed the alarm before it."""
    row = rung.rung.removeprefix("alarm ")
    lines = outbox.list_lines(tx, key_starts=f"correction:{rung.subject}:")
    mine = f":{rung.person}:{row}"
    heard = any(line.key.endswith(mine) and line.state in HEARD for line in lines)
    return heard and not rung.passed_for


def list_told_reopened(tx: Tx, ref: str, number: int) -> set[int]:
    """Who hears by a message of its own that this row of the history opened an action, and its alarm, again."""
    lines = outbox.list_lines(tx, key_starts=f"correction:{ref}:")
    return {line.facts["person"] for line in lines if line.facts.get("reopened") == number}


def queue_closed(tx: Tx, alarm: Escalation, ref: str, number: int, actor: Actor, now: datetime) -> None:
    """Let whoever had the notice of an at-risk alarm hear that this row of the history closed it; never the actor."""
    if alarm.kind is not Rag.AT_RISK:
        return
    for person, address in list_heard(tx, ref, alarm).items():
        if address != actor.key and (actor.person is None or person != actor.person.id):
            facts = {"number": alarm.number, "ref": ref, "person": person, "row": number}
            key = f"correction:{ref}:{alarm.number}:{person}:{number}"
            outbox.say(tx, key, "correction", address, due_at=now, facts=facts)


def find_closing(tx: Tx, ref: str) -> Row | None:
    """The agreement that made an action complete and closed its alarm, where that stands still."""
    rows = list_rows(tx, ref=ref, most=_MOST_READ)
    undone = {row.facts["undoes"] for row in rows if row.verb == "undo"}
    stand = (row for row in rows if row.number not in undone)
    last = next((row for row in stand if row.verb in ("agree", "reopen") and "state" in row.facts["after"]), None)
    return last if last and last.verb == "agree" and last.facts["alarm"] else None


def queue_standing_again(tx: Tx, alarm_number: int, ref: str, number: int, now: datetime) -> None:
    """What this row of the history closed stands again: who has heard of the closing hears that, the others nothing."""
    for line in _take_back(tx, alarm_number, ref, number, now):
        outbox.say(tx, f"{line.key}:again", "correction", line.address, due_at=now, facts={**line.facts, "again": True})


def queue_reopened(tx: Tx, alarm: Escalation, ref: str, closing: Row, number: int, actor: Actor, now: datetime) -> None:
    """As that, by the row of the history that opened the action again: whoever agreed the closing hears it too, never
    the actor."""
    heard = {line.facts["person"]: line.address for line in _take_back(tx, alarm.number, ref, closing.number, now)}
    persons = list_persons(tx)
    heard |= {one: to for one, to in list_heard(tx, ref, alarm).items() if persons[one].address == closing.actor}
    if actor.person:
        heard.pop(actor.person.id, None)
    for person, address in heard.items():
        facts = {"number": alarm.number, "ref": ref, "person": person, "row": closing.number}
        facts |= {"again": True, "reopened": number}
        key = f"correction:{ref}:{alarm.number}:{person}:{number}"
        outbox.say(tx, key, "correction", address, due_at=now, facts=facts)


def _take_back(tx: Tx, alarm_number: int, ref: str, number: int, now: datetime) -> list[outbox.Line]:
    """What says that this row closed an alarm: what has not left is dropped, what has is returned."""
    mine = [line for line in _list_closings(tx, ref, alarm_number, number) if "again" not in line.facts]
    outbox.drop_due(tx, [line.key for line in mine], "it was taken back before it left", now)
    return [line for line in mine if line.state in HEARD]


def queue_closed_again(
    tx: Tx, alarm_number: int, ref: str, number: int, reopened: int, undone: int, now: datetime
) -> None:
    """What row `number` of the history closed and row `reopened` opened is closed again, as row `undone` undid that:
    who has heard that it stood again hears that, the others nothing."""
    lines = _list_closings(tx, ref, alarm_number, number)
    mine = [line for line in lines if line.facts.get("reopened") == reopened]
    outbox.drop_due(tx, [line.key for line in mine], "it was taken back before it left", now)
    for line in mine:
        if line.state in HEARD:
            facts = {key: value for key, value in line.facts.items() if key not in ("again", "reopened")}
            key = f"correction:{ref}:{alarm_number}:{line.facts['person']}:{undone}"
            outbox.say(tx, key, "correction", line.address, due_at=now, facts=facts)


def _list_closings(tx: Tx, ref: str, alarm_number: int, number: int) -> list[outbox.Line]:
    lines = outbox.list_lines(tx, key_starts=f"correction:{ref}:{alarm_number}:")
    return [line for line in lines if line.facts.get("row") == number]


def sound_again(tx: Tx, ref: str, number: int, row: int, due_at: datetime) -> None:
    """An alarm stands again by this row of the history: notices of it that were dropped while it was closed leave after
    all."""
    lines = outbox.list_lines(tx, key_starts=f"notice:{ref}:{number}:")
    told = {line.address for line in lines if line.state != "dropped"}
    for line in lines:
        if line.address not in told:
            outbox.say(tx, f"{line.key}:{row}", "notice", line.address, due_at=due_at, facts=line.facts)
            told.add(line.address)


def tell_of_plan(
    told_of: Mapping[str, Any], found: Sequence[Action], alarm: Escalation | None, calendar: Calendar
) -> Composed | Nothing:
    """What a correction says where an import took the action away, or brought it back. `found` is the action, if the
    plan has it now."""
    if alarm is None or "plan" not in told_of:
        return Nothing("there is nothing left to tell")
    on = calendar.today(alarm.at)
    if alarm.state != "open" or (told_of["plan"] == "back") is not bool(found):
        return Nothing("the plan has it again" if found else "the plan has lost it again")
    if found:
        return Composed(compose_back(found[0], on), (found[0].ref,))
    gone_on = calendar.today(datetime.fromisoformat(told_of["at"]))
    return Composed(compose_gone(told_of["ref"], on, gone_on), (told_of["ref"],))


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
        reopened = find_row(tx, told_of["reopened"]) if "reopened" in told_of else None
        if reopened is None:
            return Composed(compose_standing_again(action, on, by), (action.ref,))
        by, said = label_of(tx, reopened.actor, today), find_said(tx, reopened.number)
        if said is None:
            return Nothing("it was taken back")
        return Composed(compose_standing_again(action, on, by, said), (action.ref,))
    if not row.actor:
        return Composed(compose_completed(action, on), (action.ref,))
    return Composed(compose_closed(action, on, by, find_said(tx, row.number)), (action.ref,))

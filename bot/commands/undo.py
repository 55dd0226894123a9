"""Taking back one's last change, and what those hear who were told of it."""

from __future__ import annotations

from bot.commands import Ask, command, compose_reply
from programme.facts import Escalation
from programme.listening import mark_of
from programme.messages import Button, Reply, UserError
from programme.updates import UNDO_FOR
from storage import ledger, outbox
from storage.actions import list_actions
from storage.history import Row, list_rows
from storage.people import list_persons
from storage.undo import undo as undo_update

_UNDOABLE = {
    "rag": "the rating of {ref}",
    "progress": "the progress entry on {ref}",
    "evidence": "the evidence for {ref}",
    "edit": "the edit of your entry on {ref}",
    "answer": "your answer on {ref}",
    "not_mine": "that {ref} is not yours",
    "done": "that {ref} is done",
    "slipping": "the new timescale proposed for {ref}",
    "snooze": "the quiet about {ref}",
    "mitigation": "the mitigation of {ref}",
    "in_place": "that the mitigation of {ref} is in place",
    "agree": "the agreement on {ref}",
    "return": "the return of {ref}",
    "reopen": "that {ref} is open again",
    "ack": "the acknowledgement of {ref}",
}


@command("undo")
def undo(ask: Ask) -> Reply:
    """Take back your last change, for 24 hours after it. The history keeps both.

    Again takes back the change before it.
    Example: undo
    """
    row = _find_last(ask)
    if row is None or row.ref is None:
        raise UserError("You have changed nothing in the last 24 hours that can be undone.")
    before = list_actions(ask.tx, ask.directory, refs=[row.ref])
    alarm = undo_update(ask.tx, row, ask.actor, now=ask.now, account=ask.request.account)
    lines = [f"Undone: {_UNDOABLE[row.verb].format(ref=row.ref)}."]
    for was, action in zip(before, list_actions(ask.tx, ask.directory, refs=[row.ref]), strict=True):
        ask.keep_true(was, mark_of(action.state, action.rag))
        if row.verb == "rag":
            lines.append(f"It is {action.look} again.")
    if alarm is not None:
        lines.append(_recall(ask, row.ref, alarm))
    if row.facts["alarm"]:
        _sound_again(ask, row.ref, row.facts["alarm"], row.number)
        lines.append("The alarm about it stands again.")
    return compose_reply(lines, [Button(f"Show {row.ref}", f"action {row.ref}")])


def _find_last(ask: Ask) -> Row | None:
    """The actor's last change that is not undone yet and not too old."""
    rows = list_rows(ask.tx, actor=ask.actor.key, most=100)
    undone = {row.facts["undoes"] for row in rows if row.verb == "undo"}
    for row in rows:
        if row.verb in _UNDOABLE and row.number not in undone:
            return row if ask.now - row.at <= UNDO_FOR else None
    return None


def _recall(ask: Ask, ref: str, alarm: Escalation) -> str:
    """An alarm was undone: what has not left stays, and whoever had it hears that it was withdrawn."""
    lines = outbox.list_lines(ask.tx, key_starts=f"notice:{ref}:{alarm.number}:")
    outbox.drop_due(ask.tx, [line.key for line in lines], "the rating was undone before it left", ask.now)
    told = {line.facts["person"]: line.address for line in lines if line.state in ("sent", "sending", "claimed")}
    persons = list_persons(ask.tx)
    for line in ledger.list_of(ask.tx, ref):
        if line.rung.rung == f"alarm {alarm.number}" and line.state == "sent" and line.rung.person in persons:
            told[line.rung.person] = persons[line.rung.person].address
    for person, address in told.items():
        facts = {"number": alarm.number, "ref": ref, "person": person}
        key = f"correction:{ref}:{alarm.number}:{person}"
        outbox.say(ask.tx, key, "correction", address, due_at=ask.now, facts=facts)
    return "Those who were told hear that it was withdrawn." if told else "Nobody had been told."


def _sound_again(ask: Ask, ref: str, number: int, undone: int) -> None:
    """An alarm stands again: notices of it that were dropped while it was closed leave after all."""
    lines = outbox.list_lines(ask.tx, key_starts=f"notice:{ref}:{number}:")
    told = {line.address for line in lines if line.state != "dropped"}
    due = ask.calendar.next_sending(ask.now + ask.policy.alarm_delay)
    for line in lines:
        if line.address not in told:
            outbox.say(ask.tx, f"{line.key}:{undone}", "notice", line.address, due_at=due, facts=line.facts)
            told.add(line.address)

"""Taking back one's last change, and what those hear who were told of it."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.commands import Ask, command, compose_reply
from jobs.closing import find_closing, list_heard, queue_closed_again, queue_standing_again, sound_again
from programme.calendar import say_date
from programme.facts import Escalation
from programme.listening import mark_of
from programme.messages import Button, Reply, UserError
from programme.updates import UNDO_FOR, find_open_alarm
from storage import outbox
from storage.actions import list_actions
from storage.history import Row, get_head, list_rows
from storage.minutes import list_confirming, reopen_draft
from storage.reported import take_back_reported
from storage.undo import undo as undo_update

# What is said to be undone, and what was done since where another is asked for.
_UNDOABLE = {
    "rag": ("the rating of {ref}", "rated {ref}"),
    "progress": ("the progress entry on {ref}", "noted progress on {ref}"),
    "evidence": ("the evidence for {ref}", "given evidence for {ref}"),
    "edit": ("the edit of your entry on {ref}", "edited your entry on {ref}"),
    "answer": ("your answer on {ref}", "answered on {ref}"),
    "not_mine": ("that {ref} is not yours", "said that {ref} is not yours"),
    "done": ("that {ref} is done", "said that {ref} is done"),
    "slipping": ("the new timescale proposed for {ref}", "proposed a new timescale for {ref}"),
    "snooze": ("the quiet about {ref}", "asked for quiet about {ref}"),
    "mitigation": ("the mitigation of {ref}", "written a mitigation of {ref}"),
    "in_place": ("that the mitigation of {ref} is in place", "said that the mitigation of {ref} is in place"),
    "minute": ("the minute of {ref}", "minuted {ref}"),
    "agree": ("the agreement on {ref}", "agreed {ref}"),
    "return": ("the return of {ref}", "returned {ref}"),
    "reopen": ("that {ref} is open again", "opened {ref} again"),
    "figure": ("the figure of {ref}", "given a figure of {ref}"),
    "ask": ("your question about {ref}", "asked about {ref}"),
    "ack": ("the acknowledgement of {ref}", "acknowledged {ref}"),
    "reported": ("that {ref} was handed in", "said that {ref} was handed in"),
}
_ELSEWHERE = ("cover", "cover_end", "prefer")  # changes that are taken back by a command of their own
_NUMBERS = re.compile(r"#?(\d{1,9})(?:\s*-\s*(\d{1,9}))?")


@command("undo [NUMBER]")
def undo(ask: Ask) -> Reply:
    """Take back your last change, for 24 hours after it. The history keeps both.

    Again takes back the change before it. With a row's number it does so only where that is your last change. After
    cover and prefer it says what to type instead.
    Example: undo
    """
    numbers = _NUMBERS.fullmatch(ask.words.strip())
    row = _find_this(ask, int(numbers[1]), int(numbers[2] or numbers[1])) if numbers else _find_last(ask)
    if not numbers:
        _refuse_elsewhere(ask, row)
    if row is None:
        raise UserError("You have changed nothing in the last 24 hours that can be undone.")
    lines = _take_back(ask, row)
    others = list_confirming(ask.tx, row.number)[1:]
    if reopen_draft(ask.tx, row.number):
        rows, undone = _list_mine(ask)
        for other in (each for each in rows if each.number in others and each.number not in undone):
            try:
                lines += _take_back(ask, other)
            except UserError:  # raised before anything of it is written
                lines.append(f"But {_say(other, 0)} stays, as somebody has changed that since.")
        lines.append("Its line of the minutes is to be confirmed again: type minutes.")
    show = Button(f"Show {row.ref}", f"action {row.ref}") if row.ref else Button("Show the reports", "reports")
    return compose_reply(lines, [show])


def _take_back(ask: Ask, row: Row) -> list[str]:
    """Undo one change; what is said of it. UserError before anything is written where it cannot be."""
    if row.verb == "reported":
        take_back_reported(ask.tx, row, ask.actor, now=ask.now, account=ask.request.account)
        return [f"Undone: {_say(row, 0)}. It is asked for again when it is due."]
    ref = row.ref or ""
    before = list_actions(ask.tx, ask.directory, refs=[ref])
    reopened = bool(before) and row.verb == "reopen" and find_open_alarm(before[0]) is not None
    alarm = undo_update(ask.tx, row, ask.actor, now=ask.now, account=ask.request.account)
    lines = [f"Undone: {_say(row, 0)}."]
    for was, action in zip(before, list_actions(ask.tx, ask.directory, refs=[ref]), strict=True):
        ask.keep_true(was, mark_of(action.state, action.rag))
        if row.verb == "rag":
            lines.append(f"It is {action.look} again.")
    if alarm is not None:
        lines.append(_recall(ask, ref, alarm))
    if row.facts["alarm"]:
        due = ask.calendar.next_sending(ask.now + ask.policy.alarm_delay)
        sound_again(ask.tx, ref, row.facts["alarm"], row.number, due)
        queue_standing_again(ask.tx, row.facts["alarm"], ref, row.number, ask.now)
        lines.append("The alarm about it stands again.")
    if reopened and (closing := find_closing(ask.tx, ref)):
        number = get_head(ask.tx).number
        queue_closed_again(ask.tx, closing.facts["alarm"], ref, closing.number, row.number, number, ask.now)
        lines.append("The alarm about it is closed again.")
    return lines


def _list_mine(ask: Ask) -> tuple[list[Row], set[int]]:
    """The actor's changes, the newest first, and the numbers of those that are undone."""
    rows = list_rows(ask.tx, actor=ask.actor.key, most=100)
    undone = {row.facts["undoes"] for row in rows if row.verb == "undo"}
    return [row for row in rows if row.verb in _UNDOABLE], undone


def _find_last(ask: Ask) -> Row | None:
    """The actor's last change that is not undone yet and not too old."""
    rows, undone = _list_mine(ask)
    last = next((row for row in rows if row.number not in undone), None)
    return last if last and ask.now - last.at <= UNDO_FOR else None


def _find_this(ask: Ask, first: int, last: int) -> Row | None:
    """The actor's last change, where it is one of these rows. UserError where they are undone, or it is another."""
    rows, undone = _list_mine(ask)
    meant = [row for row in rows if first <= row.number <= last]
    if not meant:
        raise UserError("That is no change of yours that can be undone: to take back your last one, type undo.")
    if all(row.number in undone for row in meant):
        raise UserError("That is undone already, so there is nothing to change.")
    newest = _find_last(ask)
    if newest is None or newest in meant:
        return newest
    raise UserError(
        f"You have since {_say(newest, 1)}: undo takes back the last change first.",
        (Button(f"Undo that on {_about(newest)}"[:70], f"undo {newest.number}"),),
    )


def _about(row: Row) -> str:
    return row.ref or str(row.facts["name"])


def _say(row: Row, how: int) -> str:
    """What it did: as what is undone (0), or as what they have done (1)."""
    return _UNDOABLE[row.verb][how].format(ref=_about(row))


def _refuse_elsewhere(ask: Ask, last: Row | None) -> None:
    """UserError where their last change is none that undo takes back: what to type instead. `last` is the one before
    it that undo would."""
    rows = list_rows(ask.tx, actor=ask.actor.key, most=100)
    newest = next((row for row in rows if row.verb in _ELSEWHERE), None)
    if newest is None or ask.now - newest.at > UNDO_FOR or (last and last.number > newest.number):
        return
    what, back = _say_back(ask, newest, [row for row in rows if row.verb == "prefer" and row.number < newest.number])
    before = [Button(f"Undo {last.verb} on {_about(last)}"[:70], f"undo {last.number}")] if last else []
    raise UserError(
        f"Your last change was {what}, which undo leaves: to take it back, type {back}",
        (Button("Take it back", back), *before),
    )


def _say_back(ask: Ask, row: Row, chosen: list[Row]) -> tuple[str, str]:
    """What a change was, and what to type to take it back; `chosen` are the choices before it, the newest first."""
    facts = row.facts
    if row.verb != "prefer":
        first, until = date.fromisoformat(facts["from"]), date.fromisoformat(facts["until"])
        from_on = f"{facts['role']} from {say_date(first)}"
        if row.verb == "cover":
            return f"the cover of {from_on}", f"cover end {from_on}"
        by = facts["by"] or "WHO"
        to = say_date(until - timedelta(days=1))
        return f"to end the cover of {from_on}", f"cover {facts['role']} by {by} from {say_date(first)} to {to}"
    [(what, value)] = facts.items()
    was = next((each.facts[what] for each in chosen if what in each.facts), None)
    if what == "hour":
        return _say_choice("hour", value or "usual"), f"prefer hour {was or 'usual'}"
    if what == "rhythm":
        return _say_choice("", value or "twice"), f"prefer {was or 'twice'}"
    return _say_choice("channel", value or ask.actor.key), f"prefer channel {was or ask.actor.key}"


def _say_choice(what: str, value: object) -> str:
    return " ".join(filter(None, ("prefer", what, str(value))))


def _recall(ask: Ask, ref: str, alarm: Escalation) -> str:
    """An alarm was undone: what has not left stays, and whoever had it hears that it was withdrawn."""
    lines = outbox.list_lines(ask.tx, key_starts=f"notice:{ref}:{alarm.number}:")
    outbox.drop_due(ask.tx, [line.key for line in lines], "the rating was undone before it left", ask.now)
    told = list_heard(ask.tx, ref, alarm)
    for person, address in told.items():
        facts = {"number": alarm.number, "ref": ref, "person": person}
        key = f"correction:{ref}:{alarm.number}:{person}"
        outbox.say(ask.tx, key, "correction", address, due_at=ask.now, facts=facts)
    return "Those who were told hear that it was withdrawn." if told else "Nobody had been told."

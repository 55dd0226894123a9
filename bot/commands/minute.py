"""A minute: what a meeting said of one action, typed by the chair or confirmed from pasted minutes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from bot.commands import Ask, command, compose_reply
from bot.commands.decide import agree, return_
from bot.commands.rate import rag
from bot.commands.update import done, progress, slipping
from programme.calendar import say_date
from programme.facts import Action, Group
from programme.messages import Button, Field, Form, Reply
from programme.minutes import Reading, add_minute, cut_rating, find_asked_day, is_bare
from programme.updates import lacks_evidence
from storage.history import get_head
from storage.minutes import Draft
from storage.people import find_group

_UNDO = Button("Undo", "undo")


@command("minute REF TEXT")
def minute(ask: Ask) -> Reply:
    """As chair, note what the meeting said of an action. Its owners hear of it with their next reminders.

    It stands in the next digest; if it names a day, until the owners answer.
    Example: minute P2.3c by 14 October: SENDPO to bring the survey report
    """
    action, words = ask.find("minute", "read")
    ask.check("decide", action)
    text = ask.field("text") or words
    if not text:
        return Form(
            f"Minute of {action.ref}",
            f"minute {action.ref}",
            (Field("text", "What did the meeting say?", "text"),),
            f"What did the meeting say? Type: minute {action.ref} and a sentence.",
        )
    holding = ask.holding(action)
    return compose_reply(note_minute(ask, action, text, say_meeting(holding, find_day(ask, holding))), [_UNDO])


def note_minute(ask: Ask, action: Action, text: str, meeting: str, on: date | None = None) -> list[str]:
    """Record a minute; what is said of it. `on` is the day of the minutes, from which a day they name is read, if that
    is not today."""
    on = on or ask.today
    number = replace(ask, today=on).record(action, add_minute(action, text, meeting))
    told = ask.tell([person for owner in action.owners for person in owner.people], action, number)
    lines = [f"Minuted of {action.ref}{f' at {meeting}' if meeting else ''}."]
    if asked := find_asked_day(text, on, ask.calendar.half_terms):
        lines.append(f"It asks for something by {say_date(asked)} and is carried until {action.ref} is answered.")
    if told:
        return [*lines, "Its owners hear of it with their next reminders."]
    nobody = not any(owner.people for owner in action.owners)
    return [*lines, *(["Nobody holds their role yet, so please pass it on."] if nobody else [])]


def find_day(ask: Ask, group: Group | None, named: date | None = None) -> date | None:
    """The day of the meeting that minutes are of: the one named, else the last that has been, or is today."""
    days = [ask.calendar.today(one.starts_at) for one in group.meetings] if group else []
    past = [day for day in days if day <= ask.today]
    return named if named in past else max(past, default=None)


def say_meeting(group: Group | None, day: date | None) -> str:
    """`The Board, 4 October 2022`; "" where no group holds it."""
    return ", ".join([group.name, *([say_date(day)] if day else [])]) if group else ""


def record_reading(ask: Ask, draft: Draft, action: Action, reading: Reading) -> str:
    """Do what a line of minutes says of an action, as the actor's own and minuted at its meeting; what is said of it.

    UserError before anything is written where it cannot be done."""
    group, on = find_group(ask.groups, draft.group), ask.calendar.today(draft.at)
    meeting = say_meeting(group, draft.meeting_on)
    the = draft.group if draft.group.lower().startswith("the ") else f"the {draft.group}"
    minuted = f"minuted{f' on {say_date(draft.meeting_on)}' if draft.meeting_on else ''} at {the}"
    reason = minuted if is_bare(reading.words) else cut_rating(reading)

    def run(what: Callable[[Ask], Reply], words: str = action.ref, **fields: str) -> str:
        account = ", ".join(filter(None, (ask.request.account, minuted)))
        request = replace(ask.request, text="", fields=fields, account=account)
        return what(replace(ask, words=words, request=request)).text

    if reading.kind == "minute":
        return " ".join(note_minute(ask, action, reading.words, meeting, on))
    if reading.kind == "progress":
        return run(progress, text=reading.words).partition(" To rate it")[0]
    agreed = {"reason": reason} if lacks_evidence(action) else {}  # the meeting's own
    if reading.kind == "agree":
        return run(agree, **agreed).partition("\n")[0]  # what else waits may be settled by the next line
    if reading.kind == "return":
        return run(return_, reason=reading.words).partition("\n")[0]
    if reading.kind == "done":
        said = run(done)
        return (
            said
            if is_bare(reading.words)
            else f"{said} {' '.join(note_minute(ask, action, reading.words, meeting, on))}"
        )
    told = [run(agree, **agreed).partition("\n")[0]] if reading.agrees else []
    if reading.timescale:
        told.append(run(slipping, timescale=reading.timescale.text, reason=reason))
        owners = [person for owner in action.owners for person in owner.people]
        if not reading.rating and ask.tell(owners, action, get_head(ask.tx).number):
            told.append("Its owners hear of it with their next reminders.")
    if reading.rating:
        told.append(run(rag, rating=reading.rating.value, reason=reason))
    return " ".join(told)

"""What somebody is told, with their next reminders, that another did to an action of theirs."""

from __future__ import annotations

from programme.calendar import say_date
from programme.facts import Action, Said
from programme.minutes import find_asked_day
from programme.rag import LOOKS, Rag


def compose_news(action: Action, said: Said, by: str) -> str:
    """A sentence or two. `said` is what was done, `by` how the person who did it is called."""
    words = f": {said.words.rstrip('.')}" if said.words else ""
    if said.kind == "return":
        what = "that it is done" if said.value == "closure" else "the new timescale"
        return f"{action.ref} came back from {by}, who does not agree {what} yet{words}."
    if said.kind == "reopen":
        return f"{by} has opened {action.ref} again, which was complete{words}."
    if said.kind == "not_mine":
        return f"{by} says {action.ref} is not theirs{words}. Its owners in the plan are {action.owner_names}."
    if said.kind == "minute":
        asked = find_asked_day(said.words, said.on)
        please = f" Please answer by {say_date(asked)}: progress {action.ref} and a sentence." if asked else ""
        return f"The minutes{f' of {said.value}' if said.value else ''} say of {action.ref}{words}.{please}"
    if said.kind == "timescale":
        return f"{by} proposed {said.value} for {action.ref}{words}."
    rag = Rag(said.value)
    told = f"{by} rated {action.ref} {LOOKS[rag]}{words}."
    alarm = action.escalation
    if alarm and alarm.state == "open" and rag is not alarm.kind:
        word = LOOKS[alarm.kind].word.lower()
        told += f" The {word} alarm stays open until whoever raised it, or the chair, agrees: agree {action.ref}"
    return told

"""A question to the owners of an action, from whoever answers for it above them."""

from __future__ import annotations

from bot.commands import Ask, command, compose_reply
from jobs.asking import queue_question
from programme.asking import ask_owners, list_asked, list_vacant, may_ask
from programme.calendar import say_date
from programme.facts import Action
from programme.messages import Button, Field, Form, Reply, UserError
from programme.pausing import say_after
from storage.people import label_of
from storage.programme import find_resuming, is_paused


@command("ask REF QUESTION")
def ask(ask: Ask) -> Reply:
    """As chair, accountable lead or programme office, ask an action's owners something, the same working day.

    Once a week for each action. Their answer comes back to you with your next reminders.
    Example: ask P2.3c is the template live in every school?
    """
    one, question = ask.find("ask", "read")
    if not may_ask(ask.actor, one, ask.holding(one), ask.groups, ask.leads):
        raise UserError(
            f"Only a chair, an accountable lead or the programme office can ask the owners of {one.ref}: "
            f"to tell them something yourself, type progress {one.ref} and a sentence."
        )
    last = one.last_said("ask")
    question = ask.field("question") or question
    update = ask_owners(one, question, label_of(ask.tx, last.by) if last else "", ask.now, ask.calendar, ask.policy)
    people = list_asked(one, ask.office, ask.actor.key)
    if not people:
        raise UserError(_say_nobody(one))
    if not question:
        return Form(
            f"Ask about {one.ref}",
            f"ask {one.ref}",
            (Field("question", "What would you like to ask?", "text"),),
            f"What would you like to ask? Type: ask {one.ref} and your question.",
        )
    number = ask.record(one, update)
    due = ask.calendar.next_sending(ask.now)
    day = ask.calendar.today(due)
    queue_question(ask.tx, one.ref, number, people, due_at=due, on=day, now=ask.now)
    when = "now" if due <= ask.now else f"on {say_date(day)} at {ask.calendar.local(due):%H:%M}"
    who = ", ".join(dict.fromkeys(person.label for person in people))
    asked = f"{who} {'has' if len(people) == 1 else 'have'} your question about {one.ref}"
    paused = say_after(find_resuming(ask.tx)) if is_paused(ask.tx, day) else ""
    told = f"{paused} {asked}." if paused else f"{asked} {when}."
    if not any(person in people for owner in one.owners for person in owner.people):
        roles = " and ".join(list_vacant(one)) or "it"
        told = f"Nobody holds {roles}, so the programme office is asked {when} to pass your question on."
        if paused:
            told = f"{paused} the programme office is asked to pass your question on, as nobody holds {roles}."
    elif vacant := list_vacant(one):
        told += f" {_say_vacant(vacant, office=ask.actor.office)}"
    return compose_reply([told, "Their answer comes with your next reminders."], [Button("Undo", "undo")])


def _say_vacant(vacant: list[str], *, office: bool) -> str:
    """That some of its owners are not asked, and what would help."""
    them, they = ("it", "it is") if len(vacant) == 1 else ("them", "they are")
    give = f'halfterm people set "{vacant[0]}" ADDRESS'
    how = f"to give {them} to somebody: {give}" if office else f"the programme office can give {them} to somebody"
    return f"Nobody I can write to holds {' and '.join(vacant)}, so {they} not asked; {how}."


def _say_nobody(one: Action) -> str:
    """Why there is nobody to ask, and what would help."""
    vacant = list_vacant(one)
    if not one.owners:
        return f"The plan gives {one.ref} to nobody, so there is nobody to ask."
    if not vacant:
        return f"{one.ref} is yours alone, so there is nobody else to ask."
    return (
        f"Nobody I can write to holds {' and '.join(vacant)}, so there is nobody to ask about {one.ref}; to give it to "
        f'somebody: halfterm people set "{vacant[0]}" ADDRESS'
    )

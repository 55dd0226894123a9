"""A question to the owners of an action, from whoever answers for it above them."""

from __future__ import annotations

from bot.commands import Ask, command, compose_reply
from programme.asking import ask_owners, may_ask
from programme.calendar import say_date
from programme.facts import Rung
from programme.messages import Button, Reply, UserError
from storage import ledger, outbox
from storage.people import label_of


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
    update = ask_owners(one, question, label_of(ask.tx, last.by) if last else "", ask.now, ask.calendar, ask.policy)
    number = ask.record(one, update)
    owners = {person.id: person for owner in one.owners for person in owner.people if person.address != ask.actor.key}
    people = owners or {person.id: person for person in ask.office if person.address != ask.actor.key}
    if not people:
        raise UserError(f"Nobody but you is to be asked about {one.ref}: see action {one.ref}")
    due = ask.calendar.next_sending(ask.now)
    day = ask.calendar.today(due)
    rungs = [Rung(day, "ask", one.ref, f"row {number}", person) for person in people]
    ledger.plan(ask.tx, rungs, ask.now, state="waiting", reason="it goes in a message of its own")
    for person in people.values():
        facts = {"number": number, "ref": one.ref, "person": person.id}
        outbox.say(ask.tx, f"ask:{one.ref}:{number}:{person.id}", "ask", person.reached_at, due_at=due, facts=facts)
    when = "now" if due <= ask.now else f"on {say_date(day)} at {ask.calendar.local(due):%H:%M}"
    who = ", ".join(dict.fromkeys(person.label for person in people.values()))
    told = f"{who} {'has' if len(people) == 1 else 'have'} your question about {one.ref} {when}."
    if not owners:
        told = f"Nobody holds {one.owner_names}, so the programme office is asked {when} to pass your question on."
    return compose_reply([told, "Their answer comes with your next reminders."], [Button("Undo", "undo")])

"""A question to an action's owners, as it goes out: to whoever owns the action then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from functools import partial

from jobs.compose import Also, Composer, Facts
from jobs.deliver import Composed, Nothing
from jobs.planning import Teller
from programme.asking import (
    compose_question,
    find_explained,
    find_passed_for,
    list_answers,
    list_asked,
    may_ask,
    say_answer,
)
from programme.facts import Person, Rung, Said
from programme.items import Item
from programme.messages import Message
from storage import ledger, outbox
from storage.actions import find_said, list_actions
from storage.db import Tx
from storage.people import find_actor, label_of, list_office, read_directory
from storage.renewals import Sent
from storage.sending import find_bar


def queue_question(
    tx: Tx, ref: str, number: int, people: Iterable[Person], *, due_at: datetime, on: date, now: datetime
) -> None:
    """Let the question of this row of the history go to people, each in a message of its own, due on that day."""
    everyone = list(people)
    rungs = [Rung(on, "ask", ref, f"row {number}", one.id) for one in everyone]
    ledger.plan(tx, rungs, now, state="waiting", reason="it goes in a message of its own")
    for one in everyone:
        facts = {"number": number, "ref": ref, "person": one.id}
        outbox.say(tx, f"ask:{ref}:{number}:{one.id}", "ask", one.reached_at, due_at=due_at, facts=facts)


def compose_ask(composer: Composer, tx: Tx, row: outbox.Row, now: datetime) -> Composed | Nothing:
    """The question, if it was not taken back or answered and they are still the one to ask; else it goes to whoever is
    to be asked by now and was not yet."""
    today, ref, number = composer.calendar.today(now), row.facts["ref"], row.facts["number"]
    asks = [one for one in ledger.list_of(tx, ref) if one.rung.kind == "ask" and one.rung.rung == f"row {number}"]
    lines = [one.id for one in asks if one.rung.person == row.facts["person"]]

    def nothing(reason: str) -> Nothing:
        return Nothing(reason, dict.fromkeys(lines, reason))

    asked = find_said(tx, number)
    found = list_actions(tx, read_directory(tx, today), refs=[ref])
    if asked is None:
        return nothing("the question was taken back")
    if not found or found[0].state == "complete":
        return nothing("the action is complete or gone")
    if list_answers(found[0], asked):
        return nothing("it was answered")
    people = list_asked(found[0], list_office(tx), asked.by)
    bar = find_bar(tx, row.address)
    if bar or row.facts["person"] not in {one.id for one in people}:
        known = {one.rung.person for one in asks}
        others = [one for one in people if one.id not in known]
        reason = f"{bar}, so others are asked" if bar else "it is no longer theirs"
        queue = partial(queue_question, ref=ref, number=number, people=others, due_at=now, on=today, now=now)
        return replace(nothing(reason), instead=queue)
    by, passed_for = label_of(tx, asked.by, today), find_passed_for(found[0], row.facts["person"])
    message = compose_question(found[0], asked, by, today, composer.calendar, passed_for=passed_for)
    return Composed(message, (ref,), tuple(lines))


def renew_question(composer: Composer, tx: Tx, sent: Sent, now: datetime) -> Message | Nothing:
    """A question that stands there, once somebody has answered it."""
    today = composer.calendar.today(now)
    asked = find_said(tx, sent.facts["number"])
    found = list_actions(tx, read_directory(tx, today), refs=[sent.facts["ref"]])
    if asked is None or not found:
        return Nothing("the question was taken back")
    by = ", ".join(dict.fromkeys(label_of(tx, one.by, today) for one in list_answers(found[0], asked)))
    return compose_question(
        found[0],
        asked,
        label_of(tx, asked.by, today),
        today,
        composer.calendar,
        by,
        find_passed_for(found[0], sent.facts["person"]),
    )


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    found = list_actions(facts.tx, facts.directory, refs=[rung.subject])
    if not found or _find_answer(facts, rung) is None:
        return "it was taken back" if found else "the action is gone"
    today = facts.calendar.today(facts.now)
    asker = find_actor(facts.tx, person.address, today, facts.directory, facts.groups, facts.leads)
    if asker is None or not may_ask(asker, found[0], facts.find_holding(found[0]), facts.groups, facts.leads):
        return "they no longer hold the role that would hear of it"
    return None


def _make_item(facts: Facts, rung: Rung) -> Item:
    (action,) = list_actions(facts.tx, facts.directory, refs=[rung.subject])
    answer = _find_answer(facts, rung)
    answer = find_explained(action, answer) if answer else None
    by = label_of(facts.tx, answer.by, facts.calendar.today(facts.now)) if answer else ""
    return Item(rung, action, say_answer(action, answer, by) if answer else "", title="You asked")


def _find_answer(facts: Facts, rung: Rung) -> Said | None:
    return find_said(facts.tx, int(rung.rung.removeprefix("row ")))


ANSWERED = Teller(_find_silence, _make_item)
ASKED: dict[str, Also] = {"ask": compose_ask}

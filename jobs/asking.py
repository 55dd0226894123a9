"""A question to an action's owners, as it goes out: to whoever owns the action then."""

from __future__ import annotations

from datetime import datetime

from jobs.compose import Also, Composer, Facts
from jobs.deliver import Composed, Nothing
from jobs.planning import Teller
from programme.asking import compose_question, say_answer
from programme.facts import ANSWERS, Person, Rung, Said
from programme.items import Item
from programme.messages import Message
from storage import ledger, outbox
from storage.actions import find_said, list_actions
from storage.db import Tx
from storage.people import label_of, list_office, read_directory
from storage.renewals import Sent


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
    if _list_answers(found[0], asked):
        return nothing("it was answered")
    people = list_asked(found[0], list_office(tx), asked.by)
    bar = find_bar(tx, row.address)
    if bar or row.facts["person"] not in {one.id for one in people}:
        known = {one.rung.person for one in asks}
        others = [one for one in people if one.id not in known]
        reason = f"{bar}, so others are asked" if bar else "it is no longer theirs"
        return replace(nothing(reason), instead=partial(queue_question, ref=ref, number=number, people=others, due=now,
            on=today, now=now))
    message = compose_question(found[0], asked, label_of(tx, asked.by, today), today, composer.calendar)
    return Composed(message, (ref,), tuple(lines))


def renew_question(composer: Composer, tx: Tx, sent: Sent, now: datetime) -> Message | Nothing:
    """A question that stands there, once somebody has answered it."""
    today = composer.calendar.today(now)
    asked = find_said(tx, sent.facts["number"])
    found = list_actions(tx, read_directory(tx, today), refs=[sent.facts["ref"]])
    if asked is None or not found:
        return Nothing("the question was taken back")
    answers = [one for one in found[0].said if one.kind in ANSWERS and one.at > asked.at]
    by = ", ".join(dict.fromkeys(label_of(tx, one.by, today) for one in answers))
    return compose_question(found[0], asked, label_of(tx, asked.by, today), today, composer.calendar, by)


def _find_silence(facts: Facts, rung: Rung, person: Person) -> str | None:
    return None if _find_answer(facts, rung) else "it was taken back"


def _make_item(facts: Facts, rung: Rung) -> Item:
    (action,) = list_actions(facts.tx, facts.directory, refs=[rung.subject])
    answer = _find_answer(facts, rung)
    by = label_of(facts.tx, answer.by, facts.calendar.today(facts.now)) if answer else ""
    return Item(rung, action, say_answer(action, answer, by) if answer else "", title="You asked")


def _find_answer(facts: Facts, rung: Rung) -> Said | None:
    return find_said(facts.tx, int(rung.rung.removeprefix("row ")))


ANSWERED = Teller(_find_silence, _make_item)
ASKED: dict[str, Also] = {"ask": compose_ask}

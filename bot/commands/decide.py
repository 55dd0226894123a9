"""What chairs and the programme office decide."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands import Ask, command
from programme.facts import Action, Group, find_holding_group
from programme.messages import Block, Button, Buttons, Field, Form, Message, Reply, Text, UserError
from programme.permissions import compose_refusal, may, may_agree
from programme.refs import split_ref
from programme.timescales import parse_timescale
from programme.updates import acknowledge, decide_proposal
from storage.actions import get_action, list_actions, record_update
from storage.history import redact as redact_words
from storage.people import label_of
from storage.programme import set_paused


@command("agree REF … | all")
def agree(ask: Ask) -> Reply:
    """As chair, agree closures and new timescales that owners have proposed; `agree all` agrees every one.

    Without a reference it lists what is waiting. Nobody agrees their own.
    Example: agree P2.3c
    """
    words = ask.words.strip()
    waiting = [one for one in list_actions(ask.tx, ask.directory, only_open=True) if one.proposal]
    mine = [one for one in waiting if one.proposal and may_agree(ask.actor, one.proposal.by, one, _holding(ask, one))]
    if not words:
        return _list_waiting(ask, mine)
    if words.lower() == "all":
        chosen = mine
        if not chosen:
            raise UserError("Nothing is waiting for you to agree.")
    else:
        chosen = []
        while words:
            typed, words = split_ref(words)
            if not typed:
                raise UserError("Which action? Type for example: agree P2.3c, or agree all.")
            one = get_action(ask.tx, typed, ask.directory, "agree")
            _check(ask, one)
            chosen.append(one)
    for one in chosen:
        update = decide_proposal(one, "agreed", "")
        record_update(ask.tx, one, update, ask.actor, now=ask.now, today=ask.today, account=ask.request.account)
    what = ", ".join(f"{one.ref} ({_say_proposal(one)})" for one in chosen)
    return _reply([f"Agreed: {what}."], [Button("Undo", "undo")])


@command("return REF WHY")
def return_(ask: Ask) -> Reply:
    """As chair, send a proposed closure or timescale back to its owners with a reason.

    Example: return P2.3c please add the survey report
    """
    typed, reason = split_ref(ask.words)
    if not typed:
        raise UserError("Which action? Type for example: return P2.3c and the reason.")
    one = get_action(ask.tx, typed, ask.directory, "return")
    _check(ask, one)
    reason = ask.field("reason") or reason
    if not reason and one.proposal:
        return Form(
            f"Return {one.ref}",
            f"return {one.ref}",
            (Field("reason", "Why does it go back?", "text"),),
            f"Say why it goes back: return {one.ref} and the reason.",
        )
    update = decide_proposal(one, "returned", reason)
    record_update(ask.tx, one, update, ask.actor, now=ask.now, today=ask.today, account=ask.request.account)
    return _reply([f"{one.ref} goes back to {one.owner_names}: {reason}"], [Button("Undo", "undo")])


@command("ack REF")
def ack(ask: Ask) -> Reply:
    """As chair, say that you have seen an action's escalation.

    Example: ack P2.3c
    """
    typed, _rest = split_ref(ask.words)
    if not typed:
        raise UserError("Which action? Type for example: ack P2.3c")
    one = get_action(ask.tx, typed, ask.directory, "ack")
    if not may(ask.actor, "decide", one, _holding(ask, one)):
        raise UserError(compose_refusal("decide", one, _holding(ask, one)))
    record_update(ask.tx, one, acknowledge(one), ask.actor, now=ask.now, today=ask.today, account=ask.request.account)
    return _reply([f"The escalation of {one.ref} is acknowledged."], [Button(f"Show {one.ref}", f"action {one.ref}")])


@command("redact NUMBER WHY")
def redact(ask: Ask) -> Reply:
    """For the programme office: take the words out of a row of the history for good. The row and its hash remain.

    Example: redact 112 it named a child
    """
    if not may(ask.actor, "office"):
        raise UserError(compose_refusal("office", None, None))
    number, _, reason = ask.words.partition(" ")
    if not number.isdigit() or not reason.strip():
        raise UserError("Type the number of the row and why: redact 112 it named a child")
    if not redact_words(
        ask.tx, int(number), reason.strip(), actor=ask.actor.key, now=ask.now, account=ask.request.account
    ):
        raise UserError(f"Row {number} has no words to redact: see the numbers in history REF.")
    return _reply([f"The words of row {number} are gone. That it was redacted, and why, is on record."], [])


@command("pause [until DATE]")
def pause(ask: Ask) -> Reply:
    """For the programme office: stop everything unprompted, until a day or until resumed. Answers still come.

    Example: pause until 3 January 2023
    """
    if not may(ask.actor, "office"):
        raise UserError(compose_refusal("office", None, None))
    typed = ask.words.removeprefix("until").strip()
    until = parse_timescale(typed, ask.calendar.half_terms, ask.today).due_on if typed else None
    if typed and until is None:
        raise UserError(f"“{typed}” could not be read as a date. Type for example: pause until 3 January 2023")
    set_paused(ask.tx, True, until)
    return _reply(
        [f"Paused {f'until {typed}' if typed else 'until you say resume'}. I still answer."],
        [Button("Resume", "resume")],
    )


@command("resume")
def resume(ask: Ask) -> Reply:
    """For the programme office: start the reminders again. What was missed is said once, never as a burst.

    Example: resume
    """
    if not may(ask.actor, "office"):
        raise UserError(compose_refusal("office", None, None))
    set_paused(ask.tx, False)
    return _reply(["Resumed."], [])


def _check(ask: Ask, one: Action) -> None:
    holding = _holding(ask, one)
    if not may(ask.actor, "decide", one, holding):
        raise UserError(compose_refusal("decide", one, holding))
    if one.proposal and not may_agree(ask.actor, one.proposal.by, one, holding):
        raise UserError(f"Nobody agrees their own: {one.ref} goes to the group above, or to the programme office.")


def _holding(ask: Ask, one: Action) -> Group | None:
    return find_holding_group(one.focus_area, one.priority, ask.groups)


def _say_proposal(one: Action) -> str:
    if one.proposal is None or one.proposal.kind == "closure":
        return "complete"
    return f"{one.proposal.timescale.text if one.proposal.timescale else ''} in place of {one.timescale.text}"


def _list_waiting(ask: Ask, waiting: Sequence[Action]) -> Message:
    if not waiting:
        return _reply(["Nothing is waiting for you to agree."], [])
    lines = [
        f"{one.ref}: {_say_proposal(one)}, proposed by {label_of(ask.tx, one.proposal.by) if one.proposal else ''}"
        + (f": {one.proposal.words}" if one.proposal and one.proposal.words else "")
        for one in waiting
    ]
    buttons = [Button("Agree all", "agree all", "primary")]
    for one in waiting[:10]:
        buttons += [Button(f"Agree {one.ref}", f"agree {one.ref}"), Button(f"Return {one.ref}", f"return {one.ref}")]
    return _reply(["Waiting to be agreed:\n" + "\n".join(f"- {line}" for line in lines)], buttons)


def _reply(lines: Sequence[str], buttons: Sequence[Button]) -> Message:
    text = " ".join(lines)
    blocks: tuple[Block, ...] = (Text(text), *([Buttons(tuple(buttons))] if buttons else []))
    return Message(text, blocks)

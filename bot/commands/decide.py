"""What chairs and the programme office decide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.commands import Ask, command, compose_reply
from jobs.closing import find_closing, list_told_reopened, queue_reopened, sound_again
from jobs.deciding import list_waiting
from programme.calendar import say_date
from programme.facts import Action
from programme.messages import Block, Button, Buttons, Field, Form, Message, Reply, Text, UserError
from programme.permissions import compose_refusal, find_deciding_group, is_own_proposal, may, may_agree, say_decider
from programme.timescales import parse_timescale, refuse_just_past
from programme.updates import (
    Update,
    acknowledge,
    agree_calm,
    decide_proposal,
    is_calm,
    lacks_evidence,
)
from programme.updates import reopen as open_again
from programme.waiting import find_settling_group, may_calm, say_proposed, say_waiting
from storage.actions import find_escalation, list_actions
from storage.history import find_row, record
from storage.history import redact as redact_words
from storage.minutes import list_twins
from storage.people import label_of, list_persons
from storage.programme import is_paused, set_paused
from storage.undo import open_alarm
from storage.withdrawn import has_shared

_UNDO = Button("Undo", "undo")
_PAGE = 10  # proposals that are shown at once
_PAGE_OF = re.compile(r"page\s*(\d{1,4})", re.IGNORECASE)
_MOST_IN_TITLE = 4
_SHARED = (
    "Digests were shared as files since they were said, and I cannot change a file: please ask whoever has one to "
    "delete it."
)


@command("agree REF … | all")
def agree(ask: Ask) -> Reply:
    """As chair, agree closures and new timescales that owners have proposed; `agree all` agrees all that wait for you.

    Without a reference it lists what is waiting; what is left is shown after each. Nobody agrees their own. What has
    neither evidence nor a reason for none is agreed with your reason. It also agrees that an alarm is over, once a
    colleague has rated the action otherwise. The programme office may agree for a chair, one at a time.
    Example: agree P2.3c
    """
    words = ask.words.strip()
    page = _PAGE_OF.fullmatch(words)
    if not words or page or words.lower() == "all":
        waiting, others = list_waiting(ask.tx, ask.actor, ask.directory, ask.groups)
        if not waiting or words.lower() != "all":
            return _list_waiting(ask, waiting, others, int(page[1]) if page else 1)
        bare = [one for one in waiting if lacks_evidence(one)]
        chosen, words = [one for one in waiting if one not in bare] or waiting[:1], ""
    else:
        chosen, words = ask.find_all("agree", "read")
        bare, words = [], ask.field("reason") or words
    first = chosen[0]
    if len(chosen) == 1 and not words and lacks_evidence(first) and may_agree(ask.actor, first, ask.groups):
        return _ask_why(first)
    agreed = [(one, _agree(ask, one, words)) for one in chosen]
    for one, update in agreed:
        ask.record(one, update)
    what = ", ".join(f"{one.ref} ({say_proposed(one)})" for one, _ in agreed)
    back = [] if len(agreed) == 1 else ["Undo takes them back one at a time, the last first."]
    refs, verb = ", ".join(one.ref for one in bare), "waits" if len(bare) == 1 else "wait"
    stays = [f"Without evidence or a reason for none, {refs} still {verb}."] if bare else []
    return _then_list(ask, " ".join([f"Agreed: {what}.", *stays, *back]))


def _ask_why(one: Action) -> Form:
    return Form(
        f"Agree {one.ref}",
        f"agree {one.ref}",
        (Field("reason", "It has no evidence and no reason for none: why do you agree it?", "text"),),
        f"{one.ref} has no evidence and no reason for none: say why you agree it all the same, "
        f"agree {one.ref} because …, or return {one.ref} and ask for it.",
    )


def _agree(ask: Ask, one: Action, words: str) -> Update:
    """The update that agrees what is waiting for one action. UserError where it is not theirs to agree."""
    if one.proposal is None and is_calm(one) and may_calm(ask.actor, one, ask.groups):
        return agree_calm(one)
    _check_proposal(ask, one)
    return decide_proposal(one, "agreed", words)


def _check_proposal(ask: Ask, one: Action) -> None:
    """UserError where the actor may not settle what is proposed for an action."""
    if one.proposal is None:
        ask.check("decide", one)
        return
    if may_agree(ask.actor, one, ask.groups):
        return
    decider = find_deciding_group(one, ask.groups)
    if is_own_proposal(ask.actor, one) and (ask.actor.office or may(ask.actor, "decide", one, ask.holding(one))):
        raise UserError(f"Nobody agrees their own, so {one.ref} waits for {say_decider(decider)}.")
    raise UserError(compose_refusal("decide", one, decider))


@command("return REF … WHY")
def return_(ask: Ask) -> Reply:
    """As chair, send a proposed closure or timescale back to its owners with a reason; several at once have one.

    The owners hear of it with their next reminders.
    Example: return P2.3c please add the survey report
    """
    chosen, reason = ask.find_all("return", "read")
    for one in chosen:
        _check_proposal(ask, one)
    reason = ask.field("reason") or reason
    refs = " ".join(one.ref for one in chosen)
    if not reason and all(one.proposal for one in chosen):
        return Form(
            f"Return {refs if len(chosen) < _MOST_IN_TITLE else f'{len(chosen)} actions'}",
            f"return {refs}",
            (Field("reason", "Why does it go back?" if len(chosen) == 1 else "Why do they go back?", "text"),),
            f"Say why it goes back: return {refs} and the reason.",
        )
    updates = [(one, decide_proposal(one, "returned", reason)) for one in chosen]
    lines = []
    for one, update in updates:
        number = ask.record(one, update)
        proposers = [each for each in list_persons(ask.tx).values() if one.proposal and each.address == one.proposal.by]
        told = ask.tell([*(person for each in one.owners for person in each.people), *proposers], one, number)
        hear = (
            "They hear of it with their next reminders."
            if told
            else "Nobody holds their role yet, so please pass it on."
        )
        lines.append(f"{one.ref} goes back to {one.owner_names}: {reason.rstrip('.')}. {hear}")
    back = [] if len(chosen) == 1 else ["Undo takes them back one at a time, the last first."]
    return _then_list(ask, " ".join([*lines, *back]))


@command("reopen REF WHY")
def reopen(ask: Ask) -> Reply:
    """As chair, open a complete action again, and say why. It is reminded of as before.

    Its owners hear of it with their next reminders. An alarm that was closed as it was agreed stands again, and whoever
    heard that it was closed hears that.
    Example: reopen P2.3c the report was of the year before
    """
    one, reason = ask.find("reopen", "read")
    ask.check("decide", one)
    update, closing = open_again(one, reason), find_closing(ask.tx, one.ref)
    number = ask.record(one, update)
    lines = [f"{one.ref} is open again: {reason.rstrip('.')}."]
    alarm = find_escalation(ask.tx, closing.facts["alarm"]) if closing else None
    if closing and alarm and alarm.state == "closed":
        open_alarm(ask.tx, alarm.number)
        due = ask.calendar.next_sending(ask.now + ask.policy.alarm_delay)
        sound_again(ask.tx, one.ref, alarm.number, number, due)
        queue_reopened(ask.tx, alarm, one.ref, closing, number, ask.actor, ask.now)
        lines.append("The alarm about it stands again.")
    told = list_told_reopened(ask.tx, one.ref, number)
    if ask.tell([each for owner in one.owners for each in owner.people if each.id not in told], one, number):
        lines.append("Its owners hear of it with their next reminders.")
    return compose_reply(lines, [_UNDO])


@command("ack REF")
def ack(ask: Ask) -> Reply:
    """As chair, say that you have seen an action's escalation.

    Example: ack P2.3c
    """
    one, _words = ask.find("ack", "read")
    ask.check("decide", one)
    ask.record(one, acknowledge(one))
    buttons = [Button(f"Show {one.ref}", f"action {one.ref}"), _UNDO]
    return compose_reply([f"The escalation of {one.ref} is acknowledged, thank you."], buttons)


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
        raise UserError(f"Row {number} has no words to redact: the numbers stand in history REF.")
    for twin in list_twins(ask.tx, int(number)):
        redact_words(ask.tx, twin, reason.strip(), actor=ask.actor.key, now=ask.now, account=ask.request.account)
    row = find_row(ask.tx, int(number))
    rows = [find_row(ask.tx, each) for each in (int(number), *list_twins(ask.tx, int(number)))]
    refs = sorted({each.ref for each in rows if each and each.ref})
    for one in list_actions(ask.tx, ask.directory, refs=refs):
        ask.keep_true(one, tell_at=ask.now)  # messages that quote them are rid of them too
    gone = f"The words of row {number} are gone; that they were redacted, and why, is on record."
    return compose_reply([gone, *([_SHARED] if row and has_shared(ask.tx, row.at) else [])])


@command("pause [until DATE]")
def pause(ask: Ask) -> Reply:
    """For the programme office: stop everything unprompted, until a day or until resumed. Answers still come.

    Example: pause until 3 January 2023
    """
    if not may(ask.actor, "office"):
        raise UserError(compose_refusal("office", None, None))
    typed = ask.words.removeprefix("until").strip()
    refuse_just_past(typed, ask.today)
    until = parse_timescale(typed, ask.calendar.half_terms, ask.today).due_on if typed else None
    if typed and (until is None or until <= ask.today):
        raise UserError(f"“{typed[:60]}” is not a day to come: type for example pause until {say_date(_later(ask))}")
    set_paused(ask.tx, True, until)
    _note(ask, "pause", until=until)
    return compose_reply(
        [f"Paused until {say_date(until) if until else 'you resume'}. Questions are still answered."],
        [Button("Resume", "resume")],
    )


@command("resume")
def resume(ask: Ask) -> Reply:
    """For the programme office: start the reminders again. What was missed is said once, never as a burst.

    Example: resume
    """
    if not may(ask.actor, "office"):
        raise UserError(compose_refusal("office", None, None))
    if not is_paused(ask.tx, ask.today):
        raise UserError("Nothing is paused, so there is nothing to resume.")
    set_paused(ask.tx, False)
    _note(ask, "resume", until=None)
    return compose_reply(["Resumed. What was missed is said once, never as a burst."])


def _later(ask: Ask) -> date:
    return ask.today + timedelta(weeks=4)


def _note(ask: Ask, verb: str, **facts: object) -> None:
    record(ask.tx, verb, actor=ask.actor.key, now=ask.now, facts=facts, account=ask.request.account)


def _list_waiting(ask: Ask, waiting: Sequence[Action], others: Sequence[Action], page: int | None = 1) -> Message:
    """A page of what waits, each with its own buttons; what waits for others after what waits for this person. No page:
    what is left of it."""
    is_rest, page = page is None, page or 1
    pages = max(1, -(-(len(waiting) + len(others)) // _PAGE))
    page = min(max(page, 1), pages)
    first, last = (page - 1) * _PAGE, page * _PAGE
    turn = f" (page {page} of {pages})" if pages > 1 else ""
    blocks: list[Block] = []
    lines: list[str] = []

    def say(head: str) -> None:
        blocks.append(Text(head))
        lines.append(head)

    def each(one: Action, whose: str = "") -> None:
        line = say_waiting(one, label_of(ask.tx, one.proposal.by if one.proposal else one.rag_by, ask.today)) + whose
        taps = [Button(f"Agree {one.ref}", f"agree {one.ref}")]
        taps += [Button(f"Return {one.ref}", f"return {one.ref}")] if one.proposal else []
        blocks.extend([Text(line), Buttons(tuple(taps))])
        lines.append(f"- {line}")

    if shown := waiting[first:last]:
        total = f": {len(waiting)}{turn}" if pages > 1 or others else ""
        say(f"Waiting for you to agree{total}." if others else f"Waiting to be agreed{total}:")
        for one in shown:
            each(one)
    elif not waiting and not is_rest:
        say("Nothing is waiting for you to agree.")
    if theirs := others[max(first - len(waiting), 0) : max(last - len(waiting), 0)]:
        again = "" if shown else turn
        say(f"Waiting for others to agree: {len(others)}{again}. You may agree these too, one at a time.")
        for one in theirs:
            each(one, f" · waits for {say_decider(find_settling_group(one, ask.groups))}")
    together = []
    if waiting:
        label = "Agree all" if pages == 1 else f"Agree all {len(waiting)}"
        together.append(Button(label, "agree all", "primary"))
    if page < pages:
        together.append(Button(f"Show page {page + 1}", f"agree page {page + 1}"))
        lines.append(f"For more, type: agree page {page + 1}.")
    return Message("\n".join(lines), (*blocks, *([Buttons(tuple(together))] if together else [])))


def _then_list(ask: Ask, done: str) -> Message:
    """What was settled, and what is left to settle."""
    told = compose_reply([done], [_UNDO])
    left, others = list_waiting(ask.tx, ask.actor, ask.directory, ask.groups)
    if not left and not others:
        return told
    rest = _list_waiting(ask, left, others, None)
    return Message(f"{told.text}\n{rest.text}", (*told.blocks, *rest.blocks))

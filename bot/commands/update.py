"""What owners say of their actions, and what follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.commands import Ask, command
from programme.escalation import Told, list_told
from programme.facts import Action, Group, find_holding_group, find_strategic_group
from programme.messages import Block, Button, Buttons, Field, Form, Message, Option, Reply, Text, UserError
from programme.permissions import compose_refusal, may
from programme.rag import LOOKS, Rag, find_rag, parse_rag
from programme.refs import split_ref
from programme.reminders import Rung, quiet_after, say_date
from programme.timescales import Timescale, parse_timescale, split_timescale
from programme.updates import (
    UNDO_FOR,
    Update,
    add_evidence,
    add_mitigation,
    add_progress,
    answer,
    change_rag,
    confirm_mitigation,
    disown,
    propose_closure,
    propose_timescale,
    snooze,
)
from storage import ledger, outbox
from storage.actions import get_action, record_update
from storage.actions import undo as undo_update
from storage.history import list_rows


@command("rag REF RATING [why]")
def rag(ask: Ask) -> Reply:
    """Rate an action: at-risk, vulnerable, on-track or deferred, and say why.

    Red, amber and green work too. At risk and vulnerable are escalated a little later, so that you can undo.
    Example: rag P2.3c at-risk the supplier has not signed
    """
    action, words = _find(ask, "rag")
    rating, reason = _split_rating(ask, words)
    if rating is None:
        if words:
            parse_rag(words.split()[0])
        return _ask_rating(action)
    reason = ask.field("reason") or reason
    alarm = action.escalation
    if not reason and alarm and alarm.state == "open" and alarm.kind == rating and action.rag == rating:
        return _ask_reason(action, rating)
    holding = _holding(ask, action)
    update = change_rag(
        action,
        rating,
        reason,
        ask.actor,
        ask.today,
        _quiet(ask, action),
        decides=may(ask.actor, "decide", action, holding),
    )
    number = _record(ask, action, update)
    before = "" if action.rag == rating else f" (was {action.look})"
    lines = [f"{action.ref} is now {LOOKS[rating]}{before}."]
    buttons: list[Button] = []
    if update.alarm == "raise":
        lines.append(_escalate(ask, action, holding, rating, number, explained=bool(reason)))
    elif update.alarm == "explain" and alarm:
        lines.append(_hasten(ask, action, alarm.number))
    elif alarm and alarm.state == "open" and update.alarm is None and rating is Rag.ON_TRACK:
        lines.append("The escalation stays open until your colleague or the chair agrees.")
    for owed in update.owed:
        line, button = _OWED[owed]
        lines.append(line.format(ref=action.ref, typed=_typed(rating)))
        buttons.append(Button(button, _OWED_COMMANDS[owed].format(ref=action.ref, typed=_typed(rating))))
    buttons.append(Button("Undo", "undo"))
    return _reply(lines, buttons)


_OWED = {
    "reason": ("Why? Type: rag {ref} {typed} and the reason.", "Say why"),
    "mitigation": (
        "What is being done about it? Type: mitigation {ref} what; who; by when.",
        "Add the mitigation",
    ),
    "timescale": ("It needs a new timescale. Type for example: slipping {ref} Dec-22 and why.", "New timescale"),
    "completion": ("Or, if it is finished: done {ref} and where the evidence is.", "It is done"),
    "evidence": (
        "Where is the evidence? Type: evidence {ref} and a link, or say why there is none.",
        "Add evidence",
    ),
}
_OWED_COMMANDS = {
    "reason": "rag {ref} {typed}",
    "mitigation": "mitigation {ref}",
    "timescale": "slipping {ref}",
    "completion": "done {ref}",
    "evidence": "evidence {ref}",
}


@command("progress REF TEXT")
def progress(ask: Ask) -> Reply:
    """Add a dated progress entry in your own words.

    Example: progress P2.3c the template is live in 12 schools
    """
    action, words = _find(ask, "progress")
    text = ask.field("text") or words
    if not text:
        return _ask_text(action, "progress", "What has been done?", f"progress {action.ref} and a sentence")
    _record(ask, action, add_progress(action, text, ask.today, _quiet(ask, action)))
    return _reply(
        [f"Progress on {action.ref} is noted. Thank you."],
        [Button("Rate it", f"rag {action.ref}"), Button("Undo", "undo")],
    )


@command("evidence REF LINK")
def evidence(ask: Ask) -> Reply:
    """Say where the evidence for an action is: a link, or the place it is kept.

    Example: evidence P2.3c https://example.org/minutes-of-june
    """
    action, words = _find(ask, "evidence")
    text = ask.field("text") or words
    if not text:
        return _ask_text(action, "evidence", "Where is the evidence?", f"evidence {action.ref} and a link")
    _record(ask, action, add_evidence(action, text, _quiet(ask, action)))
    expected = "; ".join(action.expected_evidence)
    more = [f"The plan expects: {expected}"] if expected else []
    return _reply([f"Evidence for {action.ref} is noted.", *more], [Button("Undo", "undo")])


@command("done REF [EVIDENCE]")
def done(ask: Ask) -> Reply:
    """Say that an action is finished, with its evidence or a reason for none.

    The chair of the group that holds it agrees, or returns it. Until then you are not chased.
    Example: done P2.3c https://example.org/report
    """
    action, words = _find(ask, "done")
    text = ask.field("text") or words
    update = propose_closure(action, text, any(said.kind == "evidence" for said in action.said))
    _record(ask, action, update)
    lines = [
        f"{action.ref} is done, awaiting agreement by {_chair(_holding(ask, action))}. You will not be chased for it."
    ]
    buttons = [Button("Undo", "undo")]
    if update.owed:
        lines.append(_OWED["evidence"][0].format(ref=action.ref))
        buttons.insert(0, Button("Add evidence", f"evidence {action.ref}"))
    return _reply(lines, buttons)


@command("slipping REF TIMESCALE [why]")
def slipping(ask: Ask) -> Reply:
    """Propose a new timescale and say why. The first one is never overwritten.

    The chair of the group that holds the action agrees, or returns it.
    Example: slipping P2.3c Dec-22 waiting on the data agreement
    """
    action, words = _find(ask, "slipping")
    typed = ask.field("timescale")
    terms = ask.calendar.half_terms
    if typed:
        new: Timescale | None = parse_timescale(typed, terms, ask.today)
        reason = ask.field("reason")
    elif words:
        new, reason = split_timescale(words, ask.today, terms)
    else:
        return Form(
            f"A new timescale for {action.ref}",
            f"slipping {action.ref}",
            (
                Field("timescale", "New timescale", hint="A month such as Dec-22, or a day such as 16 December 2022"),
                Field("reason", "Why is it slipping?", "text", required=False),
            ),
            f"Which new timescale? Type for example: slipping {action.ref} Dec-22 and why.",
        )
    update = propose_timescale(action, new, reason, ask.today)
    _record(ask, action, update)
    proposed = update.timescale.reading if update.timescale else ""
    lines = [
        f"{update.value} ({proposed}) is proposed for {action.ref} in place of {action.timescale.text or 'none'}. "
        f"It counts once {_chair(_holding(ask, action))} agrees."
    ]
    buttons = [Button("Undo", "undo")]
    if update.owed:
        lines.append(f"Why is it slipping? Type: progress {action.ref} and the reason.")
        buttons.insert(0, Button("Say why", f"progress {action.ref}"))
    return _reply(lines, buttons)


@command("mitigation REF WHAT; WHO; BY WHEN")
def mitigation(ask: Ask) -> Reply:
    """Say what is being done about a risk, who does it and by when. It is reminded as a timescale is.

    Example: mitigation P2.3c a temporary import by hand; BIA; 30 September 2022
    """
    action, words = _find(ask, "mitigation")
    what, who, by = ask.field("what"), ask.field("who"), ask.field("by")
    if not what and words:
        parts = [part.strip() for part in words.split(";")]
        what, who, by = (*parts, "", "")[:3]
    if not what:
        return Form(
            f"The mitigation for {action.ref}",
            f"mitigation {action.ref}",
            (
                Field("what", "What is being done?", "text"),
                Field("who", "Who does it?", value=action.owners[0].text if action.owners else "", hint="A role"),
                Field("by", "By when?", hint="A month such as Dec-22, or a day"),
            ),
            f"Type: mitigation {action.ref} what; who; by when.",
        )
    when = parse_timescale(by, ask.calendar.half_terms, ask.today) if by else None
    if when is not None and when.due_on is None:
        raise UserError(
            f"“{by}” could not be read as a date. Type for example: mitigation {action.ref} {what}; {who}; Dec-22"
        )
    _record(ask, action, add_mitigation(action, what, who, when))
    lines = [f"The mitigation for {action.ref} is noted: {what}."]
    if not who or when is None:
        missing = " and ".join([*([] if who else ["who does it"]), *([] if when else ["by when"])])
        lines.append(f"Please also say {missing}: mitigation {action.ref} {what}; {who or 'WHO'}; {by or 'BY WHEN'}.")
    elif when.due_on:
        lines.append(f"{who} is asked by {say_date(when.due_on)}. When it is in place: inplace {action.ref}.")
    return _reply(lines, [Button("It is in place", f"inplace {action.ref}"), Button("Undo", "undo")])


@command("inplace REF")
def inplace(ask: Ask) -> Reply:
    """Say that the mitigation of an action is in place. Until then reports say "written, not in place".

    Example: inplace P2.3c
    """
    action, _words = _find(ask, "inplace")
    _record(ask, action, confirm_mitigation(action))
    return _reply([f"The mitigation for {action.ref} is in place. Thank you."], [Button("Undo", "undo")])


@command("nochange REF …")
def nochange(ask: Ask) -> Reply:
    """Say that nothing has changed for one action or several. It answers the reminder; it is not progress.

    Example: nochange P2.3c P2.4a
    """
    return _tap(ask, "nochange", "no change")


@command("going REF …", shown=False)
def going(ask: Ask) -> Reply:
    """Say that an action on your starting list is still going.

    Example: going P2.3c
    """
    return _tap(ask, "going", "still going")


@command("notmine REF")
def notmine(ask: Ask) -> Reply:
    """Say that an action is not yours. The programme office hears, and you are not chased for ten working days.

    Example: notmine P2.3c
    """
    action, _words = _find(ask, "notmine")
    _record(ask, action, disown(action, ask.calendar.add_working_days(ask.today, ask.policy.answer_lasts)))
    on = ask.calendar.add_working_days(ask.today, 1)
    words = f"{ask.actor.label} says it is not theirs"
    ledger.plan(ask.tx, [Rung(on, "not_mine", action.ref, words, person.id) for person in ask.office], ask.now)
    return _reply(
        [f"The programme office will hear that {action.ref} is not yours. I leave you in peace for ten working days."],
        [Button("Undo", "undo")],
    )


@command("snooze REF DATE")
def be_quiet(ask: Ask) -> Reply:
    """Ask for quiet about an action until a date before its group's next meeting.

    Example: snooze P2.3c 3 October
    """
    action, words = _find(ask, "snooze")
    typed = ask.field("until") or words
    if not typed:
        return Form(
            f"Quiet about {action.ref}",
            f"snooze {action.ref}",
            (Field("until", "Until which day?", "date"),),
            f"Until when? Type for example: snooze {action.ref} 3 October.",
        )
    when = parse_timescale(typed, ask.calendar.half_terms, ask.today)
    if when.due_on is None:
        raise UserError(f"“{typed}” could not be read as a date. Type for example: snooze {action.ref} 3 October")
    holding = _holding(ask, action)
    meeting = holding.next_meeting(ask.now) if holding else None
    update = snooze(action, when.due_on, ask.today, ask.calendar.today(meeting.starts_at) if meeting else None)
    _record(ask, action, update)
    return _reply([f"I say nothing about {action.ref} until {say_date(when.due_on)}."], [Button("Undo", "undo")])


@command("undo")
def undo(ask: Ask) -> Reply:
    """Take back your last change, for 24 hours after it. The history keeps both.

    Example: undo
    """
    rows = list_rows(ask.tx, actor=ask.actor.key, most=100)
    undone = {row.facts["undoes"] for row in rows if row.verb == "undo"}
    for row in rows:
        if row.verb not in _UNDOABLE or row.number in undone or row.ref is None:
            continue
        if ask.now - row.at > UNDO_FOR:
            break
        alarm = undo_update(ask.tx, row, ask.actor, now=ask.now, account=ask.request.account)
        lines = [f"Undone: {_UNDOABLE[row.verb].format(ref=row.ref)}."]
        if alarm is not None:
            lines.append(_recall(ask, row.ref, alarm.number))
        return _reply(lines, [Button(f"Show {row.ref}", f"action {row.ref}")])
    raise UserError("You have changed nothing in the last 24 hours that can be undone.")


_UNDOABLE = {
    "rag": "the rating of {ref}",
    "progress": "the progress entry on {ref}",
    "evidence": "the evidence for {ref}",
    "answer": "your answer on {ref}",
    "not_mine": "that {ref} is not yours",
    "done": "that {ref} is done",
    "slipping": "the new timescale proposed for {ref}",
    "snooze": "the quiet about {ref}",
    "mitigation": "the mitigation of {ref}",
    "in_place": "that the mitigation of {ref} is in place",
    "agree": "the agreement on {ref}",
    "return": "the return of {ref}",
    "ack": "the acknowledgement of {ref}",
}


def _find(ask: Ask, word: str) -> tuple[Action, str]:
    """The action a command names, which the actor may update, and the rest of the words."""
    typed, rest = split_ref(ask.words)
    if not typed:
        raise UserError(
            f"Which action? Type for example: {word} P2.3c {'' if not ask.words else ask.words[:60]}".rstrip()
        )
    action = get_action(ask.tx, typed, ask.directory, word)
    if not may(ask.actor, "update", action, _holding(ask, action)):
        raise UserError(compose_refusal("update", action, _holding(ask, action)))
    return action, rest


def _holding(ask: Ask, action: Action) -> Group | None:
    return find_holding_group(action.focus_area, action.priority, ask.groups)


def _chair(holding: Group | None) -> str:
    return f"the chair of {holding.name}" if holding else "the chair of its group"


def _quiet(ask: Ask, action: Action) -> date | None:
    return quiet_after(action, ask.actor.bodies or action.bodies, ask.today, ask.calendar, ask.policy)


def _record(ask: Ask, action: Action, update: Update) -> int:
    return record_update(ask.tx, action, update, ask.actor, now=ask.now, today=ask.today, account=ask.request.account)


def _tap(ask: Ask, word: str, kind: str) -> Reply:
    refs = []
    words = ask.words
    while words:
        action, words = _find(replace(ask, words=words), word)
        _record(ask, action, answer(action, "no change" if kind == "no change" else "still going", _quiet(ask, action)))
        refs.append(action.ref)
    if not refs:
        raise UserError(f"Which action? Type for example: {word} P2.3c")
    return _reply([f"Noted: {kind} on {', '.join(refs)}. Thank you."], [Button("Undo", "undo")])


def _split_rating(ask: Ask, words: str) -> tuple[Rag | None, str]:
    """The rating that words begin with, however it was typed, and the reason after it."""
    if chosen := ask.field("rating"):
        return parse_rag(chosen), words
    parts = words.split(None, 2)
    for n in (2, 1):
        found = find_rag(" ".join(parts[:n])) if len(parts) >= n else None
        if found:
            rest = " ".join(parts[n:]).lstrip(":,- ")
            return found, rest.removeprefix("because ").strip() if rest.startswith("because ") else rest
    return None, words


def _typed(rating: Rag) -> str:
    return rating.value.replace("_", "-")


def _ask_rating(action: Action) -> Form:
    options = tuple(Option(str(LOOKS[one]), one.value) for one in Rag)
    return Form(
        f"Rate {action.ref}",
        f"rag {action.ref}",
        (
            Field("rating", "Rating", "choice", options=options, value=action.rag or ""),
            Field("reason", "Why?", "text", required=False, hint="Needed for at risk, vulnerable and deferred"),
        ),
        f"How is {action.ref}? Type: rag {action.ref} at-risk, vulnerable, on-track or deferred, and why.",
    )


def _ask_reason(action: Action, rating: Rag) -> Form:
    word = LOOKS[rating].word.lower()
    return Form(
        f"Why is {action.ref} {word}?",
        f"rag {action.ref} {_typed(rating)}",
        (Field("reason", "Reason", "text"),),
        f"{action.ref} is already {word}. Say why: rag {action.ref} {_typed(rating)} and the reason.",
    )


def _ask_text(action: Action, word: str, label: str, typed: str) -> Form:
    return Form(
        f"{action.ref}: {label}", f"{word} {action.ref}", (Field("text", label, "text"),), f"{label} Type: {typed}."
    )


def _reply(lines: Sequence[str], buttons: Sequence[Button]) -> Message:
    text = " ".join(lines)
    blocks: tuple[Block, ...] = (Text(text), Buttons(tuple(buttons)))
    return Message(text, blocks)


def _near_groups(ask: Ask, holding: Group | None) -> list[Group]:
    return list({group.id: group for group in (holding, find_strategic_group(ask.groups)) if group}.values())


def _told(ask: Ask, action: Action, holding: Group | None, kind: Rag) -> list[Told]:
    return list_told(action, action.bodies, kind, _near_groups(ask, holding), ask.leads, ask.office, ask.actor.key)


def _escalate(ask: Ask, action: Action, holding: Group | None, kind: Rag, number: int, *, explained: bool) -> str:
    """Queue the notices of an alarm, and say who will be told and when."""
    told = _told(ask, action, holding, kind)
    who = _say_told(told)
    if kind is Rag.VULNERABLE:
        on = ask.calendar.add_working_days(ask.today, 1)
        rungs = [Rung(on, "vulnerable", action.ref, f"alarm {number}", each.person.id) for each in told if each.person]
        ledger.plan(ask.tx, rungs, ask.now)
        return f"With their next reminders, from {say_date(on)}, I tell {who}."
    due = _alarm_due(ask, explained=explained)
    for each in told:
        if each.person:
            facts = {"number": number, "ref": action.ref, "person": each.person.id}
            key = f"notice:{action.ref}:{number}:{each.person.id}"
            outbox.say(ask.tx, key, "notice", each.person.address, due_at=due, facts=facts)
    return f"{_say_when(ask, due)} I tell {who}."


def _hasten(ask: Ask, action: Action, number: int) -> str:
    """The reason has come: notices that still wait for it leave fifteen minutes from now."""
    due = _alarm_due(ask, explained=True)
    waiting = outbox.list_lines(ask.tx, key_starts=f"notice:{action.ref}:{number}:", states=["due"])
    moved = [line for line in waiting if line.due_at > due and outbox.move(ask.tx, line.key, due)]
    return f"Thank you. {_say_when(ask, due)} the others hear of it." if moved else "Thank you, the reason is noted."


def _recall(ask: Ask, ref: str, number: int) -> str:
    """An alarm was undone: what has not left stays, and whoever had it hears that it was withdrawn."""
    lines = outbox.list_lines(ask.tx, key_starts=f"notice:{ref}:{number}:")
    outbox.drop_due(ask.tx, [line.key for line in lines], "the rating was undone before it left", ask.now)
    told = [line for line in lines if line.state in ("sent", "sending", "claimed")]
    for line in told:
        key = line.key.replace("notice:", "correction:", 1)
        outbox.say(ask.tx, key, "correction", line.address, due_at=ask.now, facts=line.facts)
    return "Those who were told hear that it was withdrawn." if told else "Nobody had been told."


def _alarm_due(ask: Ask, *, explained: bool) -> datetime:
    if explained:
        return ask.calendar.next_sending(ask.now + ask.policy.alarm_delay)
    return ask.calendar.add_working_hours(ask.now, ask.policy.alarm_delay_unexplained)


def _say_when(ask: Ask, due: datetime) -> str:
    local = ask.calendar.local(due)
    day = "" if local.date() == ask.today else f" on {local:%A} {say_date(local.date())}"
    return f"At {local:%H:%M}{day}"


def _say_told(told: Sequence[Told]) -> str:
    """Everyone who will hear, by what they are; a role with nobody in it is said to be empty."""
    whys = [each.why if each.person else f"{each.why} (nobody is set)" for each in told]
    once = list(dict.fromkeys(f"the {why}" for why in whys))
    if not once:
        return "nobody yet: the programme office has set no chairs"
    return once[0] if len(once) == 1 else ", ".join(once[:-1]) + " and " + once[-1]

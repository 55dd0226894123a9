"""What owners say of their actions."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Literal

from bot.commands import Ask, command, compose_reply
from bot.commands.several import find_meant, list_months, say_left, stop_rest, stop_time
from programme.calendar import say_date
from programme.facts import Action, Rung
from programme.leftovers import names_rest
from programme.messages import Button, Field, Form, Reply, UserError
from programme.permissions import find_deciding_group, say_decider
from programme.quotes import unquote
from programme.timescales import (
    Timescale,
    find_just_past,
    find_like_a_date,
    name_timescale,
    parse_timescale,
    refuse_just_past,
    say_next_day,
    say_next_month,
    split_timescale,
)
from programme.updates import (
    add_evidence,
    add_mitigation,
    add_progress,
    answer,
    confirm_mitigation,
    disown,
    propose_closure,
    propose_timescale,
    snooze,
)
from storage import ledger
from storage.actions import get_action

_UNDO = Button("Undo", "undo")
_TOWARDS = re.compile(r"(?:to|till|until|by|beyond|past|into)\b", re.IGNORECASE)  # goes on from `slipping`


@command("progress REF TEXT")
def progress(ask: Ask) -> Reply:
    """Add a dated progress entry in your own words.

    Example: progress P2.3c the template is live in 12 schools
    """
    action, words = ask.find("progress")
    text = ask.field("text") or words
    if not text:
        return _ask_text(action, "progress", "What has been done?", f"progress {action.ref} and a sentence")
    ask.record(action, add_progress(action, text, ask.today, ask.quiet(action)))
    return compose_reply(
        [f"Progress on {action.ref} is noted, thank you. To rate it as well: rag {action.ref}"],
        [Button("Rate it", f"rag {action.ref}"), _UNDO],
    )


@command("evidence REF LINK")
def evidence(ask: Ask) -> Reply:
    """Say where the evidence for an action is: a link, the place it is kept, or why there is none.

    Example: evidence P2.3c https://example.org/minutes-of-june
    """
    action, words = ask.find("evidence")
    text = ask.field("text") or words
    if not text:
        return _ask_text(action, "evidence", "Where is the evidence?", f"evidence {action.ref} and a link")
    stop_rest("evidence", action, text)
    update = add_evidence(action, text, ask.quiet(action))
    ask.record(action, update)
    if update.entry == "reason":
        return compose_reply([f"Why there is no evidence for {action.ref} is noted."], [_UNDO])
    expected = "; ".join(action.expected_evidence)
    more = [f"The plan expects: {expected}"] if expected else []
    return compose_reply([f"Evidence for {action.ref} is noted, thank you.", *more], [_UNDO])


@command("done REF [EVIDENCE]")
def done(ask: Ask) -> Reply:
    """Say that an action is finished, with its evidence or a reason for none.

    The chair of the group that holds it agrees, or returns it. Until then you are not chased.
    Example: done P2.3c https://example.org/report
    """
    action, words = (replace(ask, words="") if names_rest(ask.words) else ask).find("done")
    text = ask.field("text") or words
    stop_rest("done", action, text)
    if text and action.proposal and action.proposal.kind == "closure":
        ask.record(action, add_evidence(action, text, ask.quiet(action)))
        return compose_reply([f"{action.ref} is done already; what you say of its evidence is added."], [_UNDO])
    update = propose_closure(action, text)
    ask.record(action, update)
    lines = [
        f"{action.ref} is done, awaiting agreement by {_say_decider(ask, action)}. Nobody is reminded of it until then."
    ]
    if not update.owed:
        return compose_reply(lines, [_UNDO])
    lines.append(f"Where is the evidence? Type: evidence {action.ref} and a link, or say why there is none.")
    return compose_reply(lines, [Button("Add evidence", f"evidence {action.ref}"), _UNDO])


@command("slipping REF TIMESCALE [why]")
def slipping(ask: Ask) -> Reply:
    """Propose a new timescale and say why. The first one is never overwritten.

    The chair of the group that holds the action agrees, or returns it.
    Example: slipping P2.3c Dec-22 waiting on the data agreement
    """
    action, words = ask.find("slipping")
    typed, reason = ask.field("timescale"), ask.field("reason")
    terms = ask.calendar.half_terms
    refuse_just_past(typed or words, ask.today, "timescale")
    if typed:
        new: Timescale | None = parse_timescale(typed, terms, ask.today)
    else:
        new, words = split_timescale(words, ask.today, terms)
        reason = reason or words
    example = f"slipping {action.ref} {say_next_month(ask.today)}"
    if new is None and not typed and (like := find_like_a_date(words)):
        raise UserError(
            f"“{like[:40]}” is not a date I can read, so please type for example: {example} and why.",
            field="timescale",
        )
    stop_rest("slipping", action, reason)
    if new is None and reason:
        offered = list_months(action, reason, ask.today)
        if _TOWARDS.match(reason):
            reason = f"slipping {reason}"
        else:
            stop_time(action, reason, offered, ask.today)
        # What was said is kept; the date it lacks is asked for.
        ask.record(action, add_progress(action, reason, ask.today, action.quiet_until))
        return compose_reply(
            [
                f"Your words are kept as progress on {action.ref}. Which new timescale does it need? "
                f"Type for example: {example}"
            ],
            [*offered, _UNDO],
        )
    if new is None:
        proposed = action.proposal if action.proposal and action.proposal.timescale else None
        return Form(
            f"New timescale for {action.ref}",
            f"slipping {action.ref}",
            (
                Field(
                    "timescale",
                    "New timescale",
                    value=proposed.timescale.text if proposed and proposed.timescale else "",
                    hint=f"A month such as {say_next_month(ask.today)}, or a day such as {_say_later(ask)}",
                ),
                Field(
                    "reason",
                    "Why is it slipping?",
                    "text",
                    required=False,
                    value=proposed.words if proposed else "",
                ),
            ),
            f"Which new timescale? Type for example: {example} and why.",
        )
    new = name_timescale(new, terms)
    update = propose_timescale(action, new, reason, ask.today)
    ask.record(action, update)
    lines = [
        f"{new.text} ({new.reading}) is proposed for {action.ref} in place of {action.timescale.text or 'none'}. "
        f"It counts once {_say_decider(ask, action)} agrees; nobody is reminded of it until then."
    ]
    if not update.owed:
        return compose_reply(lines, [_UNDO])
    lines.append(f"Why is it slipping? Type: progress {action.ref} and the reason.")
    return compose_reply(lines, [Button("Say why", f"progress {action.ref}"), _UNDO])


@command("mitigation REF WHAT; WHO; BY WHEN")
def mitigation(ask: Ask) -> Reply:
    """Say what is being done about a risk, who does it and by when. It is reminded as a timescale is.

    Example: mitigation P2.3c a temporary import by hand; BIA; 30 September 2022
    """
    action, words = ask.find("mitigation")
    what, who, by = ask.field("what"), unquote(ask.field("who")), ask.field("by")
    if not what and words:
        parts = [unquote(part) for part in words.split(";")]
        what, who, by = ("; ".join(parts[:-2]), *parts[-2:]) if len(parts) > 2 else (*parts, "", "")[:3]
    who = _name_speaker(ask, action) if who.lower() in ("me", "myself", "i") else who
    if not what:
        return Form(
            f"Mitigation for {action.ref}",
            f"mitigation {action.ref}",
            list_mitigation_fields(ask, action),
            f"Type: mitigation {action.ref} what; who; by when.",
        )
    when = parse_timescale(by, ask.calendar.half_terms, ask.today) if by else None
    dated = when is not None and when.due_on is not None and when.due_on >= ask.today
    if ask.field("by"):
        refuse_just_past(by, ask.today, "by")
    if when and not dated and ask.field("by"):  # the form is still open: it is mended there
        what_is_wrong = "past" if when.due_on else "not a date I can read"
        raise UserError(f"“{by[:60]}” is {what_is_wrong}: give for example {_say_later(ask)}", field="by")
    ask.record(action, add_mitigation(action, what, who, when if dated else None))
    lines = [f"The mitigation for {action.ref} is noted: {what}."]
    if dated and who and when and when.due_on:
        named = ask.directory.resolve(who)
        asked = who if named.people else f"{who} (whom I cannot write to yet)"
        lines.append(f"It is for {asked} by {say_date(when.due_on)}. Once it is in place: inplace {action.ref}")
    else:
        missing = " and ".join([*([] if who else ["who does it"]), *([] if dated else ["by when"])])
        why = f"“{by}” is {'past' if when and when.due_on else 'not a date I can read'}. " if by and not dated else ""
        why = f"{when.doubt} " if when and find_just_past(by, ask.today) else why
        example = f"mitigation {action.ref} {what}; {who or 'WHO'}; {by if dated else _say_later(ask)}"
        lines.append(f"{why}Please also say {missing}, for example: {example}")
    return compose_reply(lines, [Button("It is in place", f"inplace {action.ref}"), _UNDO])


@command("inplace REF")
def inplace(ask: Ask) -> Reply:
    """Say that the mitigation of an action is in place. Until then reports say "written, not in place".

    Whoever does it may say so, and the action's owners.
    Example: inplace P2.3c
    """
    action, _words = ask.find("inplace", "confirm")
    ask.record(action, confirm_mitigation(action))
    return compose_reply([f"The mitigation for {action.ref} is in place, thank you."], [_UNDO])


@command("nochange REF …")
def nochange(ask: Ask) -> Reply:
    """Say that nothing has changed for one action or several. It answers the reminder; it is not progress.

    Words after the references are noted as progress. With “and the rest” after them, or “all” alone, it is also said of
    what else your last reminder asked and is neither overdue nor due before the meeting; what is left is named.
    Example: nochange P2.3c P2.1d
    """
    return _answer(ask, "nochange", "no change")


@command("going REF …")
def going(ask: Ask) -> Reply:
    """Say that an action on your starting list is still going.

    With “all” it is said of those that are neither overdue nor due before the meeting; what is left is named.
    Example: going P2.3c
    """
    return _answer(ask, "going", "still going")


@command("notmine REF …")
def notmine(ask: Ask) -> Reply:
    """Say that an action is not yours. The programme office hears, and you are not chased for ten working days.

    Example: notmine P2.3c ask the data team
    """
    meant = find_meant(ask, "notmine")
    actions, words = meant.actions, meant.words
    if not words:
        actions = [one for one in actions if not _has_disowned(ask, one)]
    if not actions:
        return compose_reply(["You have said so already; the office has been told."])
    lasts = ask.policy.answer_lasts
    quiet = ask.calendar.add_working_days(ask.today, lasts)
    on = ask.calendar.add_working_days(ask.today, 1)
    for action in actions:
        number = ask.record(action, disown(action, words, quiet))
        rungs = [Rung(on, "not_mine", action.ref, f"row {number}", person.id) for person in ask.office]
        ledger.plan(ask.tx, rungs, ask.now)
    refs = _and([action.ref for action in actions])
    return compose_reply(
        [
            f"The programme office hears that {refs} {'is' if len(actions) == 1 else 'are'} not yours. "
            f"Nobody is reminded of {'it' if len(actions) == 1 else 'them'} "
            f"for {'ten' if lasts == 10 else lasts} working {'day' if lasts == 1 else 'days'}."
        ],
        [_UNDO],
    )


def _has_disowned(ask: Ask, action: Action) -> bool:
    """Whether the last thing they said of an action is that it is not theirs, and that still keeps it quiet."""
    last = next((said for said in reversed(action.said) if said.by == ask.actor.key), None)
    quiet = action.quiet_until is not None and action.quiet_until >= ask.today
    return last is not None and last.kind == "not_mine" and quiet and action.state == "open"


@command("snooze REF DATE [why]")
def be_quiet(ask: Ask) -> Reply:
    """Ask for quiet about an action until a date before its group's next meeting.

    Example: snooze P2.3c 3 October on leave
    """
    action, words = ask.find("snooze")
    typed, terms = ask.field("until"), ask.calendar.half_terms
    if not typed and not words:
        return Form(
            f"Quiet about {action.ref}",
            f"snooze {action.ref}",
            (Field("until", "Until which day?", "date", value=_find_quiet_day(action, ask.today)),),
            f"Until when? Type for example: snooze {action.ref} {say_next_day(ask.today)}",
        )
    refuse_just_past(typed or words, ask.today, "until")
    when, reason = (parse_timescale(typed, terms, ask.today), "") if typed else split_timescale(words, ask.today, terms)
    if when is None or when.due_on is None:
        said = typed or words
        raise UserError(
            f"“{said[:60]}” does not begin with a date I can read: type for example snooze {action.ref} "
            f"{say_next_day(ask.today)}",
            field="until",
        )
    holding = ask.holding(action)
    meeting = holding.next_meeting(ask.now) if holding else None
    meets_on = ask.calendar.today(meeting.starts_at) if meeting else None
    ask.record(action, snooze(action, when.due_on, reason, ask.today, meets_on))
    return compose_reply([f"Nobody is reminded of {action.ref} until {say_date(when.due_on)} has passed."], [_UNDO])


def list_mitigation_fields(ask: Ask, action: Action) -> tuple[Field, ...]:
    """What is asked of a mitigation, filled in with the one there is unless it is in place."""
    known = action.mitigation if action.mitigation and not action.mitigation.in_place_at else None
    who = known.who if known else action.owners[0].text if action.owners else ""
    return (
        Field("what", "What is being done?", "text", value=known.text if known else ""),
        Field("who", "Who does it?", value=who, hint="A role"),
        Field(
            "by",
            "By when?",
            value=known.by_text if known else "",
            hint=f"A month such as {say_next_month(ask.today)}, or a day",
        ),
    )


def _name_speaker(ask: Ask, action: Action) -> str:
    """The role by which whoever is speaking owns the action, else one of theirs, else how they are called."""
    own = [owner.text for owner in action.owners if ask.actor.person in owner.people]
    return next(iter([*own, *ask.actor.roles]), ask.actor.label)


def _find_quiet_day(action: Action, today: date) -> str:
    """The day that quiet was asked for or given until, as a form has it; "" where it is past."""
    return action.quiet_until.isoformat() if action.quiet_until and action.quiet_until > today else ""


def _say_later(ask: Ask) -> str:
    return say_date(ask.today + timedelta(weeks=4))


def _say_decider(ask: Ask, action: Action) -> str:
    """Who agrees what has just been proposed."""
    proposed, _ = get_action(ask.tx, action.ref, ask.directory)
    return say_decider(find_deciding_group(proposed, ask.groups))


def _ask_text(action: Action, word: str, label: str, typed: str) -> Form:
    return Form(
        f"{action.ref}: {label}", f"{word} {action.ref}", (Field("text", label, "text"),), f"{label} Type: {typed}."
    )


def _answer(ask: Ask, word: str, kind: Literal["no change", "still going"]) -> Reply:
    """A tap on one action or several; words written with it are progress. What is done already needs no answer."""
    meant = find_meant(ask, word)
    actions, words = meant.actions, meant.words
    waiting = [one for one in actions if one.state == "open" and one.proposal and one.proposal.kind == "closure"]
    answered = [one for one in actions if one not in waiting]
    for action in answered:
        ask.record(action, answer(action, kind, ask.quiet(action)))
    for action in actions if words else ():
        ask.record(action, add_progress(action, words, ask.today, ask.quiet(action)))
    lines = []
    if answered:
        also = ", and your words as progress" if words else ""
        lines.append(f"Noted: {kind} on {_and([one.ref for one in answered])}{also}. Thank you.")
    elif words:
        lines.append(f"Your words are noted as progress on {_and([one.ref for one in actions])}.")
    for one in waiting:
        decider = say_decider(find_deciding_group(one, ask.groups))
        lines.append(f"{one.ref} is done, awaiting agreement by {decider}, so there is nothing to do.")
    return compose_reply([*lines, *say_left(meant.left)], [_UNDO] if answered or words else [])


def _and(refs: list[str]) -> str:
    return refs[0] if len(refs) == 1 else f"{', '.join(refs[:-1])} and {refs[-1]}"

"""Rating an action, and the alarm that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.commands import Ask, command, compose_reply
from bot.commands.update import done
from jobs.closing import list_heard
from programme.calendar import say_date
from programme.escalation import Told, list_told, list_told_rungs
from programme.facts import Action, Escalation, find_strategic_group
from programme.leftovers import names_rest
from programme.messages import Button, Field, Form, Option, Reply, UserError
from programme.pausing import say_after
from programme.permissions import find_deciding_group, may, owns, say_decider
from programme.rag import LOOKS, Rag, find_rag, split_complete, split_rag
from programme.school import Calendars
from programme.timescales import say_next_month
from programme.updates import Update, change_rag, list_alarmed
from storage import ledger, outbox
from storage.people import label_of, list_persons
from storage.programme import find_resuming, is_paused

_JUST_NOW = timedelta(hours=1)  # so long ago, two people rate the same thing at once


@command("rag REF RATING [why]")
def rag(ask: Ask) -> Reply:
    """Rate an action: at-risk, vulnerable, on-track or deferred, and say why.

    Red, amber and green work too; for blue, say done. At risk and vulnerable are escalated a little later, so that you
    can undo.
    Example: rag P2.3c at-risk the supplier has not signed
    """
    action, words = ask.find("rag")
    rating, reason = _read_rating(ask, words)
    if rating is None:
        if chosen := ask.field("rating"):
            raise UserError(
                f"“{chosen[:40]}” is not a rating: choose at risk, vulnerable, on track or deferred.", field="rating"
            )
        evidence = split_complete(words)
        if evidence is not None:
            return done(replace(ask, words=f"{action.ref} {evidence}"))
        if words:
            raise UserError(
                f"“{words.split()[0][:40]}” is not a rating: use at-risk, vulnerable, on-track or deferred.",
                tuple(Button(str(LOOKS[one]), f"rag {action.ref} {one.typed}") for one in Rag),
            )
        return _ask_rating(action)
    if names_rest(reason):
        raise UserError(
            "Nothing is noted yet, as a rating is given to one action at a time: name each by its reference.",
            (Button(action.ref, f"rag {action.ref} {rating.typed}"),),
        )
    alarm = action.escalation
    owner = owns(ask.actor, action)
    again = action.rag == rating and action.rag_by == ask.actor.key and not reason and not action.reason
    if again and (rating is not Rag.ON_TRACK or not owner):
        return _ask_reason(action, rating)
    decides = may(ask.actor, "decide", action, ask.holding(action))
    update = change_rag(action, rating, reason, ask.actor, ask.today, ask.quiet(action), owner=owner, decides=decides)
    number = ask.record(action, _see(ask, action, update))
    if action.rag == rating:
        lines = [f"{action.ref} is still {LOOKS[rating]}."]
    else:
        lines = [f"{action.ref} is now {LOOKS[rating]} (was {action.look})."]
    if action.proposal and action.proposal.kind == "closure":
        decider = say_decider(find_deciding_group(action, ask.groups))
        lines.append(f"It was said to be done, and still waits for {decider} to agree that or return it.")
    if update.alarm == "raise":
        lines.append(_escalate(ask, action, rating, number, explained=bool(reason)))
    elif update.alarm == "explain" and alarm:
        lines.append(_hasten(ask, action, alarm.number))
    elif update.alarm == "close":
        lines.append("The alarm about it is closed.")
    elif alarm and alarm.state == "open" and rating is not alarm.kind:
        lines.append(_leave_open(ask, action, alarm, number))
    if (update.alarm or not alarm or alarm.state != "open") and (met := _meet(ask, action, rating, number)):
        lines.append(met)
    if not owner and not (update.alarm == "raise" and rating is Rag.AT_RISK):
        people = [person for each in action.owners for person in each.people]
        if ask.tell(people, action, number):
            lines.append("Its owners hear of this with their next reminders.")
    buttons = []
    for owed in update.owed:
        line, label, typed = _OWED[owed]
        lines.append(line.format(ref=action.ref, rating=rating.typed, month=say_next_month(ask.today)))
        buttons.append(Button(label, typed.format(ref=action.ref, rating=rating.typed)))
    return compose_reply(lines, [*buttons, Button("Undo", "undo")])


# What is owed: the sentence that asks for it, the button and what the button types.
_OWED = {
    "reason": ("Why? Type: rag {ref} {rating} and the reason.", "Say why", "rag {ref} {rating}"),
    "mitigation": (
        "What is being done about it? Type: mitigation {ref} what; who; by when.",
        "Add the mitigation",
        "mitigation {ref}",
    ),
    "timescale": (
        "It needs a new timescale. Type for example: slipping {ref} {month} and why.",
        "New timescale",
        "slipping {ref}",
    ),
    "completion": ("Or, if it is finished: done {ref} and where the evidence is.", "It is done", "done {ref}"),
}


def _read_rating(ask: Ask, words: str) -> tuple[Rag | None, str]:
    """The rating, from the form or typed, and the reason with it."""
    if chosen := ask.field("rating"):
        return find_rag(chosen), ask.field("reason")
    rating, reason = split_rag(words)
    return rating, ask.field("reason") or reason


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
        f"rag {action.ref} {rating.typed}",
        (Field("reason", "Reason", "text"),),
        f"{action.ref} is already {word}. Say why: rag {action.ref} {rating.typed} and the reason.",
    )


def _see(ask: Ask, action: Action, update: Update) -> Update:
    """The update, with the alarm that it raises acknowledged where whoever raises it chairs the holding group."""
    holding = ask.holding(action)
    return replace(update, seen=update.alarm == "raise" and holding is not None and holding.name in ask.actor.chairs)


def _escalate(ask: Ask, action: Action, kind: Rag, number: int, *, explained: bool) -> str:
    """Queue the notices of an alarm, and say who will be told and when."""
    near = {group.id: group for group in (ask.holding(action), find_strategic_group(ask.groups)) if group}
    told = list_told(action, action.bodies, kind, list(near.values()), ask.leads, ask.office, ask.actor.key)
    if not told and any(group.chairs for group in near.values()):
        return "There is nobody else to tell, as you chair the group that would hear of it."
    if not told:
        return "There is nobody else to tell yet, as the programme office has set no other chairs."
    if kind is Rag.VULNERABLE:
        return _warn(ask, action, number, told)
    due = _alarm_due(ask, explained=explained)
    by_time: dict[str, list[Told]] = {}
    timed = [(_wait_for_schools(ask, each.person.id, due) if each.person else due, each) for each in told]
    for due_at, each in sorted(timed, key=lambda one: one[0]):
        by_time.setdefault(_say_when(ask, due_at), []).append(each)
        if each.person:
            facts = {"number": number, "ref": action.ref, "person": each.person.id}
            key = f"notice:{action.ref}:{number}:{each.person.id}"
            outbox.say(ask.tx, key, "notice", each.person.reached_at, due_at=due_at, facts=facts)
    first, *later = [f"{when} I tell {_say_told(some)}" for when, some in by_time.items()]
    return f"{'; '.join([first, *(f'{each[0].lower()}{each[1:]}' for each in later)])}, unless you undo it first."


def _warn(ask: Ask, action: Action, number: int, told: Sequence[Told]) -> str:
    """Plan what is told of a vulnerable action, and say who hears when; who had the alarm that it closes hears now."""
    on = ask.calendar.add_working_days(ask.today, 1)
    ledger.plan(ask.tx, list_told_rungs(told, ask.office, action.ref, number, on, ask.actor.key), ask.now)
    was = action.escalation
    closed = was is not None and was.state == "open" and was.kind is Rag.AT_RISK
    heard = list_heard(ask.tx, action.ref, was) if was and closed else {}
    lines = ["Whoever heard that it was at risk hears that it is vulnerable now."] if heard else []
    if rest := [each for each in told if each.person is None or each.person.id not in heard]:
        who = _say_told(rest)
        usual = f"With their next reminders, from {say_date(on)}, I tell {who}."
        paused = _say_pause(ask, on)
        lines.append(f"{paused} I tell {who} with their next reminders." if paused else usual)
    return " ".join(lines)


def _hasten(ask: Ask, action: Action, number: int) -> str:
    """The reason has come: notices that still wait for it leave fifteen minutes from now."""
    due = _alarm_due(ask, explained=True)
    waiting = outbox.list_lines(ask.tx, key_starts=f"notice:{action.ref}:{number}:", states=["due"])
    sooner = [(line, _wait_for_schools(ask, line.facts["person"], due)) for line in waiting]
    moved = [line for line, at in sooner if line.due_at > at and outbox.move(ask.tx, line.key, at)]
    return f"Thank you. {_say_when(ask, due)} the others hear of it." if moved else "Thank you, the reason is noted."


def _leave_open(ask: Ask, action: Action, alarm: Escalation, number: int) -> str:
    """A colleague's alarm stands until they, or the chair, agree that it is over: they are told how."""
    holding = ask.holding(action)
    raised_by = list_alarmed(action, alarm) - {ask.actor.key}
    colleagues = [one for one in list_persons(ask.tx).values() if one.address in raised_by]
    ask.tell([*colleagues, *(holding.chairs if holding else ())], action, number)
    labels = [label_of(ask.tx, one.address, ask.today) for one in colleagues]
    who = [*labels, f"the chair of {holding.name}" if holding else "the programme office"]
    return f"The alarm stays open until {' or '.join(who)} agrees; they hear of it with their next reminders."


def _meet(ask: Ask, action: Action, rating: Rag, number: int) -> str:
    """What is said where somebody else rated it otherwise just now: both stand in the history, and they hear of it."""
    if action.rag is None or action.rag_at is None or action.rag_by in ("", ask.actor.key) or action.rag == rating:
        return ""
    if ask.now - action.rag_at > _JUST_NOW:
        return ""
    who, at = label_of(ask.tx, action.rag_by, ask.today), ask.calendar.local(action.rag_at)
    told = ask.tell([one for one in list_persons(ask.tx).values() if one.address == action.rag_by], action, number)
    hear = ", and they hear of it" if told else ""
    return f"{who} rated it {action.look} at {at:%H:%M}; yours stands now{hear}."


def _alarm_due(ask: Ask, *, explained: bool) -> datetime:
    if explained:
        return ask.calendar.next_sending(ask.now + ask.policy.alarm_delay)
    return ask.calendar.add_working_hours(ask.now, ask.policy.alarm_delay_unexplained)


def _wait_for_schools(ask: Ask, person: int, due: datetime) -> datetime:
    """When a notice due then goes to somebody: on the schools' next open day where all they hold is a school's."""
    return Calendars(ask.calendar, ask.directory.roles, ask.directory.holders).of(person).next_sending(due)


def _say_pause(ask: Ask, day: date) -> str:
    """That what falls due on a day waits for the end of a pause; "" where it does not."""
    return say_after(find_resuming(ask.tx)) if is_paused(ask.tx, day) else ""


def _say_when(ask: Ask, due: datetime) -> str:
    local = ask.calendar.local(due)
    if paused := _say_pause(ask, local.date()):
        return paused
    day = "" if local.date() == ask.today else f" on {local:%A} {say_date(local.date())}"
    return f"At {local:%H:%M}{day}"


def _say_told(told: Sequence[Told]) -> str:
    """Everyone who will hear, by what they are; a role with nobody in it is said to be empty."""
    whys = [each.why if each.person else f"{each.why} (nobody is set)" for each in told]
    once = list(dict.fromkeys(f"the {why}" for why in whys))
    return once[0] if len(once) == 1 else ", ".join(once[:-1]) + " and " + once[-1]

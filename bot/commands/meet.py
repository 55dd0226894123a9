"""Meetings of the governance groups: when they are, and how the office and the chairs move, cancel and add them."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from bot.commands import Ask, command, compose_reply
from programme.cadence import find_bad_clock, parse_clock
from programme.calendar import say_date
from programme.facts import Group, Meeting
from programme.messages import Block, Bullets, Button, Buttons, Field, Form, Heading, Message, Reply, Text, UserError
from programme.permissions import may_set_meetings
from programme.reminders import plan_meeting
from programme.timescales import find_just_past, parse_timescale, refuse_just_past
from storage.history import record
from storage.meetings import add_meeting, cancel_meeting, confirm_meeting, list_cancelled, move_meeting
from storage.people import find_group, get_group
from storage.renewals import renew_homes

_YEAR = timedelta(days=366)
_WHAT = re.compile(r"(move|cancel|confirm|add)\b\s*", re.IGNORECASE)
_TO = re.compile(r"\s+to\s+(?=\S)", re.IGNORECASE)
_EXAMPLES = {
    "move": "meetings move {} 4 October to 6 October 14:00",
    "cancel": "meetings cancel {} 4 October",
    "confirm": "meetings confirm {} 4 October",
    "add": "meetings add {} 11 October 10:00",
}
_MOST_BUTTONS = 5


@command("meetings [GROUP | move | cancel | confirm | add]")
def meetings(ask: Ask) -> Reply:
    """When the governance groups meet, and when papers are due; with a group's name its year ahead.

    The programme office and the group's chair may add: meetings move SEND Oversight Board 4 October to 6 October 14:00,
    meetings cancel SEND Oversight Board 4 October; confirm in its place keeps a day, and add with a day and a time sets
    one more.
    Example: meetings
    """
    found = _WHAT.match(ask.words)
    if found is None or find_group(ask.groups, ask.words):
        return _show_year(ask, get_group(ask.tx, ask.words, ask.directory)) if ask.words else _show_next(ask)
    what, words = found[1].lower(), ask.words[found.end() :]
    return {"move": _move, "cancel": _cancel, "confirm": _confirm, "add": _add}[what](ask, words)


def _show_next(ask: Ask) -> Message:
    ahead = [(group, meeting) for group in ask.groups if (meeting := group.next_meeting(ask.now))]
    lines = tuple(f"{group.name}: {_say_loop(ask, group, meeting)}" for group, meeting in ahead)
    if not lines:
        words = "No meetings are planned. The programme office adds them: halfterm groups set NAME --meets DATE."
        return Message(words, (Heading("Meetings"), Bullets((words,))))
    return Message("\n".join(lines), (Heading("Meetings"), Bullets(lines)))


def _show_year(ask: Ask, group: Group) -> Message:
    """A group's meetings of the year ahead, those that were cancelled too."""
    ahead = [(one.starts_at, _say_loop(ask, group, one)) for one in group.meetings]
    for one in list_cancelled(ask.tx):
        if one.group == group.name:
            ahead.append((one.starts_at, f"{_say_when(ask, one.starts_at)}; cancelled."))
    lines = tuple(line for at, line in sorted(ahead) if ask.now <= at <= ask.now + _YEAR)
    title = f"Meetings of {group.name}" + (f", {group.cadence}" if group.cadence else "")
    people = [f"Chair: {group.chair}."] if group.chair else []
    people += [f"Members: {', '.join(group.members)}."] if group.members else []
    if not lines:
        return compose_reply([f"{group.name} has no meeting planned.", *people])
    said = " ".join(people)
    blocks: tuple[Block, ...] = (Heading(title), *([Text(said)] if said else []), Bullets(lines))
    if may_set_meetings(ask.actor, group):
        bent = [one for one in group.meetings if one.to_confirm and one.starts_at >= ask.now][:_MOST_BUTTONS]
        taps = tuple(Button(f"Confirm {say_date(ask.calendar.today(one.starts_at))}", _name(ask, one)) for one in bent)
        blocks += (Buttons(taps),) if taps else ()
    return Message("\n".join([f"{title}.", *([said] if said else []), *(f"- {line}" for line in lines)]), blocks)


def _name(ask: Ask, meeting: Meeting) -> str:
    local = ask.calendar.local(meeting.starts_at)
    return f"meetings confirm {meeting.group} {say_date(local.date())} {local:%H:%M}"


def _say_loop(ask: Ask, group: Group, meeting: Meeting) -> str:
    """When a meeting is, the days of its loop, and what has to be known of it."""
    dates = plan_meeting(meeting, group.papers, ask.calendar, ask.policy)
    loop = f"updates asked for {say_date(dates.request)}, chased {say_date(dates.chase)}, " if group.asks else ""
    bent = f"; to be confirmed, as {say_date(meeting.wished_on)} cannot be" if meeting.wished_on else ""
    return f"{_say_when(ask, meeting.starts_at)}; {loop}papers {say_date(dates.papers)}{bent}."


def _say_when(ask: Ask, at: datetime) -> str:
    local = ask.calendar.local(at)
    return f"{local:%A} {say_date(local.date())} at {local:%H:%M}"


def _move(ask: Ask, words: str) -> Reply:
    cuts = list(_TO.finditer(words))
    cut = cuts[-1] if cuts and any(_read_day(ask, words[cuts[-1].end() :])) else None
    group, meeting = _find_meeting(ask, words[: cut.start()] if cut else words, "move")
    local = ask.calendar.local(meeting.starts_at)
    named = f"meetings move {group.name} {say_date(local.date())} {local:%H:%M}"
    if not cut and not ask.request.fields:
        return Form(
            "Move a meeting",
            named,
            (
                Field("on", "Which day instead?", "date", value=local.date().isoformat()),
                Field("at", "At what time?", value=f"{local:%H:%M}"),
            ),
            f"When instead? Type for example: {named} to {say_date(local.date() + timedelta(days=1))} {local:%H:%M}",
            "Move",
        )
    day, at = _read_day(ask, words[cut.end() :]) if cut else _read_form(ask)
    starts_at = ask.calendar.instant(day or local.date(), at or local.time())
    _check_free(ask, group, starts_at)
    move_meeting(ask.tx, group, meeting, starts_at, ask.now, ask.calendar)
    _record(ask, "meeting_move", group, starts_at, was=meeting.starts_at.isoformat())
    group = get_group(ask.tx, group.name, ask.directory)
    moved = next(one for one in group.meetings if one.starts_at == starts_at)
    now_local = ask.calendar.local(starts_at)
    back = (
        f"meetings move {group.name} {say_date(now_local.date())} {now_local:%H:%M} "
        f"to {say_date(local.date())} {local:%H:%M}"
    )
    lines = [f"{group.name} meets {_say_loop(ask, group, moved)}", f"It was {_say_when(ask, meeting.starts_at)}."]
    return compose_reply([*lines, *_doubt(ask, starts_at)], [Button("Move it back", back)])


def _read_form(ask: Ask) -> tuple[date | None, time | None]:
    """The day and time that the form to move a meeting holds; what is empty stays as it was."""
    day, _ = _read_day(ask, ask.field("on"))
    if day is None and ask.field("on"):
        raise UserError(f"“{ask.field('on')[:40]}” is not a day I can read: write it like 6 October 2022.", field="on")
    _, at = _read_day(ask, ask.field("at"))
    if at is None and ask.field("at"):
        raise UserError(f"“{ask.field('at')[:40]}” is not a time I can read: write it like 14:00.", field="at")
    return day, at


def _cancel(ask: Ask, words: str) -> Reply:
    group, meeting = _find_meeting(ask, words, "cancel")
    cancel_meeting(ask.tx, group, meeting.starts_at, ask.now)
    _record(ask, "meeting_cancel", group, meeting.starts_at)
    local = ask.calendar.local(meeting.starts_at)
    again = f"meetings add {group.name} {say_date(local.date())} {local:%H:%M}"
    return compose_reply(
        [f"The meeting of {group.name} on {_say_when(ask, meeting.starts_at)} is cancelled."],
        [Button("Set it again", again)],
    )


def _confirm(ask: Ask, words: str) -> Reply:
    group, meeting = _find_meeting(ask, words, "confirm")
    if meeting.to_confirm:
        confirm_meeting(ask.tx, meeting, ask.now)
        _record(ask, "meeting_confirm", group, meeting.starts_at)
    return compose_reply([f"Confirmed: {group.name} meets {_say_when(ask, meeting.starts_at)}."])


def _add(ask: Ask, words: str) -> Reply:
    group, day, at = _split(ask, words, "add")
    if at is None:
        said = f"{say_date(day)} is past: type for example" if day < ask.today else "Say at what time too, for example:"
        later = day if day >= ask.today else ask.today + timedelta(weeks=4)
        raise UserError(f"{said} meetings add {group.name} {say_date(later)} 10:00")
    starts_at = ask.calendar.instant(day, at)
    _check_free(ask, group, starts_at)
    add_meeting(ask.tx, group.id, starts_at, ask.now, ask.calendar)
    _record(ask, "meeting_add", group, starts_at)
    group = get_group(ask.tx, group.name, ask.directory)
    added = next(one for one in group.meetings if one.starts_at == starts_at)
    return compose_reply([f"{group.name} meets {_say_loop(ask, group, added)}", *_doubt(ask, starts_at)])


def _record(ask: Ask, verb: str, group: Group, starts_at: datetime, **facts: str) -> None:
    about = {"group": group.name, "at": starts_at.isoformat(), **facts}
    record(ask.tx, verb, actor=ask.actor.key, account=ask.request.account, now=ask.now, facts=about)
    renew_homes(ask.tx, ask.now)  # when a group meets stands in its owners' homes too


def _doubt(ask: Ask, at: datetime) -> list[str]:
    return [] if ask.calendar.is_open(ask.calendar.today(at)) else ["That is a closed day: please check it."]


def _check_free(ask: Ask, group: Group, starts_at: datetime) -> None:
    """UserError where no meeting can be set then: it is past, or the group has one."""
    if starts_at <= ask.now:
        raise UserError(f"{_say_when(ask, starts_at)} is past: give a day that is still to come.", field="on")
    if any(one.starts_at == starts_at for one in group.meetings):
        raise UserError(f"{group.name} meets {_say_when(ask, starts_at)} already.", field="on")


def _find_meeting(ask: Ask, words: str, what: str) -> tuple[Group, Meeting]:
    """The meeting still to come that words name by its group and day. UserError where the actor may not change it."""
    group, day, at = _split(ask, words, what)
    there = [one for one in group.meetings if ask.calendar.today(one.starts_at) == day]
    if at is not None:
        there = [one for one in there if ask.calendar.local(one.starts_at).time() == at]
    if len(there) > 1:
        times = " and ".join(f"{ask.calendar.local(one.starts_at):%H:%M}" for one in there)
        raise UserError(f"{group.name} meets on {say_date(day)} at {times}: say which time you mean, after the day.")
    if not there:
        ahead = sorted(one.starts_at for one in group.meetings if one.starts_at >= ask.now)[:3]
        days = ", ".join(say_date(ask.calendar.today(each)) for each in ahead)
        has = f"its next ones are on {days}" if ahead else "it has none to come"
        raise UserError(f"{group.name} has no meeting on {say_date(day)}{f' at {at:%H:%M}' if at else ''}: {has}.")
    if there[0].starts_at <= ask.now:
        raise UserError(f"The meeting of {group.name} on {say_date(day)} is past, so it stays as it was.")
    return group, there[0]


def _split(ask: Ask, words: str, what: str) -> tuple[Group, date, time | None]:
    """The group, day and time of day that words name. UserError where the actor may not change its meetings."""
    tokens = words.split()
    example = next((one.name for one in ask.groups if may_set_meetings(ask.actor, one)), "GROUP")
    for cut in range(len(tokens)):
        day, at = _read_day(ask, " ".join(tokens[cut:]))
        if day is not None:
            if not tokens[:cut]:
                break
            group = get_group(ask.tx, " ".join(tokens[:cut]), ask.directory)
            if not may_set_meetings(ask.actor, group):
                raise UserError(
                    f"Only the chair of {group.name} or the programme office can change its meetings: please ask them."
                )
            return group, day, at
    for cut in reversed(range(1, len(tokens))):
        if found := find_group(ask.groups, " ".join(tokens[:cut])):
            raise _say_unreadable(found, " ".join(tokens[cut:])[:60], what)
    raise UserError(f"Say which group and which day, for example: {_EXAMPLES[what].format(example)}")


def _say_unreadable(group: Group, typed: str, what: str) -> UserError:
    clock = find_bad_clock(typed)
    wrong = f"“{clock}” is no time of day" if clock else f"I cannot read “{typed}” as a day and time"
    return UserError(f"{wrong}: type for example {_EXAMPLES[what].format(group.name)}")


def _read_day(ask: Ask, text: str) -> tuple[date | None, time | None]:
    """A day and a time of day, or one of them; (None, None) where the words are more than that. UserError where they
    are a day just past, which has no year."""
    at, rest = parse_clock(text)
    rest = rest.strip(" ,.")
    if not rest:
        return None, at
    rest = rest.removesuffix(" at")
    if find_just_past(rest, ask.today):
        refuse_just_past(rest, ask.today, "on")
    read = parse_timescale(rest, ask.calendar.half_terms, ask.today)
    return (read.due_on, at) if read.exact and read.due_on else (None, None)

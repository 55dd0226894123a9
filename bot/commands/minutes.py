"""Pasted minutes: each line that names an action waits to be confirmed, and nothing is changed before that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from textwrap import shorten

from bot.commands import Ask, command, compose_reply
from bot.commands.minute import find_day, record_reading, say_meeting
from bot.commands.whose_minutes import find_group_of, refuse_unknown, split_head
from jobs.minuting import list_minutes, may_settle_line
from programme.facts import Action, Actor, Group
from programme.messages import Block, Button, Buttons, Field, Form, Heading, Message, Option, Reply, Text, UserError
from programme.minutes import (
    Reading,
    looks_like_minutes,
    read_minute,
    read_minutes,
    say_reading,
)
from programme.permissions import may, may_agree, say_decider
from programme.quotes import split_quoted
from programme.refs import is_certain, nearest_refs
from storage.actions import get_action, list_actions, list_focus_area, names_action
from storage.db import Tx
from storage.history import get_head
from storage.minutes import ASIDE, Draft, add_draft, find_draft, list_refs, name_draft, settle_draft
from storage.owned import list_owned_refs
from storage.people import Directory, find_group

_UNDO = Button("Undo", "undo")
_PAGE = 10  # lines that are shown at once
_SHOWN = 300  # characters of a line that are; the history has it whole
_MOST_NEAR = 5
_SETTLES = re.compile(r"(?P<word>confirm|drop|back)\s+(?P<which>all|aside|[#\d][#\d,\s-]*)", re.IGNORECASE)
_NAMES_NONE = re.compile(r"(?P<word>confirm|drop|back)(?:\s+(?!all$|aside$|#?\d)\S+)?", re.IGNORECASE)
_NAMES = re.compile(r"#?(?P<number>\d{1,9})\s+(?:is\s+)?(?P<ref>\S+(?:\s\S)?)", re.IGNORECASE)
_TURNS = re.compile(r"page\s+(\d{1,4})", re.IGNORECASE)
_RANGE = re.compile(r"#?(\d{1,9})(?:\s*-\s*#?(\d{1,9}))?")
_MOST_AT_ONCE = 500


@command("minutes [GROUP] [TEXT]")
def minutes(ask: Ask) -> Reply:
    """As chair, paste the minutes of a meeting: each line that names an action waits for you to confirm it.

    Nothing is changed before that. Without words it lists what is still to be confirmed.
    Example: minutes SEND Oversight Board P2.3c at risk, the supplier has not signed
    """
    words = ask.field("text") or ask.words.strip()
    if ask.field("text"):
        return _paste(ask, words, find_group(ask.groups, ask.field("group") or ask.words))
    if found := _NAMES_NONE.fullmatch(words):
        raise _ask_which(ask, found["word"].lower())
    if found := _SETTLES.fullmatch(words):
        settle = {"confirm": _confirm, "drop": _drop, "back": _take_back}[found["word"].lower()]
        return settle(ask, found["which"].lower())
    if (found := _NAMES.fullmatch(words)) and _is_ref(ask, found["ref"]) and find_draft(ask.tx, int(found["number"])):
        return _name(ask, int(found["number"]), found["ref"])
    if found := _TURNS.fullmatch(words):
        return _list(ask, int(found[1]))
    if not words and _list_mine(ask):
        return _list(ask)
    quoted, rest = split_quoted(words)
    if find_group(ask.groups, quoted):
        words = f"{quoted}{rest}"
    group = find_group(ask.groups, words) if words else None
    return _ask_for(ask, group) if group or not words else _paste(ask, words, None)


def is_pasted(tx: Tx, actor: Actor, directory: Directory, text: str) -> bool:
    """Whether words are plainly minutes: a chair's, several lines about actions that are not all their own."""
    if not actor.chairs or not looks_like_minutes(text):
        return False
    named = {piece.ref for piece in read_minutes(text, list_refs(tx)) if piece.ref}
    return not named <= set(list_owned_refs(tx, directory, actor, only_open=False))


# Pasted minutes


def _ask_for(ask: Ask, group: Group | None) -> Form:
    """The form to paste minutes in; UserError for whoever gives none."""
    groups = [one for one in ask.groups if _gives_minutes(ask, one)]
    if group is not None:
        _check_group(ask, group)
    elif not groups:
        raise UserError("Only the chair of a group or the programme office can give its minutes.")
    chosen = group or (groups[0] if len(groups) == 1 else None)
    options = tuple(Option(one.name[:75], one.name) for one in groups[:100])
    which = () if chosen else (Field("group", "Which group's?", "choice", options=options, value=options[0].value),)
    named = chosen.name if chosen else "a group"
    return Form(
        f"Minutes of {named}",
        f"minutes {chosen.name}" if chosen else "minutes",
        (*which, Field("text", "The minutes", "text", hint="A line for each action, with its reference")),
        f"Paste the minutes after the word: minutes {chosen.name if chosen else 'GROUP'}",
    )


def _gives_minutes(ask: Ask, group: Group) -> bool:
    return ask.actor.office or group.name in ask.actor.chairs


def _check_group(ask: Ask, group: Group) -> None:
    if not _gives_minutes(ask, group):
        raise UserError(f"Only {say_decider(group)} or the programme office can give its minutes.")


def _paste(ask: Ask, text: str, group: Group | None) -> Reply:
    """Keep each line of pasted minutes to be confirmed, and list them. UserError where they name no action."""
    named, day, rest = split_head(ask, text)
    if named is not None and group in (None, named):
        group, text = named, rest
    if group is None:
        refuse_unknown(ask, text)
    pieces = read_minutes(text, list_refs(ask.tx))
    if not any(piece.ref or piece.typed for piece in pieces):
        raise UserError(
            "Those minutes name no action, so nothing was kept: begin a line with a reference, for example "
            "P2.3c at risk, the supplier has not signed"
        )
    if group is None:
        group = find_group_of(ask, next((piece.ref for piece in pieces if piece.ref), None))
    _check_group(ask, group)
    meeting_on = find_day(ask, group, day if group == named else None)
    for piece in pieces:
        add_draft(
            ask.tx,
            piece.words,
            ref=piece.ref,
            typed=piece.typed,
            sure=piece.sure,
            group=(group.id, group.name),
            meeting_on=meeting_on,
            by=ask.actor.key,
            now=ask.now,
            account=ask.request.account,
        )
    return _list(ask, said=[f"Nothing is changed yet: these are the minutes of {say_meeting(group, meeting_on)}."])


# What is to be confirmed


def _list_mine(ask: Ask, state: str = "open") -> list[Draft]:
    return list_minutes(ask.tx, ask.actor, ask.directory, ask.groups, state)


def _read(ask: Ask, draft: Draft, action: Action) -> Reading:
    reading = read_minute(action, draft.words, ask.calendar.today(draft.at), ask.calendar.half_terms)
    if reading.agrees and not may_agree(ask.actor, action, ask.groups):
        return replace(reading, agrees=False)  # what is proposed waits for whoever may agree it
    return reading


def _list(ask: Ask, page: int = 1, said: Sequence[str] = (), buttons: Sequence[Button] = ()) -> Message:
    """A page of what is left to confirm, each with what it would do. `said` comes first, with its buttons."""
    drafts = _list_mine(ask)
    if not drafts:
        return compose_reply([*said, "Nothing of the minutes is left to confirm."], buttons)
    refs = sorted({one.ref for one in drafts if one.ref})
    actions = {one.ref: one for one in list_actions(ask.tx, ask.directory, refs=refs)}
    pages = -(-len(drafts) // _PAGE)
    page = min(max(page, 1), pages)
    shown = drafts[(page - 1) * _PAGE : page * _PAGE]
    certain = [one.number for one in shown if _is_certain(ask, one, actions.get(one.ref))]
    waiting = [one for one in drafts if not one.aside]
    aside = [one for one in drafts if one.aside]
    count = [f"{len(waiting)} to confirm"] if waiting else []
    names = "it names" if len(aside) == 1 else "they name"
    count += [f"{len(aside)} {ASIDE}, as {names} no action"] if aside else []
    head = f"Minutes: {', '.join(count)}" + (f" (page {page} of {pages})" if pages > 1 else "")
    first = "\n".join(said)
    blocks: list[Block] = [*([Text(first)] if first else []), *([Buttons(tuple(buttons))] if buttons else [])]
    blocks.append(Heading(head))
    lines = [*([first] if first else []), f"{head}."]
    for one in shown:
        line, taps = _say_draft(ask, one, actions.get(one.ref), several=len({each.group for each in drafts}) > 1)
        blocks += [Text(line), Buttons(tuple(taps))]
        lines.append(f"- {line}")
    together, all_of_them = [], f"minutes confirm {_say_numbers(certain)}"
    if len(certain) > 1:
        label = f"Confirm all {len(certain)}" if pages == 1 else f"Confirm the {len(certain)} shown"
        together.append(Button(label, all_of_them, "primary"))
    if aside_here := [one.number for one in shown if one in aside]:
        together.append(Button("Leave out what is kept aside", f"minutes drop {_say_numbers(aside_here)}"))
    if page < pages:
        together.append(Button(f"Show page {page + 1}", f"minutes page {page + 1}"))
    blocks += [Buttons(tuple(together))] if together else []
    typed = ["Type for example: minutes confirm 12, minutes drop 12"]
    number = certain[0] if certain else shown[0].number
    typed = [f"Type for example: minutes confirm {number}, minutes drop {number}"]
    if len(certain) > 1:
        certainly = f"for the {len(certain)} that are" if pages == 1 else f"for the {len(certain)} here that are"
        typed.append(f"{'minutes confirm all' if pages == 1 else all_of_them} {certainly} certain")
    typed += [f"minutes page {page + 1} for more"] if page < pages else []
    lines.append(", ".join(typed) + ".")
    return Message("\n".join(lines), tuple(blocks))


def _is_certain(ask: Ask, draft: Draft, action: Action | None) -> bool:
    """Whether it may be confirmed with the others: it can be about no other action, and read in no other way."""
    if action is None or draft.redacted or not draft.sure or not may(ask.actor, "decide", action, ask.holding(action)):
        return False
    return _read(ask, draft, action).certain


def _say_draft(ask: Ask, draft: Draft, action: Action | None, *, several: bool) -> tuple[str, list[Button]]:
    """A line of the list and what may be tapped."""
    words = f"“{shorten(draft.words, _SHOWN, placeholder='…')}”" if not draft.redacted else "(redacted)"
    of = f" ({draft.group})" if several else ""
    leave = Button("Leave out", f"minutes drop {draft.number}")
    if action is not None:
        holding = ask.holding(action)
        if not may(ask.actor, "decide", action, holding):
            which = f"only {say_decider(holding)} can confirm it"
            return f"{draft.number} · {action.ref}{of}: {which}. {words}", [leave]
        reading = _read(ask, draft, action)
        what = say_reading(reading, action, ask.calendar.today(draft.at), ask.calendar.half_terms)
        doubt = "" if draft.sure and reading.certain else ", if that is what it means"
        confirm = Button("Confirm", f"minutes confirm {draft.number}", "primary")
        return f"{draft.number} · {action.ref}{of}: {what}{doubt}. {words}", [confirm, leave]
    if draft.typed:
        near = _list_near(ask, draft.typed)
        taps = [Button(f"It is {ref}"[:70], f"minutes {draft.number} {ref}") for ref in near]
        meant = f"; if it is {' or '.join(near)}, say minutes {draft.number} and which" if near else ""
        return f"{draft.number} · there is no action {draft.typed[:40]}{of}{meant}. {words}", [*taps, leave]
    return f"{draft.number} · {ASIDE}{of}. {words}", [leave]


def _list_near(ask: Ask, typed: str) -> list[str]:
    area, refs = list_focus_area(ask.tx, typed)
    return refs[:_MOST_NEAR] if area else nearest_refs(typed, list_refs(ask.tx))


def _say_numbers(numbers: Sequence[int]) -> str:
    """`12-14 17`: short enough for a button, however many they are."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs[:150])


# Settling it


def _is_ref(ask: Ask, typed: str) -> bool:
    return is_certain(typed) or names_action(ask.tx, typed)


def _ask_which(ask: Ask, word: str) -> UserError:
    """What is said where no line is named that is to be confirmed, left out or taken back."""
    mine = _list_mine(ask, "dropped" if word == "back" else "open")
    if not mine:
        done = "left out" if word == "back" else "waiting to be confirmed"
        return UserError(f"No line of the minutes is {done}: type minutes to see what is to confirm.")
    what = {
        "confirm": "to confirm by its number",
        "drop": "to leave out by its number; it changes no action, and its words stay in the record",
        "back": "to take back by its number",
    }[word]
    return UserError(f"Say which line {what}, for example minutes {word} {mine[0].number}")


def _get_drafts(ask: Ask, which: str, state: str = "open") -> list[Draft]:
    """Those that are named, each of which must be the actor's to settle and as it is said."""
    mine = _list_mine(ask)
    if which == "aside":
        return [one for one in mine if one.aside]
    if which == "all":
        return mine
    found = []
    asked = [(int(first), int(last or first)) for first, last in _RANGE.findall(which)]
    numbers = [each for first, last in asked for each in range(first, min(last, first + _MOST_AT_ONCE) + 1)]
    for number in dict.fromkeys(numbers):
        one = next((each for each in mine if each.number == number), None) or find_draft(ask.tx, number)
        if one is None or not (one in mine or may_settle_line(ask.actor, one, None, ask.groups)):
            raise UserError(f"There is no line {number} of minutes: type minutes to see what is left to confirm.")
        if one.state != state:
            now = {"confirmed": "confirmed already", "dropped": "left out already"}.get(one.state, "still to confirm")
            raise UserError(f"Line {number} of the minutes is {now}: type minutes to see what is left to confirm.")
        found.append(one)
    return found


def _confirm(ask: Ask, which: str) -> Reply:
    """Record what these lines say. What cannot be recorded is said, and stays."""
    chosen, more = _get_drafts(ask, which), ""
    if not chosen:
        return _list(ask)
    refs = sorted({one.ref for one in chosen if one.ref})
    if which in ("all", "aside"):
        more = ", or see more with minutes page 2" if len(chosen) > _PAGE else ""
        chosen = chosen[:_PAGE]  # what the first page shows, and nothing that was not seen
        actions = {one.ref: one for one in list_actions(ask.tx, ask.directory, refs=refs)}
        chosen = [one for one in chosen if _is_certain(ask, one, actions.get(one.ref))]
    if not chosen:
        raise UserError(
            "Nothing there is certain enough to be confirmed all at once: confirm each by its number, for example "
            f"minutes confirm 12{more}"
        )
    if len(chosen) == 1:
        lines = [_apply(ask, chosen[0])]
    else:
        applied, kept = [], []
        for one in chosen:
            try:
                applied.append(_apply(ask, one))
            except UserError as error:  # raised before anything of it is written
                kept.append(f"{one.number} is still to confirm: {error.text}")
        lines = [*applied, *kept]
        if not applied:
            raise UserError(f"None of them could be confirmed: {kept[0]}")
        lines.append("Undo takes them back one at a time, the last first.")
    return _list(ask, said=lines, buttons=[_UNDO])


def _apply(ask: Ask, draft: Draft) -> str:
    """Record one line as the chair's, minuted at its meeting; what is said of it."""
    if not draft.ref:
        near = _list_near(ask, draft.typed) if draft.typed else []
        offered = tuple(Button(f"It is {ref}", f"minutes {draft.number} {ref}") for ref in near)
        raise UserError(
            f"Line {draft.number} names no action I know: say which, for example minutes {draft.number} P2.3c", offered
        )
    if draft.redacted:
        raise UserError(f"The words of line {draft.number} were redacted: type minutes drop {draft.number}")
    action, _ = get_action(ask.tx, draft.ref, ask.directory)
    ask.check("decide", action)
    before = get_head(ask.tx).number
    reading = _read(ask, draft, action)
    text = record_reading(ask, draft, action, reading)
    settle_draft(ask.tx, draft.number, "confirmed", (before + 1, get_head(ask.tx).number))
    return text


def _drop(ask: Ask, which: str) -> Reply:
    chosen = _get_drafts(ask, which)
    if not chosen:
        raise UserError("Nothing of the minutes is left to leave out: type minutes to see what is to confirm.")
    for one in chosen:
        settle_draft(ask.tx, one.number, "dropped")
    _keep_true(ask, chosen)
    numbers = _say_numbers([one.number for one in chosen])
    what = f"Line {numbers} is" if len(chosen) == 1 else f"Lines {numbers} are"
    back = Button("Take it back" if len(chosen) == 1 else "Take them back", f"minutes back {numbers}")
    return _list(ask, said=[f"{what} left out."], buttons=[back])


def _take_back(ask: Ask, which: str) -> Reply:
    chosen = _get_drafts(ask, which, "dropped")
    for one in chosen:
        settle_draft(ask.tx, one.number, "open")
    _keep_true(ask, chosen)
    return _list(ask)


def _keep_true(ask: Ask, drafts: Sequence[Draft]) -> None:
    """Digests say how many lines are left."""
    refs = sorted({one.ref for one in drafts if one.ref})
    for action in list_actions(ask.tx, ask.directory, refs=refs) if refs else ():
        ask.keep_true(action)


def _name(ask: Ask, number: int, typed: str) -> Reply:
    """What a line is about, as somebody says. It still waits to be confirmed."""
    [one] = _get_drafts(ask, str(number))
    action, _ = get_action(ask.tx, typed, ask.directory, f"minutes {number}")
    name_draft(ask.tx, one.number, action.ref)
    return _list(ask, said=[f"Line {number} is about {action.ref}."])

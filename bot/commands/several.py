"""Of which actions a button's words are said where they are typed: `no change`, `nochange P2.3c and the rest`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.commands import Ask, find_refs_answered
from programme.calendar import say_date
from programme.facts import Action
from programme.leftovers import (
    begins_with_rest,
    drop_courtesies,
    find_season,
    find_tapped_of_all,
    find_weekday,
    names_rest,
    split_except,
    split_until,
)
from programme.messages import Button, UserError
from programme.permissions import may
from programme.refs import is_certain
from programme.reminders import ASKED, presses
from programme.saying import is_one_word
from programme.standing import find_standing
from programme.timescales import say_next_month, split_timescale
from storage.actions import fit_command, list_actions, names_action
from storage.bundled import Bundled, find_bundled
from storage.spoken import list_refs_told

_RECENTLY = timedelta(days=14)
_MOST = 10
_TOGETHER = ("nochange", "going")  # what may be said of the rest in one word


@dataclass(frozen=True, slots=True)
class Meant:
    """The actions, what was said with them, and what they were asked about beside and have not answered."""

    actions: list[Action]
    words: str
    left: list[Action]


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What a reminder asked and nobody has settled, in the plan's order. `own` are those that the command is an answer
    to, and of these `calm` may be answered together. `asked` is all it asked; `sole`: one alone, and nothing was told
    since."""

    all: list[Action]
    own: list[Action]
    calm: list[Action]
    asked: frozenset[str]
    sole: bool

    def without(self, actions: list[Action]) -> list[Action]:
        named = {one.ref for one in actions}
        return [one for one in self.all if one.ref not in named]


def find_meant(ask: Ask, word: str) -> Meant:
    """As `Ask.find_all`; without a reference, or with `the rest`, those of the reminder that it answers or of the last.

    UserError where that needs a guess, and where the words are only the rest of a command that is not understood.
    """
    words, but = split_except(drop_courtesies(ask.words))
    in_thread = bool(find_refs_answered(ask.tx, ask.request))
    named: list[Action] = []
    is_rest = names_rest(words)
    if but and (is_rest or not words):
        return _leave_out(ask, word, but)
    words = drop_courtesies(ask.words)
    if not is_rest:
        has_ref = bool(words) and (is_certain(words) or names_action(ask.tx, words))
        if not has_ref and not in_thread:
            named = _find_asked(ask, word, words)
        found = (named, words) if named else replace(ask, words=words).find_all(word)
        named, words = found[0], drop_courtesies(found[1])
        is_rest = names_rest(words)
    if is_rest:
        return _add_rest(ask, word, named, _read_waiting(ask, word))
    if words:
        _check_words(ask, word, named, words)
    waiting = _read_waiting(ask, word) if len(named) > 1 else None  # of one it is not needed, and takes a while
    several = waiting is not None and {one.ref for one in named} <= waiting.asked
    return Meant(named, words, waiting.without(named) if waiting and several else [])


def say_left(left: list[Action]) -> list[str]:
    """The sentence that names what they still have to answer, if anything."""
    if not left:
        return []
    refs = [one.ref for one in left[:_MOST]]
    refs += [f"{len(left) - _MOST} more"] if len(left) > _MOST else []
    names = refs[0] if len(refs) == 1 else f"{', '.join(refs[:-1])} and {refs[-1]}"
    return [f"{names} still {'needs a word of its own' if len(left) == 1 else 'need a word of their own'}."]


def stop_rest(word: str, action: Action, words: str) -> None:
    """UserError where words are no more than `and the rest`, of what is said of one action at a time."""
    if names_rest(words):
        raise UserError(
            f"Nothing is noted yet, as {word} is said of one action at a time: name each by its reference.",
            (Button(action.ref, f"{word} {action.ref}"),),
        )


def list_months(action: Action, words: str, today: date) -> list[Button]:
    """What is offered where a new timescale has no date: its form, and for `Christmas` the months that it may be."""
    year = today.year % 100
    months = [f"Dec-{year}", f"Jan-{year + 1}"] if find_season(words) in ("christmas", "xmas", "new year") else []
    return [
        *(Button(month, f"slipping {action.ref} {month}") for month in months),
        Button("New timescale", f"slipping {action.ref}"),
    ]


def stop_time(action: Action, words: str, offered: list[Button], today: date) -> None:
    """UserError where words are a time that is no date, or one word, and so say nothing: `Christmas`."""
    if not (find_season(words) or is_one_word(words)):
        return
    raise UserError(
        f"Nothing is noted yet, as “{words[:40]}” is not a date I can read: type for example slipping {action.ref} "
        f"{say_next_month(today)} and why.",
        tuple(offered),
    )


def _find_asked(ask: Ask, word: str, words: str) -> list[Action]:
    """The one action that words without a reference answer; [] where nothing was asked of late."""
    waiting = _read_waiting(ask, word)
    if waiting is None or not waiting.all:
        return []
    if len(waiting.all) == 1 and waiting.sole:
        return waiting.all
    raise _ask_which(word, words, waiting)


def _ask_which(word: str, words: str, waiting: _Waiting) -> UserError:
    """The question which action is meant, a button each; those that are not due yet have one between them."""
    words = "" if word in _TOGETHER and is_one_word(words) else words
    offered = [Button(one.ref, fit_command(word, one.ref, words)) for one in waiting.all[:_MOST]]
    calm = [one.ref for one in waiting.calm]
    if word in _TOGETHER and len(calm) > 1:
        together = fit_command(f"{word} {' '.join(calm)}", words)
        offered.insert(0, Button(f"All {len(calm)} that are not due before the meeting", together))
    some = f" (the first {_MOST} of {len(waiting.all)} are below)" if len(waiting.all) > _MOST else ""
    return UserError(f"Say which action you mean{some}, for example: {word} {waiting.all[0].ref}", tuple(offered))


def _add_rest(ask: Ask, word: str, named: list[Action], waiting: _Waiting | None) -> Meant:
    """Those that were named and the others that may be answered with them: none that is overdue or due before its
    group meets."""
    refs = " ".join(one.ref for one in named)
    if waiting is None:
        if not named and len(find_refs_answered(ask.tx, ask.request)) == 1:
            return Meant(replace(ask, words="").find_all(word)[0], "", [])
        example = refs or "P2.3c P2.1d"
        offered = [Button(refs[:70], f"{word} {refs}")] if named else []
        raise UserError(
            f"I cannot tell which the others are, so please name each, for example: {word} {example}", tuple(offered)
        )
    if word not in _TOGETHER:
        left = replace(waiting, all=[*named, *waiting.without(named)])
        if not left.all:
            raise _say_all_answered()
        raise _ask_which(word, "", left)
    named_refs = {one.ref for one in named}
    rest = [one for one in waiting.calm if one.ref not in named_refs]
    meant = [*named, *rest]
    if not meant and not waiting.all:
        raise _say_all_answered()
    if not meant:
        offered = [Button(one.ref, f"{word} {one.ref}") for one in waiting.own[:_MOST]]
        which = waiting.own[0].ref if len(waiting.own) == 1 else f"each of the {len(waiting.own)}"
        raise UserError(
            f"Nothing is noted yet, as {which} is overdue or due before the meeting and needs "
            f"a word of its own, for example: {word} {waiting.own[0].ref}",
            tuple(offered),
        )
    return Meant(meant, "", waiting.without(meant))


def _leave_out(ask: Ask, word: str, but: str) -> Meant:
    """All that may be answered together but those named after `except`."""
    if not (is_certain(but) or names_action(ask.tx, but)):
        raise UserError(f"Say which to leave out, for example: {word} all except P2.3c")
    out, more = replace(ask, words=but).find_all(word)
    if drop_courtesies(more):
        _refuse(more, [])
    waiting = _read_waiting(ask, word)
    meant = _add_rest(ask, word, [], waiting)
    refs = {one.ref for one in out}
    kept = [one for one in meant.actions if one.ref not in refs]
    if not kept or waiting is None:
        raise UserError(f"That leaves none, so please name each that you mean, for example: {word} P2.3c")
    return Meant(kept, "", waiting.without(kept))


def _say_all_answered() -> UserError:
    return UserError("You have answered all that I asked you about last, so there is nothing to note.")


def _fit_quiet(ask: Ask, action: Action, until: str) -> str:
    """The command that asks for quiet about an action until a day; for the form, where it cannot be that day."""
    when, _ = split_timescale(until, ask.today, ask.calendar.half_terms)
    day = find_weekday(until, ask.today) or (when.due_on if when else None)
    meets_on = _find_meeting_day(ask, action)
    if day is None or day <= ask.today or (meets_on and day >= meets_on):
        return f"snooze {action.ref}"
    return f"snooze {action.ref} {say_date(day)}"


def _check_words(ask: Ask, word: str, named: list[Action], words: str) -> None:
    """UserError where the words after the references are only the rest of a command."""
    refs = " ".join(one.ref for one in named)
    if begins_with_rest(words) or find_tapped_of_all(words):
        _refuse(words, [Button(f"{refs[:50]} and the rest", f"{word} {refs} and the rest")])
    if word not in _TOGETHER:
        return
    plain = Button("No change" if word == "nochange" else "Still going", f"{word} {refs}")
    if (until := split_until(words)) and len(words.split()) <= 5:
        quiet = [Button(f"Quiet about {one.ref}", _fit_quiet(ask, one, until)) for one in named[:_MOST]]
        _refuse(words, [plain, *quiet])
    if is_one_word(words):
        _refuse(words, [plain, *(Button(f"Progress on {one.ref}", f"progress {one.ref} {words}") for one in named[:1])])


def _refuse(words: str, offered: list[Button]) -> None:
    raise UserError(
        f"Nothing is noted yet, as I cannot tell what you mean by “{words[:60]}”: tap what you meant, or say it in a "
        "sentence.",
        tuple(offered),
    )


def _read_waiting(ask: Ask, word: str) -> _Waiting | None:
    """What the reminder in whose thread it is said, or else the last, asked and still waits for; None where there is
    none."""
    person, where = ask.actor.person, ask.request.where
    if person is None:
        return None
    thread = where.heard_thread or where.thread
    there = where.heard_in if where.heard_thread else where.conversation
    since = ask.now - _RECENTLY
    bundled = find_bundled(ask.tx, person.id, ASKED, since, conversation=there, post=thread)
    if bundled is None:
        return None
    kinds = {ref: set(each) for ref, each in bundled.kinds.items() if set(each) != {"mitigation"}}
    found = list_actions(ask.tx, ask.directory, refs=sorted(kinds), only_open=True)
    waiting = [one for one in found if _waits(ask, one, kinds[one.ref], bundled)]
    starting = {one.ref for one in waiting if "starting" in kinds[one.ref]}
    own = [one for one in waiting if word == "notmine" or (one.ref in starting) == (word == "going")] or waiting
    calm = [one for one in own if not presses(one, _find_meeting_day(ask, one), ask.today)]
    told = set(list_refs_told(ask.tx, person.reached_at, bundled.sent_at))
    return _Waiting(waiting, own, calm, frozenset(kinds), sole=len(told | set(kinds)) == 1)


def _waits(ask: Ask, action: Action, kinds: set[str], bundled: Bundled) -> bool:
    person = ask.actor.person
    if person is None or not may(ask.actor, "update", action, ask.holding(action)):
        return False
    lasts = ask.policy.answer_lasts
    standing = find_standing(action, kinds, person, bundled.sent_at, lambda key: key, ask.calendar, lasts)
    return standing is None or not standing.is_settled


def _find_meeting_day(ask: Ask, action: Action) -> date | None:
    holding = ask.holding(action)
    meeting = holding.next_meeting(ask.now) if holding else None
    return ask.calendar.today(meeting.starts_at) if meeting else None

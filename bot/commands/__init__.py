"""What people can type. Each command is a function whose docstring is its help; every channel submits the same ones."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from jobs.closing import queue_closed
from jobs.compose import Facts
from programme.asking import find_asked
from programme.calendar import Calendar, say_date
from programme.facts import ANSWERS, Accountable, Action, Actor, Group, Person, Rung, find_holding_group
from programme.listening import find_group_listening, mark_of
from programme.messages import Block, Bullets, Button, Buttons, Heading, Message, Reply, Request, Text, UserError
from programme.permissions import Deed, compose_refusal, may, may_see_all, say_covering
from programme.policy import Policy
from programme.rag import split_complete, split_rag
from programme.refs import is_certain, nearest_refs, split_refs
from programme.updates import Update
from storage import ledger, outbox
from storage.actions import (
    fit_command,
    get_action,
    list_areas,
    list_focus_area,
    names_action,
    record_update,
    spoken_for,
)
from storage.db import Tx
from storage.gone import find_gone
from storage.listening import list_listening
from storage.owned import list_owned_refs
from storage.people import Directory, find_person
from storage.renewals import renew, renew_told, tell_channel

_MOST_OFFERED = 10
_OF_ONE = ("rag", "done", "slipping")  # words after which `, P2.4a on track` is about another action
_LATER = re.compile(r"(?:[,;.\n&+]|\band\b)[\s-]*(?=[A-Z]{1,3}\d+[.-]\d)", re.IGNORECASE)
_OWN_WORDS = re.compile(r"\b(?:REF|TEXT|why)\b", re.IGNORECASE)
_AND = re.compile(r"(?:and\b|&|\+)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, identified and dated: what a command looks at, and how it finds and changes an action.

    `words` is what follows the command's word.
    """

    tx: Tx
    now: datetime
    today: date
    actor: Actor
    words: str
    request: Request
    calendar: Calendar
    policy: Policy
    directory: Directory
    groups: tuple[Group, ...]
    leads: tuple[Accountable, ...]
    office: tuple[Person, ...]
    schemes: tuple[str, ...] = ()  # the channels that can send
    public_url: str = ""  # where the web reaches this bot

    def field(self, name: str) -> str:
        """A form's answer, trimmed; "" where there is none."""
        return self.request.fields.get(name, "").strip()

    def gather_facts(self) -> Facts:
        """What a bundle would be decided from now."""
        people = (list(self.groups), list(self.office), list(self.leads))
        return Facts(self.tx, self.now, self.directory, *people, self.calendar, self.policy, self.schemes)

    def find(self, word: str, deed: Deed = "update") -> tuple[Action, str]:
        """The one action that `word` was said of, and the words after its reference.

        In a reply to a message about one action it may be left out. UserError where it is missing, unknown, one of
        several, or not the actor's to do this with.
        """
        text = self._with_ref(word)
        action, rest = self._get(text, word)
        more = self._after_and(rest)
        between, at = "", _find_later(rest) if word in _OF_ONE else None
        if at is not None:
            between, more = rest[:at].strip(" \n,;:.&+").removesuffix(" and"), rest[at:]
        if deed != "read" and names_action(self.tx, more):
            other, words = get_action(self.tx, more, self.directory, word)
            own = bool(between) or (word == "done" and split_rag(words)[0] is not None)
            first = fit_command(word, action.ref, between if own else words)
            second = fit_command(other.ref, words) if own else fit_command(word, other.ref, words)
            raise UserError(
                f"That names {action.ref} and {other.ref}: please say it of one action at a time.",
                (Button(action.ref, first), Button(other.ref, second)),
            )
        self.check(deed, action)
        return action, rest

    def find_even_gone(self, word: str) -> tuple[Action, str]:
        """As `find`, to read: also of an action that the plan has no more, and then the sentence that says so."""
        gone = find_gone(self.tx, self.words, self.directory)
        if gone is None or names_action(self.tx, self.words):
            return self.find(word, "read")[0], ""
        self.check("read", gone[0])
        return gone[0], f"The plan no longer has it, since {say_date(self.calendar.today(gone[1]))}."

    def find_all(self, word: str, deed: Deed = "update") -> tuple[list[Action], str]:
        """As `find`, for a command that may be said of several actions at once; each once."""
        found: dict[str, Action] = {}
        words = self._with_ref(word)
        while not found or is_certain(words) or names_action(self.tx, words):
            action, words = self._get(words, word)
            words = self._after_and(words)
            self.check(deed, action)
            found[action.ref] = action
        return list(found.values()), words

    def check(self, deed: Deed, action: Action) -> None:
        """UserError where the actor may not do this."""
        holding = self.holding(action)
        if not may(self.actor, deed, action, holding):
            raise UserError(compose_refusal(deed, action, holding))

    def holding(self, action: Action) -> Group | None:
        return find_holding_group(action.focus_area, action.priority, self.groups)

    def quiet(self, action: Action) -> date | None:
        """The last day on which an answer given now keeps reminders of the action away."""
        body = spoken_for(action, self.actor)
        lasts = self.policy.answer_lasts
        since = self.calendar.add_working_days(self.today, -lasts)
        until = self.calendar.add_working_days(self.today, lasts)
        return action.quiet_after(body.split("\n") if body else action.bodies, since, until)

    def record(self, action: Action, update: Update) -> int:
        """Write what was decided; the number of its row in the history."""
        account = ", ".join(filter(None, (self.request.account, say_covering(self.actor, action))))
        number = record_update(self.tx, action, update, self.actor, now=self.now, today=self.today, account=account)
        if (alarm := action.escalation) and alarm.state == "open" and update.alarm in ("close", "raise"):
            queue_closed(self.tx, alarm, action.ref, number, self.actor, self.now)
        if action.last_said("ask") and update.entry in ANSWERS and (asked := find_asked(action)):
            on = self.calendar.add_working_days(self.today, 1)
            asker = find_person(self.tx, asked.by)
            if asker is not None and asked.by != self.actor.key:
                ledger.plan(self.tx, [Rung(on, "answered", action.ref, f"row {number}", asker.id)], self.now)
        self.keep_true(action, mark_of(update.columns.get("state", action.state), update.rag or action.rag))
        return number

    def keep_true(self, action: Action, mark: str | None = None, tell_at: datetime | None = None) -> None:
        """Let what was said of an action hold after a change: messages that show it, the homes of whom it concerns,
        channels that hear of ratings, these not before there was time to undo it, or at `tell_at`. `action` is as it
        was before, `mark` its rating now where that has changed."""
        holding = self.holding(action)
        doing = action.mitigation.owner if action.mitigation else None
        owners = [person for owner in (*action.owners, *([doing] if doing else [])) for person in owner.people]
        people = (*owners, *(holding.chairs if holding else ()), *self.office)
        renew(self.tx, action.ref, self.now, {self.actor.key, *(person.address for person in people)})
        was = mark_of(action.state, action.rag)
        channels = list_listening(self.tx)
        if own := find_group_listening(holding):
            channels += [own] if own.address not in {one.address for one in channels} else []
        due = tell_at or self.calendar.next_sending(self.now + self.policy.alarm_delay)
        for each in channels:
            if mark is not None and mark != was:
                hears = each.hears(action, holding, was, mark)
                tell_channel(self.tx, each.address, action.ref, was, self.now, due, hears=hears)
            elif each.with_reasons:
                renew_told(self.tx, each.address, action.ref, self.now, due)

    def tell(self, people: Iterable[Person], action: Action, number: int) -> list[Person]:
        """Let people hear, with their next reminders, what this row of the history did. Never who did it."""
        on = self.calendar.add_working_days(self.today, 1)
        told = {person.id: person for person in people if person.address != self.actor.key}
        ledger.plan(self.tx, [Rung(on, "news", action.ref, f"row {number}", one) for one in told], self.now)
        return list(told.values())

    def _get(self, text: str, word: str) -> tuple[Action, str]:
        try:
            return get_action(self.tx, text, self.directory, word)
        except UserError as error:
            raise self._say_gone(text) or self._say_nearer(text, word) or error from None

    def _say_gone(self, text: str) -> UserError | None:
        """What is said of an action that the plan has no more, to whoever may read it."""
        gone = find_gone(self.tx, text, self.directory)
        if gone is None or not may(self.actor, "read", gone[0], self.holding(gone[0])):
            return None
        ref, on = gone[0].ref, say_date(self.calendar.today(gone[1]))
        return UserError(
            f"The plan no longer has {ref}, since {on}: to see what was said of it, type history {ref}",
            (Button(f"History of {ref}", f"history {ref}"),),
        )

    def _say_nearer(self, text: str, word: str) -> UserError | None:
        """A better refusal of what names no action: a priority's focus areas, or the nearest of the actor's own."""
        readings = split_refs(text)
        if not readings or list_focus_area(self.tx, readings[-1][0])[0] or names_action(self.tx, text):
            return None
        for ref, _rest in readings:
            if areas := list_areas(self.tx, ref):
                offered = tuple(Button(area, f"actions {area}") for area in areas[:_MOST_OFFERED])
                return UserError(f"{ref.upper()} is a priority: say which of its focus areas you mean.", offered)
        typed, rest = readings[0]
        near = nearest_refs(typed, list_owned_refs(self.tx, self.directory, self.actor, only_open=False))
        if may_see_all(self.actor) or not near:
            return None
        which = near[0] if len(near) == 1 else f"{', '.join(near[:-1])} or {near[-1]}"
        buttons = tuple(Button(ref, fit_command(word, ref, rest)) for ref in near)
        return UserError(f"There is no action {typed[:40]}: did you mean {which}?", buttons)

    def _after_and(self, words: str) -> str:
        """The words, without the `and` between two references."""
        found = _AND.match(words)
        more = words[found.end() :] if found else ""
        return more if more and (is_certain(more) or names_action(self.tx, more)) else words

    def _with_ref(self, word: str) -> str:
        """The words, with the action's reference put in front where the message that is answered says which."""
        refs = find_refs_answered(self.tx, self.request)
        named = split_refs(self.words)
        if named and (not refs or is_certain(self.words) or names_action(self.tx, self.words)):
            return self.words
        if len(refs) == 1:
            return f"{refs[0]} {self.words}"
        if not refs:
            refs = list_owned_refs(self.tx, self.directory, self.actor, most=_MOST_OFFERED)
        offered = tuple(Button(ref, fit_command(word, ref, self.words)) for ref in refs[:_MOST_OFFERED])
        example = refs[0] if refs else "P2.3c"
        raise UserError(f"Say which action you mean, for example: {word} {example}", offered)


@dataclass(frozen=True, slots=True)
class Command:
    """`usage` is what to type; `summary` and `details` are the docstring's."""

    word: str
    usage: str
    run: Callable[[Ask], Reply]
    summary: str
    details: str
    shown: bool

    @property
    def takes_sentences(self) -> bool:
        """Whether somebody's own words may follow, and not names and dates alone."""
        return bool(_OWN_WORDS.search(self.usage))


COMMANDS: dict[str, Command] = {}


def command(usage: str, *, shown: bool = True) -> Callable[[Callable[[Ask], Reply]], Callable[[Ask], Reply]]:
    """Make a function the command of the first word of its usage. `shown=False` keeps it out of the help's list."""

    def add(run: Callable[[Ask], Reply]) -> Callable[[Ask], Reply]:
        text = inspect.getdoc(run)
        if not text:
            raise ValueError(f"the command {usage} has no docstring, which is its help")
        summary, _, details = (" ".join(part.split()) for part in text.partition("\n\n"))
        word = usage.split()[0]
        COMMANDS[word] = Command(word, usage, run, summary, details.replace(" Example: ", "\nExample: "), shown)
        return run

    return add


def _find_later(words: str) -> int | None:
    """Where another action's rating, or that it is done, follows: `no printer, P2.4a on track`; else None."""
    for found in _LATER.finditer(words):
        said = next((rest for _, rest in split_refs(words[found.end() :])), "")
        if split_rag(said)[0] or split_complete(said) is not None:
            return found.end()
    return None


def find_refs_answered(tx: Tx, request: Request) -> list[str]:
    """The actions that the message was about to which this is a reply in its thread; [] where it is none of ours."""
    where = request.where
    thread = where.heard_thread or where.thread
    if not thread:
        return []
    said = outbox.find_said(tx, where.heard_in if where.heard_thread else where.conversation, thread)
    return list(said.get("refs", ())) if said else []


def compose_reply(lines: Sequence[str], buttons: Sequence[Button] = ()) -> Message:
    """Sentences in one paragraph, and what may be tapped next."""
    text = " ".join(lines)
    blocks: tuple[Block, ...] = (Text(text), *([Buttons(tuple(buttons))] if buttons else []))
    return Message(text, blocks)


def compose_list(title: str, lines: Sequence[str]) -> Message:
    """A title and what stands under it, a line each."""
    return Message("\n".join([f"{title}.", *(f"- {line}" for line in lines)]), (Heading(title), Bullets(tuple(lines))))

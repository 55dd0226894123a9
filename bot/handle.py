"""The one door: a Request comes in, somebody is identified, one transaction does the work, a reply goes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from rapidfuzz import process

from bot.commands import COMMANDS, Ask, decide, look, update
from programme.calendar import Calendar
from programme.childdata import find_identifier
from programme.message_json import message_to_dict
from programme.messages import Block, Button, Buttons, Form, Message, Reply, Request, Text, UserError
from programme.refs import plain, split_ref
from programme.reminders import Policy
from storage import outbox
from storage.db import Database, Tx
from storage.people import find_actor, list_groups, list_leads, list_office, read_directory
from storage.programme import mark_seen

_LONGEST = 4_000
_WORD = re.compile(r"/?([a-z]+)\b[ \t:]*", re.IGNORECASE)
_MODULES = (decide, look, update)  # imported so that their commands are known


@dataclass(frozen=True, slots=True)
class Door:
    """Takes requests from every channel. `clock` says what time it is; `wake` tells the sender that a reply is due."""

    db: Database
    calendar: Calendar
    policy: Policy
    clock: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None

    def answer(self, request: Request) -> Reply | None:
        """Do what was asked and return the reply; None where this request has been seen before."""
        try:
            with self.db.write() as tx:
                now = self.clock().astimezone(UTC)
                if request.seen_id and not _is_new(tx, request, now):
                    return None
                return self._do(tx, request, now)
        except UserError as error:
            return _refused(error)

    def note(self, request: Request) -> None:
        """As `answer`, for a channel with no way to carry the reply: it becomes a message due now, in the same
        transaction as the change."""
        try:
            with self.db.write() as tx:
                now = self.clock().astimezone(UTC)
                if request.seen_id and not _is_new(tx, request, now):
                    return
                _queue(tx, request, self._do(tx, request, now), now)
        except UserError as error:
            with self.db.write() as tx:
                now = self.clock().astimezone(UTC)
                if not request.seen_id or _is_new(tx, request, now):
                    _queue(tx, request, _refused(error), now)
        self.wake()

    def _do(self, tx: Tx, request: Request, now: datetime) -> Reply:
        text = plain(request.text).strip()
        said = "\n".join([request.text, *request.fields.values()])
        if len(said) > _LONGEST:
            raise UserError(
                f"That is {len(said):,} characters; the most is {_LONGEST:,}. "
                "Say it shorter, or put it in a document and send the link: evidence REF LINK"
            )
        if found := find_identifier(said):
            raise UserError(
                f"That looks like {found}, so it was not kept. Please delete your message here too, "
                "and say it again without anything that points to a child."
            )
        today = self.calendar.today(now)
        directory = read_directory(tx, today)
        groups = tuple(list_groups(tx, directory))
        leads = tuple(list_leads(tx, directory))
        actor = find_actor(tx, request.actor, today, directory, groups, leads)
        if actor is None:
            raise UserError(
                f"I do not know {request.actor} yet. Ask the programme office to add you: "
                f"halfterm people set ROLE {request.actor}"
            )
        word, words = _split(text)
        if word not in COMMANDS:
            word, words = self._guess(tx, request, text)
        office = tuple(list_office(tx))
        ask = Ask(tx, now, today, actor, words, request, self.calendar, self.policy, directory, groups, leads, office)
        return COMMANDS[word].run(ask)

    def _guess(self, tx: Tx, request: Request, text: str) -> tuple[str, str]:
        """What was meant by words that begin with no command: a reference alone shows the action; a reply to a
        reminder of one action is its progress; nothing else is guessed."""
        if not text:
            return "help", ""
        typed, rest = split_ref(text)
        if typed:
            return ("progress" if rest else "action"), text
        said = outbox.find_said(tx, request.where.conversation, request.where.thread) if request.where.thread else None
        refs = list(said.get("refs", ())) if said else []
        if len(refs) == 1:
            return "progress", f"{refs[0]} {text}"
        if refs:
            choices = tuple(Button(ref, f"progress {ref} {text}"[:1900]) for ref in refs[:20])
            raise UserError("Which action is that about? Choose one, or begin with its reference.", choices)
        first = text.split()[0].lstrip("/")
        near = process.extractOne(first.lower(), list(COMMANDS), score_cutoff=70)
        if near:
            meant = f"{near[0]} {text.partition(' ')[2]}".strip()
            raise UserError(f"I do not know “{first[:40]}”. Did you mean “{near[0]}”?", (Button(meant[:70], meant),))
        raise UserError(
            "I did not understand that. Begin with a word such as progress, rag or actions, or type help.",
            (Button("Help", "help"), Button("My actions", "actions mine")),
        )


def _split(text: str) -> tuple[str, str]:
    """The command's word and the rest; `halfterm rag …` and `/halfterm rag …` are `rag …`."""
    for _ in range(2):
        found = _WORD.match(text)
        if not found:
            return "", text
        word, text = found[1].lower(), text[found.end() :]
        if word != "halfterm":
            return word, text.strip()
        if not text.strip():
            return "help", ""
    return "", text


def _is_new(tx: Tx, request: Request, now: datetime) -> bool:
    return mark_seen(tx, request.where.channel, request.where.workspace, request.seen_id or "", now)


def _queue(tx: Tx, request: Request, reply: Reply, now: datetime) -> None:
    message = _as_message(reply)
    outbox.say(
        tx,
        f"reply:{request.where.channel}:{request.where.workspace}:{request.seen_id or now.isoformat()}",
        "reply",
        request.actor,
        due_at=now,
        facts={"message": message_to_dict(message), "thread": request.where.thread},
        conversation=request.where.conversation,
    )


def _as_message(reply: Reply) -> Message:
    return Message(reply.text, (Text(reply.text),)) if isinstance(reply, Form) else reply


def _refused(error: UserError) -> Message:
    blocks: list[Block] = [Text(error.text)]
    text = error.text
    if error.choices:
        blocks.append(Buttons(error.choices))
        text += "".join(f"\n- {choice.command}" for choice in error.choices)
    return Message(text, tuple(blocks), done=False)

"""The one door: a Request comes in, somebody is identified, one transaction does the work, a reply goes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from rapidfuzz import fuzz, process

from bot.commands import (
    COMMANDS,
    Ask,
    compose_reply,
    decide,
    find_refs_answered,
    form,
    hear,
    home,
    join,
    look,
    rate,
    reply,
    undo,
    update,
)
from bot.commands.offer import find_offer
from programme.calendar import Calendar
from programme.childdata import find_identifier
from programme.facts import Accountable, Actor, Group, Person
from programme.message_json import message_to_dict
from programme.messages import Block, Button, Buttons, Form, Message, Reply, Request, Text, UserError
from programme.rag import find_rag, names_rating, split_complete, split_rag
from programme.refs import is_certain, plain, split_refs
from programme.reminders import Policy
from storage import outbox
from storage.actions import fit_command, names_action
from storage.appointments import mark_closed
from storage.db import Database, Tx
from storage.history import get_head
from storage.people import (
    Directory,
    find_actor,
    get_people_revision,
    list_groups,
    list_leads,
    list_office,
    read_directory,
)
from storage.programme import mark_seen
from storage.spoken import keep_spoken, list_spoken

_LONGEST = 4_000
_WORD = re.compile(r"/?\s*([a-z]+)\b[\s:;,.!-]*", re.IGNORECASE)
# Imported to make their commands known, in the order of the help.
_MODULES = (rate, update, form, decide, look, home, hear, join, reply, undo)
_ORDINARY = frozenset({"done", "return", "action", "update"})  # words of a sentence too: not always commands
_ALONE = {"home": re.compile(r"(?:page\s*)?\d*"), "file": re.compile("")}  # commands only where no other words follow
# In a thread, where no reference need follow: the words after which these are commands, and not a sentence's first.
_LISTS = "mine|all|overdue|due.*|at[ -]?risk|red|vulnerable|amber|on[ -]?track|green|deferred|complete|done|closed"
_MEANT = {
    "done": re.compile(r"<?https?://\S+"),
    "agree": re.compile("all", re.IGNORECASE),
    "actions": re.compile(_LISTS, re.IGNORECASE),
    "help": re.compile(r"/?\w+"),
    "files": re.compile("on|off", re.IGNORECASE),
    **dict.fromkeys(("action", "confirm", "going", "reply", "return", "slipping", "update"), re.compile(r"(?!)")),
}
_NOUNS = frozenset({"progress", "mitigation", "digest", "meetings", "history", "hear", "pause", "resume"})
_VERB = re.compile(
    r"(?:is|are|was|were|has|have|had|will|would|can|cannot|can't|should|remains?|continues?|needs?|so far|went|goes"
    r"|made|on|with|from|of|in|at|and|but|back)\b",
    re.IGNORECASE,
)
_SMALL_TALK = {
    **dict.fromkeys(("thanks", "thank you", "many thanks", "ta", "cheers", "ok", "okay"), "You're welcome."),
    **dict.fromkeys(("ok thanks", "ok thank you", "great thanks", "noted", "will do"), "You're welcome."),
    **dict.fromkeys(
        ("hello", "hi", "hey", "good morning", "good afternoon"),
        "Hello. Type help to see what I can do, or actions to see yours.",
    ),
}
_HEAD = re.compile(r"[:;,.!]| - |\bbecause\b|$", re.IGNORECASE)


Carries = Callable[[Reply], bool]


def _everything(_reply: Reply) -> bool:
    return True


def _nothing(_reply: Reply) -> bool:
    return False


_People = tuple[Directory, tuple[Group, ...], tuple[Accountable, ...], tuple[Person, ...]]


@dataclass(frozen=True, slots=True)
class Door:
    """Takes requests from every channel. `clock` says what time it is; `wake` tells the sender that a reply is due."""

    db: Database
    calendar: Calendar
    policy: Policy
    clock: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None
    _known: dict[tuple[int, date], _People] = field(default_factory=dict)  # the last read, while it still holds

    def answer(self, request: Request, carries: Carries = _everything) -> Reply | None:
        """Do what was asked and return the reply; None where it was seen before, or is an edit that says the same.

        `carries` says which replies the channel's response can carry. Any other becomes a message due now, in the same
        transaction as the change, and the answer is None.
        """
        queued = False
        try:
            with self.db.write() as tx:
                now = self.clock().astimezone(UTC)
                if request.seen_id and not _is_new(tx, request, now):
                    return None
                done = self._do(tx, request, now)
                if done is None:
                    return None
                reply = done
                if queued := not carries(reply):
                    _queue(tx, request, reply, now)
        except UserError as error:
            reply = _refused(error)
            queued = not carries(reply)
            if request.seen_id or queued:
                with self.db.write() as tx:  # what was rolled back with the rest: the same again is not answered again
                    now = self.clock().astimezone(UTC)
                    if request.seen_id and not _is_new(tx, request, now):
                        return None
                    if queued:
                        _queue(tx, request, reply, now)
        self.wake()  # for the reply, or for what the change lets others see
        return None if queued else reply

    def note(self, request: Request) -> None:
        """As `answer`, for a channel with no way to carry any reply."""
        self.answer(request, _nothing)

    def tell(self, request: Request, reply: Reply) -> None:
        """Put in the outbox a reply that `answer` gave and the channel could not carry after all."""
        with self.db.write() as tx:
            _queue(tx, request, reply, self.clock().astimezone(UTC))
        self.wake()

    def _read_people(self, tx: Tx, today: date) -> _People:
        """Who is who today: read anew whenever any of it has changed, in this process or another."""
        key = (get_people_revision(tx), today)
        known = self._known.get(key)
        if known is None:
            directory = read_directory(tx, today)
            groups, leads = tuple(list_groups(tx, directory)), tuple(list_leads(tx, directory))
            known = (directory, groups, leads, tuple(list_office(tx)))
            self._known.clear()
            self._known[key] = known
        return known

    def _do(self, tx: Tx, request: Request, now: datetime) -> Reply | None:
        text = plain(_storable(request.text)).strip()
        request = replace(request, fields={name: _storable(value) for name, value in request.fields.items()})
        said = "\n".join([text, *request.fields.values(), *(file.name for file in request.files)])
        if len(said) > _LONGEST:
            raise UserError(
                f"That is {len(said):,} characters and the most is {_LONGEST:,}: say it shorter, "
                "or put it in a document and send its link with evidence REF LINK."
            )
        if found := find_identifier(said):
            raise UserError(
                f"That looks like {found}, so it was not kept: please delete your message here too, "
                "and say it again without anything that points to a child."
            )
        today = self.calendar.today(now)
        directory, groups, leads, office = self._read_people(tx, today)
        word, words = _split(text)
        actor = find_actor(tx, request.actor, today, directory, groups, leads)
        if actor and actor.person and actor.person.closed and actor.person.scheme == request.where.channel:
            mark_closed(tx, actor.key, False, now)  # nobody speaks from a closed account
            directory, groups, leads, office = self._read_people(tx, today)
            actor = find_actor(tx, request.actor, today, directory, groups, leads)
        if actor is None:
            if ":" not in request.actor:
                raise UserError(
                    f"There is nobody called “{request.actor[:100]}” here, nor a role: see halfterm people list"
                )
            if word != "iam":
                raise UserError(
                    "I do not know you yet, so please say which role is yours and the programme office is asked, "
                    "for example: iam SENDPO"
                )
            actor = Actor(request.actor, request.name or request.actor)
        done = list_spoken(tx, request) if request.is_edit and request.said_id else []
        if request.files:
            text = reply.add_files(tx, request, text)
            word, words = _split(text)
        if (
            word not in COMMANDS
            or (word in _ALONE and not _ALONE[word].fullmatch(words))
            or _is_sentence(tx, request, text, word, words)
        ):
            if (kind := _SMALL_TALK.get(text.lower().strip(" .!,?"))) and not done:
                return compose_reply([kind])
            try:
                word, words = _guess(tx, request, text, lambda said: find_offer(tx, actor, said, directory, now))
            except UserError:
                if done:
                    raise reply.stands(done) from None
                raise
        ask = Ask(tx, now, today, actor, words, request, self.calendar, self.policy, directory, groups, leads, office)
        if not request.said_id:
            return COMMANDS[word].run(ask)
        before = get_head(tx).number
        answer = reply.edit(ask, word, done) if done else COMMANDS[word].run(ask)
        keep_spoken(tx, request, actor.key, before, now)
        if answer and request.files and not reply.takes_files(tx):
            return reply.say_no_files(answer)
        return answer


def _guess(tx: Tx, request: Request, text: str, offer: Callable[[str], UserError | None]) -> tuple[str, str]:
    """What was meant by words that begin with no command: a reference shows the action, with words after it is their
    command or progress; a reply to a reminder of one action is its progress; nothing else is guessed, though `offer`
    may ask."""
    if not text:
        return "help", ""
    if text.lower().strip(" .!?") in ("mine", "my actions"):
        return "actions", "mine"
    rating, about = split_rag(text)
    if rating and (is_certain(about) or names_action(tx, about)):  # `at-risk P2.3c no staff`
        ref, rest = next((each for each in split_refs(about) if names_action(tx, each[0])), split_refs(about)[0])
        return "rag", f"{ref} {rating.typed} {rest}"
    refs = find_refs_answered(tx, request)
    readings = split_refs(text)
    if readings and (not refs or is_certain(text) or names_action(tx, text)):  # in a thread `12 schools` is a count
        ref, rest = next((each for each in readings if names_action(tx, each[0])), readings[0])
        word, words = _read_after_ref(rest)
        return word, f"{ref} {words}".strip()
    if refs:
        word, words = _read_answer(text)
        if len(refs) == 1:
            return word, f"{refs[0]} {words}"
        whole = [(ref, f"{word} {ref}", f"{word} {ref} {words}".strip()) for ref in refs[:20]]
        choices = tuple(Button(ref, said) for ref, start, said in whole if fit_command(start, words) == said)
        raise UserError("Say which action that is about, by beginning with its reference.", choices)
    first, _, rest = text.partition(" ")
    first = first.lstrip("/")
    known = [one.word for one in COMMANDS.values() if one.shown]
    near = process.extractOne(first.lower(), known, scorer=fuzz.ratio, score_cutoff=70)
    if near and first.lower() not in _ALONE:
        meant = fit_command(near[0], rest)
        raise UserError(f"I do not know “{first[:40]}”: did you mean “{near[0]}”?", (Button(meant[:70], meant),))
    if not request.where.thread and (asked := offer(text)):
        raise asked
    raise UserError(
        "I did not understand that: begin with a reference or with a word such as progress, rag or actions.",
        (Button("Help", "help"), Button("My actions", "actions mine")),
    )


def _read_after_ref(text: str) -> tuple[str, str]:
    """The command that words said of an action are: `at risk: no staff` rates it, `no change` answers, `done` closes.

    Only what can be nothing else, as `at risk the supplier` is: `vulnerable pupils were seen` and `done the first
    visit` are progress.
    """
    if not text:
        return "action", ""
    head = _head(text)
    if find_rag(head) or split_complete(head) == "" or names_rating(text):
        return "rag", text
    if tapped := _find_tapped(head):
        return tapped, text[len(head) :].strip(" :;,.!-")
    word, words = _split(text)
    if word in COMMANDS and "REF" in COMMANDS[word].usage and word not in _ORDINARY:
        return word, words
    return "progress", text


def _read_answer(text: str) -> tuple[str, str]:
    """As `_read_after_ref`, for what is said in the thread of a message without a reference: free words are a reply,
    which offers the rating they begin with and does not give it."""
    head = _head(text)
    if tapped := _find_tapped(head):
        return tapped, text[len(head) :].strip(" :;,.!-")
    return "reply", text


def _head(text: str) -> str:
    return text[: found.start()].strip() if (found := _HEAD.search(text)) else text


def _find_tapped(head: str) -> str | None:
    """The command of a button's words, typed."""
    tapped = head.lower().replace(" ", "")
    return tapped if tapped in ("nochange", "notmine", "inplace") else None


def _is_sentence(tx: Tx, request: Request, text: str, word: str, words: str) -> bool:
    """Whether words typed in the thread of a message of ours only happen to begin like a command: `done the first
    visit`. What names an action after the command's word is one."""
    if not (words and request.where.thread and request.said_id) or text.lower().startswith(("/", "halfterm")):
        return False
    meant = _MEANT.get(word)
    is_one = not meant.fullmatch(words) if meant else word in _NOUNS and bool(_VERB.match(words))
    return is_one and not is_certain(words) and not names_action(tx, words) and bool(find_refs_answered(tx, request))


def _split(text: str) -> tuple[str, str]:
    """The command's word and the rest; `halfterm rag …` and `/halfterm rag …` are `rag …`."""
    found = _WORD.match(text)
    if found and found[1].lower() == "halfterm":
        text = text[found.end() :] or "help"
        found = _WORD.match(text)
    return (found[1].lower(), text[found.end() :].strip()) if found else ("", text)


def _storable(text: str) -> str:
    """Without what a database cannot hold: half a surrogate pair, a NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "")


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
    return Message(text, tuple(blocks), done=False, field=error.field)

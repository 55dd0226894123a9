"""The one door: a Request comes in, somebody is identified, one transaction does the work, a reply goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from bot.commands import (
    COMMANDS,
    Ask,
    asking,
    calendar,
    choose,
    compose_reply,
    cover,
    decide,
    find_refs_answered,
    form,
    handover,
    hear,
    home,
    join,
    look,
    meet,
    minute,
    minutes,
    rate,
    reply,
    report_dates,
    undo,
    update,
    weekly,
    why,
)
from bot.commands.offer import find_offer
from bot.meaning import ALONE, guess, is_sentence, split_word
from programme.calendar import Calendar
from programme.childdata import find_identifier
from programme.facts import Accountable, Actor, Group, Person
from programme.message_json import message_to_dict
from programme.messages import Block, Buttons, Form, Message, Reply, Request, Text, UserError
from programme.minutes import looks_like_minutes
from programme.policy import Policy
from programme.quotes import unquote_each
from programme.refs import plain
from programme.saying import acknowledges, find_claimed_role, find_small_talk
from storage import outbox
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
from storage.spoken import keep_spoken, list_spoken, was_edited

_LONGEST, _LONGEST_MINUTES = 4_000, 40_000
# Imported to make their commands known, in the order of the help.
_MODULES = (
    *(
        rate,
        update,
        form,
        decide,
        minute,
        minutes,
        asking,
        report_dates,
        look,
        meet,
        calendar,
        why,
        weekly,
        home,
        hear,
        join,
        cover,
        choose,
    ),
    *(handover, reply, undo),
)


Carries = Callable[[Reply], bool]


def _everything(_reply: Reply) -> bool:
    return True


def _nothing(_reply: Reply) -> bool:
    return False


_People = tuple[Directory, tuple[Group, ...], tuple[Accountable, ...], tuple[Person, ...]]


@dataclass(frozen=True, slots=True)
class Door:
    """Takes requests from every channel. `clock` says what time it is; `wake` tells the sender that a reply is due;
    `schemes` are the channels that can send, `public_url` is where the web reaches this bot, "" where it does not."""

    db: Database
    calendar: Calendar
    policy: Policy
    clock: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None
    schemes: tuple[str, ...] = ()
    public_url: str = ""
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
            if (request.seen_id and not request.fields) or queued:  # a form is refused again as it was before
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
        _stop_too_much(text, request)
        _stop_child_data(text, request)
        today = self.calendar.today(now)
        directory, groups, leads, office = self._read_people(tx, today)
        word, words = split_word(text)
        actor = find_actor(tx, request.actor, today, directory, groups, leads)
        if actor and actor.person and actor.person.closed and _speaks_from(request, actor.person):
            mark_closed(tx, actor.person.reached_at, False, now)  # nobody speaks from a closed account
            directory, groups, leads, office = self._read_people(tx, today)
            actor = find_actor(tx, request.actor, today, directory, groups, leads)
        if actor is None:
            if claimed := find_claimed_role(text):
                word, words = "iam", claimed
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
        if request.said_id and not request.is_edit and was_edited(tx, request):
            return None  # its edit was here before it
        done = list_spoken(tx, request) if request.is_edit and request.said_id else []
        if request.files:
            typed, text = text, reply.add_files(tx, request, text)
            word, words = split_word(text) if typed else ("", text)  # a file's name is no command
        if (
            word not in COMMANDS
            or (word in ALONE and not ALONE[word].fullmatch(words))
            or is_sentence(tx, request, text, word, words)
        ):
            answers_one = acknowledges(text) and len(find_refs_answered(tx, request)) == 1
            if (kind := find_small_talk(text)) and not done and not answers_one:
                return compose_reply([kind])
            pasted = not done and minutes.is_pasted(tx, actor, directory, text)
            try:
                word, words = (
                    ("minutes", text)
                    if pasted
                    else guess(tx, request, text, lambda said: find_offer(tx, actor, said, directory, now))
                )
            except UserError:
                refs = {row.ref for row in done if row.ref}
                if len(refs) != 1:
                    if done:
                        raise reply.stands(done) from None
                    raise
                word, words = "reply", f"{refs.pop()} {text}"  # it was about that one, whatever else its message was
        if not COMMANDS[word].takes_sentences:
            words = unquote_each(words)
        who = (directory, groups, leads, office)
        ours = (self.schemes, self.public_url)
        ask = Ask(tx, now, today, actor, words, request, self.calendar, self.policy, *who, *ours)
        before = get_head(tx).number
        answer = reply.edit(ask, word, done) if done else COMMANDS[word].run(ask)
        if request.said_id:
            keep_spoken(tx, request, actor.key, before, now)
            if answer and request.files and not reply.takes_files(tx):
                answer = reply.say_no_files(answer)
        return _name_undo(answer, before + 1, get_head(tx).number) if isinstance(answer, Message) else answer


def _name_undo(answer: Message, first: int, last: int) -> Message:
    """The answer, its Undo standing for the rows of the history that were written with it, and for no later ones."""
    if last < first:
        return answer
    rows = f"{first}" if first == last else f"{first}-{last}"

    def name(block: Block) -> Block:
        if not isinstance(block, Buttons):
            return block
        taps = (replace(tap, command=f"undo {rows}") if tap.command == "undo" else tap for tap in block.buttons)
        return Buttons(tuple(taps))

    return replace(answer, blocks=tuple(name(block) for block in answer.blocks))


def _speaks_from(request: Request, person: Person) -> bool:
    """Whether it was said where they are written to, and not at another address of theirs."""
    return person.scheme == request.where.channel and request.actor.partition(":")[2] in (
        "",
        person.reached_at.partition(":")[2],
    )


def _stop_too_much(text: str, request: Request) -> None:
    """UserError where words are too many: of a form, at the answer that is."""
    for name, said in {"": text, **request.fields}.items():
        if len(said) <= _LONGEST:
            continue
        are_minutes = split_word(text)[0] == "minutes" or looks_like_minutes(text)
        most = _LONGEST_MINUTES if are_minutes else _LONGEST
        shorter = "paste them in two parts" if are_minutes else "say it shorter"
        if len(said) > most:
            raise UserError(
                f"That is {len(said):,} characters and the most is {most:,}: {shorter}, "
                "or put it in a document and send its link with evidence REF LINK.",
                field=name,
            )


def _stop_child_data(text: str, request: Request) -> None:
    """UserError where words seem to point to a child: of a form at its field, else with a request to delete them."""
    for name, answer in request.fields.items():
        if found := find_identifier(plain(answer)):
            raise UserError(
                f"{_say_where(answer)} looks like {found}, so it was not kept: please say it without anything that "
                "points to a child.",
                field=name,
            )
    if found := find_identifier(plain("\n".join([text, *(file.name for file in request.files)]))):
        raise UserError(
            f"{_say_where(text)} looks like {found}, so it was not kept: please delete your message here too, "
            "and say it again without anything that points to a child."
        )


def _say_where(text: str) -> str:
    """The one line of several that seems to point to a child, never its words."""
    lines = text.splitlines()
    at = next((number for number, line in enumerate(lines, 1) if find_identifier(plain(line))), None)
    return f"Line {at} of that" if at and len(lines) > 1 else "That"


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

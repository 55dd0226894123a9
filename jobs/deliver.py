"""Deliver what is due: claim, compose, say, send, settle. What is promised stands in docs/reliability.md."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol
from uuid import uuid4

from jobs.sender import (
    AccountClosed,
    Ambiguous,
    Attachment,
    CannotAsk,
    Composed,
    Delivery,
    FileSender,
    Nothing,
    NotSent,
    Receipt,
    Rests,
    Sender,
    Undeliverable,
)
from programme.calendar import Calendar
from programme.messages import Message
from storage import ledger, outbox
from storage.appointments import mark_closed
from storage.db import Database, Tx
from storage.programme import is_paused, touch

# What goes out and what a channel must do is said in jobs/sender.py and had from here.
__all__ = [
    "Ambiguous",
    "Attachment",
    "CannotAsk",
    "Compose",
    "Composed",
    "Deliverer",
    "Delivery",
    "FileSender",
    "NotSent",
    "Nothing",
    "Receipt",
    "Sender",
    "Tally",
    "Undeliverable",
]

log = logging.getLogger(__name__)

# Unprompted messages keep to sending hours; what answers somebody is sent at once, before all else. What corrects or
# completes a message that stands there goes at any hour too.
_ANSWERS = ("reply",)
_FOLLOWING = ("file",)  # what a run has sent may queue it, and then it goes in that run
_AT_ANY_HOUR = (*_ANSWERS, "file", "edit", "home")
_REPEATABLE = ("edit", "home")  # in doubt it is simply done again, and where it cannot be done nobody misses anything
_ONE_AT_A_TIME = ("bundle", *_REPEATABLE)  # what one has said decides what the next may say
_RETRIES = (1, 5, 15, 60, 240)  # minutes; after the last the office is told
_GIVE_UP = "it could not be sent in {} tries: {}"
_GIVE_UP_ASKING = "it may have arrived, and could not be asked for in {} tries: {}"


Compose = Callable[[Tx, outbox.Row, datetime], Composed | Nothing]


class _Change(Protocol):
    """`outbox.put_off` or `outbox.keep_in_doubt`."""

    def __call__(
        self, tx: Tx, row: outbox.Row, now: datetime, *, until: datetime, reason: str, count: bool
    ) -> None: ...


@dataclass
class Tally:
    """What one run did with the rows it had a turn with."""

    sent: int = 0
    dropped: int = 0
    put_off: int = 0
    failed: int = 0


@dataclass
class Deliverer:
    """Delivers what is due, a row at a time: claim, compose, say, send, settle, each step committed on its own.

    `clock` gives the run's time: the instant it was given plus what has really passed. `reached` is told the name of
    each step, so that a test can end the process there. `senders` by scheme (`slack`, `console`). `held` is what has to
    rest, and until when.
    """

    db: Database
    senders: Mapping[str, Sender]
    compose: Compose
    calendar: Calendar
    clock: Callable[[], datetime]
    reached: Callable[[str], None] = lambda step: None
    tally: Tally = field(default_factory=Tally)
    held: dict[outbox.Rest, datetime] = field(default_factory=dict)

    def run(self) -> Tally:
        """Give every row that is due as the run begins a turn; answers and files as they come. Never raises."""
        began = self.clock()
        while (row := self._claim(began)) is not None:
            try:
                self._deliver(row)
            except outbox.LeaseLost:
                log.warning("message %s: its lease was lost to another run", row.id)
            except Exception as error:
                _log_trouble(row, error)
                self._stumble(row, f"it could not be made ready ({type(error).__name__})")
        return self.tally

    def _claim(self, began: datetime) -> outbox.Row | None:
        """Whatever had its turn is due again, if at all, only after the run began: nothing comes up twice."""
        with self.db.write() as tx:
            now = self.clock()
            self.held = {rest: until for rest, until in self.held.items() if until > now}
            claim = partial(
                outbox.claim, tx, now, lease=uuid4().hex, schemes=list(self.senders), resting=list(self.held)
            )
            row = claim(kinds=_ANSWERS)
            if row is None and not is_paused(tx, self.calendar.today(now)):
                row = claim(due_by=began, one_at_a_time=_ONE_AT_A_TIME)
            if row is None:
                row = claim(kinds=_AT_ANY_HOUR, due_by=began, one_at_a_time=_ONE_AT_A_TIME)
            return row or claim(kinds=_FOLLOWING)

    def _deliver(self, row: outbox.Row) -> None:
        self.reached("claimed")
        if row.attempts > len(_RETRIES):
            self._fail(row, _GIVE_UP.format(row.attempts, "each time the program ended while making it ready"))
            return
        sender = self.senders[_scheme(row)]
        delivery = self._again(row)

        # 1. It may have been posted already: ask before saying anything again.
        doubtful = row.doubtful
        if row.in_doubt and not _may_repeat(row):
            try:
                if row.kind == "file" and (not delivery.uploads or "not_again" in (row.said or {})):
                    raise CannotAsk  # a restored backup may not know by which ids it was shared
                receipt = sender.find_sent(delivery)
            except CannotAsk:
                if reason := _not_again(row):
                    self._fail(row, reason)
                    return
                doubtful = True
            except NotSent as error:
                self._later(outbox.keep_in_doubt, row, error)
                return
            else:
                if receipt is not None:
                    self._settle_sent(row, sender, receipt, _said_at(row) or self.clock())
                    return
                if row.attempts >= len(_RETRIES):
                    self._fail(row, _GIVE_UP.format(row.attempts + 1, "no answer came"))
                    return
                doubtful = False

        # 2. Unprompted messages wait for sending hours; that is not an attempt.
        now = self.clock()
        change: _Change = outbox.keep_in_doubt if row.in_doubt and doubtful else outbox.put_off
        if row.kind not in _AT_ANY_HOUR and (opens := self.calendar.next_sending(now)) > now:
            with self.db.write() as tx:
                change(tx, row, now, until=opens, reason="outside sending hours", count=False)
            self.tally.put_off += 1
            return

        # 3. The words, from the facts of this moment, and the files; then commit to saying them.
        with self.db.read() as tx:
            composed = self.compose(tx, row, now)
            if isinstance(composed, Composed):
                delivery = self._complete(tx, delivery, composed)
        if isinstance(composed, Nothing):
            reason = composed.reason + ("; it may have been said before: no answer came" if doubtful else "")
            with self.db.write() as tx:
                _silence(tx, composed.silenced, now)
                outbox.settle(tx, row, now, "dropped", reason)
            self.tally.dropped += 1
            return
        if composed.draw is not None:
            try:
                delivery = _upload(sender, replace(delivery, files=composed.draw()))
            except NotSent as error:
                self._later(change, row, error)
                return
            except Undeliverable as error:
                self._fail(row, error.reason)
                return
            self.reached("uploaded")
        said = {
            "refs": list(composed.refs),
            "lines": list(composed.lines),
            "at": now.isoformat(),
            "how": composed.how if composed.how != "post" else "",
            "conversation": composed.conversation,
            "thread": delivery.thread,
            "uploads": delivery.uploads,
            "follow": composed.follow,
        }
        said = {name: value for name, value in said.items() if value or name in ("refs", "lines")}
        with self.db.write() as tx:
            row = outbox.mark_sending(tx, row, said, self.clock(), doubtful=doubtful)
            _silence(tx, composed.silenced, now)
        self.reached("before the post")

        # 4. The post itself, outside any transaction.
        try:
            receipt = sender.send(delivery)
        except NotSent as error:
            self._later(outbox.put_off, row, error)
            return
        except Undeliverable as error:
            self._fail(row, error.reason, closed=isinstance(error, AccountClosed))
            return
        except Ambiguous as error:
            if _may_repeat(row):
                self._later(outbox.put_off, row, NotSent(f"no answer came ({error})"))
                return
            # Left in `sending`: when its lease ends the next claim asks the channel first.
            log.warning("message %s: no answer came back; it will be asked for", row.id)
            return
        self.reached("after the post")
        self._settle_sent(row, sender, receipt, self.clock())
        self.reached("settled")

    def _again(self, row: outbox.Row) -> Delivery:
        """The row's message without its words, as it was last said if it was."""
        said = row.said or {}
        thread = said.get("thread") or row.facts.get("thread", "")
        conversation, uploads = said.get("conversation") or row.conversation, tuple(said.get("uploads", ()))
        return Delivery(self._id(row.id), row.address, Message(""), conversation, thread, uploads=uploads)

    def _complete(self, tx: Tx, delivery: Delivery, composed: Composed) -> Delivery:
        """With the words, and how they are to be said."""
        complete = replace(
            delivery,
            message=composed.message,
            conversation=composed.conversation or delivery.conversation,
            thread=composed.thread or delivery.thread,
            how=composed.how,
            post=composed.post,
            uploads=(),
        )
        if composed.how != "edit":
            return complete
        edited = outbox.find_posted(tx, complete.conversation, complete.post)
        if edited is None:
            return replace(complete, id="")
        return replace(complete, id=self._id(edited.id), thread=complete.thread or edited.thread, parts=edited.parts)

    def _id(self, number: int) -> str:
        return f"{self.db.programme}-{number}"

    def _settle_sent(self, row: outbox.Row, sender: Sender, receipt: Receipt, at: datetime) -> None:
        """It was posted `at` that instant: what was only asked about went when it was said, not when it was found."""
        self.reached("before settling")
        with self.db.write() as tx:
            if (row.said or {}).get("how") == "edit":
                edited = outbox.find_posted(tx, receipt.conversation, receipt.post)
                if edited and edited.parts < receipt.parts:
                    outbox.note_parts(tx, edited.id, receipt.parts)
                receipt = replace(receipt, post="", parts=1)  # what stands there is the message it changed
            conversation, said = receipt.conversation, row.said or {}
            outbox.settle_sent(tx, row, at, conversation=conversation, post=receipt.post, parts=receipt.parts)
            if said.get("follow") and isinstance(sender, FileSender):
                facts = {**said["follow"], "thread": said.get("thread") or receipt.post}
                key = f"file:{row.id}"
                outbox.say(tx, key, "file", row.address, due_at=at, facts=facts, conversation=conversation)
            reason = "sent a second time, perhaps: no answer came the first time" if row.doubtful else "sent"
            ledger.settle(tx, _lines(row), "sent", reason, at, row.id)
            if row.doubtful:
                touch(tx)  # the office hears of it in its next bundle
        self.tally.sent += 1

    def _later(self, change: _Change, row: outbox.Row, trouble: NotSent) -> None:
        """Move it: to be sent, or to be asked for. A limit is no attempt, and what it is for rests."""
        now = self.clock()
        if trouble.retry_after is not None:
            until = now + trouble.retry_after
            self.held[_rest(row, trouble.rests)] = until
            if change is outbox.put_off and not trouble.asked:
                until = row.due_at  # it keeps its turn
        elif row.attempts < len(_RETRIES):
            until = now + timedelta(minutes=_RETRIES[row.attempts])
            if row.kind not in _AT_ANY_HOUR:
                until = self.calendar.next_sending(until)
        else:
            words = _GIVE_UP_ASKING if change is outbox.keep_in_doubt else _GIVE_UP
            self._fail(row, words.format(row.attempts + 1, trouble.reason))
            return
        with self.db.write() as tx:
            change(tx, row, now, until=until, reason=trouble.reason, count=trouble.retry_after is None)
            if trouble.retry_after is not None and trouble.asked:
                outbox.rest(tx, row.address, row.kind if trouble.rests == "kind" else "", until)
        self.tally.put_off += 1

    def _stumble(self, row: outbox.Row, reason: str) -> None:
        """Something unforeseen: a retry. Once it was being sent this claim is void, and it stays in doubt."""
        try:
            self._later(outbox.keep_in_doubt if row.in_doubt else outbox.put_off, row, NotSent(reason))
        except outbox.LeaseLost:
            log.warning("message %s: it may have been posted; it will be asked for", row.id)
        except Exception as error:  # its lease ends, and it is taken up again
            _log_trouble(row, error)

    def _fail(self, row: outbox.Row, reason: str, *, closed: bool = False) -> None:
        """Give it up and tell the office, save where nobody misses anything. `closed`: their account is."""
        now = self.clock()
        if closed:
            with self.db.write() as tx:
                mark_closed(tx, row.address, True, now)
        if _may_repeat(row):
            with self.db.write() as tx:
                outbox.settle(tx, row, now, "dropped", reason)
            self.tally.dropped += 1
            return
        with self.db.write() as tx:
            outbox.settle(tx, row, now, "failed", reason)
            ledger.settle(tx, _lines(row), "failed", reason, now, row.id)
            touch(tx)
        self.tally.failed += 1


def _scheme(row: outbox.Row) -> str:
    return row.address.partition(":")[0]


def _may_repeat(row: outbox.Row) -> bool:
    return row.kind in _REPEATABLE or "how" in (row.said or {})


def _rest(row: outbox.Row, rests: Rests) -> outbox.Rest:
    """What must wait. An address is `scheme:id`, or `scheme:workspace:id` where the channel has workspaces."""
    if rests == "address":
        return outbox.Rest(row.address)
    scope = f"{_scheme(row)}:" if rests == "channel" else row.address.rpartition(":")[0] + ":"
    return outbox.Rest(scope, row.kind if rests == "kind" else "")


def _upload(sender: Sender, delivery: Delivery) -> Delivery:
    if not isinstance(sender, FileSender):
        raise Undeliverable("that channel takes no files")
    return replace(delivery, uploads=sender.upload(delivery))


def _lines(row: outbox.Row) -> list[int]:
    """The ledger lines it carries, as last committed."""
    return list((row.said or {}).get("lines", ()))


def _not_again(row: outbox.Row) -> str | None:
    """Why a channel that cannot be asked is not sent it once more: it has been, or a restored backup forbids it."""
    if row.doubtful:
        return "no answer came twice: it may have arrived"
    return (row.said or {}).get("not_again")


def _said_at(row: outbox.Row) -> datetime | None:
    at = (row.said or {}).get("at")
    return datetime.fromisoformat(at) if at else None


def _log_trouble(row: outbox.Row, error: Exception) -> None:
    """What and where, without the error's own words: they may quote what somebody said."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    log.error("message %s: %s at %s:%s", row.id, type(error).__name__, place.filename, place.lineno)


def _silence(tx: Tx, reasons: Mapping[int, str], now: datetime) -> None:
    for line, reason in reasons.items():
        ledger.settle(tx, [line], "silenced", reason, now)

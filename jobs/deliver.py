"""Deliver what is due: claim, compose, say, send, settle. What is promised stands in docs/reliability.md."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from programme.calendar import Calendar
from programme.messages import Message
from storage import ledger, outbox
from storage.db import Database, Tx
from storage.programme import is_paused, touch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be posted. `id` is ours and goes into the channel's metadata, so that it can be asked for.

    `conversation` and `thread` are the channel's own ids where the message answers something said there; empty for a
    message to the person or channel at `address`.
    """

    id: str
    address: str
    message: Message
    conversation: str = ""
    thread: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a message was put: the channel's conversation and its id there (Slack's `ts`)."""

    conversation: str
    post: str


class NotSent(Exception):
    """Nothing was posted and a later try may do: a connection refused, a rate limit (`retry_after` says how long)."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


class Undeliverable(Exception):
    """No later try will do: an account closed, a channel archived, a message refused as wrong."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Ambiguous(Exception):
    """The request was written and no answer came back: it may have been posted."""


class CannotAsk(Exception):
    """The channel cannot say whether a message arrived."""


class Sender(Protocol):
    """What a channel must be able to do for `deliver`. A call returns or raises within 20 seconds."""

    def send(self, delivery: Delivery) -> Receipt:
        """Post it. Raises NotSent, Undeliverable or Ambiguous."""

    def find_sent(self, delivery: Delivery) -> Receipt | None:
        """Where the message with `delivery.id` was put, None if it never arrived. Raises CannotAsk or NotSent."""


# Unprompted messages keep to sending hours; what answers somebody is sent at once.
_AT_ANY_HOUR = frozenset({"reply"})
_RETRIES = (1, 5, 15, 60, 240)  # minutes; after the last the office is told
_GIVE_UP = "it could not be sent in {} tries: {}"


@dataclass(frozen=True, slots=True)
class Composed:
    """What a row says at this moment, and what saying it settles: ledger lines carried, and lines found silent."""

    message: Message
    refs: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    silenced: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing left worth saying, and why; `silenced` are ledger lines that this settles."""

    reason: str
    silenced: Mapping[int, str] = field(default_factory=dict)


Compose = Callable[[Tx, outbox.Row, datetime], Composed | Nothing]


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
    each step, so that a test can end the process there. `senders` by scheme (`slack`, `console`). `held` are channels
    that asked for a rest, and until when.
    """

    db: Database
    senders: Mapping[str, Sender]
    compose: Compose
    calendar: Calendar
    clock: Callable[[], datetime]
    reached: Callable[[str], None] = lambda step: None
    tally: Tally = field(default_factory=Tally)
    held: dict[str, datetime] = field(default_factory=dict)

    def run(self, most: int = 10_000) -> Tally:
        """Give every due row one turn; never raises for a row, however broken. At most `most` rows."""
        seen: list[int] = []
        while len(seen) < most:
            row = self._claim(seen)
            if row is None:
                break
            seen.append(row.id)
            try:
                self._deliver(row)
            except outbox.LeaseLost:
                log.warning("message %s: its lease was lost to another run", row.id)
            except Exception as error:
                log.exception("message %s: %s", row.id, type(error).__name__)
                self._try_later(row, f"it could not be made ready ({type(error).__name__})")
        return self.tally

    def _claim(self, seen: list[int]) -> outbox.Row | None:
        with self.db.write() as tx:
            now = self.clock()
            only = None if not is_paused(tx, self.calendar.today(now)) else tuple(_AT_ANY_HOUR)
            free = [scheme for scheme in self.senders if self.held.get(scheme, now) <= now]
            return outbox.claim(tx, now, lease=uuid4().hex, schemes=free, only=only, skip=seen)

    def _deliver(self, row: outbox.Row) -> None:
        self.reached("claimed")
        sender = self.senders[row.address.partition(":")[0]]
        delivery = Delivery(self._id(row), row.address, Message(""), row.conversation, str(row.facts.get("thread", "")))

        # 1. It may have been posted already: ask before saying anything again.
        doubtful = False
        if row.in_doubt:
            try:
                receipt = sender.find_sent(delivery)
            except CannotAsk:
                doubtful = True
                if row.attempts:
                    self._fail(row, "no answer came twice: it may have arrived", row.said or {})
                    return
            except NotSent as error:
                self._ask_later(row, self.clock() + (error.retry_after or timedelta(minutes=1)))
                return
            else:
                if receipt is not None:
                    self._settle_sent(row, row.said or {}, receipt, doubtful=False)
                    return
                if row.attempts >= len(_RETRIES):
                    self._fail(row, _GIVE_UP.format(row.attempts + 1, "no answer came"), row.said or {})
                    return

        # 2. Unprompted messages wait for sending hours; that is not an attempt.
        now = self.clock()
        if row.kind not in _AT_ANY_HOUR and (opens := self.calendar.next_sending(now)) > now:
            if doubtful:
                self._ask_later(row, opens)
                return
            with self.db.write() as tx:
                outbox.put_off(tx, row, now, until=opens, reason="outside sending hours", count=False)
            self.tally.put_off += 1
            return

        # 3. The words, from the facts of this moment; then commit to saying them.
        with self.db.read() as tx:
            composed = self.compose(tx, row, now)
        if isinstance(composed, Nothing):
            with self.db.write() as tx:
                _silence(tx, composed.silenced, now)
                outbox.settle(tx, row, now, "dropped", composed.reason)
            self.tally.dropped += 1
            return
        said = {"refs": list(composed.refs), "lines": list(composed.lines)}
        with self.db.write() as tx:
            outbox.mark_sending(tx, row, said, self.clock(), again=row.in_doubt)
            _silence(tx, composed.silenced, now)
        self.reached("before the post")

        # 4. The post itself, outside any transaction.
        try:
            receipt = sender.send(replace(delivery, message=composed.message))
        except NotSent as error:
            self._put_off(row, error)
            return
        except Undeliverable as error:
            self._fail(row, error.reason, said)
            return
        except Ambiguous:
            # Left in `sending`: when its lease ends the next claim asks the channel first.
            log.warning("message %s: no answer came back; it will be asked for", row.id)
            return
        self.reached("after the post")
        self._settle_sent(row, said, receipt, doubtful=doubtful)
        self.reached("settled")

    def _id(self, row: outbox.Row) -> str:
        return f"{self.db.programme}-{row.id}"

    def _settle_sent(self, row: outbox.Row, said: Mapping[str, Any], receipt: Receipt, *, doubtful: bool) -> None:
        self.reached("before settling")
        now = self.clock()
        with self.db.write() as tx:
            outbox.settle_sent(tx, row, now, conversation=receipt.conversation, post=receipt.post, doubtful=doubtful)
            reason = "sent a second time, perhaps: no answer came the first time" if doubtful else "sent"
            ledger.settle(tx, said.get("lines", ()), "sent", reason, now, row.id)
            if doubtful:
                touch(tx)  # the office hears of it in its next bundle
        self.tally.sent += 1

    def _put_off(self, row: outbox.Row, error: NotSent) -> None:
        if error.retry_after is None:
            self._try_later(row, error.reason)
            return
        now = self.clock()
        self.held[row.address.partition(":")[0]] = now + error.retry_after
        with self.db.write() as tx:
            outbox.put_off(tx, row, now, until=now + error.retry_after, reason=error.reason, count=False)
        self.tally.put_off += 1

    def _ask_later(self, row: outbox.Row, until: datetime) -> None:
        """It may have been posted and the channel cannot say now: nothing is sent until it has been asked."""
        with self.db.write() as tx:
            outbox.keep_in_doubt(tx, row, self.clock(), until)
        self.tally.put_off += 1

    def _try_later(self, row: outbox.Row, reason: str) -> None:
        if row.attempts >= len(_RETRIES):
            self._fail(row, _GIVE_UP.format(row.attempts + 1, reason), row.said or {})
            return
        now = self.clock()
        until = now + timedelta(minutes=_RETRIES[row.attempts])
        if row.kind not in _AT_ANY_HOUR:
            until = self.calendar.next_sending(until)
        with self.db.write() as tx:
            outbox.put_off(tx, row, now, until=until, reason=reason, count=True)
        self.tally.put_off += 1

    def _fail(self, row: outbox.Row, reason: str, said: Mapping[str, Any]) -> None:
        now = self.clock()
        with self.db.write() as tx:
            outbox.settle(tx, row, now, "failed", reason)
            ledger.settle(tx, said.get("lines", ()), "failed", reason, now, row.id)
            touch(tx)
        self.tally.failed += 1


def _silence(tx: Tx, reasons: Mapping[int, str], now: datetime) -> None:
    for line, reason in reasons.items():
        ledger.settle(tx, [line], "silenced", reason, now)

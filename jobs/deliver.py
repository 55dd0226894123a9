"""Deliver what is due: claim, compose, say, send, settle. What is promised stands in docs/reliability.md."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, Protocol
from uuid import uuid4

from programme.calendar import Calendar
from programme.messages import Message
from storage import ledger, outbox
from storage.db import Database, Tx
from storage.programme import is_paused, touch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to be shared: its name with its ending, what it is called, what it says to who cannot see it."""

    name: str
    title: str
    words: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to be posted. `id` is ours and goes into the channel's metadata, so that it can be asked for.

    `conversation` and `thread` are the channel's own ids where the message answers something said there; empty for a
    message to the person or channel at `address`.

    `how`: `post` a new message · `edit` the one that `post` names there, so that it says this · show it as the person's
    `home`, in place of what is there now, which `post` names if it is known. Both may be done twice without harm.
    """

    id: str
    address: str
    message: Message
    conversation: str = ""
    thread: str = ""
    how: Literal["post", "edit", "home"] = "post"
    post: str = ""
    files: tuple[Attachment, ...] = ()
    uploads: tuple[str, ...] = ()  # the channel's ids of `files`, committed before they are shared


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


# Unprompted messages keep to sending hours; what answers somebody is sent at once, before all else.
_AT_ANY_HOUR = ("reply",)
_ONE_AT_A_TIME = ("bundle",)  # what one bundle has said decides what the person's next one may say
_RETRIES = (1, 5, 15, 60, 240)  # minutes; after the last the office is told
_GIVE_UP = "it could not be sent in {} tries: {}"
_GIVE_UP_ASKING = "it may have arrived, and could not be asked for in {} tries: {}"
_LEAST_REST = timedelta(seconds=1)


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

    def run(self) -> Tally:
        """Give every row that is due as the run begins one turn, and answers as they come; never raises for a row."""
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
            now, lease = self.clock(), uuid4().hex
            free = [scheme for scheme in self.senders if self.held.get(scheme, now) <= now]
            row = outbox.claim(tx, now, lease=lease, schemes=free, kinds=_AT_ANY_HOUR)
            if row is None and not is_paused(tx, self.calendar.today(now)):
                row = outbox.claim(tx, now, lease=lease, schemes=free, due_by=began, one_at_a_time=_ONE_AT_A_TIME)
            return row

    def _deliver(self, row: outbox.Row) -> None:
        self.reached("claimed")
        if row.attempts > len(_RETRIES):
            self._fail(row, _GIVE_UP.format(row.attempts, "each time the program ended while making it ready"))
            return
        sender = self.senders[_scheme(row)]
        delivery = Delivery(self._id(row), row.address, Message(""), row.conversation, str(row.facts.get("thread", "")))

        # 1. It may have been posted already: ask before saying anything again.
        doubtful = row.doubtful
        if row.in_doubt:
            try:
                receipt = sender.find_sent(delivery)
            except CannotAsk:
                if reason := _not_again(row):
                    self._fail(row, reason)
                    return
                doubtful = True
            except NotSent as error:
                self._later(outbox.keep_in_doubt, row, error.reason, error.retry_after)
                return
            else:
                if receipt is not None:
                    self._settle_sent(row, receipt, _said_at(row) or self.clock())
                    return
                if row.attempts >= len(_RETRIES):
                    self._fail(row, _GIVE_UP.format(row.attempts + 1, "no answer came"))
                    return
                doubtful = False

        # 2. Unprompted messages wait for sending hours; that is not an attempt.
        now = self.clock()
        if row.kind not in _AT_ANY_HOUR and (opens := self.calendar.next_sending(now)) > now:
            change = outbox.keep_in_doubt if row.in_doubt and doubtful else outbox.put_off
            with self.db.write() as tx:
                change(tx, row, now, until=opens, reason="outside sending hours", count=False)
            self.tally.put_off += 1
            return

        # 3. The words, from the facts of this moment; then commit to saying them.
        with self.db.read() as tx:
            composed = self.compose(tx, row, now)
        if isinstance(composed, Nothing):
            reason = composed.reason + ("; it may have been said before: no answer came" if doubtful else "")
            with self.db.write() as tx:
                _silence(tx, composed.silenced, now)
                outbox.settle(tx, row, now, "dropped", reason)
            self.tally.dropped += 1
            return
        said = {
            "refs": list(composed.refs),
            "lines": list(composed.lines),
            "at": now.isoformat(),
        }
        with self.db.write() as tx:
            row = outbox.mark_sending(tx, row, said, self.clock(), doubtful=doubtful)
            _silence(tx, composed.silenced, now)
        self.reached("before the post")

        # 4. The post itself, outside any transaction.
        try:
            receipt = sender.send(replace(delivery, message=composed.message))
        except NotSent as error:
            self._later(outbox.put_off, row, error.reason, error.retry_after)
            return
        except Undeliverable as error:
            self._fail(row, error.reason)
            return
        except Ambiguous:
            # Left in `sending`: when its lease ends the next claim asks the channel first.
            log.warning("message %s: no answer came back; it will be asked for", row.id)
            return
        self.reached("after the post")
        self._settle_sent(row, receipt, self.clock())
        self.reached("settled")

    def _id(self, row: outbox.Row) -> str:
        return f"{self.db.programme}-{row.id}"

    def _settle_sent(self, row: outbox.Row, receipt: Receipt, at: datetime) -> None:
        """It was posted `at` that instant: what was only asked about went when it was said, not when it was found."""
        self.reached("before settling")
        with self.db.write() as tx:
            outbox.settle_sent(tx, row, at, conversation=receipt.conversation, post=receipt.post)
            reason = "sent a second time, perhaps: no answer came the first time" if row.doubtful else "sent"
            ledger.settle(tx, _lines(row), "sent", reason, at, row.id)
            if row.doubtful:
                touch(tx)  # the office hears of it in its next bundle
        self.tally.sent += 1

    def _later(self, change: _Change, row: outbox.Row, reason: str, retry_after: timedelta | None = None) -> None:
        """Move it: to be sent, or to be asked for. What the channel asked for is no attempt, and all it has waits."""
        now = self.clock()
        if retry_after is not None:
            until = now + max(retry_after, _LEAST_REST)
            self.held[_scheme(row)] = until
        elif row.attempts < len(_RETRIES):
            until = now + timedelta(minutes=_RETRIES[row.attempts])
            if row.kind not in _AT_ANY_HOUR:
                until = self.calendar.next_sending(until)
        else:
            words = _GIVE_UP_ASKING if change is outbox.keep_in_doubt else _GIVE_UP
            self._fail(row, words.format(row.attempts + 1, reason))
            return
        with self.db.write() as tx:
            change(tx, row, now, until=until, reason=reason, count=retry_after is None)
        self.tally.put_off += 1

    def _stumble(self, row: outbox.Row, reason: str) -> None:
        """Something unforeseen: a retry. Once it was being sent this claim is void, and it stays in doubt."""
        try:
            self._later(outbox.keep_in_doubt if row.in_doubt else outbox.put_off, row, reason)
        except outbox.LeaseLost:
            log.warning("message %s: it may have been posted; it will be asked for", row.id)
        except Exception as error:  # its lease ends, and it is taken up again
            _log_trouble(row, error)

    def _fail(self, row: outbox.Row, reason: str) -> None:
        now = self.clock()
        with self.db.write() as tx:
            outbox.settle(tx, row, now, "failed", reason)
            ledger.settle(tx, _lines(row), "failed", reason, now, row.id)
            touch(tx)
        self.tally.failed += 1


def _scheme(row: outbox.Row) -> str:
    return row.address.partition(":")[0]


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

"""Deliver what is due: claim, compose, say, send, settle. What is promised stands in docs/delivery.md."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar
from uuid import uuid4

from jobs import rows
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
    Sender,
    Tally,
    Undeliverable,
    hand_over,
)
from programme.calendar import Calendar
from storage import ledger, outbox
from storage.appointments import mark_closed
from storage.db import Database, Tx
from storage.programme import is_paused, touch

# What goes out, what a channel must do and what a run did stand in jobs/sender.py and are had from here.
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
_ONE_AT_A_TIME = ("bundle", *rows.REPEATABLE)  # what one has said decides what the next may say
_MOST, _TOGETHER = 100, 8  # messages leased at once, of a long queue, and posts settled at once
_TURN = timedelta(seconds=0.25)  # for a batch; what is left of it then is given back, and an answer comes before it
_RETRIES = (1, 5, 15, 60, 240)  # minutes; after the last the office is told
_GIVE_UP = "it could not be sent in {} tries: {}"
_GIVE_UP_ASKING = "it may have arrived, and could not be asked for in {} tries: {}"

_Done = TypeVar("_Done")
Compose = Callable[[Tx, outbox.Row, datetime], Composed | Nothing]


class _Change(Protocol):
    """`outbox.put_off` or `outbox.keep_in_doubt`."""

    def __call__(
        self, tx: Tx, row: outbox.Row, now: datetime, *, until: datetime, reason: str, count: bool
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class _Posted:
    """A message that stands in its channel since `at`, and is `sending` yet."""

    row: outbox.Row
    sender: Sender
    receipt: Receipt
    at: datetime


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
    _leased: deque[outbox.Row] = field(default_factory=deque)  # in their turn
    _size: int = 1  # of the next batch
    _posted: list[_Posted] = field(default_factory=list)  # settled with what is committed next, or soon after

    def run(self) -> Tally:
        """Give every row that is due as the run begins a turn; answers and files as they come. Never raises."""
        began = self.clock()
        while self._claim(began):
            ends, in_time = self.clock() + _TURN, True
            while self._leased and in_time:
                row = self._leased.popleft()
                self._guard(row, partial(self._deliver, row))
                in_time = self.clock() < ends
            self._size = min(2 * self._size, _MOST) if in_time else max(self._size // 2, 1)
        return self.tally

    def _claim(self, began: datetime) -> bool:
        """Whatever had its turn is due again, if at all, only after the run began: nothing comes up twice."""

        def take(tx: Tx) -> list[outbox.Row]:
            now = self.clock()
            self.held = {rest: until for rest, until in self.held.items() if until > now}
            outbox.release(tx, self._leased)
            lease, schemes, resting = uuid4().hex, list(self.senders), list(self.held)
            claim = partial(outbox.claim_some, tx, now, self._size, lease=lease, schemes=schemes, resting=resting)
            some = claim(kinds=_ANSWERS)
            if not some and not is_paused(tx, self.calendar.today(now)):
                some = claim(due_by=began, one_at_a_time=_ONE_AT_A_TIME)
            if not some:
                some = claim(kinds=_AT_ANY_HOUR, due_by=began, one_at_a_time=_ONE_AT_A_TIME)
            return some or claim(kinds=_FOLLOWING)

        self._leased = deque(self._commit(take))
        return bool(self._leased)

    def _guard(self, row: outbox.Row, step: Callable[[], None]) -> None:
        """Whatever goes wrong with one row keeps none of the others back."""
        try:
            step()
        except outbox.LeaseLost:
            log.warning("message %s: its lease was lost to another run", row.id)
        except Exception as error:
            rows.log_trouble(log, row, error)
            self._stumble(row, f"it could not be made ready ({type(error).__name__})")

    def _commit(self, work: Callable[[Tx], _Done], few: int = 1) -> _Done:
        """Do this, and settle what was posted before unless that is too few, in one transaction; each alone where they
        will not go together."""
        if len(self._posted) >= few:
            posted, self._posted = self._posted, []
            for _ in posted:
                self.reached("before settling")
            try:
                with self.db.write() as tx:
                    self._record_sent(tx, posted)
                    done = work(tx)
            except Exception:
                for each in posted:
                    self._guard(each.row, partial(self._settle_sent, each))
            else:
                self._count_sent(len(posted))
                return done
        with self.db.write() as tx:
            return work(tx)

    def _deliver(self, row: outbox.Row) -> None:
        self.reached("claimed")
        if reason := rows.why_never(row, len(_RETRIES)):
            self._fail(row, reason)
            return
        sender = self.senders[rows.scheme_of(row)]
        delivery = rows.begin(row, self._id(row))

        # 1. It may have been posted already: ask before saying anything again.
        doubtful = row.doubtful
        if row.in_doubt and not rows.may_repeat(row):
            try:
                if row.kind == "file" and (not delivery.uploads or "not_again" in (row.said or {})):
                    raise CannotAsk  # a restored backup may not know by which ids it was shared
                receipt = sender.find_sent(delivery)
            except CannotAsk:
                if reason := rows.why_not_again(row):
                    self._fail(row, reason)
                    return
                doubtful = True
            except NotSent as error:
                self._later(outbox.keep_in_doubt, row, error)
                return
            else:
                if receipt is not None:
                    self.reached("before settling")
                    self._settle_sent(_Posted(row, sender, receipt, rows.said_at(row) or self.clock()))
                    return
                if row.attempts >= len(_RETRIES):
                    self._fail(row, _GIVE_UP.format(row.attempts + 1, "no answer came"))
                    return
                doubtful = False

        # 2. Unprompted messages wait for sending hours; that is not an attempt.
        now = self.clock()
        change: _Change = outbox.keep_in_doubt if row.in_doubt and doubtful else outbox.put_off
        if row.kind not in _AT_ANY_HOUR and (opens := self.calendar.next_sending(now)) > now:
            self._commit(partial(change, row=row, now=now, until=opens, reason="outside sending hours", count=False))
            self.tally.put_off += 1
            return

        # 3. The words, from the facts of this moment, and the files; then commit to saying them.
        marked: outbox.Row | None = None
        if row.kind in _ANSWERS:  # its words are there already: nobody has to wait while they are found

            def make(tx: Tx) -> tuple[Composed | Nothing, Delivery, outbox.Row | None]:
                made, complete = self._make(tx, row, delivery, now)
                done = self._mark(tx, row, complete, made, now, doubtful) if isinstance(made, Composed) else None
                return made, complete, done

            composed, delivery, marked = self._commit(make, self._few)
        else:
            if any(posted.row.address == row.address for posted in self._posted):
                self._settle_posted()  # what one has said decides what the next may say
            with self.db.read() as tx:
                composed, delivery = self._make(tx, row, delivery, now)
        if isinstance(composed, Nothing):
            self._commit(partial(_drop, row=replace(row, doubtful=doubtful), now=now, nothing=composed))
            self.tally.dropped += 1
            return
        if composed.draw is not None:
            self._settle_posted()  # this may take a while
            try:
                delivery = hand_over(sender, replace(delivery, files=composed.draw()))
            except NotSent as error:
                self._later(change, row, error)
                return
            except Undeliverable as error:
                self._fail(row, error.reason)
                return
            self.reached("uploaded")
        row = marked or self._commit(lambda tx: self._mark(tx, row, delivery, composed, now, doubtful), self._few)
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
            if rows.may_repeat(row):
                self._later(outbox.put_off, row, NotSent(f"no answer came ({error})"))
                return
            # Left in `sending`: when its lease ends the next claim asks the channel first.
            log.warning("message %s: no answer came back; it will be asked for", row.id)
            return
        self.reached("after the post")
        self._posted.append(_Posted(row, sender, receipt, self.clock()))
        if not self._leased:
            self._settle_posted()

    def _make(self, tx: Tx, row: outbox.Row, delivery: Delivery, now: datetime) -> tuple[Composed | Nothing, Delivery]:
        """Its words, and the delivery with them and how they are to be said."""
        composed = self.compose(tx, row, now)
        if isinstance(composed, Nothing):
            return composed, delivery
        complete = rows.complete(delivery, composed)
        if composed.how != "edit":
            return composed, complete
        edited = outbox.find_posted(tx, complete.conversation, complete.post)
        if edited is None:
            return composed, replace(complete, id="")
        thread = complete.thread or edited.thread
        return composed, replace(complete, id=self._id(edited), thread=thread, parts=edited.parts)

    def _mark(
        self, tx: Tx, row: outbox.Row, delivery: Delivery, composed: Composed, now: datetime, doubtful: bool
    ) -> outbox.Row:
        _silence(tx, composed.silenced, now)
        return outbox.mark_sending(tx, row, rows.say_what(delivery, composed, now), self.clock(), doubtful=doubtful)

    def _id(self, row: outbox.Row | outbox.Posted) -> str:
        return f"{self.db.programme}-{rows.name_of(row)}"

    @property
    def _few(self) -> int:
        """So many are settled at once: the more the faster they go, and one by one where a post takes its time."""
        return max(min(self._size // 8, _TOGETHER), 1)

    def _settle_posted(self) -> None:
        if self._posted:
            self._commit(lambda tx: None)

    def _settle_sent(self, posted: _Posted) -> None:
        with self.db.write() as tx:
            self._record_sent(tx, [posted])
        self._count_sent(1)

    def _count_sent(self, number: int) -> None:
        for _ in range(number):
            self.tally.sent += 1
            self.reached("settled")

    def _record_sent(self, tx: Tx, posted: Sequence[_Posted]) -> None:
        plain = [each for each in posted if rows.is_plain(each.row) and each.receipt.parts == 1]
        outbox.settle_all(tx, [(each.row, each.at, each.receipt.conversation, each.receipt.post) for each in plain])
        for each in (one for one in posted if one not in plain):
            self._record(tx, each)

    def _record(self, tx: Tx, posted: _Posted) -> None:
        """It was posted at that instant: what was only asked about went when it was said, not when it was found."""
        row, receipt, at = posted.row, posted.receipt, posted.at
        if (row.said or {}).get("how") == "edit":
            edited = outbox.find_posted(tx, receipt.conversation, receipt.post)
            if edited and edited.parts < receipt.parts:
                outbox.note_parts(tx, edited.id, receipt.parts)
            receipt = replace(receipt, post="", parts=1)  # what stands there is the message it changed
        conversation, said = receipt.conversation, row.said or {}
        outbox.settle_sent(tx, row, at, conversation=conversation, post=receipt.post, parts=receipt.parts)
        if said.get("follow") and isinstance(posted.sender, FileSender):
            key, facts = f"file:{row.id}", rows.what_follows(said, receipt.post)
            outbox.say(tx, key, "file", row.address, due_at=at, facts=facts, conversation=conversation)
        reason = "sent a second time, perhaps: no answer came the first time" if row.doubtful else "sent"
        ledger.settle(tx, rows.lines_of(row), "sent", reason, at, row.id)
        if row.doubtful:
            touch(tx)  # the office hears of it in its next bundle

    def _later(self, change: _Change, row: outbox.Row, trouble: NotSent) -> None:
        """Move it: to be sent, or to be asked for. A limit is no attempt, and what it is for rests."""
        now = self.clock()
        at_rest: list[outbox.Row] = []
        if trouble.retry_after is not None:
            until = now + trouble.retry_after
            self.held[rows.rest_of(row, trouble.rests)] = until
            at_rest = [one for one in self._leased if rows.is_at_rest(one, rows.rest_of(row, trouble.rests))]
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

        def put_off(tx: Tx) -> None:
            change(tx, row, now, until=until, reason=trouble.reason, count=trouble.retry_after is None)
            outbox.release(tx, at_rest)
            if trouble.retry_after is not None and trouble.asked:
                outbox.rest(tx, row.address, row.kind if trouble.rests == "kind" else "", until)

        self._commit(put_off)
        self._leased = deque(one for one in self._leased if one not in at_rest)
        self.tally.put_off += 1

    def _stumble(self, row: outbox.Row, reason: str) -> None:
        """Something unforeseen: a retry. Once it was being sent this claim is void, and it stays in doubt."""
        try:
            self._later(outbox.keep_in_doubt if row.in_doubt else outbox.put_off, row, NotSent(reason))
        except outbox.LeaseLost:
            log.warning("message %s: it may have been posted; it will be asked for", row.id)
        except Exception as error:  # its lease ends, and it is taken up again
            rows.log_trouble(log, row, error)

    def _fail(self, row: outbox.Row, reason: str, *, closed: bool = False) -> None:
        """Give it up and tell the office, save where nobody misses anything. `closed`: their account is."""
        now = self.clock()
        if closed:
            self._commit(lambda tx: mark_closed(tx, row.address, True, now))
        if rows.may_repeat(row):
            self._commit(partial(_drop, row=row, now=now, nothing=Nothing(reason)))
            self.tally.dropped += 1
            return

        def fail(tx: Tx) -> None:
            outbox.settle(tx, row, now, "failed", reason)
            ledger.settle(tx, rows.lines_of(row), "failed", reason, now, row.id)
            touch(tx)

        self._commit(fail)
        self.tally.failed += 1


def _drop(tx: Tx, row: outbox.Row, now: datetime, nothing: Nothing) -> None:
    _silence(tx, nothing.silenced, now)
    reason = nothing.reason + ("; it may have been said before: no answer came" if row.doubtful else "")
    outbox.settle(tx, row, now, "dropped", reason)
    nothing.instead(tx)


def _silence(tx: Tx, reasons: Mapping[int, str], now: datetime) -> None:
    for line, reason in reasons.items():
        ledger.settle(tx, [line], "silenced", reason, now)

"""The outbox against a model of it: any order of saying, claiming, crashing, ending, sending and settling."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from storage import outbox
from storage.db import Database
from storage.schema_out import outbox as table
from tests.delivery.scene import MONDAY, Scene
from tests.story import london

SETTLED = ("sent", "failed", "dropped")
LEASE = timedelta(minutes=5)
MINUTES = st.sampled_from([1, 4, 6]).map(lambda n: timedelta(minutes=n))


@dataclass
class Expected:
    """What a row should be."""

    kind: str
    address: str
    due_at: datetime
    state: str = "due"
    lease: str | None = None
    until: datetime | None = None
    attempts: int = 0

    def is_live(self, now: datetime) -> bool:
        return self.state in ("claimed", "sending") and self.until is not None and self.until >= now


class PowerCut(Exception):
    """The transaction never commits."""


class OutboxMachine(RuleBasedStateMachine):
    """Every rule is one transaction of one process; `db` is a real database, emptied for each run."""

    db: Database
    claims: Bundle[outbox.Row] = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.now = london(MONDAY)
        self.rows: dict[str, Expected] = {}
        self.leases = (f"lease {n}" for n in count())
        with self.db.write() as tx:
            tx.conn.execute(sa.delete(table))

    # What the product does

    @rule(
        key=st.integers(0, 5).map(str),
        kind=st.sampled_from(["bundle", "reply"]),
        address=st.sampled_from(["slack:T1:U1", "slack:T1:U2", "mail:a@b.org"]),
        wait=st.just(timedelta()) | MINUTES,
    )
    def say(self, key: str, kind: str, address: str, wait: timedelta) -> None:
        with self.db.write() as tx:
            new = outbox.say(tx, key, kind, address, due_at=self.now + wait, facts={})
        assert new == (key not in self.rows)
        self.rows.setdefault(key, Expected(kind, address, self.now + wait))

    @rule(by=MINUTES)
    def time_passes(self, by: timedelta) -> None:
        self.now += by

    @rule(target=claims, commits=st.booleans())
    def claim(self, commits: bool) -> object:
        """Claimed by a process that goes on, or is killed before the commit."""
        ready = [key for key, row in self.rows.items() if self._is_ready(row)]
        lease, row = next(self.leases), None
        with suppress(PowerCut), self.db.write() as tx:
            row = outbox.claim(tx, self.now, lease=lease, schemes=["slack"], one_at_a_time=["bundle"])
            if not commits:
                raise PowerCut
        assert (row is None) == (not ready)  # whatever is ready is found: nothing is lost
        if row is None:
            return multiple()
        assert row.key in ready
        before = self.rows[row.key]
        due = [self.rows[key].due_at for key in ready if self.rows[key].state == "due"]
        assert not due or (before.state, before.due_at) == ("due", min(due))
        assert row.in_doubt == (before.state == "sending")
        if not commits:
            return multiple()
        before.attempts += before.state == "claimed"
        before.state = "sending" if before.state == "sending" else "claimed"
        before.lease, before.until = lease, self.now + LEASE
        return row

    def _is_ready(self, row: Expected) -> bool:
        if row.state in SETTLED or not row.address.startswith("slack:") or row.is_live(self.now):
            return False
        if row.state == "due" and row.due_at > self.now:
            return False
        return row.kind != "bundle" or not any(
            other.kind == "bundle" and other.address == row.address and other.is_live(self.now)
            for other in self.rows.values()
        )

    # What a claimant does: it may have crashed, been slow, or be told twice; then its claim is void.

    @rule(target=claims, claim=claims, doubtful=st.booleans())
    def mark_sending(self, claim: outbox.Row, doubtful: bool) -> object:
        expected, valid = self._find(claim)
        valid = valid and expected.is_live(self.now)
        marked = None
        with suppress(outbox.LeaseLost), self.db.write() as tx:
            marked = outbox.mark_sending(tx, claim, {"lines": []}, self.now, doubtful=doubtful)
        assert (marked is not None) == valid
        if marked is None:
            return multiple()
        assert marked.in_doubt
        expected.attempts = claim.attempts + claim.in_doubt
        expected.state, expected.until = "sending", self.now + LEASE
        return marked

    @rule(claim=claims, state=st.sampled_from(SETTLED))
    def settle(self, claim: outbox.Row, state: str) -> None:
        expected, valid = self._find(claim)
        settled = False
        with suppress(outbox.LeaseLost), self.db.write() as tx:
            if state == "sent":
                outbox.settle_sent(tx, claim, self.now, conversation="D1", post="1.0")
            else:
                outbox.settle(tx, claim, self.now, state, "why")
            settled = True
        assert settled == valid
        if valid:
            expected.state, expected.until = state, None

    @rule(claim=claims, by=MINUTES, count=st.booleans())
    def put_off(self, claim: outbox.Row, by: timedelta, count: bool) -> None:
        expected, valid = self._find(claim)
        moved = False
        with suppress(outbox.LeaseLost), self.db.write() as tx:
            outbox.put_off(tx, claim, self.now, until=self.now + by, reason="later", count=count)
            moved = True
        assert moved == valid
        if valid:
            expected.state, expected.due_at, expected.lease, expected.until = "due", self.now + by, None, None
            expected.attempts = claim.attempts + count

    @rule(claim=claims.filter(lambda claim: claim.in_doubt), by=MINUTES)
    def keep_in_doubt(self, claim: outbox.Row, by: timedelta) -> None:
        expected, valid = self._find(claim)
        kept = False
        with suppress(outbox.LeaseLost), self.db.write() as tx:
            outbox.keep_in_doubt(tx, claim, self.now, until=self.now + by, reason="cannot say", count=True)
            kept = True
        assert kept == valid
        if valid:
            expected.until, expected.attempts = self.now + by, claim.attempts + 1

    def _find(self, claim: outbox.Row) -> tuple[Expected, bool]:
        expected = self.rows[claim.key]
        known = "sending" if claim.in_doubt else "claimed"
        return expected, expected.lease == claim.lease and expected.state == known

    # What holds after each of them

    @invariant()
    def every_row_is_where_it_should_be(self) -> None:
        """None is lost or doubled, a settled one never comes back, and a lease belongs to the last who took it."""
        with self.db.read() as tx:
            rows = tx.conn.execute(sa.select(table)).all()
        found = {row.key: (row.state, row.due_at, row.lease, row.lease_until, row.attempts) for row in rows}
        assert len(rows) == len(found)
        assert found == {
            key: (row.state, row.due_at, row.lease, row.until, row.attempts) for key, row in self.rows.items()
        }


def test_in_any_order_no_row_is_lost_taken_twice_or_brought_back(either: Scene) -> None:
    class Machine(OutboxMachine):
        db = either.app.db

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_a_claim_is_void_once_another_has_the_row(either: Scene) -> None:
    now, later = london(MONDAY), london(MONDAY) + timedelta(minutes=6)
    with either.app.db.write() as tx:
        outbox.say(tx, "one", "reply", "slack:T1:U1", due_at=now, facts={})
        slow = outbox.claim(tx, now, lease="slow", schemes=["slack"])
        assert slow is not None
        quick = outbox.claim(tx, later, lease="quick", schemes=["slack"])
        assert quick is not None
        with pytest.raises(outbox.LeaseLost):
            outbox.mark_sending(tx, slow, {}, later)
        with pytest.raises(outbox.LeaseLost):
            outbox.settle_sent(tx, slow, later, conversation="D1", post="1.0")
        with pytest.raises(outbox.LeaseLost):
            outbox.put_off(tx, slow, later, until=later, reason="slow", count=True)
        assert outbox.mark_sending(tx, quick, {}, later).in_doubt

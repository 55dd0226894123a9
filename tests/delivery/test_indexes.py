"""What a run and those who watch it ask of a long outbox, an index finds; and a message is marked in one page."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from statistics import median

import pytest

from programme.facts import Rung
from storage import ledger, outbox, watch
from storage.db import Tx, find_sqlite_file
from storage.leases import LONG, Row
from tests.delivery.scene import Scene
from tests.delivery.test_long_ledger import DAY, watched
from tests.delivery.test_long_queues import NINE, queue

OPEN, LEASED, SETTLED = "ix_outbox_open", "ix_outbox_leased", "ix_outbox_settled"


def claim(tx: Tx, most: int = 1) -> list[Row]:
    return outbox.claim_some(tx, NINE, most, lease="mine", schemes=["slack"], one_at_a_time=["bundle"])


@pytest.mark.parametrize(
    ("ask", "found_by"),
    [
        pytest.param(claim, [OPEN, LEASED, LEASED, LEASED], id="what is due, whose claimant is gone"),
        pytest.param(lambda tx: outbox.oldest_due(tx, NINE, ["slack"]), [OPEN], id="since when"),
        pytest.param(lambda tx: outbox.list_lines(tx, states=["due", "sending"]), [OPEN], id="what waits"),
        pytest.param(lambda tx: outbox.rest(tx, "slack:T1:U1", "", NINE), [OPEN], id="what rests"),
        pytest.param(outbox.count_by_state, [OPEN, SETTLED], id="how many"),
        pytest.param(lambda tx: outbox.list_conversations(tx, "slack", "D"), [SETTLED], id="where"),
        pytest.param(lambda tx: outbox.find_posted(tx, "D1", "1.2"), ["ix_outbox_post_conversation"], id="which"),
        pytest.param(
            lambda tx: ledger.list_troubles(tx, NINE, NINE, ["slack"]),
            [OPEN, SETTLED, SETTLED, SETTLED],
            id="what went wrong",
        ),
        pytest.param(
            lambda tx: watch.list_undelivered(tx, NINE, NINE, ["slack"]), [SETTLED, OPEN], id="what did not go"
        ),
        pytest.param(lambda tx: watch.list_alarms(tx, NINE), [OPEN], id="which notices wait"),
    ],
)
def test_an_index_finds(scene: Scene, ask: Callable[[Tx], object], found_by: list[str]) -> None:
    with scene.app.db.write() as tx, watched(tx) as steps:
        ask(tx)
    searches = [step for step in steps if "outbox" in step and "PRIMARY KEY" not in step]
    assert [step.partition("INDEX ")[2].split()[0] for step in searches] == found_by, steps


def test_what_is_named_by_its_number_is_found_by_it(scene: Scene) -> None:
    queue(scene)
    with scene.app.db.write() as tx:
        ledger.plan(tx, [Rung(DAY, "timescale", f"P1.{number}", "due Mar-23", 2) for number in range(50)], NINE)
        lines = [line.id for line in ledger.list_planned(tx, DAY)]
        with watched(tx) as steps:
            rows = claim(tx, LONG)
            outbox.release(tx, rows)
            ledger.settle(tx, lines, "silenced", "enough", NINE)
            assert len(ledger.list_carried(tx, lines)) == len(lines)
    assert len(rows) == LONG
    assert [step for step in steps if "PRIMARY KEY" in step] == [
        "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)",  # taken
        "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?)",  # given back
        "SEARCH ledger USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH ledger USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH outbox USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN",
    ]


def test_to_mark_a_message_writes_its_own_page_and_no_index(scene: Scene) -> None:
    queue(scene)
    with scene.app.db.write() as tx:
        rows = claim(tx, LONG)
    written: list[int] = []
    file = find_sqlite_file(scene.app.db.url)
    assert file is not None
    with closing(sqlite3.connect(file)) as beside:
        for row in rows:
            beside.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            with scene.app.db.write() as tx:
                outbox.mark_sending(tx, row, {"refs": [], "lines": []}, NINE)
            ((_busy, pages, _copied),) = beside.execute("PRAGMA wal_checkpoint").fetchall()
            written.append(pages)
    assert median(written) == 1, written  # a page that is full is divided now and then
